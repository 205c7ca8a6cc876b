"""The live engine over fake worlds: answers, turns, failures, and nothing left behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from model.errors import AncrageError
from model.procurement.levers import Levers
from scenarios import Comparison, Scenario, compare
from scenarios.live import Answer, Engine, Question

STAGES = ((24, 1), (24, 5), (36, 12))
NOTHING = Scenario("nothing")


def lots(value: float) -> Scenario:
    return Scenario(f"lots {value}", levers=Levers({"allotment": value}))


def question(*scenarios: Scenario, **changes: Any) -> Question:
    return Question("any", scenarios or (lots(0.5),), **{"stages": STAGES, **changes})


@contextmanager
def serving(fake_world: ModuleType, **options: Any) -> Iterator[Engine]:
    engine = Engine(build=fake_world.build, **{"workers": 2, "warm": None, **options})
    try:
        yield engine
    finally:
        engine.close()


def assert_same(found: Comparison, expected: Comparison) -> None:
    assert (found.months, found.pairs, found.zones) == (
        expected.months,
        expected.pairs,
        expected.zones,
    )
    np.testing.assert_array_equal(found.pair_values, expected.pair_values)
    np.testing.assert_array_equal(found.quarterly_values, expected.quarterly_values)
    np.testing.assert_array_equal(found.monthly, expected.monthly)
    for dimension, values in expected.group_monthly.items():
        np.testing.assert_array_equal(found.group_monthly[dimension], values)
    assert found.rows == expected.rows and found.years == expected.years
    assert found.as_json() == expected.as_json()


@pytest.fixture(scope="module")
def engine(fake_world: ModuleType) -> Iterator[Engine]:
    with serving(fake_world) as made:
        yield made


def test_every_answer_is_that_of_compare_to_the_bit(
    fake_world: ModuleType, engine: Engine, visitor_of: Any
) -> None:
    context = Scenario("around", levers=Levers({"allotment": 0.1}))
    scenarios = (lots(0.5), NOTHING)
    visitor = visitor_of(engine, "exact")
    visitor.ask(question(*scenarios, context=context, seed=4))
    visitor.wait_finished()
    stages = [(answer.stage, answer.months, answer.pairs) for answer in visitor.answers]
    assert stages[:2] == [(0, 24, 1), (1, 24, 5)] and stages[-1] == (2, 36, 12)
    # the scenario that changes nothing is the baseline, and is not run again
    progress = [answer.done_units for answer in visitor.answers]
    last = visitor.answers[-1]
    assert progress == sorted(progress) and last.done_units == last.all_units == 12 * 2 * 3
    assert engine.progress("exact") == (72, 72)
    for answer in visitor.answers:
        expected = compare(
            scenarios,
            territory="any",
            months=answer.months,
            pairs=answer.pairs,
            seed=4,
            context=context,
            workers=1,
            build=fake_world.build,
        )
        assert_same(answer.comparison, expected)


def test_only_what_is_new_is_run(engine: Engine, visitor_of: Any) -> None:
    visitor, other = visitor_of(engine, "a"), visitor_of(engine, "b")
    visitor.ask(question(lots(0.5), lots(0.6), lots(0.7)))
    visitor.wait_finished()
    with visitor.orders() as given:
        started = len(visitor.answers)
        visitor.ask(question(lots(0.5), lots(0.6), lots(0.7), lots(0.8)))
        visitor.wait(lambda v: v.answers[started:] and v.answers[-1].finished)
        assert {order.need.lived.name for order in given} == {"baseline+lots 0.8"}
        given.clear()
        other.ask(question(lots(0.8), lots(0.6)))
        assert other.wait_finished().pairs == 12
        assert given == [] and len(other.answers) == 1


def test_a_decade_goes_on_from_where_the_first_months_ended(
    engine: Engine, visitor_of: Any
) -> None:
    visitor = visitor_of(engine, "longer")
    with visitor.orders() as given:
        visitor.ask(question(lots(0.3), seed=40, stages=((24, 2), (48, 2)), central=True))
        visitor.wait_finished()
    parts = [order for order in given if order.need.lived.name == "baseline+lots 0.3"]
    # in each world 12 months a part: two parts to month 24, two more to month 48
    assert len(parts) == 2 * 4


def test_a_new_question_replaces_the_former_one(fake_world: ModuleType, visitor_of: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAKE_WORLD_SECONDS", "0.05")
        with serving(fake_world) as engine:
            former, latter = visitor_of(engine, "same"), visitor_of(engine, "same")
            former.ask(question(lots(0.5)))
            former.wait(lambda v: v.answers)
            latter.ask(question(lots(0.6), stages=((24, 1), (24, 3))))
            told = len(former.answers)
            assert latter.wait_finished().scenarios[0].name == "lots 0.6"
            assert len(former.answers) == told and not former.failures
            latter.ask(question(lots(0.7)))
            engine.cancel("same")
            assert engine.waiting_visitors() == 0
            told = len(latter.answers)
            time.sleep(0.5)
            assert len(latter.answers) == told
            engine.forget("same")
            time.sleep(0.3)
            assert engine._dispatcher.bytes_of("same") == 0
            assert engine.progress("same") == (0, 0)


def test_many_waiting_get_a_shorter_first_answer(fake_world: ModuleType, visitor_of: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAKE_WORLD_SECONDS", "0.02")
        with serving(fake_world) as engine:
            visitors = [visitor_of(engine, f"visitor {n}") for n in range(10)]
            for n, visitor in enumerate(visitors):
                visitor.ask(question(lots(0.3 + 0.05 * n), stages=((24, 1), (24, 2))))
            for visitor in visitors:
                visitor.wait_finished()
    first = [visitor.answers[0].months for visitor in visitors]
    assert first.count(12) >= 6 and set(first) <= {12, 24}
    for visitor, months in zip(visitors, first, strict=True):
        assert visitor.answers[0].comparison.months == months
        last = visitor.answers[-1]
        assert (last.months, last.pairs) == (24, 2)


def test_a_killed_worker_is_replaced_and_its_work_done_again(
    fake_world: ModuleType, visitor_of: Any
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAKE_WORLD_SECONDS", "0.2")
        with serving(fake_world) as engine:
            visitor = visitor_of(engine, "a")
            visitor.ask(question(stages=((24, 3),)))
            time.sleep(0.5)
            before = engine._crew.process_ids
            os.kill(before[1], signal.SIGKILL)
            visitor.wait_finished()
            assert engine._crew.process_ids[0] == before[0]
            assert engine._crew.process_ids[1] != before[1]


def test_work_that_kills_workers_fails_with_a_sentence_and_others_go_on(
    fake_world: ModuleType, visitor_of: Any
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAKE_WORLD_DEADLY_SEED", "3")
        patch.setenv("FAKE_WORLD_REFUSED_SEED", "50")
        with serving(fake_world) as engine:
            unlucky, refused, lucky = (visitor_of(engine, n) for n in ("u", "r", "l"))
            unlucky.ask(question(stages=((24, 1), (24, 4))))
            refused.ask(question(seed=50))
            lucky.ask(question(seed=60))
            lucky.wait_finished()
            unlucky.wait(lambda v: v.failures)
            refused.wait(lambda v: v.failures)
            assert refused.failures == ["Seed 50 is refused."]
            assert len(unlucky.failures) == 1 and "died twice" in unlucky.failures[0]
            assert unlucky.answers and not unlucky.answers[-1].finished
            unlucky.ask(question(seed=70))
            unlucky.wait(lambda v: v.answers[-1].finished)


def test_an_edited_hypothesis_keeps_its_value_in_every_pair(
    fake_world: ModuleType, engine: Engine, visitor_of: Any
) -> None:
    key = "clause_price_premium"
    found: list[Comparison] = []
    for overrides in ({}, {key: 0.0}):
        visitor = visitor_of(engine, f"edits {overrides}")
        visitor.ask(question(NOTHING, overrides=overrides, stages=((12, 6),)))
        found.append(visitor.wait_finished())
    drawn, edited = (comparison.monthly[0, 3].sum() for comparison in found)
    assert drawn > edited
    with pytest.raises(AncrageError, match="out of bounds"):
        question(overrides={key: 1e9})
    with pytest.raises(AncrageError, match="Unknown hypothesis"):
        question(overrides={"nonsense": 1.0})
    with pytest.raises(AncrageError, match="At most 4"):
        question(*(lots(0.1 * n) for n in range(1, 6)))
    assert hash(question(overrides={key: 0.0})) == hash(question(overrides=((key, 0.0),)))


def test_a_failing_callback_harms_nobody(
    engine: Engine, caplog: pytest.LogCaptureFixture, visitor_of: Any
) -> None:
    def stumble(_: Answer) -> None:
        raise ValueError("no screen")

    engine.ask("clumsy", question(lots(0.9), stages=((12, 1),)), stumble, lambda _: None)
    visitor = visitor_of(engine, "steady")
    visitor.ask(question(lots(0.95), stages=((12, 1),)))
    visitor.wait_finished()
    # either may be answered first
    deadline = time.monotonic() + 20.0
    while "no screen" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "no screen" in caplog.text


def test_baselines_are_made_ready_while_nobody_waits(
    fake_world: ModuleType, monkeypatch: pytest.MonkeyPatch, visitor_of: Any
) -> None:
    # where one worker lags, the other would build a world to take over: not what is tested here
    monkeypatch.setattr("scenarios.live.queue.FEWEST_TO_STEAL_FROM", 1000)
    with serving(fake_world, warm="any") as engine:
        warm = engine._dispatcher._warm
        deadline = time.monotonic() + 20.0
        while time.monotonic() < deadline:
            shelf = engine._dispatcher._shelf
            if all(shelf.has(n.series, n.seed) for stage in warm for n in stage.needs):
                break
            time.sleep(0.05)
        visitor = visitor_of(engine, "a")
        with visitor.orders() as given:
            visitor.ask(Question("any", (lots(0.5),), stages=((24, 1), (24, 30))))
            visitor.wait_finished()
        assert {order.need.lived.name for order in given} == {"baseline+lots 0.5"}
        assert len(given) == 30 * 2  # no world to build, no baseline to run


def test_closing_leaves_no_process(fake_world: ModuleType, visitor_of: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAKE_WORLD_SECONDS", "0.2")
        with serving(fake_world) as engine:
            visitor = visitor_of(engine, "a")
            visitor.ask(question())
            time.sleep(0.3)
            processes = engine._crew.process_ids
        told = len(visitor.answers)
        time.sleep(0.3)
        assert len(visitor.answers) == told
        assert not any(Path(f"/proc/{process}").exists() for process in processes)
        engine.close()  # again: nothing happens
