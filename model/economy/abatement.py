"""What firms emit against their sector, and what they do about it when buyers ask (`model.md` 4.8).

The direct intensity of a firm is that of its sector × a constant of the firm × (1 - abatement).
The constant follows from its environmental score, so that a criterion picks cleaner firms.
Abatement counts from the opening: what firms do at current practice is in the table of sectors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.ledger import Ledger
from model.procurement.award import Awards
from model.procurement.bids import Bids
from model.procurement.contracts import Execution
from model.procurement.tenders import Tenders
from model.state import ContractState, FirmState

Floats = NDArray[np.float64]

KG_PER_TONNE = 1000.0


@dataclass
class EnvironmentFlows:
    """What firms spent this month, EUR (n,): on what their contracts ask, and to cut emissions."""

    on_contracts: Floats
    invested: Floats


def pay_what_contracts_ask(
    contracts: ContractState, execution: Execution, firms: FirmState, ledger: Ledger
) -> Floats:
    """Pay suppliers from outside for what clauses and quality ask of deliveries; return EUR (n,).

    Bids were raised by the same amount: a clause that is not executed costs nothing.
    """
    n = len(firms.cash)
    who = execution.performers
    each = who.each(contracts.asked_cost[execution.active])
    parts = np.flatnonzero(each)
    cost = execution.delivered_by[parts] * each[parts]
    paid = np.bincount(who.firm[parts], weights=cost, minlength=n + 1)[:n]
    firms.cash -= paid
    ledger.pay("firms", "outside", "what contracts ask", float(paid.sum()))
    return paid


def asked_of_firms(
    contracts: ContractState,
    execution: Execution,
    tenders: Tenders,
    bids: Bids,
    awards: Awards,
    firms: int,
    h: Mapping[str, float],
) -> Floats:
    """Return monthly output on which buyers ask for more, × how much they ask, EUR (n,).

    Contracts held count as delivered. A bid that lost counts once, for the months that firms
    remember × ``abatement_lost_bids``.
    """
    who, rows = execution.performers, execution.active
    ask = who.each(contracts.environmental_ask[rows])
    held = np.flatnonzero(ask > 0.0)
    asked = execution.delivered_by[held] * ask[held]
    asked *= who.each(contracts.output_share[rows])[held]
    total = np.bincount(who.firm[held], weights=asked, minlength=firms + 1)[:firms]
    if not tenders.environmental_ask.any():
        return total
    lost = bids.valid & (bids.firm >= 0) & (bids.firm < firms)
    won = np.flatnonzero(awards.awarded)
    lost[won, awards.place[won]] = False
    lot, place = np.nonzero(lost)
    monthly = tenders.yearly_eur[lot] / 12.0 * bids.output_share[lot, place]
    remembered = h["abatement_lost_bids"] * h["abatement_memory_months"]
    weights = monthly * tenders.environmental_ask[lot] * remembered
    return total + np.bincount(bids.firm[lot, place], weights=weights, minlength=firms)


def abate(
    firms: FirmState,
    direct_kg_per_eur: Floats,
    asked: Floats,
    money_scale: float,
    h: Mapping[str, float],
    ledger: Ledger,
) -> Floats:
    """Move the pull of buyers on each firm, and let firms invest; return what it costs, EUR (n,).

    ``p ← p + (min(1, asked / x̂) - p) / memory``; ``a* = most (1 - exp(-p / scale))``;
    ``a ← a + step - decay a`` with ``step = speed max(0, a* - a)``, less where its cost exceeds the
    share of cash that firms put into it. Suppliers of equipment are outside.

    Parameters
    ----------
    direct_kg_per_eur
        (n,), direct intensity of each firm before abatement; where it is 0 nothing can be cut.
    asked
        (n,), from ``asked_of_firms``.
    """
    cost = np.zeros(len(asked))
    if not (asked.any() or firms.environmental_pull.any() or firms.abatement.any()):
        return cost
    # all three are 0 or more: their sum tells where one is not
    rows = np.flatnonzero((asked + firms.environmental_pull + firms.abatement > 0.0) & firms.alive)
    if len(rows) == 0:
        return cost
    expected = firms.expected_demand[rows]
    share = np.divide(asked[rows], expected, out=np.zeros(len(rows)), where=expected > 0)
    pull = firms.environmental_pull[rows]
    pull = pull + (np.minimum(share, 1.0) - pull) / h["abatement_memory_months"]
    firms.environmental_pull[rows] = pull
    reached, intensity = firms.abatement[rows], direct_kg_per_eur[rows]
    target = h["abatement_most"] * -np.expm1(-pull / h["abatement_scale"]) * (intensity > 0.0)
    step = h["abatement_speed"] * np.maximum(target - reached, 0.0)
    yearly_tonnes = 12.0 * expected * intensity / KG_PER_TONNE
    full = step * yearly_tonnes * h["abatement_cost_eur_per_tonne"] * money_scale
    affordable = h["abatement_cash_share"] * np.maximum(firms.cash[rows], 0.0)
    part = np.divide(affordable, full, out=np.ones(len(rows)), where=full > affordable)
    firms.abatement[rows] = reached + part * step - h["abatement_decay"] * reached
    cost[rows] = part * full
    firms.cash[rows] -= cost[rows]
    ledger.pay("firms", "outside", "investment to cut emissions", float(cost.sum()))
    return cost
