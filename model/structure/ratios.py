"""A measure as a ratio of two sums by zone, so that the territory is the weighted mean of zones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ratio:
    """Sums by zone (Z,), or one of each (1,) for a measure of the whole territory.

    ``bottom`` is what the measure is a share or a mean of: EUR a year, firms, needs.
    """

    top: Floats
    bottom: Floats

    def values(self) -> Floats:
        """Return the ratio in each zone; NaN where there is nothing to be a share of."""
        sound = self.bottom > 0.0
        return np.where(sound, self.top / np.where(sound, self.bottom, 1.0), np.nan)

    def total(self) -> float:
        """Return the ratio of the territory."""
        bottom = float(self.bottom.sum())
        return float(self.top.sum()) / bottom if bottom > 0.0 else float("nan")


Ratios = Mapping[str, Ratio]
"""Key of a measure to its ratio, before the scale of the register."""


def shares_by_zone(
    zone: NDArray[np.integer], weight: Floats, parts: Mapping[str, Floats], zones: int
) -> dict[str, Ratio]:
    """Return means of ``parts`` (R,), weighted by ``weight`` (R,), in each zone (R,) of Z."""
    bottom = np.bincount(zone, weights=weight, minlength=zones)
    return {
        key: Ratio(np.bincount(zone, weights=weight * part, minlength=zones), bottom)
        for key, part in parts.items()
    }
