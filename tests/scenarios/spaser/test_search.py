"""The search for lever sets: nothing where nothing is needed, least cost, the impossible said."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from types import ModuleType
from unittest.mock import patch

import pytest

from model.errors import AncrageError
from model.procurement.levers import Levers, load_levers
from scenarios.spaser.evaluator import NOTHING, Evaluator, Question
from scenarios.spaser.goals import parse_goals
from scenarios.spaser.lever_sets import LeverSet, everything
from scenarios.spaser.register import load_means, load_rules
from scenarios.spaser.search import Found, SearchInterrupted, search

RUNS = 200


@pytest.fixture(autouse=True)
def calm() -> Iterator[None]:
    """Leave the cycle collector alone: nothing of Mesa is to be freed here."""
    with patch("gc.collect"):
        yield


@cache
def look(
    exact_buyers: ModuleType, *words: str, runs: int = RUNS, budget: float | None = None
) -> Found:
    asked = Question(
        exact_buyers.BUYERS, parse_goals(words), "any", pairs=10, build=exact_buyers.build
    )
    return search(asked, runs=runs, budget_eur=budget, workers=1)


def test_a_target_already_met_needs_no_lever(exact_buyers: ModuleType) -> None:
    found = look(exact_buyers, "social=5%@2028")
    assert found.status == "met" and found.chosen is not None
    assert found.chosen.moved == NOTHING and found.chosen.cost_eur == 0.0
    # current practice and all levers, on all pairs: nothing else was run
    assert found.runs == 20 and not found.blocks


def test_the_least_costly_set_is_found_and_holds_on_all_pairs(exact_buyers: ModuleType) -> None:
    found = look(exact_buyers, "social=20%@2028")
    assert found.status == "found" and found.chosen is not None and found.runs <= RUNS
    chosen = found.chosen
    assert chosen.pairs == 10 and chosen.reach >= load_rules().reach
    # coverage alone gives 0.2 × 87 points at most: no training and no staff are needed
    assert chosen.moved.keys == ("social_coverage",) and chosen.cost_eur == 0.0
    assert chosen.moved.effort < 1.0


def test_enabling_levers_are_paid_for_only_where_they_are_needed(exact_buyers: ModuleType) -> None:
    found = look(exact_buyers, "social=40%@2028")
    assert found.status == "found" and found.chosen is not None
    # 30 points more ask for a hold of 0.35: training does it at a third of the cost of staff
    assert "training" in found.chosen.moved.keys
    assert "dedicated_staff" not in found.chosen.moved.keys
    assert 0.0 < found.chosen.cost_eur < 12_000.0


def test_the_impossible_is_said_within_the_runs(exact_buyers: ModuleType) -> None:
    for runs in (20, 60):
        found = look(exact_buyers, "esat=50%@2028", runs=runs)
        assert found.status == "out-of-reach" and found.chosen is None
        assert found.runs <= runs and found.best.reach == 0.0
        (blocks,) = found.blocks
        assert blocks[0].binds and {risk.obstacle for risk in blocks} >= {"posts", "committed"}


def test_a_budget_leaves_out_what_costs_more(exact_buyers: ModuleType) -> None:
    found = look(exact_buyers, "social=40%@2028", budget=100.0)
    assert found.status == "over-budget" and found.chosen is None and found.blocks
    free = look(exact_buyers, "social=20%@2028", budget=0.0)
    assert free.status == "found"


def test_the_frontier_reaches_more_only_at_a_higher_cost(exact_buyers: ModuleType) -> None:
    found = look(exact_buyers, "social=40%@2028")
    points = [(round(one.cost_eur, -3), one.reach) for one in found.frontier]
    assert points[0][0] == 0.0 and len(points) >= 2
    assert all(a[0] <= b[0] and a[1] < b[1] for a, b in pairwise(points))
    assert {one.pairs for one in found.frontier} == {10}
    assert found.frontier[-1].reach == found.best.reach


def test_a_target_met_from_above_and_several_at_once(exact_buyers: ModuleType) -> None:
    assert look(exact_buyers, "social<=60%@2028").status == "met"
    both = look(exact_buyers, "social=20%@2028", "siae_number=4%@2028")
    assert both.status == "found" and both.chosen is not None
    assert {"reserved_share", "social_coverage"} <= set(both.chosen.moved.keys)
    fall = look(exact_buyers, "social<=1%@2028")
    assert fall.status == "out-of-reach"


def test_an_indicator_of_the_register_can_be_a_target(exact_buyers: ModuleType) -> None:
    found = look(exact_buyers, "considerations_share=25%@2028")
    assert found.status == "found" and found.chosen is not None
    assert found.chosen.values[0] >= 25.0


def test_runs_are_never_done_twice(exact_buyers: ModuleType) -> None:
    goals = parse_goals(["social=20%@2028"])
    asked = Question(exact_buyers.BUYERS, goals, "any", pairs=6, build=exact_buyers.build)
    known = Evaluator(asked, 10, 1)
    assert known.evaluate([NOTHING, NOTHING], 4) == [NOTHING] and known.used == 4
    known.evaluate([NOTHING], 6)
    assert known.used == 6
    # the second set would take more runs than are left
    most = everything(goals)
    assert known.evaluate([most, most.scaled(0.5)], 4) == [most] and known.left == 0


def test_lever_sets_are_lawful_scenarios_of_the_buyers() -> None:
    levers = load_levers()
    for key, means in load_means().items():
        moved = LeverSet.of({key: 0.5})
        scenario = moved.scenario("x", ("epci-245900428",))
        (path,) = scenario.levers.paths_of(key)
        assert path.scope.buyers == (("epci-245900428",) if "buyers" in levers[key].reach else ())
        assert moved.values()[key] == pytest.approx((levers[key].current + means.most) / 2)
    assert NOTHING.scenario("x", ("b",)).levers == Levers()


def test_ctrl_c_keeps_what_is_known(exact_buyers: ModuleType) -> None:
    goals = parse_goals(["social=40%@2028"])
    asked = Question(exact_buyers.BUYERS, goals, "any", pairs=10, build=exact_buyers.build)
    done: list[int] = []

    def stop(number: int) -> None:
        done.append(number)
        if sum(done) > 20:
            raise KeyboardInterrupt

    with pytest.raises(SearchInterrupted) as caught:
        search(asked, runs=RUNS, workers=1, on_run=stop)
    found = caught.value.found
    assert found is not None and not found.complete and found.runs == sum(done)


@pytest.mark.parametrize(
    ("changes", "runs", "expected"),
    [
        ({"pairs": 4}, RUNS, "at least 5 pairs, got 4"),
        ({}, 19, "19 runs are too few"),
    ],
)
def test_bad_searches_are_one_sentence(
    exact_buyers: ModuleType, changes: dict[str, int], runs: int, expected: str
) -> None:
    goals = parse_goals(["social=20%@2028"])
    options = {"pairs": 10} | changes
    asked = Question(exact_buyers.BUYERS, goals, "any", build=exact_buyers.build, **options)
    with pytest.raises(AncrageError, match=expected):
        search(asked, runs=runs, workers=1)
    with pytest.raises(AncrageError, match="A budget must be 0 EUR or more"):
        look(exact_buyers, "social=20%@2028", budget=-1.0)
