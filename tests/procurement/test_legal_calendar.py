"""The dated table of legal rules."""

from __future__ import annotations

from dataclasses import fields

import pytest

from model.errors import AncrageError
from model.procurement.legal_calendar import RulesInForce, load_rules, rules_at, value_at


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        ("waiver_threshold_other", (2026, 3, 40_000), (2026, 4, 60_000)),
        ("waiver_threshold_works", (2024, 1, 100_000), (2026, 1, 100_000)),
        ("formal_threshold_local", (2025, 12, 221_000), (2026, 1, 216_000)),
        ("formal_threshold_state", (2025, 12, 143_000), (2026, 1, 140_000)),
        ("formal_threshold_works", (2025, 12, 5_538_000), (2026, 1, 5_404_000)),
        ("turnover_cap", (2025, 12, 2.0), (2026, 1, 1.5)),
        ("environmental_criterion", (2026, 8, 0), (2026, 9, 1)),
        ("social_execution_above_formal", (2026, 8, 0), (2026, 9, 1)),
    ],
)
def test_rules_change_at_their_date(
    key: str, before: tuple[int, int, float], after: tuple[int, int, float]
) -> None:
    for year, month, value in (before, after):
        assert value_at(key, year, month) == value
        assert getattr(rules_at(year, month), key) == value


def test_every_rule_of_the_table_is_a_field_and_is_sourced() -> None:
    assert {field.name for field in fields(RulesInForce)} == set(load_rules())
    for key, entries in load_rules().items():
        dates = [entry.date_from for entry in entries]
        assert dates == sorted(set(dates)), key
        for entry in entries:
            assert entry.article and entry.source and entry.binds and entry.meaning, key


def test_rules_are_known_over_the_whole_simulation() -> None:
    for year in range(2024, 2048):
        rules_at(year, 1)


def test_unknown_rule_or_date_is_refused() -> None:
    with pytest.raises(AncrageError, match="did you mean 'turnover_cap'"):
        value_at("turnover_cape", 2027, 1)
    with pytest.raises(AncrageError, match="known from 2024-01-01 on"):
        value_at("formal_threshold_local", 2020, 1)
