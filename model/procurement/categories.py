"""Purchase categories: what is bought, who produces it, who supplies it.

One source: `categories.toml` (definitions) and the measured tables of `model/data/procurement`.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError, nearest_name
from model.random_streams import Keys, purpose_key, uniform

WORKS, SERVICES, SUPPLIES = "works", "services", "supplies"
CATEGORY_KINDS = (WORKS, SERVICES, SUPPLIES)
TRADE_SECTOR = "GZ"

_HERE = Path(__file__).parent
TABLES = _HERE.parent / "data" / "procurement"

# Rows of the kinds of establishments (contract of `Establishments.kind`) from this index on are
# integration and disability structures: their categories come with the structures' own table.
FIRST_STRUCTURE_KIND = 5

# A second trade among those of the sector: small firms do one thing, large ones several.
_SECOND_TRADE = (0.0, 0.10, 0.15, 0.20, 0.30, 0.40, 0.50, 0.60, 0.60)


@dataclass(frozen=True, slots=True)
class Category:
    """A purchase category; field meanings and units are at the head of `categories.toml`."""

    key: str
    label_fr: str
    label_en: str
    kind: str
    product_sector: str
    supply_sectors: tuple[str, ...]
    traded: bool
    labour_share: float
    direct_fte_per_meur: float | None
    siae_supplied: bool
    ess_reservable: bool
    duration_months: tuple[int, int]
    bid_overdispersion: float
    splittable: bool
    cpv: tuple[str, ...]
    specialisation: tuple[tuple[str, float], ...]
    source: str
    supply_shares: tuple[tuple[str, float], ...]
    food_share: float = 0.0
    reusable: bool = False


@cache
def load_categories() -> tuple[Category, ...]:
    """Return the categories in the order of the file, with their measured supply shares."""
    shares = _supply_shares()
    entries = _document()["category"]
    return tuple(_category(entry, shares) for entry in entries)


@cache
def category_index() -> Mapping[str, int]:
    """Return the position of each category key."""
    return {category.key: i for i, category in enumerate(load_categories())}


def category_number(key: str) -> int:
    """Return the position of one category; refuse an unknown key with the nearest name."""
    known = category_index()
    if key not in known:
        raise AncrageError(f"unknown purchase category '{key}'{nearest_name(key, known)}")
    return known[key]


def category_keys() -> Keys:
    """Return uint64 (C,): the stable key of each category, independent of its position."""
    return np.array([purpose_key(c.key) for c in load_categories()], dtype=np.uint64)


def category_of_cpv(code: str) -> str | None:
    """Return the category of a CPV code (longest prefix), or None if it is not modelled."""
    digits = code.strip()
    prefixes = _prefixes()
    for length in range(len(digits), 0, -1):
        if digits[:length] in prefixes:
            return prefixes[digits[:length]]
    return None


def excluded_cpv() -> tuple[str, ...]:
    """Return the CPV prefixes that are not purchases of the model."""
    return tuple(str(p) for entry in _document()["excluded"] for p in entry["cpv"])


def assign_trades(
    sector: NDArray[np.integer],
    kind: NDArray[np.integer],
    key: Keys,
    seed: int,
    *,
    sector_codes: Sequence[str],
    size_class: NDArray[np.integer] | None = None,
    h: Mapping[str, float] | None = None,
) -> NDArray[np.int16]:
    """Draw the first and second category that each establishment can supply.

    Parameters
    ----------
    sector
        (n,) index into ``sector_codes``.
    kind
        (n,) index of the establishment kind; from ``FIRST_STRUCTURE_KIND`` on (integration and
        disability structures) no trade is drawn here.
    key
        uint64 (n,) entity keys.
    seed
        Seed of the draws.
    sector_codes
        A38 codes in the order of ``sector``.
    size_class
        (n,) 0 none to 8 (500 and more); the chance of a second trade grows with it. Class 2 (6-9)
        if not given.
    h
        Hypotheses: ``specialisation_scale`` multiplies every specialisation share.

    Returns
    -------
    int16 (n, 2): category positions, -1 = none. The second is never the first.
    """
    trades = np.full((len(sector), 2), -1, dtype=np.int16)
    scale = 1.0 if h is None else h.get("specialisation_scale", 1.0)
    table = specialisation_table(sector_codes) * scale
    size = np.full(len(sector), 2) if size_class is None else np.asarray(size_class)
    ordinary = np.asarray(kind) < FIRST_STRUCTURE_KIND
    second_chance = np.array(_SECOND_TRADE)[np.clip(size, 0, len(_SECOND_TRADE) - 1)]
    u_first = uniform(seed, "trade-first", key)
    u_has_second = uniform(seed, "trade-has-second", key)
    u_second = uniform(seed, "trade-second", key)
    for s in np.unique(sector):
        supplied = np.flatnonzero(table[s])
        if supplied.size == 0:
            continue
        rows = np.flatnonzero((sector == s) & ordinary)
        bounds = np.cumsum(table[s, supplied])
        first = np.searchsorted(bounds / max(1.0, bounds[-1]), u_first[rows], side="right")
        able = first < supplied.size
        trades[rows[able], 0] = supplied[first[able]]
        if supplied.size > 1:
            wants = able & (u_has_second[rows] < second_chance[rows])
            chosen = _other_trade(table[s, supplied], first[wants], u_second[rows[wants]])
            trades[rows[wants], 1] = supplied[chosen]
    return trades


def specialisation_table(sector_codes: Sequence[str]) -> NDArray[np.float64]:
    """Return (S, C): share of a sector's establishments whose first trade is each category."""
    row = {code: i for i, code in enumerate(sector_codes)}
    table = np.zeros((len(sector_codes), len(load_categories())))
    for c, category in enumerate(load_categories()):
        for code, share in category.specialisation:
            if code in row:
                table[row[code], c] = share
    return table


def supply_table(sector_codes: Sequence[str]) -> NDArray[np.float64]:
    """Return (C, S): share of each sector among the holders of a category, by number."""
    row = {code: i for i, code in enumerate(sector_codes)}
    table = np.zeros((len(load_categories()), len(sector_codes)))
    for c, category in enumerate(load_categories()):
        for code, share in category.supply_shares:
            if code in row:
                table[c, row[code]] = share
    return table


def _other_trade(
    weights: NDArray[np.float64], first: NDArray[np.intp], u: NDArray[np.float64]
) -> NDArray[np.intp]:
    """Draw a position among ``weights`` other than ``first``, in proportion to the weights."""
    after = np.cumsum(weights)
    before = after - weights
    target: NDArray[np.float64] = u * (after[-1] - weights[first])
    # Leave a hole where the first trade stands.
    target = target + np.where(target >= before[first], weights[first], 0.0)
    drawn = np.minimum(np.searchsorted(after, target, side="right"), weights.size - 1)
    # Rounding at the edge of the hole may fall back on the first trade: take its neighbour.
    return np.where(drawn == first, (first + 1) % weights.size, drawn)


@cache
def _document() -> dict[str, Any]:
    with (_HERE / "categories.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def _prefixes() -> Mapping[str, str]:
    return {str(p): str(e["key"]) for e in _document()["category"] for p in e["cpv"]}


def _supply_shares() -> dict[str, list[tuple[str, float]]]:
    path = TABLES / "supply_shares.csv"
    shares: dict[str, list[tuple[str, float]]] = {}
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                shares.setdefault(line["category"], []).append(
                    (line["sector"], float(line["share"]))
                )
    return shares


def _category(entry: Mapping[str, Any], shares: Mapping[str, list[tuple[str, float]]]) -> Category:
    low, high = cast(list[int], entry["duration_months"])
    specialisation = cast(dict[str, float], entry["specialisation"])
    key = str(entry["key"])
    return Category(
        key=key,
        label_fr=str(entry["label_fr"]),
        label_en=str(entry["label_en"]),
        kind=str(entry["kind"]),
        product_sector=str(entry["product_sector"]),
        supply_sectors=tuple(cast(list[str], entry["supply_sectors"])),
        traded=bool(entry["traded"]),
        labour_share=float(entry["labour_share"]),
        direct_fte_per_meur=_optional(entry.get("direct_fte_per_meur")),
        siae_supplied=bool(entry["siae_supplied"]),
        ess_reservable=bool(entry["ess_reservable"]),
        duration_months=(int(low), int(high)),
        bid_overdispersion=float(entry["bid_overdispersion"]),
        splittable=bool(entry["splittable"]),
        cpv=tuple(cast(list[str], entry["cpv"])),
        specialisation=tuple(specialisation.items()),
        source=str(entry["source"]),
        supply_shares=tuple(shares.get(key, [])),
        food_share=float(entry.get("food_share", 0.0)),
        reusable=bool(entry.get("reusable", False)),
    )


def _optional(value: object) -> float | None:
    return None if value is None else float(cast(float, value))
