"""What a visitor asks, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.errors import AncrageError
from scenarios.comparison import MOST_SCENARIOS, Comparison, check_names, edited_hypotheses
from scenarios.pairs import BASELINE_SCENARIO
from scenarios.resilience import Resilience
from scenarios.resilience.run import check_shocks
from scenarios.schema import Scenario

Overrides = tuple[tuple[str, float], ...]

STAGES = ((24, 1), (24, 5), (24, 30), (120, 8), (120, 30))
"""Months and pairs of the answers, in the order in which they are shown."""

RESILIENCE_STAGES = ((84, 1), (84, 5), (84, 10), (84, 30))
"""The same where something strikes: three years before, four after."""

MOST_SHOCKS = 2
"""Most shocks asked at once."""


@dataclass(frozen=True, slots=True)
class Question:
    """Scenarios to compare with the baseline, first on few months and pairs, then on more.

    With shocks it asks what they do in the baseline and under each scenario.

    Attributes
    ----------
    territory
        Name of the territory.
    scenarios
        One to four, without the baseline; there may be none where something strikes.
    context
        What happens around purchasing, in the baseline and every scenario alike.
    overrides
        Hypotheses edited for this visit, by key: they keep their value in every pair, while the
        others are drawn. A mapping is accepted, and kept as pairs sorted by key. Values that act
        at build make the territory be built anew.
    seed, central
        As in `scenarios.compare`.
    stages
        (months, pairs) of each answer, in order; if empty, the usual ones (`STAGES`, or
        `RESILIENCE_STAGES` with shocks).
    shocks
        None, or up to `MOST_SHOCKS` scenarios in which something only strikes, each on its own.

    Raises
    ------
    AncrageError
        No scenario, too many, two of one name, an unknown hypothesis or one out of bounds, shocks
        that strike after a horizon, or stages that are not positive.
    """

    territory: str
    scenarios: tuple[Scenario, ...]
    context: Scenario = BASELINE_SCENARIO
    overrides: Mapping[str, float] | Overrides = ()
    seed: int = 1
    central: bool = False
    stages: tuple[tuple[int, int], ...] = ()
    shocks: tuple[Scenario, ...] = ()

    def __post_init__(self) -> None:
        if self.scenarios or not self.shocks:
            check_names(self.scenarios)
        if not self.stages:
            usual = RESILIENCE_STAGES if self.shocks else STAGES
            object.__setattr__(self, "stages", usual)
        if len(self.scenarios) > MOST_SCENARIOS:
            raise AncrageError(f"At most {MOST_SCENARIOS} scenarios can be compared at once.")
        if self.seed < 0 or min(min(stage) for stage in self.stages) < 1:
            raise AncrageError("A question needs seed >= 0 and stages of months and pairs >= 1.")
        kept = edited_hypotheses(dict(self.overrides))
        object.__setattr__(self, "scenarios", tuple(self.scenarios))
        object.__setattr__(self, "overrides", kept)
        object.__setattr__(self, "shocks", tuple(self.shocks))
        if self.shocks:
            self._check_shocks()

    def _check_shocks(self) -> None:
        if len(self.shocks) > MOST_SHOCKS:
            raise AncrageError(f"At most {MOST_SHOCKS} shocks can be asked at once.")
        if any(one.name == BASELINE_SCENARIO.name for one in self.scenarios):
            raise AncrageError("The baseline is asked with every shock: leave it out.")
        check_shocks(self.shocks, min(months for months, _ in self.stages))
        # shocks of a scenario and those asked may take more than all of something together
        for one in self.compared:
            for shock in self.shocks:
                _ = self.context.shocks | one.shocks | shock.shocks

    @property
    def compared(self) -> tuple[Scenario, ...]:
        """The baseline, then the scenarios."""
        return (BASELINE_SCENARIO, *self.scenarios)

    @property
    def edited(self) -> Overrides:
        """The edited hypotheses as pairs sorted by key."""
        return tuple(dict(self.overrides).items())


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """One answer to a question.

    Attributes
    ----------
    question
        What was asked.
    comparison
        Over the months and pairs below; figures of the question asked and of no other. None where
        something strikes.
    stage
        Place in ``question.stages`` of the answer, or of the stage that it is a part of.
    months, pairs
        Horizon and pairs of the answer: of the whole stage; fewer pairs while it is under way; 12
        months in a first answer where more than three visitors wait for theirs and nothing strikes.
    done_units, all_units
        Progress of the whole question, in parts of runs.
    finished
        Whether nothing more will come.
    resilience
        Where something strikes, the study of the baseline and the scenarios over these months and
        pairs; None elsewhere.
    """

    question: Question
    comparison: Comparison | None
    stage: int
    months: int
    pairs: int
    done_units: int
    all_units: int
    finished: bool
    resilience: Resilience | None = None
