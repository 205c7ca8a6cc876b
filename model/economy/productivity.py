"""Productivity of a firm against its sector, and its unit cost (`model.md` 4.5).

The one drawn heterogeneity of costs, the same for firms of the territory and from outside:
log-normal, cut where a firm could not live at base prices, with pay that follows productivity.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_PROFIT = 0.1
"""Profit of the least productive firm over its sector's usual one."""


def least_productivity(labour_share: Floats, unit_cost: Floats, rent_sharing: float) -> Floats:
    """Return the lowest relative productivity at which a firm still makes ``LEAST_PROFIT``.

    Parameters
    ----------
    labour_share, unit_cost
        Labour and all costs per EUR of output, of the sector.
    rent_sharing
        Elasticity of pay to productivity.
    """
    other = unit_cost - labour_share
    ceiling = np.maximum(1.0 - LEAST_PROFIT * (1.0 - unit_cost) - other, 1e-3)
    return (labour_share / ceiling) ** (1.0 / (1.0 - rent_sharing))


def mean_productivity(least: Floats, spread: float) -> Floats:
    """Return the mean of a log-normal of mean 1 and log-spread ``spread`` raised to ``least``."""
    from scipy.special import ndtr

    z = np.log(np.maximum(least, 1e-300)) / spread + spread / 2.0
    return np.asarray(least * ndtr(z) + ndtr(spread - z))


def relative_cost(
    productivity: Floats, labour_share: Floats, unit_cost: Floats, rent_sharing: float
) -> Floats:
    """Return unit cost over the sector's at a relative productivity: ``other + labour·π^(σ-1)``."""
    other = unit_cost - labour_share
    return (other + labour_share * productivity ** (rent_sharing - 1.0)) / unit_cost
