"""The measures of resilience, read from `measures.toml`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType

from model.toml_tables import check_fields, read_toml


@dataclass(frozen=True, slots=True)
class Measure:
    """One definition; see the head of `measures.toml` for the fields."""

    key: str
    unit: str
    unit_fr: str
    decimals: int
    direction: str
    statistic: str
    zones: bool
    audience: str
    label_fr: str
    label_en: str
    definition_fr: str
    definition_en: str
    source: str
    least: float = -math.inf
    most: float = math.inf


@cache
def load_resilience_measures() -> Mapping[str, Measure]:
    """Return the measures by key, in the order of the register."""
    found: dict[str, Measure] = {}
    for table in read_toml(Path(__file__).with_name("measures.toml"))["measure"]:
        where = f"resilience/measures.toml, '{table.get('key', '?')}'"
        names = [field.name for field in fields(Measure)]
        check_fields(table, names[:-2], names[-2:], where)
        found[table["key"]] = Measure(**table)
    return MappingProxyType(found)
