"""Quantities of shared, prepared and failed lots: who will perform what is awarded, and so on.

The *awarded* share counts a contract where its holder is; the *performed* share counts each part
where whoever does it is: members of a grouping and subcontractors beside the holder. Here both are
taken at notification; what is performed month by month is in `contracts.py`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.flows import MonthFlows
from model.indicators.recording.cells import CellCodes, CellSums
from model.procurement.award import ABANDONED, DEFERRED
from model.procurement.practice import Practice
from model.procurement.tenders import DIRECT, NOTHING
from model.state import State
from model.territory.derived import DerivedColumns
from model.territory.territory import Territory

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def add_lots(
    sums: CellSums,
    t: Territory,
    d: DerivedColumns,
    codes: CellCodes,
    state: State,
    flows: MonthFlows,
    practice: Practice,
) -> None:
    """Add the month's shared, prepared and failed lots, and what nobody delivers."""
    tenders = flows.tenders
    cell = codes.zone[tenders.zone] + codes.buyer[tenders.buyer]
    called = (tenders.procedure != DIRECT) & tenders.in_reach
    _add_shared(sums, t, cell, called, flows)
    _add_procedures(sums, cell, called, flows)
    _add_uncovered(sums, d, codes, state, flows, practice)


def _add_shared(
    sums: CellSums, t: Territory, cell: NDArray[np.intp], called: Bools, flows: MonthFlows
) -> None:
    """Split awards put to competition among those who will perform them."""
    tenders, awards, bids, partners = flows.tenders, flows.awards, flows.bids, flows.partners
    n = len(t.firms)
    won = np.flatnonzero(called & awards.awarded)
    zone = tenders.zone[won]
    amount = (tenders.amount_eur * awards.of_winner(bids.price))[won]
    firm = np.concatenate([awards.of_winner(bids.firm)[None, won], partners.firm[:, won]])
    small = np.concatenate([awards.of_winner(bids.small)[None, won], partners.small[:, won]])
    own = 1.0 - partners.share[:, won].sum(axis=0)
    part = np.concatenate([own[None], partners.share[:, won]]) * amount
    inside = (firm >= 0) & (firm < n)
    near = inside & (t.firms.zone[np.where(inside, firm, 0)] == zone)
    joint = partners.joint[won].astype(np.float64)
    subcontracted = (partners.share[0, won] > 0.0) * (1.0 - joint)
    found = {
        "awards_performed_territory_eur": (part * inside).sum(axis=0),
        "awards_performed_epci_eur": (part * near).sum(axis=0),
        "awards_performed_sme_eur": (part * small).sum(axis=0),
        "awards_grouping_n": joint,
        "awards_grouping_eur": amount * joint,
        "awards_subcontracted_n": subcontracted,
        "awards_subcontracted_eur": amount * subcontracted,
    }
    for name, values in found.items():
        sums.add(name, cell[won], values)


def _add_procedures(
    sums: CellSums, cell: NDArray[np.intp], called: Bools, flows: MonthFlows
) -> None:
    """Count procedures by what prepared them and by what became of them."""
    tenders, awards = flows.tenders, flows.awards
    sums.add("called_n", cell[called])
    sounded, adapted = called & tenders.sounded, called & (tenders.barrier != NOTHING)
    announced = called & (tenders.notice_months > 0.0)
    prepared = {
        "sounded": sounded,
        "adapted": adapted,
        "announced": announced,
        # with the announced ones, each prepared call once
        "only_sounded": sounded & ~adapted & ~announced,
        "only_adapted": adapted & ~announced,
    }
    for name, chosen in prepared.items():
        sums.add(f"{name}_n", cell[chosen])
        sums.add(f"{name}_bids_n", cell[chosen], awards.bids[chosen].astype(np.float64))
    sums.add("abandoned_n", cell[called & (awards.fate == ABANDONED)])
    sums.add("deferred_n", cell[called & (awards.fate == DEFERRED)])
    sums.add("negotiated_n", cell[called & awards.negotiated])


def _add_uncovered(
    sums: CellSums,
    d: DerivedColumns,
    codes: CellCodes,
    state: State,
    flows: MonthFlows,
    practice: Practice,
) -> None:
    """Add up what is due this month, and the part that nobody delivers for lack of a holder."""
    c = state.contracts
    rows = np.flatnonzero((c.holder < 0) & (c.volume_eur > 0))
    factor = practice.affordable(state.public.volume_factor)
    volume = c.volume_eur[rows] * factor[d.buyer_of_row[rows]] / 12.0
    sums.add("uncovered_eur", codes.contract[rows], volume)
    running = flows.execution.active
    cells = np.concatenate([codes.contract[rows], codes.contract[running]])
    sums.add("due_eur", cells, np.concatenate([volume, flows.execution.ordered]))
