"""Budgets under tension: yearly envelopes, and award weights that slide to price.

Buyers whose envelope is cut give more weight to price unless they hold their criteria: a hypothesis
(``tension_price_shift``), not an outcome. What it does to who wins is left to the tenders.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.procurement.practice import Practice
from model.state import ContractState
from model.territory.buyers import Buyers

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]

MOST_PRICE_WEIGHT = 0.90
"""Weight that price does not exceed by tension alone: other criteria keep the rest."""


def yearly_envelopes(buyers: Buyers, practice: Practice) -> Floats:
    """Return what each buyer may spend in the year that begins (B,), EUR."""
    return buyers.envelope_eur * (1.0 + practice.of_buyers("envelope_change"))


def tightened_weights(
    weights: Floats, practice: Practice, buyer: Ints, category: Ints, shift: float
) -> Floats:
    """Return award weights (4, T) once buyers whose envelope is cut have leaned towards price.

    ``price ← min(price + shift × cut × (1 - held), 0.9)``; the other weights shrink in proportion,
    so that the four still sum to 1.

    Parameters
    ----------
    weights
        (4, T), price first.
    """
    if not practice.moved("envelope_change") and practice.envelope_cut is None:
        return weights
    cut = np.maximum(-practice.of_buyers("envelope_change")[buyer], 0.0)
    if practice.envelope_cut is not None:
        cut = 1.0 - (1.0 - cut) * (1.0 - practice.envelope_cut[buyer])
    held = practice.of_lots("hold_criteria", buyer, category)
    price = weights[0]
    raised = np.minimum(price + shift * cut * (1.0 - held), np.maximum(price, MOST_PRICE_WEIGHT))
    others = np.divide(1.0 - raised, 1.0 - price, out=np.ones_like(price), where=price < 1.0)
    return np.vstack([raised, weights[1:] * others])


def yearly_volume_factor(
    usual: Floats,
    envelope: Floats,
    lever_costs: Floats,
    unused: Floats,
    contracts: ContractState,
    buyer_of_row: NDArray[np.int32],
    response: float,
) -> Floats:
    """Return what each buyer can afford next year of its base volume (B,) (`model.md` 5).

    ``1 + (change of the envelope + η·(usual envelope - lever costs - cost at contract prices +
    credits not used))/usual envelope``, within [0.5, 1.5]: lower prices buy more, lever costs and a
    cut buy less, and what lots without a holder or late deliveries left unused is carried over.

    Parameters
    ----------
    usual, envelope
        (B,), envelope of today's practice and that of the year, EUR.
    unused
        (B,), envelope less what was delivered at contract prices and lever costs last year, EUR.
    """
    cost = np.bincount(
        buyer_of_row,
        weights=np.where(contracts.holder >= 0, contracts.price, 1.0) * contracts.volume_eur,
        minlength=len(usual),
    )
    least = np.maximum(usual, 1e-300)
    room = (usual - lever_costs - cost + unused) / least
    return np.clip(1.0 + (envelope - usual) / least + response * room, 0.5, 1.5)
