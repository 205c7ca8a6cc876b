"""Running of studies of sensitivity; finished runs are kept, so that the same command goes on."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.hypotheses import HypothesisValues, load_register
from model.indicators import evaluate
from scenarios.finished import FinishedUnits, Values
from scenarios.pairs import BASELINE_SCENARIO, World, WorldBuilder, branch_of
from scenarios.pool import run_tasks
from scenarios.schema import Scenario
from scenarios.sensitivity.design import RESULTS, Move, Point
from scenarios.sensitivity.ranges import drawn_values

if TYPE_CHECKING:
    from model.territory.territory import Territory

Array = NDArray[np.float64]


def build_unkept(territory: str, seed: int, hypotheses: HypothesisValues) -> World:
    """Burn a world in on a territory built for its hypotheses, which is not left on disk."""
    from model import TerritoryModel

    built = _built(territory, tuple(_shaping(hypotheses).items()))
    return TerritoryModel(built, rng=seed, hypotheses=hypotheses)


def _shaping(hypotheses: HypothesisValues) -> dict[str, float]:
    """Return the values that act at build and are not central."""
    register = load_register()
    changed = hypotheses.changed().items()
    return {key: value for key, value in changed if register[key].acts == "build"}


_last: dict[tuple[str, tuple[tuple[str, float], ...]], Territory] = {}


def _built(name: str, shaping: tuple[tuple[str, float], ...]) -> Territory:
    """Return a territory in memory: that of central values, and the last other one."""
    from model.territory import load_territory
    from scenarios.validation.worlds import build_in_memory

    if not shaping:
        return load_territory(name)
    if (name, shaping) not in _last:
        _last.clear()
        _last[name, shaping] = build_in_memory(name, HypothesisValues(dict(shaping)))
    return _last[name, shaping]


@dataclass(frozen=True, slots=True)
class Task:
    """One run: the baseline and the scenario of one seed under given hypotheses."""

    territory: str
    scenario: Scenario
    months: int
    at: Point | Move
    build: WorldBuilder = build_unkept

    def hypotheses(self) -> HypothesisValues:
        """Return the hypotheses of the run."""
        if isinstance(self.at, Move):
            return HypothesisValues({self.at.key: self.at.value})
        return drawn_values(self.at.run, self.at.build)

    def digest(self) -> str:
        """Return the sha256 of all that the run depends on, the model itself apart."""
        said = {
            "territory": self.territory,
            "scenario": self.scenario.digest(),
            "months": self.months,
            "seed": self.at.seed,
            "hypotheses": self.hypotheses().digest(),
            "results": RESULTS,
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def measure(task: Task) -> tuple[float, ...]:
    """Return the main results of one run, scenario less baseline, in the order of `RESULTS`."""
    world = task.build(task.territory, task.at.seed, task.hypotheses())
    levels: list[Mapping[str, Array]] = []
    for lived in (BASELINE_SCENARIO, task.scenario):
        branch = branch_of(world, lived)
        branch.run(task.months)
        levels.append(evaluate(branch.records.quantities, slice(0, task.months)))
        del branch
    del world
    # a dead Mesa model is freed only by the cycle collector
    gc.collect()
    return tuple(float(levels[1][key][-1] - levels[0][key][-1]) for key in RESULTS)


def finished_runs(territory: str) -> FinishedUnits:
    """Return where finished runs of a territory are kept: another version starts anew."""
    here = Path(__file__)
    sources = (here, here.parents[1] / "pairs.py")
    return FinishedUnits("sensitivity", territory, "runs", sources)


def run_all(
    tasks: Sequence[Task],
    workers: int,
    kept: FinishedUnits | None,
    on_finished: Callable[[], None] | None = None,
) -> Array:
    """Return the results of tasks (n, R), in their order; those already kept are not run again.

    Raises
    ------
    scenarios.pool.Interrupted
        Ctrl-C; finished runs are kept.
    """
    names = [task.digest() for task in tasks]
    known = {} if kept is None else kept.read()
    found = {name: known[name] for name in names if set(known.get(name, {})) == set(RESULTS)}
    told = on_finished or _nothing
    for _ in range(len(found)):
        told()

    def keep(done: tuple[str, Values]) -> None:
        found[done[0]] = done[1]
        if kept is not None:
            kept.keep(*done)
        told()

    missing = [(name, task) for name, task in zip(names, tasks, strict=True) if name not in found]
    run_tasks(_measure_as, missing, workers, keep)
    return np.array([[found[name][key] for key in RESULTS] for name in names], dtype=np.float64)


def _measure_as(named: tuple[str, Task]) -> tuple[str, Values]:
    name, task = named
    return name, dict(zip(RESULTS, measure(task), strict=True))


def _nothing() -> None:
    """Tell nobody."""
