"""What a visitor asks, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.errors import AncrageError
from scenarios.comparison import MOST_SCENARIOS, Comparison, check_names, edited_hypotheses
from scenarios.pairs import BASELINE_SCENARIO
from scenarios.schema import Scenario

Overrides = tuple[tuple[str, float], ...]

STAGES = ((24, 1), (24, 5), (24, 30), (120, 8), (120, 30))
"""Months and pairs of the answers, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Question:
    """Scenarios to compare with the baseline, first on few months and pairs, then on more.

    Attributes
    ----------
    territory
        Name of the territory.
    scenarios
        One to four, without the baseline.
    context
        What happens around purchasing, in the baseline and every scenario alike.
    overrides
        Hypotheses edited for this visit, by key: they keep their value in every pair, while the
        others are drawn. A mapping is accepted, and kept as pairs sorted by key. Values that act
        at build make the territory be built anew.
    seed, central
        As in `scenarios.compare`.
    stages
        (months, pairs) of each answer, in order.

    Raises
    ------
    AncrageError
        No scenario, too many, two of one name, an unknown hypothesis or one out of bounds, or
        stages that are not positive.
    """

    territory: str
    scenarios: tuple[Scenario, ...]
    context: Scenario = BASELINE_SCENARIO
    overrides: Mapping[str, float] | Overrides = ()
    seed: int = 1
    central: bool = False
    stages: tuple[tuple[int, int], ...] = STAGES

    def __post_init__(self) -> None:
        check_names(self.scenarios)
        if len(self.scenarios) > MOST_SCENARIOS:
            raise AncrageError(f"At most {MOST_SCENARIOS} scenarios can be compared at once.")
        if self.seed < 0 or not self.stages or min(min(stage) for stage in self.stages) < 1:
            raise AncrageError("A question needs seed >= 0 and stages of months and pairs >= 1.")
        kept = edited_hypotheses(dict(self.overrides))
        object.__setattr__(self, "scenarios", tuple(self.scenarios))
        object.__setattr__(self, "overrides", kept)

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
        Over the months and pairs below; figures of the question asked and of no other.
    stage
        Place in ``question.stages`` of the answer, or of the stage that it is a part of.
    months, pairs
        Horizon and pairs of ``comparison``: of the whole stage; fewer pairs while it is under way;
        12 months in a first answer where more than three visitors wait for theirs.
    done_units, all_units
        Progress of the whole question, in parts of runs.
    finished
        Whether nothing more will come.
    """

    question: Question
    comparison: Comparison
    stage: int
    months: int
    pairs: int
    done_units: int
    all_units: int
    finished: bool
