"""How often calibrated ranges hold the truth, where it is known.

Each row of the first wave is a world whose hypotheses are known, and they are a draw of the prior.
Its figures, with an error drawn as published figures err, stand for the data; emulators that never
saw the row give the ranges. Of ranges at 90 %, nine in ten should hold the row's own hypotheses.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scenarios.calibration.design import indices
from scenarios.calibration.emulator import FOLDS
from scenarios.calibration.posterior import (
    Surrogate,
    effective,
    prior_draws,
    weighted_quantiles,
    weights,
)
from scenarios.calibration.ranges import HIGH, LOW
from scenarios.calibration.results import Coverage
from scenarios.calibration.targets import Targets

Floats = NDArray[np.float64]

TRUTHS = 160
FEWEST_EFFECTIVE = 50.0
"""Truths for which fewer draws count are left out: their ranges would be noise."""


def coverage(
    surrogate: Surrogate,
    targets: Targets,
    values: Floats,
    figures: Floats,
    keys: Sequence[str],
    seed: int,
    draws: int,
) -> tuple[Coverage, ...]:
    """Return, by hypothesis, how many known truths its range held.

    Parameters
    ----------
    values, figures
        (n, a) hypotheses of the surrogate's columns and (n, K) figures of the first wave, whose
        rows come first in the emulators' folds.
    draws
        Draws of the prior that are weighed for each truth.
    keys
        Hypotheses to report.
    """
    names = [surrogate.space.keys[column] for column in indices(surrogate.columns)]
    places = [names.index(key) for key in keys]
    rows = np.flatnonzero(np.isfinite(figures).all(axis=1))[:TRUTHS]
    covariance = targets.covariance + surrogate.covariance
    root = np.linalg.cholesky(targets.covariance)
    noise = np.random.default_rng(seed + 3).standard_normal((len(rows), len(targets.rows)))
    told = figures[rows] + noise @ root.T
    held, truths = np.zeros(len(keys), dtype=np.int64), 0
    for fold in range(FOLDS):
        own = np.flatnonzero(surrogate.emulators[0].fold_of[rows] == fold)
        if not len(own) or not places:
            continue
        drawn = prior_draws(surrogate, draws, seed + 4, fold)
        for place in indices(own):
            weight = weights(drawn.figures, told[place], covariance)
            if effective(weight) < FEWEST_EFFECTIVE:
                continue
            low, high = weighted_quantiles(drawn.values[:, places], weight, (LOW, HIGH))
            truth = values[rows[place]][places]
            held += (low <= truth) & (truth <= high)
            truths += 1
    return tuple(Coverage(key, truths, int(n)) for key, n in zip(keys, held.tolist(), strict=True))
