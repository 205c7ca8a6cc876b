"""Customers of hit suppliers, and other responses, on a small made-up territory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from model import Territory, TerritoryModel
from scenarios.validation import hit_suppliers
from scenarios.validation.hit_suppliers import HitSuppliers, SampleStrike, strike_suppliers


@pytest.fixture(scope="module")
def world(generated_territory: Callable[..., Territory]) -> TerritoryModel:
    return TerritoryModel(generated_territory(600), rng=1)


def test_the_figure_is_scaled_to_the_published_loss_of_suppliers() -> None:
    assert HitSuppliers(9, 9, -0.05, -0.02).scaled == pytest.approx(-0.02)
    assert HitSuppliers(9, 9, -0.10, -0.02).scaled == pytest.approx(-0.01)
    assert np.isnan(HitSuppliers(9, 9, 0.0, 0.0).scaled)


def test_a_strike_of_no_depth_changes_nothing(
    world: TerritoryModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hit_suppliers, "DEPTH", 0.0)
    monkeypatch.setattr(hit_suppliers, "STRUCK_SHARE", 0.2)
    found = strike_suppliers(world)
    assert found.suppliers > 0 and found.customers > 0
    assert found.supplier_loss == found.customer_loss == 0.0


def test_firms_struck_sell_less_and_customers_do_not_sell_more_than_they_lose(
    world: TerritoryModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hit_suppliers, "STRUCK_SHARE", 0.2)
    monkeypatch.setattr(hit_suppliers, "DEPTH", 0.6)
    found = strike_suppliers(world)
    assert found.supplier_loss < -0.05
    assert found.supplier_loss < found.customer_loss < 0.01


def test_the_world_struck_goes_on_unchanged_and_capacity_comes_back(
    world: TerritoryModel,
) -> None:
    month = world.state.month
    before = world.state.firms.cash.copy()
    strike_suppliers(world)
    assert world.state.month == month and (world.state.firms.cash == before).all()
    struck = np.ones(len(world.state.firms.alive), dtype=bool)
    plan = SampleStrike(world.shock_plan, world, struck)
    left = plan.at(0).capacity_left
    assert left is not None and left.tolist() == [1.0 - hit_suppliers.DEPTH] * len(struck)
    assert plan.at(hit_suppliers.STRUCK_MONTHS).capacity_left is None
