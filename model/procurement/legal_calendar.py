"""The dated legal rules of `legal_calendar.toml`, and those in force in a given month.

A rule that starts within a month binds from the next first of the month: a procedure launched
on the first day of a month obeys the rules of that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from model.errors import AncrageError, nearest_name
from model.toml_tables import check_fields, read_toml


@dataclass(frozen=True, slots=True)
class LegalRule:
    """A value of one rule from a date on.

    ``binds`` says whom, ``to_verify`` whether the text itself remains to be read.
    """

    key: str
    value: float
    date_from: dt.date
    unit: str
    article: str
    source: str
    binds: str
    to_verify: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """All rules of one month; thresholds in EUR excl. VAT, shares of the amount, days.

    Switches (``environmental_criterion``, ``environmental_execution``,
    ``social_execution_above_formal``) are 1.0 where the duty applies, else 0.0.
    """

    waiver_threshold_works: float
    waiver_threshold_other: float
    formal_threshold_works: float
    formal_threshold_local: float
    formal_threshold_state: float
    formal_threshold_utilities: float
    publicity_threshold: float
    open_data_threshold: float
    turnover_cap: float
    environmental_criterion: float
    environmental_execution: float
    social_execution_above_formal: float
    advance_threshold: float
    advance_minimum_months: float
    advance_minimum_base: float
    advance_minimum_sme_local: float
    advance_minimum_sme_state: float
    payment_days_legal_local: float
    payment_days_legal_state: float
    payment_days_legal_hospital: float
    payment_days_legal_public_company: float
    retention_cap_sme: float
    sme_share_global_contracts: float
    spaser_threshold: float
    framework_maximum_months: float


def _parse(table: Mapping[str, Any]) -> LegalRule:
    where = f"legal_calendar.toml, rule '{table.get('key', '?')}'"
    check_fields(table, (field.name for field in fields(LegalRule)), (), where)
    values: dict[str, Any] = {**table, "value": float(table["value"])}
    return LegalRule(**values)


@cache
def load_rules() -> Mapping[str, tuple[LegalRule, ...]]:
    """Return every rule by key, its dated values in order of date."""
    found: dict[str, list[LegalRule]] = {}
    for table in read_toml(Path(__file__).with_name("legal_calendar.toml"))["rule"]:
        rule = _parse(table)
        found.setdefault(rule.key, []).append(rule)
    ordered = {key: tuple(sorted(found[key], key=lambda r: r.date_from)) for key in found}
    return MappingProxyType(ordered)


def rule_at(key: str, year: int, month: int) -> LegalRule:
    """Return the entry of a rule that binds on the first day of a month.

    Raises
    ------
    AncrageError
        Unknown rule, or a month before its first date.
    """
    rules = load_rules()
    if key not in rules:
        raise AncrageError(f"Unknown legal rule '{key}'{nearest_name(key, rules)}")
    day = dt.date(year, month, 1)
    in_force = [rule for rule in rules[key] if rule.date_from <= day]
    if not in_force:
        first = rules[key][0].date_from
        raise AncrageError(f"Legal rule '{key}' is known from {first} on, not at {day}.")
    return in_force[-1]


def value_at(key: str, year: int, month: int) -> float:
    """Return the value of a rule on the first day of a month (see `rule_at`)."""
    return rule_at(key, year, month).value


@cache
def rules_at(year: int, month: int) -> RulesInForce:
    """Return all rules that bind on the first day of a month, as one frozen value."""
    return RulesInForce(
        **{field.name: value_at(field.name, year, month) for field in fields(RulesInForce)}
    )
