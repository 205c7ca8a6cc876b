"""The least costly lever set that reaches targets in most simulations, or what blocks them.

Baseline → every lever at its most → each left out, each by itself → backward elimination by cost →
bisection of intensities, on a few common draws; the cheapest sets are then confirmed on all. The
search is greedy: it gives the least costly of the sets tried, not of all that exist.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from model.errors import AncrageError
from model.indicators.recording.by_buyer import COUNTED
from model.procurement.levers import load_levers
from scenarios.comparison import check_scenarios, default_workers
from scenarios.pairs import build_world
from scenarios.pool import Interrupted
from scenarios.spaser.evaluator import (
    NOTHING,
    Evaluator,
    Question,
    SetResult,
    frontier_of,
    price,
)
from scenarios.spaser.goals import Goal
from scenarios.spaser.lever_sets import LeverSet, candidates, everything, value_of
from scenarios.spaser.obstacles import Risk, risks_of, risks_of_family
from scenarios.spaser.register import load_categories, load_means, load_rules
from scenarios.spaser.run import check_buyers

DEFAULT_RUNS = 240
"""Simulated worlds of one search: some five minutes on two processors for a target of 2030."""

COARSE_PAIRS = 5
FEWEST_PAIRS = 5
CONFIRMED = 3
"""Cheapest sets that are confirmed on all pairs at once."""
FRONTIER = 5
"""Sets added to them so that the frontier has points in between."""

_SCALES = (0.75, 0.5, 0.25)

Status = Literal["met", "found", "out-of-reach", "over-budget", "unproven"]
"""Current practice reaches the targets; a set does; no set tried does, not even all levers at their
most; those that do cost more than the budget; the runs were used up before a set was confirmed."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    Attributes
    ----------
    chosen
        The least costly set tried that reaches the targets in most simulations; of "met", the
        empty one; None of the others.
    best
        The set that reaches them in most simulations, or is nearest in the mean where several do
        as often, whatever it costs.
    frontier
        Sets on all pairs, by cost then by how far they go: each reaches the targets more often than
        all before it.
    blocks
        What stands in the way of each target under ``best``, those that bind first.
    tried, runs
        Sets run on any pair, and simulated worlds.
    complete
        Whether the search came to its end; a cheaper set may else be found.
    """

    question: Question
    status: Status
    reach_wanted: float
    budget_eur: float | None
    baseline: SetResult
    chosen: SetResult | None
    best: SetResult
    frontier: tuple[SetResult, ...]
    blocks: tuple[tuple[Risk, ...], ...]
    tried: int
    runs: int
    complete: bool

    def as_json(self) -> dict[str, object]:
        """Return everything as plain values."""
        return {
            "status": self.status,
            "complete": self.complete,
            "reach_wanted": self.reach_wanted,
            "budget_eur_a_year": self.budget_eur,
            "buyers": list(self.question.buyers),
            "pairs": self.question.pairs,
            "months": self.question.months,
            "targets": [asdict(goal) for goal in self.question.goals],
            "baseline": _plain(self.baseline),
            "chosen": None if self.chosen is None else _plain(self.chosen),
            "best": _plain(self.best),
            "frontier": [_plain(one) for one in self.frontier],
            "blocks": [[asdict(risk) for risk in risks] for risks in self.blocks],
            "sets_tried": self.tried,
            "runs": self.runs,
        }


def _plain(result: SetResult) -> dict[str, object]:
    levers = load_levers()
    moves = [
        {
            "lever": key,
            "current": levers[key].current,
            "value": value_of(load_means()[key], intensity),
            "unit": levers[key].unit,
            "intensity": intensity,
        }
        for key, intensity in result.moved.moves
    ]
    return {
        "levers": moves,
        "pairs": result.pairs,
        "reach": result.reach,
        "lever_cost_eur_a_year": result.cost_eur,
        "public_cost_eur_a_year": result.public_cost_eur,
        "public_cost_low_eur_a_year": _number(result.public_low_eur),
        "public_cost_high_eur_a_year": _number(result.public_high_eur),
        "values": [_number(value) for value in result.values],
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


class SearchInterrupted(Exception):
    """Ctrl-C during a search: ``found`` is what was known by then, None if nothing was."""

    def __init__(self, found: Found | None) -> None:
        super().__init__("interrupted")
        self.found = found


def search(
    question: Question,
    *,
    runs: int = DEFAULT_RUNS,
    budget_eur: float | None = None,
    workers: int | None = None,
    on_run: Callable[[int], None] | None = None,
) -> Found:
    """Look for the least costly set of levers of the buyers that reaches the targets.

    Parameters
    ----------
    runs
        Simulated worlds that may be used.
    budget_eur
        What levers may cost a year, all payers.
    on_run
        Called with the number of worlds that were just finished.

    Raises
    ------
    AncrageError
        Bad buyers or context, too few pairs, too few runs to compare current practice with all
        levers, a negative budget.
    SearchInterrupted
        Ctrl-C; it carries what was known.
    """
    _check(question, runs, budget_eur)
    known = Evaluator(question, runs, workers or default_workers(), on_run)
    hunt = _Hunt(known, math.inf if budget_eur is None else budget_eur)
    try:
        hunt.run()
    except Interrupted:
        ready = known.pairs_of(NOTHING) > 0
        raise SearchInterrupted(hunt.found(budget_eur, False) if ready else None) from None
    return hunt.found(budget_eur, True)


def _check(question: Question, runs: int, budget_eur: float | None) -> None:
    if not question.goals:
        raise AncrageError("No target: give at least one as KEY=VALUE@DATE.")
    if question.pairs < FEWEST_PAIRS:
        raise AncrageError(
            f"A target is looked for on at least {FEWEST_PAIRS} pairs, got {question.pairs}."
        )
    if runs < 2 * question.pairs:
        raise AncrageError(
            f"{runs} runs are too few: current practice and all levers at their most already take "
            f"{2 * question.pairs}; give more --runs or fewer --pairs."
        )
    if budget_eur is not None and not 0.0 <= budget_eur < math.inf:
        raise AncrageError("A budget must be 0 EUR or more.")
    if question.build is build_world:
        check_buyers(question.territory, question.buyers)
        most = everything(question.goals).scenario("everything", question.buyers)
        check_scenarios(question.territory, [question.context, most])


@dataclass
class _Hunt:
    """The steps of one search."""

    known: Evaluator
    budget_eur: float

    @property
    def _pairs(self) -> int:
        return self.known.question.pairs

    @property
    def _coarse(self) -> int:
        return min(COARSE_PAIRS, self._pairs)

    def _reaches(self, result: SetResult) -> bool:
        return result.reach >= load_rules().reach - 1e-9

    def _distance(self, result: SetResult) -> tuple[object, ...]:
        """Order sets by how often, then how nearly they reach the targets, then by cost."""
        pairs = zip(self.known.question.goals, result.values, strict=True)
        return -result.reach, sum(goal.gap(value) for goal, value in pairs), *price(result)

    def _affordable(self, result: SetResult) -> bool:
        return result.cost_eur <= self.budget_eur

    def run(self) -> None:
        """Run the steps, as long as they have something to gain."""
        known, most = self.known, everything(self.known.question.goals)
        known.evaluate([NOTHING, most], self._pairs)
        if self._reaches(known.result(NOTHING)):
            return
        reserve = CONFIRMED * (self._pairs - self._coarse)
        known.evaluate(self._around(most), self._coarse, reserve)
        start = self._cheapest()
        if start is None:
            self._confirm_best()
            return
        for _ in range(2):
            known.evaluate(self._reduced(start, most), self._coarse, reserve)
            better = self._cheapest() or start
            if better == start:
                break
            start = better
        self._bisect(start, reserve)
        self._confirm()
        self._fill_frontier()

    def _around(self, most: LeverSet) -> list[LeverSet]:
        """Return all levers but one, all that act by themselves, each of these with what helps."""
        means = candidates(self.known.question.goals)
        enabling = [m.key for m in means if m.enabling]
        direct = [m.key for m in means if not m.enabling]
        every = [most.without(*enabling)] if enabling and direct else []
        every += [most.without(key) for key in most.keys]
        if len(direct) > 1:
            every += [most.without(*(k for k in direct if k != key)) for key in direct]
            every += [most.without(*(k for k in most.keys if k != key)) for key in direct]
        return [one for one in every if len(one)]

    def _cheapest(self) -> LeverSet | None:
        """Return the least costly set that reaches the targets on the coarse pairs."""
        found = [
            one
            for one in self.known.results(self._coarse)
            if self._reaches(one) and self._affordable(one)
        ]
        return min(found, key=price).moved if found else None

    def _reduced(self, start: LeverSet, most: LeverSet) -> list[LeverSet]:
        """Return a set without each lever, and without more and more of the costly ones."""
        spared = {key: self._spared(most, key) for key in start.keys}
        costly = sorted(start.keys, key=lambda key: (-spared[key], key))
        chain = [start.without(*costly[:k]) for k in range(2, len(costly))]
        return [one for one in (*(start.without(k) for k in costly), *chain) if len(one)]

    def _spared(self, most: LeverSet, key: str) -> float:
        """Return what leaving a lever out of all spares, EUR a year."""
        without = most.without(key)
        if not self.known.pairs_of(without):
            return 0.0
        return self.known.result(most).cost_eur - self.known.result(without).cost_eur

    def _bisect(self, start: LeverSet, reserve: int) -> None:
        """Lower intensities: all together by quarters, then between; then each by itself."""
        known = self.known
        known.evaluate([start.scaled(s) for s in _SCALES], self._coarse, reserve)
        high = min((s for s in (1.0, *_SCALES) if self._holds(start.scaled(s))), default=1.0)
        low = max((s for s in (0.0, *_SCALES) if s < high), default=0.0)
        between = [low + (high - low) * part for part in (0.75, 0.5, 0.25)]
        known.evaluate([start.scaled(s) for s in between], self._coarse, reserve)
        best = self._cheapest() or start
        singles = [best.scaled(0.5, key) for key in best.keys] if len(best) > 1 else []
        known.evaluate(singles, self._coarse, reserve)

    def _holds(self, one: LeverSet) -> bool:
        return bool(self.known.pairs_of(one)) and self._reaches(self.known.result(one))

    def _confirm(self) -> None:
        """Run the cheapest sets on all pairs until one holds, or the runs are used up."""
        while self.known.left >= self._pairs - self._coarse:
            if any(map(self._settled, self.known.results(self._pairs))):
                cheapest = min(
                    (r for r in self.known.results(self._pairs) if self._settled(r)), key=price
                )
            else:
                cheapest = None
            open_ = [
                r
                for r in self.known.results(self._coarse)
                if r.pairs < self._pairs
                and self._reaches(r)
                and self._affordable(r)
                and (cheapest is None or price(r) < price(cheapest))
            ]
            if not open_:
                return
            first = [r.moved for r in sorted(open_, key=price)[:CONFIRMED]]
            if not self.known.evaluate(first, self._pairs):
                return

    def _settled(self, result: SetResult) -> bool:
        return result.pairs >= self._pairs and self._reaches(result) and self._affordable(result)

    def _confirm_best(self) -> None:
        """Run the sets that reach the targets most often on all pairs."""
        every = sorted(self.known.results(self._coarse), key=self._distance)
        self.known.evaluate([r.moved for r in every[: 1 + FRONTIER]], self._pairs)

    def _fill_frontier(self) -> None:
        """Run on all pairs some sets in between, that seem worth their cost on the coarse ones."""
        worth = frontier_of([r for r in self.known.results(self._coarse)])
        open_ = [r.moved for r in worth if r.pairs < self._pairs]
        self.known.evaluate(open_[-FRONTIER:], self._pairs)

    def found(self, budget_eur: float | None, complete: bool) -> Found:
        """Return what is known by now."""
        known = self.known
        whole = known.results(self._pairs)
        every = whole or known.results(1)
        baseline = known.result(NOTHING)
        best = min(every, key=self._distance)
        settled = [r for r in whole if self._settled(r)]
        status: Status = "unproven"
        chosen = None
        if baseline.pairs >= self._pairs and self._reaches(baseline):
            status, chosen = "met", baseline
        elif settled:
            status, chosen = "found", min(settled, key=price)
        elif whole and self._cheapest() is None:
            reached = any(map(self._reaches, known.results(self._coarse)))
            status = "over-budget" if reached else "out-of-reach"
        blocks = [] if status in ("met", "found") else self._blocks(best.moved)
        return Found(
            question=known.question,
            status=status,
            reach_wanted=load_rules().reach,
            budget_eur=budget_eur,
            baseline=baseline,
            chosen=chosen,
            best=best,
            frontier=tuple(frontier_of(every)),
            blocks=tuple(blocks),
            tried=len(known.runs),
            runs=known.used,
            complete=complete,
        )

    def _blocks(self, one: LeverSet) -> list[tuple[Risk, ...]]:
        return [tuple(self._blocks_of(goal, one)) for goal in self.known.question.goals]

    def _blocks_of(self, goal: Goal, one: LeverSet) -> list[Risk]:
        """Return what stands in the way of a target until its date, the buyers together."""
        runs = self.known.runs[one].values()
        span = slice(0, goal.last + 1)
        obstacles = np.stack([run.months.obstacles[span].sum(axis=1) for run in runs])
        counted = np.stack([run.months.counted[span, :, 0, 0].sum(axis=1) for run in runs])
        assert COUNTED[0] == "all"
        members = len(self.known.question.buyers)
        if goal.key in load_categories():
            return risks_of("all", goal.key, obstacles, counted, members)
        means = candidates([goal])
        families = [load_levers()[m.key].family for m in means]
        family = next((f for f in families if f != "none"), "access")
        structures = any(m.key in ("reserved_share", "insertion_posts") for m in means)
        return risks_of_family("all", goal.key, family, structures, obstacles, counted, members)
