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
from model.procurement.environment import GreenCategories
from model.procurement.tenders import DIRECT, FORMAL, Tenders
from model.random_streams import mix, stream, to_normal, to_uniform
from model.state import FirmState
from model.support.filiere import INNOVATION, raised_score
from model.territory.territory import Firms, Sectors, Territory
from model.territory.trade_profiles import CategoryProfiles, category_profiles

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

OUTSIDE_SIZE = 6
"""Most outside firms that hear of one lot."""

OUTSIDE_STRUCTURES = 0.25
"""Social structures from outside that hear of a reserved lot, over firms that hear of another."""

MOST_HELP_OF_GROUP = 4.0
"""Most that the capacity of a group counts, over that of the establishment that would perform."""

SATURATION_BIDDERS = 7.0
"""Bidders beyond which the price no longer falls (Onur and Tas 2019, `facts.md` 2.6)."""


@dataclass(frozen=True)
class CategoryColumns:
    """Category attributes as columns (C,), of the categories in use.

    ``profile`` holds the means of producers of each category, wherever they are.
    """

    works: Bools
    traded: Bools
    labour_share: Floats
    profile: CategoryProfiles
    trade_sector: int
    structure_supplied: Bools
    green: GreenCategories

    @classmethod
    def of(cls, territory: Territory) -> CategoryColumns:
        """Turn the categories of a territory into columns."""
        categories, codes = territory.categories, territory.sectors.codes
        return cls(
            works=np.array([c.kind == "works" for c in categories]),
            traded=np.array([c.traded for c in categories]),
            labour_share=np.array([c.labour_share for c in categories]),
            profile=category_profiles(categories, territory.sectors, territory.money_scale),
            trade_sector=codes.index("GZ") if "GZ" in codes else -1,
            structure_supplied=np.array([c.siae_supplied for c in categories]),
            green=GreenCategories.of(categories),
        )


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
) -> Bids:
    """Ask every informed firm whether it bids and at what price.

    Parameters
    ----------
    liveliness
        (T,), how lively competition is for each lot, near and far, of mean 1.
    threshold_eur
        The waiver threshold, the unit in which outside firms see the size of a lot.
    """
    local = _local_bids(tenders, informed, columns, firms, sectors, categories, h, seed)
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
    reluctance = np.divide(drawn, chance, out=np.full_like(drawn, np.inf), where=chance > 0)
    # bidders expect as many rivals as the conditions of the lot usually bring, not those who came
    expected = np.clip(chance.sum(axis=1, keepdims=True), 1.0, SATURATION_BIDDERS)
    markup = h["markup_alone"] - h["markup_per_doubling"] * np.log2(expected)
    markup = markup + h["markup_utilisation"] * pressure
    floor = cost * (1.0 - h["normal_margin"])
    price = np.maximum(cost * (1.0 + markup), floor)
    return Bids(valid=drawn < chance, reluctance=reluctance, price=price, **joined)


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
    sectors: Sectors,
    categories: CategoryColumns,
    h: Mapping[str, float],
    seed: int,
) -> _Side:
    present = informed.rows >= 0
    # most places of the table are empty: work on those that hold a firm, then spread them out
    lot, _ = np.nonzero(present)
    rows, distance = informed.rows[present], informed.distance_km[present]
    category, yearly = tenders.supply_category[lot], tenders.yearly_eur[lot]
    payment_days, clause = tenders.payment_days[lot], tenders.clause[lot]
    trade = columns.sector[rows] == categories.trade_sector
    trader = trade & categories.traded[category]
    output_share = np.where(trader, h["goods_margin"], 1.0)
    # who bids for the market of a group or central body must serve all of it
    monthly_output = yearly * tenders.market_ratio[lot] / 12.0 * output_share
    room = np.maximum(firms.capacity_eur[rows], 1e-300)
    # a firm born in the run stands alone, whatever enterprise held its row before
    young = firms.generation[rows] > 0
    # a group lends its establishments hands, within limits, for the lots that they bid for
    group = np.minimum(columns.enterprise_multiple[rows], MOST_HELP_OF_GROUP)
    size = monthly_output / (room * np.where(young, 1.0, group))
    expected = firms.expected_demand[rows]
    load = expected / room
    cash = np.maximum(firms.cash[rows], 0.0) + h["credit_line_months"] * expected
    waited = monthly_output * payment_days / 30.0
    small = (columns.enterprise_class[rows] <= 1) | young
    rate = np.where(small, tenders.advance_rate[lot], tenders.advance_rate_large[lot])
    advance = rate * yearly
    paid_ahead = advance * tenders.market_ratio[lot] * output_share
    strain = np.maximum(waited - paid_ahead, 0.0) / np.maximum(cash, 1e-300)
    logit = (
        h["bid_base"]
        - h["bid_lot_size"] * np.maximum(np.log(size / h["bid_comfortable_size"]), 0.0)
        - h["bid_lot_too_small"] * np.maximum(np.log(h["bid_minimum_size"] / size), 0.0)
        - h["bid_distance"] * distance / 100.0
        - h["bid_formal"] * (tenders.procedure[lot] == FORMAL) * small
        - h["bid_clause"] * clause
        - h["bid_environment"] * tenders.environmental_stringency[lot]
        - h["bid_cash"] * np.minimum(strain, 3.0)
        - h["bid_load"] * np.maximum(load - 0.82, -0.3) / 0.18
        + h["bid_experience"] * firms.experience[rows]
        # a firm that hears of several lots in the month answers each less often
        - h["bid_simultaneous"] * np.log(np.bincount(rows)[rows])
    )
    own_turnover = 12.0 * expected / np.where(trade, h["goods_margin"], 1.0)
    turnover = np.where(young, own_turnover, columns.enterprise_turnover_eur[rows])
    market = tenders.amount_eur[lot] * tenders.market_ratio[lot]
    able = turnover >= tenders.required_turnover[lot] * market
    # a structure cannot grow beyond its agreed posts: it does not bid for what would exceed them
    most = np.where(columns.posts_fte[rows] > 0.0, 1.0, h["most_load_to_bid"])
    fits = size + load <= most
    chance = np.where(able & fits, _logistic(logit), 0.0)
    relative = firms.unit_cost[rows] / columns.usual_cost[rows]
    relative = np.where(trader, 1.0 - h["goods_margin"] + h["goods_margin"] * relative, relative)
    extra = _extra_costs(distance, payment_days, advance / np.maximum(yearly, 1e-300), clause, h)
    extra = extra + tenders.asked_cost[lot]
    environmental = score_after(
        columns.environmental[rows], firms.abatement[rows], h["intensity_spread"]
    )
    draws = _draws(mix(stream(seed, "bid", tenders.key)[lot], firms.key[rows]), 4)
    helped, gain = firms.support_effect[INNOVATION, rows], h["support_innovation_gain"]
    technical = raised_score(columns.technical[rows], helped, gain)
    environmental = raised_score(environmental, helped, gain)

    def spread[T: np.generic](values: NDArray[T], empty: float) -> NDArray[T]:
        table = np.full(present.shape, empty, dtype=values.dtype)
        table[present] = values
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
        small=spread(small, 0.0),
        output_share=spread(output_share, 1.0),
        fte_per_eur=spread(output_share / firms.productivity_eur[rows], 0.0),
        relative_intensity=spread(np.where(trader, 1.0, columns.relative_intensity[rows]), 1.0),
    )


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


def _logistic(x: Floats) -> Floats:
    # Places without a candidate come in at -700 and below, where exp would overflow.
    return 1.0 / (1.0 + np.exp(-np.maximum(x, -700.0)))
