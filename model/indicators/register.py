"""Loading of the indicator register (`register.toml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from model.errors import AncrageError
from model.toml_tables import check_fields, read_toml

KINDS = ("stock", "flow", "ratio", "decomposition", "gap", "spread")
MEASURES = ("variation", "effect_range")
"""How far apart EPCI are: in the level of an indicator, in the effect of a scenario on it."""
DIRECTIONS = ("up", "down", "none")
DECOMPOSITION_PREFIX = "jobs_difference_"
NO_BASE = "none"
"""Base of what is not a part of anything."""

Weights = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Theme:
    """A group of indicators, in the order of the register."""

    key: str
    label_fr: str
    label_en: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One definition.

    ``terms``, ``numerator`` and ``denominator`` pair quantity names with factors; ``of`` names
    other indicators; see the head of `register.toml` for the kinds. ``direction`` tells what is
    usually wished for, ``base`` what a share is a share of.
    """

    key: str
    theme: str
    kind: str
    unit: str
    unit_fr: str
    decimals: int
    direction: str
    perimeter: str
    base: str
    main: bool
    difference_only: bool
    label_fr: str
    label_en: str
    definition_fr: str
    definition_en: str
    source: str
    terms: Weights = ()
    numerator: Weights = ()
    denominator: Weights = ()
    scale: float = 1.0
    of: tuple[str, ...] = ()
    measure: str = ""

    @property
    def territory_only(self) -> bool:
        """Whether it compares zones, and so has no value of its own in each."""
        return self.kind == "spread"

    @property
    def decomposition_term(self) -> str:
        """Name of the term of the jobs difference (kind ``decomposition`` only)."""
        return self.key.removeprefix(DECOMPOSITION_PREFIX)

    def quantities(self) -> set[str]:
        """Return the names of the quantities that it needs."""
        return {name for part in (self.terms, self.numerator, self.denominator) for name, _ in part}


_OPTIONAL = ("terms", "numerator", "denominator", "scale", "of", "measure")


def _weights(table: Mapping[str, Any], field: str) -> Weights:
    raw = cast("Mapping[str, float]", table.get(field, {}))
    return tuple((name, float(sign)) for name, sign in raw.items())


def _parse(table: Mapping[str, Any]) -> Indicator:
    where = f"indicators/register.toml, indicator '{table.get('key', '?')}'"
    required = [field.name for field in fields(Indicator) if field.name not in _OPTIONAL]
    check_fields(table, required, _OPTIONAL, where)
    parts: dict[str, Any] = {field: _weights(table, field) for field in _OPTIONAL[:3]}
    values: dict[str, Any] = {**table, **parts, "scale": float(table.get("scale", 1.0))}
    values["of"] = tuple(table.get("of", ()))
    entry = Indicator(**values)
    if entry.kind not in KINDS or entry.direction not in DIRECTIONS:
        raise AncrageError(f"{where}: unknown kind '{entry.kind}' or direction.")
    has_terms, has_ratio = bool(entry.terms), bool(entry.numerator and entry.denominator)
    if (has_terms, has_ratio) != (entry.kind in ("stock", "flow"), entry.kind == "ratio"):
        raise AncrageError(f"{where}: its quantities do not fit its kind '{entry.kind}'.")
    others = {"gap": 2, "spread": 1}.get(entry.kind, 0)
    if len(entry.of) != others or bool(entry.measure) != (entry.kind == "spread"):
        raise AncrageError(f"{where}: 'of' and 'measure' do not fit its kind '{entry.kind}'.")
    if entry.measure and entry.measure not in MEASURES:
        raise AncrageError(f"{where}: unknown measure '{entry.measure}'.")
    if entry.base != NO_BASE and entry.base not in load_bases():
        raise AncrageError(f"{where}: its base '{entry.base}' is not in the list of bases.")
    return entry


def _register() -> dict[str, Any]:
    return read_toml(Path(__file__).with_name("register.toml"))


@cache
def load_themes() -> Mapping[str, Theme]:
    """Return the themes by key, in order."""
    themes = (Theme(**table) for table in _register()["theme"])
    return MappingProxyType({theme.key: theme for theme in themes})


@cache
def load_bases() -> Mapping[str, str]:
    """Return the bases of indicators in English, as entries name them, with their French text."""
    return MappingProxyType({b["label_en"]: b["label_fr"] for b in _register()["base"]})


@cache
def load_indicators() -> Mapping[str, Indicator]:
    """Return the register of indicators, read once, in its own order."""
    return MappingProxyType({entry.key: entry for entry in map(_parse, _register()["indicator"])})
