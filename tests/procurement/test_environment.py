"""What lots ask for the environment: clauses and their control, food, reuse, and their price."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pytest

from model import Levers, TerritoryModel
from model.hypotheses import HypothesisValues
from model.ledger import Ledger
from model.procurement import month
from model.procurement.award import award
from model.procurement.categories import load_categories
from model.procurement.environment import REUSE_CATEGORY
from model.procurement.legal_calendar import rules_at
from model.procurement.levers import load_levers
from model.procurement.tenders import DIRECT, Tenders

if TYPE_CHECKING:
    from model.procurement.bids import Bids
    from tests.conftest import FixPractice, MakeTerritory

LEVERS = tuple(key for key, lever in load_levers().items() if lever.family == "environment")
STRICT = {"environmental_coverage": 1.0, "environmental_stringency": 0.5}


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    return TerritoryModel(generated_territory(1_200, 4, 2), rng=3, burn_in=False)


class Launch(Protocol):
    def __call__(self, when: tuple[int, int] = (2027, 1), **values: float) -> Tenders: ...


@pytest.fixture(scope="module")
def launch(world: TerritoryModel, fixed_practice: FixPractice) -> Launch:
    """Lots that buyers run themselves, in a month in which all needs are due, under a practice and
    the law of a month."""

    def all_due(when: tuple[int, int] = (2027, 1), **values: float) -> Tenders:
        twin = world.branch(Levers())
        twin.state.contracts.months_left[: len(world.territory.needs)] = 0
        practice = fixed_practice(twin, **values)
        lots = month.plan(twin.setting, twin.state, practice, rules_at(*when), Ledger())
        names = [f.name for f in fields(lots) if f.name != "served"]
        columns = {name: getattr(lots, name)[lots.in_reach] for name in names}
        return Tenders(served=lots.served, **columns)

    return all_due


def gather(world: TerritoryModel, tenders: Tenders, h: HypothesisValues | None = None) -> Bids:
    setting = replace(world.setting, hypotheses=h or world.hypotheses)
    return month.gather_bids(setting, world.state, tenders, rules_at(2027, 1))


# --- Clause and control ---------------------------------------------------------------------------


def test_without_a_clause_nothing_is_cut(launch: Launch) -> None:
    lots = launch(environmental_coverage=0.0, environmental_stringency=1.0)
    assert not lots.environmental_clause.any() and not lots.environmental_cut.any()
    assert not lots.asked_cost.any() and (lots.product_footprint == 1.0).all()


def test_a_clause_that_asks_nothing_cuts_nothing(launch: Launch) -> None:
    lots = launch(environmental_coverage=1.0, environmental_stringency=0.0)
    assert lots.environmental_clause.sum() > 100 and not lots.environmental_cut.any()


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("environmental_coverage", (0.0, 0.3, 0.7, 1.0)),
        ("environmental_stringency", (0.0, 0.1, 0.5, 1.0)),
        ("environmental_control", (0.0, 0.2, 0.6, 1.0)),
    ],
)
def test_more_of_a_lever_cuts_more_on_every_lot(
    launch: Launch, key: str, values: tuple[float, ...]
) -> None:
    fixed = STRICT | {"environmental_control": 0.5}
    cuts = [launch(**fixed | {key: value}).environmental_cut for value in values]
    for less, more in pairwise(cuts):
        assert (less <= more).all() and less.sum() < more.sum()
    assert max(cut.max() for cut in cuts) <= 1.0


def test_unchecked_clauses_are_executed_less(launch: Launch, h: dict[str, float]) -> None:
    lots = launch(**STRICT, environmental_control=0.4)
    checked, alone = lots.environmental_checked, lots.environmental_clause
    alone = alone & ~checked
    assert checked.any() and alone.any()
    np.testing.assert_allclose(
        lots.environmental_cut[checked], 0.5 * h["environmental_executed_checked"]
    )
    np.testing.assert_allclose(
        lots.environmental_cut[alone], 0.5 * h["environmental_executed_unchecked"]
    )


def test_the_law_puts_a_consideration_everywhere_and_says_nothing_of_execution(
    launch: Launch,
) -> None:
    """Near 29 % before August 2026 (OECP), all after; clauses and checks do not move."""
    before, after = launch((2026, 7)), launch((2026, 9))
    for lots, low, high in ((before, 0.20, 0.38), (after, 1.0, 1.0)):
        competed = lots.procedure != DIRECT
        assert low <= lots.environmental_consideration[competed].mean() <= high
        assert not lots.environmental_consideration[~competed].any()
        assert lots.environmental_checked.sum() < 0.3 * lots.environmental_clause.sum()
    np.testing.assert_array_equal(before.environmental_clause, after.environmental_clause)


def test_current_practice_asks_for_nothing_more_of_firms(launch: Launch) -> None:
    usual = launch()
    assert not usual.environmental_ask.any()
    assert (launch(environmental_weight=0.3, price_weight=0.25).environmental_ask > 0.19).all()
    # a clause that nobody checks asks for nothing
    assert not launch(**STRICT, environmental_control=0.0).environmental_ask.any()
    asked = launch(**STRICT, environmental_control=1.0)
    np.testing.assert_array_equal(asked.environmental_ask > 0.0, asked.environmental_checked)


def test_levers_at_current_practice_change_nothing_at_all(world: TerritoryModel) -> None:
    same = {key: load_levers()[key].current for key in (*LEVERS, "environmental_weight")}
    one, other = world.branch(Levers()).run(12), world.branch(Levers(same)).run(12)
    for name, series in one.records.quantities.items():
        np.testing.assert_array_equal(series, other.records.quantities[name], name)
    assert one.state.firms.cash.tobytes() == other.state.firms.cash.tobytes()


# --- Price and burden -----------------------------------------------------------------------------


def test_bidders_near_and_far_price_what_the_lot_asks(
    world: TerritoryModel, launch: Launch
) -> None:
    lots = launch()
    usual = gather(world, replace(lots, asked_cost=np.zeros(len(lots))))
    dearer = gather(world, replace(lots, asked_cost=np.full(len(lots), 0.05)))
    np.testing.assert_array_equal(usual.valid, dearer.valid)
    more = (dearer.price - usual.price)[usual.valid]
    assert more.min() > 0.03 and more.max() < 0.08


def test_a_clause_deters_nobody_at_the_central_value(world: TerritoryModel, launch: Launch) -> None:
    """Green criteria do not reduce the bids of small firms (`facts.md` 7, P16)."""
    lots = launch()
    bare, asked = (
        gather(world, replace(lots, environmental_stringency=np.full(len(lots), s)))
        for s in (0.0, 1.0)
    )
    np.testing.assert_array_equal(bare.valid, asked.valid)
    deterred = gather(
        world,
        replace(lots, environmental_stringency=np.full(len(lots), 1.0)),
        HypothesisValues({"bid_environment": 0.2}),
    )
    assert deterred.valid.sum() < bare.valid.sum()


def test_a_check_costs_staff_of_the_buyer(world: TerritoryModel) -> None:
    checked = world.branch(Levers({"environmental_control": 1.0})).run(18)
    cost = checked.records.quantities["lever_cost_buyer_eur"].sum(axis=1)
    assert not cost[:6].any() and cost[6:].sum() > 0.0


# --- Cleaner firms --------------------------------------------------------------------------------


def test_abatement_raises_the_score_of_a_bid(world: TerritoryModel, launch: Launch) -> None:
    lots = launch()
    before = gather(world, lots)
    twin = world.branch(Levers())
    twin.state.firms.abatement[:] = 0.3
    after = gather(twin, lots)
    inside = (before.firm >= 0) & (before.firm < len(world.territory.firms))
    assert (after.environmental[inside] > before.environmental[inside]).all()
    np.testing.assert_array_equal(after.environmental[~inside], before.environmental[~inside])


def test_a_criterion_picks_cleaner_makers(world: TerritoryModel, launch: Launch) -> None:
    chosen: list[float] = []
    for weights in ((0.9, 0.05, 0.05, 0.0), (0.3, 0.0, 0.7, 0.0)):
        lots = launch()
        lots = replace(lots, weights=np.tile(weights, (len(lots), 1)))
        bids = gather(world, lots)
        won = award(lots, bids, np.zeros(len(lots), dtype=np.int16))
        chosen.append(float(won.of_winner(bids.relative_intensity)[won.awarded].mean()))
    assert chosen[1] < chosen[0] - 0.03


# --- Food and reuse -------------------------------------------------------------------------------


def test_quality_food_acts_on_food_alone(launch: Launch, h: dict[str, float]) -> None:
    usual, better = (
        launch(environmental_coverage=0.0),
        launch(environmental_coverage=0.0, quality_food=0.5),
    )
    share = np.array([c.food_share for c in load_categories()])[better.category]
    more = 0.5 - load_levers()["quality_food"].current
    np.testing.assert_allclose(better.asked_cost, h["quality_food_premium"] * more * share)
    np.testing.assert_allclose(
        better.product_footprint, 1.0 - h["quality_food_footprint_cut"] * more * share
    )
    assert (share > 0.0).any() and not usual.asked_cost.any()


def test_reused_goods_are_asked_of_their_suppliers_and_then_of_others(
    world: TerritoryModel, fixed_practice: FixPractice, launch: Launch, h: dict[str, float]
) -> None:
    categories = load_categories()
    reuse = next(i for i, c in enumerate(categories) if c.key == REUSE_CATEGORY)
    usual, lots = launch(), launch(reused_goods=1.0)
    family = np.array([c.reusable for c in categories])[lots.category]
    np.testing.assert_array_equal(usual.supply_category, usual.category)
    np.testing.assert_array_equal(lots.supply_category, np.where(family, reuse, lots.category))
    assert family.any()
    np.testing.assert_allclose(lots.product_footprint[family], 1.0 - h["reused_footprint_cut"])
    supplies = (world.territory.candidates.rows.reshape(len(categories), -1))[reuse]
    heard = gather(world, lots).firm[family]
    inside = heard[(heard >= 0) & (heard < len(world.territory.firms))]
    assert len(inside) > 0 and np.isin(inside, supplies).all()
    # a call that found nobody is relaunched for new goods
    twin = world.branch(Levers())
    twin.state.contracts.months_left[: len(world.territory.needs)] = 0
    twin.state.contracts.failures[:] = 1
    practice = fixed_practice(twin, reused_goods=1.0)
    again = month.plan(twin.setting, twin.state, practice, rules_at(2027, 1), Ledger())
    np.testing.assert_array_equal(again.supply_category, again.category)
