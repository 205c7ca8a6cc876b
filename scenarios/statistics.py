"""Statistics of paired differences: one pair's interval, the mean's interval, the relative."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from model.errors import AncrageError

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

PAIRS_FOR_A_BAND = 5
"""Fewest pairs for an interval; below, results are points marked provisional."""
PAIRS_FOR_QUANTILES = 30
"""Fewest pairs for empirical quantiles; below, one pair's interval is Student's."""
TAIL = 0.05
"""Share left out on either side: intervals are at 90 %."""


@dataclass(frozen=True, slots=True)
class PairedStatistics:
    """Means over pairs, and 90 % intervals: of one pair (``low``, ``high``), of the mean.

    None where there is nothing to say: fewer than 5 pairs (intervals), a baseline of 0
    (``relative``), no pair in which the indicator is defined (all of them).
    """

    baseline: float | None
    value: float | None
    difference: float | None
    low: float | None
    high: float | None
    mean_low: float | None
    mean_high: float | None
    relative: float | None


FIELDS = tuple(PairedStatistics.__dataclass_fields__)


@dataclass(frozen=True, slots=True, eq=False)
class PairedArrays:
    """`PairedStatistics` of many cells at once, in arrays of one shape; NaN stands for None."""

    baseline: Array
    value: Array
    difference: Array
    low: Array
    high: Array
    mean_low: Array
    mean_high: Array
    relative: Array

    def at(self, *cell: int) -> PairedStatistics:
        """Return the statistics of one cell."""
        return PairedStatistics(*self.numbers_at(*cell))

    def numbers_at(self, *cell: int) -> list[float | None]:
        """Return the fields of the statistics of one cell, in their order."""
        return [number_or_none(getattr(self, name)[cell]) for name in FIELDS]


def number_or_none(value: float) -> float | None:
    """Return a float, or None for NaN."""
    return None if math.isnan(value) else float(value)


def paired_statistics(baseline: Array, scenario: Array) -> PairedArrays:
    """Summarise the differences over n pairs, cell by cell.

    Parameters
    ----------
    baseline, scenario
        (n, ...) values of the two runs of each pair, of shapes that broadcast. Pairs in which
        either is NaN (a ratio without denominator) are left out of their cell.

    Notes
    -----
    With d the differences, m their mean and s their standard deviation, one pair lies within
    m ± t·s·√(1 + 1/n) under 30 pairs, between their empirical 5 % and 95 % points from 30 on;
    the mean lies within m ± t·s/√n; t is Student's 95 % point with n − 1 degrees of freedom.
    """
    if baseline.shape[0] != scenario.shape[0]:
        raise AncrageError("Paired statistics need as many baseline as scenario values.")
    first, second = np.broadcast_arrays(baseline, scenario)
    sound = np.isfinite(first) & np.isfinite(second)
    count = sound.sum(axis=0)
    base, value = mean_of(first, sound), mean_of(second, sound)
    difference = np.where(sound, second, 0.0) - np.where(sound, first, 0.0)
    mean = mean_of(difference, sound)
    half_mean = _student(count) * _spread(difference, sound, mean) / np.sqrt(np.maximum(count, 1))
    low, high = one_run_interval(difference, sound)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(base != 0.0, mean / np.abs(base), np.nan)
    return PairedArrays(
        baseline=base,
        value=value,
        difference=mean,
        low=low,
        high=high,
        mean_low=mean - half_mean,
        mean_high=mean + half_mean,
        relative=relative,
    )


def mean_of(values: Array, sound: Mask) -> Array:
    """Return the mean of the sound values (n, ...) of each cell; NaN where there are none."""
    count = sound.sum(axis=0)
    total = np.where(sound, values, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def one_run_interval(values: Array, sound: Mask) -> tuple[Array, Array]:
    """Return the bounds between which one run in ten is not, for each cell of (n, ...) values.

    NaN under 5 sound values; Student's up to 29, empirical from 30 on (see `paired_statistics`).
    """
    count = sound.sum(axis=0)
    mean = mean_of(values, sound)
    widening = np.sqrt(1.0 + 1.0 / np.maximum(count, 1))
    half = _student(count) * _spread(values, sound, mean) * widening
    low, high = mean - half, mean + half
    many = count >= PAIRS_FOR_QUANTILES
    if many.any():
        ordered = np.sort(np.where(sound, values, np.inf), axis=0)
        low = np.where(many, _quantile(ordered, count, TAIL), low)
        high = np.where(many, _quantile(ordered, count, 1.0 - TAIL), high)
    return low, high


def _spread(values: Array, sound: Mask, mean: Array) -> Array:
    """Return the standard deviation of the sound values of each cell; 0 under two of them."""
    count = sound.sum(axis=0)
    squares = (np.where(sound, values - mean, 0.0) ** 2).sum(axis=0)
    return np.sqrt(squares / np.maximum(count - 1, 1))


def _student(count: NDArray[np.int64]) -> Array:
    """Return Student's 95 % point for so many values; NaN under the fewest for an interval."""
    most = int(count.max(initial=0))
    points = np.full(most + 1, np.nan)
    enough = np.arange(PAIRS_FOR_A_BAND, most + 1)
    points[PAIRS_FOR_A_BAND:] = stdtrit(enough - 1, 1.0 - TAIL)
    return points[count]


def _quantile(ordered: Array, count: NDArray[np.int64], share: float) -> Array:
    """Return an empirical quantile of the first ``count`` values of each cell, sorted upwards."""
    place = share * np.maximum(count - 1, 0)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(count - 1, 0))
    first = np.take_along_axis(ordered, below[None], axis=0)[0]
    second = np.take_along_axis(ordered, above[None], axis=0)[0]
    with np.errstate(invalid="ignore"):
        return first + (second - first) * (place - below)
