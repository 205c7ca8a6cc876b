"""Fitting and rounding of counts by zone, sector and size class."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from model.territory.sector_size import (
    BAND_HIGH,
    BAND_LOW,
    MEAN_HEADS,
    draw_heads,
    fit_counts,
    whole_counts,
)
from model.territory.tables import load_sector_tables, load_territory_tables


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    zones=st.integers(1, 6),
    sectors=st.integers(1, 40),
    bands=st.integers(1, 9),
    seed=st.integers(0, 2**32),
    biggest=st.integers(0, 5_000),
)
def test_rounding_keeps_sums_and_stays_within_one(
    zones: int, sectors: int, bands: int, seed: int, biggest: int
):
    rng = np.random.default_rng(seed)
    total = rng.integers(0, biggest + 1, (zones, 1, bands))
    weight = rng.random((zones, sectors, bands)) ** 4
    expected = total * weight / weight.sum(axis=1, keepdims=True)
    whole = whole_counts(expected, np.arange(zones) + 1, seed, "test")
    assert np.array_equal(whole.sum(axis=1), total[:, 0])
    assert np.abs(whole - expected).max() < 1.0 + 1e-6
    assert whole.min() >= 0


def test_rounding_is_right_on_average():
    expected = np.array([0.05, 0.25, 0.7, 1.6, 0.4]).reshape(1, 5, 1)
    draws = [whole_counts(expected, np.array([1]), seed, "test") for seed in range(4_000)]
    assert np.abs(np.mean(draws, axis=0) - expected).max() < 0.03


def test_rounding_of_a_zone_does_not_depend_on_the_others():
    tables, sectors = load_territory_tables("cote-opale"), load_sector_tables()
    expected = fit_counts(tables, sectors, tables.bands, 0.6)
    every = whole_counts(expected, tables.codes, 1, "test")
    some = whole_counts(expected[3:5], tables.codes[3:5], 1, "test")
    assert np.array_equal(every[3:5], some)


def test_jobs_inside_a_broad_sector_follow_the_tilted_nation():
    tables, sectors = load_territory_tables("cote-opale"), load_sector_tables()
    counts = fit_counts(tables, sectors, tables.bands, 0.6)
    assert np.allclose(counts.sum(axis=1), tables.bands, rtol=0, atol=1e-9)
    jobs = np.einsum("zsb,b->s", counts, MEAN_HEADS)
    target = tables.population @ (tables.local_factor * sectors.persons_k)
    for group in range(5):
        ratio = (jobs / target)[sectors.group == group]
        assert np.allclose(ratio, ratio[0], rtol=1e-6)


def test_heads_of_each_class_have_the_stated_mean():
    u = (np.arange(20_000) + 0.5) / 20_000
    for size in range(1, 9):
        heads = draw_heads(np.full(u.size, size, dtype=np.int8), u)
        assert heads.min() >= BAND_LOW[size]
        assert heads.max() < BAND_HIGH[size]
        assert abs(heads.mean() - MEAN_HEADS[size]) < 0.08 * MEAN_HEADS[size]
