"""Emulators: quadratic surfaces that stand for the model, one for each figure.

A figure is first regressed on hypotheses, taken in as long as they count; these enter a surface
with squares and products, fitted by ridge regression. Its error is that of rows left out of the
fit, and holds what seeds and the hypotheses left out do.
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
ALIASED = 0.1
"""Part of a column's variance that must be its own beside those already chosen."""


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
    """Return the columns of (n, d) hypotheses that count for a figure (n,), and all shares (d,).

    Columns enter one by one, each time the one that explains most of what the others leave, while
    it is told from zero at `SCREENING_LEVEL` shared out among the columns (Bonferroni) and makes
    `LEAST_SHARE` of the variance. The share of a column is what it makes alone in the regression
    on all of those chosen; that of the others is 0.
    """
    n, d = x.shape
    centred, rest = x - x.mean(axis=0), y - y.mean()
    total = float((rest**2).sum())
    chosen: list[int] = []
    shares = np.zeros(d)
    bound = cast("float", stdtrit(n - 2, 1.0 - SCREENING_LEVEL / (2.0 * d)))
    free, whole = centred.copy(), (centred**2).sum(axis=0)
    while len(chosen) < MOST_ACTIVE and total > 0.0:
        squares = (free**2).sum(axis=0)
        # what is nearly a sum of those chosen cannot be told from them
        usable = squares > ALIASED * whole
        explained = np.where(usable, (free.T @ rest) ** 2 / np.maximum(squares, 1e-300), 0.0)
        best = int(np.argmax(explained))
        gain = float(explained[best])
        left = max(float((rest**2).sum()) - gain, 1e-12 * total) / (n - len(chosen) - 2)
        if gain < bound**2 * left or gain < LEAST_SHARE * total:
            break
        chosen.append(best)
        direction = free[:, best] / np.sqrt(squares[best])
        rest = rest - direction * float((direction * rest).sum())
        free = free - np.outer(direction, direction @ free)
    if chosen:
        slope = np.linalg.lstsq(centred[:, chosen], y - y.mean(), rcond=None)[0]
        shares[chosen] = slope**2 * whole[chosen] / total
    return np.array(chosen, dtype=np.int64), shares


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
