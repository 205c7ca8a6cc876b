"""Statistics of paired differences."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from scipy.special import stdtrit

from scenarios.statistics import paired_statistics


def test_five_pairs_by_hand() -> None:
    base = np.array([10.0, 12.0, 9.0, 11.0, 8.0])
    found = paired_statistics(base, base + np.array([1.0, 2.0, 3.0, 4.0, 5.0])).at()
    student, spread = 2.131846786, np.sqrt(2.5)  # 95 % point with 4 degrees of freedom
    assert found.difference == pytest.approx(3.0)
    assert found.low == pytest.approx(3.0 - student * spread * np.sqrt(1.2))
    assert found.high == pytest.approx(3.0 + student * spread * np.sqrt(1.2))
    assert found.mean_low == pytest.approx(3.0 - student * spread / np.sqrt(5))
    assert found.relative == pytest.approx(0.3)
    assert found.value == pytest.approx(13.0)


def test_under_five_pairs_there_is_no_interval() -> None:
    found = paired_statistics(np.ones(4), np.array([1.0, 2.0, 3.0, 4.0])).at()
    assert found.difference == 1.5
    assert found.low is found.high is found.mean_low is found.mean_high is None


def test_from_thirty_pairs_the_interval_is_empirical() -> None:
    differences = np.arange(40.0)
    found = paired_statistics(np.zeros(40), differences).at()
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(differences, [0.05, 0.95])))
    assert found.relative is None


def test_one_pair_interval_covers_a_further_pair_nine_times_in_ten() -> None:
    draw = np.random.default_rng(5).normal(size=(4000, 9))
    inside = 0
    for row in draw:
        found = paired_statistics(np.zeros(8), row[:8]).at()
        assert found.low is not None and found.high is not None
        inside += found.low <= row[8] <= found.high
    assert inside / len(draw) == pytest.approx(0.90, abs=0.015)


def test_undefined_pairs_are_left_out() -> None:
    base = np.array([1.0, np.nan, 1.0])
    found = paired_statistics(base, np.array([2.0, 2.0, np.nan])).at()
    assert (found.baseline, found.value, found.difference) == (1.0, 2.0, 1.0)
    nothing = paired_statistics(np.array([np.nan]), np.array([1.0])).at()
    assert nothing.difference is None and nothing.relative is None


def test_cells_of_an_array_are_summarised_one_by_one() -> None:
    draw = np.random.default_rng(7)
    base = draw.normal(size=(33, 1, 4))
    scenario = base + draw.normal(size=(33, 3, 4))
    scenario[draw.random(scenario.shape) < 0.1] = np.nan
    scenario[:, 2, 3] = np.nan
    scenario[4:, 2, 2] = np.nan
    together = paired_statistics(base, scenario)
    for s, c in np.ndindex(3, 4):
        alone = paired_statistics(base[:, 0, c], scenario[:, s, c]).at()
        for one, other in zip(astuple(together.at(s, c)), astuple(alone), strict=True):
            assert one == other or one == pytest.approx(other, rel=1e-12)
        sound = np.isfinite(scenario[:, s, c])
        differences = scenario[sound, s, c] - base[sound, 0, c]
        if len(differences) >= 30:
            expected = np.quantile(differences, [0.05, 0.95])
            assert (alone.low, alone.high) == pytest.approx(tuple(expected), rel=1e-12)
        elif len(differences) >= 5:
            spread = differences.std(ddof=1) / np.sqrt(len(differences))
            width = stdtrit(len(differences) - 1, 0.95) * spread
            assert alone.mean_high == pytest.approx(differences.mean() + width, rel=1e-12)
        else:
            assert alone.low is None
    assert together.at(2, 3).difference is None
