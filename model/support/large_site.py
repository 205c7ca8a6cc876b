"""The demand of a large building site for firms around it: construction, security, transport.

Exogenous and paid from outside: it takes capacity, staff and bidders that public contracts would
have had. Workers whom the site brings from elsewhere are not in the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from model.procurement.categories import category_number
from model.state import FirmState
from model.territory.territory import Firms, Territory

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def site_demand(
    territory: Territory,
    firms: FirmState,
    programmes: Sequence[tuple[float, Bools]],
    h: Mapping[str, float],
) -> Floats:
    """Return what the site asks of each firm this month (n,), EUR.

    Its FTE are worth the sector's output per FTE; firms share it in proportion to their capacity.

    Parameters
    ----------
    programmes
        FTE of local demand and the zones (Z, C) in which it falls.
    """
    columns, asked = territory.firms, np.zeros(len(territory.firms))
    shares = _shares(h)
    for fte, held in programmes:
        within = held.any(axis=1)[columns.zone]
        for trade, share in shares.items():
            works = within & _of_trade(territory, trade)
            room = np.where(works, firms.capacity_eur, 0.0) * firms.alive
            worth = fte * share * _productivity(territory, columns, works)
            asked += room * (worth / max(float(room.sum()), 1e-300))
    return asked


def _shares(h: Mapping[str, float]) -> dict[str, float]:
    building, security = h["site_construction_share"], h["site_security_share"]
    return {"FZ": building, "security": security, "HZ": 1.0 - building - security}


def _of_trade(territory: Territory, trade: str) -> Bools:
    """Return the firms of a sector, or those whose first trade is a category (n,)."""
    columns, codes = territory.firms, territory.sectors.codes
    if trade in codes:
        return columns.sector == codes.index(trade)
    return columns.trades[:, 0] == category_number(trade)


def _productivity(territory: Territory, columns: Firms, works: Bools) -> float:
    """Return the output per FTE and month of some firms at the opening, EUR; 0 without firms."""
    fte = float(columns.fte[works].sum())
    return float((columns.productivity_eur * columns.fte)[works].sum()) / fte if fte > 0 else 0.0
