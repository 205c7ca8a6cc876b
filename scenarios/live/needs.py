"""The runs that a question needs, stage by stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from model.hypotheses import HypothesisValues
from scenarios.live.question import Overrides, Question
from scenarios.pairs import BASELINE_SCENARIO, hypotheses_of
from scenarios.schema import Scenario

UNIT_MONTHS = 12
"""Longest part of a run done without looking for more urgent work."""

FIRST_MONTHS = 12
"""Horizon of first answers where many wait for theirs."""

INTERMEDIATE_PAIRS = 10
"""Within a stage, an answer is given every so many pairs."""


@dataclass(frozen=True, slots=True)
class WorldKey:
    """A burnt-in world."""

    territory: str
    seed: int
    central: bool
    overrides: Overrides

    def hypotheses(self) -> HypothesisValues:
        """Return the hypotheses of this world."""
        return hypotheses_of(self.seed, self.central, dict(self.overrides))


@dataclass(frozen=True, slots=True)
class RunKey:
    """A run: a world, what the baseline lives through and what the run lives through (digests)."""

    world: WorldKey
    base: str
    lived: str


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """The runs of one scenario over the seeds of a question, from ``first`` on."""

    territory: str
    first: int
    central: bool
    overrides: Overrides
    base: str
    lived: str
    months: int


@dataclass(frozen=True, slots=True)
class Need:
    """One run up to a month.

    ``keep`` tells that a later stage goes on from there.
    """

    key: RunKey
    series: SeriesKey
    base: Scenario
    lived: Scenario
    target: int
    keep: bool

    @property
    def seed(self) -> int:
        """Seed of the run."""
        return self.key.world.seed


@dataclass(frozen=True, slots=True)
class Stage:
    """One answer to give: its series (the baseline first) and the runs that it needs, in order."""

    months: int
    pairs: int
    series: tuple[SeriesKey, ...]
    needs: tuple[Need, ...] = field(repr=False)

    def passing_pairs(self) -> set[int]:
        """Return the numbers of pairs at which an answer may be given before the stage is done."""
        return set(range(INTERMEDIATE_PAIRS, self.pairs, INTERMEDIATE_PAIRS))


def stages_of(question: Question) -> tuple[Stage, ...]:
    """Return what a question needs, stage by stage."""
    return _Planner(question, question.scenarios, question.stages).stages()


def baseline_stages(territory: str, stages: Sequence[tuple[int, int]]) -> tuple[Stage, ...]:
    """Return what the baseline of a territory needs."""
    question = Question(territory, (BASELINE_SCENARIO,))
    return _Planner(question, (), stages).stages()


def shortened(question: Question) -> Stage:
    """Return the first stage over fewer months, for when many wait."""
    months, pairs = question.stages[0]
    first = (min(months, FIRST_MONTHS), pairs)
    return _Planner(question, question.scenarios, (first, *question.stages)).stages()[0]


class _Planner:
    """Makes the keys of a question once."""

    def __init__(
        self,
        question: Question,
        scenarios: Sequence[Scenario],
        stages: Sequence[tuple[int, int]],
    ) -> None:
        self._question, self._stages = question, tuple(stages)
        lived = [question.context | one for one in (BASELINE_SCENARIO, *scenarios)]
        self._lived = [(scenario, scenario.digest()) for scenario in lived]

    def stages(self) -> tuple[Stage, ...]:
        return tuple(self._stage(place) for place in range(len(self._stages)))

    def _stage(self, place: int) -> Stage:
        months, pairs = self._stages[place]
        first = self._question.seed
        needs: dict[tuple[RunKey, int], Need] = {}
        for seed in range(first, first + pairs):
            later = [m for m, n in self._stages[place + 1 :] if seed < first + n]
            keep = any(other > months for other in later)
            for scenario, digest in self._lived:
                need = self._need(seed, scenario, digest, months, keep)
                needs.setdefault((need.key, months), need)
        series = tuple(self._series(digest, months) for _, digest in self._lived)
        return Stage(months, pairs, series, tuple(needs.values()))

    def _need(self, seed: int, lived: Scenario, digest: str, months: int, keep: bool) -> Need:
        asked = self._question
        base, base_digest = self._lived[0]
        world = WorldKey(asked.territory, seed, asked.central, asked.edited)
        key = RunKey(world, base_digest, digest)
        return Need(key, self._series(digest, months), base, lived, months, keep)

    def _series(self, digest: str, months: int) -> SeriesKey:
        asked, base_digest = self._question, self._lived[0][1]
        return SeriesKey(
            asked.territory,
            asked.seed,
            asked.central,
            asked.edited,
            base_digest,
            digest,
            months,
        )
