"""Purchasing programmes published ahead: what notice of coming lots changes (`model.md` 4.2).

Firms that know what will be bought plan for it: a full order book holds them back less, they have
time to form groupings, and firms are born where announced demand weighs. All of it saturates with
the months of notice: ``1 - exp(-months/scale)``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from model.procurement.practice import Practice
from model.state import PARTS, State
from model.territory.territory import Territory

Floats = NDArray[np.float64]


def strength_of_notice(months: Floats, h: Mapping[str, float]) -> Floats:
    """Return how much of what notice can do is done by some months of it, in [0, 1)."""
    return -np.expm1(-months / h["notice_scale_months"])


def pull_of_announced(
    territory: Territory,
    product_sector: NDArray[np.integer],
    state: State,
    practice: Practice,
    output_eur: Floats,
    h: Mapping[str, float],
) -> Floats:
    """Return how much announced purchases raise births in each (zone, sector) group, (Z × S,).

    ``birth_pull · min(1, announced purchases of the zone in the sector / its output)``, each
    purchase weighted by the strength of its notice.

    Parameters
    ----------
    product_sector
        (C,), sector that makes each category.
    output_eur
        (n,), monthly output of firms.
    """
    t, groups = territory, len(territory.demand.household_share)
    if not practice.moved("programme_months"):
        return np.zeros(groups)
    needs = t.needs
    months = practice.of_lots("programme_months", needs.buyer, needs.category)
    volume = state.contracts.volume_eur.reshape(PARTS, len(needs)).sum(axis=0) / 12.0
    group = needs.zone.astype(np.int64) * len(t.sectors.codes) + product_sector[needs.category]
    announced = np.bincount(group, weights=volume * strength_of_notice(months, h), minlength=groups)
    made = t.firms.sum_by_group(output_eur, groups)
    weight = np.divide(announced, made, out=np.zeros(groups), where=made > 0)
    return h["notice_birth_pull"] * np.minimum(weight, 1.0)
