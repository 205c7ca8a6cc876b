"""Running of a validation: worlds of several seeds, each with hypotheses of its own."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from model import generated_territory, load_territory
from model.errors import AncrageError
from model.hypotheses import HypothesisValues, draw_whole_vector
from model.territory import check_territory_name
from scenarios import provenance
from scenarios.comparison import default_workers
from scenarios.finished import FinishedUnits, Values
from scenarios.pool import run_tasks
from scenarios.validation.patterns import load_patterns
from scenarios.validation.responses import measure_responses
from scenarios.validation.results import SizeRow, Validation
from scenarios.validation.worlds import build_in_memory, measure_multiplier, measure_world

USUAL_TERRITORY = "cote-opale"
USUAL_SEEDS = 30

GENERATED = ((1_000, 3), (5_000, 6), (20_000, 12), (35_000, 12), (70_000, 16))
"""Generated territories for the multiplier by size: establishments and zones."""

EMBEDDED = ("dunkerque", "cote-opale")

SIZE_SEED = 1


@dataclass(frozen=True, slots=True)
class SeedTask:
    """One world to measure against every pattern."""

    territory: str
    seed: int
    central: bool

    @property
    def unit(self) -> str:
        """Name under which its values are kept."""
        return f"seed-{self.seed}"

    def run(self) -> Values:
        """Build the world, run it and measure it."""
        values = HypothesisValues() if self.central else draw_whole_vector(self.seed)
        territory = build_in_memory(self.territory, values)
        measured = measure_world(territory, self.seed, values)
        measured |= measure_responses(territory, self.seed, values)
        return {pattern.key: measured[pattern.key] for pattern in load_patterns()}


@dataclass(frozen=True, slots=True)
class SizeTask:
    """One territory to take multipliers of; ``zones`` is 0 for an embedded one."""

    name: str
    firms: int = 0
    zones: int = 0

    @property
    def unit(self) -> str:
        """Name under which its values are kept."""
        return f"size-{self.name}-{self.firms}"

    def run(self) -> Values:
        """Run one year after burn-in, at central hypotheses."""
        made_up = self.zones > 0
        territory = (
            generated_territory(self.firms, self.zones) if made_up else load_territory(self.name)
        )
        return {
            "establishments": float(len(territory.firms)),
            **measure_multiplier(territory, SIZE_SEED),
        }


Task = SeedTask | SizeTask

SIZES = (
    *(SizeTask(name) for name in EMBEDDED),
    *(SizeTask(f"generated, {zones} zones", firms, zones) for firms, zones in GENERATED),
)


def run_unit(task: Task) -> tuple[str, Values]:
    """Run one unit; return its name and values."""
    found = task.run()
    # a dead Mesa model is freed only by the cycle collector
    gc.collect()
    return task.unit, found


def validate(
    *,
    territory: str = USUAL_TERRITORY,
    seeds: int = USUAL_SEEDS,
    central: bool = False,
    workers: int | None = None,
    on_planned: Callable[[int, int], None] | None = None,
    on_finished: Callable[[], None] | None = None,
    work: Callable[[Task], tuple[str, Values]] | None = None,
) -> Validation:
    """Hold the baseline against every published pattern, on seeds 1 to ``seeds``.

    Each seed draws its own value of every hypothesis of grade B and C, those that shape the
    territory too, unless ``central``. Finished units are kept in the user's cache folder: the same
    call goes on from them.

    Parameters
    ----------
    on_planned
        Called with the number of units, and of those that are already there.
    on_finished
        Called here after each unit.
    work
        Does one unit; another one in tests.

    Raises
    ------
    AncrageError
        Unknown territory, or no seed.
    scenarios.pool.Interrupted
        Ctrl-C.
    """
    check_territory_name(territory)
    if seeds < 1:
        raise AncrageError("A validation needs at least one seed.")
    work = work or run_unit
    store = FinishedUnits("validation", territory, f"{central} {work.__name__}", _sources())
    tasks: list[Task] = [SeedTask(territory, seed, central) for seed in range(1, seeds + 1)]
    tasks += SIZES
    known = store.read()
    # the largest first: they would otherwise end alone
    missing = sorted((t for t in tasks if t.unit not in known), key=_cost, reverse=True)
    if on_planned is not None:
        on_planned(len(tasks), len(tasks) - len(missing))

    def keep(done: tuple[str, Values]) -> None:
        store.keep(*done)
        if on_finished is not None:
            on_finished()

    found = known | dict(run_tasks(work, missing, workers or default_workers(), keep))
    store.drop_older()
    return gather(found, territory, range(1, seeds + 1), central)


def _sources() -> list[Path]:
    """Return the files beside the model on which values of patterns depend."""
    folder = Path(__file__).parent
    return [
        folder / f"{name}.py"
        for name in ("award_log", "follow", "hit_suppliers", "responses", "run", "worlds")
    ]


def _cost(task: Task) -> float:
    """Return about how long a unit takes, in months of 35,000 firms."""
    return task.firms / 35_000 * 48.0 if isinstance(task, SizeTask) else 250.0


def gather(
    found: Mapping[str, Values], territory: str, seeds: Sequence[int], central: bool
) -> Validation:
    """Put finished units together."""
    worlds = [found[SeedTask(territory, seed, central).unit] for seed in seeds]
    return Validation(
        territory=territory,
        seeds=tuple(seeds),
        central=central,
        values={p.key: tuple(world[p.key] for world in worlds) for p in load_patterns()},
        sizes=tuple(
            SizeRow(
                task.name,
                int(found[task.unit]["establishments"]),
                found[task.unit]["lm3"],
                found[task.unit]["multiplier_full"],
            )
            for task in SIZES
        ),
        versions=provenance.versions(),
        sha256={"data": provenance.data_digest(), "code": provenance.code_digest()},
    )
