"""What one run gives: its indicators over the horizon, by year and by quarter, and its months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.indicators import (
    Records,
    decompose_spans,
    effect_ranges,
    evaluate_groups,
    evaluate_spans,
    load_indicators,
)
from model.indicators.records import QUANTITIES, QUANTITIES_BY_DIMENSION

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RunResult:
    """Indicators of one run, its difference terms against the baseline of its seed.

    K indicators; Z zones, then the territory; NaN where undefined.

    Attributes
    ----------
    values
        (K, Z + 1) over the whole horizon.
    yearly
        (Y, K, Z + 1) by year of the scenario (the last may be short).
    quarterly
        (T, K) of the territory by quarter (the last may be short).
    group_values
        Dimension to (K, G) over the whole horizon.
    """

    values: Array
    yearly: Array
    quarterly: Array
    group_values: dict[str, Array]


@dataclass(frozen=True, slots=True, eq=False)
class RunMonths:
    """Recorded quantities of one run, month by month.

    Attributes
    ----------
    monthly
        (Q, months, Z), in the order of `QUANTITIES`.
    by_group
        Dimension to (Q, months, G), in the order of `QUANTITIES_BY_DIMENSION`.
    """

    monthly: Array
    by_group: dict[str, Array]


@dataclass(frozen=True, slots=True)
class Layout:
    """What the axes of results stand for, the same in every run of a territory.

    ``zones`` are zone keys, ``start`` the first month as ``"2027-01"``, ``groups`` the groups of
    each dimension other than zones.
    """

    zones: tuple[str, ...]
    start: str
    groups: dict[str, tuple[str, ...]]


def layout_of(records: Records) -> Layout:
    """Return the layout of a run."""
    groups = {dimension: part.groups for dimension, part in records.breakdowns.items()}
    return Layout(records.zones, records.start, groups)


def spans_of(months: int, length: int) -> list[slice]:
    """Return the spans of ``length`` months that cover a horizon; the last may be shorter."""
    return [slice(first, min(first + length, months)) for first in range(0, months, length)]


def year_spans(months: int) -> list[slice]:
    """Return the years that cover a horizon."""
    return spans_of(months, 12)


def quarter_spans(months: int) -> list[slice]:
    """Return the quarters that cover a horizon."""
    return spans_of(months, 3)


def measure_run(base: Records, records: Records, months: int) -> tuple[RunResult, RunMonths]:
    """Measure the first months of a run against the baseline of its seed (itself, if it is it)."""
    years, quarters = year_spans(months), quarter_spans(months)
    found = indicators_of(base, records, [slice(0, months), *years, *quarters])
    by_dimension: dict[str, Array] = {}
    monthly: dict[str, Array] = {}
    for dimension, part in records.breakdowns.items():
        levels = evaluate_groups(part.quantities, slice(0, months))
        absent = np.full(len(part.groups), np.nan)
        by_dimension[dimension] = np.stack([levels.get(key, absent) for key in load_indicators()])
        names = QUANTITIES_BY_DIMENSION[dimension]
        monthly[dimension] = np.stack([part.quantities[name][:months] for name in names])
    # copies, so that what is kept does not hold the quarters of every zone
    result = RunResult(
        values=found[0].copy(),
        yearly=found[1 : len(years) + 1].copy(),
        quarterly=found[len(years) + 1 :, :, -1].copy(),
        group_values=by_dimension,
    )
    every = np.stack([records.quantities[name][:months] for name in QUANTITIES])
    return result, RunMonths(every, monthly)


def indicators_of(base: Records, records: Records, spans: list[slice]) -> Array:
    """Return all indicators of a run, and its terms against the base, by span (T, K, Z + 1)."""
    levels = evaluate_spans(records.quantities, spans)
    before = levels if base is records else evaluate_spans(base.quantities, spans)
    levels |= effect_ranges(before, levels)
    terms = decompose_spans(base, records, spans)
    rows = [
        terms[entry.decomposition_term] if entry.kind == "decomposition" else levels[key]
        for key, entry in load_indicators().items()
    ]
    return np.stack(rows, axis=1)
