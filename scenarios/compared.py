"""The result of a comparison: arrays of runs, from which rows are made when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from model.indicators import Indicator, load_indicators
from model.indicators.breakdowns import EPCI
from scenarios.costs import CostPerJob, cost_per_job
from scenarios.euro_flows import EuroFlow, euro_flows
from scenarios.gains import Gain, who_gains
from scenarios.results import ALL_ZONES, ResultRow
from scenarios.run_results import RunResult, quarter_spans, year_spans
from scenarios.schema import Scenario
from scenarios.statistics import (
    PairedArrays,
    number_or_none,
    one_run_interval,
    paired_statistics,
)

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class YearRow:
    """A `ResultRow` of one year of the scenario (``year`` as ``"2027"``)."""

    year: str
    row: ResultRow


@dataclass(frozen=True, slots=True)
class TrajectoryPoint:
    """One indicator of the territory in one quarter of a scenario.

    ``first_month`` counts from the start, ``months`` is 3 or, at the end of a horizon, fewer;
    ``label`` is ``"2027-T1"``. The four bounds are 90 % intervals of the level of one run, as
    `ResultRow` has them for the difference of one pair; None under 5 pairs.
    """

    first_month: int
    months: int
    label: str
    row: ResultRow
    value_low: float | None
    value_high: float | None
    baseline_low: float | None
    baseline_high: float | None


@dataclass(frozen=True, eq=False)
class Comparison:
    """Result of a comparison.

    It keeps the indicators of each run; statistics are made when first asked for, and kept. One
    row is cheap; ``rows``, ``years`` and `as_json` make thousands of them.

    Attributes
    ----------
    territory, months, pairs, seed, central
        What was run; ``pairs`` counts those that were finished.
    context
        What happens around purchasing, in the baseline and every scenario alike.
    scenarios
        The S scenarios, in order, without the baseline.
    zones, start
        Zone keys, and first month as ``"2027-01"``.
    groups
        Groups of each dimension other than zones.
    runs
        The baseline and each scenario (S + 1) of each pair.
    monthly
        (S + 1, Q, months, Z) recorded quantities, mean over pairs.
    group_monthly
        Dimension to (S + 1, Q, months, G) recorded quantities, mean over pairs.
    overrides
        Hypotheses edited for this comparison, (key, value): the same in every pair.
    """

    territory: str
    months: int
    pairs: int
    seed: int
    central: bool
    context: Scenario
    scenarios: tuple[Scenario, ...]
    zones: tuple[str, ...]
    start: str
    groups: dict[str, tuple[str, ...]]
    runs: tuple[tuple[RunResult, ...], ...]
    monthly: Array
    group_monthly: dict[str, Array]
    overrides: tuple[tuple[str, float], ...] = ()

    # --- Values of each pair ----------------------------------------------------------------------

    @cached_property
    def pair_values(self) -> Array:
        """(pairs, S + 1, K, Z + 1) indicators of each run; NaN where undefined."""
        return np.array([[run.values for run in pair] for pair in self.runs])

    @cached_property
    def quarterly_values(self) -> Array:
        """(pairs, S + 1, T, K) indicators of the territory by quarter."""
        return np.array([[run.quarterly for run in pair] for pair in self.runs])

    @cached_property
    def group_values(self) -> dict[str, Array]:
        """Dimension to (pairs, S + 1, K, G) indicators of each run; NaN where not defined."""
        return {
            dimension: np.array([[run.group_values[dimension] for run in p] for p in self.runs])
            for dimension in self.groups
        }

    def pair_differences(self, scenario: str, indicator: str, zone: str = ALL_ZONES) -> Array:
        """Return scenario minus baseline in each pair, (pairs,); NaN where undefined.

        Raises
        ------
        KeyError
            Unknown scenario, indicator or zone.
        """
        s, k, z = self._scenario(scenario), self._indicator(indicator), self._zone(zone)
        return self.pair_values[:, s + 1, k, z] - self.pair_values[:, 0, k, z]

    # --- One row ----------------------------------------------------------------------------------

    def row(self, scenario: str, indicator: str, zone: str = ALL_ZONES) -> ResultRow:
        """Return the row of a zone, or of the territory.

        Raises
        ------
        KeyError
            There is none.
        """
        s, k, z = self._scenario(scenario), self._indicator(indicator), self._zone(zone)
        if zone != ALL_ZONES and load_indicators()[indicator].territory_only:
            raise KeyError((scenario, indicator, zone))
        dimension = ALL_ZONES if zone == ALL_ZONES else EPCI
        return _row(self._horizon, (s, k, z), scenario, indicator, zone, dimension, zone)

    def group_row(self, scenario: str, indicator: str, dimension: str, group: str) -> ResultRow:
        """Return the row of a group of a dimension, zones and the territory included.

        Raises
        ------
        KeyError
            There is none: unknown names, or an indicator that the dimension does not have.
        """
        if dimension in (ALL_ZONES, EPCI) and (dimension == group) == (dimension == ALL_ZONES):
            return self.row(scenario, indicator, group)
        s, k = self._scenario(scenario), self._indicator(indicator)
        if group not in self.groups.get(dimension, ()) or not self._defined[dimension][k]:
            raise KeyError((scenario, indicator, dimension, group))
        cell = (s, k, self.groups[dimension].index(group))
        return _row(self._by_group[dimension], cell, scenario, indicator, None, dimension, group)

    def trajectory(self, scenario: str, indicator: str) -> tuple[TrajectoryPoint, ...]:
        """Return an indicator of the territory quarter by quarter.

        Raises
        ------
        KeyError
            Unknown scenario or indicator.
        """
        s, k = self._scenario(scenario), self._indicator(indicator)
        baseline, value = self.quarterly_values[:, 0, :, k], self.quarterly_values[:, s + 1, :, k]
        statistics = paired_statistics(baseline, value)
        sound = np.isfinite(baseline) & np.isfinite(value)
        bounds = (*one_run_interval(value, sound), *one_run_interval(baseline, sound))
        points: list[TrajectoryPoint] = []
        for t, span in enumerate(quarter_spans(self.months)):
            row = _row(statistics, (t,), scenario, indicator, ALL_ZONES, ALL_ZONES, ALL_ZONES)
            levels = (number_or_none(bound[t]) for bound in bounds)
            label = self._quarter_label(span.start)
            points.append(TrajectoryPoint(span.start, span.stop - span.start, label, row, *levels))
        return tuple(points)

    # --- All rows ---------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> tuple[ResultRow, ...]:
        """Statistics over the horizon: of the territory and zones, then of other dimensions."""
        return (*self._zone_rows(self._horizon), *self._group_rows())

    @cached_property
    def years(self) -> tuple[YearRow, ...]:
        """Statistics by year, of the territory and zones."""
        first = int(self.start.split("-")[0])
        found: list[YearRow] = []
        for y in range(len(year_spans(self.months))):
            values = np.array([[run.yearly[y] for run in pair] for pair in self.runs])
            of_year = self._zone_rows(paired_statistics(values[:, :1], values[:, 1:]))
            found.extend(YearRow(str(first + y), row) for row in of_year)
        return tuple(found)

    @cached_property
    def costs(self) -> tuple[CostPerJob, ...]:
        """Public cost per additional job, scenario by scenario."""
        names = [scenario.name for scenario in self.scenarios]
        return tuple(
            cost_per_job(self.row(name, "jobs_net"), self.row(name, "public_cost"), self.months)
            for name in names
        )

    @cached_property
    def gains(self) -> tuple[Gain, ...]:
        """Who surely gains or loses, scenario by scenario."""
        return tuple(who_gains(self.rows))

    @cached_property
    def flows(self) -> tuple[EuroFlow, ...]:
        """Where the euro of contracts goes, in the baseline and each scenario."""
        names = [scenario.name for scenario in self.scenarios]
        return tuple(euro_flows(self.rows, names, self.months))

    def rows_of(self, scenario: str, dimension: str) -> dict[tuple[str, str], ResultRow]:
        """Return the rows of a scenario and dimension by indicator and group."""
        return {
            (row.indicator, row.group): row
            for row in self.rows
            if row.scenario == scenario and row.dimension == dimension
        }

    def as_json(self) -> dict[str, object]:
        """Return the comparison as plain JSON values."""
        return {
            "territory": self.territory,
            "months": self.months,
            "pairs": self.pairs,
            "seed": self.seed,
            "central": self.central,
            "context": "" if self.context.changes_nothing else self.context.name,
            "edited_hypotheses": dict(self.overrides),
            "start": self.start,
            "indicators": {
                key: {"unit": entry.unit, "direction": entry.direction, "base": entry.base}
                for key, entry in load_indicators().items()
            },
            "results": [asdict(row) for row in self.rows],
            "costs_per_job": [asdict(cost) for cost in self.costs],
            "who_gains": [asdict(gain) for gain in self.gains],
            "euro_flows": [asdict(flow) for flow in self.flows],
        }

    # --- Statistics and places --------------------------------------------------------------------

    @cached_property
    def _horizon(self) -> PairedArrays:
        """Statistics over the horizon, (S, K, Z + 1)."""
        return paired_statistics(self.pair_values[:, :1], self.pair_values[:, 1:])

    @cached_property
    def _by_group(self) -> dict[str, PairedArrays]:
        """Dimension to statistics over the horizon, (S, K, G)."""
        return {
            dimension: paired_statistics(values[:, :1], values[:, 1:])
            for dimension, values in self.group_values.items()
        }

    @cached_property
    def _defined(self) -> dict[str, NDArray[np.bool_]]:
        """Dimension to whether some run has a value of each indicator, (K,)."""
        return {
            dimension: np.isfinite(values).any(axis=(0, 1, 3))
            for dimension, values in self.group_values.items()
        }

    @cached_property
    def _scenario_places(self) -> dict[str, int]:
        return {scenario.name: s for s, scenario in enumerate(self.scenarios)}

    @cached_property
    def _zone_places(self) -> dict[str, int]:
        return {ALL_ZONES: len(self.zones)} | {zone: z for z, zone in enumerate(self.zones)}

    @cached_property
    def _indicator_places(self) -> dict[str, int]:
        return {key: k for k, key in enumerate(load_indicators())}

    def _scenario(self, name: str) -> int:
        return self._scenario_places[name]

    def _zone(self, key: str) -> int:
        return self._zone_places[key]

    def _indicator(self, key: str) -> int:
        return self._indicator_places[key]

    def _zone_rows(self, statistics: PairedArrays) -> Iterator[ResultRow]:
        """Make the rows of (S, K, Z + 1) statistics; the territory comes first."""
        territory = (ALL_ZONES, ALL_ZONES, len(self.zones))
        columns = [territory, *((EPCI, zone, z) for z, zone in enumerate(self.zones))]
        for s, scenario, k, entry in self._cells():
            for dimension, zone, z in columns[:1] if entry.territory_only else columns:
                cell = (s, k, z)
                yield _row(statistics, cell, scenario, entry.key, zone, dimension, zone)

    def _group_rows(self) -> Iterator[ResultRow]:
        """Make the rows of each dimension other than zones, where some run has a value."""
        for dimension, groups in self.groups.items():
            statistics, defined = self._by_group[dimension], self._defined[dimension]
            for s, scenario, k, entry in self._cells():
                for g, group in enumerate(groups if defined[k] else ()):
                    cell = (s, k, g)
                    yield _row(statistics, cell, scenario, entry.key, None, dimension, group)

    def _cells(self) -> Iterator[tuple[int, str, int, Indicator]]:
        """Return place and name of each scenario, with place and entry of each indicator."""
        for s, scenario in enumerate(self.scenarios):
            for k, entry in enumerate(load_indicators().values()):
                yield s, scenario.name, k, entry

    def _quarter_label(self, month: int) -> str:
        """Return the label of the quarter in which a month of the horizon lies."""
        year, first = (int(part) for part in self.start.split("-"))
        place = year * 12 + first - 1 + month
        return f"{place // 12}-T{place % 12 // 3 + 1}"


def _row(
    statistics: PairedArrays,
    cell: tuple[int, ...],
    scenario: str,
    indicator: str,
    zone: str | None,
    dimension: str,
    group: str,
) -> ResultRow:
    """Return the row of one cell of statistics."""
    return ResultRow(scenario, indicator, zone, dimension, group, *statistics.numbers_at(*cell))
