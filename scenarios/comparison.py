"""Comparison of scenarios with the baseline on shared draws."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError
from model.indicators import load_indicators
from model.indicators.breakdowns import EPCI
from scenarios.euro_flows import EuroFlow, euro_flows
from scenarios.gains import Gain, who_gains
from scenarios.pairs import (
    BASELINE_SCENARIO,
    PairResult,
    PairTask,
    WorldBuilder,
    build_world,
    year_spans,
)
from scenarios.pool import run_pairs
from scenarios.results import ALL_ZONES, ResultRow
from scenarios.schema import Scenario
from scenarios.statistics import paired_statistics

Array = NDArray[np.float64]


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
    context
        What happens around purchasing, in the baseline and every scenario alike.
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
    gains
        Who surely gains or loses, scenario by scenario.
    flows
        Where the euro of contracts goes, in the baseline and each scenario.
    groups
        Groups of each dimension other than zones.
    group_values
        Dimension to (pairs, S + 1, K, G) indicators of each run; NaN where not defined.
    group_monthly
        Dimension to (S + 1, Q, months, G) recorded quantities, mean over pairs.
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
    rows: tuple[ResultRow, ...]
    years: tuple[YearRow, ...]
    costs: tuple[CostPerJob, ...]
    pair_values: Array
    monthly: Array
    gains: tuple[Gain, ...]
    flows: tuple[EuroFlow, ...]
    groups: dict[str, tuple[str, ...]]
    group_values: dict[str, Array]
    group_monthly: dict[str, Array]

    def rows_of(self, scenario: str, dimension: str) -> dict[tuple[str, str], ResultRow]:
        """Return the rows of a scenario and dimension by indicator and group."""
        return {
            (row.indicator, row.group): row
            for row in self.rows
            if row.scenario == scenario and row.dimension == dimension
        }

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
            "context": "" if self.context.changes_nothing else self.context.name,
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


def default_workers() -> int:
    """Return the number of processors that this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)


def check_scenarios(territory: str, scenarios: Sequence[Scenario]) -> None:
    """Refuse scenarios that the territory cannot carry out, naming the scenario."""
    from model.feasibility import check_levers
    from model.territory import load_territory

    found = load_territory(territory)
    for scenario in scenarios:
        try:
            check_levers(found, scenario.levers)
        except AncrageError as error:
            name = scenario.name.removeprefix(f"{BASELINE_SCENARIO.name}+")
            raise AncrageError(f"Scenario '{name}': {error}") from error


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
    context: Scenario | None = None,
    workers: int | None = None,
    on_finished: Callable[[PairResult], None] | None = None,
    build: WorldBuilder = build_world,
) -> Comparison:
    """Run the baseline and scenarios on the same draws and compare them pair by pair.

    ``context`` is what happens around purchasing, in the baseline and every scenario alike. Pair i
    has seed ``seed + i``, and the hypotheses drawn for that seed (their central values if
    ``central``). The result is the same, to the bit, for any number of workers.

    Raises
    ------
    AncrageError
        Two scenarios of one name, none at all, or a number out of bounds.
    scenarios.pool.Interrupted
        Ctrl-C; it carries the finished pairs, see `summarise`.
    """
    check_names(scenarios)
    around = context or BASELINE_SCENARIO
    if build is build_world:
        check_scenarios(territory, [around | scenario for scenario in scenarios])
    if months < 1 or pairs < 1 or seed < 0:
        raise AncrageError("A comparison needs months >= 1, pairs >= 1 and seed >= 0.")
    tasks = [
        PairTask(territory, number, months, central, tuple(scenarios), build, around)
        for number in range(seed, seed + pairs)
    ]
    finished = run_pairs(tasks, workers or default_workers(), on_finished)
    return summarise(finished, scenarios, territory, central, around)


def summarise(
    finished: Sequence[PairResult],
    scenarios: Sequence[Scenario],
    territory: str,
    central: bool,
    context: Scenario = BASELINE_SCENARIO,
) -> Comparison:
    """Make the statistics of finished pairs, in their order."""
    first = finished[0]
    pair_values = np.stack([pair.values for pair in finished])
    yearly = np.stack([pair.yearly for pair in finished])
    months = first.monthly.shape[2]
    group_values = {
        dimension: np.stack([pair.group_values[dimension] for pair in finished])
        for dimension in first.groups
    }
    rows = _rows(pair_values, scenarios, first.zones)
    for dimension, groups in first.groups.items():
        rows += _group_rows(group_values[dimension], scenarios, dimension, groups)
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
        context=context,
        scenarios=tuple(scenarios),
        zones=first.zones,
        start=first.start,
        rows=tuple(rows),
        years=tuple(years),
        costs=tuple(_cost_per_job(rows, scenario.name, months) for scenario in scenarios),
        pair_values=pair_values,
        monthly=_mean([pair.monthly for pair in finished]),
        gains=tuple(who_gains(rows)),
        flows=tuple(euro_flows(rows, [scenario.name for scenario in scenarios], months)),
        groups=first.groups,
        group_values=group_values,
        group_monthly={
            dimension: _mean([pair.group_monthly[dimension] for pair in finished])
            for dimension in first.groups
        },
    )


def _mean(parts: Sequence[Array]) -> Array:
    """Return the mean of arrays, added up in their order."""
    total = np.zeros_like(parts[0])
    for part in parts:
        total += part
    return total / len(parts)


def _rows(values: Array, scenarios: Sequence[Scenario], zones: tuple[str, ...]) -> list[ResultRow]:
    """Return the statistics of (pairs, S + 1, K, Z + 1) values; the territory comes first."""
    territory = (ALL_ZONES, ALL_ZONES, len(zones))
    columns = [territory, *((EPCI, zone, z) for z, zone in enumerate(zones))]
    rows: list[ResultRow] = []
    for s, scenario in enumerate(scenarios, start=1):
        for k, (key, entry) in enumerate(load_indicators().items()):
            for dimension, zone, z in columns[:1] if entry.territory_only else columns:
                found = paired_statistics(values[:, 0, k, z], values[:, s, k, z])
                rows.append(ResultRow(scenario.name, key, zone, dimension, zone, **asdict(found)))
    return rows


def _group_rows(
    values: Array, scenarios: Sequence[Scenario], dimension: str, groups: tuple[str, ...]
) -> list[ResultRow]:
    """Return the statistics of (pairs, S + 1, K, G) values, where some pair has one."""
    rows: list[ResultRow] = []
    for s, scenario in enumerate(scenarios, start=1):
        for k, key in enumerate(load_indicators()):
            if not np.isfinite(values[:, :, k]).any():
                continue
            for g, group in enumerate(groups):
                found = paired_statistics(values[:, 0, k, g], values[:, s, k, g])
                rows.append(ResultRow(scenario.name, key, None, dimension, group, **asdict(found)))
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
