"""Who is able to take a need: as when it bids, never more of them when more is required."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model import TerritoryModel
from model.procurement.tenders import Tenders
from model.structure import redundancy, structure_of
from model.structure.redundancy import able_for_needs, next_calls
from tests.conftest import MakeTerritory


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    return TerritoryModel(generated_territory(2_000), burn_in=False).run(1)


@pytest.fixture(scope="module")
def tenders(world: TerritoryModel) -> Tenders:
    return next_calls(world)


def test_every_lot_of_the_book_is_described_once(world: TerritoryModel, tenders: Tenders) -> None:
    book = world.state.contracts
    assert np.array_equal(tenders.contract, np.flatnonzero(book.volume_eur > 0))
    assert tenders.required_turnover.max() == 1.0


@pytest.mark.parametrize("more", [0.0, 0.5, 2.0, 50.0])
def test_a_lower_requirement_never_lowers_redundancy(
    world: TerritoryModel, tenders: Tenders, more: float
) -> None:
    usual = able_for_needs(world, tenders)
    changed = replace(tenders, required_turnover=more * tenders.required_turnover)
    other = able_for_needs(world, changed)
    sign = 1 if more < 1.0 else -1
    for before, after in ((usual.everywhere, other.everywhere), (usual.near, other.near)):
        assert (sign * (after - before) >= 0).all()
    if more == 50.0:
        assert (other.everywhere < usual.everywhere).any()


def test_able_is_trade_turnover_and_room(world: TerritoryModel, tenders: Tenders) -> None:
    found = able_for_needs(world, tenders)
    territory, state, h = world.territory, world.state.firms, world.hypotheses
    firms, lists = territory.firms, territory.candidates
    trade = territory.sectors.codes.index("GZ")
    open_to_all = np.flatnonzero(~tenders.reserved & ~tenders.reserved_ess)
    largest = open_to_all[np.argsort(-tenders.yearly_eur[open_to_all])]
    for lot in (*largest[:25].tolist(), *largest[::151].tolist()):
        category = int(tenders.supply_category[lot])
        pair = category * len(territory.zones.keys) + int(tenders.zone[lot])
        market = tenders.yearly_eur[lot] * tenders.market_ratio[lot]
        required = tenders.required_turnover[lot] * market * tenders.months[lot] / 12.0
        able = near = 0
        for row in (row for row in lists.rows[pair].tolist() if row >= 0 and state.alive[row]):
            trader = firms.sector[row] == trade and territory.categories[category].traded
            output = market / 12.0 * (h["goods_margin"] if trader else 1.0)
            help_of_group = min(firms.enterprise_multiple[row], 4.0)
            young = state.generation[row] > 0
            room = state.capacity_eur[row] * (1.0 if young else help_of_group)
            load = output / room + state.expected_demand[row] / state.capacity_eur[row]
            most = 1.0 if firms.posts_fte[row] > 0 else h["most_load_to_bid"]
            turnover = firms.enterprise_turnover_eur[row]
            if young:
                margin = h["goods_margin"] if firms.sector[row] == trade else 1.0
                turnover = 12.0 * state.expected_demand[row] / margin
            if load <= most and turnover >= required:
                able += 1
                near += firms.zone[row] == tenders.zone[lot]
        assert (found.everywhere[lot], found.near[lot]) == (able, near)


def test_reserved_lots_have_structures_or_the_social_economy_alone(
    world: TerritoryModel, tenders: Tenders
) -> None:
    categories = world.setting.derived.categories
    nobody = np.zeros(len(tenders), dtype=bool)
    everybody = replace(tenders, reserved=nobody, reserved_ess=nobody)
    whole = able_for_needs(world, everybody).everywhere
    supplied = categories.structure_supplied[tenders.category]
    structures = able_for_needs(world, replace(everybody, reserved=supplied)).everywhere
    lists = world.territory.candidates.structures
    assert supplied.any() and (structures[supplied] <= lists.shape[1]).all()
    assert np.array_equal(structures[~supplied], whole[~supplied])
    social = able_for_needs(world, replace(everybody, reserved_ess=~nobody)).everywhere
    assert (social <= whole).all() and (social < whole).any()


def test_full_order_books_and_closed_firms_leave_nobody(world: TerritoryModel) -> None:
    twin = world.branch(world.levers)
    twin.state.firms.expected_demand[:] = 10.0 * twin.state.firms.capacity_eur
    full = structure_of(twin)
    assert full.value("none_able") == 100.0 and full.value("two_able_number") == 0.0
    twin = world.branch(world.levers)
    twin.state.firms.alive[:] = False
    assert not able_for_needs(twin, next_calls(twin)).everywhere.any()


def test_blocks_of_lots_change_nothing(
    world: TerritoryModel, tenders: Tenders, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = able_for_needs(world, tenders)
    monkeypatch.setattr(redundancy, "LOTS_AT_ONCE", 7)
    parts = able_for_needs(world, tenders)
    assert np.array_equal(whole.everywhere, parts.everywhere)
    assert np.array_equal(whole.near, parts.near)
