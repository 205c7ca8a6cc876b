"""Inclusive structures (SIAE, EA, ESAT): who they are, how large, and what they supply.

Work-integration structures (ACI, EI, ETTI, AI) are a real list by EPCI, kind and activity; adapted
enterprises (EA) and sheltered workshops (ESAT) are synthetic, pro rata to national counts. They
stand beside the market establishments and are not among the counts by size band. GEIQ supply
labour only and are no establishment here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.random_streams import exponential, mix, normal
from model.territory.sector_size import name_keys
from model.territory.tables import (
    ACTIVITIES,
    FIRST_INCLUSIVE_KIND,
    KINDS,
    STRUCTURE_KINDS,
    SUPPLY_CATEGORIES,
    Floats,
    Ints,
    SectorTables,
    TerritoryTables,
)

UNSPECIFIED = ACTIVITIES.index("unspecified")
LABOUR_SUPPLY = SUPPLY_CATEGORIES.index("temporary_staff")
FIRST_SLOT = 100_000_000
"""Slots of structures start here, beyond those of market establishments and associations."""


@dataclass(frozen=True, slots=True)
class Structures:
    """Arrays over K structures; ``supplies`` has bit i set for ``SUPPLY_CATEGORIES[i]``."""

    zone: Ints
    sector: Ints
    slot: Ints
    kind: Ints
    fte: Floats
    insertion_posts_fte: Floats
    users_fte: Floats
    supplies: NDArray[np.uint16]


def build_structures(
    tables: TerritoryTables, sectors: SectorTables, h: Mapping[str, float], seed: int
) -> Structures:
    """Return the structures of a territory, listed and synthetic.

    ``fte`` are employees: for ESAT only the staff, since users are not employees and stand in
    ``users_fte``. ``insertion_posts_fte`` are subsidised posts (SIAE, EA). Sizes spread
    log-normally around the national mean of the kind.
    """
    zone, kind, activity, slot = _listed_and_synthetic(tables, sectors)
    row_kind = kind - FIRST_INCLUSIVE_KIND
    key = mix(mix(mix(np.uint64(0), tables.codes[zone]), name_keys(KINDS)[kind]), slot)
    supplies, main = _activities(activity, row_kind, key, sectors, seed)
    spread = h["structure_size_spread"]
    size = np.exp(spread * normal(seed, "structure size", key) - 0.5 * spread**2)
    posts = size * sectors.kind_heads[row_kind] * sectors.kind_fte_per_head[row_kind]
    users = kind == KINDS.index("ESAT")
    permanent = posts * sectors.kind_permanent[row_kind]
    return Structures(
        zone=zone,
        sector=sectors.activity_sector[main],
        slot=slot,
        kind=kind,
        fte=permanent + np.where(users, 0.0, posts),
        insertion_posts_fte=np.where(users, 0.0, posts),
        users_fte=np.where(users, posts, 0.0),
        supplies=supplies,
    )


def supplied_categories(supplies: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Return (n, 10) booleans in the order of `SUPPLY_CATEGORIES` from the bits of a column."""
    bits = np.arange(len(SUPPLY_CATEGORIES), dtype=np.uint16)
    return (supplies[:, None] >> bits & 1).astype(np.bool_)


def _listed_and_synthetic(
    tables: TerritoryTables, sectors: SectorTables
) -> tuple[Ints, Ints, Ints, Ints]:
    """Expand counts into rows: zone, kind, activity, slot (distinct inside a zone)."""
    share: Floats = np.cumsum(tables.population) / tables.population.sum()
    every_zone: Ints = np.arange(share.size, dtype=np.int64)
    synthetic: list[Ints] = []
    for row_kind, per_million in enumerate(sectors.kind_per_million):
        total = np.rint(per_million * tables.population.sum() / 1e6)
        by_zone: Ints = np.diff(np.floor(share * total + 0.5), prepend=0.0).astype(np.int64)
        for_kind = np.full_like(every_zone, row_kind + FIRST_INCLUSIVE_KIND)
        activity = np.full_like(every_zone, UNSPECIFIED)
        synthetic.append(np.stack([every_zone, for_kind, activity, by_zone]))
    listed = np.stack(
        [
            tables.structure_zone,
            tables.structure_kind,
            tables.structure_activity,
            tables.structure_count,
        ]
    )
    cells = np.concatenate([listed, *synthetic], axis=1)
    count: Ints = cells[3]
    zone, kind, activity = (np.repeat(row, count) for row in cells[:3])
    index: Ints = np.arange(zone.size, dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    slot: Ints = FIRST_SLOT + kind * 1_000_000 + activity * 10_000 + index
    return zone, kind, activity, slot


def _activities(
    activity: Ints, row_kind: Ints, key: NDArray[np.uint64], sectors: SectorTables, seed: int
) -> tuple[NDArray[np.uint16], Ints]:
    """Return what each structure supplies as bits, and its main activity.

    The known activity, or two categories drawn by a keyed race with the weights of the kind;
    temporary staff besides for those kinds whose purpose it is.
    """
    weight = sectors.activity_weight[row_kind]
    race = exponential(seed, "structure activity", key[:, None], np.arange(len(SUPPLY_CATEGORIES)))
    rank = np.argsort(
        np.divide(race, weight, out=np.full_like(race, np.inf), where=weight > 0), axis=1
    )
    known = activity != UNSPECIFIED
    main = np.where(known, activity, rank[:, 0])
    second = np.where(known | (np.count_nonzero(weight, axis=1) < 2), main, rank[:, 1])
    labour = np.isin(row_kind, [STRUCTURE_KINDS.index("ETTI"), STRUCTURE_KINDS.index("AI")])
    third = np.where(labour, LABOUR_SUPPLY, main)
    bit = np.append(1 << np.arange(len(SUPPLY_CATEGORIES)), 0).astype(np.uint16)
    return bit[main] | bit[second] | bit[third], main
