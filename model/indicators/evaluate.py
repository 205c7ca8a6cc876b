"""Evaluation of the indicators over a span of months."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from model.indicators.records import Array
from model.indicators.register import Weights, load_indicators


def _with_total(by_zone: Array) -> Array:
    """Append the territory, the sum of the zones, to an array over zones (last axis)."""
    return np.concatenate([by_zone, by_zone.sum(axis=-1, keepdims=True)], axis=-1)


def _sum_over_months(quantities: Mapping[str, Array], weights: Weights, months: slice) -> Array:
    """Return the signed sum of quantities over months, (Z + 1,)."""
    total = sum(sign * quantities[name][months].sum(axis=0) for name, sign in weights)
    return _with_total(np.asarray(total, dtype=np.float64))


def evaluate(quantities: Mapping[str, Array], months: slice) -> dict[str, Array]:
    """Evaluate every indicator of the register but the terms of a decomposition.

    Parameters
    ----------
    quantities
        Name to float64 array (months, Z), as in `Records.quantities`.
    months
        Span of months to read.

    Returns
    -------
    Indicator key to float64 array (Z + 1,), the last column being the territory. A ratio whose
    denominator is not positive is NaN.
    """
    length = len(range(*months.indices(next(iter(quantities.values())).shape[0])))
    found: dict[str, Array] = {}
    for key, entry in load_indicators().items():
        if entry.kind == "stock":
            found[key] = _sum_over_months(quantities, entry.terms, months) / length
        elif entry.kind == "flow":
            found[key] = _sum_over_months(quantities, entry.terms, months)
        elif entry.kind == "ratio":
            top = _sum_over_months(quantities, entry.numerator, months)
            bottom = _sum_over_months(quantities, entry.denominator, months)
            sound = bottom > 0.0
            ratio = entry.scale * top / np.where(sound, bottom, 1.0)
            found[key] = np.where(sound, ratio, np.nan)
    return found
