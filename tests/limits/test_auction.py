"""With a weight of 1 on price and no other cost, tenders are auctions (`model.md` 7.4)."""

from __future__ import annotations

from dataclasses import fields, replace
from math import comb
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import TerritoryModel
from model.economy.productivity import least_productivity, mean_productivity, relative_cost
from model.flows import MonthFlows
from model.hypotheses import HypothesisValues
from model.ledger import Ledger
from model.procurement import month
from model.procurement.award import award
from model.procurement.bids import OUTSIDE_SIZE, Bids, collect_bids
from model.procurement.candidates import LIST_SIZE, CandidateLists, race_candidates
from model.procurement.tenders import ADAPTED, Tenders
from model.random_streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.conftest import MakeTerritory

    Floats = NDArray[np.float64]

PRICE_ONLY = (1.0, 0.0, 0.0, 0.0)
"""Refused by `Levers` since August 2026: set here below it."""

NO_OTHER_COST = {
    "transport_cost_100km": 0.0,
    "cash_cost_rate": 0.0,
    "clause_price_premium": 0.0,
    "markup_alone": 0.0,
    "markup_per_doubling": 0.0,
    "markup_utilisation": 0.0,
    "normal_margin": 0.0,
    "grouping_chance": 0.0,
}
EVERYBODY_BIDS = {
    "bid_base": 60.0,
    "bid_lot_size": 0.0,
    "bid_lot_too_small": 0.0,
    "bid_distance": 0.0,
    "bid_formal": 0.0,
    "bid_clause": 0.0,
    "bid_cash": 0.0,
    "bid_load": 0.0,
    "most_load_to_bid": np.inf,
}


def tenders_of(model: TerritoryModel) -> Tenders:
    """Return the tenders of a month in which every need of the book is due."""
    model.state.contracts.months_left[: len(model.territory.needs.buyer)] = 0
    rules, practice = model._calendar(MonthFlows())
    tenders = month.plan(model.setting, model.state, practice, rules, Ledger())
    lots = len(tenders)
    return replace(tenders, weights=np.tile(PRICE_ONLY, (lots, 1)), asked_cost=np.zeros(lots))


def repeated(tenders: Tenders, row: int, times: int) -> Tenders:
    """Return one lot many times over, each time with draws of its own."""
    columns = {f.name: getattr(tenders, f.name) for f in fields(tenders) if f.name != "served"}
    repeated = {name: np.repeat(c[[row]], times, axis=0) for name, c in columns.items()}
    many = Tenders(served=tenders.served, **repeated)
    return replace(
        many,
        key=stream(5, "auction", np.arange(times)),
        procedure=np.full(times, ADAPTED, dtype=np.int8),
        reserved=np.zeros(times, dtype=bool),
        reserved_ess=np.zeros(times, dtype=bool),
        required_turnover=np.zeros(times),
        weights=np.tile(PRICE_ONLY, (times, 1)),
    )


def lot_of_services(model: TerritoryModel, tenders: Tenders) -> int:
    """Return a lot of a category without traders, so that costs have one distribution."""
    return int(np.flatnonzero(~model.setting.derived.categories.traded[tenders.category])[0])


@given(
    prices=st.lists(st.lists(st.floats(0.5, 2.0), min_size=4, max_size=4), min_size=1, max_size=8),
    seed=st.integers(0, 10_000),
)
def test_the_cheapest_valid_bid_wins_whatever_its_quality(
    generated_territory: MakeTerritory, prices: list[list[float]], seed: int
) -> None:
    model = TerritoryModel(generated_territory(), burn_in=False)
    every = tenders_of(model)
    tenders = repeated(every, lot_of_services(model, every), len(prices))
    rng = np.random.default_rng(seed)
    price = np.array(prices)
    shape = price.shape
    valid = rng.random(shape) < 0.7
    bids = Bids(
        firm=rng.integers(0, 50, shape).astype(np.int32),
        valid=valid,
        reluctance=np.where(valid, 0.5, np.inf),
        price=price,
        technical=rng.random(shape),
        environmental=rng.random(shape),
        social=rng.random(shape),
        small=rng.random(shape) < 0.5,
        output_share=np.ones(shape),
        fte_per_eur=np.ones(shape),
        relative_intensity=np.ones(shape),
    )
    awards = award(tenders, bids, np.zeros(len(prices), dtype=np.int16))
    for lot, place in enumerate(awards.place):
        if valid[lot].any():
            assert price[lot, place] == price[lot, valid[lot]].min()
            assert valid[lot, place]
        else:
            assert place == -1


@pytest.mark.parametrize(("firms", "zones", "seed"), [(300, 3, 1), (1_500, 4, 3)])
def test_the_cheapest_able_firm_wins_on_the_whole_book(
    generated_territory: MakeTerritory, firms: int, zones: int, seed: int
) -> None:
    """Without other costs the winner is the bidder whose own unit cost is lowest, near or far."""
    territory = generated_territory(firms, zones, seed)
    model = TerritoryModel(territory, rng=seed, burn_in=False)
    rules, _ = model._calendar(MonthFlows())
    tenders = tenders_of(model)
    h = {**HypothesisValues(), **NO_OTHER_COST}
    setting = replace(model.setting, hypotheses=h)  # type: ignore[arg-type]
    bids = month.gather_bids(setting, model.state, tenders, rules)
    tenders = replace(tenders, weights=np.tile(PRICE_ONLY, (len(tenders), 1)))
    awards = award(tenders, bids, np.zeros(len(tenders), dtype=np.int16))
    n = len(territory.firms)
    cost = territory.firms.unit_cost / territory.firms.usual_cost
    of_own_output = (bids.firm >= 0) & (bids.firm < n) & (bids.output_share == 1.0)
    own = np.where(of_own_output, cost[np.where(of_own_output, bids.firm, 0)], np.nan)
    np.testing.assert_allclose(bids.price[of_own_output], own[of_own_output], rtol=1e-12)
    contested = np.flatnonzero(bids.valid.sum(axis=1) > 1)
    assert len(contested) > 30
    for lot in contested:
        offers = bids.price[lot][bids.valid[lot]]
        assert bids.price[lot, awards.place[lot]] == offers.min()


@pytest.mark.parametrize("bidders", [1, 2, 4, 8])
def test_expected_price_is_the_order_statistic_of_the_firms_costs(
    generated_territory: MakeTerritory, bidders: int
) -> None:
    """n of N firms, drawn without replacement: E[min] = Σ c_(k)·C(N-k, n-1)/C(N, n)."""
    territory = generated_territory(1_500, 4, 3)
    model = TerritoryModel(territory, burn_in=False)
    every = tenders_of(model)
    lots = 4_000
    tenders = repeated(every, lot_of_services(model, every), lots)
    trade = model.setting.derived.categories.trade_sector
    free = (territory.firms.sector != trade) & (territory.firms.posts_fte == 0)
    able = np.flatnonzero((territory.firms.fte > 0) & free)
    pool = able[:: len(able) // LIST_SIZE][:LIST_SIZE].astype(np.int32)
    lists = CandidateLists(
        rows=pool[None, :],
        weight=np.ones((1, LIST_SIZE)),
        structures=territory.candidates.structures[:1],
        market_key=np.zeros(1, dtype=np.uint64),
        overdispersion=np.zeros(1),
    )
    state = model.state.firms
    zones = len(territory.zones.keys)
    heard = race_candidates(
        lists,
        np.zeros(lots, dtype=np.int64),
        tenders.reserved,
        tenders.key,
        np.full(lots, float(bidders)),
        np.ones(len(territory.firms)),
        np.full(lots, -1, dtype=np.int32),
        np.zeros(lots, dtype=bool),
        state.key,
        territory.firms.zone,
        np.zeros((lots, zones)),
        tenders.reserved_ess,
        np.zeros(lots, dtype=bool),
        territory.firms.ess,
        1,
    )
    h = {**HypothesisValues(), **NO_OTHER_COST, **EVERYBODY_BIDS, "outside_bid_chance": 0.0}
    bids = collect_bids(
        tenders,
        heard,
        territory.firms,
        state,
        territory.sectors,
        model.setting.derived.categories,
        np.ones(lots),
        1.0,
        h,
        1,
    )
    awards = award(tenders, bids, np.zeros(lots, dtype=np.int16))
    assert (awards.bids == bidders).all()
    found = bids.price[np.arange(lots), awards.place]
    relative = territory.firms.unit_cost / territory.firms.usual_cost
    cost = np.sort(relative[pool])
    ways = [comb(LIST_SIZE - k, bidders - 1) / comb(LIST_SIZE, bidders) for k in range(1, 129)]
    expected = float(cost @ np.array(ways))
    error = found.std() / np.sqrt(lots)
    assert abs(found.mean() - expected) < 3.5 * error
    assert bidders == 1 or expected < cost.mean() - 10 * error


@pytest.mark.parametrize("bidders", [1, 2, 4, OUTSIDE_SIZE])
def test_expected_price_of_outside_bidders_is_that_of_the_same_distribution(
    generated_territory: MakeTerritory, bidders: int
) -> None:
    """E[min of n] = ∫ Q(u)·n·(1-u)^(n-1) du over the quantiles Q of the cost distribution."""
    territory = generated_territory()
    model = TerritoryModel(territory, burn_in=False)
    every = tenders_of(model)
    lots = 4_000
    row = lot_of_services(model, every)
    tenders = repeated(every, row, lots)
    h = {**HypothesisValues(), **NO_OTHER_COST}
    h |= {"outside_base": float(bidders), "outside_bid_chance": 1.0}
    h |= {"outside_per_doubling": 0.0, "outside_formal": 0.0, "outside_goods": 0.0}
    nobody = race_candidates(
        territory.candidates,
        np.zeros(lots, dtype=np.int64),
        tenders.reserved,
        tenders.key,
        np.zeros(lots),
        np.ones(len(territory.firms)),
        np.full(lots, -1, dtype=np.int32),
        np.zeros(lots, dtype=bool),
        model.state.firms.key,
        territory.firms.zone,
        np.zeros((lots, len(territory.zones.keys))),
        tenders.reserved_ess,
        np.zeros(lots, dtype=bool),
        territory.firms.ess,
        1,
    )
    columns = model.setting.derived.categories
    bids = collect_bids(
        tenders,
        nobody,
        territory.firms,
        model.state.firms,
        territory.sectors,
        columns,
        np.ones(lots),
        1.0,
        h,
        1,
    )
    awards = award(tenders, bids, np.zeros(lots, dtype=np.int16))
    assert (awards.bids == bidders).all()
    found = bids.price[np.arange(lots), awards.place]
    sector = int(columns.profile.sector[every.category[row]])
    expected = float(_expected_lowest(territory.sectors, sector, h, bidders))
    error = found.std() / np.sqrt(lots)
    assert abs(found.mean() - expected) < 3.5 * error + 1e-5


def _expected_lowest(sectors: object, sector: int, h: dict[str, float], bidders: int) -> float:
    from scipy.special import ndtri

    labour = sectors.labour_share[[sector]]  # type: ignore[attr-defined]
    unit_cost = sectors.unit_cost[[sector]]  # type: ignore[attr-defined]
    spread, sharing = h["productivity_spread"], h["rent_sharing"]
    points = (np.arange(100_000) + 0.5) / 100_000
    least = least_productivity(labour, unit_cost, sharing)
    # cost falls with productivity: the u-quantile of cost is at the (1-u)-quantile of the draw
    drawn = np.exp(spread * ndtri(1.0 - points) - spread**2 / 2)
    productivity = np.maximum(drawn, least) / mean_productivity(least, spread)
    cost = relative_cost(np.maximum(productivity, least), labour, unit_cost, sharing)
    return float(np.mean(cost * bidders * (1.0 - points) ** (bidders - 1)))


def test_outside_firms_have_the_costs_of_firms_of_the_territory(
    generated_territory: MakeTerritory,
) -> None:
    """Same mean and spread of unit cost against the sector, so that distance alone tells them."""
    territory = generated_territory(2_000, 4, 6)
    sectors, h = territory.sectors, HypothesisValues()
    sector = sectors.codes.index("FZ")
    here = (territory.firms.sector == sector) & (territory.firms.fte > 0)
    own = territory.firms.unit_cost[here] / sectors.unit_cost[sector]
    mean = _expected_lowest(sectors, sector, dict(h), 1)
    assert own.mean() == pytest.approx(mean, abs=4 * own.std() / np.sqrt(len(own)))
    lowest_of_four = _expected_lowest(sectors, sector, dict(h), 4)
    ranked = np.sort(own)
    n = len(ranked)
    found = sum(c * comb(n - k, 3) / comb(n, 4) for k, c in enumerate(ranked, start=1))
    assert found == pytest.approx(lowest_of_four, abs=0.012)
