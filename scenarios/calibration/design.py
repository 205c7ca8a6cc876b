"""Points of a design: values of every run-time hypothesis, spread over their prior ranges.

A point is d shares in (0, 1), one a hypothesis; each becomes the value that leaves this share of
the hypothesis' prior below it, so that points drawn evenly are draws of the prior.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from model.hypotheses import Hypothesis, load_register
from model.hypotheses.values import prior_quantile

Floats = NDArray[np.float64]

GRADE = "C"
"""Grade of the hypotheses that are calibrated; those of grade B vary too and keep their prior."""


@dataclass(frozen=True)
class Space:
    """The d hypotheses that vary, in order of key."""

    entries: tuple[Hypothesis, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the hypotheses."""
        return tuple(entry.key for entry in self.entries)

    @cached_property
    def _bounds(self) -> tuple[Floats, Floats, Floats]:
        low = np.array([entry.low for entry in self.entries])
        high = np.array([entry.high for entry in self.entries])
        return low, np.array([entry.prior_value for entry in self.entries]), high

    @cached_property
    def calibrated(self) -> NDArray[np.bool_]:
        """(d,) whether each may be calibrated."""
        return np.array([entry.grade == GRADE for entry in self.entries])

    def values(self, shares: Floats) -> Floats:
        """Return the (n, d) values of (n, d) shares of the prior."""
        columns = [
            np.array([prior_quantile(entry, u) for u in shares[:, k].tolist()])
            for k, entry in enumerate(self.entries)
        ]
        return np.clip(np.stack(columns, axis=1), self._bounds[0], self._bounds[2])

    def fast_values(self, shares: Floats, columns: NDArray[np.int64]) -> Floats:
        """Return values of many shares (n, a) of some hypotheses, from a table of quantiles."""
        grid = np.linspace(0.0, 1.0, 513)
        made: list[Floats] = []
        for k, column in enumerate(indices(columns)):
            entry = self.entries[column]
            table = np.array([prior_quantile(entry, u) for u in grid.tolist()])
            made.append(np.interp(shares[:, k], grid, table))
        return np.stack(made, axis=1)

    def scaled(self, values: Floats, columns: NDArray[np.int64] | None = None) -> Floats:
        """Return values (n, d) as places between the bounds of each hypothesis, -1 to 1."""
        low, _, high = self._bounds
        if columns is not None:
            low, high = low[columns], high[columns]
        return 2.0 * (values - low) / (high - low) - 1.0


def indices(columns: NDArray[np.int64]) -> list[int]:
    """Return columns as plain integers."""
    return [int(column) for column in columns]


def space_of_run_hypotheses() -> Space:
    """Return every run-time hypothesis of grade B and C that varies: no choice is made by hand."""
    chosen = [e for e in load_register().values() if e.varies and e.high > e.low]
    return Space(tuple(chosen))


def sobol_shares(dimensions: int, points: int, seed: int) -> Floats:
    """Return a scrambled Sobol design (points, dimensions), each share within (0, 1)."""
    sampler = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
    drawn = sampler.random_base2(max(1, math.ceil(math.log2(points))))[:points]
    return np.clip(drawn, 1e-9, 1.0 - 1e-9)
