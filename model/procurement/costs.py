"""What levers cost, who pays and who is paid (`model.md` 5).

Current practice is already in payrolls: only the difference from it is charged, so that a scenario
that changes nothing costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from model.ledger import Ledger
from model.procurement.coordination import COORDINATION, coordination_costs, sounding_share
from model.procurement.levers import load_levers
from model.procurement.practice import Practice
from model.procurement.tenders import ADAPTED, DIRECT, FORMAL, Tenders
from model.state import PublicState
from model.territory.buyers import Buyers
from model.territory.zones import Zones

if TYPE_CHECKING:
    from model.support.month import SupportFlows

Floats = NDArray[np.float64]

REFERENCE_PURCHASES_EUR = 50e6
"""Yearly purchases for which dedicated staff are counted."""


@dataclass
class LeverCosts:
    """Costs of levers in one month, EUR: staff time, paid as wages to residents.

    Attributes
    ----------
    buyers
        (B,), paid by each buyer out of its envelope.
    departement, state
        (Z,), paid by the département and by the State for services in each zone.
    granted
        (B,), the part of ``buyers`` that is granted to firms and pays no staff.
    """

    buyers: Floats
    departement: Floats
    state: Floats
    granted: Floats

    def add(self, support: SupportFlows) -> None:
        """Add what support to firms, people and structures costs."""
        self.buyers += support.buyers
        self.departement += support.departement
        self.state += support.state
        self.granted += support.granted

    def of_buyers_by_zone(self, buyers: Buyers) -> Floats:
        """Return the cost to buyers by zone of their seat (Z,)."""
        zones = len(self.state)
        return cast(Floats, np.bincount(buyers.zone, weights=self.buyers, minlength=zones))


def cost_levers(
    practice: Practice,
    tenders: Tenders,
    needs: int,
    buyers: Buyers,
    zones: Zones,
    h: Mapping[str, float],
    money_scale: float,
) -> LeverCosts:
    """Add up what the month's levers cost beyond current practice.

    Parameters
    ----------
    needs
        Number of needs: rows of the lot book from there on are further lots.
    """
    people = zones.population / zones.population.sum()
    more_fte = practice.more("facilitators_fte")
    facilitators = more_fte * h["facilitator_cost_eur_per_fte_year"] * money_scale / 12.0
    return LeverCosts(
        buyers=_of_tenders(practice, tenders, needs, len(buyers), h, money_scale)
        + _of_change(practice, buyers, h, money_scale),
        departement=facilitators * people,
        state=np.zeros(len(people)),
        granted=np.zeros(len(buyers)),
    )


def _of_tenders(
    practice: Practice,
    tenders: Tenders,
    needs: int,
    buyers: int,
    h: Mapping[str, float],
    money_scale: float,
) -> Floats:
    """Return what the month's tenders cost buyers beyond current practice (B,).

    Sourcing is charged by need sounded beyond current practice (in expectation), and what is
    learnt in depth by need sounded at all; finer allotment by further lot, groupings by lot,
    control by environmental clause checked beyond current practice (in expectation).
    """
    called = (tenders.procedure != DIRECT) & tenders.first_call & (tenders.contract < needs)
    called &= tenders.in_reach
    sourcing = _beyond(practice, tenders, "sourcing_breadth", h)
    sourcing = sourcing * sounding_share(tenders.buyer, tenders.category, called, practice, h)
    # lots that a relaunch divides are current practice
    further = (tenders.contract >= needs) * tenders.first_call * h["further_lot_cost_eur"]
    further = further * practice.moved("allotment")
    checks = _checked(practice, tenders) * h["environmental_check_cost_eur"]
    of_called = sourcing + checks
    of_called = of_called + tenders.sounded * _beyond(practice, tenders, "sourcing_depth", h)
    of_called = of_called + _beyond(practice, tenders, "groupings_encouraged", h)
    weights = (called * of_called + further) * money_scale
    cost = cast(Floats, np.bincount(tenders.buyer, weights=weights, minlength=buyers))
    if len(tenders.served.contract) > len(tenders):
        # members of a joint purchase share one procedure instead of the one that each would have
        served = tenders.served
        number = np.bincount(served.lot, minlength=len(tenders))
        own = cost_by_procedure("procedure_cost", served.alone, h)
        shared = (cost_by_procedure("procedure_cost", tenders.procedure, h) / number)[served.lot]
        saved = np.where(number[served.lot] > 1, own - shared, 0.0) * money_scale
        cost -= np.bincount(served.buyer, weights=saved, minlength=buyers)
    return cost


def cost_by_procedure(stem: str, procedure: NDArray[np.int8], h: Mapping[str, float]) -> Floats:
    """Return ``stem_adapted_eur`` or ``stem_formal_eur`` by procedure, EUR of the base year.

    Direct purchases cost nothing.
    """
    costs = np.zeros(3)
    costs[ADAPTED], costs[FORMAL] = h[f"{stem}_adapted_eur"], h[f"{stem}_formal_eur"]
    return costs[procedure]


def _checked(practice: Practice, tenders: Tenders) -> Floats:
    """Return the chance that a lot's clause is checked, less that at current practice (T,)."""
    more = practice.of_lots("environmental_coverage", tenders.buyer, tenders.category)
    more = more * practice.of_lots("environmental_control", tenders.buyer, tenders.category)
    usual = practice.current("environmental_coverage") * practice.current("environmental_control")
    return more - usual


def _beyond(practice: Practice, tenders: Tenders, key: str, h: Mapping[str, float]) -> Floats:
    """Return EUR a lot (T,) of a lever of one cost, as far as it is beyond current practice."""
    (cost,) = load_levers()[key].cost_hypotheses
    found = practice.of_lots(key, tenders.buyer, tenders.category, tenders.in_reach)
    return (found - practice.current(key)) * h[cost]


def _of_change(
    practice: Practice, buyers: Buyers, h: Mapping[str, float], money_scale: float
) -> Floats:
    """Return what training, staff, schemes and programmes cost buyers this month (B,)."""
    purchases = buyers.envelope_eur
    training = practice.of_buyers("training") * h["training_cost_eur_per_meur"] / 1e6
    staff = practice.of_buyers("dedicated_staff") * h["dedicated_staff_cost_eur_per_fte_year"]
    cost = purchases * (training + staff / REFERENCE_PURCHASES_EUR)
    published = practice.of_buyers("programme_months") > 0.0
    published |= practice.preparing("programme_months")
    cost = cost + published * purchases * h["programme_cost_eur_per_meur"] / 1e6
    members = practice.preparing("joint_scheme")
    if members.any():
        shared = h["scheme_cost_eur_per_member"] * money_scale * members.sum()
        cost = cost + members * purchases / (members * purchases).sum() * shared
    cost = cost / 12.0
    if any(practice.moved(key) for key in COORDINATION):
        cost = cost + coordination_costs(practice, len(buyers), h) * money_scale
    return cost


def charge_levers(
    costs: LeverCosts,
    buyers: Buyers,
    public: PublicState,
    net_pay_share: float,
    ledger: Ledger,
) -> Floats:
    """Pay the month's lever costs: wages of residents, contributions to the State.

    Grants leave buyers here; `model.support.month.pay_grants` brings them to firms.

    Returns
    -------
    EUR (Z,), pay received by residents.
    """
    public.buyer_cash -= costs.buyers
    public.lever_cost_year += costs.buyers
    staff = costs.buyers - costs.granted
    for payer, amount in (
        ("buyers", float(staff.sum())),
        ("departement", float(costs.departement.sum())),
        ("state", float(costs.state.sum())),
    ):
        ledger.pay(payer, "households", "lever costs", net_pay_share * amount)
        if payer != "state":
            ledger.pay(payer, "state", "lever costs", (1.0 - net_pay_share) * amount)
    by_zone = np.bincount(buyers.zone, weights=staff, minlength=len(costs.state))
    by_zone = by_zone + costs.departement + costs.state
    return net_pay_share * by_zone
