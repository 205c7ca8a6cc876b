"""Bid or not, at what price and with what quality (`model.md` 4.3 to 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.economy.intensity import (
    OUTSIDE_SCORES,
    mean_outside_intensity,
    relative_intensity,
    score_after,
)
from model.economy.productivity import least_productivity, mean_productivity, relative_cost
from model.procurement.candidates import Informed
from model.procurement.category_columns import CategoryColumns
from model.procurement.groupings import Groupings, form_groupings
from model.procurement.standing import USUAL_LOAD, reasons_to_bid, stand
from model.procurement.tenders import DIRECT, FORMAL, Tenders
from model.random_streams import mix, stream, to_normal, to_uniform
from model.shocks.prices import PriceRise, dearer_bids
from model.state import FirmState
from model.support.filiere import after_innovation
from model.territory.territory import Firms, Sectors

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

OUTSIDE_SIZE = 6
"""Most outside firms that hear of one lot."""

OUTSIDE_STRUCTURES = 0.25
"""Social structures from outside that hear of a reserved lot, over firms that hear of another."""

SATURATION_BIDDERS = 7.0
"""Bidders beyond which the price no longer falls (Onur and Tas 2019, `facts.md` 2.6)."""


@dataclass(frozen=True)
class Bids:
    """Bids of the month (T, INFORMED_SIZE + OUTSIDE_SIZE): firms of the territory, then outside.

    Attributes
    ----------
    firm
        int32, row of the firm, ``n`` for an outside firm, -1 where nobody.
    valid
        Whether the firm submits an acceptable bid.
    reluctance
        Over 1 for able firms that do not bid, the less the nearer they were to bid; inf for firms
        that are not able.
    price
        Relative to the base price.
    technical, environmental, social
        Scores in [0, 1].
    small
        Whether the enterprise is micro, small or medium.
    output_share
        Part of the amount that is output of the holder: the margin for a trader, else 1.
    fte_per_eur
        Direct FTE-months of the holder per EUR of volume at base prices.
    relative_intensity
        Direct intensity of the maker over that of its sector, abatement apart; 1 for a trader.
    groupings
        Groupings that bid: the place of the lead holds their bid.
    """

    firm: Ints
    valid: Bools
    reluctance: Floats
    price: Floats
    technical: Floats
    environmental: Floats
    social: Floats
    small: Bools
    output_share: Floats
    fte_per_eur: Floats
    relative_intensity: Floats
    groupings: Groupings | None = None


def collect_bids(
    tenders: Tenders,
    informed: Informed,
    columns: Firms,
    firms: FirmState,
    sectors: Sectors,
    categories: CategoryColumns,
    liveliness: Floats,
    threshold_eur: float,
    h: Mapping[str, float],
    seed: int,
    prices: PriceRise | None = None,
) -> Bids:
    """Ask every informed firm whether it bids and at what price.

    Parameters
    ----------
    liveliness
        (T,), how lively competition is for each lot, near and far, of mean 1.
    threshold_eur
        The waiver threshold, the unit in which firms see the size of a lot.
    prices
        What dearer inputs add to the costs of bidders, if they do.
    """
    local = _local_bids(tenders, informed, columns, firms, categories, h, seed)
    trade, traded = categories.trade_sector, categories.traded
    found = form_groupings(
        tenders, informed, local.drawn, columns, firms, trade, traded, threshold_eur, h, seed
    )
    groupings = _bid_together(local, tenders, found, columns, firms, h)
    outside = _outside_bids(
        tenders, columns, sectors, categories, liveliness, threshold_eur, h, seed
    )
    joined = {
        name: np.concatenate([getattr(local, name), getattr(outside, name)], axis=1)
        for name in (
            "firm",
            "technical",
            "environmental",
            "social",
            "small",
            "output_share",
            "fte_per_eur",
            "relative_intensity",
        )
    }
    chance = np.concatenate([local.chance, outside.chance], axis=1)
    cost = np.concatenate([local.cost, outside.cost], axis=1)
    # what a joint purchase saves by its scale, whoever bids
    cost = cost - (h["scale_saving_per_doubling"] * tenders.scale)[:, None]
    pressure = np.concatenate([local.pressure, outside.pressure], axis=1)
    drawn = np.concatenate([local.drawn, outside.drawn], axis=1)
    if prices is not None:
        cost = cost + dearer_bids(
            prices,
            tenders.supply_category,
            np.where(local.firm >= 0, (firms.cost_rise / columns.usual_cost)[local.firm], 0.0),
            local.output_share < 1.0,
            outside.output_share < 1.0,
            categories.profile.usual_cost,
            h["goods_margin"],
        )
    with np.errstate(divide="ignore"):
        reluctance = drawn / chance
    # bidders expect as many rivals as the conditions of the lot usually bring, not those who came
    expected = np.clip(chance.sum(axis=1, keepdims=True), 1.0, SATURATION_BIDDERS)
    markup = h["markup_alone"] - h["markup_per_doubling"] * np.log2(expected)
    markup = markup + h["markup_utilisation"] * pressure
    floor = cost * (1.0 - h["normal_margin"])
    price = np.maximum(cost * (1.0 + markup), floor)
    return Bids(
        valid=drawn < chance,
        reluctance=reluctance,
        price=price,
        groupings=groupings,
        **joined,
    )


@dataclass(frozen=True)
class _Side:
    firm: Ints
    chance: Floats
    drawn: Floats
    cost: Floats
    pressure: Floats
    technical: Floats
    environmental: Floats
    social: Floats
    small: Bools
    output_share: Floats
    fte_per_eur: Floats
    relative_intensity: Floats


def _local_bids(
    tenders: Tenders,
    informed: Informed,
    columns: Firms,
    firms: FirmState,
    categories: CategoryColumns,
    h: Mapping[str, float],
    seed: int,
) -> _Side:
    shape = informed.rows.shape
    # most places of the table are empty: work on those that hold a firm, then spread them out
    at = np.flatnonzero(informed.rows >= 0)
    lot = at // shape[1]
    rows, distance = informed.rows.take(at), informed.distance_km.take(at)
    trade, traded = categories.trade_sector, categories.traded
    own = stand(tenders, lot, rows, columns, firms, trade, traded, h)
    size, load, trader = own.size, own.load, own.trader
    experience, heard_of = firms.experience[rows], informed.lots_heard_of(rows)
    reasons = reasons_to_bid(
        tenders, lot, distance, size, load, own.strain, own.small, experience, heard_of, h
    )
    fits = size + load <= own.most_load
    logit = reasons.logit(h["bid_base"])
    chance = np.where(own.has_turnover(tenders) & fits, logistic(logit), 0.0)
    relative = firms.unit_cost[rows] / columns.usual_cost[rows]
    relative = np.where(trader, 1.0 - h["goods_margin"] + h["goods_margin"] * relative, relative)
    payment_days, clause = tenders.payment_days[lot], tenders.clause[lot]
    extra = _extra_costs(distance, payment_days, own.advance_rate, clause, h)
    extra = extra + tenders.asked_cost[lot]
    environmental = score_after(
        columns.environmental[rows], firms.abatement[rows], h["intensity_spread"]
    )
    draws = _draws(mix(stream(seed, "bid", tenders.key)[lot], firms.key[rows]), 4)
    technical = after_innovation(columns.technical[rows], firms, rows, h)
    environmental = after_innovation(environmental, firms, rows, h)

    def spread[T: np.generic](values: NDArray[T], empty: float) -> NDArray[T]:
        table = np.full(shape, empty, dtype=values.dtype)
        table.ravel()[at] = values
        return table

    return _Side(
        firm=informed.rows,
        chance=spread(chance, 0.0),
        drawn=spread(draws[0], 1.0),
        cost=spread(relative + extra, 1.0),
        pressure=spread(np.clip(load - 0.82, -0.4, 0.4), 0.0),
        technical=spread(0.5 * technical + 0.5 * draws[1], 0.0),
        environmental=spread(0.7 * environmental + 0.3 * draws[2], 0.0),
        social=spread(0.7 * columns.social[rows] + 0.3 * draws[3], 0.0),
        small=spread(own.small, 0.0),
        output_share=spread(own.output_share, 1.0),
        fte_per_eur=spread(own.output_share / firms.productivity_eur[rows], 0.0),
        relative_intensity=spread(np.where(trader, 1.0, columns.relative_intensity[rows]), 1.0),
    )


def _bid_together(
    side: _Side,
    tenders: Tenders,
    found: Groupings,
    columns: Firms,
    firms: FirmState,
    h: Mapping[str, float],
) -> Groupings:
    """Put bids of groupings in the places of their leads, and take away members' own.

    A grouping is what its members are in the mean, by share; the draws, the size class and the FTE
    of the lead's own part are the lead's. One that does not bid leaves its members free. Returns
    the groupings that bid.
    """
    chance = logistic(found.logit)
    bids = found.admissible & (side.drawn[found.lot, found.place] < chance)
    found, chance = found.take(bids), chance[bids]
    present = found.member >= 0
    _, which = np.nonzero(present)
    side.chance[found.lot[which], found.member_place[present]] = 0.0
    lot, at = found.lot, (found.lot, found.place)
    side.chance[at] = chance
    extra = _extra_costs(
        found.distance_km, tenders.payment_days[lot], found.advance_rate, tenders.clause[lot], h
    )
    m = found.member
    cost = (found.share * (firms.unit_cost[m] / columns.usual_cost[m])).sum(axis=0)
    side.cost[at] = cost + extra + tenders.asked_cost[lot]
    side.pressure[at] = np.clip(found.load - USUAL_LOAD, -0.4, 0.4)
    side.relative_intensity[at] = (found.share * columns.relative_intensity[m]).sum(axis=0)
    after = score_after(columns.environmental[m], firms.abatement[m], h["intensity_spread"])
    for scores, weight, quality in (
        (side.technical, 0.5, after_innovation(columns.technical[m], firms, m, h)),
        (side.environmental, 0.7, after_innovation(after, firms, m, h)),
        (side.social, 0.7, columns.social[m]),
    ):
        scores[at] += weight * ((found.share * quality).sum(axis=0) - quality[0])
    return found


def _outside_bids(
    tenders: Tenders,
    columns: Firms,
    sectors: Sectors,
    categories: CategoryColumns,
    liveliness: Floats,
    threshold_eur: float,
    h: Mapping[str, float],
    seed: int,
) -> _Side:
    """Draw outside bidders: more of them for large lots and wide publicity, same cost spread."""
    shape = (len(tenders), OUTSIDE_SIZE)
    place = np.arange(OUTSIDE_SIZE)
    keys = mix(stream(seed, "outside bid", tenders.key)[:, None], place)
    draws = _draws(keys, 13)
    market = tenders.amount_eur * tenders.market_ratio
    size = np.log2(np.maximum(market / threshold_eur, 0.25))
    heard: Floats = h["outside_base"] + h["outside_per_doubling"] * np.maximum(size, 0.0)
    heard = heard * np.where(tenders.procedure == DIRECT, 0.3, 1.0)
    heard = heard + h["outside_formal"] * (tenders.procedure == FORMAL)
    goods = categories.traded[tenders.supply_category]
    heard = heard + h["outside_goods"] * goods
    heard = heard * np.where(tenders.reserved, OUTSIDE_STRUCTURES, 1.0) * liveliness
    heard = heard * np.where(tenders.reserved_ess, h["outside_ess_share"], 1.0)
    chance = np.clip(heard[:, None] - place, 0.0, 1.0) * h["outside_bid_chance"]
    trader = goods[:, None] & (draws[1] < h["outside_trader_share"])
    profile, trade = categories.profile, categories.trade_sector
    category = tenders.supply_category[:, None]

    def of_maker_or_trader(maker: Floats, by_sector: Floats) -> Floats:
        made: Floats = maker[category]
        return np.where(trader, float(by_sector[trade]), made)

    usual = of_maker_or_trader(profile.productivity_eur, sectors.productivity_eur)
    labour = of_maker_or_trader(profile.labour_share, sectors.labour_share)
    usual_cost = of_maker_or_trader(profile.usual_cost, sectors.unit_cost)
    output_share = np.where(trader, h["goods_margin"], 1.0)
    spread, sharing = h["productivity_spread"], h["rent_sharing"]
    least = least_productivity(labour, usual_cost, sharing)
    drawn: Floats = np.exp(spread * to_normal(draws[2]) - spread**2 / 2)
    productivity = np.maximum(drawn, least) / mean_productivity(least, spread)
    productivity = np.maximum(productivity, least)
    relative = relative_cost(productivity, labour, usual_cost, sharing)
    relative = np.where(trader, 1.0 - h["goods_margin"] + h["goods_margin"] * relative, relative)
    distance = 60.0 + 140.0 * draws[3]
    small = draws[4] < h["outside_sme_share"]
    rate = np.where(small, tenders.advance_rate[:, None], tenders.advance_rate_large[:, None])
    advance = rate * tenders.yearly_eur[:, None]
    extra = _extra_costs(
        distance,
        tenders.payment_days[:, None],
        advance / np.maximum(tenders.yearly_eur[:, None], 1e-300),
        tenders.clause[:, None],
        h,
    )
    extra = extra + tenders.asked_cost[:, None]
    # outside firms have the same scores as local ones, drawn around the same means
    lowest, highest = OUTSIDE_SCORES
    quality = lowest + (highest - lowest) * draws[10:]
    steepness = h["intensity_spread"]
    intensity = relative_intensity(quality[1], steepness) / mean_outside_intensity(steepness)
    return _Side(
        firm=np.full(shape, len(columns), dtype=np.int32),
        chance=chance,
        drawn=draws[0],
        cost=relative + extra,
        pressure=np.zeros(shape),
        technical=0.5 * quality[0] + 0.5 * draws[5],
        environmental=0.7 * quality[1] + 0.3 * draws[6],
        social=0.7 * quality[2] + 0.3 * draws[7],
        small=small,
        output_share=output_share,
        fte_per_eur=output_share / (usual * productivity),
        relative_intensity=np.where(trader, 1.0, intensity),
    )


def _draws(keys: NDArray[np.uint64], count: int) -> Floats:
    """Return ``count`` uniforms of each key, (count, …), keyed by their number."""
    number = np.arange(count).reshape(count, *(1,) * keys.ndim)
    return to_uniform(mix(keys[None], number))


def _extra_costs(
    distance_km: Floats,
    payment_days: Floats,
    advance_share: Floats,
    clause: Bools,
    h: Mapping[str, float],
) -> Floats:
    """Return transport, clause and cash costs over the base price, for arrays that broadcast.

    ``advance_share`` is the advance over the yearly amount.
    """
    waited = payment_days / 365.0
    cash = h["cash_cost_rate"] * np.maximum(waited - advance_share / 2.0, 0.0)
    usual = h["cash_cost_rate"] * 30.0 / 365.0
    transport = h["transport_cost_100km"] * distance_km / 100.0
    return transport + cash - usual + h["clause_price_premium"] * clause


def logistic(x: Floats) -> Floats:
    """Turn log-odds into chances."""
    # Places without a candidate come in at -700 and below, where exp would overflow.
    return 1.0 / (1.0 + np.exp(-np.maximum(x, -700.0)))
