"""Comparison of scenarios with the baseline on shared draws."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError
from model.hypotheses import HypothesisValues
from scenarios.compared import Comparison
from scenarios.pairs import BASELINE_SCENARIO, PairResult, PairTask, WorldBuilder, build_world
from scenarios.pool import run_pairs
from scenarios.schema import Scenario

Array = NDArray[np.float64]

__all__ = ["Comparison", "compare", "summarise"]

MOST_SCENARIOS = 4
"""Most scenarios that a screen or a report holds beside the baseline."""


def default_workers() -> int:
    """Return the number of processors that this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)


def check_scenarios(territory: str, scenarios: Sequence[Scenario]) -> None:
    """Refuse scenarios that the territory cannot carry out, naming the scenario."""
    from model.feasibility import check_levers
    from model.hypotheses import HypothesisValues
    from model.shocks.plan import ShockPlan
    from model.territory import load_territory

    found = load_territory(territory)
    for scenario in scenarios:
        try:
            check_levers(found, scenario.levers)
            ShockPlan(scenario.shocks, found, HypothesisValues())
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


def edited_hypotheses(values: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """Return edited hypotheses as pairs sorted by key.

    Raises
    ------
    AncrageError
        Unknown hypothesis, or a value outside its bounds.
    """
    checked = HypothesisValues(values)
    return tuple((key, checked[key]) for key in sorted(values))


def compare(
    scenarios: Sequence[Scenario],
    *,
    territory: str = "cote-opale",
    months: int = 120,
    pairs: int = 10,
    seed: int = 1,
    central: bool = False,
    context: Scenario | None = None,
    overrides: Mapping[str, float] | None = None,
    workers: int | None = None,
    on_finished: Callable[[PairResult], None] | None = None,
    build: WorldBuilder = build_world,
) -> Comparison:
    """Run the baseline and scenarios on the same draws and compare them pair by pair.

    ``context`` is what happens around purchasing, in the baseline and every scenario alike. Pair i
    has seed ``seed + i``, and the hypotheses drawn for that seed (their central values if
    ``central``); those of ``overrides`` keep their value in every pair. The result
    is the same, to the bit, for any number of workers.

    Raises
    ------
    AncrageError
        Two scenarios of one name, none at all, or a number or hypothesis out of bounds.
    scenarios.pool.Interrupted
        Ctrl-C; it carries the finished pairs, see `summarise`.
    """
    check_names(scenarios)
    around = context or BASELINE_SCENARIO
    if build is build_world:
        check_scenarios(territory, [around | scenario for scenario in scenarios])
    if months < 1 or pairs < 1 or seed < 0:
        raise AncrageError("A comparison needs months >= 1, pairs >= 1 and seed >= 0.")
    edited = edited_hypotheses(overrides or {})
    tasks = [
        PairTask(territory, number, months, central, tuple(scenarios), build, around, edited)
        for number in range(seed, seed + pairs)
    ]
    finished = run_pairs(tasks, workers or default_workers(), on_finished)
    return summarise(finished, scenarios, territory, central, around, edited)


def summarise(
    finished: Sequence[PairResult],
    scenarios: Sequence[Scenario],
    territory: str,
    central: bool,
    context: Scenario = BASELINE_SCENARIO,
    overrides: tuple[tuple[str, float], ...] = (),
) -> Comparison:
    """Put finished pairs together, in their order; statistics are made when asked for."""
    layout = finished[0].layout
    worlds = range(len(scenarios) + 1)
    monthly = [_mean([pair.months[s].monthly for pair in finished]) for s in worlds]
    group_monthly = {
        dimension: [_mean([p.months[s].by_group[dimension] for p in finished]) for s in worlds]
        for dimension in layout.groups
    }
    return Comparison(
        territory=territory,
        months=monthly[0].shape[1],
        pairs=len(finished),
        seed=finished[0].seed,
        central=central,
        context=context,
        scenarios=tuple(scenarios),
        zones=layout.zones,
        start=layout.start,
        groups=layout.groups,
        runs=tuple(pair.runs for pair in finished),
        monthly=np.stack(monthly),
        group_monthly={name: np.stack(parts) for name, parts in group_monthly.items()},
        overrides=overrides,
    )


def _mean(parts: Sequence[Array]) -> Array:
    """Return the mean of arrays, added up in their order."""
    total = np.zeros_like(parts[0])
    for part in parts:
        total += part
    return total / len(parts)
