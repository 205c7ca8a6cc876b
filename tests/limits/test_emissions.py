"""Emissions: intensity and score, abatement and its money, footprint (`model.md` 4.8)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import STATIONARY, Levers, TerritoryModel
from model.economy.abatement import abate, asked_of_firms, pay_what_contracts_ask
from model.economy.intensity import (
    OUTSIDE_SCORES,
    mean_outside_intensity,
    relative_intensity,
    score_after,
)
from model.indicators.ecology import direct_emissions, footprint_of_contracts
from model.ledger import Ledger

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.flows import MonthFlows
    from tests.conftest import MakeTerritory

    Floats = NDArray[np.float64]

GREEN = Levers(
    {
        "price_weight": 0.25,
        "environmental_weight": 0.30,
        "environmental_coverage": 1.0,
        "environmental_stringency": 0.5,
        "environmental_control": 1.0,
        "training": 1.0,
        "dedicated_staff": 1.0,
    }
)


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    return TerritoryModel(generated_territory(800, 3, 2), rng=3, burn_in=False)


@pytest.fixture(scope="module")
def greened(world: TerritoryModel) -> TerritoryModel:
    twin = world.branch(GREEN)
    twin.verify = True
    return twin.run(60)


def flows_of(model: TerritoryModel) -> MonthFlows:
    assert model.last_flows is not None
    return model.last_flows


# --- Intensity and score --------------------------------------------------------------------------


@given(score=st.floats(0.02, 0.98), cut=st.floats(0.0, 0.9), spread=st.floats(0.2, 0.7))
def test_a_cut_is_worth_the_same_score_as_being_born_with_it(
    score: float, cut: float, spread: float
) -> None:
    one = np.array([score])
    after = score_after(one, np.array([cut]), spread)
    np.testing.assert_allclose(
        relative_intensity(after, spread), (1.0 - cut) * relative_intensity(one, spread), rtol=1e-9
    )
    assert after >= one * (1 - 1e-12) and after <= 1.0
    np.testing.assert_allclose(score_after(one, np.zeros(1), spread), one, rtol=1e-12)


def test_firms_emit_what_their_sector_does(world: TerritoryModel) -> None:
    firms, sectors = world.territory.firms, world.territory.sectors
    emitted = np.bincount(firms.sector, weights=firms.direct_kg_per_eur * firms.output_eur)
    made = np.bincount(firms.sector, weights=firms.output_eur)
    np.testing.assert_allclose(emitted, sectors.direct_kg_per_eur[: len(made)] * made, rtol=1e-12)
    better = firms.environmental > 0.6
    assert firms.relative_intensity[better].mean() < firms.relative_intensity[~better].mean()


def test_outside_firms_have_the_mean_intensity_of_their_sector() -> None:
    low, high = OUTSIDE_SCORES
    score = low + (high - low) * np.random.default_rng(1).random(200_000)
    mean = (relative_intensity(score, 0.4) / mean_outside_intensity(0.4)).mean()
    assert abs(mean - 1.0) < 0.002


# --- Abatement ------------------------------------------------------------------------------------


def abated(world: TerritoryModel, share: float, months: int, h: dict[str, float]) -> Floats:
    """Return abatement after some months in which buyers ask on a share of output."""
    firms = world.branch(Levers()).state.firms
    firms.cash[:] = 1e12
    direct = world.territory.firms.direct_kg_per_eur
    for _ in range(months):
        abate(firms, direct, share * firms.expected_demand, 1.0, h, Ledger())
    return firms.abatement


def test_abatement_is_bounded_saturates_and_needs_something_to_cut(
    world: TerritoryModel, h: dict[str, float]
) -> None:
    found = [abated(world, share, 120, h).max() for share in (0.0, 0.05, 0.10, 0.20, 1.0)]
    assert found[0] == 0.0 and found == sorted(found)
    assert found[-1] <= h["abatement_most"]
    assert found[2] - found[1] < found[1], "the second part brings less than the first"
    none = world.territory.firms.direct_kg_per_eur == 0.0
    assert not abated(world, 1.0, 24, h)[none].any()
    assert abated(world, 1.0, 24, h).max() < abated(world, 1.0, 120, h).max()


def test_abatement_decays_when_nobody_asks(world: TerritoryModel, h: dict[str, float]) -> None:
    firms = world.branch(Levers()).state.firms
    firms.abatement[:] = 0.2 * firms.alive
    nothing = np.zeros(len(firms.cash))
    cost = abate(firms, world.territory.firms.direct_kg_per_eur, nothing, 1.0, h, Ledger())
    assert not cost.any()
    np.testing.assert_allclose(
        firms.abatement[firms.alive], 0.2 * (1.0 - h["abatement_decay"]), rtol=1e-12
    )


def test_investment_is_paid_for_and_limited_by_cash(
    world: TerritoryModel, h: dict[str, float]
) -> None:
    firms, ledger = world.branch(Levers()).state.firms, Ledger()
    poor = np.arange(len(firms.cash)) % 2 == 0
    firms.cash[:] = np.where(poor, -1.0, 1e9)
    before = firms.cash.copy()
    direct = world.territory.firms.direct_kg_per_eur
    cost = abate(firms, direct, firms.expected_demand.copy(), 1.0, h, ledger)
    np.testing.assert_array_equal(before - cost, firms.cash)
    assert not firms.abatement[poor].any() and firms.abatement[~poor].any()
    tonnes = 12.0 * firms.expected_demand * direct / 1000.0
    np.testing.assert_allclose(
        cost, firms.abatement * tonnes * h["abatement_cost_eur_per_tonne"], rtol=1e-9
    )
    assert ledger.net("firms") == pytest.approx(-cost.sum())
    assert ledger.net("outside") == pytest.approx(cost.sum())


def test_firms_that_face_criteria_and_checked_clauses_invest(
    world: TerritoryModel, greened: TerritoryModel
) -> None:
    base = world.branch(Levers()).run(60)
    assert not base.state.firms.abatement.any(), "current practice is in the table"
    moved = greened.state.firms.abatement
    assert moved.max() > 0.05 and not moved[~greened.state.firms.alive].any()
    holders = np.unique(greened.state.contracts.holder)
    holders = holders[(holders >= 0) & (holders < len(moved))]
    alive = greened.state.firms.alive
    others = np.setdiff1d(np.flatnonzero(alive), holders)
    assert moved[holders].mean() > 5.0 * moved[others].mean()


def test_bidders_that_lose_are_asked_too(greened: TerritoryModel, h: dict[str, float]) -> None:
    flows, state = flows_of(greened), greened.state
    n = len(state.firms.cash)

    def asked(weight: float) -> Floats:
        values = h | {"abatement_lost_bids": weight}
        return asked_of_firms(
            state.contracts, flows.execution, flows.tenders, flows.bids, flows.awards, n, values
        )

    more = asked(1.0) - asked(0.0)
    assert more.min() >= 0.0 and more.any()
    np.testing.assert_allclose(more, 2.0 * (asked(0.5) - asked(0.0)), rtol=1e-9, atol=1e-9)
    bidders = flows.bids.firm[flows.bids.valid & (flows.bids.firm < n)]
    assert np.isin(np.flatnonzero(more), bidders).all()


# --- Money of clauses -----------------------------------------------------------------------------


def test_holders_pay_what_their_contracts_ask(greened: TerritoryModel) -> None:
    flows, contracts = flows_of(greened), greened.state.contracts
    x, firms, ledger = flows.execution, greened.branch(Levers()).state.firms, Ledger()
    before = firms.cash.copy()
    paid = pay_what_contracts_ask(contracts, x, firms, ledger)
    who = x.performers
    inside = who.firm < len(firms.cash)
    due = (x.delivered_by * contracts.asked_cost[x.active][who.line])[inside].sum()
    assert paid.sum() == pytest.approx(due) and due > 0.0
    np.testing.assert_array_equal(before - paid, firms.cash)
    assert ledger.net("firms") == pytest.approx(-due)


# --- Footprint and emissions ----------------------------------------------------------------------


def test_the_footprint_at_the_opening_is_that_of_the_products(
    generated_territory: MakeTerritory,
) -> None:
    model = TerritoryModel(generated_territory(400, 3, 2), switches=STATIONARY, burn_in=False)
    model.state.contracts.relative_intensity[:] = 1.0
    model.step()
    t, x = model.territory, flows_of(model).execution
    product = model.setting.derived.categories.profile.sector
    category = model.setting.derived.category_of_row[x.active]
    known = (x.delivered * t.sectors.footprint_kg_per_eur[product[category]]).sum() / 1000.0
    q = model.records.quantities
    assert q["footprint_purchases_tco2e"].sum() == pytest.approx(known, rel=1e-12)
    assert not q["footprint_cut_tco2e"].any()
    emitted = (t.firms.direct_kg_per_eur * t.firms.output_eur).sum() / 1000.0
    assert q["territorial_emissions_tco2e"].sum() == pytest.approx(emitted, rel=1e-9)


def test_the_footprint_of_a_good_won_by_a_trader_is_that_of_its_producer(
    greened: TerritoryModel,
) -> None:
    t, d, flows = greened.territory, greened.setting.derived, flows_of(greened)
    state = greened.branch(Levers()).state
    contracts, nobody = state.contracts, np.zeros(len(t.firms))
    contracts.relative_intensity[:] = 1.0
    sold: list[Floats] = []
    for share in (0.22, 1.0):
        contracts.output_share[:] = share
        sold.append(footprint_of_contracts(t, d, contracts, flows, nobody).total)
    np.testing.assert_array_equal(sold[0], sold[1])
    # a trader's own efforts do not change the good
    contracts.output_share[:] = 0.22
    half = np.full(len(t.firms), 0.5)
    same = footprint_of_contracts(t, d, contracts, flows, half).total
    np.testing.assert_array_equal(same, sold[0])
    contracts.output_share[:] = 1.0
    made = footprint_of_contracts(t, d, contracts, flows, half).total
    assert (made <= sold[1]).all() and made.sum() < sold[1].sum()


def test_clauses_cut_the_footprint_by_what_they_say(greened: TerritoryModel) -> None:
    t, d, flows = greened.territory, greened.setting.derived, flows_of(greened)
    state = greened.branch(Levers()).state
    with_clauses = footprint_of_contracts(t, d, state.contracts, flows, state.firms.abatement)
    emitted = direct_emissions(t, state.contracts, state.firms, flows)
    state.contracts.environmental_cut[:] = 0.0
    without = footprint_of_contracts(t, d, state.contracts, flows, state.firms.abatement)
    np.testing.assert_allclose(
        without.total - with_clauses.total, with_clauses.cut_by_clause, rtol=1e-9, atol=1e-9
    )
    assert with_clauses.cut_by_clause.sum() > 0.0 and (with_clauses.total >= 0.0).all()
    more = direct_emissions(t, state.contracts, state.firms, flows)
    assert (more >= emitted).all() and more.sum() > emitted.sum()


def test_abatement_and_reused_goods_show_in_the_accounts(greened: TerritoryModel) -> None:
    t, d, flows = greened.territory, greened.setting.derived, flows_of(greened)
    state = greened.branch(Levers()).state
    state.firms.abatement[:] = 0.0
    dirty = direct_emissions(t, state.contracts, state.firms, flows)
    state.firms.abatement[:] = 0.25
    np.testing.assert_allclose(
        direct_emissions(t, state.contracts, state.firms, flows), 0.75 * dirty, rtol=1e-12
    )
    on_time = type(flows)()
    on_time.execution = replace(
        flows.execution, bought_outside=np.zeros_like(flows.execution.asked)
    )

    def footprint() -> Floats:
        return footprint_of_contracts(t, d, state.contracts, on_time, state.firms.abatement).total

    usual = footprint()
    state.contracts.product_footprint *= 0.5
    np.testing.assert_allclose(footprint(), 0.5 * usual, rtol=1e-12)


def test_a_green_scenario_lowers_footprint_and_emissions_for_a_euro(
    world: TerritoryModel, greened: TerritoryModel
) -> None:
    base = world.branch(Levers()).run(60).records.quantities
    green = greened.records.quantities

    def per_eur(q: dict[str, Floats]) -> float:
        last = slice(-24, None)
        return float(
            q["footprint_purchases_tco2e"][last].sum() / q["executed_volume_eur"][last].sum()
        )

    assert per_eur(green) < 0.97 * per_eur(base)
    name = "territorial_emissions_tco2e"
    assert green[name][-24:].sum() < base[name][-24:].sum()
    assert green["environmental_spending_eur"].sum() > 10 * base["environmental_spending_eur"].sum()
    checked, clauses = (green[f"environmental_clauses_{k}"] for k in ("checked_n", "n"))
    assert (checked <= clauses).all()
    assert (clauses <= green["environmental_considerations_n"]).all()
