"""Support to firms: who gets it, who pays, what it does, and how it fades."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from model import Levers, TerritoryModel
from model.hypotheses import HypothesisValues
from model.procurement.categories import load_categories
from model.support import filiere
from model.territory.buyers import BUYER_KINDS

if TYPE_CHECKING:
    pass

BUDGET = 6e5


def run(world: TerritoryModel, changes: dict[str, Any], months: int) -> TerritoryModel:
    return world.branch(Levers(changes)).run(months)


def total(world: TerritoryModel, name: str) -> float:
    return float(world.records.quantities[name].sum())


@pytest.mark.parametrize("kind", filiere.SUPPORT_KINDS)
def test_a_budget_buys_so_many_actions_after_its_lag(still: TerritoryModel, kind: str) -> None:
    lag = 3 if kind == "matchmaking" else 6
    before = run(still, {f"filiere_{kind}": BUDGET}, lag)
    assert total(before, "firms_helped_n") == 0.0
    assert total(before, "lever_cost_buyer_eur") == 0.0
    h = still.hypotheses
    cost = h[f"support_advice_{kind}_eur"]
    cost += h["support_grant_capacity_eur"] if kind == "capacity" else 0.0
    budget = 60.0 * cost
    after = run(still, {f"filiere_{kind}": budget}, lag + 12)
    helped = total(after, "firms_helped_n")
    assert 0 < helped <= 60
    assert total(after, "lever_cost_buyer_eur") == pytest.approx(helped * cost)
    at_most = after.state.firms.support_pending + after.state.firms.support_effect
    assert at_most.max() <= 1.5


def test_those_helped_are_small_firms_of_the_scope(still: TerritoryModel) -> None:
    t = still.territory
    keys = [c.key for c in load_categories()]
    zone, category = 1, int(np.bincount(t.firms.trades[t.firms.trades >= 0]).argmax())
    scope = {"epci": [t.zones.keys[zone]], "categories": [keys[category]]}
    found = run(still, {"filiere_innovation": {"value": BUDGET, "scope": scope}}, 24)
    got = np.flatnonzero(found.state.firms.support_pending.any(axis=0))
    assert len(got) > 0
    assert (t.firms.zone[got] == zone).all()
    assert (t.firms.trades[got] == category).any(axis=1).all()
    assert (t.firms.enterprise_class[got] <= 1).all()
    assert (t.firms.fte[got] >= still.hypotheses["support_least_fte"]).all()
    assert (t.firms.posts_fte[got] == 0.0).all()
    epci = np.asarray(t.buyers.kind) == BUYER_KINDS.index("epci")
    paid = found.records.quantities["lever_cost_buyer_eur"].sum(axis=0)
    assert paid[zone] > 0 and paid[[0, 2]].sum() == 0.0, "the EPCI of the scope pays"
    assert (epci & (t.buyers.zone == zone)).any()


def test_firms_short_of_capacity_equip_first(still: TerritoryModel) -> None:
    twin = still.branch(Levers({"filiere_capacity": BUDGET}))
    short = np.arange(len(still.territory.firms)) % 2 == 0
    twin.state.firms.capacity_eur[~short] *= 1.5
    twin.run(10)
    got = twin.state.firms.support_pending[filiere.CAPACITY] > 0
    assert got.sum() >= 3 and got[short].sum() > 2 * got[~short].sum()
    twin = still.branch(Levers({"filiere_capacity": BUDGET}))
    twin.verify = False
    for _ in range(8):
        twin.state.firms.cash[:] = 0.0
        twin.step()
    assert total(twin, "firms_helped_n") == 0.0, "nobody can pay its own part"


def test_two_budgets_do_not_share_firms(still: TerritoryModel) -> None:
    keys = still.territory.zones.keys
    lever = [{"value": 3e5}, {"value": 3e5, "scope": {"epci": [keys[0]]}}]
    programmes = still.branch(Levers({"filiere_productivity": lever}))
    practice = programmes.plan.in_force(60, still.state.public.maturity, np.ones(1, bool), 2.0)
    (first, wide), (second, narrow) = practice.programmes("filiere_productivity", len(keys))
    assert first == second == 3e5
    assert not (wide & narrow).any() and (wide | narrow).all()
    assert narrow[0].all() and not narrow[1:].any()


def test_capacity_grows_by_what_the_equipment_makes_and_wears_off(still: TerritoryModel) -> None:
    stopped = {"filiere_capacity": {"steps": [[0, BUDGET], [12, 0.0]]}}
    base = still.branch(Levers())
    helped = still.branch(Levers(stopped))
    gaps = []
    for _ in range(120):
        base.step()
        helped.step()
        gaps.append(float((helped.state.firms.capacity_eur - base.state.firms.capacity_eur).sum()))
    h = still.hypotheses
    each = h["support_grant_capacity_eur"] / h["support_cofinancing"]
    built = total(helped, "firms_helped_n") * each * h["capacity_per_equipment"] / 12.0
    assert 0.3 * built < max(gaps) < built
    assert gaps[-1] < 0.35 * max(gaps), "unused capacity wears off"


def test_productivity_means_fewer_jobs_and_lower_costs(still: TerritoryModel) -> None:
    no_exports = still.hypotheses.with_values({"export_price_elasticity": 0.0})
    world = still.branch(Levers())
    world.setting = replace(world.setting, hypotheses=no_exports)
    base = run(world, {}, 48)
    helped = run(world, {"filiere_productivity": BUDGET}, 48)
    one, two = base.state.firms, helped.state.firms
    effect = two.support_effect[filiere.PRODUCTIVITY]
    rows = np.flatnonzero(effect > 0.2)
    gain = 1.0 + world.hypotheses["support_productivity_gain"] * effect[rows]
    np.testing.assert_allclose(two.productivity_eur[rows], one.productivity_eur[rows] * gain)
    pay = one.labour_cost_eur[rows] * gain ** world.hypotheses["rent_sharing"]
    np.testing.assert_allclose(two.labour_cost_eur[rows], pay)
    labour = pay / two.productivity_eur[rows]
    fall = one.labour_cost_eur[rows] / one.productivity_eur[rows] - labour
    np.testing.assert_allclose(one.unit_cost[rows] - two.unit_cost[rows], fall, rtol=1e-6)
    assert two.fte[rows].sum() < one.fte[rows].sum()
    none = effect == 0.0
    np.testing.assert_array_equal(two.productivity_eur[none], one.productivity_eur[none])


def test_cheaper_firms_export_more_where_clients_respond(still: TerritoryModel) -> None:
    worlds = []
    for elasticity in (0.0, 2.0):
        world = still.branch(Levers())
        h = still.hypotheses.with_values({"export_price_elasticity": elasticity})
        world.setting = replace(world.setting, hypotheses=h)
        worlds.append(run(world, {"filiere_productivity": BUDGET}, 48))
    asked = [w.last_flows.goods.demand_outside.sum() for w in worlds if w.last_flows]
    assert asked[1] > asked[0] * (1.0 + 1e-5)


def test_what_acts_fades_by_half_in_a_half_life(still: TerritoryModel) -> None:
    changes = {"filiere_productivity": {"steps": [[0, BUDGET], [6, 0.0]]}}
    world = run(still, changes, 90)
    state = world.state.firms
    base = still.territory.firms.productivity_eur
    before = state.support_effect[filiere.PRODUCTIVITY].sum()
    world.run(60)
    after = state.support_effect[filiere.PRODUCTIVITY].sum()
    assert after == pytest.approx(0.5 * before, rel=0.02)
    world.run(400)
    np.testing.assert_allclose(state.productivity_eur, base, rtol=2e-3)


def test_innovation_raises_scores_of_bids(world: TerritoryModel) -> None:
    base = run(world, {}, 30)
    helped = run(world, {"filiere_innovation": BUDGET}, 30)
    helped.state.firms.support_effect[filiere.INNOVATION] = 1.0
    base.state = helped.state.copy()
    base.state.firms.support_effect[filiere.INNOVATION] = 0.0
    base.step()
    helped.step()
    assert base.last_flows is not None and helped.last_flows is not None
    low, high = base.last_flows.bids, helped.last_flows.bids
    local = (low.firm >= 0) & (low.firm < len(world.territory.firms))
    assert (high.technical[local] > low.technical[local]).all()
    assert (high.environmental[local] > low.environmental[local]).all()
    np.testing.assert_array_equal(high.social, low.social)


def test_a_raised_score_stays_a_score(still: TerritoryModel) -> None:
    firms, rows = still.branch(Levers()).state.firms, np.arange(11)
    score = np.linspace(0.0, 1.0, 11)
    h = still.hypotheses
    np.testing.assert_array_equal(filiere.after_innovation(score, firms, rows, h), score)
    firms.support_effect[filiere.INNOVATION] = 1.0
    raised = filiere.after_innovation(score, firms, rows, h)
    assert (raised[:-1] > score[:-1]).all() and raised.max() == 1.0


def test_matchmaking_brings_purchases_back_and_only_those_of_helped_clients(
    world: TerritoryModel,
) -> None:
    changes = {"filiere_matchmaking": 10 * BUDGET}
    base, helped = run(world, {}, 36), run(world, changes, 36)
    assert len(base.state.supply.found) == 0
    network, found = world.territory.supply, helped.state.supply.found
    assert len(found) > 0 and len(np.unique(found)) == len(found)
    client = network.slot_client[network.link_slot[found]]
    ever = helped.state.firms.support_effect[filiere.MATCHMAKING] > 0.0
    reborn = helped.state.firms.generation > 0
    assert (ever | reborn | ~helped.state.firms.alive)[client].all()
    assert base.last_flows is not None and helped.last_flows is not None

    def outside(model: TerritoryModel) -> float:
        flows = model.last_flows
        assert flows is not None
        return float(flows.goods.slot_outside.sum() / flows.orders.sum())

    assert outside(helped) < outside(base)


def test_without_chance_matchmaking_finds_nobody(world: TerritoryModel) -> None:
    twin = world.branch(Levers({"filiere_matchmaking": 10 * BUDGET}))
    h = dict(world.hypotheses) | {"matchmaking_chance": 0.1, "matchmaking_moved_share": 0.1}
    twin.setting = replace(twin.setting, hypotheses=HypothesisValues(h))
    few = len(twin.run(36).state.supply.found)
    many = len(run(world, {"filiere_matchmaking": 10 * BUDGET}, 36).state.supply.found)
    assert few < many


def test_a_closed_firm_loses_its_support(world: TerritoryModel) -> None:
    found = run(world, {"filiere_innovation": BUDGET, "filiere_productivity": BUDGET}, 48)
    closed = ~found.state.firms.alive
    assert closed.any()
    assert not found.state.firms.support_effect[:, closed].any()
    assert not found.state.firms.support_pending[:, closed].any()
