"""How many establishments of each sector and size each zone has: iterative fitting, then integers.

The counts by zone and size band are data and are kept exactly; the mix of broad sectors in each
band follows comparable territories; inside a broad sector, jobs follow the nation, tilted by the
local profile (model.md 2.1).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.random_streams import mix, purpose_key, uniform
from model.territory.tables import GROUPS, Floats, Ints, SectorTables, TerritoryTables

BAND_LOW: Floats = np.array([0.0, 1, 6, 10, 20, 50, 100, 200, 500])
"""(9,) least heads of each size class."""
BAND_HIGH: Floats = np.array([1.0, 6, 10, 20, 50, 100, 200, 500, 1000])
"""(9,) heads that each size class stays under; the top one is open, and drawn up to 1,000."""
COARSE_BAND: Ints = np.array([0, 1, 1, 2, 3, 4, 4, 4, 4], dtype=np.int64)
"""(9,) the band 0, 1-9, 10-19, 20-49, 50+ of each size class."""
MEAN_HEADS: Floats = np.concatenate(
    ([0.0], (BAND_HIGH[1:] - BAND_LOW[1:]) / np.log(BAND_HIGH[1:] / BAND_LOW[1:]) - 0.5)
)
"""(9,) mean heads under the log-uniform draw of `draw_heads`, rounded down."""
ROUNDS = 100
"""Rounds of the fitting; the three margins agree to 1e-9 after about 50."""


def draw_heads(size_class: NDArray[np.int8], u: Floats) -> Floats:
    """Return whole heads inside each size class, log-uniform (a Pareto law of exponent 1).

    The means, 3.2 heads under 10 and 13.4 and 32 in the next bands, are those of comparable
    territories (3.2, 13.5 and 30.8 in CA Douaisis at the end of 2015).
    """
    low, high = np.maximum(BAND_LOW, 1.0)[size_class], BAND_HIGH[size_class]
    return np.where(size_class == 0, 0.0, np.floor(low * (high / low) ** u))


def fit_counts(
    tables: TerritoryTables, sectors: SectorTables, bands: Ints, nearest_weight: float
) -> Floats:
    """Return expected establishments (Z, S, 9) by zone, sector and size class.

    Parameters
    ----------
    bands
        (Z, 9) establishments to share, named sites taken out.
    nearest_weight
        Weight of the nearest comparable territory, 0 to 1.

    Returns
    -------
    Non-negative array whose sum over sectors is ``bands``.
    """
    people = tables.population / tables.population.sum()
    heads = np.maximum(MEAN_HEADS, 1.0)
    jobs = tables.local_factor * sectors.persons_k
    counts = jobs[:, :, None] * heads ** sectors.size_tilt[:, None]
    owners = np.maximum(sectors.self_employed_k, 0.01 * sectors.persons_k)
    counts[:, :, 0] = tables.local_factor * owners
    in_group = sectors.group == np.arange(len(GROUPS))[:, None]
    target_jobs = people @ jobs
    mix_target = _group_mix(sectors, nearest_weight)
    bands_of = [np.equal(COARSE_BAND, coarse) for coarse in range(5)]
    coarse_total = np.array([bands[:, columns].sum() for columns in bands_of], dtype=float)
    for _ in range(ROUNDS):
        now = np.einsum("zsb,b->s", counts, MEAN_HEADS)
        group_now, group_target = in_group @ now, in_group @ target_jobs
        share = target_jobs / group_target[sectors.group] * group_now[sectors.group]
        counts[:, :, 1:] *= _ratio(share, now)[None, :, None]
        for coarse, columns in enumerate(bands_of):
            held = in_group @ counts[:, :, columns].sum(axis=(0, 2))
            scale = _ratio(mix_target[:, coarse] * coarse_total[coarse], held)
            counts[:, :, columns] *= scale[sectors.group][None, :, None]
        counts *= _ratio(bands.astype(float), counts.sum(axis=1))[:, None, :]
    return counts


def whole_counts(expected: Floats, codes: Ints, seed: int, purpose: str) -> Ints:
    """Round expected counts so that every sum over sectors stays the whole number it is.

    Systematic sampling: the running sum over sectors is cut at whole numbers shifted by one keyed
    uniform for each zone and size class, so each count is within one of its expectation, and equal
    to it on average.

    Parameters
    ----------
    expected
        (Z, S, B) non-negative, whole sums over S.
    codes
        (Z,) codes of the zones, which key the draws.
    """
    total = np.rint(expected.sum(axis=1, keepdims=True))
    running = np.cumsum(expected, axis=1)
    running[:, -1:, :] = total
    running = np.minimum(running, total)
    bands: Ints = np.arange(expected.shape[2], dtype=np.int64)
    shift = uniform(seed, purpose, codes[:, None], bands[None, :])[:, None, :]
    cuts = np.floor(running + shift)
    return np.diff(cuts, axis=1, prepend=0.0).astype(np.int64)


def entity_keys(codes: Ints, sector_keys: NDArray[np.uint64], slot: Ints) -> NDArray[np.uint64]:
    """Return the key of entities: zone code, sector name, then slot, each hashed in turn."""
    return mix(mix(mix(np.uint64(0), codes), sector_keys), slot)


def name_keys(names: tuple[str, ...]) -> NDArray[np.uint64]:
    """Return the keys of names, the same on every machine and in every order."""
    return np.array([purpose_key(name) for name in names], dtype=np.uint64)


def _group_mix(sectors: SectorTables, nearest_weight: float) -> Floats:
    """Shares (5 groups, 5 bands) of the broad sectors in each band; each column sums to 1."""
    near = sectors.nearest_profile / sectors.nearest_profile.sum(axis=0)
    others = sectors.other_profiles / sectors.other_profiles.sum(axis=1, keepdims=True)
    return nearest_weight * near + (1.0 - nearest_weight) * others.mean(axis=0)


def _ratio(wanted: Floats, held: Floats) -> Floats:
    return np.divide(wanted, held, out=np.zeros_like(wanted), where=held > 0)
