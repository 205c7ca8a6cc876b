"""Depth of sourcing: buyers learn why able firms would not bid, and adapt needs (`model.md` 4.2).

Breadth makes more firms hear of a lot; depth removes part of what keeps those that hear of it away.
What that is comes from the firms' own decision to bid: the buyer removes a share of the one barrier
without which most bids would be gained, and nothing where nobody would bid more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from model.procurement.bids import logistic
from model.procurement.candidates import Informed
from model.procurement.category_columns import CategoryColumns
from model.procurement.standing import Reasons, burden_of_cash, reasons_to_bid, stand
from model.procurement.tenders import (
    CASH,
    CLAUSE,
    DIRECT,
    FORMALITIES,
    NOTHING,
    SIZE,
    Tenders,
)
from model.state import FirmState
from model.territory.territory import Firms

Floats = NDArray[np.float64]

BARRIERS = (SIZE, CASH, CLAUSE, FORMALITIES)

FULL_ADVANCE = 0.30
"""Advance that a buyer goes up to for firms short of cash: that of the State (facts 1.7)."""


def adapt_sounded(
    tenders: Tenders,
    informed: Informed,
    columns: Firms,
    firms: FirmState,
    categories: CategoryColumns,
    depth: Floats,
    h: Mapping[str, float],
) -> Tenders:
    """Return the month's lots, those that were sounded in depth adapted.

    Parameters
    ----------
    informed
        Firms that hear of each lot.
    depth
        (T,), share of the largest barrier that the buyer removes, in [0, 1].
    """
    depth = np.where(tenders.sounded & (tenders.procedure != DIRECT), depth, 0.0)
    if not depth.any():
        return tenders
    gain = bids_gained(tenders, informed, columns, firms, categories, h, depth > 0.0)
    largest = np.asarray(BARRIERS, dtype=np.int8)[gain.argmax(axis=0)]
    adapted = (depth > 0.0) & (gain.max(axis=0) > 0.0)
    barrier = np.where(adapted, largest, NOTHING).astype(np.int8)
    eased = np.where(adapted, depth, 0.0)
    more = np.maximum(FULL_ADVANCE - tenders.advance_rate, 0.0)
    return replace(
        tenders,
        barrier=barrier,
        eased=eased,
        required_turnover=tenders.required_turnover * np.where(barrier == SIZE, 1.0 - eased, 1.0),
        advance_rate=tenders.advance_rate + np.where(barrier == CASH, eased * more, 0.0),
    )


def bids_gained(
    tenders: Tenders,
    informed: Informed,
    columns: Firms,
    firms: FirmState,
    categories: CategoryColumns,
    h: Mapping[str, float],
    asked: NDArray[np.bool_] | None = None,
) -> Floats:
    """Return the bids that each lot would gain without each of its barriers (4, T), in expectation.

    In the order of ``BARRIERS``: no required turnover, an advance of 30 %, no burden of the clause,
    no formalities. ``asked`` (T,) are the lots whose firms are sounded, all if None; the others
    gain nothing.
    """
    present = informed.rows >= 0
    if asked is not None:
        present &= asked[:, None]
    lot, _ = np.nonzero(present)
    rows, distance = informed.rows[present], informed.distance_km[present]
    trade, traded = categories.trade_sector, categories.traded
    own = stand(tenders, lot, rows, columns, firms, trade, traded, h)
    advance = np.maximum(tenders.advance_rate, FULL_ADVANCE)
    advanced = replace(tenders, advance_rate=advance)
    ahead = stand(advanced, lot, rows, columns, firms, trade, traded, h)
    experience, heard_of = firms.experience[rows], informed.lots_heard_of(rows)
    size, load = own.size, own.load
    reasons = reasons_to_bid(
        tenders, lot, distance, size, load, own.strain, own.small, experience, heard_of, h
    )
    fits = size + load <= own.most_load
    able = fits & own.has_turnover(tenders)

    def chance(why: Reasons, may: NDArray[np.bool_]) -> Floats:
        return np.where(may, logistic(why.logit(h["bid_base"])), 0.0)

    none = np.zeros(len(rows))
    now = chance(reasons, able)
    freed = (
        chance(reasons, fits),
        chance(replace(reasons, cash=burden_of_cash(ahead.strain, h)), able),
        chance(replace(reasons, clause=none), able),
        chance(replace(reasons, formal=none), able),
    )
    gains = [np.bincount(lot, weights=then - now, minlength=len(tenders)) for then in freed]
    return np.stack(gains)
