"""Levers narrowed down to some buyers or categories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from model import AncrageError, Levers, TerritoryModel
from model.procurement.categories import category_number
from model.procurement.practice import LeverPlan, Practice, obliged_buyers
from model.territory.buyers import BUYER_KINDS

if TYPE_CHECKING:
    from tests.conftest import MakeTerritory


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    return TerritoryModel(generated_territory(600, 3, 2), burn_in=False)


def practice(world: TerritoryModel, changes: dict[str, Any], obliged: Any = None) -> Practice:
    """Return the practice of a decision that is old and fully adopted."""
    buyers = world.territory.buyers
    plan = LeverPlan(Levers(changes), buyers, world.territory.zones.keys)
    mature = np.ones_like(world.state.public.maturity)
    held = np.array(buyers.spaser_duty) if obliged is None else obliged
    return plan.in_force(300, mature, held, 2.0)


def test_a_scope_holds_its_buyers_and_categories_only(world: TerritoryModel) -> None:
    buyers, zones = world.territory.buyers, world.territory.zones.keys
    place = [
        {"value": 0.6},
        {"value": 0.9, "scope": {"kinds": ["commune"], "categories": ["catering", "food"]}},
        {"value": 0.2, "scope": {"epci": [zones[0]], "categories": ["food"]}},
    ]
    found = practice(world, {"sourcing_breadth": place})
    count = len(buyers)
    commune = buyers.kind == BUYER_KINDS.index("commune")
    first = buyers.zone == 0
    everyone = np.arange(count)
    food = found.of_lots("sourcing_breadth", everyone, np.full(count, category_number("food")))
    np.testing.assert_allclose(food, np.where(first, 0.2, np.where(commune, 0.9, 0.6)))
    other = found.of_lots("sourcing_breadth", everyone, np.full(count, category_number("energy")))
    np.testing.assert_allclose(other, 0.6)


def test_maturity_sets_how_far_a_decision_takes_hold(world: TerritoryModel) -> None:
    buyers = world.territory.buyers
    plan = LeverPlan(Levers({"sourcing_breadth": 0.5}), buyers, world.territory.zones.keys)
    half = np.full_like(world.state.public.maturity, 0.5)
    found = plan.in_force(300, half, np.array(buyers.spaser_duty), 2.0)
    np.testing.assert_allclose(found.of_buyers("sourcing_breadth"), 0.10 + 0.5 * 0.40)
    none = plan.in_force(300, 0.0 * half, np.array(buyers.spaser_duty), 2.0)
    assert (none.of_buyers("sourcing_breadth") == 0.10).all()


def test_the_duty_follows_the_threshold_and_the_scope_follows_the_duty(
    world: TerritoryModel,
) -> None:
    buyers = world.territory.buyers
    assert (obliged_buyers(buyers, 50e6, 50e6) == buyers.spaser_duty).all()
    lower = obliged_buyers(buyers, 1e6, 50e6)
    assert (lower >= buyers.spaser_duty).all() and lower.sum() > buyers.spaser_duty.sum()
    assert (lower[buyers.total_purchases_eur > 1e6]).all()
    assert obliged_buyers(buyers, 1e12, 50e6).sum() == 0
    scoped = {"sourcing_breadth": {"value": 1.0, "scope": {"spaser": "newly-obliged"}}}
    found = practice(world, scoped, obliged=lower).of_buyers("sourcing_breadth")
    new = lower & ~np.array(buyers.spaser_duty)
    np.testing.assert_allclose(found, np.where(new, 1.0, 0.10))


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"value": 1, "scope": {"kinds": ["comune"]}}, "unknown kind 'comune'.*mean 'commune'"),
    ({"value": 1, "scope": {"categories": ["foods"]}}, "unknown category 'foods'.*mean 'food'"),
    ({"value": 1, "scope": {"kind": ["commune"]}}, "unknown field 'kind' of 'scope'"),
    ({"value": 1, "scope": {"kinds": []}}, "at least one name"),
    ({"value": 1, "scope": {"spaser": "all"}}, "one of obliged, not-obliged, newly-obliged"),
    ({"value": 1, "start": "2026-05"}, "cannot start in 2026-05, before scenarios do"),
    ({"value": 1, "start": "soon"}, "a month such as '2028-06'"),
    ([{"value": 1}, {"value": 0.5}], "set twice for everywhere"),
]


@pytest.mark.parametrize(("raw", "expected"), REFUSED)
def test_bad_scopes_are_refused_in_one_sentence(raw: Any, expected: str) -> None:
    with pytest.raises(AncrageError, match=expected) as refusal:
        Levers({"sourcing_breadth": raw})
    assert "\n" not in str(refusal.value)


def test_a_lever_of_the_whole_territory_cannot_be_narrowed() -> None:
    with pytest.raises(AncrageError, match="cannot be narrowed by 'kinds'"):
        Levers({"facilitators_fte": {"value": 9, "scope": {"kinds": ["commune"]}}})


def test_weights_of_a_scope_are_set_all_four() -> None:
    scope = {"kinds": ["commune"]}
    with pytest.raises(AncrageError, match="set all four there"):
        Levers({"price_weight": {"value": 0.45, "scope": scope}})


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({"buyers": ["commune-00000"]}, "no buyer 'commune-00000'"),
        ({"epci": ["999"]}, "no EPCI '999'"),
    ],
)
def test_a_scope_unknown_to_the_territory_is_refused(
    world: TerritoryModel, scope: dict[str, list[str]], expected: str
) -> None:
    levers = Levers({"sourcing_breadth": {"value": 1.0, "scope": scope}})
    with pytest.raises(AncrageError, match=expected):
        world.branch(levers)


def test_a_scope_that_matches_nobody_is_refused(world: TerritoryModel) -> None:
    buyers = world.territory.buyers
    code = buyers.code[int(np.flatnonzero(buyers.kind == BUYER_KINDS.index("commune"))[0])]
    levers = Levers(
        {"sourcing_breadth": {"value": 1.0, "scope": {"buyers": [code], "kinds": ["hospital"]}}}
    )
    with pytest.raises(AncrageError, match="matches no buyer"):
        world.branch(levers)


def test_splitting_needs_under_a_threshold_is_refused_with_what_is_lawful() -> None:
    with pytest.raises(AncrageError, match=r"law forbids.*use allotment"):
        Levers({"split_under_threshold": 1.0})
    with pytest.raises(AncrageError, match="law forbids"):
        Levers({"saucissonnage": 1.0})


def test_scoped_paths_have_a_canonical_form_and_compose() -> None:
    a = Levers({"sourcing_breadth": {"value": 0.9, "scope": {"kinds": ["epci", "commune"]}}})
    b = Levers({"sourcing_breadth": 0.5})
    both = b | a
    assert both.canonical() == {
        "sourcing_breadth": [0.5, {"value": 0.9, "scope": {"kinds": ["commune", "epci"]}}]
    }
    assert Levers(both.canonical()) == both == (a | b)
    again = both | Levers(
        {"sourcing_breadth": {"value": 0.1, "scope": {"kinds": ["commune", "epci"]}}}
    )
    assert again.canonical()["sourcing_breadth"][1]["value"] == 0.1  # type: ignore[index]
