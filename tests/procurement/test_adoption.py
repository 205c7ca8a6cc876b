"""How decisions take hold in buyers, and who adopts a scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from model import Levers, TerritoryModel
from model.procurement.adoption import adopt_schemes
from model.procurement.levers import AWARD_WEIGHTS, FAMILIES
from model.procurement.practice import LeverPlan

if TYPE_CHECKING:
    from tests.conftest import FixPractice, MakeTerritory

MEANS: dict[str, Any] = {"training": 0.6, "dedicated_staff": 1.0}


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    return TerritoryModel(generated_territory(600, 3, 2), rng=3, burn_in=False)


def maturity_after(world: TerritoryModel, changes: dict[str, Any], months: int) -> float:
    return float(world.branch(Levers(changes)).run(months).state.public.maturity.mean())


def test_maturity_without_means_hardly_moves_and_with_them_does(world: TerritoryModel) -> None:
    opening = float(world.state.public.maturity.mean())
    still, moved = maturity_after(world, {}, 36), maturity_after(world, MEANS, 36)
    assert abs(still - opening) < 0.06
    assert moved > 0.6 and moved > still + 0.4
    assert maturity_after(world, {"training": 0.6}, 36) < moved
    assert maturity_after(world, {"dedicated_staff": 1.0}, 36) < moved


def test_maturity_fades_when_means_stop(world: TerritoryModel) -> None:
    stopped = {key: {"steps": [[0, value], [36, 0.0]]} for key, value in MEANS.items()}
    kept = maturity_after(world, MEANS, 84)
    faded = maturity_after(world, stopped, 84)
    assert faded < kept - 0.1
    assert faded > maturity_after(world, {}, 84), "what was learnt is not all lost in four years"


def test_maturity_stays_a_share_and_has_one_row_a_family(world: TerritoryModel) -> None:
    found = world.branch(Levers(MEANS)).run(60).state.public.maturity
    assert found.shape == (len(FAMILIES), len(world.territory.buyers))
    assert (found >= 0.0).all() and (found <= 1.0).all()


def test_means_alone_change_no_practice(world: TerritoryModel) -> None:
    """Trained buyers at current practice buy as before: only the cost of training shows."""
    base, trained = world.branch(Levers()), world.branch(Levers(MEANS))
    for _ in range(6):
        base.step()
        trained.step()
        assert base.last_flows is not None and trained.last_flows is not None
        a, b = base.last_flows.tenders, trained.last_flows.tenders
        np.testing.assert_array_equal(a.key, b.key)
        np.testing.assert_array_equal(a.weights, b.weights)
        np.testing.assert_array_equal(a.sounded, b.sounded)
    costs = trained.records.quantities["lever_cost_buyer_eur"]
    assert costs[-1].sum() > 0.0 and not base.records.quantities["lever_cost_buyer_eur"].any()


def test_targets_without_means_change_less_than_with_them(world: TerritoryModel) -> None:
    target = {"social_coverage": 0.9}

    def considered(changes: dict[str, Any]) -> float:
        q = world.branch(Levers(changes)).run(48).records.quantities
        return float(q["considerations_n"][24:].sum() / q["considerations_base_n"][24:].sum())

    none, alone, helped = considered({}), considered(target), considered(target | MEANS)
    assert none < alone < helped
    assert alone - none < 0.5 * (helped - none)


def test_nobody_is_forced_to_adopt_a_scheme(
    world: TerritoryModel, fixed_practice: FixPractice, h: dict[str, float]
) -> None:
    """Without a sanction the obliged adopt slowly, faster with staff; others never do."""
    buyers = world.territory.buyers
    adopted: dict[float, int] = {}
    for staff in (0.0, 1.0):
        practice = fixed_practice(world, dedicated_staff=staff)
        practice.obliged = np.arange(len(buyers)) % 2 == 0
        scheme = np.zeros(len(buyers), dtype=bool)
        for at in range(60):
            adopt_schemes(scheme, practice, buyers, h, 1, at)
        assert not scheme[~practice.obliged].any()
        adopted[staff] = int(scheme.sum())
    assert adopted[0.0] < adopted[1.0]
    assert adopted[0.0] < practice.obliged.sum()


def test_members_follow_a_joint_scheme_after_its_preparation(world: TerritoryModel) -> None:
    joint = {"joint_scheme": {"value": 1.0, "scope": {"kinds": ["commune", "epci"]}}}
    early = world.branch(Levers(joint)).run(20)
    late = world.branch(Levers(joint)).run(26)
    buyers = world.territory.buyers
    members = np.isin(buyers.kind, [0, 1])
    assert not early.state.public.scheme[members & ~buyers.spaser_duty].any()
    assert late.state.public.scheme[members].all()
    cost = early.records.quantities["lever_cost_buyer_eur"].sum(axis=1)
    assert (cost > 0.0).all(), "preparation costs from the decision on"
    assert late.records.quantities["lever_cost_buyer_eur"][-1].sum() == 0.0


def test_falling_back_on_price_needs_no_means_and_leaving_it_does(world: TerritoryModel) -> None:
    buyers = world.territory.buyers
    none = np.zeros_like(world.state.public.maturity)
    lots, food = np.arange(len(buyers)), np.zeros(len(buyers), dtype=np.int64)
    found: dict[float, float] = {}
    for price in (0.30, 0.45, 0.80):
        left = (1.0 - price) / 3.0
        weights = {key: left for key in AWARD_WEIGHTS} | {"price_weight": price}
        plan = LeverPlan(Levers(weights), buyers, world.territory.zones.keys)
        practice = plan.in_force(300, none, np.array(buyers.spaser_duty), 2.0)
        columns = np.stack([practice.of_lots(key, lots, food) for key in AWARD_WEIGHTS])
        np.testing.assert_allclose(columns.sum(axis=0), 1.0)
        found[price] = float(columns[0].mean())
    assert found == pytest.approx({0.30: 0.45, 0.45: 0.45, 0.80: 0.80})
