"""Questions with shocks: the same studies as `resilience`, from runs that are kept."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from model.errors import AncrageError
from model.procurement.levers import Levers
from scenarios import Scenario
from scenarios.library.reading import load_shock
from scenarios.live import Engine, Question
from scenarios.live.question import RESILIENCE_STAGES
from scenarios.resilience import Resilience, resilience

STAGES = ((48, 1), (48, 3), (48, 12))
EMPLOYER, BUDGETS = load_shock("plus-grand-employeur"), load_shock("budgets")
KNOWN_AHEAD = load_shock("importations-annoncees")


def lots(value: float) -> Scenario:
    return Scenario(f"lots {value}", levers=Levers({"allotment": value}))


def question(*scenarios: Scenario, **changes: Any) -> Question:
    return Question("any", scenarios, **{"stages": STAGES, "shocks": (EMPLOYER,), **changes})


def assert_same(found: Resilience, expected: Resilience) -> None:
    assert (found.months, found.pairs, found.zones) == (
        expected.months,
        expected.pairs,
        expected.zones,
    )
    for ours, theirs in zip(found.runs, expected.runs, strict=True):
        assert ours.seed == theirs.seed and ours.structure == theirs.structure
        pairs = [*zip(ours.calm, theirs.calm, strict=True)]
        for mine, other in zip(ours.struck, theirs.struck, strict=True):
            pairs += zip(mine, other, strict=True)
        for mine, other in pairs:
            assert mine.first == other.first
            np.testing.assert_array_equal(mine.values, other.values)
            np.testing.assert_array_equal(mine.sector_jobs, other.sector_jobs)
    assert found.rows == expected.rows
    assert found.trade_off == expected.trade_off
    assert found.as_json() == expected.as_json()


@pytest.fixture(scope="module")
def engine(fake_world: ModuleType) -> Iterator[Engine]:
    made = Engine(build=fake_world.build, workers=2, warm=None)
    yield made
    made.close()


def test_every_answer_is_that_of_a_study_to_the_bit(
    fake_world: ModuleType, engine: Engine, visitor_of: Any
) -> None:
    context = Scenario("around", levers=Levers({"allotment": 0.1}))
    asked = question(
        lots(0.5), Scenario("nothing"), context=context, seed=4, shocks=(BUDGETS, KNOWN_AHEAD)
    )
    visitor = visitor_of(engine, "exact")
    visitor.ask(asked)
    visitor.wait_done()
    stages = [(answer.stage, answer.pairs) for answer in visitor.answers]
    assert stages[0] == (0, 1) and (1, 3) in stages and stages[-1] == (2, 12)
    last = visitor.answers[-1]
    # without shock and under each of two, of the baseline and of one scenario: the other is the
    # baseline itself; 48 months are four parts
    assert last.done_units == last.all_units == 12 * 2 * 3 * 4
    for answer in visitor.answers:
        assert answer.comparison is None and answer.question is asked
        expected = resilience(
            asked.compared,
            asked.shocks,
            territory="any",
            months=answer.months,
            pairs=answer.pairs,
            seed=4,
            context=context,
            workers=1,
            build=fake_world.build,
        )
        assert_same(answer.resilience, expected)


def test_runs_without_shock_are_kept_and_branched(engine: Engine, visitor_of: Any) -> None:
    visitor = visitor_of(engine, "keeps")
    stages = ((48, 1), (48, 4))
    # a run given to another worker than before has its burnt-in world made there, a part of its own
    most_worlds = 4
    visitor.ask(question(lots(0.5), stages=stages, seed=20))
    visitor.wait_done()
    with visitor.orders() as given:
        visitor.ask(question(lots(0.5), stages=stages, seed=20, shocks=(BUDGETS,)))
        visitor.wait_done()
    # a new shock runs from its month on: a part of 12 months, in 4 pairs of 2 scenarios
    assert len({order.need.key for order in given}) == 4 * 2
    assert 4 * 2 <= len(given) <= 4 * 2 + most_worlds
    assert all(order.need.watch.shock is BUDGETS for order in given)
    with visitor.orders() as given:
        visitor.ask(question(lots(0.6), stages=stages, seed=20, shocks=(BUDGETS,)))
        visitor.wait_done()
    # a new scenario runs itself alone: 48 months of it, and 12 with the shock
    assert {order.need.lived.name for order in given} == {"baseline+lots 0.6"}
    assert len({order.need.key for order in given}) == 4 * 2
    assert 4 * (4 + 1) <= len(given) <= 4 * (4 + 1) + most_worlds
    with visitor.orders() as given:
        visitor.ask(question(lots(0.6), lots(0.5), stages=stages, seed=20, shocks=(BUDGETS,)))
        visitor.wait_done()
        assert given == []


def test_worlds_before_a_shock_that_were_dropped_are_made_again(
    fake_world: ModuleType, visitor_of: Any
) -> None:
    from scenarios.live.worker import Limits

    engine = Engine(
        build=fake_world.build, workers=1, warm=None, limits=Limits(lasting=1, passing=1)
    )
    try:
        visitor = visitor_of(engine, "scarce")
        asked = question(lots(0.5), lots(0.7), stages=((48, 12),), shocks=(EMPLOYER, KNOWN_AHEAD))
        visitor.ask(asked)
        visitor.wait_done()
    finally:
        engine.close()
    expected = resilience(
        asked.compared,
        asked.shocks,
        territory="any",
        months=48,
        pairs=12,
        workers=1,
        build=fake_world.build,
    )
    assert_same(visitor.answers[-1].resilience, expected)


def test_a_question_that_is_replaced_goes_no_further(
    fake_world: ModuleType, visitor_of: Any
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAKE_WORLD_SECONDS", "0.03")
        engine = Engine(build=fake_world.build, workers=2, warm=None)
        try:
            visitor = visitor_of(engine, "hasty")
            visitor.ask(question(lots(0.5)))
            visitor.wait(lambda v: v.answers)
            engine.cancel("hasty")
            told = len(visitor.answers)
            time.sleep(0.4)
            assert len(visitor.answers) == told and not visitor.answers[-1].finished
            engine.forget("hasty")
            time.sleep(0.3)
            assert engine._dispatcher.bytes_of("hasty") == 0
        finally:
            engine.close()


def test_questions_without_sense_are_refused() -> None:
    assert question(stages=()).stages == RESILIENCE_STAGES
    assert question().compared == (Scenario("baseline"),)
    for changes, words in (
        ({"stages": ((36, 1), (84, 5))}, "strikes in month 37"),
        ({"shocks": (EMPLOYER, EMPLOYER)}, "Two shocks are named"),
        ({"shocks": (EMPLOYER, BUDGETS, KNOWN_AHEAD)}, "At most 2 shocks"),
    ):
        with pytest.raises(AncrageError, match=words):
            question(**changes)
    with pytest.raises(AncrageError, match="leave it out"):
        question(Scenario("baseline"))
