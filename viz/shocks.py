"""Shocks in words: what strikes, how deep, when, for how long, and whether it was known."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from model.shocks.shock import Shock, Shocks
from model.territory.sectors import ALL_SECTORS
from scenarios.schema import Scenario
from viz.numbers import number, percent, shortest
from viz.texts import Language, semicolon_in, words_of

_words = words_of("shocks")
_kinds_of_buyer = words_of("cli")

_MOST_SECTORS = 3
"""Sectors named; more are counted."""
_READY_FIRMS = ("largest", "systemic")
_UNITS = {"failure-wave": "depth_months", "large-site": "depth_fte"}
"""Kinds whose depth is not a share."""


def shock_label(scenario: Scenario, language: Language) -> str:
    """Return the short label of a shock: the first line of what it is for, else its name."""
    why = scenario.why if language == "fr" else scenario.why_en or scenario.why
    first = why.strip().partition("\n")[0].strip().removesuffix(".")
    return first or scenario.name


def shocks_told(shocks: Shocks, language: Language) -> str:
    """Return one sentence on what strikes."""
    told = [_told(one, language) for one in shocks.items if not one.changes_nothing]
    key = "shocks_one" if len(told) == 1 else "shocks_many"
    return _words(key, language, told=semicolon_in(language).join(told))


def _told(shock: Shock, language: Language) -> str:
    """Say what strikes, how deep, where, when, and how it ends."""
    what = _words(
        f"shock_{shock.kind}",
        language,
        depth=_depth(shock, language),
        firm=_firm(shock.firm, language),
        origin=_words(f"origin_{shock.origin}", language) if shock.origin else "",
    )
    if places := _places(shock, language):
        what += _words("shock_where", language, places=semicolon_in(language).join(places))
    when = {"start": shock.start_month + 1, "duration": shock.duration_months}
    what += _words("shock_at" if shock.duration_months == 1 else "shock_during", language, **when)
    if shock.recovery in ("linear", "exponential") and shock.recovery_months:
        key = "shock_fades" if shock.kind in _UNITS else f"shock_{shock.recovery}"
        what += _words(key, language, months=shock.recovery_months)
    elif shock.recovery == "none" and shock.entry.recovery != "none":
        what += _words("shock_for_good", language)
    if shock.announced_months:
        what += _words("shock_announced", language, months=shock.announced_months)
    elif shock.entry.announced:
        what += _words("shock_unexpected", language)
    return what


def _depth(shock: Shock, language: Language) -> str:
    if shock.kind in _UNITS:
        written = number(shock.depth, shortest(shock.depth), language)
        key = _UNITS[shock.kind]
        one = shock.depth == 1.0 and key == "depth_months"
        return _words("depth_month" if one else key, language, depth=written)
    return percent(shock.depth, language, min(2, shortest(100.0 * shock.depth)))


def _firm(firm: str, language: Language) -> str:
    if firm in _READY_FIRMS:
        return _words(f"firm_{firm}", language)
    return _words("firm_named", language, code=firm)


def _places(shock: Shock, language: Language) -> list[str]:
    """Name what a shock is narrowed down to: EPCI, sectors, buyers."""
    found = [epci_names().get(code, code) for code in shock.epci]
    if len(shock.sectors) > _MOST_SECTORS:
        found.append(_words("shock_sectors", language, count=len(shock.sectors)))
    else:
        labels = {one.code: str(getattr(one, f"label_{language}")) for one in ALL_SECTORS}
        found += [labels.get(code, code) for code in shock.sectors]
    found += [_kinds_of_buyer(f"kind_{kind}", language) for kind in shock.kinds]
    return [*found, *shock.buyers]


@cache
def epci_names() -> Mapping[str, str]:
    """Return the names of the embedded EPCI by code."""
    path = resources.files("model") / "data" / "territory" / "zones.csv"
    with path.open(encoding="utf-8") as file:
        return MappingProxyType({row["epci"]: row["name"] for row in csv.DictReader(file)})
