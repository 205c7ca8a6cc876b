"""Firms that bid together, subcontract, fail; lots that fail; needs adapted and announced."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from model import Levers, TerritoryModel
from model.ledger import Ledger
from model.procurement import month
from model.procurement.award import ABANDONED, AWARDED, DEFERRED, RELAUNCHED, award
from model.procurement.contracts import end_contracts_of
from model.procurement.depth import BARRIERS, bids_gained
from model.procurement.failures import settle_fates, wait_for_the_next
from model.procurement.legal_calendar import rules_at
from model.procurement.notice import pull_of_announced, strength_of_notice
from model.procurement.performers import performers_of
from model.procurement.tenders import CASH, DIRECT, NOTHING, SIZE, Tenders
from model.state import PARTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.procurement.bids import Bids
    from tests.conftest import FixPractice, MakeTerritory

    Floats = NDArray[np.float64]

RULES = rules_at(2027, 1)


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    """A world of which only copies of the state are changed."""
    return TerritoryModel(generated_territory(1_200, 4, 2), rng=3, burn_in=False)


def given(world: TerritoryModel, **values: float) -> TerritoryModel:
    """Return a branch with some hypotheses at values that the register need not admit."""
    twin = world.branch(Levers())
    hypotheses: Any = {**world.setting.hypotheses, **values}
    twin.setting = replace(world.setting, hypotheses=hypotheses)
    return twin


def all_due(
    twin: TerritoryModel, fixed_practice: FixPractice, **practice: float
) -> tuple[Tenders, Bids]:
    """Put every need to competition and collect the bids."""
    twin.state.contracts.months_left[: len(twin.territory.needs)] = 0
    changed = fixed_practice(twin, **practice)
    tenders = month.plan(twin.setting, twin.state, changed, RULES, Ledger())
    return tenders, month.gather_bids(twin.setting, twin.state, tenders, RULES)


def shared_world(world: TerritoryModel, months: int = 12) -> TerritoryModel:
    """Return a world in which most firms look for partners and most holders subcontract."""
    return given(world, grouping_chance=5.0, subcontracting_chance=0.5).run(months)


# --- Groupings ------------------------------------------------------------------------------------


def test_turnover_and_capacity_of_a_grouping_add_up(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    twin = given(world, grouping_chance=5.0)
    tenders, bids = all_due(twin, fixed_practice, required_turnover=1.5)
    found, columns = bids.groupings, twin.territory.firms
    assert found is not None and len(found) > 10
    members = found.member >= 0
    assert (members.sum(axis=0) >= 2).all() and (members.sum(axis=0) <= 5).all()
    np.testing.assert_allclose(found.share.sum(axis=0), 1.0)
    assert (found.share[members] > 0).all() and not found.share[~members].any()
    rows = np.where(members, found.member, 0)
    turnover = np.where(members, columns.enterprise_turnover_eur[rows], 0.0)
    asked = (tenders.required_turnover * tenders.market_eur)[found.lot]
    assert (turnover.sum(axis=0) >= asked).all()
    assert (turnover[0] < asked).any(), "no lead needed its partners' turnover"
    # each does within its capacity what it could not do whole
    load = twin.state.firms.expected_demand[rows] / twin.state.firms.capacity_eur[rows]
    most = twin.setting.hypotheses["most_load_to_bid"]
    assert (load[members] < most).all()
    valid = bids.valid[found.lot, found.place]
    assert valid.all()


def test_members_of_a_grouping_do_not_bid_alone(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    twin = given(world, grouping_chance=5.0)
    _, bids = all_due(twin, fixed_practice)
    found = bids.groupings
    assert found is not None
    for lot, members in zip(found.lot, found.member.T, strict=True):
        alone = bids.firm[lot][bids.valid[lot]]
        assert np.isin(alone, members[members >= 0]).sum() == 1
    usual = given(world, grouping_chance=0.0)
    _, none = all_due(usual, fixed_practice)
    assert none.groupings is not None and len(none.groupings) == 0


def test_welcoming_groupings_and_notice_bring_more_of_them(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    def formed(**practice: float) -> set[int]:
        tenders, bids = all_due(world.branch(Levers()), fixed_practice, **practice)
        assert bids.groupings is not None
        return set(tenders.contract[bids.groupings.lot].tolist())

    usual, welcome = formed(), formed(groupings_encouraged=1.0)
    announced = formed(programme_months=36.0)
    assert usual < welcome and usual <= announced
    assert len(announced) > len(usual)


# --- Who performs ---------------------------------------------------------------------------------


def test_shared_contracts_are_done_and_paid_by_their_performers(world: TerritoryModel) -> None:
    twin = shared_world(world)
    c, n = twin.state.contracts, len(twin.territory.firms)
    rows = np.flatnonzero(c.partner_share[0] > 0).astype(np.int32)
    assert len(rows) > 30
    who = performers_of(c, rows, n)
    np.testing.assert_allclose(np.bincount(who.line, weights=who.share), 1.0)
    inside = (c.partner[0, rows] < n) & (c.holder[rows] == n)
    assert inside.any(), "no outside holder performs with a local firm"
    x = twin.last_flows.execution if twin.last_flows else None
    assert x is not None
    np.testing.assert_allclose(
        np.bincount(x.performers.line, weights=x.delivered_by), x.delivered, rtol=1e-12
    )
    # without partners the same firms are asked, and get, less
    alone = given(world, grouping_chance=0.0, subcontracting_chance=0.0).run(12)
    assert not (alone.state.contracts.partner_share > 0).any()


def test_every_identity_holds_when_most_contracts_are_shared(world: TerritoryModel) -> None:
    twin = given(
        world, grouping_chance=5.0, subcontracting_chance=0.5, exit_hazard=0.3, overdraft_months=0.1
    )
    twin.verify = True
    twin.run(24)
    assert (twin.state.contracts.partner_share[0] > 0).sum() > 30
    assert twin.records.quantities["closures_n"].sum() > 50


def test_the_share_of_a_partner_that_fails_falls_to_the_holder(world: TerritoryModel) -> None:
    twin = shared_world(world)
    s, n = twin.state, len(twin.territory.firms)
    c = s.contracts
    held = np.isin(c.partner, c.holder[c.holder >= 0])
    several = (
        (c.partner_share[0] > 0) & (c.partner[0] < n) & ~held[0] & (c.partner_receivable_eur[0] > 0)
    )
    row = int(np.flatnonzero(several)[0])
    partner, share = c.partner[0, row], c.partner_share[0, row]
    claim, before = c.partner_receivable_eur[0, row], c.receivable_eur[row]
    of_partner = c.partner == partner
    own = 1.0 - c.partner_share[:, row].sum()
    ledger = Ledger()
    holders = c.holder.copy()
    end_contracts_of(
        np.array([partner]), c, twin.setting.derived.buyer_of_row, s.firms, s.public, ledger
    )
    np.testing.assert_array_equal(c.holder, holders)
    assert not (c.partner == partner).any() and of_partner.any()
    assert 1.0 - c.partner_share[:, row].sum() == pytest.approx(own + share)
    assert c.receivable_eur[row] == pytest.approx(before - claim)
    paid = ledger.flows["buyers", "liquidation", "contracts"]
    assert paid > 0
    # first places first
    some = (c.partner_share > 0).any(axis=0)
    assert (c.partner_share[0, some] > 0).all()


def test_global_contracts_leave_small_firms_their_legal_share(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    twin = given(world, subcontracting_chance=0.0, grouping_chance=0.0)
    tenders, bids = all_due(twin, fixed_practice)
    due = np.where(tenders.market_eur > np.median(tenders.market_eur), 0.2, 0.0)
    flows = twin.run(1).last_flows
    assert flows is not None
    flows.tenders, flows.bids = replace(tenders, sme_share_due=due), bids
    flows.awards = award(tenders, bids, np.zeros(len(tenders)))
    partners = month.share_out(twin.setting, twin.state, flows, RULES)
    given_over = partners.share[0] > 0
    assert given_over.any() and (due[given_over] > 0).all()
    assert not flows.awards.of_winner(bids.small)[given_over].any()
    assert (partners.share[0, given_over] >= 0.2).all()


# --- Procedures without a holder ------------------------------------------------------------------


def fates_of(
    twin: TerritoryModel, tenders: Tenders, bids: Bids
) -> tuple[NDArray[np.int8], NDArray[np.int32]]:
    awards = award(tenders, bids, np.zeros(len(tenders), dtype=np.int16))
    visibility = twin.state.firms.visibility
    found = settle_fates(tenders, bids, awards, visibility, twin.setting.hypotheses, 1)
    return found.fate, found.place


def test_what_follows_a_failed_procedure_is_drawn(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    tenders, bids = all_due(world.branch(Levers()), fixed_practice)
    nobody = replace(bids, valid=np.zeros_like(bids.valid))
    called = tenders.procedure != DIRECT
    fate, place = fates_of(world, tenders, nobody)
    assert {AWARDED, RELAUNCHED, DEFERRED} == set(fate[called].tolist())
    negotiated = called & (fate == AWARDED)
    chosen = bids.reluctance[np.flatnonzero(negotiated), place[negotiated]]
    assert np.isfinite(chosen).all()
    for name, expected in (("failed_then_negotiated", AWARDED), ("failed_then_deferred", DEFERRED)):
        others = {"failed_then_negotiated": 0.0, "failed_then_deferred": 0.0}
        fate, _ = fates_of(given(world, **others | {name: 1.0}), tenders, nobody)
        able = np.isfinite(bids.reluctance).any(axis=1)
        assert (fate[called & able] == expected).all()


def test_dear_procedures_are_given_up_more_often(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    tenders, bids = all_due(world.branch(Levers()), fixed_practice)
    some = (tenders.procedure != DIRECT) & bids.valid.any(axis=1)
    usual = fates_of(world, tenders, bids)[0] == ABANDONED
    dear = fates_of(world, tenders, replace(bids, price=bids.price + 0.5))[0] == ABANDONED
    assert not (usual & ~some).any()
    assert (usual <= dear).all() and 0.15 < dear[some].mean() < 0.35
    never = given(world, abandoned_chance=0.0, abandoned_when_dear=0.0)
    assert not (fates_of(never, tenders, bids)[0] == ABANDONED).any()


def test_relaunched_lots_can_be_divided_and_keep_the_volume(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    twin = given(world, failed_then_divided=1.0)
    tenders, bids = all_due(twin, fixed_practice)
    awards = award(tenders, bids, np.zeros(len(tenders), dtype=np.int16))
    fate = np.full(len(tenders), RELAUNCHED, dtype=np.int8)
    lost = replace(awards, place=np.full(len(tenders), -1, dtype=np.int32), fate=fate)
    c, needs = twin.state.contracts, twin.territory.needs
    c.holder[:] = -1
    volume = c.volume_eur.reshape(PARTS, len(needs)).sum(axis=0)
    wait_for_the_next(tenders, lost, c, needs, 1e5, twin.setting.hypotheses, 1)
    parts = c.volume_eur.reshape(PARTS, len(needs))
    np.testing.assert_allclose(parts.sum(axis=0), volume, rtol=1e-12)
    divided = (parts > 0).sum(axis=0) == 2
    assert divided.sum() > 10 and needs.splittable[divided].all()


def test_nothing_is_delivered_without_a_holder_and_it_is_counted(world: TerritoryModel) -> None:
    usual = world.branch(Levers()).run(12)
    often = given(world, abandoned_chance=0.5, failed_then_negotiated=0.0).run(12)
    one, two = (w.records.quantities for w in (usual, often))
    assert two["uncovered_eur"].sum() > 2 * one["uncovered_eur"].sum() > 0
    assert two["abandoned_n"].sum() > 5 * one["abandoned_n"].sum()
    assert two["executed_volume_eur"].sum() < one["executed_volume_eur"].sum()


# --- Depth and notice -----------------------------------------------------------------------------


def adapted(
    world: TerritoryModel, fixed_practice: FixPractice, depth: float, **values: float
) -> tuple[TerritoryModel, Tenders, Tenders]:
    """Return the tenders of a month in which all is sounded, before and after adaptation."""
    twin = given(world, **values)
    tenders, _ = all_due(twin, fixed_practice, sourcing_breadth=1.0, required_turnover=1.5)
    flows = twin.branch(Levers()).run(1).last_flows
    assert flows is not None
    flows.tenders = tenders
    practice = fixed_practice(twin, sourcing_depth=depth)
    month.sound(twin.setting, twin.state, practice, flows, RULES)
    return twin, tenders, flows.tenders


def test_depth_removes_a_share_of_the_barrier_that_costs_most_bids(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    twin, before, after = adapted(world, fixed_practice, 0.5)
    t, h = twin.territory, twin.setting.hypotheses
    heard = month.tell_firms(twin.setting, twin.state, before, RULES)
    categories = twin.setting.derived.categories
    gain = bids_gained(before, heard, t.firms, twin.state.firms, categories, h)
    changed = after.barrier != NOTHING
    assert changed.sum() > 30 and (after.procedure[changed] != DIRECT).all()
    best = np.asarray(BARRIERS)[gain.argmax(axis=0)]
    np.testing.assert_array_equal(after.barrier[changed], best[changed])
    assert (gain.max(axis=0)[changed] > 0).all() and (after.eased[changed] == 0.5).all()
    size, cash = after.barrier == SIZE, after.barrier == CASH
    np.testing.assert_allclose(
        after.required_turnover, before.required_turnover * np.where(size, 0.5, 1.0)
    )
    assert size.any() and cash.any()
    assert (after.advance_rate[cash] > before.advance_rate[cash]).all()
    np.testing.assert_array_equal(after.advance_rate[~cash], before.advance_rate[~cash])


def test_depth_only_brings_bids_and_only_on_adapted_lots(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    twin, before, after = adapted(world, fixed_practice, 1.0, grouping_chance=0.0)
    bids = [month.gather_bids(twin.setting, twin.state, t, RULES) for t in (before, after)]
    one, two = (b.valid for b in bids)
    assert (one <= two).all() and two.sum() > one.sum()
    gained = (two.sum(axis=1) > one.sum(axis=1)).nonzero()[0]
    assert (after.barrier[gained] != NOTHING).all()
    _, same_before, same = adapted(world, fixed_practice, 0.0)
    assert same is same_before


def test_what_firms_do_not_mind_is_not_adapted(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    """Reasons come from the decision to bid: without that weight, the barrier is not there."""
    _, _, after = adapted(world, fixed_practice, 0.5, bid_cash=0.0)
    assert not (after.barrier == CASH).any()


def test_notice_saturates_relieves_full_order_books_and_draws_births(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    h = world.setting.hypotheses
    months = np.array([0.0, 6.0, 12.0, 24.0, 36.0])
    strength = strength_of_notice(months, h)
    assert (
        strength[0] == 0.0
        and (np.diff(strength) > 0).all()
        and (np.diff(strength, 2)[1:] < 0).all()
    )
    twin = given(world, grouping_chance=0.0)
    firms = twin.state.firms
    firms.expected_demand[:] = firms.capacity_eur
    _, usual = all_due(twin, fixed_practice)
    _, announced = all_due(twin, fixed_practice, programme_months=24.0)
    assert (usual.valid <= announced.valid).all() and announced.valid.sum() > usual.valid.sum()
    sector = twin.setting.derived.categories.profile.sector
    output = twin.territory.firms.output_eur

    def pull(**practice: float) -> Floats:
        given_practice = fixed_practice(twin, **practice)
        return pull_of_announced(twin.territory, sector, twin.state, given_practice, output, h)

    assert not pull().any()
    assert (pull(programme_months=12.0) <= pull(programme_months=36.0)).all()
    assert 0.0 < pull(programme_months=36.0).max() <= h["notice_birth_pull"]


def test_levers_of_access_cost_their_buyers_and_show_apart(world: TerritoryModel) -> None:
    def of(changes: dict[str, float]) -> dict[str, float]:
        twin = world.branch(Levers(changes))
        twin.state.public.maturity[:] = 1.0
        twin.setting = replace(
            twin.setting, switches=replace(twin.setting.switches, adoption=False)
        )
        quantities = twin.run(18).records.quantities
        return {name: float(values.sum()) for name, values in quantities.items()}

    usual = of({})
    assert usual["adapted_n"] == usual["announced_n"] == 0 < usual["sounded_n"]
    for key, count in (("sourcing_depth", "adapted_n"), ("programme_months", "announced_n")):
        found = of({key: 1.0 if key == "sourcing_depth" else 24.0})
        assert found["lever_cost_buyer_eur"] > usual["lever_cost_buyer_eur"]
        assert found[count] > 0
    welcome = of({"groupings_encouraged": 1.0})
    assert welcome["lever_cost_buyer_eur"] > usual["lever_cost_buyer_eur"]
