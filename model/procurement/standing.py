"""What firms of the territory can bring to a lot, and their reasons to bid or not (`model.md` 4.4).

One entry a firm and lot (E,); a grouping is judged by the same reasons as a firm, on what its
members bring together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.procurement.notice import strength_of_notice
from model.procurement.tenders import CLAUSE, FORMAL, FORMALITIES, Tenders
from model.state import FirmState
from model.territory.territory import Firms

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

MOST_HELP_OF_GROUP = 4.0
"""Most that the capacity of a group counts, over that of the establishment that would perform."""

USUAL_LOAD = 0.82
"""Load at which a firm minds one more contract neither more nor less than usual."""


@dataclass(frozen=True)
class Standing:
    """Firms before lots (E,), EUR and EUR a month.

    Attributes
    ----------
    lot, rows
        Position of the lot in the month's tenders, row of the firm.
    trader, small
        Whether it would pass goods on, and whether its enterprise is at most medium-sized.
    output_share
        Part of the amount that would be its output.
    monthly_output, amount_waited
        What it would make, and what it would wait to be paid for it, less the advance.
    advance_rate
        Advance over the yearly amount.
    room
        What it can make, with the help that its group lends for a lot.
    capacity, expected
        What it can make and expects to sell.
    most_load
        Load, over capacity, that it would not exceed.
    cash, turnover
        Cash and credit line; yearly turnover of the enterprise.
    """

    lot: NDArray[np.intp]
    rows: Ints
    trader: Bools
    small: Bools
    output_share: Floats
    monthly_output: Floats
    amount_waited: Floats
    advance_rate: Floats
    room: Floats
    capacity: Floats
    expected: Floats
    most_load: Floats
    cash: Floats
    turnover: Floats

    @property
    def size(self) -> Floats:
        """Monthly output of the lot over what the firm can make."""
        return self.monthly_output / self.room

    @property
    def load(self) -> Floats:
        """Expected sales over capacity."""
        return self.expected / self.capacity

    @property
    def strain(self) -> Floats:
        """What it would wait for over its cash and credit."""
        return self.amount_waited / np.maximum(self.cash, 1e-300)

    def has_turnover(self, tenders: Tenders) -> Bools:
        """Whether the enterprise has the turnover that the lot requires."""
        required = tenders.required_turnover * tenders.market_eur
        return self.turnover >= required[self.lot]


@dataclass(frozen=True)
class Means:
    """What firms have, whatever the lot (E,): see the columns of `Standing` of the same names."""

    small: Bools
    room: Floats
    capacity: Floats
    expected: Floats
    most_load: Floats
    cash: Floats
    turnover: Floats


def means_of(
    rows: Ints, trade: Bools, columns: Firms, firms: FirmState, h: Mapping[str, float]
) -> Means:
    """Return what firms ``rows`` (E,) can make and show; ``trade`` (E,) tells traders."""
    capacity = np.maximum(firms.capacity_eur[rows] * firms.intact[rows], 1e-300)
    # a firm born in the run stands alone, whatever enterprise held its row before
    young = firms.generation[rows] > 0
    # a group lends its establishments hands, within limits, for the lots that they bid for
    group = np.minimum(columns.enterprise_multiple[rows], MOST_HELP_OF_GROUP)
    expected = firms.expected_demand[rows]
    own_turnover = 12.0 * expected / np.where(trade, h["goods_margin"], 1.0)
    return Means(
        small=(columns.enterprise_class[rows] <= 1) | young,
        room=capacity * np.where(young, 1.0, group),
        capacity=capacity,
        expected=expected,
        # a structure cannot grow beyond its agreed posts: it does not bid for what would exceed
        most_load=np.where(columns.posts_fte[rows] > 0.0, 1.0, h["most_load_to_bid"]),
        cash=np.maximum(firms.cash[rows], 0.0) + h["credit_line_months"] * expected,
        turnover=np.where(young, own_turnover, columns.enterprise_turnover_eur[rows]),
    )


def stand(
    tenders: Tenders,
    lot: NDArray[np.intp],
    rows: Ints,
    columns: Firms,
    firms: FirmState,
    trade_sector: int,
    traded: Bools,
    h: Mapping[str, float],
) -> Standing:
    """Describe firms ``rows`` (E,) before the lots ``lot`` (E,).

    Parameters
    ----------
    trade_sector, traded
        Sector of traders, and categories (C,) of goods that they pass on.
    """
    category, yearly = tenders.supply_category[lot], tenders.yearly_eur[lot]
    trade = columns.sector[rows] == trade_sector
    trader = trade & traded[category]
    output_share = np.where(trader, h["goods_margin"], 1.0)
    # who bids for the market of a group or central body must serve all of it
    monthly_output = yearly * tenders.market_ratio[lot] / 12.0 * output_share
    means = means_of(rows, trade, columns, firms, h)
    small = means.small
    # what is billed waits for payment; what is retained waits for the end of the contract
    held = tenders.retention_rate[lot] * small * tenders.months[lot] / 2.0
    waited = monthly_output * (tenders.payment_days[lot] / 30.0 + held)
    rate = np.where(small, tenders.advance_rate[lot], tenders.advance_rate_large[lot])
    advance = rate * yearly
    paid_ahead = advance * tenders.market_ratio[lot] * output_share
    return Standing(
        lot=lot,
        rows=rows,
        trader=trader,
        output_share=output_share,
        monthly_output=monthly_output,
        amount_waited=np.maximum(waited - paid_ahead, 0.0),
        advance_rate=advance / np.maximum(yearly, 1e-300),
        **vars(means),
    )


@dataclass(frozen=True)
class Reasons:
    """Terms of the decision to bid (E,): each is taken from the logit, experience is added."""

    size: Floats
    too_small: Floats
    distance: Floats
    formal: Floats
    clause: Floats
    cash: Floats
    load: Floats
    experience: Floats
    simultaneous: Floats
    environment: Floats

    def logit(self, base: float) -> Floats:
        """Return the log-odds of a bid."""
        return (
            base
            - self.size
            - self.too_small
            - self.distance
            - self.formal
            - self.clause
            - self.cash
            - self.load
            + self.experience
            - self.simultaneous
            - self.environment
        )


def burden_of_cash(strain: Floats, h: Mapping[str, float]) -> Floats:
    """Return what waiting to be paid weighs against a bid, by ``Standing.strain``."""
    return h["bid_cash"] * np.minimum(strain, 3.0)


def reasons_to_bid(
    tenders: Tenders,
    lot: NDArray[np.intp],
    distance_km: Floats,
    size: Floats,
    load: Floats,
    strain: Floats,
    small: Bools,
    experience: Floats,
    heard_of: NDArray[np.integer],
    h: Mapping[str, float],
) -> Reasons:
    """Weigh reasons of firms or groupings (E,) before lots (E,).

    ``size`` is the lot over what they can make, ``load`` what they expect to sell over it,
    ``strain`` what they would wait to be paid over their cash, ``heard_of`` the number of lots that
    they hear of in the month.
    """
    eased = 1.0 - tenders.eased
    formal = np.where(tenders.barrier == FORMALITIES, eased, 1.0)
    clause = np.where(tenders.barrier == CLAUSE, eased, 1.0)
    # work announced long ahead is planned for: it adds less to a full order book
    planned = 1.0 - h["notice_load_relief"] * strength_of_notice(tenders.notice_months, h)
    over = np.maximum(load - USUAL_LOAD, -0.3) / 0.18
    return Reasons(
        size=h["bid_lot_size"] * np.maximum(np.log(size / h["bid_comfortable_size"]), 0.0),
        too_small=h["bid_lot_too_small"] * np.maximum(np.log(h["bid_minimum_size"] / size), 0.0),
        distance=h["bid_distance"] * distance_km / 100.0,
        formal=h["bid_formal"] * formal[lot] * (tenders.procedure[lot] == FORMAL) * small,
        clause=h["bid_clause"] * clause[lot] * tenders.clause[lot],
        cash=burden_of_cash(strain, h),
        load=h["bid_load"] * np.where(over > 0.0, over * planned[lot], over),
        experience=h["bid_experience"] * experience,
        # a firm that hears of several lots in the month answers each less often
        simultaneous=h["bid_simultaneous"] * np.log(heard_of),
        environment=h["bid_environment"] * tenders.environmental_stringency[lot],
    )
