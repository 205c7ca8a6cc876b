"""Dimensions by which results are broken down, and the groups of each (`breakdowns.toml`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from model.toml_tables import check_fields, read_toml

EPCI, SECTOR, FIRM_KIND, OWNERSHIP, BUYER_KIND = DIMENSIONS = (
    "epci",
    "sector",
    "firm-kind",
    "ownership",
    "buyer-kind",
)
"""Keys of the dimensions."""

BUYER_DIMENSIONS = (EPCI, BUYER_KIND)
"""What is recorded of purchases, by zone of performance and by kind of buyer."""

REST = "other"
"""Group of the sectors that no other group holds."""


@dataclass(frozen=True, slots=True)
class Group:
    """One group of a dimension; ``members`` are the codes that it gathers, if not its own key."""

    dimension: str
    key: str
    label_fr: str
    label_en: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way to share out the territory's results."""

    key: str
    label_fr: str
    label_en: str


def _register() -> dict[str, Any]:
    return read_toml(Path(__file__).with_name("breakdowns.toml"))


@cache
def load_dimensions() -> Mapping[str, Dimension]:
    """Return the dimensions by key, in order."""
    found = (Dimension(**table) for table in _register()["dimension"])
    return MappingProxyType({dimension.key: dimension for dimension in found})


@cache
def load_groups(dimension: str) -> Mapping[str, Group]:
    """Return the groups of a dimension by key, in order; none for EPCI, which are zones."""
    groups: dict[str, Group] = {}
    for table in _register()["group"]:
        where = f"indicators/breakdowns.toml, group '{table.get('key', '?')}'"
        check_fields(table, ("dimension", "key", "label_fr", "label_en"), ("members",), where)
        if table["dimension"] == dimension:
            labels = table["label_fr"], table["label_en"]
            members = tuple(table.get("members", ()))
            groups[table["key"]] = Group(dimension, table["key"], *labels, members)
    return MappingProxyType(groups)


def sector_groups(codes: Sequence[str]) -> tuple[tuple[str, ...], list[int]]:
    """Return the groups that hold some sector of a territory, and each sector's place in them."""
    home = {code: group.key for group in load_groups(SECTOR).values() for code in group.members}
    of_sector = [home.get(code, REST) for code in codes]
    groups = tuple(key for key in load_groups(SECTOR) if key in of_sector)
    return groups, [groups.index(key) for key in of_sector]
