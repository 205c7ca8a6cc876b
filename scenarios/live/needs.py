"""The runs that a question needs, stage by stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from model.hypotheses import HypothesisValues
from scenarios.library.reading import DEFAULT_SHOCKS, load_shock
from scenarios.live.question import Overrides, Question
from scenarios.pairs import BASELINE_SCENARIO, hypotheses_of
from scenarios.schema import Scenario

UNIT_MONTHS = 12
"""Longest part of a run done without looking for more urgent work."""

FIRST_MONTHS = 12
"""Horizon of first answers where many wait for theirs."""

INTERMEDIATE_PAIRS = 10
"""Within a stage, an answer is given every so many pairs."""

LASTING_PAIRS = 10
"""Pairs of a question whose worlds before a shock are kept for other shocks."""


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
    """A run: a world, what the baseline lives through and what the run lives through (digests).

    ``struck`` is None for a run that is recorded whole. It is empty for one that is only watched,
    and holds the digest of what strikes where something does; these have no ``base``.
    """

    world: WorldKey
    base: str
    lived: str
    struck: str | None = None


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
    struck: str | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """How a run is watched, for measures of resilience.

    Attributes
    ----------
    shock
        What strikes, or None in the run without it.
    moments
        Months at which something asked may begin to make a difference: the world of the run without
        it is kept there, and branched.
    lasting
        Whether these worlds are kept for other shocks.
    calm
        The run without it.
    """

    shock: Scenario | None
    moments: tuple[int, ...]
    lasting: bool
    calm: RunKey

    @property
    def first(self) -> int:
        """Month from which the run is watched: the first in which the shock may be felt."""
        return 0 if self.shock is None else self.shock.shocks.first_month


@dataclass(frozen=True, slots=True)
class Need:
    """One run up to a month.

    ``keep`` tells that a later stage goes on from there, ``watch`` how the run is watched if it is
    not recorded whole.
    """

    key: RunKey
    series: SeriesKey
    base: Scenario
    lived: Scenario
    target: int
    keep: bool
    watch: Watch | None = None

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
    if question.shocks:
        return _ShockPlanner(question).stages()
    return _Planner(question, question.scenarios, question.stages).stages()


def baseline_stages(territory: str, stages: Sequence[tuple[int, int]]) -> tuple[Stage, ...]:
    """Return what the baseline of a territory needs."""
    question = Question(territory, (BASELINE_SCENARIO,))
    return _Planner(question, (), stages).stages()


def calm_stage(territory: str, months: int, pairs: int) -> Stage:
    """Return the watched runs of the baseline, as if a shock were to come at the usual month."""
    shock = load_shock(DEFAULT_SHOCKS[0])
    question = Question(territory, (), shocks=(shock,), stages=((months, pairs),))
    (stage,) = _ShockPlanner(question).stages()
    needs = tuple(need for need in stage.needs if need.watch and need.watch.shock is None)
    return Stage(months, pairs, stage.series[:1], needs)


def shortened(question: Question) -> Stage:
    """Return the first stage over fewer months, for when many wait; whole if there are shocks."""
    if question.shocks:
        return stages_of(question)[0]
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


@dataclass(frozen=True, slots=True)
class _Strike:
    """What a run lives through and what strikes it, with their digests."""

    lived: Scenario
    digest: str
    shock: Scenario | None
    struck: str


class _ShockPlanner:
    """Makes the keys of a question with shocks: each scenario without any, and from each shock on.

    The series of a stage are those of the runs without shocks, then those of each scenario with
    each shock.
    """

    def __init__(self, question: Question) -> None:
        self._question = question
        self._moments = tuple(sorted({one.shocks.first_month for one in question.shocks}))
        lived = [question.context | one for one in question.compared]
        calm = [_Strike(one, one.digest(), None, "") for one in lived]
        struck = [
            _Strike(one.lived, one.digest, shock, shock.digest())
            for one in calm
            for shock in question.shocks
        ]
        self._runs = [*calm, *struck]

    def stages(self) -> tuple[Stage, ...]:
        """Return what the question needs, stage by stage."""
        return tuple(self._stage(place) for place in range(len(self._question.stages)))

    def _stage(self, place: int) -> Stage:
        asked = self._question
        months, pairs = asked.stages[place]
        needs: dict[RunKey, Need] = {}
        for seed in range(asked.seed, asked.seed + pairs):
            later = [m for m, n in asked.stages[place + 1 :] if seed < asked.seed + n]
            keep = any(other > months for other in later)
            for run in self._runs:
                need = self._need(seed, months, keep, run)
                needs.setdefault(need.key, need)
        series = tuple(self._series(run, months) for run in self._runs)
        return Stage(months, pairs, series, tuple(needs.values()))

    def _need(self, seed: int, months: int, keep: bool, run: _Strike) -> Need:
        asked, lived = self._question, run.lived
        world = WorldKey(asked.territory, seed, asked.central, asked.edited)
        lasting = seed < asked.seed + LASTING_PAIRS
        watch = Watch(run.shock, self._moments, lasting, RunKey(world, "", run.digest, ""))
        key = RunKey(world, "", run.digest, run.struck)
        return Need(key, self._series(run, months), lived, lived, months, keep, watch)

    def _series(self, run: _Strike, months: int) -> SeriesKey:
        asked = self._question
        return SeriesKey(
            asked.territory,
            asked.seed,
            asked.central,
            asked.edited,
            "",
            run.digest,
            months,
            run.struck,
        )
