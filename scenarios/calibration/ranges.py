"""Ranges of hypotheses from weighted draws, and how figures stand before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from model.hypotheses import LEVELS, Posterior
from model.hypotheses.values import prior_quantile
from scenarios.calibration.design import indices
from scenarios.calibration.emulator import Emulator
from scenarios.calibration.posterior import Surrogate, weighted_correlations, weighted_quantiles
from scenarios.calibration.results import HypothesisRange, Ridge, TargetFit
from scenarios.calibration.targets import Target

Floats = NDArray[np.float64]

IDENTIFIED_UNDER = 0.7
"""Posterior over prior range under which a hypothesis counts as identified."""

TIED_FROM = 0.3
"""Absolute correlation from which two hypotheses count as tied."""

DIGITS = 5
"""Significant digits of what is written."""

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95


def ranges_of(
    surrogate: Surrogate, values: Floats, weight: Floats, figures: Sequence[str]
) -> tuple[HypothesisRange, ...]:
    """Return what weighted draws (n, a) say of hypotheses that a figure sees, best known first.

    Those of grade B, which vary in the design too, are left at what the literature says.
    """
    quantiles = weighted_quantiles(values, weight, LEVELS)
    shares = np.stack([one.shares for one in surrogate.emulators])
    active = np.zeros_like(shares, dtype=bool)
    for k, one in enumerate(surrogate.emulators):
        active[k, one.active] = True
    found: list[HypothesisRange] = []
    for a, column in enumerate(indices(surrogate.columns)):
        if not surrogate.space.calibrated[column]:
            continue
        entry = surrogate.space.entries[column]
        before = [prior_quantile(entry, level) for level in (LOW, HIGH)]
        points = [min(max(q, entry.low), entry.high) for q in quantiles[:, a].tolist()]
        low, value, high = (points[LEVELS.index(level)] for level in (LOW, MIDDLE, HIGH))
        ratio = (high - low) / (before[1] - before[0])
        seen = int(np.argmax(np.where(active[:, column], shares[:, column], -1.0)))
        found.append(
            HypothesisRange(
                key=entry.key,
                prior_value=entry.prior_value,
                prior_low=rounded(before[0]),
                prior_high=rounded(before[1]),
                value=rounded(value),
                low=rounded(low),
                high=rounded(high),
                ratio=round(ratio, 3),
                identified=ratio < IDENTIFIED_UNDER,
                quantiles=tuple(rounded(point) for point in points),
                moves=figures[seen],
                share=round(float(shares[seen, column]), 4),
            )
        )
    return tuple(sorted(found, key=lambda one: one.ratio))


def rounded(value: float) -> float:
    """Return a value at the digits that are written."""
    return float(f"{value:.{DIGITS}g}")


def posterior_of(ranges: Sequence[HypothesisRange]) -> Mapping[str, Posterior]:
    """Return the posterior of each hypothesis that a figure sees, by key.

    All are drawn from what the figures leave; the central value moves only where it is identified.
    """
    return {
        one.key: Posterior(one.prior_value, one.central, one.low, one.high, one.quantiles)
        for one in ranges
    }


def ridges_of(surrogate: Surrogate, values: Floats, weight: Floats) -> tuple[Ridge, ...]:
    """Return the pairs of hypotheses that the figures leave tied, the strongest first."""
    matrix = weighted_correlations(values, weight)
    keys = [surrogate.space.keys[column] for column in indices(surrogate.columns)]
    pairs = [
        Ridge(keys[i], keys[j], round(float(matrix[i, j]), 2))
        for i in range(len(keys))
        for j in range(i + 1, len(keys))
        if abs(matrix[i, j]) >= TIED_FROM
    ]
    return tuple(sorted(pairs, key=lambda pair: -abs(pair.correlation)))


def fits_of(
    targets: Sequence[Target], before: Floats, after: Floats, emulators: Sequence[Emulator]
) -> tuple[TargetFit, ...]:
    """Return how each figure stands in runs (n, K) before and after."""
    found: list[TargetFit] = []
    for k, target in enumerate(targets):
        first, last = _spread(before[:, k]), _spread(after[:, k])
        emulator = emulators[k]
        found.append(
            TargetFit(
                target.key,
                target.value,
                target.error,
                *first,
                *last,
                round(emulator.fit, 3),
                rounded(emulator.error),
            )
        )
    return tuple(found)


def _spread(values: Floats) -> tuple[float, float, float]:
    """Return mean, 5 % and 95 % points of the known values."""
    known = values[np.isfinite(values)]
    low, high = np.quantile(known, (LOW, HIGH)).tolist()
    return rounded(float(known.mean())), rounded(low), rounded(high)
