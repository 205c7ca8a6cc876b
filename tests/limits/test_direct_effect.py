"""Direct effect once, parts that add up, no job from nowhere (`model.md` 6 and 7.7)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from model import STATIONARY, HypothesisValues, Levers, Switches, TerritoryModel
from model.indicators import TERMS, decompose, evaluate
from model.procurement.performers import forget_partners

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.territory.territory import Territory
    from tests.conftest import MakeTerritory

    Floats = NDArray[np.float64]

PARTS_OF_JOBS = ("jobs_direct_fte", "jobs_indirect_fte", "jobs_induced_fte", "jobs_other_fte")

EVERYTHING = Levers(
    {
        "sourcing_breadth": 0.8,
        "allotment": 0.5,
        "social_coverage": 0.5,
        "reserved_share": 0.01,
        "required_turnover": 0.0,
        "price_weight": 0.6,
        "technical_weight": 0.25,
    }
)
"""Moves every term of the difference of jobs."""

CASES = [pytest.param(300, 3, 1, id="300-firms"), pytest.param(1_200, 4, 3, id="1200-firms")]


# --- Attribution ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("firms", "zones", "seed"), CASES)
def test_parts_of_jobs_add_up_and_none_is_negative(
    generated_territory: MakeTerritory, firms: int, zones: int, seed: int
) -> None:
    territory = generated_territory(firms, zones, seed)
    world = TerritoryModel(territory, rng=seed, levers=EVERYTHING, burn_in=False).run(36)
    q = world.records.quantities
    total = sum(q[name] for name in PARTS_OF_JOBS)
    np.testing.assert_allclose(total, q["jobs_present_fte"], rtol=1e-12)
    for name in PARTS_OF_JOBS:
        assert q[name].min() >= -1e-9, name
    direct_on_contracts = world.records.local_fte.sum(axis=1)
    np.testing.assert_allclose(direct_on_contracts, q["jobs_direct_fte"], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("firms", "zones", "seed"), CASES)
def test_shares_of_sales_are_those_of_realised_flows(
    generated_territory: MakeTerritory, firms: int, zones: int, seed: int
) -> None:
    """Recompute who sold to whom from the links that the month used, before they were redrawn."""
    world = TerritoryModel(generated_territory(firms, zones, seed), rng=seed, burn_in=False)
    n = len(world.territory.firms)
    network = world.territory.supply
    client = network.slot_client[network.link_slot]
    redrawn = 0
    for _ in range(18):
        tracer = world.state.public.tracer.copy()
        supplier = world.state.supply.supplier.copy()
        world.step()
        flows = world.last_flows
        assert flows is not None
        goods = flows.goods
        sold = flows.link_orders * goods.fill[supplier]
        for column, part in ((0, 1), (1, 2)):
            traced = np.bincount(supplier, weights=sold * tracer[column, client], minlength=n)
            known = flows.traced[part] * goods.output
            if part == 1:
                np.testing.assert_allclose(known, traced, rtol=1e-9, atol=1e-6)
            else:
                assert (known >= traced - 1e-6).all(), "induced sales lack those through firms"
        to_buyers = goods.demand_contracts * goods.fill
        np.testing.assert_allclose(flows.traced[0] * goods.output, to_buyers, atol=1e-6)
        assert flows.traced.min() >= 0.0
        assert flows.traced.sum(axis=0).max() <= 1.0 + 1e-9
        redrawn += int((world.state.supply.supplier != supplier).sum())
    assert redrawn > 100


def test_attribution_of_a_steady_state_is_the_multiplier_of_its_links(
    generated_territory: MakeTerritory,
) -> None:
    """At the fixed point, traced sales solve s = d + As with households' share of income."""
    world = TerritoryModel(generated_territory(), switches=STATIONARY, burn_in=False).run(1)
    flows, t = world.last_flows, world.territory
    assert flows is not None
    n, network = len(t.firms), t.supply
    client = network.slot_client[network.link_slot]
    sold = flows.link_orders * flows.goods.fill[world.state.supply.supplier]
    output = flows.goods.output
    share = np.divide(sold, output[client], out=np.zeros_like(sold), where=output[client] > 0)
    direct = flows.goods.demand_contracts * flows.goods.fill
    traced = direct.copy()
    for _ in range(200):
        traced = direct + np.bincount(
            world.state.supply.supplier, weights=share * traced[client], minlength=n
        )
    known = (flows.traced[0] + flows.traced[1]) * output
    np.testing.assert_allclose(known, traced, rtol=1e-9, atol=1e-6)


# --- Decomposition --------------------------------------------------------------------------------


@pytest.mark.parametrize(("firms", "zones", "seed"), CASES)
def test_terms_of_a_difference_add_up_to_it_in_every_zone(
    generated_territory: MakeTerritory, firms: int, zones: int, seed: int
) -> None:
    parent = TerritoryModel(generated_territory(firms, zones, seed), rng=seed)
    base, scenario = parent.branch(Levers()).run(24), parent.branch(EVERYTHING).run(24)
    for months in (slice(0, 12), slice(12, 24), slice(23, 24)):
        terms = decompose(base.records, scenario.records, months)
        jobs = [
            evaluate(world.records.quantities, months)["jobs_present"] for world in (base, scenario)
        ]
        total = np.sum([terms[name] for name in TERMS], axis=0)
        np.testing.assert_allclose(total, jobs[1] - jobs[0], atol=1e-8)
        direct = [
            world.records.quantities["jobs_direct_fte"][months].mean(axis=0)
            for world in (base, scenario)
        ]
        parts = sum(terms[name][:-1] for name in ("relocated", "content", "volume"))
        np.testing.assert_allclose(parts, direct[1] - direct[0], atol=1e-8)
        assert all(np.abs(terms[name]).max() > 0 for name in TERMS), "a term is empty"


# --- Jobs of outside holders ----------------------------------------------------------------------


def test_jobs_of_outside_holders_are_counted_once(generated_territory: MakeTerritory) -> None:
    """More hours of an outside holder for the same work add those hours, and nothing behind."""
    parent = TerritoryModel(generated_territory(), switches=STATIONARY, burn_in=False)
    usual, slow = parent.branch(Levers()), parent.branch(Levers())
    outside = slow.state.contracts.holder == len(parent.territory.firms)
    slow.state.contracts.fte_per_eur[outside] *= 1.5
    a, b = usual.run(1).records.quantities, slow.run(1).records.quantities
    np.testing.assert_array_equal(a["outside_chain_fte"], b["outside_chain_fte"])
    np.testing.assert_allclose(1.5 * a["outside_holder_fte"], b["outside_holder_fte"], rtol=1e-12)
    net = [evaluate(q, slice(0, 1))["jobs_net"][-1] for q in (a, b)]
    assert net[1] - net[0] == pytest.approx(0.5 * a["outside_holder_fte"].sum(), rel=1e-9)


def test_what_stands_behind_a_contract_excludes_its_holder(
    generated_territory: MakeTerritory,
) -> None:
    """Direct and indirect and induced jobs of a euro bought outside are its national multiplier."""
    world = TerritoryModel(generated_territory(), switches=STATIONARY, burn_in=False).run(1)
    t, d, c = world.territory, world.setting.derived, world.state.contracts
    n, sectors = len(t.firms), t.sectors
    before = world.branch(Levers()).run(1).records.quantities
    traded = d.categories.traded[d.category_of_row]
    row = int(np.flatnonzero((c.holder == n) & (c.volume_eur > 0) & ~traded)[0])
    twin = world.branch(Levers())
    twin.state.contracts.volume_eur[row] += 12_000.0
    after = twin.run(1).records.quantities
    product = d.categories.profile.sector[d.category_of_row[row]]
    held = after["outside_holder_fte"].sum() - before["outside_holder_fte"].sum()
    chain = after["outside_chain_fte"].sum() - before["outside_chain_fte"].sum()
    assert held == pytest.approx(1_000.0 * c.fte_per_eur[row], rel=1e-6)
    direct = 1.0 / sectors.productivity_eur[product]
    assert chain == pytest.approx(1_000.0 * (sectors.chain_fte[product] - direct), rel=1e-6)


# --- A lever that only moves who wins -------------------------------------------------------------

AMPLE = Switches(tenders=False, links=False, demography=False, ample=True)
WHO_WINS = {
    "sourcing and turnover": Levers({"sourcing_breadth": 1.0, "required_turnover": 0.0}),
    "weight of price": Levers({"price_weight": 0.8, "technical_weight": 0.05}),
}


def swap_winners(territory: Territory, seed: int, levers: Levers) -> list[TerritoryModel]:
    """Return two worlds that differ only in who holds the lots that the lever moved.

    Tenders run for three years under both practices; then the winners of the second are written
    into the book of the first, at base prices. Nothing else differs: no cost of levers, no price,
    no volume. Structures are left aside, since their agreed posts do not follow their sales.
    """
    n = len(territory.firms)
    parent = TerritoryModel(territory, rng=seed, burn_in=False)
    tenders_only = replace(parent.setting, switches=Switches(links=False, demography=False))
    parent.setting = tenders_only
    # decisions take hold at once, in every buyer
    parent.state.public.maturity[:] = parent.state.public.opening_maturity[:] = 1.0
    base, other = parent.branch(Levers()).run(36), parent.branch(levers).run(36)
    one, two = base.branch(Levers()), base.branch(Levers())
    for world in (one, two):
        world.setting = replace(world.setting, switches=AMPLE)
        for column in ("backlog_eur", "clause_hours", "advance_eur"):
            getattr(world.state.contracts, column)[:] = 0.0
        world.state.contracts.price[:] = 1.0
        # each lot is done by its holder alone: one firm in the place of another
        rows = np.arange(len(world.state.contracts.holder), dtype=np.int32)
        forget_partners(world.state.contracts, rows)
    was, now = one.state.contracts, other.state.contracts
    structure = np.append(territory.firms.posts_fte > 0, False)
    both = (was.holder >= 0) & (now.holder >= 0) & (was.volume_eur > 0) & (now.volume_eur > 0)
    moved = both & (was.holder != now.holder)
    moved &= ~structure[np.where(both, was.holder, n)] & ~structure[np.where(both, now.holder, n)]
    assert moved.sum() > 10 and (was.holder[moved] < n).any() and (now.holder[moved] < n).any()
    for column in ("holder", "output_share", "fte_per_eur"):
        getattr(two.state.contracts, column)[moved] = getattr(now, column)[moved]
    return [one.run(60), two.run(60)]


def job_content(world: TerritoryModel) -> tuple[Floats, Floats]:
    """Return jobs of each lot by national coefficients, FTE: at its holder, and behind it."""
    t, d, c = world.territory, world.setting.derived, world.state.contracts
    n, sectors = len(t.firms), t.sectors
    product = d.categories.profile.sector[d.category_of_row]
    outside = np.where(c.output_share < 1.0, d.categories.trade_sector, product)
    inside = (c.holder >= 0) & (c.holder < n)
    sector = np.where(inside, t.firms.sector[np.where(inside, c.holder, 0)], outside)
    monthly = c.volume_eur / 12.0 * world.state.public.volume_factor[d.buyer_of_row]
    monthly = np.where(c.holder >= 0, monthly, 0.0)
    chain = (sectors.chain_fte - 1.0 / sectors.productivity_eur)[sector] * c.output_share
    chain = chain + (1.0 - c.output_share) * sectors.chain_fte[product]
    return monthly * c.fte_per_eur, monthly * chain


@pytest.mark.parametrize("levers", WHO_WINS)
@pytest.mark.parametrize(
    ("firms", "zones", "seed"), [(600, 3, 1), (1_500, 4, 3), (1_500, 2, 7), (2_000, 4, 6)]
)
def test_moving_who_wins_creates_no_job_beyond_the_difference_of_productivity(
    generated_territory: MakeTerritory, levers: str, firms: int, zones: int, seed: int
) -> None:
    territory = generated_territory(firms, zones, seed)
    worlds = swap_winners(territory, seed, WHO_WINS[levers])
    n = len(territory.firms)
    (was, behind_was), (now, behind_now) = (job_content(world) for world in worlds)
    holders = [world.state.contracts.holder for world in worlds]
    swapped = holders[0] != holders[1]
    difference = float((now - was).sum())
    behind = float((behind_now - behind_was).sum())
    moved = float((was + now)[swapped].sum())
    won_here = float(now[holders[1] < n].sum() - was[holders[0] < n].sum())
    last = slice(59, 60)
    found = [evaluate(world.records.quantities, last) for world in worlds]

    def change(key: str) -> float:
        return float(found[1][key][-1] - found[0][key][-1])

    def direct(world: TerritoryModel) -> float:
        q = world.records.quantities
        return float(q["jobs_direct_fte"][-1].sum() + q["outside_holder_fte"][-1].sum())

    # recorded direct jobs, here and outside, change by Σ volume × difference of 1/productivity
    assert direct(worlds[1]) - direct(worlds[0]) == pytest.approx(difference, abs=0.01 * moved)
    # what is won here is lost outside: the mirror, and the net of both and of their suppliers
    for world in worlds:
        held = world.state.contracts
        inside = (held.holder >= 0) & (held.holder < n)
        pi = world.state.firms.productivity_eur[np.where(inside, held.holder, 0)]
        own = held.output_share / pi
        np.testing.assert_allclose(held.fte_per_eur[inside], own[inside], rtol=1e-12)
    assert change("jobs_net") <= difference + max(behind, 0.0) + 0.03 * moved
    assert change("jobs_outside_holders") == pytest.approx(difference - won_here, abs=1e-6 * moved)
    if won_here > 2.0:
        assert change("jobs_present") > won_here, "what was won here brought no job behind it"


def test_with_equal_productivity_the_net_of_a_moved_contract_is_small(
    generated_territory: MakeTerritory,
) -> None:
    """Lots won from outside at the national content leave jobs of the country nearly as many."""
    territory = generated_territory(1_500, 4, 3)
    n = len(territory.firms)
    parent = TerritoryModel(territory, switches=AMPLE, burn_in=False)
    d, sectors = parent.setting.derived, territory.sectors
    usual, moved = parent.branch(Levers()), parent.branch(Levers())
    book = moved.state.contracts
    product = d.categories.profile.sector[d.category_of_row]
    outside = (book.holder == n) & (book.volume_eur > 0)
    outside &= ~d.categories.traded[d.category_of_row]
    able = (territory.firms.fte > 0) & (territory.firms.posts_fte == 0)
    for row in np.flatnonzero(outside):
        firms = np.flatnonzero(able & (territory.firms.sector == product[row]))
        national = sectors.productivity_eur[product[row]]
        if len(firms):
            gap = np.abs(territory.firms.productivity_eur[firms] / national - 1.0)
            book.holder[row] = firms[gap.argmin()]
            for world in (usual, moved):
                world.state.contracts.fte_per_eur[row] = 1.0 / national
    ends = [evaluate(w.run(60).records.quantities, slice(59, 60)) for w in (usual, moved)]
    won = float(ends[1]["jobs_present"][-1] - ends[0]["jobs_present"][-1])
    net = float(ends[1]["jobs_net"][-1] - ends[0]["jobs_net"][-1])
    assert won > 20.0
    assert abs(net) < 0.15 * won


def test_hypotheses_of_the_comparison_are_the_same_for_both(
    generated_territory: MakeTerritory,
) -> None:
    parent = TerritoryModel(
        generated_territory(), hypotheses=HypothesisValues({"bid_reach_km": 20.0}), burn_in=False
    )
    assert parent.branch(EVERYTHING).setting is parent.setting
