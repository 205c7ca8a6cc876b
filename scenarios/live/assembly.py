"""Comparisons put together from finished runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from scenarios.comparison import Comparison
from scenarios.live.needs import UNIT_MONTHS, RunKey, Stage
from scenarios.live.question import Question
from scenarios.live.series import Shelf
from scenarios.live.watched_run import OpeningFacts
from scenarios.resilience import Resilience
from scenarios.resilience.results import ResiliencePair
from scenarios.run_results import Layout


def finished_pairs(shelf: Shelf, stage: Stage) -> int:
    """Return for how many seeds, from the first on, every run of a stage is there."""
    return min(stage.pairs, min(shelf.any(key).pairs for key in stage.series))


def pairs_to_show(shelf: Shelf, stage: Stage, shown: int) -> int:
    """Return at how many pairs an unfinished stage can be shown, 0 if at no more than shown."""
    done = finished_pairs(shelf, stage)
    possible = [n for n in stage.passing_pairs() if shown < n <= done]
    ready = [n for n in possible if all(shelf.any(key).shows(n) for key in stage.series)]
    return max(ready, default=0)


def assemble(
    shelf: Shelf, question: Question, stage: Stage, pairs: int, layout: Layout
) -> Comparison:
    """Return the comparison of the first pairs of a stage, to the bit that of `compare`."""
    series = [shelf[key] for key in stage.series]
    means = [one.means[pairs] for one in series]
    seeds = range(question.seed, question.seed + pairs)
    return Comparison(
        territory=question.territory,
        months=stage.months,
        pairs=pairs,
        seed=question.seed,
        central=question.central,
        context=question.context,
        scenarios=question.scenarios,
        zones=layout.zones,
        start=layout.start,
        groups=layout.groups,
        runs=tuple(tuple(one.runs[seed] for one in series) for seed in seeds),
        monthly=np.stack([mean.monthly for mean in means]),
        group_monthly={
            dimension: np.stack([mean.by_group[dimension] for mean in means])
            for dimension in layout.groups
        },
        overrides=question.edited,
    )


def assemble_resilience(
    shelf: Shelf, question: Question, stage: Stage, pairs: int, facts: Sequence[OpeningFacts]
) -> Resilience:
    """Return the study of the first pairs of a stage, to the bit that of `resilience`.

    ``facts`` are those of each shock.
    """
    scenarios, shocks = question.compared, question.shocks
    count, each = len(scenarios), len(shocks)
    series = [shelf.watched(key) for key in stage.series]
    earliest = min(range(each), key=lambda k: shocks[k].shocks.first_month)
    runs: list[ResiliencePair] = []
    for seed in range(question.seed, question.seed + pairs):
        found = [one.runs[seed] for one in series]
        calm, struck = found[:count], found[count:]
        before = [struck[s * each + earliest] for s in range(count)]
        details = [one.detail for one in before if one.detail is not None]
        runs.append(
            ResiliencePair(
                seed=seed,
                zones=calm[0].zones,
                calm=tuple(one.watched for one in calm),
                struck=tuple(
                    tuple(one.watched for one in struck[s * each : (s + 1) * each])
                    for s in range(count)
                ),
                structure=tuple(one.structure for one in before),
                details=tuple(details) if seed == question.seed and len(details) == count else (),
            )
        )
    return Resilience(
        territory=question.territory,
        months=stage.months,
        pairs=pairs,
        seed=question.seed,
        central=question.central,
        context=question.context,
        scenarios=scenarios,
        shocks=shocks,
        industry_mix=facts[0].industry_mix,
        possible_loss={
            shock.name: one.possible_loss for shock, one in zip(shocks, facts, strict=True)
        },
        runs=tuple(runs),
        overrides=question.edited,
    )


def progress(
    stages: Sequence[Stage], shelf: Shelf, months: Mapping[RunKey, int]
) -> tuple[int, int]:
    """Return how many parts of runs are done for a question, of how many.

    ``months`` are those that runs under way have come to.
    """
    targets: dict[RunKey, int] = {}
    reached: dict[RunKey, int] = {}
    for stage in stages:
        for need in stage.needs:
            key = need.key
            targets[key] = max(need.target, targets.get(key, 0))
            done = need.target if shelf.has(need.series, need.seed) else months.get(key, 0)
            reached[key] = max(done, reached.get(key, 0))
    parts = [(min(reached[key], target), target) for key, target in targets.items()]
    done = sum(
        month // UNIT_MONTHS if month < target else _parts(target) for month, target in parts
    )
    return done, sum(_parts(target) for _, target in parts)


def _parts(months: int) -> int:
    return -(-months // UNIT_MONTHS)
