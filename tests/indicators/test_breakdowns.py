"""Breakdowns: groups share out the territory, whatever the dimension."""

from __future__ import annotations

import numpy as np
import pytest

from model import TerritoryModel
from model.errors import AncrageError
from model.indicators import DIMENSIONS, evaluate, evaluate_groups, load_dimensions, load_groups
from model.indicators.breakdowns import REST, sector_groups
from model.indicators.recording.cells import CellCodes, FirmSums
from model.indicators.recording.contracts import SlotZones
from model.indicators.records import QUANTITIES_BY_DIMENSION
from model.territory.buyers import BUYER_KINDS
from model.territory.sectors import MODEL_SECTORS
from model.territory.tables import KINDS
from tests.conftest import MakeTerritory


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    """A world that has had births and failures, and a whole year of records."""
    return TerritoryModel(generated_territory(900, 4, 8), rng=2).run(12)


def test_register_names_the_groups_of_the_model() -> None:
    assert tuple(load_dimensions()) == DIMENSIONS == tuple(QUANTITIES_BY_DIMENSION)
    assert tuple(load_groups("buyer-kind")) == BUYER_KINDS
    statuses = [name for group in load_groups("firm-kind").values() for name in group.members]
    assert sorted(statuses) == sorted(set(KINDS) - {"ordinary"})
    groups, place = sector_groups(MODEL_SECTORS)
    members = [code for group in load_groups("sector").values() for code in group.members]
    assert sorted(members) == sorted(MODEL_SECTORS) and REST not in groups
    assert sector_groups(("FZ", "unheard of")) == (("FZ", REST), [0, 1])
    assert len(place) == len(MODEL_SECTORS)


@pytest.mark.parametrize("dimension", [d for d in DIMENSIONS if d != "epci"])
def test_groups_add_up_to_the_territory_in_every_month(
    world: TerritoryModel, dimension: str
) -> None:
    records = world.records
    assert records.problems() == []
    part = records.by(dimension)
    assert tuple(part.quantities) and set(part.quantities) == set(
        QUANTITIES_BY_DIMENSION[dimension]
    )
    for name, by_group in part.quantities.items():
        total = records.quantities[name].sum(axis=1)
        scale = np.abs(records.quantities[name]).sum(axis=1)
        np.testing.assert_allclose(
            by_group.sum(axis=1), total, rtol=0, atol=1e-9 * max(1.0, scale.max()), err_msg=name
        )
    levels, whole = (
        evaluate_groups(part.quantities, slice(None)),
        evaluate(records.quantities, slice(None)),
    )
    for key in ("jobs_present", "executed"):
        if key in levels:
            assert levels[key].sum() == pytest.approx(whole[key][-1])
    assert "equity_local_variation" not in levels


def test_kinds_and_owners_are_those_of_the_firms_month_by_month(world: TerritoryModel) -> None:
    t, state = world.territory, world.state
    codes = CellCodes.of(t, world.setting.derived)
    young = state.firms.generation > 0
    assert young.any() and (codes.young_kind != codes.kind)[young].any()
    values = np.arange(len(t.firms)) % 7 + 1.0
    sums = FirmSums(codes, t.firms, state.firms.generation)
    sums.add_all("all", values)
    rows = np.flatnonzero(values > 4)
    sums.add_at(rows, some=values[rows], count=None)
    kind = np.where(young, codes.young_kind, codes.kind)
    expected = np.bincount(kind, weights=values, minlength=sums.kind.size)
    np.testing.assert_allclose(sums.kind.cells["all"], expected, rtol=1e-12, atol=1e-9)
    some = np.bincount(kind[rows], weights=values[rows], minlength=sums.kind.size)
    np.testing.assert_array_equal(sums.kind.cells["some"], some)
    by = sums.by_dimension()
    assert by["epci"]["count"].sum() == by["ownership"]["count"].sum() == len(rows)
    local = by["ownership"]["all"][0]
    assert local == pytest.approx(values[t.firms.local_owned].sum())
    large = (t.firms.enterprise_class >= 2) & (t.firms.kind == 0) & ~young
    place = list(codes.groups["firm-kind"]).index("large")
    assert by["firm-kind"]["all"][place] == pytest.approx(values[large].sum())


def test_slots_add_up_to_the_zone_of_their_client(world: TerritoryModel) -> None:
    t = world.territory
    values = np.arange(t.supply.slots) + 1.0
    zone = t.firms.zone[t.supply.slot_client]
    expected = np.bincount(zone, weights=values, minlength=len(t.zones.keys))
    np.testing.assert_allclose(SlotZones.of(t).sum_by_zone(values), expected)


def test_an_unknown_dimension_is_refused_in_a_sentence(world: TerritoryModel) -> None:
    with pytest.raises(AncrageError, match="by 'sectors'; did you mean 'sector'"):
        world.frame(by="sectors")
