"""Running of explanations: what each part of a scenario contributes, pair by pair."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError
from model.indicators import Records
from model.indicators.channels import channels_between
from scenarios.attribution import kept
from scenarios.attribution.cases import Cases, follow_cases
from scenarios.attribution.coalitions import (
    DEFAULT_ORDERS,
    MOST_EXACT,
    coalitions_of_orders,
    drawn_orders,
    every_coalition,
    exact_contributions,
    sampled_contributions,
)
from scenarios.attribution.players import Player, effective, lived_by, players_of
from scenarios.attribution.results import ExplainedPair, Explanation
from scenarios.attribution.worlds import records_of_coalitions
from scenarios.comparison import check_scenarios, default_workers, edited_hypotheses
from scenarios.pairs import BASELINE_SCENARIO, WorldBuilder, build_world, hypotheses_of
from scenarios.pool import Interrupted, run_tasks
from scenarios.run_results import indicators_of
from scenarios.schema import Scenario

Array = NDArray[np.float64]

DEFAULT_MONTHS = 48
"""Four years: the time in which most contracts, of 12 to 48 months, are renewed once."""


@dataclass(frozen=True, slots=True)
class ExplainTask:
    """One unit of work: everything that a process needs to explain one seed."""

    territory: str
    seed: int
    months: int
    central: bool
    scenario: Scenario
    orders: int
    follows: bool
    build: WorldBuilder = build_world
    context: Scenario = BASELINE_SCENARIO
    overrides: tuple[tuple[str, float], ...] = ()


def explain_pair(task: ExplainTask) -> ExplainedPair:
    """Run the coalitions of one seed and share the difference out among the players."""
    players = players_of(task.scenario, task.context, task.months)
    acting = [i for i, player in enumerate(players) if player.first_month is not None]
    orders = _orders(len(acting), task)
    wanted = coalitions_of_orders(orders) if orders else every_coalition(len(acting))
    of_all = {mask: _spread(mask, acting) for mask in wanted}
    same = {mask: effective(of_all[mask], players, task.context) for mask in wanted}
    values, channels, layout, cases = _run(task, players, set(same.values()))
    worth = {mask: values[same[mask]] for mask in wanted}
    whole = (1 << len(acting)) - 1
    contributions = np.zeros((len(players), *worth[0].shape))
    variance = np.zeros_like(contributions)
    if orders:
        found = sampled_contributions(worth, len(acting), orders)
        contributions[acting], variance[acting] = found
    elif acting:
        contributions[acting] = exact_contributions(worth, len(acting))
    return ExplainedPair(
        seed=task.seed,
        zones=layout,
        baseline=worth[0],
        scenario=worth[whole],
        contributions=contributions,
        variance=variance,
        runs=len(set(same.values())),
        coalitions=len(wanted),
        channels=channels,
        cases=cases,
    )


def _orders(acting: int, task: ExplainTask) -> tuple[tuple[int, ...], ...]:
    return drawn_orders(acting, task.orders, task.seed) if acting > MOST_EXACT else ()


def _spread(mask: int, acting: Sequence[int]) -> int:
    """Return a coalition of acting players as one of all players."""
    return sum(1 << player for place, player in enumerate(acting) if mask >> place & 1)


def _run(
    task: ExplainTask, players: Sequence[Player], coalitions: set[int]
) -> tuple[dict[int, Array], dict[str, Array], tuple[str, ...], Cases | None]:
    """Run coalitions: indicators (K, Z + 1) of each, channels, zones, followed cases."""
    hypotheses = hypotheses_of(task.seed, task.central, dict(task.overrides))
    world = task.build(task.territory, task.seed, hypotheses)
    span, most = slice(0, task.months), max(coalitions)
    values: dict[int, Array] = {}
    base: Records | None = None
    channels: dict[str, Array] = {}
    # what is there by now need not be looked through each time that a world dies
    gc.collect()
    gc.freeze()
    try:
        for mask, records in records_of_coalitions(
            world,
            coalitions,
            players,
            lambda mask: lived_by(mask, players, task.scenario, task.context),
            task.months,
        ):
            base = base or records
            values[mask] = indicators_of(base, records, [span])[0]
            if mask == most:
                channels = channels_between(base, records, span)
        assert base is not None
        cases = None
        if task.follows:
            cases = follow_cases(world, task.context, task.context | task.scenario, task.months)
    finally:
        gc.unfreeze()
    del world
    gc.collect()
    return values, channels, base.zones, cases


def explain(
    scenario: Scenario,
    *,
    territory: str = "cote-opale",
    months: int = DEFAULT_MONTHS,
    pairs: int = 10,
    seed: int = 1,
    central: bool = False,
    context: Scenario | None = None,
    overrides: Mapping[str, float] | None = None,
    orders: int = DEFAULT_ORDERS,
    workers: int | None = None,
    on_finished: Callable[[ExplainedPair], None] | None = None,
    build: WorldBuilder = build_world,
) -> Explanation:
    """Share out what a scenario changes among its levers, amended rules and shocks.

    Pairs, seeds and hypotheses are those of `scenarios.compare`. Finished pairs are kept in the
    user's cache and taken up again when the same is asked, also after an interruption.

    Parameters
    ----------
    orders
        Orders of players drawn for each pair where they are more than `MOST_EXACT`: an even number.

    Raises
    ------
    AncrageError
        A scenario that the territory cannot have, or a number or hypothesis out of bounds.
    scenarios.pool.Interrupted
        Ctrl-C; it carries the finished pairs, see `gather`.
    """
    tasks = tasks_of(
        scenario,
        territory=territory,
        months=months,
        pairs=pairs,
        seed=seed,
        central=central,
        context=context,
        overrides=overrides,
        orders=orders,
        build=build,
    )
    first = tasks[0]
    finished = run_kept(tasks, workers or default_workers(), on_finished)
    return gather(
        finished, scenario, territory, months, central, orders, first.context, first.overrides
    )


def tasks_of(
    scenario: Scenario,
    *,
    territory: str = "cote-opale",
    months: int = DEFAULT_MONTHS,
    pairs: int = 10,
    seed: int = 1,
    central: bool = False,
    context: Scenario | None = None,
    overrides: Mapping[str, float] | None = None,
    orders: int = DEFAULT_ORDERS,
    build: WorldBuilder = build_world,
) -> list[ExplainTask]:
    """Check what is asked of an explanation (see `explain`) and return its units of work."""
    around = context or BASELINE_SCENARIO
    if build is build_world:
        check_scenarios(territory, [around | scenario])
    if months < 1 or pairs < 1 or seed < 0 or orders < 2 or orders % 2:
        raise AncrageError(
            "An explanation needs months >= 1, pairs >= 1, seed >= 0 and an even number of orders "
            "of 2 or more."
        )
    edited = edited_hypotheses(overrides or {})
    return [
        ExplainTask(
            territory,
            number,
            months,
            central,
            scenario,
            orders,
            number == seed,
            build,
            around,
            edited,
        )
        for number in range(seed, seed + pairs)
    ]


def run_kept(
    tasks: Sequence[ExplainTask],
    workers: int,
    on_finished: Callable[[ExplainedPair], None] | None = None,
) -> list[ExplainedPair]:
    """Run the tasks that were not finished before; return all, in their order."""
    found = {task.seed: pair for task in tasks if (pair := kept.read(task)) is not None}
    for pair in found.values():
        if on_finished is not None:
            on_finished(pair)
    by_seed = {task.seed: task for task in tasks}

    def keep(pair: ExplainedPair) -> None:
        kept.write(by_seed[pair.seed], pair)
        if on_finished is not None:
            on_finished(pair)

    left = [task for task in tasks if task.seed not in found]
    try:
        made = run_tasks(explain_pair, left, workers, keep)
    except Interrupted as stop:
        made = [*found.values(), *stop.finished]
        raise Interrupted(sorted(made, key=lambda pair: pair.seed), len(tasks)) from None
    found |= {pair.seed: pair for pair in made}
    return [found[task.seed] for task in tasks]


def gather(
    finished: Sequence[ExplainedPair],
    scenario: Scenario,
    territory: str,
    months: int,
    central: bool,
    orders: int = DEFAULT_ORDERS,
    context: Scenario = BASELINE_SCENARIO,
    overrides: tuple[tuple[str, float], ...] = (),
) -> Explanation:
    """Put finished pairs together, in their order."""
    players = players_of(scenario, context, months)
    acting = sum(player.first_month is not None for player in players)
    return Explanation(
        territory=territory,
        months=months,
        pairs=len(finished),
        seed=finished[0].seed,
        central=central,
        context=context,
        scenario=scenario,
        players=players,
        orders=orders if acting > MOST_EXACT else 0,
        runs=tuple(finished),
        overrides=overrides,
    )
