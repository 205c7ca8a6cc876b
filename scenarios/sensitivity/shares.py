"""What the interval of a result comes from: variance shared out between independent inputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.random_streams import uniform

Array = NDArray[np.float64]

RESAMPLES = 2000
TAIL = 0.05
WIDEST = 0.5
"""Width of the interval of a share from which it is too uncertain to be read."""


@dataclass(frozen=True, slots=True)
class Share:
    """Part of the variance of a result that comes from one input, with 90 % intervals.

    ``alone`` is the part that goes if this input were known (first-order index); ``in_all`` the
    part that stays if all others were (total index): what it does together with others is counted
    with each of them. ``part`` is its total index over the sum of those of all inputs: parts add up
    to one, and are known better than the other two.
    """

    source: str
    part: float
    part_low: float
    part_high: float
    alone: float
    alone_low: float
    alone_high: float
    in_all: float
    in_all_low: float
    in_all_high: float

    @property
    def uncertain(self) -> bool:
        """Whether the share is too uncertain to be read."""
        return self.part_high - self.part_low > WIDEST


def indices(values: Array) -> tuple[Array, Array]:
    """Return first-order and total indices, (K,) each.

    Parameters
    ----------
    values
        (n, K + 2): results at a first point, at a second that shares nothing with it, and at the
        first with each of K inputs changed to those of the second.

    Notes
    -----
    With f the first, g the second and f_i the changed ones, and V the variance of all, the total
    index is mean((f - f_i)²) / 2V and the first-order one 1 - mean((g - f_i)²) / 2V (Jansen 1999,
    doi 10.1016/S0010-4655(98)00154-4; Saltelli et al. 2010, doi 10.1016/j.cpc.2009.09.018).
    """
    first, second, changed = values[:, 0], values[:, 1], values[:, 2:]
    variance = float(values.var(ddof=1))
    if variance <= 0.0:
        nothing = np.full(changed.shape[1], np.nan)
        return nothing, nothing.copy()
    total = ((first[:, None] - changed) ** 2).mean(axis=0) / (2.0 * variance)
    alone = 1.0 - ((second[:, None] - changed) ** 2).mean(axis=0) / (2.0 * variance)
    return alone, total


def shares(values: Array, sources: tuple[str, ...]) -> tuple[Share, ...]:
    """Return the share of each input, with the interval that rows drawn again give."""
    n = len(values)
    drawn = uniform(0, "rows of shares", np.arange(RESAMPLES)[:, None], np.arange(n)[None, :])
    again = np.array([_all_three(values[rows]) for rows in (drawn * n).astype(np.int64)])
    again = again[np.isfinite(again).all(axis=(1, 2))]
    found = _all_three(values)
    if len(again) == 0:
        return tuple(Share(source, *[float("nan")] * 9) for source in sources)
    bounds = np.quantile(again, [TAIL, 1.0 - TAIL], axis=0)
    told = np.stack([found, bounds[0], bounds[1]], axis=1)
    return tuple(
        Share(source, *(float(value) for value in told[:, :, k].ravel()))
        for k, source in enumerate(sources)
    )


def _all_three(values: Array) -> Array:
    """Return parts, first-order and total indices (3, K)."""
    alone, total = indices(values)
    whole = float(total.sum())
    part = total / whole if whole > 0.0 else np.full_like(total, np.nan)
    return np.stack([part, alone, total])
