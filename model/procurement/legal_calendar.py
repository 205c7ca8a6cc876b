"""The dated legal rules of `legal_calendar.toml`, and those in force in a given month.

A rule that starts within a month binds from the next first of the month: a procedure launched
on the first day of a month obeys the rules of that day. A scenario may move rules from January
2027 on (`model/procurement/amendments.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from model.errors import AncrageError, nearest_name
from model.toml_tables import check_fields, read_toml

if TYPE_CHECKING:
    from model.procurement.amendments import Amendments

SWITCH = "0 or 1"
"""Unit of rules that are required (1) or not (0)."""

_OF_RULE = ("key", "label_en", "label_fr", "unit", "low", "high", "applied", "binds_en", "binds_fr")
_OF_VALUE = ("value", "date_from", "article", "source", "to_verify")


@dataclass(frozen=True, slots=True)
class LegalRule:
    """A value of one rule from a date on.

    ``binds_*`` say whom, ``binds_kinds`` names the kinds of buyers where the engine goes by kind
    (empty: not by kind), ``low`` and ``high`` bound what a scenario may decide, ``applied`` tells
    whether a run obeys the rule, ``to_verify`` whether the text itself remains to be read.
    """

    key: str
    value: float
    date_from: dt.date
    unit: str
    article: str
    source: str
    binds_en: str
    to_verify: bool
    meaning_en: str
    meaning_fr: str
    binds_fr: str
    binds_kinds: tuple[str, ...]
    label_en: str
    label_fr: str
    low: float
    high: float
    applied: bool


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The rules of one month that the engine and the records read.

    Thresholds in EUR excl. VAT, shares of the amount, days, months. Switches
    (``environmental_criterion``, ``environmental_execution``, ``social_execution_above_formal``,
    ``social_derogation_*`` but the one in months) are 1.0 where the duty applies or the exception
    may be invoked, else 0.0.
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
    social_derogation_immediate: float
    social_derogation_no_link: float
    social_derogation_competition: float
    social_derogation_short_months: float
    advance_threshold: float
    advance_minimum_months: float
    advance_minimum_base: float
    advance_minimum_sme_local: float
    advance_local_expenditure: float
    advance_minimum_sme_state: float
    retention_cap: float
    retention_cap_sme: float
    payment_days_legal_local: float
    payment_days_legal_state: float
    payment_days_legal_hospital: float
    payment_days_legal_public_company: float
    sme_share_global_contracts: float
    spaser_threshold: float
    framework_maximum_months: float
    reserved_ess_maximum_months: float
    reserved_ess_waiting_months: float
    framework_maximum_months_utilities: float


def _parse(table: Mapping[str, Any]) -> tuple[LegalRule, ...]:
    """Return the dated values of one rule, each with what the rule says of all, by date."""
    where = f"legal_calendar.toml, rule '{table.get('key', '?')}'"
    check_fields(table, (*_OF_RULE, "meaning_en", "meaning_fr", "dated"), ("binds_kinds",), where)
    common: dict[str, Any] = {name: table[name] for name in table if name != "dated"}
    common |= {"low": float(table["low"]), "high": float(table["high"])}
    common["binds_kinds"] = tuple(table.get("binds_kinds", ()))
    found: list[LegalRule] = []
    for dated in table["dated"]:
        check_fields(dated, _OF_VALUE, ("binds_en", "binds_fr"), where)
        values: dict[str, Any] = {**common, **dated, "value": float(dated["value"])}
        rule = LegalRule(**values)
        if not rule.low <= rule.value <= rule.high:
            raise AncrageError(f"{where}: value {rule.value:g} lies outside its bounds.")
        found.append(rule)
    return tuple(sorted(found, key=lambda rule: rule.date_from))


@cache
def load_rules() -> Mapping[str, tuple[LegalRule, ...]]:
    """Return every rule by key, its dated values in order of date."""
    tables = read_toml(Path(__file__).with_name("legal_calendar.toml"))["rule"]
    return MappingProxyType({dated[0].key: dated for dated in map(_parse, tables)})


def rule_named(key: str) -> tuple[LegalRule, ...]:
    """Return the dated values of one rule.

    Raises
    ------
    AncrageError
        Unknown rule.
    """
    rules = load_rules()
    if key not in rules:
        raise AncrageError(f"Unknown legal rule '{key}'{nearest_name(key, rules)}")
    return rules[key]


def kinds_bound(key: str) -> tuple[str, ...]:
    """Return the kinds of buyers that a rule binds, where it goes by kind."""
    return rule_named(key)[0].binds_kinds


def rule_at(key: str, year: int, month: int) -> LegalRule:
    """Return the entry of the calendar that binds on the first day of a month.

    Raises
    ------
    AncrageError
        Unknown rule, or a month before its first date.
    """
    day = dt.date(year, month, 1)
    dated = rule_named(key)
    in_force = [rule for rule in dated if rule.date_from <= day]
    if not in_force:
        first = dated[0].date_from
        raise AncrageError(f"Legal rule '{key}' is known from {first} on, not at {day}.")
    return in_force[-1]


def value_at(key: str, year: int, month: int, amendments: Amendments | None = None) -> float:
    """Return the value of a rule on the first day of a month, as a scenario amends it.

    See `rule_at` for what is refused.
    """
    decided = amendments.value(key, dt.date(year, month, 1)) if amendments else None
    return rule_at(key, year, month).value if decided is None else decided


@lru_cache(maxsize=4096)
def rules_at(year: int, month: int, amendments: Amendments | None = None) -> RulesInForce:
    """Return all rules that bind on the first day of a month, as one frozen value."""
    return RulesInForce(
        **{
            field.name: value_at(field.name, year, month, amendments)
            for field in fields(RulesInForce)
        }
    )
