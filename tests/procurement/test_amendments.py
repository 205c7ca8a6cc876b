"""What a scenario may change in the law, and what is refused."""

from __future__ import annotations

import datetime as dt
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import AncrageError
from model.procurement.amendments import FIRST_DAY, Amendments
from model.procurement.legal_calendar import load_rules, rules_at, value_at
from model.procurement.levers import SCENARIO_START

SPASER = {"spaser_threshold": {"value": 20_000_000, "from": "2028-01-01"}}


def test_scenarios_of_law_start_when_levers_do() -> None:
    assert (FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day) == (*SCENARIO_START, 1)


def test_a_value_holds_from_its_date_and_not_before() -> None:
    law = Amendments(SPASER)
    assert value_at("spaser_threshold", 2027, 12, law) == 50_000_000
    for year in (2028, 2040):
        assert rules_at(year, 1, law).spaser_threshold == 20_000_000
    assert rules_at(2028, 1).spaser_threshold == 50_000_000
    assert value_at("turnover_cap", 2028, 1, law) == 1.5


def test_a_date_within_a_month_binds_from_the_next() -> None:
    law = Amendments({"turnover_cap": {"value": 1.0, "from": "2028-03-15"}})
    assert [rules_at(2028, m, law).turnover_cap for m in (3, 4)] == [1.5, 1.0]


def test_a_moved_entry_gives_back_the_value_before_it() -> None:
    law = Amendments({"social_execution_above_formal": {"from": "2029-01-01"}})
    held = [rules_at(year, 1, law).social_execution_above_formal for year in (2027, 2028, 2029)]
    assert held == [0.0, 0.0, 1.0]
    assert rules_at(2026, 9, law).social_execution_above_formal == 1.0
    sooner = Amendments({"agec_textiles_reused": {"from": "2027-01-01"}})
    assert value_at("agec_textiles_reused", 2027, 1, sooner) == 0.15


def test_steps_stand_in_place_of_later_entries_of_the_calendar() -> None:
    law = Amendments(
        {"agec_textiles_reused": {"steps": [["2028-01-01", 0.1], ["2035-01-01", 0.3]]}}
    )
    found = [value_at("agec_textiles_reused", year, 1, law) for year in (2027, 2028, 2031, 2035)]
    assert found == [0.08, 0.1, 0.1, 0.3]


def test_dates_of_toml_are_read() -> None:
    written = {"spaser_threshold": {"value": 20_000_000, "from": dt.date(2028, 1, 1)}}
    assert Amendments(written) == Amendments(SPASER)


def test_what_changes_nothing_is_left_out_and_equal_courses_are_one() -> None:
    idle = Amendments({"spaser_threshold": {"value": 50_000_000, "from": "2030-01-01"}})
    assert idle.changed() == () and idle.canonical() == {}
    moved = Amendments({"agec_textiles_reused": {"from": "2030-01-01"}})
    assert moved.changed() == ()
    by_steps = {"spaser_threshold": {"steps": [["2027-01-01", 50_000_000], ["2028-01-01", 2e7]]}}
    assert Amendments(by_steps).canonical() == Amendments(SPASER).canonical()


def test_the_right_one_wins_rule_by_rule() -> None:
    left = Amendments({**SPASER, "turnover_cap": {"value": 1.0, "from": "2027-01-01"}})
    right = Amendments({"turnover_cap": {"value": 3.0, "from": "2029-01-01"}})
    both = left | right
    assert both.changed() == ("spaser_threshold", "turnover_cap")
    assert [rules_at(year, 1, both).turnover_cap for year in (2028, 2029)] == [1.5, 3.0]
    assert (left | Amendments()) == left
    assert pickle.loads(pickle.dumps(both)) == both and hash(both) == hash(left | right)


@given(
    key=st.sampled_from(sorted(load_rules())),
    days=st.lists(st.dates(dt.date(2027, 1, 1), dt.date(2070, 1, 1)), min_size=1, max_size=4),
    shares=st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4),
)
def test_the_canonical_form_reads_back_to_the_same_course(
    key: str, days: list[dt.date], shares: list[float]
) -> None:
    rule = load_rules()[key][-1]
    values = [float(round(rule.low + s * (rule.high - rule.low))) for s in shares]
    values = [min(max(v, rule.low), rule.high) for v in values]
    if rule.unit == "0 or 1":
        values = [float(v >= 0.5) for v in values]
    steps = [[day, value] for day, value in zip(sorted(set(days)), values, strict=False)]
    law = Amendments({key: {"steps": steps}})
    again = Amendments(law.canonical())
    assert again.canonical() == law.canonical()
    for year in (2027, 2030, 2035, 2050, 2071):
        assert value_at(key, year, 1, again) == value_at(key, year, 1, law)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"spaser_treshold": {"value": 1, "from": "2028-01-01"}},
            "did you mean 'spaser_threshold'",
        ),
        ({"turnover_cap": 2}, "write { value"),
        ({"turnover_cap": {"value": 2}}, "give the date 'from'"),
        ({"turnover_cap": {"value": 2, "form": "2028-01-01"}}, "did you mean 'from'"),
        ({"turnover_cap": {"value": 2, "from": "2028-13-01"}}, "is not a date"),
        ({"turnover_cap": {"value": 2, "from": 2028}}, "is not a date"),
        ({"turnover_cap": {"value": 2, "from": dt.datetime(2028, 1, 1)}}, "is not a date"),
        ({"turnover_cap": {"value": 2, "from": "2026-12-01"}}, "from 2027-01-01 to"),
        ({"turnover_cap": {"value": 2, "from": "2200-01-01"}}, "not on 2200-01-01"),
        ({"turnover_cap": {"value": 99, "from": "2028-01-01"}}, "out of bounds: 0 to 10"),
        ({"turnover_cap": {"value": True, "from": "2028-01-01"}}, "is not a number"),
        ({"turnover_cap": {"value": float("nan"), "from": "2028-01-01"}}, "is not a number"),
        ({"environmental_criterion": {"value": 0.5, "from": "2028-01-01"}}, "is 0 .* or 1"),
        ({"framework_maximum_months": {"value": 30.5, "from": "2028-01-01"}}, "whole number"),
        ({"standstill_days": {"from": "2028-01-01"}}, "give its 'value'"),
        ({"turnover_cap": {"steps": []}}, "must be a list"),
        ({"turnover_cap": {"steps": ["2028-01-01"]}}, "must be a list"),
        ({"turnover_cap": {"steps": [["2028-01-01", 1, 2]]}}, "must be a list"),
        ({"turnover_cap": {"steps": [["2029-01-01", 1], ["2028-01-01", 2]]}}, "rising dates"),
        ({"turnover_cap": {"steps": [["2029-01-01", 1]], "value": 2}}, "not both"),
    ],
)
def test_bad_amendments_are_refused_in_one_sentence(
    changes: dict[str, object], expected: str
) -> None:
    with pytest.raises(AncrageError, match=expected) as refusal:
        Amendments(changes)
    assert "\n" not in str(refusal.value)
