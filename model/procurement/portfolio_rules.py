"""Which lever fits which family of purchases: the rules of `portfolio_rules.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from model.errors import AncrageError, nearest_name
from model.procurement.legal_calendar import rule_named
from model.procurement.levers import load_levers
from model.procurement.portfolio import Family
from model.toml_tables import check_fields, read_toml

_SIDES = ("at_least", "at_most")
_ARTICLE = re.compile(r"\b(?:CGCT )?[LRD]\.\d+-\d+(?:-\d+)?")


@dataclass(frozen=True, slots=True)
class FittingRule:
    """One rule: the lever, the limits that a family must meet, and why it fits."""

    key: str
    lever: str
    law: str
    at_least: tuple[tuple[str, float], ...]
    at_most: tuple[tuple[str, float], ...]
    short_en: str
    short_fr: str
    reason_en: str
    reason_fr: str

    def fits(self, family: Family) -> bool:
        """Whether the family meets all limits."""
        return all(float(getattr(family, f)) >= v for f, v in self.at_least) and all(
            float(getattr(family, f)) <= v for f, v in self.at_most
        )

    @property
    def articles(self) -> str:
        """Articles of the legal basis: of the lever register, or of the legal calendar."""
        if self.law:
            return rule_named(self.law)[-1].article
        return ", ".join(_ARTICLE.findall(load_levers()[self.lever].legal_basis))


@cache
def load_fitting_rules() -> tuple[FittingRule, ...]:
    """Return the rules in their order, checked."""
    tables = read_toml(Path(__file__).with_name("portfolio_rules.toml"))["rule"]
    return tuple(_rule(table) for table in tables)


def fitting_rules(family: Family) -> tuple[FittingRule, ...]:
    """Return the rules that a family meets, one a lever: the first is the lever that fits."""
    found: dict[str, FittingRule] = {}
    for rule in load_fitting_rules():
        if rule.fits(family):
            found.setdefault(rule.lever, rule)
    return tuple(found.values())


def _rule(table: Mapping[str, Any]) -> FittingRule:
    where = f"portfolio_rules.toml, rule '{table.get('key', '?')}'"
    needed = ("key", "lever", "short_en", "short_fr", "reason_en", "reason_fr")
    check_fields(table, needed, ("law", "at_least", "at_most"), where)
    lever = str(table["lever"])
    if lever not in load_levers():
        raise AncrageError(f"{where}: unknown lever '{lever}'{nearest_name(lever, load_levers())}")
    limits = [tuple((str(f), float(v)) for f, v in table.get(side, {}).items()) for side in _SIDES]
    known = {name for name in dir(Family) if not name.startswith("_")}
    for name, _ in limits[0] + limits[1]:
        if name not in known:
            raise AncrageError(f"{where}: unknown field '{name}'{nearest_name(name, known)}")
    return FittingRule(
        key=str(table["key"]),
        lever=lever,
        law=str(table.get("law", "")),
        at_least=limits[0],
        at_most=limits[1],
        short_en=str(table["short_en"]),
        short_fr=str(table["short_fr"]),
        reason_en=str(table["reason_en"]),
        reason_fr=str(table["reason_fr"]),
    )
