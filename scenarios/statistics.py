"""Statistics of paired differences: one pair's interval, the mean's interval, the relative."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from model.errors import AncrageError

Array = NDArray[np.float64]

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


NOTHING = PairedStatistics(None, None, None, None, None, None, None, None)


def paired_statistics(baseline: Array, scenario: Array) -> PairedStatistics:
    """Summarise the differences of one indicator over n pairs.

    Parameters
    ----------
    baseline, scenario
        (n,) values of the two runs of each pair, in the order of pairs; pairs in which either is
        NaN (a ratio without denominator) are left out.

    Notes
    -----
    With d the differences, m their mean and s their standard deviation, one pair lies within
    m ± t·s·√(1 + 1/n) under 30 pairs, between their empirical 5 % and 95 % points from 30 on;
    the mean lies within m ± t·s/√n; t is Student's 95 % point with n − 1 degrees of freedom.
    """
    if baseline.shape != scenario.shape:
        raise AncrageError("Paired statistics need as many baseline as scenario values.")
    sound = np.isfinite(baseline) & np.isfinite(scenario)
    first, second = baseline[sound], scenario[sound]
    count = int(first.size)
    if count == 0:
        return NOTHING
    differences = second - first
    mean = float(differences.mean())
    base = float(first.mean())
    low = high = mean_low = mean_high = None
    if count >= PAIRS_FOR_A_BAND:
        spread = float(differences.std(ddof=1))
        student = float(stdtrit(count - 1, 1.0 - TAIL))
        half = student * spread * math.sqrt(1.0 + 1.0 / count)
        low, high = mean - half, mean + half
        if count >= PAIRS_FOR_QUANTILES:
            low, high = (float(q) for q in np.quantile(differences, [TAIL, 1.0 - TAIL]))
        half_mean = student * spread / math.sqrt(count)
        mean_low, mean_high = mean - half_mean, mean + half_mean
    return PairedStatistics(
        baseline=base,
        value=float(second.mean()),
        difference=mean,
        low=low,
        high=high,
        mean_low=mean_low,
        mean_high=mean_high,
        relative=mean / abs(base) if base != 0.0 else None,
    )
