"""The enterprise behind each establishment: alone or in a group, of which class, owned where.

SME share, turnover tests, advances and bid capacity look at the enterprise; local share, jobs and
emissions at the establishment (model.md 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.random_streams import uniform
from model.territory.tables import Floats, Ints, SectorTables

CLASS_LOW: Floats = np.array([1.0, 10.0, 250.0, 5_000.0])
"""Least heads of a micro-enterprise, an SME, a mid-size and a large enterprise."""
CLASS_HIGH: Floats = np.array([10.0, 250.0, 5_000.0, 100_000.0])


@dataclass(frozen=True, slots=True)
class Enterprises:
    """Arrays over n establishments."""

    dependent: NDArray[np.bool_]
    multiple: Floats
    """Heads of the enterprise over heads of the establishment, at least 1."""
    size_class: NDArray[np.int8]
    """Position in `ENTERPRISE_CLASSES`."""
    local_owned: NDArray[np.bool_]


def draw_enterprises(
    sector: Ints,
    size_class: NDArray[np.int8],
    heads: Floats,
    alone: NDArray[np.bool_],
    known_class: Ints,
    key: NDArray[np.uint64],
    sectors: SectorTables,
    h: Mapping[str, float],
    seed: int,
) -> Enterprises:
    """Draw the enterprise behind each establishment.

    The chance to belong to a larger enterprise rises with size and differs by sector (logit shift);
    its class follows the table by size class; its heads are log-uniform inside the class and
    exceed those of the establishment.

    Parameters
    ----------
    alone
        Establishments that are the enterprise itself (inclusive structures).
    known_class
        Class of the enterprise where it is known (named sites), else -1.
    """
    odds = sectors.dependent_share / (1.0 - sectors.dependent_share)
    odds_here = odds[size_class] * np.exp(sectors.group_shift[sector])
    chance = odds_here / (1.0 + odds_here)
    dependent = (uniform(seed, "belongs to a group", key) < chance) & ~alone | (known_class >= 0)
    own_heads = np.maximum(heads, 1.0)
    own_class = np.searchsorted(CLASS_HIGH, own_heads, side="right")
    table = np.cumsum(sectors.dependent_class, axis=1)[size_class]
    drawn = 1 + (uniform(seed, "group class", key)[:, None] > table[:, :2]).sum(axis=1)
    least_class = np.searchsorted(CLASS_HIGH, 1.1 * own_heads, side="right")
    group_class = np.where(known_class >= 0, known_class, np.maximum(drawn, least_class))
    low = np.maximum(CLASS_LOW[group_class], 1.1 * own_heads)
    group_heads = low * (CLASS_HIGH[group_class] / low) ** uniform(seed, "group heads", key)
    enterprise_class = np.where(dependent, group_class, own_class)
    return Enterprises(
        dependent=dependent,
        multiple=np.where(dependent, group_heads / own_heads, 1.0),
        size_class=enterprise_class.astype(np.int8),
        local_owned=_local(dependent, enterprise_class, alone, key, h, seed),
    )


def _local(
    dependent: NDArray[np.bool_],
    enterprise_class: Ints,
    alone: NDArray[np.bool_],
    key: NDArray[np.uint64],
    h: Mapping[str, float],
    seed: int,
) -> NDArray[np.bool_]:
    """Owners live in the territory: mostly if alone, ever less with the size of the group."""
    by_class = np.array([0.0, h["local_owner_sme_group"], h["local_owner_eti_group"], 0.0])
    chance = np.where(dependent, by_class[enterprise_class], h["local_owner_independent"])
    return (uniform(seed, "local owner", key) < chance) | alone
