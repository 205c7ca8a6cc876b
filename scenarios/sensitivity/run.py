"""Running of studies of sensitivity; finished runs are kept, so that the same command goes on."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from model.hypotheses import HypothesisValues, load_register
from model.indicators import evaluate
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
    from model.territory.build import build_territory
    from model.territory.tables import load_territory_tables

    if not shaping:
        return load_territory(name)
    if (name, shaping) not in _last:
        _last.clear()
        values = HypothesisValues(dict(shaping))
        _last[name, shaping] = build_territory(name, load_territory_tables(name), values)
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


class KeptRuns:
    """Finished runs on disk, a line each, under the digest of their task.

    A file that cannot be read or written is not an error: runs are then made each time.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._values: dict[str, tuple[float, ...]] = {}
        if path is None:
            return
        with suppress(OSError):
            for line in path.read_text(encoding="utf-8").splitlines():
                # a line cut short by a crash is no run
                with suppress(ValueError, KeyError):
                    row = cast("dict[str, object]", json.loads(line))
                    values = tuple(float(v) for v in cast("list[float]", row["values"]))
                    if len(values) == len(RESULTS):
                        self._values[str(row["task"])] = values

    def get(self, digest: str) -> tuple[float, ...] | None:
        """Return the values of a task if it was run."""
        return self._values.get(digest)

    def finished(self) -> tuple[tuple[float, ...], ...]:
        """Return all values that are kept."""
        return tuple(self._values.values())

    def add(self, digest: str, values: tuple[float, ...]) -> None:
        """Keep the values of a task."""
        self._values[digest] = values
        if self._path is None:
            return
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"task": digest, "values": values}) + "\n")


@cache
def kept_path(territory: str) -> Path:
    """Return where finished runs of a territory are kept: another version starts anew."""
    from model.territory.cache import results_folder

    return results_folder("sensitivity", territory, "runs") / "runs.jsonl"


def run_all(
    tasks: Sequence[Task],
    workers: int,
    kept: KeptRuns,
    on_finished: Callable[[], None] | None = None,
) -> Array:
    """Return the results of tasks (n, R), in their order; those already kept are not run again.

    Raises
    ------
    scenarios.pool.Interrupted
        Ctrl-C; finished runs are kept.
    """
    digests = [task.digest() for task in tasks]
    to_run = [place for place, digest in enumerate(digests) if kept.get(digest) is None]
    if on_finished is not None:
        for _ in range(len(tasks) - len(to_run)):
            on_finished()

    def keep(found: tuple[int, tuple[float, ...]]) -> None:
        place, values = found
        kept.add(digests[place], values)
        if on_finished is not None:
            on_finished()

    run_tasks(_measure_at, [(place, tasks[place]) for place in to_run], workers, keep)
    found = [kept.get(digest) for digest in digests]
    return np.array([values for values in found if values is not None], dtype=np.float64)


def _measure_at(numbered: tuple[int, Task]) -> tuple[int, tuple[float, ...]]:
    place, task = numbered
    return place, measure(task)
