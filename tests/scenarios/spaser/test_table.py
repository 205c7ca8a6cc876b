"""The table of a scheme: shares, ranges, prudent targets, two years together, risks."""

from __future__ import annotations

import numpy as np
import pytest

from model.errors import AncrageError
from scenarios import Scenario
from scenarios.spaser import Spaser, spaser
from scenarios.spaser.register import load_categories, load_means, load_rules
from scenarios.spaser.results import FEW, NONE_SURE, PROVISIONAL, TOGETHER, _Cell, propose_target


def test_rows_are_whole_calendar_years_of_each_buyer_and_all_together(exact_study: Spaser) -> None:
    assert exact_study.years == (2027, 2028)
    assert exact_study.listed == ("one", "two", TOGETHER)
    assert len(exact_study.rows) == 3 * 7 * 2 * 2
    for row in exact_study.rows:
        contracts = 240.0 if row.buyer == TOGETHER else 120.0
        assert row.contracts == pytest.approx(contracts)
        assert row.value is not None and row.low is not None and row.high is not None
        assert 0.0 <= row.low <= row.value <= row.high <= 100.0


def test_shares_by_number_and_value_are_those_of_the_world(exact_study: Spaser) -> None:
    number = exact_study.row("one", "social", "number", 2028)
    value = exact_study.row(TOGETHER, "social", "value", 2028)
    assert number.value == pytest.approx(value.value)
    # coverage 50 points over current practice, of which 60 % takes hold
    assert number.value is not None and number.baseline is not None
    assert number.value - number.baseline == pytest.approx(30.0)
    assert number.amount == pytest.approx(number.value * 1.2)
    assert value.amount == pytest.approx(value.value * 2400.0)


def test_a_target_is_reached_by_most_simulations_and_inside_the_range(exact_study: Spaser) -> None:
    targets = [row for row in exact_study.rows if row.target is not None]
    assert {row.category for row in targets} == {"social"}
    for row in targets:
        assert row.reached is not None and row.reached >= load_rules().reach
        assert row.low is not None and row.high is not None and row.baseline is not None
        assert max(row.low, row.baseline) < row.target <= row.high
    assert exact_study.row("one", "siae", "number", 2027).reason == NONE_SURE
    assert exact_study.row("one", "esat", "number", 2027).reason == FEW


def test_few_pairs_or_few_contracts_have_no_target() -> None:
    rules = load_rules()
    shares = np.column_stack([np.full(10, 5.0), np.linspace(20.0, 29.0, 10)])
    cell = _Cell(shares, shares, np.full((10, 2), 100.0), np.full((10, 2), 20.0), 1)
    assert propose_target(shares, cell, 18.0, 31.0, rules) == (22.0, "")
    assert propose_target(shares[:4], cell, 18.0, 31.0, rules) == (None, PROVISIONAL)
    # rounding by a whole point would leave the range
    assert propose_target(shares + np.array([0.0, 0.7]), cell, 22.4, 31.0, rules) == (22.5, "")
    small = _Cell(shares, shares, np.full((10, 2), 19.0), np.full((10, 2), 20.0), 1)
    assert propose_target(shares, small, 18.0, 31.0, rules) == (None, FEW)
    same = np.column_stack([shares[:, 1], shares[:, 1]])
    assert propose_target(same, cell, 18.0, 31.0, rules) == (None, NONE_SURE)


def test_two_years_are_their_contracts_together(exact_study: Spaser) -> None:
    (row,) = [
        r
        for r in exact_study.two_years
        if (r.buyer, r.category, r.unit) == ("one", "siae", "value")
    ]
    assert (row.first_year, row.last_year, row.target) == (2027, 2028, None)
    assert row.amount == pytest.approx(exact_study.row("one", "siae", "value", 2027).amount)


def test_obstacles_bind_as_their_thresholds_say(exact_study: Spaser) -> None:
    # every measured sum is 1 in the exact world: all shares are whole
    binding = {(r.category, r.obstacle): r.binds for r in exact_study.risks if r.buyer == "one"}
    assert binding["siae", "posts"] and binding["siae", "no_structure"]
    assert not binding["siae", "maturity"]
    assert ("social", "posts") not in binding


def test_every_category_has_means_and_every_lever_a_pilot() -> None:
    for key in load_categories():
        assert any(key in means.on and not means.enabling for means in load_means().values())
    for means in load_means().values():
        assert means.pilot(True) and means.pilot(False) and means.cost(True) and means.cost(False)


@pytest.mark.parametrize(
    ("buyers", "months", "expected"),
    [
        (("epci-24590042",), 24, "no buyer 'epci-24590042'; did you mean 'epci-245900428'"),
        ((), 24, "No buyer: name at least one"),
        (("epci-245900428", "epci-245900428"), 24, "named twice"),
        (("epci-245900428",), 11, "at least 12 months, got 11"),
    ],
)
def test_bad_questions_are_one_sentence(
    buyers: tuple[str, ...], months: int, expected: str
) -> None:
    with pytest.raises(AncrageError, match=expected):
        spaser(buyers, Scenario("x"), months=months)
