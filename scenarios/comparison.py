"""Comparison of scenarios with the baseline on shared draws."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError
from model.indicators import load_indicators
from scenarios.pairs import PairResult, PairTask, WorldBuilder, build_world, year_spans
from scenarios.pool import run_pairs
from scenarios.schema import Scenario
from scenarios.statistics import paired_statistics

Array = NDArray[np.float64]

ALL_ZONES = "all"
BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One scenario, indicator and zone against the baseline (see `PairedStatistics`)."""

    scenario: str
    indicator: str
    zone: str
    baseline: float | None
    value: float | None
    difference: float | None
    low: float | None
    high: float | None
    mean_low: float | None
    mean_high: float | None
    relative: float | None


@dataclass(frozen=True, slots=True)
class YearRow:
    """A `ResultRow` of one year of the scenario (``year`` as ``"2027"``)."""

    year: str
    row: ResultRow


@dataclass(frozen=True, slots=True)
class CostPerJob:
    """Public cost of one additional net FTE-year; None where the effect is not sound."""

    scenario: str
    net_fte_years: float | None
    public_cost_eur: float | None
    public_cost_eur_per_net_fte_year: float | None
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Result of a comparison.

    Attributes
    ----------
    territory, months, pairs, seed, central
        What was run; ``pairs`` counts those that were finished.
    scenarios
        The scenarios, in order, without the baseline.
    zones, start
        Zone keys, and first month as ``"2027-01"``.
    rows, years
        Statistics over the horizon and by year.
    pair_values
        (pairs, S + 1, K, Z + 1) indicators of each run.
    monthly
        (S + 1, Q, months, Z) recorded quantities, mean over pairs.
    """

    territory: str
    months: int
    pairs: int
    seed: int
    central: bool
    scenarios: tuple[Scenario, ...]
    zones: tuple[str, ...]
    start: str
    rows: tuple[ResultRow, ...]
    years: tuple[YearRow, ...]
    costs: tuple[CostPerJob, ...]
    pair_values: Array
    monthly: Array

    def row(self, scenario: str, indicator: str, zone: str = ALL_ZONES) -> ResultRow:
        """Return one row.

        Raises
        ------
        KeyError
            There is none.
        """
        for row in self.rows:
            if (row.scenario, row.indicator, row.zone) == (scenario, indicator, zone):
                return row
        raise KeyError((scenario, indicator, zone))

    def as_json(self) -> dict[str, object]:
        """Return the comparison as plain JSON values."""
        return {
            "territory": self.territory,
            "months": self.months,
            "pairs": self.pairs,
            "seed": self.seed,
            "central": self.central,
            "start": self.start,
            "indicators": {
                key: {"unit": entry.unit, "direction": entry.direction}
                for key, entry in load_indicators().items()
            },
            "results": [asdict(row) for row in self.rows],
            "costs_per_job": [asdict(cost) for cost in self.costs],
        }


def default_workers() -> int:
    """Return the number of processors that this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)


def check_names(scenarios: Sequence[Scenario]) -> None:
    """Refuse an empty list and two scenarios of one name."""
    if not scenarios:
        raise AncrageError("Nothing to compare: name at least one scenario.")
    names = [scenario.name for scenario in scenarios]
    for name in names:
        if names.count(name) > 1:
            raise AncrageError(f"Two scenarios are named '{name}'; give each its own name.")


def compare(
    scenarios: Sequence[Scenario],
    *,
    territory: str = "cote-opale",
    months: int = 120,
    pairs: int = 10,
    seed: int = 1,
    central: bool = False,
    workers: int | None = None,
    on_finished: Callable[[PairResult], None] | None = None,
    build: WorldBuilder = build_world,
) -> Comparison:
    """Run the baseline and scenarios on the same draws and compare them pair by pair.

    Pair i has seed ``seed + i``, and the hypotheses drawn for that seed (their central values if
    ``central``). The result is the same, to the bit, for any number of workers.

    Raises
    ------
    AncrageError
        Two scenarios of one name, none at all, or a number out of bounds.
    scenarios.pool.Interrupted
        Ctrl-C; it carries the finished pairs, see `summarise`.
    """
    check_names(scenarios)
    if months < 1 or pairs < 1 or seed < 0:
        raise AncrageError("A comparison needs months >= 1, pairs >= 1 and seed >= 0.")
    tasks = [
        PairTask(territory, number, months, central, tuple(scenarios), build)
        for number in range(seed, seed + pairs)
    ]
    finished = run_pairs(tasks, workers or default_workers(), on_finished)
    return summarise(finished, scenarios, territory, central)


def summarise(
    finished: Sequence[PairResult], scenarios: Sequence[Scenario], territory: str, central: bool
) -> Comparison:
    """Make the statistics of finished pairs, in their order."""
    first = finished[0]
    pair_values = np.stack([pair.values for pair in finished])
    yearly = np.stack([pair.yearly for pair in finished])
    monthly = np.zeros_like(first.monthly)
    for pair in finished:
        monthly += pair.monthly
    monthly /= len(finished)
    months = first.monthly.shape[2]
    rows = _rows(pair_values, scenarios, first.zones)
    years: list[YearRow] = []
    first_year = int(first.start.split("-")[0])
    for position in range(len(year_spans(months))):
        year = str(first_year + position)
        of_year = _rows(yearly[:, :, position], scenarios, first.zones)
        years.extend(YearRow(year, row) for row in of_year)
    return Comparison(
        territory=territory,
        months=months,
        pairs=len(finished),
        seed=first.seed,
        central=central,
        scenarios=tuple(scenarios),
        zones=first.zones,
        start=first.start,
        rows=tuple(rows),
        years=tuple(years),
        costs=tuple(_cost_per_job(rows, scenario.name, months) for scenario in scenarios),
        pair_values=pair_values,
        monthly=monthly,
    )


def _rows(values: Array, scenarios: Sequence[Scenario], zones: tuple[str, ...]) -> list[ResultRow]:
    """Return the statistics of (pairs, S + 1, K, Z + 1) values; the territory comes first."""
    columns = [(ALL_ZONES, len(zones)), *((zone, z) for z, zone in enumerate(zones))]
    rows: list[ResultRow] = []
    for s, scenario in enumerate(scenarios, start=1):
        for k, key in enumerate(load_indicators()):
            for zone, z in columns:
                found = paired_statistics(values[:, 0, k, z], values[:, s, k, z])
                rows.append(ResultRow(scenario.name, key, zone, **asdict(found)))
    return rows


def _cost_per_job(rows: Sequence[ResultRow], scenario: str, months: int) -> CostPerJob:
    """Divide public cost by net jobs where the mean effect on net jobs is surely above zero."""
    found = {
        row.indicator: row for row in rows if row.scenario == scenario and row.zone == ALL_ZONES
    }
    jobs, cost = found["jobs_net"], found["public_cost"].difference
    if jobs.difference is None or cost is None:
        return CostPerJob(scenario, None, None, None, "not defined")
    years = jobs.difference * months / 12.0
    if jobs.mean_low is None:
        reason = "fewer than 5 pairs"
    elif jobs.mean_low <= 0.0:
        reason = "net jobs are not surely above zero"
    else:
        return CostPerJob(scenario, years, cost, cost / years, "")
    return CostPerJob(scenario, years, cost, None, reason)
