"""Quantities of the lots put to competition: bids, awards, considerations, procedure costs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from model.flows import MonthFlows
from model.indicators.recording.cells import CellCodes, CellSums
from model.procurement.award import Awards
from model.procurement.costs import cost_by_procedure
from model.procurement.tenders import DIRECT, Tenders
from model.territory.buyers import BUYER_KINDS
from model.territory.territory import Territory

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LOCAL_AUTHORITIES = ("commune", "epci", "departement", "region")


def of_local_authorities(t: Territory) -> Bools:
    """Return whether each buyer (B,) is a local authority."""
    return np.isin(t.buyers.kind, [BUYER_KINDS.index(kind) for kind in LOCAL_AUTHORITIES])


def add_tenders(
    sums: CellSums,
    t: Territory,
    codes: CellCodes,
    h: Mapping[str, float],
    local_authority: Bools,
    flows: MonthFlows,
    publicity_eur: float,
) -> None:
    """Add the lots of the month, by place of performance and kind of buyer.

    Parameters
    ----------
    local_authority
        (B,), buyers whose contracts are the base of social considerations.
    publicity_eur
        Amount from which they are.
    """
    tenders, awards, bids = flows.tenders, flows.awards, flows.bids
    cell = codes.zone[tenders.zone] + codes.buyer[tenders.buyer]
    # procedures of central bodies are theirs: each serves many needs
    open_call = (tenders.procedure != DIRECT) & tenders.in_reach
    with_bid = open_call & (awards.bids > 0)
    won = open_call & awards.awarded
    holder = awards.of_winner(bids.firm)
    inside = (holder >= 0) & (holder < len(t.firms))
    row = np.where(inside, holder, 0)
    near = inside & (t.firms.zone[row] == tenders.zone)
    amount = tenders.amount_eur * awards.of_winner(bids.price)
    of_base = won & local_authority[tenders.buyer] & (tenders.amount_eur >= publicity_eur)

    def count(name: str, mask: Bools, weights: Floats | None = None) -> None:
        sums.add(name, cell[mask], None if weights is None else weights[mask])

    count("tenders_n", with_bid)
    count("bids_n", with_bid, awards.bids.astype(np.float64))
    count("single_bid_n", with_bid & (awards.bids == 1))
    count("unsuccessful_n", open_call & (awards.bids == 0))
    winners = {
        "awards": won,
        "awards_epci": won & near,
        "awards_territory": won & inside,
        "awards_sme": won & awards.of_winner(bids.small),
        "awards_ess": won & inside & t.firms.ess[row],
    }
    for name, mask in winners.items():
        count(f"{name}_n", mask)
        count(f"{name}_eur", mask, amount)
    count("awards_base_eur", won, tenders.amount_eur)
    count("awards_territory_base_eur", won & inside, tenders.amount_eur)
    local = (bids.firm >= 0) & (bids.firm < len(t.firms))
    able = (local & np.isfinite(bids.reluctance)).sum(axis=1).astype(np.float64)
    count("able_local_n", open_call, able)
    count("bids_local_n", open_call, (local & bids.valid).sum(axis=1).astype(np.float64))
    count("considerations_n", of_base & tenders.consideration)
    count("considerations_base_n", of_base)
    count("environmental_considerations_n", of_base & tenders.environmental_consideration)
    count("environmental_clauses_n", of_base & tenders.environmental_clause)
    count("environmental_clauses_checked_n", of_base & tenders.environmental_checked)
    of_buyer, of_bidders = procedure_costs(tenders, awards, len(t.needs.buyer), h, t.money_scale)
    sums.add("procedure_cost_buyer_eur", cell, of_buyer)
    sums.add("procedure_cost_bidders_eur", cell, of_bidders)


def procedure_costs(
    tenders: Tenders, awards: Awards, needs: int, h: Mapping[str, float], money_scale: float
) -> tuple[Floats, Floats]:
    """Return what running each procedure costs its buyer, and all its bidders, EUR (T,).

    The first lot of a need bears the procedure, each further lot what one more costs. Direct
    purchases count for nothing. These are staff of buyers and firms, paid in any case: no account
    is debited (`facts.md` 2.2).
    """
    procedure = tenders.procedure
    further = tenders.contract >= needs
    buyer = np.where(
        further,
        h["further_lot_cost_eur"] * (procedure != DIRECT),
        cost_by_procedure("procedure_cost", procedure, h),
    )
    bidders = cost_by_procedure("bid_cost", procedure, h) * awards.bids
    return buyer * money_scale, bidders * money_scale


def award_columns(flows: MonthFlows, month: int, firms: int) -> dict[str, NDArray[np.generic]]:
    """Return one month's tenders as columns, one row a lot; ``holder`` is -1 for outside firms."""
    tenders, awards, bids = flows.tenders, flows.awards, flows.bids
    holder = awards.of_winner(bids.firm)
    return {
        "month": np.full(len(tenders), month),
        "contract": tenders.contract,
        "category": tenders.category,
        "zone": tenders.zone,
        "buyer": tenders.buyer,
        "procedure": tenders.procedure,
        "in_reach": tenders.in_reach,
        "amount_eur": tenders.amount_eur,
        "months": tenders.months,
        "reserved": tenders.reserved,
        "consideration": tenders.consideration,
        "clause": tenders.clause,
        "social_duty": tenders.social_duty,
        "consideration_by_duty": tenders.consideration_by_duty,
        "environmental_condition": tenders.environmental_condition,
        "clause_hours": tenders.clause_hours * tenders.months,
        "environmental_clause": tenders.environmental_clause,
        "environmental_checked": tenders.environmental_checked,
        "bids": awards.bids,
        "awarded": awards.awarded,
        "holder": np.where(holder < firms, holder, -1),
        "inside": awards.awarded & (holder < firms),
        "small_or_medium": awards.of_winner(bids.small),
        "price": awards.of_winner(bids.price),
    }
