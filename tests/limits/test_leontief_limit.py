"""Leontief limit (`model.md` 7.3): the model converges to the inverse, however sectors are split.

Capacity and labour ample, circulation off: final demand steps up by a small amount, the model runs
until it rests, and the difference is compared with type I (households off) and type II (on, wages
only) multipliers. The promise is 0.5 %; where nothing binds the model gives far better.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model import Switches, TerritoryModel
from model.errors import AncrageError
from model.simulated_multipliers import largest_gap, simulated_as_json, simulated_multipliers
from model.territory.closed_economy import closed_economy
from model.territory.fixed_point import MOST_RADIUS, check_order_rule, order_smoothing
from model.territory.input_output import (
    InputOutput,
    check_table,
    embedded_input_output,
    multipliers,
)
from tests.conftest import MakeTerritory

Floats = NDArray[np.float64]

PROMISE = 5e-3
REACHED = 1e-5


def table(
    technical: list[list[float]],
    output: list[float],
    *,
    value_added: list[float] | None = None,
    employment: list[float] | None = None,
    compensation: list[float] | None = None,
    households: list[float] | None = None,
) -> InputOutput:
    """Return a table from coefficients; what columns lack is imported, the rest is exported."""
    a, x = np.array(technical), np.array(output)
    sales = a * x
    room = x - sales.sum(axis=0)
    final = x - sales.sum(axis=1)
    spent = np.maximum(final, 0.0) / 2 if households is None else np.array(households)
    added = 0.8 * room if value_added is None else np.array(value_added)
    none = np.zeros(len(x))
    io = InputOutput(
        sectors=tuple("abcd"[: len(x)]),
        sales=sales,
        output=x,
        value_added=added,
        employment=0.02 * x if employment is None else np.array(employment),
        compensation=0.6 * added if compensation is None else np.array(compensation),
        final_demand=np.column_stack([spent, none, none, final - spent]),
    )
    check_table(io, files=("Z.csv", "accounts.csv", "final_demand.csv"))
    return io


def gaps(io: InputOutput, split: int) -> tuple[float, float]:
    """Return the largest gaps of type I and type II between simulation and inverse."""
    exact, found = multipliers(io), simulated_multipliers(io, split)
    one, two = largest_gap(found.type1, exact.type1), largest_gap(found.type2, exact.type2)
    assert one is not None
    return one, 0.0 if two is None else two


TABLES = {
    "by hand": table([[0.2, 0.3], [0.4, 0.1]], [100.0, 200.0], value_added=[30.0, 100.0]),
    "one sector": table([[0.5]], [100.0]),
    "nobody buys": table([[0.0, 0.0], [0.0, 0.0]], [100.0, 50.0]),
    "in turn": table([[0.0, 0.8], [0.5, 0.0]], [100.0, 100.0]),
    "no value added": table([[0.5, 0.2], [0.5, 0.1]], [100.0, 100.0], value_added=[0.0, 70.0]),
    "negative value added": table(
        [[0.5, 0.2], [0.6, 0.1]],
        [100.0, 100.0],
        value_added=[-10.0, 60.0],
        compensation=[1.0, 50.0],
    ),
    "negative final demand": table(
        [[0.1, 0.2], [0.5, 0.1]], [10.0, 1000.0], households=[0.0, 90.0]
    ),
    "wages and no jobs": table([[0.1, 0.2], [0.2, 0.1]], [100.0, 100.0], employment=[0.0, 5.0]),
    "jobs and no wages": table([[0.1, 0.2], [0.2, 0.1]], [100.0, 100.0], compensation=[0.0, 50.0]),
    "spending over wages": table(
        [[0.1, 0.2], [0.2, 0.1]], [100.0, 100.0], compensation=[10.0, 10.0], households=[40.0, 40.0]
    ),
    "small inputs, unlike sizes": table(
        [[0.1, 1e-6, 0.0], [0.2, 0.1, 1e-4], [1e-5, 0.3, 0.2]], [0.5, 100.0, 8000.0]
    ),
    "little leaks": table([[0.45, 0.4], [0.45, 0.5]], [100.0, 100.0], households=[0.0, 0.0]),
}


@pytest.mark.parametrize("split", [1, 10])
@pytest.mark.parametrize("name", TABLES)
def test_hand_tables_give_the_inverse(name: str, split: int) -> None:
    one, two = gaps(TABLES[name], split)
    assert max(one, two) < REACHED < PROMISE


def test_two_sectors_by_hand() -> None:
    """(I - A)⁻¹ of the first table is [[.9, .3], [.4, .8]] / .6."""
    found = simulated_multipliers(TABLES["by hand"], 4).type1
    np.testing.assert_allclose(found.output, [1.3 / 0.6, 1.1 / 0.6], rtol=REACHED)
    added = [(0.3 * 0.9 + 0.5 * 0.4) / 0.6, (0.3 * 0.3 + 0.5 * 0.8) / 0.6]
    np.testing.assert_allclose(found.value_added, added, rtol=REACHED)
    np.testing.assert_allclose(found.employment, [0.02 * 1.3 / 0.6, 0.02 * 1.1 / 0.6], rtol=REACHED)


@pytest.mark.parametrize("split", [1, 3, 10])
def test_the_embedded_table_gives_the_inverse(split: int) -> None:
    io = embedded_input_output()
    one, two = gaps(io, split)
    assert max(one, two) < REACHED < PROMISE


@st.composite
def stable_tables(draw: st.DrawFn) -> InputOutput:
    """Draw tables of two to four sectors in which at least a fifth of each euro leaks."""
    count = draw(st.integers(2, 4))
    share = st.floats(0.0, 1.0)
    raw = np.array(draw(st.lists(share, min_size=count * count, max_size=count * count)))
    raw = raw.reshape(count, count)
    inputs = np.array(draw(st.lists(st.floats(0.0, 0.6), min_size=count, max_size=count)))
    sums = raw.sum(axis=0)
    technical = raw * (inputs / np.where(sums > 0, sums, 1.0))
    output = np.array(draw(st.lists(st.floats(1.0, 1000.0), min_size=count, max_size=count)))
    added = output * (1.0 - technical.sum(axis=0)) * draw(st.floats(0.3, 1.0))
    wages = added * draw(st.floats(0.0, 0.7))
    spent = np.array(draw(st.lists(share, min_size=count, max_size=count)))
    spent = spent * (0.7 * wages.sum() / max(spent.sum(), 1e-9))
    return table(
        technical.tolist(),
        output.tolist(),
        value_added=added.tolist(),
        employment=(output * draw(st.floats(0.001, 1.0))).tolist(),
        compensation=wages.tolist(),
        households=spent.tolist(),
    )


@settings(max_examples=12)
@given(io=stable_tables(), split=st.sampled_from([1, 2, 3, 10]))
def test_any_stable_table_gives_the_inverse(io: InputOutput, split: int) -> None:
    one, two = gaps(io, split)
    assert max(one, two) < 1e-4 < PROMISE


def test_json_has_the_layout_of_the_exact_values() -> None:
    io = TABLES["by hand"]
    answer = simulated_as_json(simulated_multipliers(io), multipliers(io))
    for kind in ("type1", "type2"):
        values = answer[kind]
        assert isinstance(values, dict)
        assert set(values) == {"output", "value_added", "employment"}
        assert all(len(column) == 2 for column in values.values())


def test_no_type_2_without_a_household_column() -> None:
    io = replace(TABLES["by hand"], final_demand=None)
    found = simulated_multipliers(io, 2)
    assert found.type2 is None
    assert largest_gap(found.type1, multipliers(io).type1) < REACHED  # pyright: ignore


def test_endless_spending_and_bad_splits_are_refused() -> None:
    endless = table([[0.6, 0.5], [0.4, 0.5]], [100.0, 100.0], households=[0.0, 0.0])
    with pytest.raises(AncrageError, match="spectral radius"):
        simulated_multipliers(endless)
    for split in (0, 5000):
        with pytest.raises(AncrageError, match="split into 1 to 2000"):
            simulated_multipliers(TABLES["by hand"], split)


AMPLE = Switches(tenders=False, links=False, demography=False, ample=True)


@pytest.mark.parametrize("split", [1, 5])
def test_the_undisturbed_economy_repeats_itself_and_its_accounts_close(split: int) -> None:
    territory = closed_economy(embedded_input_output(), split, zones=2, households=True)
    model = TerritoryModel(territory, switches=AMPLE, burn_in=False, verify=True)
    model.run(24)
    np.testing.assert_allclose(
        model.state.firms.expected_demand, territory.firms.output_eur, rtol=1e-12
    )
    np.testing.assert_allclose(model.state.firms.fte, territory.firms.fte, rtol=1e-12)
    # accounts still close while the economy moves, and copies do not feel each other
    model.state.firms.outside_demand[-1] *= 1.1
    model.run(12)
    half = len(territory.firms) // 2
    np.testing.assert_allclose(
        model.state.firms.expected_demand[:half], territory.firms.output_eur[:half], rtol=1e-12
    )
    assert model.state.firms.expected_demand[-1] > territory.firms.output_eur[-1]


@pytest.mark.parametrize("split", [2, 4, 10])
def test_split_firms_have_partners_of_their_own(split: int) -> None:
    """Firms of one sector sell alike and share no list of clients."""
    io = TABLES["small inputs, unlike sizes"]
    network = closed_economy(io, split, zones=1, households=False).supply
    client = network.slot_client[network.link_slot]
    weight = (
        network.link_share
        * network.slot_coefficient[network.link_slot]
        * io.output[client // split]
    )
    sold = np.bincount(network.link_supplier, weights=weight, minlength=3 * split).reshape(3, split)
    np.testing.assert_allclose(sold, sold[:, :1].repeat(split, axis=1), rtol=1e-12)
    pairs = {(int(c), int(s)) for c, s in zip(client, network.link_supplier, strict=True)}
    if split > 3:
        clients = [{c for c, s in pairs if s == supplier} for supplier in range(split)]
        assert len({frozenset(found) for found in clients}) == split
        assert all(c != s for c, s in pairs)


def test_an_unstable_order_rule_is_refused(generated_territory: MakeTerritory) -> None:
    """λ(1 + m/τ) > 0.9 would make false cycles: the model refuses and names the τ that works."""
    territory = generated_territory(600, 3)
    check_order_rule(territory)
    hasty = replace(territory, order_smoothing_months=0.05)
    with pytest.raises(
        AncrageError, match=r"order rule .* exceeds 0\.9; set order_smoothing"
    ) as at:
        TerritoryModel(hasty, burn_in=False)
    least = float(str(at.value).rsplit(" ", 1)[1])
    check_order_rule(replace(territory, order_smoothing_months=least + 0.1))


def test_no_smoothing_helps_an_economy_that_keeps_nine_tenths(
    generated_territory: MakeTerritory,
) -> None:
    territory = generated_territory(600, 3)
    for radius in (MOST_RADIUS, 1.2):
        with pytest.raises(AncrageError, match=r"cannot be stable at 0\.9"):
            order_smoothing(territory, 4.0, radius=radius)
    slow = order_smoothing(territory, 4.0, radius=0.8)
    stock = float(territory.supply.slot_stock_months.max())
    assert 0.8 * (1 + stock / slow.order_smoothing_months) <= MOST_RADIUS * (1 + 1e-12)
    with pytest.raises(AncrageError, match="lower local shares"):
        check_order_rule(replace(territory, spectral_radius=0.95))
