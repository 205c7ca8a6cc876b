"""The dated table of legal rules."""

from __future__ import annotations

from dataclasses import fields

import pytest

from model.errors import AncrageError
from model.procurement.legal_calendar import RulesInForce, load_rules, rules_at, value_at
from model.territory.buyers import BUYER_KINDS


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
        ("social_derogation_short_months", (2026, 8, 0), (2026, 9, 6)),
        ("environmental_execution", (2026, 8, 0), (2026, 9, 1)),
        ("formal_threshold_utilities", (2025, 12, 443_000), (2026, 1, 432_000)),
        ("retention_cap_sme", (2024, 12, 0.05), (2025, 1, 0.03)),
    ],
)
def test_rules_change_at_their_date(
    key: str, before: tuple[int, int, float], after: tuple[int, int, float]
) -> None:
    for year, month, value in (before, after):
        assert value_at(key, year, month) == value
        assert getattr(rules_at(year, month), key) == value


def test_every_applied_rule_is_a_field_and_every_rule_is_sourced() -> None:
    known = {field.name for field in fields(RulesInForce)}
    applied = {key for key, dated in load_rules().items() if dated[-1].applied}
    assert applied <= known <= set(load_rules())
    for key, entries in load_rules().items():
        dates = [entry.date_from for entry in entries]
        assert dates == sorted(set(dates)), key
        for entry in entries:
            assert entry.low <= entry.value <= entry.high, key
            assert set(entry.binds_kinds) <= set(BUYER_KINDS), key
            for name in ("label", "binds", "meaning"):
                assert getattr(entry, f"{name}_fr") and getattr(entry, f"{name}_en"), key
            assert entry.article and entry.source, key


def test_rules_are_known_over_the_whole_simulation() -> None:
    for year in range(2024, 2048):
        rules_at(year, 1)


def test_unknown_rule_or_date_is_refused() -> None:
    with pytest.raises(AncrageError, match="did you mean 'turnover_cap'"):
        value_at("turnover_cape", 2027, 1)
    with pytest.raises(AncrageError, match="known from 2024-01-01 on"):
        value_at("formal_threshold_local", 2020, 1)
