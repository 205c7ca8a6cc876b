"""Levers: their register, the paths of a scenario and what is refused."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import AncrageError
from model.hypotheses import load_register
from model.procurement.levers import AWARD_WEIGHTS, Levers, load_levers


def test_the_register_is_complete() -> None:
    for key, lever in load_levers().items():
        assert lever.low <= lever.current <= lever.high, key
        for text in (lever.legal_basis, lever.who, lever.payer, lever.label_fr, lever.sentence_fr):
            assert text, key
        for cost in lever.cost_hypotheses:
            assert cost in load_register(), key


def test_current_practice_is_the_default_and_changes_nothing() -> None:
    levers = Levers()
    for key, lever in load_levers().items():
        assert levers.value(key, 0) == lever.current
    assert levers.changed() == ()
    same = Levers({"allotment": 0.0, "reserved_share": {"value": 0.002, "ramp_months": 48}})
    assert same.changed() == () and same.digest() == levers.digest()


def test_a_number_acts_from_month_zero_on() -> None:
    levers = Levers({"sourcing_breadth": 0.5})
    assert levers.value("sourcing_breadth", -1) == 0.10
    assert levers.value("sourcing_breadth", 0) == 0.5
    assert levers.value_after_lag("sourcing_breadth", 5) == 0.10
    assert levers.value_after_lag("sourcing_breadth", 6) == 0.5


def test_a_ramp_is_a_straight_line_from_current_practice() -> None:
    levers = Levers({"reserved_share": {"value": 0.010, "start_month": 12, "ramp_months": 48}})
    assert levers.value("reserved_share", 12) == 0.002
    assert levers.value("reserved_share", 36) == pytest.approx(0.006)
    assert levers.value("reserved_share", 60) == levers.value("reserved_share", 500) == 0.010


def test_steps_jump_at_their_months() -> None:
    levers = Levers({"payment_days_hospital": {"steps": [[0, 50], [24, 30]]}})
    days = [levers.value("payment_days_hospital", month) for month in (-1, 0, 23, 24, 100)]
    assert days == [61.0, 50.0, 50.0, 30.0, 30.0]


def test_equal_paths_written_differently_are_one_scenario() -> None:
    number = Levers({"allotment": 0.5})
    table = Levers({"allotment": {"value": 0.5, "ramp_months": 0}})
    steps = Levers({"allotment": {"steps": [[0, 0.5], [12, 0.5]]}})
    assert number == table == steps
    assert hash(number) == hash(table) == hash(steps)
    assert number.canonical() == {"allotment": 0.5}
    for twin in (copy.deepcopy(number), pickle.loads(pickle.dumps(number))):
        assert twin == number and twin.digest() == number.digest()


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"sourcing_bredth": 0.5}, "Unknown lever 'sourcing_bredth'; did you mean 'sourcing_breadth'"),
    ({"allotment": 2}, "'allotment' = 2 is out of bounds: 0 to 1 share of splittable needs"),
    ({"allotment": "half"}, "'half' is not a number"),
    ({"allotment": True}, "True is not a number"),
    ({"allotment": float("nan")}, "nan is not a number"),
    ({"allotment": {}}, "needs 'value' or 'steps'"),
    ({"allotment": {"value": 1, "ramp": 3}}, "unknown field 'ramp'; did you mean 'ramp_months'"),
    ({"allotment": {"value": 1, "steps": [[0, 1]]}}, "either 'steps' or 'value'"),
    ({"allotment": {"steps": []}}, "list of .month, value."),
    ({"allotment": {"steps": [[3, 0.2], [3, 0.4]]}}, "rising months"),
    ({"allotment": {"value": 1, "start_month": -1}}, "start_month must be a whole number"),
    ({"price_weight": 0.6}, "sum to 1.15 at month 0, not 1"),
    ({"required_turnover": 1.8}, "exceeds the legal cap of 1.5"),
]


@pytest.mark.parametrize(("changes", "expected"), REFUSED)
def test_bad_levers_are_refused_in_one_sentence(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(AncrageError, match=expected) as refusal:
        Levers(changes)
    assert "\n" not in str(refusal.value)


def test_weights_must_sum_to_one_at_every_month() -> None:
    later = {"price_weight": {"value": 0.5, "start_month": 24}}
    with pytest.raises(AncrageError, match="at month 24"):
        Levers(later)
    ramped = {"price_weight": {"value": 0.65, "ramp_months": 24}, "technical_weight": 0.2}
    with pytest.raises(AncrageError, match="at month 0"):
        Levers(ramped)
    together = {key: {"value": 0.25, "ramp_months": 36} for key in AWARD_WEIGHTS}
    assert sum(Levers(together).value(key, 17) for key in AWARD_WEIGHTS) == pytest.approx(1.0)


def test_price_alone_is_unlawful() -> None:
    weights = dict(zip(AWARD_WEIGHTS, (0.55, 0.40, 0.0, 0.05), strict=True))
    with pytest.raises(AncrageError, match=r"L\.2152-7"):
        Levers(weights)


@pytest.mark.parametrize(
    "key",
    [
        "local_bonus",
        "local-preference",
        "sme_local_bonus",
        "proximity_weight",
        "critère_proximité",
        "distance_weight",
        "preference_locale",
        "regional_share",
    ],
)
def test_a_local_preference_is_refused_with_the_lawful_levers(key: str) -> None:
    with pytest.raises(AncrageError, match="no 131562") as refusal:
        Levers({key: 0.1})
    for word in ("L.3", "allotment", "sourcing_breadth", "required_turnover"):
        assert word in str(refusal.value)


def test_a_mistyped_lever_is_not_taken_for_a_local_preference() -> None:
    with pytest.raises(AncrageError, match="did you mean 'payment_days_departement'"):
        Levers({"payment_days_departemental": 20})


@given(
    value=st.floats(0.0, 1.0),
    start=st.integers(0, 60),
    ramp=st.integers(0, 60),
    month=st.integers(-12, 200),
)
def test_paths_stay_between_current_practice_and_target(
    value: float, start: int, ramp: int, month: int
) -> None:
    path = {"value": value, "start_month": start, "ramp_months": ramp}
    levers = Levers({"social_coverage": path})
    low, high = sorted((0.13, value))
    assert low <= levers.value("social_coverage", month) <= high
    assert Levers(levers.canonical()).digest() == levers.digest()
