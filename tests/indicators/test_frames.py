"""Frames for notebooks: the indicators month by month, and the lots put to competition."""

from __future__ import annotations

import numpy as np
import pytest

from model import TerritoryModel
from model.indicators import evaluate, load_indicators
from tests.conftest import MakeTerritory


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    return TerritoryModel(generated_territory(600, 3), burn_in=False, keep_awards=True).run(7)


def test_one_row_a_month_zone_and_indicator(world: TerritoryModel) -> None:
    frame = world.frame()
    assert list(frame.columns) == ["month", "zone", "indicator", "value"]
    assert not frame.duplicated(["month", "zone", "indicator"]).any()
    assert sorted(set(frame["month"])) == [f"2027-{m:02d}" for m in range(1, 8)]
    assert set(frame["zone"]) == {*world.territory.zones.keys, "all"}
    assert set(frame["indicator"]) <= set(load_indicators())


def test_values_are_those_of_each_month(world: TerritoryModel) -> None:
    table = world.frame().set_index(["month", "zone", "indicator"])["value"]
    exact = evaluate(world.records.quantities, slice(2, 3))
    for key, by_zone in exact.items():
        for zone, value in zip([*world.territory.zones.keys, "all"], by_zone, strict=True):
            np.testing.assert_equal(table["2027-03", zone, key], value)
    whole = evaluate(world.records.quantities, slice(0, 7))
    failures = world.frame().query("indicator == 'failures' and zone == 'all'")["value"].sum()
    assert failures == whole["failures"][-1]


def test_groups_stand_in_place_of_zones(world: TerritoryModel) -> None:
    frame = world.frame(by="firm-kind")
    assert list(frame.columns) == ["month", "group", "indicator", "value"]
    assert set(frame["group"]) == set(world.records.by("firm-kind").groups)
    jobs = frame.query("indicator == 'jobs_present' and month == '2027-04'")["value"].sum()
    whole = world.frame().query("indicator == 'jobs_present' and month == '2027-04'")
    assert jobs == pytest.approx(whole.query("zone == 'all'")["value"].item())


def test_no_month_gives_an_empty_frame(generated_territory: MakeTerritory) -> None:
    world = TerritoryModel(generated_territory(600, 3), burn_in=False, keep_awards=True)
    assert len(world.frame()) == 0 and "value" in world.frame()
    assert len(world.awards()) == 0


def test_awards_name_what_they_point_to(world: TerritoryModel) -> None:
    frame, territory = world.awards(), world.territory
    assert len(frame) > 10
    assert set(frame["buyer"]) <= set(territory.buyers.code)
    assert set(frame["category"]) <= {c.key for c in territory.categories}
    assert set(frame["zone"]) <= set(territory.zones.keys)
    assert set(frame["procedure"]) <= {"direct", "adapted", "formal"}
    assert set(frame["month"]) <= {f"2027-{m:02d}" for m in range(1, 8)}
    inside = frame[frame["inside"]]
    assert (inside["holder"] >= 0).all() and inside["awarded"].all()
    won = world.records.quantities["awards_n"].sum()
    counted = frame["awarded"] & frame["in_reach"] & (frame["procedure"] != "direct")
    assert counted.sum() == won
