"""The kinds of shock, read from `register.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from model.toml_tables import check_fields, read_toml

RECOVERIES = ("sudden", "linear", "exponential", "none")
"""Paths of the depth after the duration: back at once, in a straight line, by a constant part a
month (5 % left after the recovery months), or never."""

ORIGINS = ("abroad", "outside")
"""What a supply interruption cuts: products made abroad, or in all places outside the territory."""


@dataclass(frozen=True, slots=True)
class ShockKind:
    """One kind: bounds of the depth in ``unit``, and what a shock of it does where nothing is said.

    ``reach`` names the fields that narrow it down, ``adds_up`` tells that depths on one target are
    shares of one whole, ``announced`` that agents can prepare for it; ``acts`` says how it acts.
    """

    key: str
    unit: str
    low: float
    high: float
    reach: tuple[str, ...]
    adds_up: bool
    announced: bool
    duration_months: int
    recovery: str
    recovery_months: int
    acts: str
    source: str
    label_fr: str
    label_en: str
    depth_fr: str
    depth_en: str


@cache
def load_shock_kinds() -> Mapping[str, ShockKind]:
    """Return the kinds of shock by key, in the order of the register."""
    path = Path(__file__).parent / "register.toml"
    found: dict[str, ShockKind] = {}
    for table in read_toml(path)["kind"]:
        where = f"register of shocks, '{table.get('key', '?')}'"
        check_fields(table, (field.name for field in fields(ShockKind)), (), where)
        values: dict[str, Any] = {**table, "reach": tuple(table["reach"])}
        entry = ShockKind(**values)
        assert entry.recovery in RECOVERIES and entry.low <= entry.high, where
        found[entry.key] = entry
    return MappingProxyType(found)
