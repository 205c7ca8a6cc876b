"""Evaluation of the indicators over a span of months, by the groups of one dimension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from model.indicators.records import Array
from model.indicators.register import Indicator, Weights, load_indicators


def _with_total(by_group: Array) -> Array:
    """Append the territory, the sum of the groups, to an array over groups (last axis)."""
    return np.concatenate([by_group, by_group.sum(axis=-1, keepdims=True)], axis=-1)


Sums = Mapping[str, Array]
"""Name of a quantity to its sum over each of T spans of months, by group: (T, G)."""


def _sums(quantities: Mapping[str, Array], spans: Sequence[slice]) -> Sums:
    """Add each quantity up over each span of months."""
    every = np.stack(list(quantities.values()))
    by_span = np.stack([every[:, span].sum(axis=1) for span in spans], axis=1)
    return dict(zip(quantities, by_span, strict=True))


def _weighted(sums: Sums, weights: Weights) -> Array:
    """Return a weighted sum of quantities, (T, G + 1)."""
    total = sum(factor * sums[name] for name, factor in weights)
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
    return {key: values[0] for key, values in evaluate_spans(quantities, [months]).items()}


def evaluate_spans(quantities: Mapping[str, Array], spans: Sequence[slice]) -> dict[str, Array]:
    """Evaluate as `evaluate` does over each of T spans of months: key to (T, G + 1)."""
    recorded = next(iter(quantities.values())).shape[0]
    lengths = np.array([len(range(*span.indices(recorded))) for span in spans])[:, None]
    sums = _sums(quantities, spans)
    found: dict[str, Array] = {}
    entries = load_indicators()
    for key, entry in entries.items():
        needed = entry.quantities()
        if not needed or not needed.issubset(quantities):
            continue
        if entry.kind == "ratio":
            found[key] = _ratio(entry, sums)
        else:
            total = _weighted(sums, entry.terms)
            found[key] = total / lengths if entry.kind == "stock" else total
    for key, entry in entries.items():
        if not set(entry.of).issubset(found):
            continue
        if entry.kind == "gap":
            found[key] = found[entry.of[0]] - found[entry.of[1]]
        elif entry.measure == "variation":
            of = found[entry.of[0]]
            found[key] = _territory_alone([_variation(values) for values in of[:, :-1]], of)
    return found


def evaluate_groups(quantities: Mapping[str, Array], months: slice) -> dict[str, Array]:
    """Evaluate the indicators that have a value for each group of a dimension, (G,) each."""
    entries = load_indicators()
    return {
        key: values[:-1]
        for key, values in evaluate(quantities, months).items()
        if not entries[key].territory_only
    }


def _ratio(entry: Indicator, sums: Sums) -> Array:
    top = _weighted(sums, entry.numerator)
    bottom = _weighted(sums, entry.denominator)
    sound = bottom > 0.0
    ratio = entry.scale * top / np.where(sound, bottom, 1.0)
    return np.where(sound, ratio, np.nan)


def _territory_alone(values: Sequence[float] | Array, like: Array) -> Array:
    """Return values for the territory and none for the groups."""
    made = np.full_like(like, np.nan)
    made[..., -1] = values
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
        Results of `evaluate` or `evaluate_spans` by zone, in the two runs of a pair.
    """
    found: dict[str, Array] = {}
    for key, entry in load_indicators().items():
        if entry.measure != "effect_range":
            continue
        before, after = base[entry.of[0]], scenario[entry.of[0]]
        rows = zip(np.atleast_2d(before), np.atleast_2d(after), strict=True)
        widths = np.array([_effect_width(first[:-1], second[:-1]) for first, second in rows])
        found[key] = _territory_alone(widths.reshape(before.shape[:-1]), before)
    return found


def _effect_width(before: Array, after: Array) -> float:
    """Return largest minus smallest change in per cent, over groups that have some before."""
    sound = before != 0.0
    effect = 100.0 * (after[sound] / before[sound] - 1.0)
    return float(effect.max() - effect.min()) if len(effect) else float("nan")
