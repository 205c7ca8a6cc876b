"""Groupings of firms: those too small for a lot bid together (`model.md` 4.3).

Able firms of the trade for which the lot is too large join the keenest of those that heard of it,
in the order of the lot's race. They are judged as one firm on what they bring together: capacity,
cash, turnover. Who is in a grouping does not depend on the turnover that the buyer requires, so
that requiring less never removes a candidate. A grouping makes one bid, and its members none of
their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.procurement.candidates import Informed
from model.procurement.notice import strength_of_notice
from model.procurement.standing import Standing, reasons_to_bid, stand
from model.procurement.tenders import DIRECT, Tenders
from model.random_streams import stream, to_uniform
from model.state import MOST_PARTNERS, FirmState
from model.territory.territory import Firms

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]
Places = NDArray[np.intp]

MOST_MEMBERS = MOST_PARTNERS + 1

ADMISSIBLE_TURNOVER = 1.5
"""Turnover over the lot value that members gather if they can: the legal cap (R.2142-7)."""


@dataclass(frozen=True)
class Groupings:
    """Groupings that could bid (G,); members in the order of the race, the lead first.

    Attributes
    ----------
    lot, place
        Position of the lot, and of its lead among the bidders.
    member, share
        (MOST_MEMBERS, G): int32 row, -1 where fewer; part of the work, by spare capacity.
    member_place
        (MOST_MEMBERS, G), place of each member among the bidders.
    admissible
        Whether members have together the turnover that the lot requires.
    logit
        Log-odds that the grouping bids.
    distance_km, load, advance_rate, small
        Of the grouping as a whole: means by share; ``small`` is the lead's.
    """

    lot: Places
    place: Places
    member: Ints
    member_place: Places
    share: Floats
    admissible: Bools
    logit: Floats
    distance_km: Floats
    load: Floats
    advance_rate: Floats
    small: Bools

    def __len__(self) -> int:
        return len(self.lot)

    def take(self, kept: NDArray[np.integer] | Bools) -> Groupings:
        """Return some of the groupings."""
        return replace(
            self, **{name: np.asarray(value)[..., kept] for name, value in vars(self).items()}
        )


def lots_open_to_groupings(
    tenders: Tenders, usual_amount_eur: float, h: Mapping[str, float], seed: int
) -> Places:
    """Return lots for which firms too small for them look for each other.

    A grouping takes time to form: large lots are worth it. More of them where the notice welcomes
    groupings, and where the lot was announced long ahead.
    """
    more = h["grouping_welcome_effect"] * tenders.groupings_welcome
    more = more + h["notice_grouping_effect"] * strength_of_notice(tenders.notice_months, h)
    size = (tenders.market_eur / usual_amount_eur) ** h["grouping_tilt"]
    chance = h["grouping_chance"] * size * (1.0 + more)
    drawn = to_uniform(stream(seed, "firms look for partners", tenders.key))
    usual = (tenders.procedure != DIRECT) & ~tenders.reserved
    return np.flatnonzero(usual & (drawn < chance))


def form_groupings(
    tenders: Tenders,
    informed: Informed,
    drawn: Floats,
    columns: Firms,
    firms: FirmState,
    trade_sector: int,
    traded: Bools,
    usual_amount_eur: float,
    h: Mapping[str, float],
    seed: int,
) -> Groupings:
    """Form at most one grouping a lot, among the firms nearest to hear of it.

    Parameters
    ----------
    drawn
        (T, INFORMED_SIZE), draws of the firms' own decisions: the lowest is the keenest.
    trade_sector, traded
        Sector of traders, who form none, and categories (C,) of goods that they pass on.
    usual_amount_eur
        Amount at which firms look for partners with the chance of the hypothesis.
    """
    lots = lots_open_to_groupings(tenders, usual_amount_eur, h, seed)
    # a first sieve without the help of groups, which only makes lots smaller
    known = informed.known[lots]
    least = h["grouping_least_size"]
    monthly = (tenders.yearly_eur * tenders.market_ratio)[lots] / 12.0
    large = (known >= 0) & (monthly[:, None] > least * firms.capacity_eur[known])
    several = (large.sum(axis=1) >= 2) & (large & (informed.rows[lots] >= 0)).any(axis=1)
    lots, known, large = lots[several], known[several], large[several]
    at, place = np.nonzero(large)
    standing = stand(tenders, lots[at], known[at, place], columns, firms, trade_sector, traded, h)
    spare = np.maximum(standing.most_load - standing.load, 0.0) * standing.room
    joins = (standing.size > least) & ~standing.trader & (spare > 0.0)
    entry = np.full(known.shape, -1)
    entry[at[joins], place[joins]] = np.flatnonzero(joins)
    heard = (entry >= 0) & (informed.rows[lots] >= 0)
    ready = np.flatnonzero(heard.any(axis=1) & ((entry >= 0).sum(axis=1) >= 2))
    lead = np.where(heard[ready], drawn[lots[ready]], 2.0).argmin(axis=1)
    width = informed.known.shape[1]
    order = np.where(entry[ready] >= 0, np.arange(width, dtype=np.intp), width)
    order[np.arange(len(ready)), lead] = -1
    first = np.argsort(order, axis=1, kind="stable")[:, :MOST_MEMBERS]
    members = np.take_along_axis(entry[ready], first, axis=1).T
    distance = informed.known_distance_km[lots][at, place]
    heard_of = informed.lots_heard_of(standing.rows)
    return _pool(
        tenders, lots[ready], members, first.T, standing, spare, distance, heard_of, firms, h
    )


def _pool(
    tenders: Tenders,
    lots: Places,
    members: Places,
    places: Places,
    standing: Standing,
    spare: Floats,
    distance_km: Floats,
    heard_of: Places,
    firms: FirmState,
    h: Mapping[str, float],
) -> Groupings:
    """Keep as many members as the lot needs; judge them as one.

    Parameters
    ----------
    members, places
        (MOST_MEMBERS, G), entries of the standing, -1 where fewer, and their places.
    """
    present = members >= 0

    def of(values: NDArray[np.float64]) -> Floats:
        return np.where(present, values[members], 0.0)

    output = standing.monthly_output[members[0]]
    amount = tenders.market_eur[lots]
    room, free, turnover = (
        np.cumsum(of(values), axis=0) for values in (standing.room, spare, standing.turnover)
    )
    enough = (room * h["grouping_least_size"] >= output) & (free >= output)
    enough &= turnover >= ADMISSIBLE_TURNOVER * amount
    enough[0] = False
    count = np.where(enough.any(axis=0), enough.argmax(axis=0) + 1, MOST_MEMBERS)
    present &= np.arange(MOST_MEMBERS)[:, None] < count
    strength = of(spare)
    able = strength.sum(axis=0) >= output
    share = strength / np.maximum(strength.sum(axis=0), 1e-300)
    capacity = of(standing.capacity).sum(axis=0)
    load = of(standing.expected).sum(axis=0) / np.maximum(capacity, 1e-300)
    cash = np.maximum(of(standing.cash).sum(axis=0), 1e-300)
    rows = np.where(present, standing.rows[members], -1).astype(np.int32)
    distance = (share * of(distance_km)).sum(axis=0)
    reasons = reasons_to_bid(
        tenders,
        lots,
        distance,
        output / np.maximum(of(standing.room).sum(axis=0), 1e-300),
        load,
        standing.amount_waited[members[0]] / cash,
        np.where(present, standing.small[members], True).all(axis=0),
        of(firms.experience[standing.rows]).max(axis=0, initial=0.0),
        heard_of[members[0]],
        h,
    )
    required = tenders.required_turnover[lots] * amount
    found = Groupings(
        lot=lots,
        place=places[0],
        member=rows,
        member_place=places,
        share=share,
        admissible=of(standing.turnover).sum(axis=0) >= required,
        logit=reasons.logit(h["bid_base"]),
        distance_km=distance,
        load=load,
        advance_rate=standing.advance_rate[members[0]],
        small=standing.small[members[0]],
    )
    return found.take(able)
