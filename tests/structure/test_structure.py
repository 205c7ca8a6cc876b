"""The structure of a world: identities, agreement with what is recorded, nothing changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest

from model import STATIONARY, AncrageError, TerritoryModel
from model.indicators import evaluate
from model.structure import Structure, load_measures, load_themes, structure_of
from model.structure.firms import suppliers_of_slots
from model.structure.purchases import running_purchases, yearly_volume
from tests.conftest import MakeTerritory


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    # to the end of March, when dependence is recorded
    return TerritoryModel(generated_territory(2_000), burn_in=False).run(3)


@pytest.fixture(scope="module")
def structure(world: TerritoryModel) -> Structure:
    return structure_of(world)


def arrays(value: Any) -> Iterator[np.ndarray]:
    """Yield every array under a value."""
    if isinstance(value, np.ndarray):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            # fields of a month that are set by no step of this one stay unset
            yield from arrays(getattr(value, field.name, None))


def test_nothing_of_the_world_changes(world: TerritoryModel) -> None:
    watched = (world.state, world.last_flows)
    before = [array.copy() for part in watched for array in arrays(part)]
    month = world.state.month
    first = structure_of(world)
    after = [array for part in watched for array in arrays(part)]
    assert len(before) == len(after) > 80 and world.state.month == month
    pairs = zip(before, after, strict=True)
    assert all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in pairs)
    assert json.dumps(first.as_json()) == json.dumps(structure_of(world).as_json())


def test_a_measured_world_goes_on_as_one_that_was_not(generated_territory: MakeTerritory) -> None:
    worlds = [TerritoryModel(generated_territory(600), burn_in=False).run(1) for _ in range(2)]
    structure_of(worlds[0])
    for world in worlds:
        world.run(2)
    one, other = (list(arrays(world.state)) for world in worlds)
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_every_measure_of_the_register_is_there_where_it_says(
    world: TerritoryModel, structure: Structure
) -> None:
    zones = world.territory.zones.keys
    expected = [
        (key, zone)
        for key, entry in load_measures().items()
        for zone in ((*zones, "territory") if entry.by_zone else ("territory",))
    ]
    assert [(row.measure, row.zone) for row in structure.measures] == expected
    assert all(type(row.value) is float and type(row.weight) is float for row in structure.measures)


def test_the_territory_is_the_weighted_mean_of_its_zones(structure: Structure) -> None:
    for key, entry in load_measures().items():
        rows = [row for row in structure.measures if row.measure == key]
        zones, total = rows[:-1], rows[-1]
        if entry.by_zone:
            known = [row for row in zones if row.weight > 0.0]
            mean = sum(row.value * row.weight for row in known) / sum(row.weight for row in known)
            assert total.value == pytest.approx(mean, rel=1e-12), key
            assert total.weight == pytest.approx(sum(row.weight for row in zones))


def test_shares_and_indices_stay_in_their_bounds(structure: Structure) -> None:
    for row in structure.measures:
        entry = load_measures()[row.measure]
        low, high = {"%": (0.0, 100.0), "suppliers": (1.0, 1e9)}.get(entry.unit, (0.0, 1.0))
        assert row.weight == 0.0 or low - 1e-9 <= row.value <= high + 1e-9, row


def test_more_able_firms_are_asked_for_by_fewer_needs(structure: Structure) -> None:
    at = {(row.measure, row.zone): row.value for row in structure.measures}
    for zone in {zone for _, zone in at} - {"territory"}:
        two, three, near = (at[key, zone] for key in ("two_able", "three_able", "three_able_near"))
        assert near <= three + 1e-9 and three <= two + 1e-9
        assert two <= 100.0 - at["none_able", zone] + 1e-9
        assert at["three_able_number", zone] <= at["two_able_number", zone] + 1e-9
        assert at["contracts_performed_here", zone] <= at["contracts_held_here", zone] + 1e-9
        assert at["buyer_hhi", zone] <= at["buyer_hhi_most", zone] + 1e-12
    assert at["largest_few", "territory"] <= at["largest_many", "territory"]


def test_dependence_is_that_of_the_recorded_indicators(
    world: TerritoryModel, structure: Structure
) -> None:
    quantities = world.records.quantities
    recorded = evaluate(quantities, slice(-1, None))["dependent_share"]
    keys = (*world.territory.zones.keys, "territory")
    own = [structure.value("dependent_firms", key) for key in keys]
    assert own == pytest.approx(recorded.tolist(), rel=1e-12)
    assert recorded[-1] > 0.0
    flows = world.last_flows
    assert flows is not None
    sold = quantities["contract_sales_eur"][-1].sum()
    share = 100.0 * sold / flows.goods.output.sum()
    assert structure.value("public_sales_share") == pytest.approx(share, rel=1e-12)


def test_dependent_jobs_count_all_who_work_there(
    world: TerritoryModel, structure: Structure
) -> None:
    flows, firms = world.last_flows, world.state.firms
    assert flows is not None
    inside = total = 0.0
    for row, staff in enumerate(firms.present_fte().tolist()):
        if firms.expected_demand[row] > 0.0:
            total += staff
            sales = flows.goods.demand_contracts[row] * flows.goods.fill[row]
            inside += staff * (sales > 0.25 * flows.goods.output[row])
    assert structure.value("dependent_jobs") == pytest.approx(100.0 * inside / total)


@pytest.mark.parametrize(
    ("measure", "indicator"),
    [
        ("contracts_held_here", "held_share_territory_value"),
        ("contracts_performed_here", "performed_share_territory_value"),
    ],
)
def test_local_shares_are_those_recorded_where_every_month_repeats_the_last(
    generated_territory: MakeTerritory, measure: str, indicator: str
) -> None:
    territory = generated_territory(2_000)
    still = TerritoryModel(territory, burn_in=False, switches=STATIONARY).run(1)
    recorded = evaluate(still.records.quantities, slice(-1, None))[indicator]
    found = structure_of(still)
    own = [found.value(measure, key) for key in (*territory.zones.keys, "territory")]
    assert own == pytest.approx(recorded.tolist(), rel=1e-9)


def test_cells_share_the_running_contracts(world: TerritoryModel, structure: Structure) -> None:
    book, cells = world.state.contracts, structure.by_buyer_category
    running = (book.holder >= 0) & (book.volume_eur > 0)
    total = float(yearly_volume(world)[running].sum())
    assert sum(cell.value_eur for cell in cells) == pytest.approx(total)
    assert [c.value_eur for c in cells] == sorted((c.value_eur for c in cells), reverse=True)
    assert len({(cell.buyer, cell.category) for cell in cells}) == len(cells)
    mean = sum(cell.value_eur * cell.hhi for cell in cells) / total
    assert structure.value("buyer_hhi") == pytest.approx(mean)
    alone = sum(cell.value_eur for cell in cells if cell.suppliers == 1) / total
    assert structure.value("single_supplier") == pytest.approx(100.0 * alone)
    assert all(cell.hhi == pytest.approx(1.0) for cell in cells if cell.suppliers == 1)


def test_each_contract_held_outside_is_a_supplier_of_its_own(world: TerritoryModel) -> None:
    twin = world.branch(world.levers)
    book, firms = twin.state.contracts, len(twin.territory.firms)
    running = np.flatnonzero((book.holder >= 0) & (book.volume_eur > 0))
    book.holder[running] = firms
    book.partner[:], book.partner_share[:] = -1, 0.0
    found = structure_of(twin)
    cells = running_purchases(twin).concentration
    derived, categories = twin.setting.derived, len(twin.territory.categories)
    cell = derived.buyer_of_row[running] * categories + derived.category_of_row[running]
    assert np.array_equal(cells.suppliers, np.bincount(cell, minlength=len(cells.suppliers)))
    assert found.value("buyer_hhi_most") == pytest.approx(1.0)
    assert found.value("contracts_held_here") == found.value("contracts_performed_here") == 0.0


def test_partners_hold_their_part(world: TerritoryModel) -> None:
    twin = world.branch(world.levers)
    book, volume = twin.state.contracts, yearly_volume(twin)
    derived, categories = twin.setting.derived, len(twin.territory.categories)
    cell = derived.buyer_of_row.astype(np.int64) * categories + derived.category_of_row
    running = (book.holder >= 0) & (book.volume_eur > 0)
    alone = np.bincount(cell[running], minlength=cell.max() + 1) == 1
    row = int(np.flatnonzero(running & alone[cell])[0])
    book.holder[row] = 0
    book.partner[:, row], book.partner_share[:, row] = -1, 0.0
    book.partner[0, row], book.partner_share[0, row] = 1, 0.25
    found = running_purchases(twin).concentration
    at = cell[row]
    assert found.value[at] == pytest.approx(volume[row])
    assert found.suppliers[at] == 2
    assert found.hhi[at] == pytest.approx(0.75**2 + 0.25**2)
    assert found.largest[at] == pytest.approx(0.75)


def test_critical_needs_are_large_with_few_able_firms(
    world: TerritoryModel, structure: Structure
) -> None:
    needs = structure.critical_needs
    book, count = world.state.contracts, len(world.territory.needs)
    volume = yearly_volume(world)
    mean = volume[book.volume_eur > 0].mean()
    assert needs and len({(need.need, need.lot) for need in needs}) == len(needs)
    assert [n.yearly_eur for n in needs] == sorted((n.yearly_eur for n in needs), reverse=True)
    cells = {(cell.buyer, cell.category): cell for cell in structure.by_buyer_category}
    for need in needs:
        row = (need.lot - 1) * count + need.need
        assert need.able_near <= need.able_firms < 3
        assert need.yearly_eur == volume[row] >= mean
        due = world.state.month + int(book.months_left[row])
        assert need.renewal == world.month_label(due)
        cell = cells.get((need.buyer, need.category))
        assert cell is None or cell.largest_share == need.largest_share


def test_suppliers_of_an_input_are_counted_once(world: TerritoryModel) -> None:
    network, supplier = world.territory.supply, world.state.supply.supplier
    alive = world.state.firms.alive.copy()
    alive[supplier[:3]] = False
    counted = suppliers_of_slots(network, supplier, alive)
    assert counted.max() > 1
    for slot in range(0, network.slots, 37):
        links = range(network.link_start[slot], network.link_start[slot + 1])
        own = {int(supplier[i]) for i in links if network.link_share[i] > 0 and alive[supplier[i]]}
        assert counted[slot] == len(own)


def test_sales_of_sectors_add_up_to_sales_between_firms(
    world: TerritoryModel, structure: Structure
) -> None:
    flows = world.last_flows
    assert flows is not None
    sold = 12.0 * float((flows.goods.demand_firms * flows.goods.fill).sum())
    assert sum(row.value_eur for row in structure.by_sector) == pytest.approx(sold)
    # what firms sell each other is what they buy inside
    assert sold == pytest.approx(12.0 * float(flows.local_inputs.sum()), rel=1e-9)


def test_the_unit_of_money_changes_amounts_only(generated_territory: MakeTerritory) -> None:
    one, other = (
        structure_of(
            TerritoryModel(generated_territory(600, money_scale=scale), burn_in=False).run(1)
        )
        for scale in (1.0, 1024.0)
    )
    assert [row.value for row in other.measures] == pytest.approx(
        [row.value for row in one.measures], rel=1e-12, nan_ok=True
    )
    for a, b in zip(one.by_buyer_category, other.by_buyer_category, strict=True):
        assert b.value_eur == 1024.0 * a.value_eur and b.suppliers == a.suppliers
    assert [n.able_firms for n in one.critical_needs] == [
        n.able_firms for n in other.critical_needs
    ]


def test_plain_values_are_json(structure: Structure) -> None:
    plain = structure.as_json()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["month"] == "2027-04"
    assert len(plain["measures"]) == len(structure.measures)


def test_a_world_without_a_month_and_an_unknown_measure_are_refused(
    generated_territory: MakeTerritory, structure: Structure
) -> None:
    with pytest.raises(AncrageError, match="run one"):
        structure_of(TerritoryModel(generated_territory(300), burn_in=False))
    with pytest.raises(AncrageError, match="'hhi'"):
        structure.value("hhi")


def test_specialists_words_are_for_research_only() -> None:
    assert {entry.theme for entry in load_measures().values()} == set(load_themes())
    for entry in load_measures().values():
        words = f"{entry.label_fr} {entry.definition_fr} {entry.label_en} {entry.definition_en}"
        special = any(word in words for word in ("Herfindahl", "HHI", "Σ", "indice"))
        assert special <= (entry.audience == "research"), entry.key
