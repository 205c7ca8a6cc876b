"""Procedures without a valid bid, and procedures that the buyer gives up (`model.md` 4.6).

Without a valid bid the buyer contracts with one able firm if conditions do not change substantially
(R.2122-2), calls again with other lots and requirements, or puts the need off. It may also give a
procedure up for a reason of general interest (R.2185-1), more often when the lowest bid is well
above its estimate. Nothing is delivered meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from model.procurement.award import (
    ABANDONED,
    AWARDED,
    DEFERRED,
    RELAUNCHED,
    Awards,
)
from model.procurement.bids import Bids
from model.procurement.needs import Needs
from model.procurement.tenders import DIRECT, Tenders
from model.random_streams import stream, to_uniform
from model.state import PARTS, ContractState

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

RELAUNCH_MONTHS = 3
"""Months between a procedure that found nobody, or was given up, and the next one."""


def settle_fates(
    tenders: Tenders,
    bids: Bids,
    awards: Awards,
    visibility: Floats,
    h: Mapping[str, float],
    seed: int,
) -> Awards:
    """Give up some procedures, and decide what follows those that found nobody.

    Parameters
    ----------
    visibility
        (n,), of firms: a buyer that negotiates with one turns to those that it knows.
    """
    return _follow_up(tenders, bids, _give_up(tenders, bids, awards, h, seed), visibility, h, seed)


def _give_up(
    tenders: Tenders, bids: Bids, awards: Awards, h: Mapping[str, float], seed: int
) -> Awards:
    """Abandon procedures that had bids, by a draw of each; prices are relative to the estimate."""
    lowest = np.where(bids.valid, bids.price, np.inf).min(axis=1)
    dear = lowest > 1.0 + h["abandoned_above_estimate"]
    chance = np.where(dear, h["abandoned_when_dear"], h["abandoned_chance"])
    drawn = to_uniform(stream(seed, "gives a procedure up", tenders.key))
    gone = (awards.bids > 0) & (tenders.procedure != DIRECT) & (drawn < chance)
    return replace(
        awards,
        place=np.where(gone, -1, awards.place).astype(np.int32),
        fate=np.where(gone, ABANDONED, awards.fate).astype(np.int8),
    )


def _follow_up(
    tenders: Tenders,
    bids: Bids,
    awards: Awards,
    visibility: Floats,
    h: Mapping[str, float],
    seed: int,
) -> Awards:
    """Negotiate, call again or put off where a first procedure found nobody.

    The firm that is negotiated with is the able one first in a race by visibility and by its chance
    to have bid, wherever it is; outside firms have the visibility of the mean firm.
    """
    lots = np.flatnonzero(awards.fate == RELAUNCHED)
    if len(lots) == 0:
        return awards
    known = np.append(visibility, visibility.mean())
    reluctance = bids.reluctance[lots]
    nearest = (reluctance / known[bids.firm[lots]]).argmin(axis=1)
    able = np.isfinite(reluctance).any(axis=1)
    drawn = to_uniform(stream(seed, "after no valid bid", tenders.key[lots]))
    negotiates = able & (drawn < h["failed_then_negotiated"])
    defers = ~negotiates & (drawn > 1.0 - h["failed_then_deferred"])
    place, fate, negotiated = awards.place.copy(), awards.fate.copy(), awards.negotiated.copy()
    place[lots[negotiates]] = nearest[negotiates]
    negotiated[lots[negotiates]] = True
    fate[lots] = np.where(negotiates, AWARDED, np.where(defers, DEFERRED, RELAUNCHED))
    return replace(awards, place=place, negotiated=negotiated, fate=fate)


def wait_for_the_next(
    tenders: Tenders,
    awards: Awards,
    contracts: ContractState,
    needs: Needs,
    target_lot_eur: float,
    h: Mapping[str, float],
    seed: int,
) -> None:
    """Write into the lot book when lots that found nobody come back, and in which lots.

    A procedure that was given up starts afresh, as if it had never been. One that failed comes back
    with eased requirements, and part of large divisible lots in two.
    """
    served, of_lot = tenders.served, awards.fate
    rows, fate = served.contract, of_lot[served.lot]
    lost = rows[~awards.awarded[served.lot]]
    contracts.months_left[lost] = RELAUNCH_MONTHS
    contracts.failures[lost] += 1
    contracts.months_left[rows[fate == DEFERRED]] = round(h["deferral_months"])
    given_up = rows[fate == ABANDONED]
    contracts.failures[given_up] = 0
    contracts.renewal[given_up] += 1
    drawn = to_uniform(stream(seed, "divides a failed lot", tenders.key))
    divided = (of_lot == RELAUNCHED) & (drawn < h["failed_then_divided"])
    divided &= (tenders.amount_eur > target_lot_eur) & needs.splittable[tenders.need]
    # a joint purchase is not one buyer's to divide
    divided &= np.bincount(served.lot, minlength=len(tenders)) == 1
    _divide(tenders.contract[divided], contracts, len(needs))


def _divide(rows: Ints, contracts: ContractState, needs: int) -> None:
    """Move half of the volume of failed lots to another part of their need, if one is free."""
    volume = contracts.volume_eur.reshape(PARTS, needs)
    taken: set[int] = set()
    for row in rows.tolist():
        need = row % needs
        free = np.flatnonzero(volume[:, need] == 0.0)
        if len(free) == 0 or need in taken:
            continue
        taken.add(need)
        other = int(free[0]) * needs + need
        half = contracts.volume_eur[row] / 2.0
        contracts.volume_eur[row] = contracts.volume_eur[other] = half
        for column in (contracts.months_left, contracts.failures, contracts.renewal):
            column[other] = column[row]
