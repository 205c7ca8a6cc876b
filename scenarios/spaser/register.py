"""Categories, rules, obstacles and means of a scheme of responsible purchasing, read from data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast

from model.errors import AncrageError
from model.indicators import load_indicators
from model.indicators.recording.by_buyer import COUNTED, UNITS
from model.procurement.levers import load_levers
from model.toml_tables import check_fields, read_toml

_FOLDER = Path(__file__).parent

Unit = Literal["number", "value"]
"""Shares of the number of contracts or of their value; a count or EUR where it is no share."""


@dataclass(frozen=True, slots=True)
class Category:
    """One category of purchases; see the head of `categories.toml`."""

    key: str
    default_unit: Unit
    family: str
    structures: bool
    label_fr: str
    label_en: str
    definition_fr: str
    definition_en: str


@dataclass(frozen=True, slots=True)
class Rules:
    """How targets are proposed: see `categories.toml`."""

    reach: float
    rounding: tuple[float, ...]
    fewest_contracts: float
    fewest_of_category: float


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something measured that stands in the way; it binds from ``threshold`` on, or below it."""

    key: str
    threshold: float
    below: bool
    structures: bool
    label_fr: str
    label_en: str

    def binds(self, share: float) -> bool:
        """Return whether it does at this share; never where nothing was measured."""
        return share < self.threshold if self.below else share >= self.threshold


@dataclass(frozen=True, slots=True)
class Means:
    """A lever that acts on some keys; see the head of `means.toml`."""

    key: str
    most: float
    enabling: bool
    on: tuple[str, ...]
    pilot_fr: str
    pilot_en: str
    cost_fr: str
    cost_en: str

    def pilot(self, french: bool) -> str:
        """Return who pulls the lever."""
        return self.pilot_fr if french else self.pilot_en

    def cost(self, french: bool) -> str:
        """Return what the lever costs, in words."""
        return self.cost_fr if french else self.cost_en

    def label(self, french: bool) -> str:
        """Return the name of the lever."""
        lever = load_levers()[self.key]
        return lever.label_fr if french else lever.label_en


def _read(kind: type, table: Mapping[str, Any], where: str) -> Any:
    check_fields(table, (field.name for field in fields(kind)), (), where)
    values: dict[str, Any] = {
        name: tuple(cast("list[object]", value)) if isinstance(value, list) else value
        for name, value in table.items()
    }
    return kind(**values)


@cache
def load_categories() -> Mapping[str, Category]:
    """Return the categories by key, in reading order."""
    entries = [_read(Category, t, "spaser/categories.toml") for t in _tables()["category"]]
    found = {entry.key: entry for entry in entries}
    if tuple(found) != COUNTED[1:] or any(e.default_unit not in UNITS for e in found.values()):
        raise AncrageError("spaser/categories.toml: its categories are not those counted.")
    return MappingProxyType(found)


@cache
def load_rules() -> Rules:
    """Return the rules by which a target is proposed."""
    return _read(Rules, _tables()["rules"], "spaser/categories.toml, rules")


@cache
def load_obstacles() -> Mapping[str, Obstacle]:
    """Return the obstacles by key, in reading order."""
    entries = [_read(Obstacle, t, "spaser/categories.toml") for t in _tables()["obstacle"]]
    return MappingProxyType({entry.key: entry for entry in entries})


@cache
def load_means() -> Mapping[str, Means]:
    """Return the means by lever, in reading order."""
    found: dict[str, Means] = {}
    known = {*load_categories(), *load_indicators()}
    for table in read_toml(_FOLDER / "means.toml")["means"]:
        entry: Means = _read(Means, table, f"spaser/means.toml, '{table.get('key', '?')}'")
        lever = load_levers().get(entry.key)
        if lever is None or not lever.low <= entry.most <= lever.high:
            raise AncrageError(f"spaser/means.toml: '{entry.key}' is no lever, or out of bounds.")
        if unknown := set(entry.on) - known:
            raise AncrageError(f"spaser/means.toml, '{entry.key}': unknown keys {sorted(unknown)}.")
        found[entry.key] = entry
    return MappingProxyType(found)


def means_of(key: str) -> tuple[Means, ...]:
    """Return the means that act on a category or an indicator, those that enable others last."""
    found = [entry for entry in load_means().values() if key in entry.on]
    return tuple(sorted(found, key=lambda entry: entry.enabling))


def keys_with_means() -> tuple[str, ...]:
    """Return every category and indicator for which a target can be looked for."""
    every = {key for entry in load_means().values() for key in entry.on}
    return tuple(key for key in (*load_categories(), *load_indicators()) if key in every)


@cache
def _tables() -> dict[str, Any]:
    return read_toml(_FOLDER / "categories.toml")
