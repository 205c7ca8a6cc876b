"""Evaluation of the indicators over a span of months, by the groups of one dimension."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from model.indicators.records import Array
from model.indicators.register import Indicator, Weights, load_indicators


def _with_total(by_group: Array) -> Array:
    """Append the territory, the sum of the groups, to an array over groups (last axis)."""
    return np.concatenate([by_group, by_group.sum(axis=-1, keepdims=True)], axis=-1)


def _sum_over_months(quantities: Mapping[str, Array], weights: Weights, months: slice) -> Array:
    """Return the weighted sum of quantities over months, (G + 1,)."""
    total = sum(factor * quantities[name][months].sum(axis=0) for name, factor in weights)
    return _with_total(np.asarray(total, dtype=np.float64))


def evaluate(quantities: Mapping[str, Array], months: slice) -> dict[str, Array]:
    """Evaluate the indicators whose quantities are all given.

    The terms of a decomposition and the spread of effects need two runs: see `decompose` and
    `effect_ranges`. The variation between EPCI is that between the groups given: give zones, or
    use `evaluate_groups`.

    Parameters
    ----------
    quantities
        Name to float64 array (months, G), as in `Records.quantities` (zones) or `Breakdown`.
    months
        Span of months to read.

    Returns
    -------
    Indicator key to float64 array (G + 1,), the last column being the territory. A ratio whose
    denominator is not positive is NaN.
    """
    length = len(range(*months.indices(next(iter(quantities.values())).shape[0])))
    found: dict[str, Array] = {}
    entries = load_indicators()
    for key, entry in entries.items():
        needed = entry.quantities()
        if not needed or not needed.issubset(quantities):
            continue
        if entry.kind == "ratio":
            found[key] = _ratio(entry, quantities, months)
        else:
            total = _sum_over_months(quantities, entry.terms, months)
            found[key] = total / length if entry.kind == "stock" else total
    for key, entry in entries.items():
        if not set(entry.of).issubset(found):
            continue
        if entry.kind == "gap":
            found[key] = found[entry.of[0]] - found[entry.of[1]]
        elif entry.measure == "variation":
            found[key] = _territory_alone(_variation(found[entry.of[0]][:-1]), found[entry.of[0]])
    return found


def evaluate_groups(quantities: Mapping[str, Array], months: slice) -> dict[str, Array]:
    """Evaluate the indicators that have a value for each group of a dimension, (G,) each."""
    entries = load_indicators()
    return {
        key: values[:-1]
        for key, values in evaluate(quantities, months).items()
        if not entries[key].territory_only
    }


def _ratio(entry: Indicator, quantities: Mapping[str, Array], months: slice) -> Array:
    top = _sum_over_months(quantities, entry.numerator, months)
    bottom = _sum_over_months(quantities, entry.denominator, months)
    sound = bottom > 0.0
    ratio = entry.scale * top / np.where(sound, bottom, 1.0)
    return np.where(sound, ratio, np.nan)


def _territory_alone(value: float, like: Array) -> Array:
    """Return a value for the territory and none for the groups."""
    made = np.full_like(like, np.nan)
    made[-1] = value
    return made


def _variation(values: Array) -> float:
    """Return the coefficient of variation of values in per cent, those without one left out."""
    known = values[np.isfinite(values)]
    mean = float(known.mean()) if len(known) else 0.0
    return 100.0 * float(known.std()) / mean if mean > 0.0 else float("nan")


def effect_ranges(base: Mapping[str, Array], scenario: Mapping[str, Array]) -> dict[str, Array]:
    """Return how far apart zones are in the relative effect of a scenario, in points.

    Parameters
    ----------
    base, scenario
        Results of `evaluate` by zone, in the two runs of a pair.
    """
    found: dict[str, Array] = {}
    for key, entry in load_indicators().items():
        if entry.measure != "effect_range":
            continue
        before, after = base[entry.of[0]], scenario[entry.of[0]]
        sound = before[:-1] != 0.0
        effect = 100.0 * (after[:-1][sound] / before[:-1][sound] - 1.0)
        width = float(effect.max() - effect.min()) if len(effect) else float("nan")
        found[key] = _territory_alone(width, before)
    return found
