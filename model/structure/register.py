"""Loading of the register of measures of structure (`measures.toml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from model.errors import AncrageError
from model.toml_tables import check_fields, read_toml

AUDIENCES = ("all", "research")
"""Who reads a measure: everybody, or Recherche alone."""
DIRECTIONS = ("up", "down", "none")


@dataclass(frozen=True, slots=True)
class Theme:
    """A group of measures, in the order of the register."""

    key: str
    label_fr: str
    label_en: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One definition; meanings of the fields are at the head of `measures.toml`."""

    key: str
    theme: str
    unit: str
    unit_fr: str
    decimals: int
    direction: str
    by_zone: bool
    audience: str
    label_fr: str
    label_en: str
    definition_fr: str
    definition_en: str
    source: str
    scale: float = 1.0


def _register() -> dict[str, Any]:
    return read_toml(Path(__file__).with_name("measures.toml"))


def _parse(table: Mapping[str, Any]) -> Measure:
    where = f"structure/measures.toml, measure '{table.get('key', '?')}'"
    required = [field.name for field in fields(Measure) if field.name != "scale"]
    check_fields(table, required, ("scale",), where)
    entry = Measure(**table)
    if entry.theme not in load_themes():
        raise AncrageError(f"{where}: unknown theme '{entry.theme}'.")
    if entry.audience not in AUDIENCES or entry.direction not in DIRECTIONS:
        raise AncrageError(f"{where}: unknown audience '{entry.audience}' or direction.")
    return entry


@cache
def load_themes() -> Mapping[str, Theme]:
    """Return the themes by key, in order."""
    themes = (Theme(**table) for table in _register()["theme"])
    return MappingProxyType({theme.key: theme for theme in themes})


@cache
def load_measures() -> Mapping[str, Measure]:
    """Return the register of measures, read once, in its own order."""
    return MappingProxyType({entry.key: entry for entry in map(_parse, _register()["measure"])})
