"""Quantities of buyers: who has a scheme, and how far practices have matured."""

from __future__ import annotations

import numpy as np

from model.indicators.recording.cells import CellCodes, CellSums
from model.procurement.practice import Practice
from model.state import State
from model.territory.territory import Territory


def add_adoption(
    sums: CellSums, t: Territory, codes: CellCodes, state: State, practice: Practice
) -> None:
    """Count schemes of buyers, by zone of their seat; weigh maturity by what they purchase."""
    cell = codes.zone[t.buyers.zone] + codes.buyer
    public, obliged = state.public, practice.obliged
    sums.add("buyers_obliged_n", cell, obliged.astype(np.float64))
    sums.add("schemes_obliged_n", cell, (obliged & public.scheme).astype(np.float64))
    sums.add("schemes_n", cell, public.scheme.astype(np.float64))
    purchases = np.asarray(t.buyers.envelope_eur)
    sums.add("purchases_base_eur", cell, purchases)
    sums.add("purchases_mature_eur", cell, purchases * public.maturity.mean(axis=0))
