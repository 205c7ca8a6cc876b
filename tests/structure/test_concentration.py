"""Herfindahl index, effective suppliers and dependence on cases that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.structure.concentration import concentration
from model.structure.ratios import Ratio, shares_by_zone


def test_hand_made_cells() -> None:
    # cell 0: 60, 30 and 10 (the first in two holdings); cell 1: one supplier; cell 2: nobody
    found = concentration(
        np.array([0, 0, 0, 0, 1, 2]),
        np.array([7, 3, 7, 5, 3, 9]),
        np.array([40.0, 30.0, 20.0, 10.0, 8.0, 0.0]),
        3,
    )
    assert found.value.tolist() == [100.0, 8.0, 0.0]
    assert found.suppliers.tolist() == [3, 1, 0]
    assert found.hhi[:2] == pytest.approx([0.36 + 0.09 + 0.01, 1.0])
    assert found.effective[:2] == pytest.approx([1 / 0.46, 1.0])
    assert found.largest[:2] == pytest.approx([0.6, 1.0])
    assert np.isnan(found.hhi[2]) and np.isnan(found.largest[2])


def test_equal_suppliers_count_as_many_as_they_are() -> None:
    found = concentration(np.zeros(5, dtype=int), np.arange(5), np.full(5, 3.0), 1)
    assert found.effective[0] == pytest.approx(5.0)
    assert found.largest[0] == pytest.approx(0.2)


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 6), st.floats(0.0, 1e9)),
        min_size=1,
        max_size=40,
    )
)
def test_the_index_lies_between_one_over_n_and_one(rows: list[tuple[int, int, float]]) -> None:
    cell, supplier, value = (np.array(column) for column in zip(*rows, strict=True))
    found = concentration(cell, supplier, value.astype(np.float64), 4)
    full = found.suppliers > 0
    number, hhi, largest = found.suppliers[full], found.hhi[full], found.largest[full]
    assert (hhi >= 1.0 / number - 1e-12).all() and (hhi <= 1.0 + 1e-12).all()
    # the first supplier's square is part of the index, and no share exceeds the first
    assert (largest**2 <= hhi + 1e-12).all() and (hhi <= largest + 1e-12).all()
    assert (found.effective[full] <= number + 1e-9).all()


def test_merging_two_suppliers_never_lowers_the_index() -> None:
    cell, value = np.zeros(4, dtype=int), np.array([4.0, 3.0, 2.0, 1.0])
    apart = concentration(cell, np.array([0, 1, 2, 3]), value, 1)
    together = concentration(cell, np.array([0, 1, 2, 2]), value, 1)
    assert together.hhi[0] == pytest.approx(apart.hhi[0] + 2 * 0.2 * 0.1)


def test_the_territory_is_the_weighted_mean_of_zones() -> None:
    ratio = shares_by_zone(
        np.array([0, 0, 2]), np.array([1.0, 3.0, 4.0]), {"x": np.array([1.0, 0.0, 0.5])}, 3
    )["x"]
    values = ratio.values()
    assert values[0] == 0.25 and np.isnan(values[1]) and values[2] == 0.5
    assert ratio.total() == pytest.approx(0.25 * 4 / 8 + 0.5 * 4 / 8)


def test_nothing_to_measure_is_not_zero() -> None:
    assert np.isnan(Ratio(np.zeros(2), np.zeros(2)).total())
