"""Buyers that purchase together: volumes, dates, procedures, calls that no longer fall together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import Levers, TerritoryModel
from model.flows import MonthFlows
from model.ledger import Ledger
from model.procurement import month
from model.procurement.coordination import CYCLE_MONTHS, MOST_SPREAD_MONTHS, Alignment, gather_lots
from model.procurement.legal_calendar import rules_at

if TYPE_CHECKING:
    from model.procurement.tenders import Tenders
    from tests.conftest import FixPractice, MakeTerritory

LAW = rules_at(2027, 1)


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    return TerritoryModel(generated_territory(1_200, 4, 2), rng=3, burn_in=False)


def tenders_over_a_cycle(
    world: TerritoryModel, fixed_practice: FixPractice, **levers: float
) -> list[tuple[Tenders, TerritoryModel]]:
    """Return what is put to competition in each month of a cycle, all rows being due."""
    found: list[tuple[Tenders, TerritoryModel]] = []
    for at in range(CYCLE_MONTHS):
        twin = world.branch(Levers())
        twin.state.month += at
        twin.state.contracts.months_left[: len(world.territory.needs)] = 0
        practice = fixed_practice(twin, **levers)
        found.append((month.plan(twin.setting, twin.state, practice, LAW, Ledger()), twin))
    return found


@given(
    yearly=st.lists(st.floats(1.0, 1e6), min_size=1, max_size=30),
    cells=st.lists(st.integers(-1, 4), min_size=30, max_size=30),
)
def test_lots_keep_the_volume_of_their_rows(yearly: list[float], cells: list[int]) -> None:
    volume, count = np.array(yearly), len(yearly)
    cell = np.array(cells[:count], dtype=np.int64)
    months = np.zeros(count, dtype=np.int16)
    lots = gather_lots(volume, volume, Alignment(cell, cell // 2, months), np.arange(count))
    assert lots.yearly_eur.sum() == pytest.approx(volume.sum())
    assert len(lots.lead) == (cell < 0).sum() + len(set(cell[cell >= 0].tolist()))
    np.testing.assert_allclose(np.bincount(lots.lot, weights=volume), lots.yearly_eur)
    for position, lead in enumerate(lots.lead):
        members = np.flatnonzero(lots.lot == position)
        assert lead in members and volume[lead] == volume[members].max()
        assert len(members) == 1 or len(set(cell[members].tolist())) == 1
    assert (np.diff(lots.lead) > 0).all()


def test_a_joint_purchase_serves_several_needs_in_one_procedure(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    needs = world.territory.needs
    seen = np.zeros(len(needs), dtype=int)
    for tenders, twin in tenders_over_a_cycle(world, fixed_practice, joint_purchase=1.0):
        served = tenders.served
        number = np.bincount(served.lot, minlength=len(tenders))
        joint = number[served.lot] > 1
        works = twin.setting.derived.categories.works[tenders.category[served.lot]]
        assert not (joint & works).any()
        # one category, the same end for all, the procedure of the whole
        need = served.contract % len(needs)
        np.testing.assert_array_equal(needs.category[need], tenders.category[served.lot])
        assert (served.months[joint] == CYCLE_MONTHS).all()
        total = np.bincount(served.lot, weights=served.yearly_eur)
        np.testing.assert_allclose(total, tenders.yearly_eur)
        assert (tenders.amount_eur[number > 1] > 0).all()
        seen[need[joint]] += 1
    assert seen.max() == 1 and (seen == 1).sum() > 0.3 * len(needs), "a date for each family"


def test_lots_by_epci_divide_a_joint_purchase_and_keep_its_procedure(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    zone = world.territory.needs.zone
    whole, divided = (
        tenders_over_a_cycle(world, fixed_practice, joint_purchase=1.0, joint_purchase_lots=lots)
        for lots in (0.0, 1.0)
    )
    more = 0
    for (one, _), (many, _) in zip(whole, divided, strict=True):
        more += len(many) - len(one)
        assert many.yearly_eur.sum() == pytest.approx(one.yearly_eur.sum())
        need = many.served.contract % len(zone)
        np.testing.assert_array_equal(zone[need], many.zone[many.served.lot])
        # smaller lots stay under the procedure of the whole purchase
        biggest = {c: one.procedure[one.category == c].max() for c in set(one.category.tolist())}
        joint = np.bincount(many.served.lot, minlength=len(many)) > 1
        assert all(
            many.procedure[t] <= biggest[int(many.category[t])] for t in np.flatnonzero(joint)
        )
    assert more > 10


def test_nothing_is_bought_twice_or_never_when_buyers_join(world: TerritoryModel) -> None:
    joint = world.branch(Levers({"joint_purchase": 1.0}))
    c = joint.state.contracts
    volume = c.volume_eur.sum()
    for _ in range(100):
        joint.step()
        assert c.volume_eur.sum() == pytest.approx(volume, rel=1e-12)
    longest = np.maximum(joint.territory.needs.duration_months, CYCLE_MONTHS)
    assert (c.months_left[: len(longest)] <= longest).all()
    base = world.branch(Levers()).run(100)
    bought = [
        w.records.quantities["executed_volume_eur"].sum()
        / w.records.quantities["executed_price_eur"].sum()
        for w in (base, joint)
    ]
    assert bought[1] > 0 and bought[0] > 0


def test_needs_wait_for_their_renewal_before_they_join(world: TerritoryModel) -> None:
    joint, base = world.branch(Levers({"joint_purchase": 1.0})), world.branch(Levers())
    for _ in range(12):
        joint.step()
        base.step()
    np.testing.assert_array_equal(joint.state.contracts.holder, base.state.contracts.holder)
    before = joint.state.contracts.renewal.copy()
    running = joint.state.contracts.months_left > 1
    joint.step()
    np.testing.assert_array_equal(joint.state.contracts.renewal[running], before[running])


def test_a_shared_calendar_spreads_calls_of_one_market(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    twin = world.branch(Levers())
    c, needs = twin.state.contracts, world.territory.needs
    c.months_left[: len(needs)] = 0
    before = c.holder.copy()
    practice = fixed_practice(twin, shared_calendar=1.0)
    programme = month.programme_of_month(twin.setting, twin.state, practice)
    own = programme.in_reach & (programme.market_ratio == 1.0) & (before[: len(needs)] >= 0)
    month.plan(twin.setting, twin.state, practice, LAW, Ledger())
    waits = c.months_left[: len(needs)]
    assert not waits[~own].any(), "others' calls stay where they are"
    assert waits.max() == MOST_SPREAD_MONTHS and (waits == 0).any()
    market = needs.category.astype(int) * 100 + needs.zone
    for one in np.unique(market)[:40]:
        counts = np.bincount(waits[(market == one) & own], minlength=MOST_SPREAD_MONTHS + 1)
        assert counts.max() - counts.min() <= 1
    np.testing.assert_array_equal(c.holder, before)


@pytest.mark.parametrize("lever", ["joint_purchase", "shared_calendar", "shared_sourcing"])
def test_coordination_has_members_and_a_cost(world: TerritoryModel, lever: str) -> None:
    zones = world.territory.zones.keys
    changes: dict[str, Any] = {lever: {"value": 1.0, "scope": {"epci": [zones[0], zones[1]]}}}
    twin = world.branch(Levers(changes)).run(24)
    cost = twin.records.quantities["lever_cost_buyer_eur"][13:]
    assert cost[:, 2:].sum() == 0.0
    base = world.branch(Levers()).run(24)
    assert cost.sum() != base.records.quantities["lever_cost_buyer_eur"][13:].sum()


def test_sounding_together_costs_less_and_spreads_practices(world: TerritoryModel) -> None:
    alone = {"sourcing_breadth": 1.0}
    together: dict[str, Any] = alone | {"shared_sourcing": 1.0}
    h = world.hypotheses
    member = h["coordination_cost_eur_per_member_year"] / 12.0 * len(world.territory.buyers)
    one, both = (world.branch(Levers(changes)) for changes in (alone, together))
    for twin in (one, both):
        twin.state.public.maturity[:] = twin.state.public.opening_maturity[:] = 1.0
        twin.run(30)
    cost = [w.records.quantities["lever_cost_buyer_eur"][12:].sum(axis=1) for w in (one, both)]
    assert (cost[1] - member).sum() < cost[0].sum()
    learnt = [
        world.branch(Levers(c)).run(48).state.public.maturity.mean() for c in (alone, together)
    ]
    assert learnt[1] > learnt[0]


def test_a_firm_that_hears_of_many_lots_answers_each_less_often(world: TerritoryModel) -> None:
    twin = world.branch(Levers())
    twin.state.contracts.months_left[: len(world.territory.needs)] = 0
    rules, practice = twin._calendar(MonthFlows())
    tenders = month.plan(twin.setting, twin.state, practice, rules, Ledger())
    free: Any = {**twin.setting.hypotheses, "bid_simultaneous": 0.0}
    from dataclasses import replace

    eased = replace(twin.setting, hypotheses=free)
    bids = [month.gather_bids(s, twin.state, tenders, rules) for s in (twin.setting, eased)]
    assert bids[0].valid.sum() < bids[1].valid.sum()
    assert (bids[0].valid <= bids[1].valid).all()
