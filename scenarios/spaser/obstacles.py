"""What stands in the way of a target: shares measured in the simulations, and whether they bind."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.indicators.recording.by_buyer import OBSTACLES
from scenarios.spaser.register import load_categories, load_obstacles

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Risk:
    """A measured share of a buyer and a category (or indicator), and whether it binds."""

    buyer: str
    category: str
    obstacle: str
    share: float
    binds: bool


def risks_of(
    buyer: str, category: str, obstacles: Floats, contracts: Floats, members: int = 1
) -> list[Risk]:
    """Return what stands in the way of a category: see `risks_of_family`."""
    entry = load_categories()[category]
    return risks_of_family(
        buyer, category, entry.family, entry.structures, obstacles, contracts, members
    )


def risks_of_family(
    buyer: str,
    key: str,
    family: str,
    structures: bool,
    obstacles: Floats,
    contracts: Floats,
    members: int = 1,
) -> list[Risk]:
    """Return what stands in the way of practices of a family, those that bind first.

    Parameters
    ----------
    structures
        Whether inclusive structures are the holders.
    obstacles
        (pairs, T, O), spans of time in their order, in the order of `OBSTACLES`.
    contracts
        (pairs, T), contracts notified.
    members
        Number of buyers added up.
    """
    flow = {name: float(obstacles[..., i].sum()) for i, name in enumerate(OBSTACLES)}
    last = {name: float(obstacles[:, -1, i].mean()) for i, name in enumerate(OBSTACLES)}
    measured = {
        "committed": _ratio(flow["committed_eur"], flow["due_eur"]),
        "maturity": last[f"maturity_{family}"] / members,
        "posts": _ratio(last["posts_used_fte"], last["posts_agreed_fte"]),
        "no_structure": _ratio(flow["without_structure_n"], flow["suitable_n"]),
        "other_trades": 1.0 - min(1.0, _ratio(flow["suitable_n"], float(contracts.sum()))),
        "reserved_failed": _ratio(flow["reserved_failed_n"], flow["reserved_n"]),
        "without_bid": _ratio(flow["without_bid_n"], flow["called_n"]),
    }
    found = [
        Risk(buyer, key, obstacle.key, share, obstacle.binds(share))
        for obstacle in load_obstacles().values()
        if (structures or not obstacle.structures)
        and math.isfinite(share := measured[obstacle.key])
    ]
    return sorted(found, key=lambda risk: not risk.binds)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else math.nan
