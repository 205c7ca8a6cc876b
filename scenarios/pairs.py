"""One pair: a seed burnt in once, then the baseline and each scenario branched from it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from model.hypotheses import HypothesisValues, draw_run_vector
from model.indicators import Records
from model.procurement.amendments import Amendments
from model.procurement.levers import Levers
from model.shocks.shock import Shocks
from scenarios.run_results import Layout, RunMonths, RunResult, layout_of, measure_run
from scenarios.schema import Scenario

Array = NDArray[np.float64]


class World(Protocol):
    """What the comparison asks of a simulated world (`model.TerritoryModel` is one)."""

    @property
    def records(self) -> Records:
        """Monthly records since the start of the scenario."""
        ...

    def branch(
        self,
        levers: Levers | None = None,
        *,
        amendments: Amendments | None = None,
        shocks: Shocks | None = None,
    ) -> World:
        """Return an independent world that goes on from here with other levers, law or shocks."""
        ...

    def run(self, months: int) -> object:
        """Simulate some months."""
        ...


WorldBuilder = Callable[[str, int, HypothesisValues], World]
"""Makes a burnt-in world from territory, seed and hypotheses; importable by name."""


def build_world(territory: str, seed: int, hypotheses: HypothesisValues) -> World:
    """Build the territory and burn it in under current practice."""
    from model import TerritoryModel

    return TerritoryModel(territory, rng=seed, hypotheses=hypotheses)


BASELINE_SCENARIO = Scenario("baseline")
"""Current practice goes on, and nothing else happens."""


@dataclass(frozen=True, slots=True)
class PairTask:
    """One unit of work: everything that a process needs to run one seed."""

    territory: str
    seed: int
    months: int
    central: bool
    scenarios: tuple[Scenario, ...]
    build: WorldBuilder = build_world
    context: Scenario = BASELINE_SCENARIO
    overrides: tuple[tuple[str, float], ...] = ()

    def hypotheses(self) -> HypothesisValues:
        """Return the hypotheses of this seed, the same for the baseline and every scenario."""
        return hypotheses_of(self.seed, self.central, dict(self.overrides))


def hypotheses_of(
    seed: int, central: bool, edited: Mapping[str, float] | None = None
) -> HypothesisValues:
    """Return the hypotheses of a seed: drawn or central, those edited at their own value."""
    values = HypothesisValues() if central else draw_run_vector(seed)
    return values.with_values(edited) if edited else values


@dataclass(frozen=True, slots=True, eq=False)
class PairResult:
    """What one seed gives: its runs, the baseline first.

    The arrays of all runs, stacked, are made when asked for: S scenarios, K indicators, Z zones.

    Attributes
    ----------
    seed
        Seed of the pair.
    layout
        What the axes stand for.
    runs, months
        Indicators and monthly quantities of the baseline and of each scenario.
    """

    seed: int
    layout: Layout
    runs: tuple[RunResult, ...]
    months: tuple[RunMonths, ...]

    @property
    def values(self) -> Array:
        """(S + 1, K, Z + 1) indicators over the whole horizon; NaN where undefined."""
        return np.stack([run.values for run in self.runs])

    @property
    def yearly(self) -> Array:
        """(S + 1, Y, K, Z + 1) the same by year of the scenario (the last may be short)."""
        return np.stack([run.yearly for run in self.runs])

    @property
    def quarterly(self) -> Array:
        """(S + 1, T, K) the same by quarter, of the territory (the last may be short)."""
        return np.stack([run.quarterly for run in self.runs])

    @property
    def monthly(self) -> Array:
        """(S + 1, Q, months, Z) recorded quantities, in the order of `QUANTITIES`."""
        return np.stack([run.monthly for run in self.months])


def run_pair(task: PairTask) -> PairResult:
    """Run the baseline and every scenario of one seed."""
    world = task.build(task.territory, task.seed, task.hypotheses())
    base: Records | None = None
    runs: list[RunResult] = []
    months: list[RunMonths] = []
    for scenario in (BASELINE_SCENARIO, *task.scenarios):
        branch = branch_of(world, task.context | scenario)
        branch.run(task.months)
        records = branch.records
        base = base or records
        result, by_month = measure_run(base, records, task.months)
        runs.append(result)
        months.append(by_month)
        # A dead Mesa model is freed only by the cycle collector.
        del branch, records
        gc.collect()
    assert base is not None
    del world
    gc.collect()
    return PairResult(task.seed, layout_of(base), tuple(runs), tuple(months))


def branch_of(world: World, lived: Scenario) -> World:
    """Return a world that goes on from here under a scenario.

    ``lived`` holds its context too: what happens around purchasing happens with and without it.
    """
    return world.branch(lived.levers, amendments=lived.law, shocks=lived.shocks)
