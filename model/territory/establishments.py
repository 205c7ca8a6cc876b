"""The establishments of a territory: market ones, associations, inclusive structures, as columns.

Rows = market establishments (exactly the published counts by zone and size band) + associations
with staff, which those counts leave out + inclusive structures. Rows are sorted by (zone, sector,
slot) and every draw is keyed by the entity, so the order of input lines changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError
from model.random_streams import normal, uniform
from model.territory.enterprises import draw_enterprises
from model.territory.sector_size import (
    BAND_HIGH,
    MEAN_HEADS,
    draw_heads,
    entity_keys,
    fit_counts,
    name_keys,
    whole_counts,
)
from model.territory.sectors import MODEL_SECTORS
from model.territory.structures import Structures, build_structures
from model.territory.tables import (
    BANDS,
    FIRST_INCLUSIVE_KIND,
    KINDS,
    Floats,
    Ints,
    SectorTables,
    TerritoryTables,
    load_sector_tables,
)

TERRITORY_SEED = 2014
"""Seed of what is drawn once for a territory; runs have their own seeds."""
SITE_SLOT = 8_500_000
ASSOCIATION_SLOT = 20_000_000
TOP_BAND = len(BANDS) - 1


@dataclass(frozen=True, slots=True)
class Establishments:
    """Columns over n establishments sorted by (zone, sector, slot); read-only arrays."""

    zone: NDArray[np.int16]
    sector: NDArray[np.int16]
    """Position in `MODEL_SECTORS`."""
    slot: NDArray[np.int32]
    key: NDArray[np.uint64]
    fte: Floats
    """Employees, and owners where nobody is employed; 0 if dormant; ESAT users apart."""
    size_class: NDArray[np.int8]
    owner_operated: NDArray[np.bool_]
    dormant: NDArray[np.bool_]
    enterprise_multiple: Floats
    enterprise_class: NDArray[np.int8]
    local_owned: NDArray[np.bool_]
    kind: NDArray[np.int8]
    """Position in `KINDS`."""
    esus: NDArray[np.bool_]
    technical: Floats
    social: Floats
    environmental: Floats
    visibility: Floats
    insertion_posts_fte: Floats
    """Subsidised posts of SIAE and EA, among ``fte``."""
    users_fte: Floats
    """Users of ESAT, who are not employees."""
    supplies: NDArray[np.uint16]
    """Bit i: supplies ``SUPPLY_CATEGORIES[i]``; 0 for ordinary establishments."""
    market: NDArray[np.bool_]
    """Counted in the published table by zone and size band."""


_ROW = np.dtype(
    [
        ("zone", np.int64),
        ("sector", np.int64),
        ("slot", np.int64),
        ("size_class", np.int8),
        ("heads", np.float64),
        ("kind", np.int64),
        ("group_class", np.int64),  # class of the enterprise where known, else -1
        ("market", np.bool_),
        ("fte", np.float64),
        ("insertion_posts_fte", np.float64),
        ("users_fte", np.float64),
        ("supplies", np.uint16),
    ]
)
_Rows = NDArray[np.void]


def build_establishments(
    tables: TerritoryTables,
    h: Mapping[str, float],
    seed: int = TERRITORY_SEED,
    sectors: SectorTables | None = None,
) -> Establishments:
    """Return the establishments of a territory.

    Parameters
    ----------
    tables
        What is known of its zones.
    h
        Hypotheses, read by key (those of the register that act at build).
    seed
        Seed of the territory.
    sectors
        What is known of sectors; the embedded tables by default.
    """
    sectors = load_sector_tables() if sectors is None else sectors
    market = np.concatenate([_market(tables, sectors, h, seed), _sites(tables, h)])
    inclusive = _inclusive(build_structures(tables, sectors, h, seed), h)
    listed = np.concatenate([market, inclusive])
    rows = np.concatenate([listed, _associations(tables, sectors, h, seed, listed)])
    rows = rows[np.lexsort((rows["slot"], rows["sector"], rows["zone"]))]
    return _columns(tables, sectors, h, seed, rows)


def _market(
    tables: TerritoryTables, sectors: SectorTables, h: Mapping[str, float], seed: int
) -> _Rows:
    """Expand whole counts by zone, sector and size class into rows; named sites left out."""
    bands = tables.bands.copy()
    np.subtract.at(bands[:, TOP_BAND], tables.site_zone, 1)
    if bands.min() < 0:
        zone = tables.names[int(np.argmin(bands.min(axis=1)))]
        raise AncrageError(
            f"large_sites.csv names more sites of 500 or more in {zone} than zones.csv counts: "
            "remove one."
        )
    expected = fit_counts(tables, sectors, bands, h["nearest_profile_weight"])
    rows = _expand(whole_counts(expected, tables.codes, seed, "market counts"), 0)
    key = _keys(tables, rows)
    rows["heads"] = draw_heads(rows["size_class"], uniform(seed, "heads", key))
    rows["fte"] = rows["heads"] * h["fte_per_head"]
    rows["market"] = True
    rows["kind"] = _market_kind(rows, key, sectors, h, seed)
    return rows


def _market_kind(
    rows: _Rows,
    key: NDArray[np.uint64],
    sectors: SectorTables,
    h: Mapping[str, float],
    seed: int,
) -> Ints:
    """Draw ordinary, association, cooperative, mutual or foundation; ordinary without staff.

    The chance of each kind is that of the sector for 10-19 heads, its odds moved by size.
    """
    share = sectors.kind_share[rows["sector"]]
    move = np.exp(h["ess_size_slope"] * (rows["size_class"] - 3.0))
    odds = share / (1.0 - share) * move[:, None]
    chance = np.cumsum(odds / (1.0 + odds.sum(axis=1, keepdims=True)), axis=1)
    u = uniform(seed, "kind", key)[:, None]
    kind = 1 + (u > chance).sum(axis=1)
    return np.where((rows["size_class"] == 0) | (kind > chance.shape[1]), 0, kind)


def _sites(tables: TerritoryTables, h: Mapping[str, float]) -> _Rows:
    rows = np.zeros(tables.site_zone.size, dtype=_ROW)
    rows["zone"], rows["sector"] = tables.site_zone, tables.site_sector
    rows["slot"] = SITE_SLOT + np.arange(rows.size)
    rows["size_class"] = TOP_BAND
    rows["heads"] = tables.site_heads
    rows["fte"] = rows["heads"] * h["fte_per_head"]
    rows["kind"], rows["group_class"] = tables.site_kind, tables.site_class
    rows["market"] = True
    return rows


def _inclusive(structures: Structures, h: Mapping[str, float]) -> _Rows:
    rows = np.zeros(structures.zone.size, dtype=_ROW)
    rows["group_class"] = -1
    rows["heads"] = np.maximum(np.rint(structures.fte / h["fte_per_head"]), 1.0)
    rows["size_class"] = np.searchsorted(BAND_HIGH[:-1], rows["heads"], side="right")
    for name in ("zone", "sector", "slot", "kind", "fte", "users_fte", "supplies"):
        rows[name] = getattr(structures, name)
    rows["insertion_posts_fte"] = structures.insertion_posts_fte
    return rows


def _associations(
    tables: TerritoryTables,
    sectors: SectorTables,
    h: Mapping[str, float],
    seed: int,
    listed: _Rows,
) -> _Rows:
    """Associations that the market counts leave out, as many as the regional share of jobs needs.

    Salaried heads S of the social and solidarity economy = e × (market + public + S), less those
    found in ``listed``; e is `ess_share_of_jobs`. Estimated, shared by population.
    """
    people = tables.population
    staffed = listed["size_class"] > 0
    public = float(tables.public_jobs_per_1000 @ people) / 1000.0
    ordinary = float(listed["heads"][staffed & (listed["kind"] == 0)].sum())
    found = float(listed["heads"][listed["kind"] > 0].sum())
    share = h["ess_share_of_jobs"]
    wanted = max(0.0, share / (1.0 - share) * (ordinary + public) - found)
    cells = sectors.association_sector[:, None] * sectors.association_size[None, :]
    count = np.rint(wanted / float(sectors.association_size @ MEAN_HEADS))
    expected = count * (people / people.sum())[:, None, None] * cells[None]
    # One running sum over zones, sectors and sizes: the total is whole, the parts within one.
    flat = expected.transpose(0, 2, 1).reshape(1, -1, 1)
    whole = whole_counts(flat, np.zeros(1, dtype=np.int64), seed, "association counts")
    shape = (people.size, sectors.association_size.size, len(MODEL_SECTORS))
    rows = _expand(whole.reshape(shape).transpose(0, 2, 1), ASSOCIATION_SLOT)
    rows["heads"] = draw_heads(rows["size_class"], uniform(seed, "heads", _keys(tables, rows)))
    rows["fte"] = rows["heads"] * h["fte_per_head"]
    rows["kind"] = KINDS.index("association")
    return rows


def _expand(counts: Ints, first_slot: int) -> _Rows:
    """Turn counts (Z, S, 9) into rows; a slot holds the size class, then the rank inside the cell.

    A change of one cell so leaves the entities of all other cells as they were.
    """
    zone, sector, band = (index.ravel() for index in np.indices(counts.shape))
    count = counts.ravel()
    rank = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    rows = np.zeros(rank.size, dtype=_ROW)
    rows["zone"], rows["sector"] = np.repeat(zone, count), np.repeat(sector, count)
    rows["size_class"] = np.repeat(band, count)
    rows["slot"] = first_slot + np.repeat(band, count) * 1_000_000 + rank
    rows["group_class"] = -1
    return rows


def _keys(tables: TerritoryTables, rows: _Rows) -> NDArray[np.uint64]:
    return entity_keys(
        tables.codes[rows["zone"]], name_keys(MODEL_SECTORS)[rows["sector"]], rows["slot"]
    )


def _columns(
    tables: TerritoryTables,
    sectors: SectorTables,
    h: Mapping[str, float],
    seed: int,
    rows: _Rows,
) -> Establishments:
    """Draw what depends on the row alone, and freeze."""
    key, kind, heads = _keys(tables, rows), rows["kind"], rows["heads"]
    inclusive = kind >= FIRST_INCLUSIVE_KIND
    owner = rows["size_class"] == 0
    dormant = owner & (uniform(seed, "dormant", key) < h["dormant_share"])
    enterprise = draw_enterprises(
        rows["sector"],
        rows["size_class"],
        heads,
        inclusive,
        rows["group_class"],
        key,
        sectors,
        h,
        seed,
    )
    technical, social, environmental = _scores(rows, key, h, seed)
    esus_chance = np.where(inclusive, h["esus_share_inclusive"], h["esus_share_other"])
    spread = h["visibility_spread"] * normal(seed, "visibility", key)
    columns = Establishments(
        zone=rows["zone"].astype(np.int16),
        sector=rows["sector"].astype(np.int16),
        slot=rows["slot"].astype(np.int32),
        key=key,
        fte=np.where(owner, np.where(dormant, 0.0, h["owner_fte"]), rows["fte"]),
        size_class=rows["size_class"].copy(),
        owner_operated=owner,
        dormant=dormant,
        enterprise_multiple=enterprise.multiple,
        enterprise_class=enterprise.size_class,
        local_owned=enterprise.local_owned,
        kind=kind.astype(np.int8),
        esus=(kind > 0) & (uniform(seed, "esus", key) < esus_chance),
        technical=technical,
        social=social,
        environmental=environmental,
        visibility=(1.0 + heads) ** h["visibility_exponent"] * np.exp(spread),
        insertion_posts_fte=rows["insertion_posts_fte"].copy(),
        users_fte=rows["users_fte"].copy(),
        supplies=rows["supplies"].copy(),
        market=rows["market"].copy(),
    )
    for field in fields(columns):
        getattr(columns, field.name).setflags(write=False)
    return columns


def _scores(
    rows: _Rows, key: NDArray[np.uint64], h: Mapping[str, float], seed: int
) -> tuple[Floats, Floats, Floats]:
    """Technical, social, environmental scores in [0, 1]: logistic of a keyed normal.

    Technical rises with size, social is higher where integration is the purpose; none depends on
    the zone, so that no score is a hidden preference for a place.
    """
    spread = h["score_spread"]
    size = h["technical_size_slope"] * (rows["size_class"] - 3.0)
    purpose = h["social_inclusive_shift"] * (rows["kind"] >= FIRST_INCLUSIVE_KIND)
    technical, social, environmental = (
        1.0 / (1.0 + np.exp(-(mean + spread * normal(seed, f"{name} score", key))))
        for name, mean in (("technical", size), ("social", purpose), ("environmental", 0.0))
    )
    return technical, social, environmental
