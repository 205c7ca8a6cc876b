"""From figures to ranges: history matching, and weights of draws of the prior.

With e the emulators' predictions, t the published figures and S the sum of the covariances of their
errors and of the emulators', a draw has implausibility max_k |t_k − e_k| / √S_kk and weight
exp(−½ (t − e)ᵀ S⁻¹ (t − e)).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.calibration.design import Space
from scenarios.calibration.emulator import Emulator, residual_covariance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHUNK = 50_000
"""Draws of the prior that are looked at together."""


@dataclass(frozen=True, eq=False)
class Surrogate:
    """Emulators of K figures over the hypotheses that any of them sees.

    Attributes
    ----------
    space
        The d hypotheses.
    emulators
        K surfaces, whose columns are those of the whole space.
    columns
        (a,) hypotheses that at least one figure sees.
    covariance
        (K, K) of the emulators' errors.
    """

    space: Space
    emulators: tuple[Emulator, ...]
    columns: Ints
    covariance: Floats

    @classmethod
    def of(cls, space: Space, emulators: Sequence[Emulator]) -> Surrogate:
        """Gather emulators."""
        seen = np.unique(np.concatenate([one.active for one in emulators]))
        return cls(space, tuple(emulators), seen, residual_covariance(emulators))

    def values(self, shares: Floats) -> Floats:
        """Return the values (n, a) of shares (n, a) of the prior of ``columns``."""
        return self.space.fast_values(shares, self.columns)

    def predict(self, values: Floats, fold: int | None = None) -> Floats:
        """Return K figures (n, K) at values (n, a) of ``columns``."""
        x = np.zeros((len(values), len(self.space.entries)))
        x[:, self.columns] = self.space.scaled(values, self.columns)
        return np.stack([one.predict(x, fold) for one in self.emulators], axis=1)


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws of the prior with what the emulators make of them: values (n, a), figures (n, K)."""

    values: Floats
    figures: Floats


def prior_draws(surrogate: Surrogate, count: int, seed: int, fold: int | None = None) -> Draws:
    """Return draws of the prior; the same for any fold."""
    rng = np.random.default_rng(seed)
    shares = rng.random((count, len(surrogate.columns)))
    values = surrogate.values(shares)
    parts = [
        surrogate.predict(values[start : start + CHUNK], fold) for start in range(0, count, CHUNK)
    ]
    return Draws(values, np.concatenate(parts))


def implausibility(figures: Floats, target: Floats, covariance: Floats) -> Floats:
    """Return (n,) the largest standardised distance of n predictions (n, K) to K figures."""
    return (np.abs(figures - target) / np.sqrt(np.diag(covariance))).max(axis=1)


def weights(figures: Floats, target: Floats, covariance: Floats) -> Floats:
    """Return the weights (n,) of n predictions (n, K), which add up to 1."""
    root = np.linalg.cholesky(covariance)
    distance = np.linalg.solve(root, (figures - target).T)
    log_weight = -0.5 * (distance**2).sum(axis=0)
    raised = np.exp(log_weight - log_weight.max())
    return raised / raised.sum()


def effective(weight: Floats) -> float:
    """Return how many draws of equal weight would know as much (Kish)."""
    return float(1.0 / (weight**2).sum())


def weighted_quantiles(values: Floats, weight: Floats, levels: Sequence[float]) -> Floats:
    """Return the (L, a) quantiles of the columns of (n, a) weighted values."""
    found = np.empty((len(levels), values.shape[1]))
    for k in range(values.shape[1]):
        order = np.argsort(values[:, k])
        below = np.cumsum(weight[order]) - 0.5 * weight[order]
        found[:, k] = np.interp(levels, below, values[order, k])
    return found


def weighted_correlations(values: Floats, weight: Floats) -> Floats:
    """Return the (a, a) correlations of weighted values (n, a)."""
    centred = values - weight @ values
    covariance = (centred * weight[:, None]).T @ centred
    deviation = np.sqrt(np.diag(covariance))
    return covariance / np.outer(deviation, deviation)


def plausible_shares(
    surrogate: Surrogate, target: Floats, covariance: Floats, bound: float, seed: int
) -> Iterator[tuple[Floats, float]]:
    """Yield batches of shares (m, a) of the prior that are not ruled out, and the part they are."""
    rng = np.random.default_rng(seed)
    while True:
        shares = rng.random((CHUNK, len(surrogate.columns)))
        figures = surrogate.predict(surrogate.values(shares))
        kept = implausibility(figures, target, covariance) < bound
        yield shares[kept], float(kept.mean())
