"""What the month's calls start from: who runs the procedure, on which market, in which mandate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.procurement.duties import LegalGroups
from model.procurement.forms import market_ratio, run_by_buyer
from model.procurement.needs import Needs
from model.procurement.volumes import electoral_ratio

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BuyerColumns:
    """Buyer attributes that planning needs (B,): kind index, groups that the law tells apart,
    municipal councils (communes and EPCI) or not, and the chance that a need of a reservable
    category is reserved per unit of the target."""

    kind: NDArray[np.integer]
    legal: LegalGroups
    is_municipal: NDArray[np.bool_]
    reservable_ratio: Floats


@dataclass(frozen=True)
class Programme:
    """What the month's calls start from.

    Attributes
    ----------
    in_reach, market_ratio
        (N,), whether the buyer runs the procedure itself; market tendered over its need.
    varies
        Whether contracts differ from one award to the next: volumes, periods not renewed.
    electoral_ratio
        (B,), works put to competition this month over their mean.
    """

    in_reach: NDArray[np.bool_]
    market_ratio: Floats
    varies: bool
    electoral_ratio: Floats


def programme_of(
    needs: Needs,
    buyers: BuyerColumns,
    month: int,
    varies: bool,
    h: Mapping[str, float],
    seed: int,
    *,
    returned_share: float | Floats = 0.0,
    electoral_cycle: float = 0.0,
) -> Programme:
    """Return the programme of a month counted from January 2024.

    Parameters
    ----------
    returned_share
        Share of needs of central bodies (a number or (N,)) that come back to the buyer's own
        procedure at renewal.
    electoral_cycle
        Amplitude of works of communes and EPCI about their mean over the mandate.
    """
    in_reach = run_by_buyer(needs.channel, needs.key, returned_share, seed)
    lead = h["electoral_lead_months"]
    cycle = electoral_ratio(month, electoral_cycle, lead) if varies else 1.0
    return Programme(
        in_reach=in_reach,
        market_ratio=market_ratio(needs.channel, in_reach, h),
        varies=varies,
        electoral_ratio=np.where(buyers.is_municipal, cycle, 1.0),
    )
