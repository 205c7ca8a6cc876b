"""No shock is neutral, exactly; and a shock changes nothing before it begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import TerritoryModel
from model.errors import AncrageError
from model.hypotheses import HypothesisValues
from model.shocks.plan import CALM, ShockPlan
from model.shocks.register import load_shock_kinds
from model.shocks.shock import Shocks

if TYPE_CHECKING:
    from tests.conftest import MakeTerritory
    from tests.shocks.conftest import BurntIn, Strategies

    Differ = Callable[[TerritoryModel, TerritoryModel], list[str]]

WITHOUT_DEPTH = [
    {"kind": key, "depth": 0.0, "start_month": 2}
    for key, kind in load_shock_kinds().items()
    if kind.low == 0.0
]


def test_shocks_without_depth_leave_a_world_as_it_is_to_the_bit(
    burnt_in: BurntIn, worlds_differ: Differ
) -> None:
    shocks = Shocks(WITHOUT_DEPTH)
    assert shocks.changes_nothing and len(shocks) == len(WITHOUT_DEPTH) == 12
    calm, struck = burnt_in().branch().run(8), burnt_in().branch(shocks=shocks).run(8)
    assert worlds_differ(calm, struck) == []
    assert struck.shock_plan.at(2) is CALM


def test_a_world_of_shocks_without_depth_is_one_without_from_its_start(
    generated_territory: MakeTerritory, worlds_differ: Differ
) -> None:
    calm = TerritoryModel(generated_territory(), rng=4).run(5)
    struck = TerritoryModel(generated_territory(), rng=4, shocks=Shocks(WITHOUT_DEPTH)).run(5)
    assert worlds_differ(calm, struck) == []


@settings(max_examples=15)
@given(data=st.data(), wait=st.integers(1, 5))
def test_nothing_differs_before_the_first_month(
    burnt_in: BurntIn,
    lawful_shocks: Strategies,
    worlds_differ: Differ,
    data: st.DataObject,
    wait: int,
) -> None:
    """And something does differ afterwards, unless they have no depth."""
    drawn = data.draw(lawful_shocks(0))
    later = [
        {**one, "start_month": wait + int(str(one["announced_months"]))}
        for one in drawn.canonical()
    ]
    shocks = Shocks(later)
    assert shocks.first_month == (wait if later else 0)
    calm, struck = burnt_in().branch(), burnt_in().branch(shocks=shocks)
    calm.run(wait)
    struck.run(wait)
    different = [one for one in worlds_differ(calm, struck) if one != "shocks.supply_stock"]
    assert different == []
    # room for stocks of bundles of which nothing is interrupted yet
    assert not struck.state.shocks.supply_stock.any()


@settings(max_examples=15)
@given(data=st.data())
def test_a_branch_at_the_first_month_is_the_world_that_had_them_from_the_start(
    burnt_in: BurntIn, lawful_shocks: Strategies, worlds_differ: Differ, data: st.DataObject
) -> None:
    shocks = data.draw(lawful_shocks(6))
    first = shocks.first_month
    whole, calm = burnt_in().branch(shocks=shocks), burnt_in().branch()
    whole.watch_only()
    calm.watch_only()
    calm.run(first)
    late = calm.branch(shocks=shocks).run(10 - first)
    before, after, lived = calm.watched(), late.watched(), whole.run(10).watched()
    # what is not watched is not traced in branches
    differ = [name for name in worlds_differ(whole, late) if not name.endswith("tracer")]
    assert [name for name in differ if "." in name] == []
    for name in ("values", "sector_jobs"):
        axis = 1 if name == "values" else 0
        joined = np.concatenate([getattr(before, name), getattr(after, name)], axis=axis)
        np.testing.assert_array_equal(joined, getattr(lived, name))


def test_shocks_known_before_a_branch_go_on_in_it(burnt_in: BurntIn, worlds_differ: Differ) -> None:
    """A branch that adds one keeps stocks that are being used up."""
    first = Shocks([{"kind": "import-interruption", "depth": 0.6, "start_month": 1}])
    second = Shocks([{"kind": "export-fall", "depth": 0.3, "start_month": 5}])
    whole = burnt_in().branch(shocks=first | second).run(9)
    branched = burnt_in().branch(shocks=first).run(4).branch(shocks=first | second).run(5)
    assert [name for name in worlds_differ(whole, branched) if "." in name] == []


def test_the_burn_in_is_before_every_shock(
    generated_territory: MakeTerritory, burnt_in: BurntIn, worlds_differ: Differ
) -> None:
    shocks = Shocks([{"kind": "recession", "depth": 0.4, "start_month": 0}])
    lived = TerritoryModel(generated_territory(), rng=1, shocks=shocks)
    assert [n for n in worlds_differ(burnt_in(), lived) if not n.startswith("shocks.")] == []
    assert worlds_differ(lived.run(3), burnt_in().branch(shocks=shocks).run(3)) == []


def test_a_branch_refuses_shocks_that_would_have_begun(burnt_in: BurntIn) -> None:
    past = burnt_in().branch().run(3)
    for start, announced in ((2, 0), (6, 4)):
        late = Shocks(
            [
                {
                    "kind": "import-interruption",
                    "depth": 0.5,
                    "start_month": start,
                    "announced_months": announced,
                }
            ]
        )
        with pytest.raises(AncrageError, match=r"would begin in month 3 .* past it \(month 4\)"):
            past.branch(shocks=late)
    without_depth = Shocks([{"kind": "recession", "depth": 0.0, "start_month": 0}])
    past.branch(shocks=without_depth).run(1)


def test_a_parent_is_not_touched_by_what_strikes_its_branch(
    burnt_in: BurntIn, worlds_differ: Differ
) -> None:
    parent = burnt_in().branch().run(1)
    before = parent.branch()
    all_kinds = [
        {"kind": key, "depth": min(kind.high, 0.5) if kind.low == 0.0 else 1.0, "start_month": 2}
        for key, kind in load_shock_kinds().items()
    ]
    parent.branch(shocks=Shocks(all_kinds)).run(6)
    assert [name for name in worlds_differ(before, parent) if "." in name] == []


def test_every_effect_ends_with_its_shock(generated_territory: MakeTerritory) -> None:
    """After the last month of recovery nothing of a plan strikes but what lasts for good."""
    tables = [{**one, "depth": 0.5, "recovery": "linear"} for one in WITHOUT_DEPTH]
    plan = ShockPlan(Shocks(tables), generated_territory(), HypothesisValues())
    month = plan.at(2)
    assert month.outside_demand is not None and month.prices is not None and month.set_aside == 0.5
    gone = plan.at(200)
    assert gone.set_aside == 0.0 and gone.site == () and gone.prices is None
    for name in ("outside_demand", "capacity_left", "envelope_cut", "paid", "called_back"):
        assert getattr(gone, name) is None, name
    for name in ("goods_left", "makers_left", "stock_left", "posts_left"):
        assert getattr(gone, name) is None, name
    assert [cut.lack for cut in gone.supplies] == [0.0] * len(gone.supplies)
    assert not len(gone.closing) and not len(gone.leaving)
    np.testing.assert_array_equal(plan.at(1).leaving, [])
