"""Money, heads and bounds hold every month under every shock and combination of shocks."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import Levers, Switches, TerritoryModel
from model.hypotheses import draw_run_vector
from model.shocks.register import load_shock_kinds
from model.shocks.shock import Shocks

if TYPE_CHECKING:
    from tests.conftest import MakeTerritory
    from tests.shocks.conftest import BurntIn, Strategies

NOT_NEGATIVE = {
    "firms": (
        "fte clause_fte posts_fte posts_agreed_fte lent_fte borrowed_fte expected_demand "
        "capacity_eur receivable_firms receivable_outside payable_firms payable_outside "
        "outside_demand household_share intact cost_rise visibility"
    ),
    "supply": "inventory",
    "contracts": "backlog_eur volume_eur price retained_eur ordered_eur",
    "shocks": "supply_stock outside_kept",
}


def check_bounds(world: TerritoryModel) -> None:
    """Assert that nothing is NaN, that stocks are stocks, and that nobody delivers more than asked
    or makes more than it can."""
    state, flows = world.state, world.last_flows
    assert flows is not None
    for part in fields(state):
        for column in (
            fields(held) if part.name != "month" and (held := getattr(state, part.name)) else ()
        ):
            values = getattr(held, column.name)
            assert np.isfinite(values).all(), f"{part.name}.{column.name}"
    for part, names in NOT_NEGATIVE.items():
        for name in names.split():
            assert getattr(getattr(state, part), name).min(initial=0.0) >= -1e-6, f"{part}.{name}"
    assert state.firms.intact.max() <= 1.0
    assert state.shocks.outside_kept.max(initial=0.0) <= 1.0
    goods, done = flows.goods, flows.execution
    assert (goods.output >= 0.0).all()
    assert (goods.output <= flows.asked * (1.0 + 1e-12)).all()
    assert (goods.slot_local >= 0.0).all() and (goods.slot_outside >= -1e-9).all()
    assert (done.delivered >= 0.0).all()
    assert (done.delivered <= done.asked * (1.0 + 1e-12)).all()
    assert (done.bought_outside >= 0.0).all()
    assert not state.firms.fte[~state.firms.alive].any()


@given(data=st.data(), seed=st.integers(1, 3))
def test_identities_hold_under_any_shocks_together(
    burnt_in: BurntIn, lawful_shocks: Strategies, data: st.DataObject, seed: int
) -> None:
    world = burnt_in(seed).branch(shocks=data.draw(lawful_shocks()))
    assert world.verify
    for _ in range(12):
        world.step()
        check_bounds(world)


@settings(max_examples=10)
@given(data=st.data(), seed=st.integers(1, 1000))
def test_they_hold_with_any_levers_and_hypotheses(
    generated_territory: MakeTerritory,
    lawful_shocks: Strategies,
    lawful_levers: st.SearchStrategy[Levers],
    data: st.DataObject,
    seed: int,
) -> None:
    world = TerritoryModel(
        generated_territory(),
        rng=seed,
        hypotheses=draw_run_vector(seed),
        levers=data.draw(lawful_levers),
        shocks=data.draw(lawful_shocks()),
        burn_in=False,
        verify=True,
    )
    for _ in range(10):
        world.step()
        check_bounds(world)


@settings(max_examples=10)
@given(data=st.data(), on=st.tuples(*[st.booleans()] * 5))
def test_they_hold_with_parts_turned_off(
    generated_territory: MakeTerritory,
    lawful_shocks: Strategies,
    data: st.DataObject,
    on: tuple[bool, ...],
) -> None:
    world = TerritoryModel(
        generated_territory(),
        switches=Switches(*on),
        shocks=data.draw(lawful_shocks()),
        burn_in=False,
        verify=True,
    )
    for _ in range(10):
        world.step()
        check_bounds(world)


@pytest.mark.parametrize("kind", load_shock_kinds())
def test_each_kind_at_its_deepest_for_good(burnt_in: BurntIn, kind: str) -> None:
    """The whole territory, from the first month on, without return."""
    table: dict[str, Any] = {"kind": kind, "depth": load_shock_kinds()[kind].high, "start_month": 0}
    if kind == "import-interruption":
        table["origin"] = "outside"
    world = burnt_in().branch(shocks=Shocks([{**table, "recovery": "none"}]))
    for _ in range(14):
        world.step()
        check_bounds(world)


def test_all_kinds_at_once_at_their_deepest(burnt_in: BurntIn) -> None:
    tables = [
        {"kind": key, "depth": kind.high, "start_month": 1, "recovery": "exponential"}
        for key, kind in load_shock_kinds().items()
    ]
    world = burnt_in().branch(shocks=Shocks(tables))
    for _ in range(14):
        world.step()
        check_bounds(world)
