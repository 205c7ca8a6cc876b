"""Evaluation of lever sets on common draws, each set and seed once, within a number of runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import batched

import numpy as np
from numpy.typing import NDArray

from scenarios.pairs import BASELINE_SCENARIO, WorldBuilder, build_world
from scenarios.pool import Interrupted, run_tasks
from scenarios.schema import Scenario
from scenarios.spaser.goals import Goal
from scenarios.spaser.lever_sets import LeverSet
from scenarios.spaser.run import (
    AIDED,
    LEVER_COSTS,
    BuyersRun,
    SpaserPair,
    SpaserTask,
    Window,
    run_spaser_pair,
)
from scenarios.statistics import paired_statistics

Floats = NDArray[np.float64]

NOTHING = LeverSet()
"""Current practice."""

MOST_WORLDS = 6
"""Lever sets of one unit of work: what a cancelled search loses, against burning in once more."""


@dataclass(frozen=True)
class Question:
    """What is asked: buyers, targets, and the draws and context of the runs."""

    buyers: tuple[str, ...]
    goals: tuple[Goal, ...]
    territory: str = "cote-opale"
    pairs: int = 10
    seed: int = 1
    central: bool = False
    context: Scenario = BASELINE_SCENARIO
    overrides: tuple[tuple[str, float], ...] = ()
    build: WorldBuilder = build_world

    @property
    def months(self) -> int:
        """Months to simulate: to the last target."""
        return max(goal.last for goal in self.goals) + 1

    @property
    def windows(self) -> tuple[Window, ...]:
        """What runs evaluate of the register."""
        return tuple(dict.fromkeys(g.window for g in self.goals if g.window is not None))

    @property
    def seeds(self) -> range:
        """Seeds of the pairs."""
        return range(self.seed, self.seed + self.pairs)


@dataclass(frozen=True, slots=True)
class SetResult:
    """A lever set on some pairs.

    Attributes
    ----------
    reach
        Share of simulations in which every target is met.
    cost_eur
        What levers cost a year beyond current practice, all payers, with aid to posts where they
        are raised: the mean.
    public_cost_eur, public_low_eur, public_high_eur
        Net public cost a year against current practice, price premiums included: the mean and its
        interval at 90 %, NaN under 5 pairs.
    values
        Mean of each target's key; NaN where it is never defined.
    """

    moved: LeverSet
    pairs: int
    reach: float
    cost_eur: float
    public_cost_eur: float
    public_low_eur: float
    public_high_eur: float
    values: tuple[float, ...]


@dataclass
class Evaluator:
    """Runs lever sets and keeps what each gives on each seed.

    Attributes
    ----------
    most_runs
        Simulated worlds that may be used in all.
    on_run
        Called with the number of worlds that were just finished.
    """

    question: Question
    most_runs: int
    workers: int
    on_run: Callable[[int], None] | None = None
    used: int = 0
    runs: dict[LeverSet, dict[int, BuyersRun]] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """Runs that may still be used."""
        return self.most_runs - self.used

    def evaluate(self, sets: Sequence[LeverSet], pairs: int, reserve: int = 0) -> list[LeverSet]:
        """Run sets on the first pairs, in order, as far as the runs go; return those evaluated.

        Parameters
        ----------
        reserve
            Runs that are kept for later.

        Raises
        ------
        scenarios.pool.Interrupted
            Ctrl-C; what was finished until then is kept here.
        """
        seeds, planned = list(self.question.seeds)[:pairs], list[LeverSet]()
        left = self.left - reserve
        for one in dict.fromkeys(sets):
            needed = sum(seed not in self.runs.get(one, {}) for seed in seeds)
            if needed <= left:
                left -= needed
                planned.append(one)
        asked: dict[tuple[int, int], list[LeverSet]] = {}
        for seed in seeds:
            missing = [one for one in planned if seed not in self.runs.get(one, {})]
            for part, few in enumerate(batched(missing, MOST_WORLDS)):
                asked[seed, part] = list(few)
        tasks = [self._task(seed, part, sets) for (seed, part), sets in asked.items()]

        def keep(pair: SpaserPair) -> None:
            for one, run in zip(asked[pair.seed, pair.part], pair.runs, strict=True):
                self.runs.setdefault(one, {})[pair.seed] = run
            self.used += len(pair.runs)
            if self.on_run is not None:
                self.on_run(len(pair.runs))

        try:
            run_tasks(run_spaser_pair, tasks, self.workers, keep)
        except Interrupted as stop:
            raise Interrupted([], stop.planned) from None
        return planned

    def _task(self, seed: int, part: int, sets: Sequence[LeverSet]) -> SpaserTask:
        asked = self.question
        return SpaserTask(
            asked.territory,
            seed,
            asked.months,
            asked.central,
            tuple(one.scenario(f"set {k}", asked.buyers) for k, one in enumerate(sets)),
            asked.buyers,
            asked.build,
            asked.context,
            asked.overrides,
            asked.windows,
            part,
        )

    def pairs_of(self, one: LeverSet) -> int:
        """Return on how many pairs a set was run."""
        return len(self.runs.get(one, {}))

    def result(self, one: LeverSet) -> SetResult:
        """Return what a set gives on the pairs on which it and current practice were run."""
        known, base = self.runs[one], self.runs[NOTHING]
        seeds = [seed for seed in self.question.seeds if seed in known and seed in base]
        asked, years = self.question, self.question.months / 12.0
        values = np.array(
            [[goal.of_run(known[s], asked.windows) for goal in asked.goals] for s in seeds]
        ).reshape(len(seeds), len(asked.goals))
        met = [
            all(goal.met(value) for goal, value in zip(asked.goals, row, strict=True))
            for row in values.tolist()
        ]
        counted = len(LEVER_COSTS) if AIDED in one.keys else len(LEVER_COSTS) - 1
        cost = [float((known[s].costs - base[s].costs)[:counted].sum()) for s in seeds]
        public = paired_statistics(
            np.array([[base[s].public_cost] for s in seeds]),
            np.array([[known[s].public_cost] for s in seeds]),
        )
        return SetResult(
            moved=one,
            pairs=len(seeds),
            reach=sum(met) / len(seeds),
            cost_eur=sum(cost) / len(seeds) / years,
            public_cost_eur=float(public.difference[0]) / years,
            public_low_eur=float(public.mean_low[0]) / years,
            public_high_eur=float(public.mean_high[0]) / years,
            values=tuple(_mean(column) for column in values.T),
        )

    def results(self, pairs: int) -> list[SetResult]:
        """Return all sets that were run on at least so many pairs."""
        return [self.result(one) for one in self.runs if self.pairs_of(one) >= pairs]


def _mean(values: Floats) -> float:
    sound = values[np.isfinite(values)]
    return float(sound.mean()) if len(sound) else float("nan")


def price(result: SetResult) -> tuple[float, int, float, tuple[tuple[str, float], ...]]:
    """Order sets by cost, to the thousand EUR; then by number of levers and how far they go."""
    moved = result.moved
    return round(result.cost_eur, -3), len(moved), moved.effort, moved.moves


def frontier_of(results: Sequence[SetResult]) -> list[SetResult]:
    """Return the sets that reach the targets more often than all before them, by cost.

    Of sets of one cost, those with fewer levers and that go less far come first.
    """
    found: list[SetResult] = []
    for one in sorted(results, key=price):
        if not found or one.reach > found[-1].reach:
            found.append(one)
    return found
