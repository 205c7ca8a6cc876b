"""Small made-up territories for tests and benchmarks, with the profiles of the embedded one.

Zones have populations of a rank-size law around one centre, establishments by size band as the
Côte d'Opale has, and mean labour-market rates. No named site, no local profile by zone.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from model.errors import AncrageError
from model.random_streams import uniform
from model.territory.establishments import (
    TERRITORY_SEED,
    Establishments,
    build_establishments,
)
from model.territory.tables import (
    ACTIVITIES,
    KINDS,
    Floats,
    TerritoryTables,
    load_territory_tables,
)
from model.territory.zones import Zones, build_zones

TEMPLATE = "cote-opale"
FIRST_CODE = 900_000_001
LEAST_FIRMS_PER_ZONE = 20
CENTRE = (50.8, 2.0)
KM_PER_DEGREE = 111.195


def generated_tables(n_firms: int, n_zones: int, seed: int = TERRITORY_SEED) -> TerritoryTables:
    """Return the tables of a made-up territory of ``n_firms`` market establishments.

    Raises
    ------
    AncrageError
        If there is no zone or fewer than 20 establishments a zone.
    """
    if n_zones < 1 or n_firms < LEAST_FIRMS_PER_ZONE * n_zones:
        raise AncrageError(
            f"A generated territory of {n_firms} firms in {n_zones} zones is too small: ask for at "
            f"least one zone and {LEAST_FIRMS_PER_ZONE} firms a zone."
        )
    real = load_territory_tables(TEMPLATE)
    codes = FIRST_CODE + np.arange(n_zones, dtype=np.int64)
    scale = n_firms / float(real.bands.sum())
    share = 1.0 / np.arange(1, n_zones + 1)
    share /= share.sum()
    band_share = real.bands.sum(axis=0) / real.bands.sum()
    people = float(real.population.sum())
    lat, lon = _around_centre(codes, scale, seed)

    def mean(values: Floats) -> Floats:
        return np.full(n_zones, float(values @ real.population) / people)

    structures = _structures(real, scale, n_zones)
    return TerritoryTables(
        name=f"generated-{n_firms}-{n_zones}-{seed}",
        codes=codes,
        names=tuple(f"Zone {z + 1}" for z in range(n_zones)),
        population=np.rint(people * scale * share),
        lat=lat,
        lon=lon,
        radius_km=mean(real.radius_km),
        bands=_whole(n_firms * share[:, None] * band_share[None, :], n_firms),
        labour_force_rate=mean(real.labour_force_rate),
        unemployment_rate=mean(real.unemployment_rate),
        public_jobs_per_1000=mean(real.public_jobs_per_1000),
        farm_jobs_per_1000=mean(real.farm_jobs_per_1000),
        income_factor=mean(real.income_factor),
        local_factor=np.tile(real.population @ real.local_factor / people, (n_zones, 1)),
        site_zone=np.zeros(0, dtype=np.int64),
        site_sector=np.zeros(0, dtype=np.int64),
        site_heads=np.zeros(0),
        site_class=np.zeros(0, dtype=np.int64),
        site_kind=np.zeros(0, dtype=np.int64),
        site_labels=(),
        structure_zone=structures[0],
        structure_kind=structures[1],
        structure_activity=structures[2],
        structure_count=structures[3],
        pole_lat=np.array([CENTRE[0]]),
        pole_lon=np.array([CENTRE[1] + 1.0]),
        pole_jobs=np.array([people * scale]),
    )


def generated_zones_establishments(
    n_firms: int, n_zones: int, seed: int, h: Mapping[str, float]
) -> tuple[Zones, Establishments]:
    """Return the zones and establishments of a made-up territory.

    Parameters
    ----------
    n_firms
        Market establishments, 300 to 100,000; associations and structures come beside.
    n_zones
        Zones, each with at least 20 establishments.
    seed
        Seed of the territory.
    h
        Hypotheses, read by key.
    """
    tables = generated_tables(n_firms, n_zones, seed)
    establishments = build_establishments(tables, h, seed)
    fte = np.bincount(establishments.zone, weights=establishments.fte, minlength=n_zones)
    return build_zones(tables, fte, h), establishments


def _around_centre(
    codes: np.ndarray[tuple[int], np.dtype[np.int64]], scale: float, seed: int
) -> tuple[Floats, Floats]:
    """Place the zones in a disc whose area grows with the territory, the first in the middle."""
    radius = 10.0 + 30.0 * min(1.0, scale) ** 0.5
    away = radius * np.sqrt(uniform(seed, "generated distance", codes))
    away[0] = 0.0
    turn = 2.0 * np.pi * uniform(seed, "generated direction", codes)
    lat = CENTRE[0] + away * np.cos(turn) / KM_PER_DEGREE
    lon = CENTRE[1] + away * np.sin(turn) / KM_PER_DEGREE / np.cos(np.radians(CENTRE[0]))
    return lat, lon


def _structures(
    real: TerritoryTables, scale: float, n_zones: int
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Scale the listed structures, with at least one of each kind, dealt to the zones in turn."""
    unspecified = ACTIVITIES.index("unspecified")
    kinds = [KINDS.index(kind) for kind in ("ACI", "EI", "ETTI", "AI")]
    rows: list[tuple[int, int, int, int]] = []
    for kind in kinds:
        listed = int(real.structure_count[real.structure_kind == kind].sum())
        count = max(1, round(listed * scale))
        for zone in range(n_zones):
            here = count // n_zones + (zone < count % n_zones)
            if here:
                rows.append((zone, kind, unspecified, here))
    return np.array(sorted(rows), dtype=np.int64).reshape(-1, 4).T


def _whole(
    expected: np.ndarray[tuple[int, int], np.dtype[np.float64]], total: int
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Round a table to whole numbers of a given sum, by one running sum over its cells."""
    running = np.minimum(np.cumsum(expected.ravel()), total)
    running[-1] = total
    whole = np.diff(np.floor(running + 0.5), prepend=0.0)
    return whole.astype(np.int64).reshape(expected.shape)
