"""One pair: a seed burnt in once, then the baseline and each scenario branched from it."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from model.hypotheses import HypothesisValues, draw_run_vector
from model.indicators import (
    Records,
    decompose,
    effect_ranges,
    evaluate,
    evaluate_groups,
    load_indicators,
)
from model.indicators.records import QUANTITIES, QUANTITIES_BY_DIMENSION
from model.procurement.amendments import Amendments
from model.procurement.levers import Levers
from scenarios.schema import Scenario

Array = NDArray[np.float64]


class World(Protocol):
    """What the comparison asks of a simulated world (`model.TerritoryModel` is one)."""

    @property
    def records(self) -> Records:
        """Monthly records since the start of the scenario."""
        ...

    def branch(self, levers: Levers, *, amendments: Amendments | None = None) -> World:
        """Return an independent world that goes on from here with other levers or other law."""
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

    def hypotheses(self) -> HypothesisValues:
        """Return the hypotheses of this seed, the same for the baseline and every scenario."""
        return HypothesisValues() if self.central else draw_run_vector(self.seed)


@dataclass(frozen=True, slots=True, eq=False)
class PairResult:
    """What one seed gives. S scenarios, the baseline first; K indicators; Z zones, then all.

    Attributes
    ----------
    seed
        Seed of the pair.
    zones, start
        Zone keys, and first month as ``"2027-01"``.
    values
        (S + 1, K, Z + 1) indicators over the whole horizon; NaN where undefined.
    yearly
        (S + 1, Y, K, Z + 1) the same by year of the scenario (the last may be short).
    monthly
        (S + 1, Q, months, Z) recorded quantities, in the order of `QUANTITIES`.
    groups
        Groups of each dimension other than zones.
    group_values
        Dimension to (S + 1, K, G) indicators over the whole horizon; NaN where not defined.
    group_monthly
        Dimension to (S + 1, Q, months, G) quantities, in the order of `QUANTITIES_BY_DIMENSION`.
    """

    seed: int
    zones: tuple[str, ...]
    start: str
    values: Array
    yearly: Array
    monthly: Array
    groups: dict[str, tuple[str, ...]]
    group_values: dict[str, Array]
    group_monthly: dict[str, Array]


def year_spans(months: int) -> list[slice]:
    """Return the spans of twelve months that cover a horizon; the last may be shorter."""
    return [slice(first, min(first + 12, months)) for first in range(0, months, 12)]


def _indicator_values(base: Records, world: Records, months: slice) -> Array:
    """Return all indicators of a run, and its difference terms against the base, (K, Z + 1)."""
    levels = evaluate(world.quantities, months)
    before = levels if base is world else evaluate(base.quantities, months)
    levels |= effect_ranges(before, levels)
    terms = decompose(base, world, months)
    rows = [
        terms[entry.decomposition_term] if entry.kind == "decomposition" else levels[key]
        for key, entry in load_indicators().items()
    ]
    return np.stack(rows)


def _group_values(world: Records, dimension: str, months: slice) -> Array:
    """Return all indicators of a run by the groups of a dimension, (K, G)."""
    breakdown = world.by(dimension)
    levels = evaluate_groups(breakdown.quantities, months)
    absent = np.full(len(breakdown.groups), np.nan)
    return np.stack([levels.get(key, absent) for key in load_indicators()])


def run_pair(task: PairTask) -> PairResult:
    """Run the baseline and every scenario of one seed."""
    world = task.build(task.territory, task.seed, task.hypotheses())
    base: Records | None = None
    values: list[Array] = []
    yearly: list[Array] = []
    monthly: list[Array] = []
    by_group: defaultdict[str, list[Array]] = defaultdict(list)
    monthly_by_group: defaultdict[str, list[Array]] = defaultdict(list)
    for scenario in (BASELINE_SCENARIO, *task.scenarios):
        # what happens around purchasing happens with and without the scenario
        lived = task.context | scenario
        branch = world.branch(lived.levers, amendments=lived.law)
        branch.run(task.months)
        records = branch.records
        base = base or records
        values.append(_indicator_values(base, records, slice(0, task.months)))
        spans = year_spans(task.months)
        yearly.append(np.stack([_indicator_values(base, records, span) for span in spans]))
        monthly.append(np.stack([records.quantities[name] for name in QUANTITIES]))
        for dimension, part in records.breakdowns.items():
            by_group[dimension].append(_group_values(records, dimension, slice(0, task.months)))
            names = QUANTITIES_BY_DIMENSION[dimension]
            monthly_by_group[dimension].append(np.stack([part.quantities[n] for n in names]))
        # A dead Mesa model is freed only by the cycle collector.
        del branch, records
        gc.collect()
    assert base is not None
    result = PairResult(
        seed=task.seed,
        zones=base.zones,
        start=base.start,
        values=np.stack(values),
        yearly=np.stack(yearly),
        monthly=np.stack(monthly),
        groups={dimension: part.groups for dimension, part in base.breakdowns.items()},
        group_values={dimension: np.stack(runs) for dimension, runs in by_group.items()},
        group_monthly={dimension: np.stack(runs) for dimension, runs in monthly_by_group.items()},
    )
    del world
    gc.collect()
    return result
