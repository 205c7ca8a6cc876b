"""What levers cost, who pays and who is paid (`model.md` 5).

Current practice is already in buyers' and départements' payrolls: only the difference from it is
charged, so that a scenario that changes nothing costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray

from model.ledger import Ledger
from model.procurement.practice import Practice
from model.procurement.tenders import DIRECT, Tenders
from model.state import PublicState
from model.territory.buyers import Buyers
from model.territory.zones import Zones

Floats = NDArray[np.float64]


def charge_levers(
    practice: Practice,
    tenders: Tenders,
    needs: int,
    buyers: Buyers,
    zones: Zones,
    public: PublicState,
    h: Mapping[str, float],
    net_pay_share: float,
    money_scale: float,
    ledger: Ledger,
) -> tuple[Floats, Floats, Floats]:
    """Charge the month's lever costs; they are staff time, paid as wages to residents.

    Sourcing is charged by need sounded beyond current practice (in expectation), finer allotment
    by further lot, facilitators by FTE beyond current practice.

    Returns
    -------
    EUR (Z,): pay received by residents, cost to buyers by zone of seat, cost to the département.
    """
    z = len(zones.keys)
    unit = money_scale
    called = (tenders.procedure != DIRECT) & tenders.first_call & (tenders.contract < needs)
    more_sourcing = practice.sourcing_breadth - practice.usual_sourcing_breadth
    sourcing = more_sourcing * h["sourcing_cost_eur_per_need"] * unit
    further = (tenders.contract >= needs) * tenders.first_call * h["further_lot_cost_eur"] * unit
    weights = called * sourcing + further
    cost = cast(
        Floats, np.bincount(tenders.buyer, weights=weights, minlength=len(public.buyer_cash))
    )
    public.buyer_cash -= cost
    public.lever_cost_year += cost
    by_zone = cast(Floats, np.bincount(buyers.zone, weights=cost, minlength=z))
    more_fte = practice.facilitators_fte - practice.usual_facilitators_fte
    facilitators = more_fte * h["facilitator_cost_eur_per_fte_year"] * unit / 12.0
    people = zones.population / zones.population.sum()
    by_zone_departement = facilitators * people
    total = float(cost.sum())
    ledger.pay("buyers", "households", "lever costs", net_pay_share * total)
    ledger.pay("buyers", "state", "lever costs", (1.0 - net_pay_share) * total)
    ledger.pay("departement", "households", "lever costs", net_pay_share * facilitators)
    ledger.pay("departement", "state", "lever costs", (1.0 - net_pay_share) * facilitators)
    return net_pay_share * (by_zone + by_zone_departement), by_zone, by_zone_departement
