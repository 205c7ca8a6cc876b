"""Direct intensity of a firm against its sector, and its score: two readings of one figure.

``intensity ∝ (score / (1 - score))^-spread``: a firm that cuts its intensity by half scores as one
that has half of it by nature (`model.md` 4.8).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OUTSIDE_SCORES = (0.25, 0.75)
"""Scores of outside firms are uniform between these."""


def relative_intensity(score: Floats, spread: float) -> Floats:
    """Return the direct intensity of firms of these scores, in (0, 1), to a constant."""
    return ((1.0 - score) / score) ** spread


def corrected_intensity(
    score: Floats, output: Floats, sector: NDArray[np.integer], spread: float
) -> Floats:
    """Return intensity over that of the sector (n,), of mean 1 by sector weighted by output."""
    relative = relative_intensity(score, spread)
    size = int(sector.max(initial=0)) + 1
    total = np.bincount(sector, weights=output, minlength=size)
    mean = np.bincount(sector, weights=output * relative, minlength=size)
    correction = np.divide(total, mean, out=np.ones_like(mean), where=mean > 0)
    return relative * correction[sector]


@cache
def mean_outside_intensity(spread: float) -> float:
    """Return the mean of ``relative_intensity`` over the scores of outside firms."""
    low, high = OUTSIDE_SCORES
    middle = low + (high - low) * (np.arange(2_000) + 0.5) / 2_000
    return float(relative_intensity(middle, spread).mean())


def score_after(score: Floats, abatement: Floats, spread: float) -> Floats:
    """Return the score of firms that cut their direct intensity by ``abatement``, in [0, 1)."""
    return score / (score + (1.0 - score) * (1.0 - abatement) ** (1.0 / spread))
