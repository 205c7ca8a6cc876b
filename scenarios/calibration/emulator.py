"""Emulators: quadratic surfaces that stand for the model, one for each figure.

A figure is first regressed on all hypotheses at once; those that count enter a surface with squares
and products, fitted by ridge regression. Its error is that of rows left out of the fit, and holds
what seeds and the hypotheses left out do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDS = 8
PENALTIES = (0.1, 1.0, 10.0, 100.0)
SCREENING_LEVEL = 0.05
"""Chance that a hypothesis without effect passes, over all hypotheses for one figure."""
LEAST_SHARE = 0.01
"""Share of a figure's variance that a hypothesis must make to count."""
MOST_ACTIVE = 12
FEWEST_SPARE_ROWS = 30


@dataclass(frozen=True, eq=False)
class Emulator:
    """Surface of one figure.

    Attributes
    ----------
    active
        (a,) columns of the hypotheses that count, the strongest first.
    shares
        (d,) part of the figure's variance that each hypothesis makes alone (first order).
    center, scale
        Mean and standard deviation of the figure over the design.
    coefficients
        (f,) of the features (see `features`), for the figure centred and scaled.
    folds
        (FOLDS, f) the same without the rows of each fold.
    fold_of
        (n,) fold in which each row was left out.
    residuals
        (n,) figure less its prediction out of fold; NaN where the figure is undefined.
    """

    active: Ints
    shares: Floats
    center: float
    scale: float
    coefficients: Floats
    folds: Floats
    fold_of: Ints
    residuals: Floats

    @property
    def error(self) -> float:
        """Standard deviation of the figure around its prediction, out of fold."""
        return float(np.sqrt(np.nanmean(self.residuals**2)))

    @property
    def fit(self) -> float:
        """Share of variance explained out of fold; 0 at worst."""
        return max(0.0, 1.0 - (self.error / self.scale) ** 2) if self.scale > 0 else 0.0

    def predict(self, x: Floats, fold: int | None = None) -> Floats:
        """Return the figure at (n, d) scaled hypotheses; with ``fold``, without its rows."""
        chosen = self.coefficients if fold is None else self.folds[fold]
        return self.center + self.scale * (features(x[:, self.active]) @ chosen)


def features(x: Floats) -> Floats:
    """Return (n, f): 1, each column, its square, and the product of each pair."""
    n, a = x.shape
    upper = np.triu_indices(a)
    return np.concatenate([np.ones((n, 1)), x, x[:, upper[0]] * x[:, upper[1]]], axis=1)


def screen(x: Floats, y: Floats) -> tuple[Ints, Floats]:
    """Return the columns of (n, d) hypotheses that count for a figure (n,), and every share.

    All enter one linear regression. A column counts if its coefficient is told from zero at
    `SCREENING_LEVEL` shared out among the columns (Bonferroni), and if it makes `LEAST_SHARE` of
    the variance. With hardly more rows than columns, each is regressed alone.
    """
    n, d = x.shape
    centred, figure = x - x.mean(axis=0), y - y.mean()
    variance = float((figure**2).sum()) / n
    if variance <= 0.0:
        return np.zeros(0, dtype=np.int64), np.zeros(d)
    squares = (centred**2).sum(axis=0)
    spare = n - d - 1
    if spare >= FEWEST_SPARE_ROWS:
        inverse = np.linalg.inv(centred.T @ centred)
        slope = inverse @ (centred.T @ figure)
        rest = figure - centred @ slope
        deviation = np.sqrt(float((rest**2).sum()) / spare * np.diag(inverse))
    else:
        spare = n - 2
        slope = centred.T @ figure / squares
        rest = figure[:, None] - centred * slope
        deviation = np.sqrt((rest**2).sum(axis=0) / spare / squares)
    strength = np.abs(slope) / np.maximum(deviation, 1e-300)
    shares = slope**2 * squares / n / variance
    bound = cast("float", stdtrit(spare, 1.0 - SCREENING_LEVEL / (2.0 * d)))
    counts = np.flatnonzero((strength > bound) & (shares >= LEAST_SHARE))
    return counts[np.argsort(-shares[counts])][:MOST_ACTIVE], shares


def fit_emulator(x: Floats, y: Floats) -> Emulator:
    """Fit the surface of a figure (n,) over (n, d) scaled hypotheses; rows with NaN are left out.

    The ridge penalty is the one of `PENALTIES` with the least error out of fold.
    """
    sound = np.flatnonzero(np.isfinite(y))
    # at random: rows of a Sobol sequence at equal steps are not spread over the space
    fold_of = np.random.default_rng(0).permutation(len(y)) % FOLDS
    active, shares = screen(x[sound], y[sound])
    center, scale = float(y[sound].mean()), float(y[sound].std())
    figure = (y - center) / (scale if scale > 0 else 1.0)
    made = features(x[:, active])
    best: tuple[float, Floats, Floats] | None = None
    for penalty in PENALTIES:
        folds = np.stack(
            [
                _ridge(made[kept], figure[kept], penalty)
                for kept in (sound[fold_of[sound] != fold] for fold in range(FOLDS))
            ]
        )
        residuals = figure - np.einsum("nf,nf->n", made, folds[fold_of])
        error = float((residuals[sound] ** 2).mean())
        if best is None or error < best[0]:
            best = (error, folds, _ridge(made[sound], figure[sound], penalty))
    assert best is not None
    residuals = scale * (figure - np.einsum("nf,nf->n", made, best[1][fold_of]))
    return Emulator(active, shares, center, scale, best[2], best[1], fold_of, residuals)


def _ridge(made: Floats, figure: Floats, penalty: float) -> Floats:
    """Return ridge coefficients; the constant is not shrunk."""
    weight = np.full(made.shape[1], penalty)
    weight[0] = 1e-9
    return np.linalg.solve(made.T @ made + np.diag(weight), made.T @ figure)


def residual_covariance(emulators: Sequence[Emulator]) -> Floats:
    """Return the (K, K) covariance of errors of K emulators, from rows that both have."""
    residuals = np.stack([one.residuals for one in emulators])
    sound = np.isfinite(residuals)
    filled = np.where(sound, residuals, 0.0)
    both = (sound[:, None, :] & sound[None, :, :]).sum(axis=2)
    return (filled @ filled.T) / np.maximum(both, 1)
