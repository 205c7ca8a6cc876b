"""Finished runs kept in the server: sums in the order of seeds, sharing and limits."""

from __future__ import annotations

import numpy as np

from model.procurement.levers import Levers
from scenarios import Scenario
from scenarios.live import Question
from scenarios.live.needs import Stage, stages_of
from scenarios.live.series import Shelf
from scenarios.run_results import RunMonths, RunResult

STAGES = ((24, 1), (24, 4))


def stages(allotment: float, plan: tuple[tuple[int, int], ...] = STAGES) -> tuple[Stage, ...]:
    scenario = Scenario("one", levers=Levers({"allotment": allotment}))
    return stages_of(Question("any", (scenario,), stages=plan))


def fill(shelf: Shelf, asked: tuple[Stage, ...], order: tuple[int, ...]) -> list[float]:
    """Put runs of the last stage in this order of places; return their months' values."""
    values = [0.1 * place**3 for place in range(len(asked[-1].needs))]
    for place in order:
        need = asked[-1].needs[place]
        months = RunMonths(np.full((1, 24, 1), values[place]), {"d": np.zeros((1, 24, 1))})
        result = RunResult(np.zeros((2, 2)), np.zeros((2, 2, 2)), np.zeros((8, 2)), {})
        shelf.put(need.key, need.target, result, months)
    return values


def test_means_do_not_depend_on_the_order_of_arrival() -> None:
    asked = stages(0.5)
    found: list[float] = []
    for order in ((0, 1, 2, 3, 4, 5, 6, 7), (7, 6, 5, 4, 3, 2, 1, 0), (4, 0, 6, 2, 1, 3, 5, 7)):
        shelf = Shelf()
        shelf.claim("a", asked)
        values = fill(shelf, asked, order)
        series = shelf[asked[-1].series[1]]
        assert set(series.means) == {1, 4} and series.pairs == 4
        found.append(float(series.means[4].monthly[0, 0, 0]))
    expected = (((0.0 + values[1]) + values[3]) + values[5] + values[7]) / 4
    assert found == [expected] * 3


def test_baselines_are_shared_and_what_only_one_visitor_used_goes_with_them() -> None:
    shelf, first, second = Shelf(), stages(0.5), stages(0.6)
    shelf.claim("a", first)
    shelf.claim("b", second)
    fill(shelf, first, tuple(range(8)))
    assert shelf.has(second[-1].series[0], 3)
    assert not shelf.has(second[-1].series[1], 3)
    shelf.release("a")
    assert shelf.has(first[-1].series[0], 3)
    assert not shelf.has(first[-1].series[1], 3)


def test_a_visitor_keeps_former_scenarios_within_a_limit() -> None:
    first, second, third = stages(0.5), stages(0.6), stages(0.7)
    size = 0
    for limit in (10**9, 0):
        shelf = Shelf(limit)
        for asked in (first, second, third):
            shelf.claim("a", asked)
            fill(shelf, asked, tuple(range(8)))
        size = shelf.visitor_bytes("a")
        assert shelf.has(third[-1].series[1], 1)
        assert shelf.has(first[-1].series[1], 1) == (limit > 0)
    assert 0 < size < 20_000


def test_other_numbers_of_pairs_than_those_kept_are_run_again() -> None:
    shelf, asked = Shelf(), stages(0.5)
    shelf.claim("a", asked)
    fill(shelf, asked, tuple(range(8)))
    again = stages(0.5, ((24, 3),))
    shelf.claim("b", again)
    assert not shelf.has(again[0].series[1], 1)
    fill(shelf, asked, tuple(range(8)))
    assert set(shelf[again[0].series[1]].means) == {1, 3, 4}
