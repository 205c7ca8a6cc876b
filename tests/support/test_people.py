"""Skills and training, posts of structures, pathways, channels of clauses, the large site."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import Levers, Switches, TerritoryModel
from model.economy.labour import SIAE_KINDS
from model.hypotheses import HypothesisValues
from model.procurement.channels import HOURS_PER_FTE_MONTH, share_out_hours
from model.procurement.levers import load_levers
from model.support.skills import training_months
from model.territory.sectors import SKILL_FAMILIES
from model.territory.tables import KINDS
from model.territory.zones import usual_site_zone

if TYPE_CHECKING:
    from tests.conftest import MakeTerritory

CLAUSES: dict[str, Any] = {"social_coverage": 1.0, "facilitators_fte": 30, "training": 1.0}
PEOPLE = (
    *(f"training_places_{name}" for name in SKILL_FAMILIES),
    *("insertion_posts", "insertion_exits", "insertion_partnerships", "large_site_fte"),
)


def run(world: TerritoryModel, changes: dict[str, Any], months: int) -> TerritoryModel:
    return world.branch(Levers(changes)).run(months)


def series(world: TerritoryModel, name: str) -> np.ndarray[Any, Any]:
    return world.records.quantities[name].sum(axis=1)


# --- Training -------------------------------------------------------------------------------------


def test_trainees_leave_the_pools_for_the_exact_length_of_a_training(still: TerritoryModel) -> None:
    lag = load_levers()["training_places_building"].lag_months
    months = training_months(still.hypotheses)
    changes = {"training_places_building": {"steps": [[0, 120], [1, 0]]}}
    base, world = run(still, {}, lag + months + 2), still.branch(Levers(changes))
    in_training, trained = [], []
    for _ in range(lag + months + 2):
        world.step()
        in_training.append(float(world.state.zones.training.sum()))
        trained.append(float(world.state.zones.trained[0].sum()))
    assert in_training[:lag] == [0.0] * lag
    assert in_training[lag : lag + months] == pytest.approx([10.0] * months)
    assert in_training[lag + months] == 0.0
    assert trained[lag + months - 1] == 0.0 and trained[lag + months] > 0.0
    h, skills = still.hypotheses, still.setting.closure.skills
    share = skills.seekers[0].sum() / skills.seekers.sum()
    assert trained[-1] == pytest.approx(10.0 * h["training_success"] * (1 - share), rel=0.2)
    cost = series(world, "lever_cost_buyer_eur").sum() + series(world, "lever_cost_state_eur").sum()
    assert cost == pytest.approx(10.0 * h["training_cost_eur_per_place"])
    pools = base.state.zones
    assert world.state.zones.short.sum() > pools.short.sum(), "they come back as short-term"


def test_a_shortage_of_skills_leaves_vacancies_open_and_training_eases_it(
    still: TerritoryModel,
) -> None:
    firms, skills = still.territory.firms, still.setting.closure.skills
    building = skills.cell // skills.employed.shape[1] == SKILL_FAMILIES.index("building")
    hires = []
    for trained in (-0.8, 0.0, 2.0):
        world = still.branch(Levers())
        move = trained * skills.seekers[0]
        world.state.zones.trained[0] += move
        world.state.zones.trained[1] -= move
        world.state.firms.outside_demand[building] *= 1.5
        world.run(6)
        hires.append(float(world.state.firms.fte[building].sum()))
    assert hires[0] < hires[1] < hires[2]
    unspecific = HypothesisValues({"skill_specific_share": 0.2})
    world = still.branch(Levers())
    closure = replace(
        still.setting.closure, skills=replace(skills, specific=unspecific["skill_specific_share"])
    )
    world.setting = replace(still.setting, closure=closure)
    world.state.zones.trained[0] -= 0.8 * skills.seekers[0]
    world.state.firms.outside_demand[building] *= 1.5
    world.run(6)
    assert float(world.state.firms.fte[building].sum()) > hires[0]
    assert firms.fte[building].sum() > 0


def test_families_hold_everybody_once(still: TerritoryModel) -> None:
    skills, labour = still.setting.closure.skills, still.territory.labour
    np.testing.assert_allclose(skills.employed.sum(axis=0), labour.workers_heads)
    pools = labour.short_heads + labour.long_heads + labour.inactive_heads
    np.testing.assert_allclose(skills.seekers.sum(axis=0), pools)
    usual = skills.abundance(still.territory.firms.fte, np.zeros_like(skills.seekers))
    np.testing.assert_allclose(usual, 1.0, rtol=1e-9)


# --- Posts ----------------------------------------------------------------------------------------


def test_more_posts_bring_people_after_twelve_months_and_not_before(still: TerritoryModel) -> None:
    base = run(still, {}, 36)
    more = run(still, {"insertion_posts": 0.5}, 36)
    used, usual = series(more, "posts_filled_fte"), series(base, "posts_filled_fte")
    np.testing.assert_array_equal(used[:12], usual[:12])
    assert (np.diff(used[12:]) > 0).all()
    agreed = series(more, "posts_agreed_fte")
    assert agreed[11] == usual[11] and agreed[12] == pytest.approx(1.5 * usual[0])
    assert (used <= agreed + 1e-9).all()
    zones, before = more.state.zones, base.state.zones
    gained = zones.posts - before.posts
    assert gained.sum() > 0 and (gained >= -1e-9).all()
    np.testing.assert_allclose(zones.siae - before.siae, gained, atol=1e-9)
    assert series(more, "subsidies_state_eur")[-1] > series(base, "subsidies_state_eur")[-1]
    kinds, posts = still.territory.firms.kind, more.state.firms.posts_fte
    other = ~np.isin(kinds, [KINDS.index(kind) for kind in SIAE_KINDS])
    np.testing.assert_array_equal(posts[other], still.territory.firms.posts_fte[other])


def test_structures_that_live_on_sales_fill_posts_only_as_clients_ask(
    still: TerritoryModel,
) -> None:
    t = still.territory.firms
    more = run(still, {"insertion_posts": 0.5}, 48).state.firms
    ratio = more.posts_fte[t.rows_with_posts] / t.posts_fte[t.rows_with_posts]
    kind = t.kind[t.rows_with_posts]
    assert ratio[kind == KINDS.index("ACI")].min() > 1.4
    sold = ratio[np.isin(kind, [KINDS.index(k) for k in ("EI", "ETTI", "AI")])]
    assert len(sold) and sold.max() < 1.05, "nobody asked them for more"


def test_lost_posts_send_people_back_to_the_long_pool(still: TerritoryModel) -> None:
    base, fewer = run(still, {}, 36), run(still, {"insertion_posts": -0.2}, 36)
    lost = series(base, "posts_filled_fte")[-1] - series(fewer, "posts_filled_fte")[-1]
    assert lost == pytest.approx(0.2 * series(base, "posts_filled_fte")[0], rel=1e-6)
    heads = base.state.zones.posts.sum() - fewer.state.zones.posts.sum()
    assert heads == pytest.approx(lost / 0.57)
    assert fewer.state.zones.long.sum() > base.state.zones.long.sum()
    held = still.territory.firms.rows_with_posts
    less = fewer.state.firms.capacity_eur[held].sum()
    assert less < base.state.firms.capacity_eur[held].sum()


def test_a_scope_moves_the_posts_of_its_zones_only(still: TerritoryModel) -> None:
    zone = still.territory.zones.keys[0]
    lever = {"insertion_posts": {"value": 0.5, "scope": {"epci": [zone]}}}
    agreed = run(still, lever, 14).records.quantities["posts_agreed_fte"]
    grown = agreed[-1] / np.maximum(agreed[0], 1e-9)
    assert agreed[0][0] == 0.0 or grown[0] == pytest.approx(1.5)
    np.testing.assert_array_equal(agreed[-1][1:], agreed[0][1:])


# --- Pathways -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lever", ["insertion_exits", "insertion_partnerships"])
def test_support_to_pathways_brings_more_people_to_work_and_costs(
    world: TerritoryModel, lever: str
) -> None:
    base, more = run(world, CLAUSES, 36), run(world, CLAUSES | {lever: 1.0}, 36)
    exits = "insertion_exits_work_n"
    np.testing.assert_array_equal(series(more, exits)[:6], series(base, exits)[:6])
    assert series(more, exits)[6:].sum() > 1.03 * series(base, exits)[6:].sum()
    costs = [f"lever_cost_{payer}_eur" for payer in ("buyer", "departement", "state")]
    paid = [series(more, name).sum() - series(base, name).sum() for name in costs]
    assert sum(paid) > 0
    assert (paid[0] == 0.0) == (lever == "insertion_exits")


def test_partners_hire_only_where_holders_of_contracts_do(still: TerritoryModel) -> None:
    twin = still.branch(Levers({"insertion_partnerships": 1.0})).run(7)
    assert twin.last_flows is not None
    flows = twin.last_flows
    ready = flows.insertion.exits_to_work
    assert flows.labour.from_insertion.sum() > 1.01 * ready.sum()
    twin.state.firms.experience[:] = 0.0
    twin.state.contracts.holder[:] = -1
    twin.step()
    assert twin.last_flows is not None
    flows = twin.last_flows
    assert flows.insertion.exits_to_partners.sum() > 0
    ready = flows.insertion.exits_to_work
    assert (flows.labour.from_insertion <= ready * (1 + 1e-12)).all()


# --- Channels of clauses --------------------------------------------------------------------------


def test_hours_of_channels_add_up_and_stay_within_posts(world: TerritoryModel) -> None:
    t, firms, h = world.territory.firms, world.state.firms, world.hypotheses
    posts = firms.posts_fte.sum() * HOURS_PER_FTE_MONTH
    none = np.zeros(3)
    for size in (1e-4, 1e-2, 1.0):
        wanted = np.array([1.0, 2.0, 3.0]) * size * posts
        full = share_out_hours(t, firms, wanted, 1.0, none, h)
        np.testing.assert_allclose(full.hired + full.lent, wanted)
        assert full.lent_fte.sum() * HOURS_PER_FTE_MONTH == pytest.approx(full.lent.sum())
        assert (full.lent_fte <= h["posts_lent_at_most"] * firms.posts_fte + 1e-12).all()
        alone = share_out_hours(t, firms, wanted, 0.0, none, h)
        assert (alone.hired <= full.hired + 1e-9).all()
    assert alone.hired.sum() < full.hired.sum(), "what posts cannot do is left undone"
    partners = share_out_hours(t, firms, wanted * 1e-4, 1.0, np.ones(3), h)
    usual = share_out_hours(t, firms, wanted * 1e-4, 1.0, none, h)
    assert partners.lent.sum() > usual.lent.sum()


def test_people_on_posts_leave_no_pool_and_are_counted_once(world: TerritoryModel) -> None:
    twin = run(world, CLAUSES, 48)
    flows, firms = twin.last_flows, twin.state.firms
    assert flows is not None and firms.lent_fte.sum() > 0
    assert firms.borrowed_fte.sum() <= firms.lent_fte.sum() * (1 + 1e-12)
    assert firms.lent_fte[twin.territory.firms.posts_fte == 0].sum() == 0.0
    heads = firms.fte.sum() + (firms.posts_fte * firms.alive).sum() + firms.clause_fte.sum()
    assert firms.present_fte().sum() == pytest.approx(heads, rel=1e-12)
    assert flows.insertion.people.sum() > flows.insertion.entries.sum()


def test_hired_people_come_only_for_hours_that_posts_do_not_do(world: TerritoryModel) -> None:
    entries = []
    for share in (0.25, 0.6):
        twin = world.branch(Levers(CLAUSES))
        h = world.hypotheses.with_values({"clause_share_temporary": share})
        twin.setting = replace(twin.setting, hypotheses=h)
        twin.run(36)
        entries.append(float(twin.state.zones.clause.sum()))
    assert entries[1] < entries[0]


# --- The large site -------------------------------------------------------------------------------


def test_a_large_site_asks_firms_around_it_for_what_it_is_worth(still: TerritoryModel) -> None:
    t = still.territory
    around = usual_site_zone(t.zones)
    base, site = run(still, {}, 1), run(still, {"large_site_fte": 100}, 1)
    assert base.last_flows is not None and site.last_flows is not None
    more = site.last_flows.goods.demand_outside - base.last_flows.goods.demand_outside
    asked = more > 0
    assert asked.any() and around[t.firms.zone[asked]].all()
    fte = (more / t.firms.productivity_eur).sum()
    assert fte == pytest.approx(100.0, rel=0.25)
    elsewhere = {"value": 100, "scope": {"epci": [t.zones.keys[int(np.argmin(around))]]}}
    other = run(still, {"large_site_fte": elsewhere}, 1)
    assert other.last_flows is not None
    moved = other.last_flows.goods.demand_outside - base.last_flows.goods.demand_outside
    assert not around[t.firms.zone[moved > 0]].any()
    both = run(still, {"large_site_fte": [{"value": 100}, elsewhere]}, 1)
    assert both.last_flows is not None
    total = both.last_flows.goods.demand_outside - base.last_flows.goods.demand_outside
    np.testing.assert_allclose(total, more + moved, atol=1e-6)


def test_a_large_site_takes_bidders_from_public_contracts(world: TerritoryModel) -> None:
    base, site = run(world, {}, 24), run(world, {"large_site_fte": 400}, 24)
    name = "awards_territory_n"
    assert series(site, name)[3:].sum() < series(base, name)[3:].sum()
    ended = run(world, {"large_site_fte": {"steps": [[0, 400], [12, 0]]}}, 24)
    jobs = [series(w, "jobs_present_fte") for w in (base, site, ended)]
    assert jobs[1][20:].mean() > jobs[0][20:].mean()
    assert jobs[2][20:].mean() < jobs[1][20:].mean()


# --- All together ---------------------------------------------------------------------------------


@st.composite
def paths(draw: st.DrawFn) -> Levers:
    changes: dict[str, object] = {}
    for key in PEOPLE:
        lever = load_levers()[key]
        high = min(lever.high, 300.0)
        steps = [[0, draw(st.floats(lever.low, high))], [8, draw(st.floats(lever.low, high))]]
        changes[key] = {"steps": steps}
    return Levers(changes)


@given(levers=paths(), seed=st.integers(1, 10_000))
def test_nobody_is_lost_whatever_the_paths(
    generated_territory: MakeTerritory, levers: Levers, seed: int
) -> None:
    world = TerritoryModel(
        generated_territory(300, 3, 1), rng=seed, levers=levers, burn_in=False, verify=True
    )
    world.run(24)
    for pool in ("short", "long", "posts", "siae", "clause", "training"):
        assert getattr(world.state.zones, pool).min() >= -1e-9, pool


def test_current_practice_written_out_is_bit_identical(
    generated_territory: MakeTerritory,
) -> None:
    written = {key: load_levers()[key].current for key in PEOPLE}
    written |= {f"filiere_{kind}": 0.0 for kind in ("capacity", "matchmaking")}
    base = TerritoryModel(generated_territory(), rng=4, burn_in=False, switches=Switches())
    one, two = run(base, {}, 12), run(base, written, 12)
    for name, values in one.records.quantities.items():
        assert values.tobytes() == two.records.quantities[name].tobytes(), name
