"""Envelopes that shrink: volumes follow, and criteria slide to price unless held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from model import Levers, TerritoryModel
from model.procurement.budget import tightened_weights

if TYPE_CHECKING:
    from tests.conftest import FixPractice, MakeTerritory


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    return TerritoryModel(generated_territory(600, 3, 2), rng=3, burn_in=False)


def test_a_cut_envelope_buys_less_from_january_on(world: TerritoryModel) -> None:
    cut = {"envelope_change": {"value": -0.10, "start_month": 12}}
    base, less = world.branch(Levers()).run(36), world.branch(Levers(cut)).run(36)
    usual = base.records.quantities["executed_volume_eur"].sum(axis=1)
    found = less.records.quantities["executed_volume_eur"].sum(axis=1)
    np.testing.assert_array_equal(usual[:12], found[:12])
    assert found[14:].sum() / usual[14:].sum() == pytest.approx(0.90, abs=0.03)
    np.testing.assert_allclose(
        less.state.public.envelope_eur, 0.9 * world.territory.buyers.envelope_eur
    )


def test_a_cut_binds_whatever_the_response_to_prices(generated_territory: MakeTerritory) -> None:
    from model.hypotheses import HypothesisValues

    frozen = HypothesisValues({"budget_response": 0.0})
    world = TerritoryModel(generated_territory(), hypotheses=frozen, burn_in=False)
    found = world.branch(Levers({"envelope_change": -0.10})).run(2)
    np.testing.assert_allclose(found.state.public.volume_factor, 0.9)


def test_weights_slide_to_price_as_far_as_criteria_are_not_held(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    weights = np.tile(np.array([[0.45], [0.40], [0.10], [0.05]]), (1, 3))
    lots = np.zeros(3, dtype=np.int32)
    found = {}
    for held in (0.0, 0.5, 1.0):
        practice = fixed_practice(world, envelope_change=-0.10, hold_criteria=held)
        found[held] = tightened_weights(weights, practice, lots, lots, 1.0)
        np.testing.assert_allclose(found[held].sum(axis=0), 1.0)
    assert found[0.0][0] == pytest.approx(0.55)
    assert found[0.5][0] == pytest.approx(0.50)
    np.testing.assert_array_equal(found[1.0], weights)
    assert (found[0.0][1:] < weights[1:]).all()
    more = fixed_practice(world, envelope_change=0.10)
    np.testing.assert_array_equal(tightened_weights(weights, more, lots, lots, 1.0), weights)
