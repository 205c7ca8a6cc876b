"""Running of studies of resilience: each scenario once, and from each shock on once more."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError
from model.indicators.watcher import WatchedMonths
from model.structure import Structure, structure_of
from model.structure.structure import TERRITORY
from scenarios.comparison import check_names, check_scenarios, default_workers, edited_hypotheses
from scenarios.pairs import (
    BASELINE_SCENARIO,
    World,
    WorldBuilder,
    branch_of,
    build_world,
    hypotheses_of,
)
from scenarios.pool import run_tasks
from scenarios.resilience.possible import industry_mix, possible_losses
from scenarios.resilience.results import Resilience, ResiliencePair, strike_month
from scenarios.resilience.watched import Watched, watched_of
from scenarios.results import ALL_ZONES
from scenarios.schema import Scenario

if TYPE_CHECKING:
    from model import TerritoryModel

Array = NDArray[np.float64]


class WatchedWorld(World, Protocol):
    """A world that can keep no more than what measures of resilience read."""

    def watch_only(self) -> None:
        """Keep nothing else from now on, in this world and its branches."""
        ...

    def watched(self) -> WatchedMonths:
        """Return the months since then; of a branch, since it branched."""
        ...


@dataclass(frozen=True, slots=True)
class ResilienceTask:
    """One unit of work: one seed, every scenario and shock."""

    territory: str
    seed: int
    months: int
    central: bool
    scenarios: tuple[Scenario, ...]
    shocks: tuple[Scenario, ...]
    build: WorldBuilder = build_world
    context: Scenario = BASELINE_SCENARIO
    overrides: tuple[tuple[str, float], ...] = ()
    detailed: bool = False


def run_resilience_pair(task: ResilienceTask) -> ResiliencePair:
    """Run every scenario of one seed, and each shock from the month in which it may differ."""
    hypotheses = hypotheses_of(task.seed, task.central, dict(task.overrides))
    world = task.build(task.territory, task.seed, hypotheses)
    calm: list[Watched] = []
    struck: list[tuple[Watched, ...]] = []
    structures: list[Structure] = []
    zones: tuple[str, ...] = ()
    for scenario in task.scenarios:
        branch = cast("WatchedWorld", branch_of(world, task.context | scenario))
        branch.watch_only()
        found, before = _strike(branch, task.context | scenario, task.shocks, task.months)
        months = branch.watched()
        zones = months.zones
        calm.append(watched_of(months, 0))
        struck.append(found)
        structures += before
        del branch
        # a dead Mesa model is freed only by the cycle collector
        gc.collect()
    del world
    gc.collect()
    measured = [measures_of(one) for one in structures] or [{} for _ in task.scenarios]
    details = tuple(structures) if task.detailed else ()
    return ResiliencePair(task.seed, zones, tuple(calm), tuple(struck), tuple(measured), details)


def _strike(
    calm: WatchedWorld, lived: Scenario, shocks: Sequence[Scenario], months: int
) -> tuple[tuple[Watched, ...], list[Structure]]:
    """Run a world to the horizon, and a branch of it from each shock on.

    Returns the branches and what the world looks like before the first of them.
    """
    found: dict[int, Watched] = {}
    structure: list[Structure] = []
    month = 0
    in_order = sorted(range(len(shocks)), key=lambda k: shocks[k].shocks.first_month)
    for k in in_order:
        first = shocks[k].shocks.first_month
        calm.run(first - month)
        month = first
        structure = structure or structure_before(calm)
        struck = cast("WatchedWorld", calm.branch(shocks=lived.shocks | shocks[k].shocks))
        struck.run(months - first)
        found[k] = watched_of(struck.watched(), first)
        del struck
        gc.collect()
    calm.run(months - month)
    return tuple(found[k] for k in range(len(shocks))), structure


def structure_before(world: World) -> list[Structure]:
    """Return the structure of a world as it stands; none of worlds of tests."""
    return [structure_of(cast("TerritoryModel", world))] if hasattr(world, "last_flows") else []


def measures_of(structure: Structure) -> dict[tuple[str, str], float]:
    """Return measures of structure by measure and zone, ``"all"`` for the territory."""
    return {
        (row.measure, ALL_ZONES if row.zone == TERRITORY else row.zone): row.value
        for row in structure.measures
    }


def check_shocks(shocks: Sequence[Scenario], months: int) -> None:
    """Refuse no shock at all, two of one name, and one that strikes after the horizon."""
    if not shocks:
        raise AncrageError("Nothing strikes: name at least one shock.")
    names = [shock.name for shock in shocks]
    for shock in shocks:
        if names.count(shock.name) > 1:
            raise AncrageError(f"Two shocks are named '{shock.name}'; give each its own name.")
        if shock.shocks.changes_nothing:
            continue
        at = strike_month(shock)
        if at >= months:
            raise AncrageError(
                f"Shock '{shock.name}' strikes in month {at + 1}, after the {months} months "
                "simulated; simulate more months or let it start earlier (start_month)."
            )


def resilience(
    scenarios: Sequence[Scenario],
    shocks: Sequence[Scenario],
    *,
    territory: str = "cote-opale",
    months: int = 120,
    pairs: int = 10,
    seed: int = 1,
    central: bool = False,
    context: Scenario | None = None,
    overrides: Mapping[str, float] | None = None,
    workers: int | None = None,
    on_finished: Callable[[ResiliencePair], None] | None = None,
    build: WorldBuilder = build_world,
) -> Resilience:
    """Run each scenario with and without each shock, on the same draws, and measure what it does.

    Pairs, seeds and hypotheses are those of `scenarios.compare`. A shock is a scenario in which
    something only strikes (`scenarios.library.reading.load_shock`).

    Raises
    ------
    AncrageError
        Names given twice, nothing to run, a shock that the territory cannot have or that strikes
        after the horizon, or a number or hypothesis out of bounds.
    scenarios.pool.Interrupted
        Ctrl-C; it carries the finished pairs, see `gather`.
    """
    check_names(scenarios)
    check_shocks(shocks, months)
    around = context or BASELINE_SCENARIO
    if build is build_world:
        check_scenarios(territory, [around | one for one in scenarios])
        check_scenarios(territory, shocks)
    # shocks of a scenario and those given may take more than all of something together
    for one in scenarios:
        for shock in shocks:
            _ = around.shocks | one.shocks | shock.shocks
    if months < 1 or pairs < 1 or seed < 0:
        raise AncrageError("A study needs months >= 1, pairs >= 1 and seed >= 0.")
    edited = edited_hypotheses(overrides or {})
    tasks = [
        ResilienceTask(
            territory,
            number,
            months,
            central,
            tuple(scenarios),
            tuple(shocks),
            build,
            around,
            edited,
            number == seed,
        )
        for number in range(seed, seed + pairs)
    ]
    finished = run_tasks(run_resilience_pair, tasks, workers or default_workers(), on_finished)
    return gather(
        finished,
        scenarios,
        shocks,
        territory,
        months,
        central,
        around,
        edited,
        build is build_world,
    )


def facts_at_the_opening(
    territory: str | None, shocks: Sequence[Scenario], cells: int, groups: int
) -> tuple[Array, dict[str, Array]]:
    """Return the industry mix, and by shock the loss that is possible (see `Resilience`).

    Worlds of tests are of no territory: each group has an equal share, and no loss is known.
    """
    if territory is None:
        nothing = {shock.name: np.full(cells + 1, np.nan) for shock in shocks}
        return np.full((cells, groups), 1.0 / groups), nothing
    from model.territory import load_territory

    built = load_territory(territory)
    return industry_mix(built), possible_losses(built, shocks)


def gather(
    finished: Sequence[ResiliencePair],
    scenarios: Sequence[Scenario],
    shocks: Sequence[Scenario],
    territory: str,
    months: int,
    central: bool,
    context: Scenario = BASELINE_SCENARIO,
    overrides: tuple[tuple[str, float], ...] = (),
    real: bool = True,
) -> Resilience:
    """Put finished pairs together, in their order.

    Worlds that are not ``real`` have neither an industry mix nor a possible loss.
    """
    groups, cells = finished[0].calm[0].sector_jobs.shape[1], len(finished[0].zones)
    mix, possible = facts_at_the_opening(territory if real else None, shocks, cells, groups)
    return Resilience(
        territory=territory,
        months=months,
        pairs=len(finished),
        seed=finished[0].seed,
        central=central,
        context=context,
        scenarios=tuple(scenarios),
        shocks=tuple(shocks),
        industry_mix=mix,
        possible_loss=possible,
        runs=tuple(finished),
        overrides=overrides,
    )
