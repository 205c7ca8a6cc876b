"""What is kept of a run to measure its resilience: a few quantities by month and zone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.indicators.watcher import WATCHED, WatchedMonths

Array = NDArray[np.float64]

_HOURS_A_MONTH = 1600.0 / 12.0
"""Insertion hours of one FTE in a month (`facts.md` 2.3)."""


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """Quantities of one run from some month on.

    Attributes
    ----------
    first
        Month of the scenario of the first row.
    values
        (W, months, Z), in the order of `WATCHED`.
    sector_jobs
        (months, G), jobs present by group of sectors.
    """

    first: int
    values: Array
    sector_jobs: Array

    @property
    def months(self) -> int:
        """Number of months."""
        return int(self.values.shape[1])

    def since(self, month: int) -> Watched:
        """Return what is kept from a later month of the scenario on."""
        skipped = month - self.first
        return Watched(month, self.values[:, skipped:], self.sector_jobs[skipped:])

    def of(self, name: str) -> Array:
        """Return a quantity by zone, then the territory (months, Z + 1)."""
        return with_total(self.values[WATCHED.index(name)])

    def vulnerable_fte(self) -> Array:
        """Return FTE of vulnerable people at work (months, Z + 1): posts and insertion hours.

        Hours worked by people lent by structures are posts already.
        """
        hours = self.of("insertion_hours_executed") / _HOURS_A_MONTH
        return self.of("posts_filled_fte") + np.maximum(hours - self.of("posts_lent_fte"), 0.0)


def watched_of(months: WatchedMonths, first: int) -> Watched:
    """Return the months of a run that begin in a month of the scenario."""
    return Watched(first, months.values, months.sector_jobs)


def with_total(by_zone: Array) -> Array:
    """Return values by zone with their sum last (..., Z + 1)."""
    return np.concatenate([by_zone, by_zone.sum(axis=-1, keepdims=True)], axis=-1)
