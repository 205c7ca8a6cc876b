"""Multipliers: hand-computed tables, properties, and the embedded table against its source."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import AncrageError
from model.territory.input_output import (
    InputOutput,
    embedded_input_output,
    multipliers,
    multipliers_as_json,
    multipliers_of_split,
    split_sectors,
)

PROPERTY = settings(max_examples=25, deadline=None, derandomize=True)


def two_sectors() -> InputOutput:
    """A = [[.2, .3], [.4, .1]]: (I - A)⁻¹ = [[.9, .3], [.4, .8]] / .6."""
    return InputOutput(
        sectors=("a", "b"),
        sales=np.array([[20.0, 60.0], [40.0, 20.0]]),
        output=np.array([100.0, 200.0]),
        value_added=np.array([30.0, 100.0]),
        employment=np.array([5.0, 8.0]),
        compensation=np.array([20.0, 80.0]),
        final_demand=np.array([[10.0, 0.0, 0.0, 10.0], [40.0, 20.0, 60.0, 20.0]]),
    )


def test_type_1_of_two_sectors_by_hand() -> None:
    result = multipliers(two_sectors()).type1
    np.testing.assert_allclose(result.output, [1.3 / 0.6, 1.1 / 0.6], rtol=1e-14)
    np.testing.assert_allclose(
        result.value_added, [(0.3 * 0.9 + 0.5 * 0.4) / 0.6, (0.3 * 0.3 + 0.5 * 0.8) / 0.6]
    )
    np.testing.assert_allclose(
        result.employment, [(0.05 * 0.9 + 0.04 * 0.4) / 0.6, (0.05 * 0.3 + 0.04 * 0.8) / 0.6]
    )


def test_type_2_of_two_sectors_by_hand() -> None:
    # Wages 0.2 and 0.4 an output; households spend 10 and 40 out of wages of 100. Eliminating
    # households leaves A + c w = [[.22, .34], [.48, .26]], determinant of I - that: .414.
    result = multipliers(two_sectors())
    assert result.type2 is not None
    assert result.type2_reason is None
    determinant = 0.78 * 0.74 - 0.34 * 0.48
    np.testing.assert_allclose(
        result.type2.output, [(0.74 + 0.48) / determinant, (0.34 + 0.78) / determinant]
    )


def test_one_sector_by_hand() -> None:
    io = InputOutput(
        sectors=("a",),
        sales=np.array([[50.0]]),
        output=np.array([100.0]),
        value_added=np.array([50.0]),
        employment=np.array([2.0]),
        compensation=np.array([40.0]),
        final_demand=np.array([[20.0, 10.0, 10.0, 10.0]]),
    )
    result = multipliers(io)
    assert result.type1.output.tolist() == [2.0]
    assert result.type2 is not None
    # 0.5 of inputs + 0.4 of wages spent for half = 0.7 re-spent.
    assert result.type2.output == pytest.approx([1 / 0.3])
    assert result.type2.employment == pytest.approx([0.02 / 0.3])


def test_type_2_is_absent_without_households() -> None:
    io = two_sectors()
    without = InputOutput(
        io.sectors, io.sales, io.output, io.value_added, io.employment, io.compensation
    )
    result = multipliers_as_json(multipliers(without))
    assert result["type2"] is None
    assert "final_demand.csv" in str(result["type2_reason"])


def test_json_has_the_published_layout() -> None:
    result = json.loads(json.dumps(multipliers_as_json(multipliers(two_sectors()))))
    assert result["sectors"] == ["a", "b"]
    for kind in ("type1", "type2"):
        assert set(result[kind]) == {"output", "value_added", "employment"}
        assert all(len(values) == 2 for values in result[kind].values())


@pytest.mark.parametrize("kind", ["I", "II"])
def test_spending_that_never_ends_is_refused(kind: str) -> None:
    share = 1.0 if kind == "I" else 0.5
    io = InputOutput(
        sectors=("a",),
        sales=np.array([[100.0 * share]]),
        output=np.array([100.0]),
        value_added=np.array([0.0]),
        employment=np.array([1.0]),
        compensation=np.array([50.0]),
        final_demand=np.array([[50.0, 0.0, 0.0, 0.0]]),
    )
    with pytest.raises(AncrageError, match=f"type {kind} .*spectral radius"):
        multipliers(io)


def test_an_economy_without_leak_is_refused() -> None:
    """All wages spent at home, no import: the radius is 1 but for rounding noise."""
    sales = np.array([[10.0, 20.0, 5.0], [7.0, 3.0, 11.0], [13.0, 1.0, 9.0]])
    output = np.array([100.0, 70.0, 90.0])
    wages = output - sales.sum(axis=0)
    households = output - sales.sum(axis=1)
    demand = np.zeros((3, 4))
    demand[:, 0] = households
    io = InputOutput(("a", "b", "c"), sales, output, wages, output, wages, demand)
    with pytest.raises(AncrageError, match="type II multipliers: the spectral radius"):
        multipliers(io)


@st.composite
def tables(draw: st.DrawFn) -> InputOutput:
    """A balanced table of 1 to 5 sectors whose columns leave something to value added."""
    count = draw(st.integers(1, 5))
    share = st.floats(0, 1)
    output = np.array(draw(st.lists(st.floats(1, 1e4), min_size=count, max_size=count)))
    raw = np.array(draw(st.lists(share, min_size=count**2, max_size=count**2)))
    technical = raw.reshape(count, count) * 0.8 / count
    sales = technical * output
    wages = np.array(draw(st.lists(st.floats(0.01, 0.15), min_size=count, max_size=count)))
    demand = np.zeros((count, 4))
    rest = output - sales.sum(axis=1)
    demand[:, 0] = np.clip(rest, 0, None) * 0.5
    demand[:, 3] = rest - demand[:, 0]
    return InputOutput(
        sectors=tuple("abcde"[:count]),
        sales=sales,
        output=output,
        value_added=output - sales.sum(axis=0),
        employment=output * np.array(draw(st.lists(share, min_size=count, max_size=count))),
        compensation=wages * output,
        final_demand=demand,
    )


def _safe(io: InputOutput) -> bool:
    try:
        multipliers(io)
    except AncrageError:
        return False
    return True


@PROPERTY
@given(tables())
def test_multipliers_are_at_least_the_first_round(io: InputOutput) -> None:
    type1 = multipliers(
        InputOutput(io.sectors, io.sales, io.output, io.value_added, io.employment, io.compensation)
    ).type1
    assert (type1.output >= 1 + io.technical.sum(axis=0) - 1e-12).all()
    assert (type1.employment >= io.employment / io.output - 1e-12).all()
    # With no import or tax, all of a unit of demand ends as value added.
    np.testing.assert_allclose(type1.value_added, 1.0, rtol=1e-9)


@PROPERTY
@given(tables().filter(_safe))
def test_households_only_add(io: InputOutput) -> None:
    result = multipliers(io)
    assert result.type2 is not None
    assert (result.type2.output >= result.type1.output - 1e-12).all()


@PROPERTY
@given(tables().filter(_safe))
def test_demand_weighted_multipliers_give_back_output_and_jobs(io: InputOutput) -> None:
    assert io.final_demand is not None
    type1, demand = multipliers(io).type1, io.final_demand.sum(axis=1)
    assert type1.output @ demand == pytest.approx(io.output.sum(), rel=1e-9)
    assert type1.employment @ demand == pytest.approx(io.employment.sum(), rel=1e-9, abs=1e-9)


@PROPERTY
@given(tables().filter(_safe), st.data())
def test_order_of_sectors_does_not_matter(io: InputOutput, data: st.DataObject) -> None:
    assert io.final_demand is not None
    order = np.array(data.draw(st.permutations(range(len(io.sectors)))))
    permuted = InputOutput(
        tuple(io.sectors[i] for i in order),
        io.sales[np.ix_(order, order)],
        io.output[order],
        io.value_added[order],
        io.employment[order],
        io.compensation[order],
        io.final_demand[order],
    )
    before, after = multipliers(io), multipliers(permuted)
    assert before.type2 is not None
    assert after.type2 is not None
    np.testing.assert_allclose(after.type1.output, before.type1.output[order], rtol=1e-9)
    np.testing.assert_allclose(after.type2.employment, before.type2.employment[order], rtol=1e-9)


@PROPERTY
@given(tables().filter(_safe), st.integers(1, 4))
def test_splitting_sectors_does_not_matter(io: InputOutput, parts: int) -> None:
    before, after = multipliers(io), multipliers(split_sectors(io, parts))
    assert before.type2 is not None
    assert after.type2 is not None
    for one, other in ((before.type1, after.type1), (before.type2, after.type2)):
        for name in ("output", "value_added", "employment"):
            np.testing.assert_allclose(
                getattr(other, name), np.repeat(getattr(one, name), parts), rtol=1e-9, atol=1e-12
            )


@PROPERTY
@given(tables().filter(_safe), st.integers(1, 4))
def test_split_multipliers_come_back_by_sector(io: InputOutput, parts: int) -> None:
    before, after = multipliers(io), multipliers_of_split(io, parts)
    assert after.sectors == before.sectors
    assert before.type2 is not None
    assert after.type2 is not None
    np.testing.assert_allclose(after.type1.output, before.type1.output, rtol=1e-9)
    np.testing.assert_allclose(after.type2.value_added, before.type2.value_added, rtol=1e-9)


def test_a_split_too_large_is_refused() -> None:
    with pytest.raises(AncrageError, match="split into 2000 or fewer"):
        multipliers_of_split(two_sectors(), 2001)


def test_splitting_into_no_part_is_refused() -> None:
    with pytest.raises(AncrageError, match="0 parts"):
        split_sectors(two_sectors(), 0)


def test_embedded_table_passes_its_own_checks() -> None:
    io = embedded_input_output()
    assert io.dropped == ("UZ",)
    assert len(io.sectors) == 35
    result = multipliers(io)
    assert result.type2 is not None
    assert (result.type1.output >= 1).all()
    assert (result.type2.output > result.type1.output).all()


def test_embedded_multipliers_equal_the_published_ones(reference_data: Path) -> None:
    path = reference_data / "io" / "wiod_fra_2014_a38_accounts.csv"
    with path.open(encoding="utf-8") as file:
        published = {row["sector"]: row for row in csv.DictReader(file)}
    result = multipliers(embedded_input_output())
    for i, code in enumerate(result.sectors):
        row = published[code]
        assert result.type1.output[i] == pytest.approx(
            float(row["output_multiplier_domestic"]), abs=1e-3
        )
        assert result.type1.employment[i] == pytest.approx(
            float(row["employment_multiplier_jobs_per_meur"]), abs=1e-3
        )
