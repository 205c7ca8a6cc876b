"""What the engine knows of its visitors: what each asked, was shown and still waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from scenarios.live.needs import RunKey, Stage, shortened
from scenarios.live.question import Answer, Question
from scenarios.live.queue import Line, Waiting

OnAnswer = Callable[[Answer], None]
OnFailure = Callable[[str], None]

MOST_PATIENT = 3
"""Visitors waiting for their first answer beyond which first answers are shortened."""


@dataclass(slots=True, eq=False)
class Visit:
    """A question under way."""

    visitor: str
    ticket: int
    question: Question
    stages: tuple[Stage, ...]
    on_answer: OnAnswer
    on_failure: OnFailure
    following: int = 0
    """Place of the stage under way."""
    answered: bool = False
    begun: bool = False
    shown_months: int = 0
    shown_pairs: int = 0
    shown_at: float = 0.0
    keys: set[RunKey] = field(init=False)
    """All runs of the question."""

    def __post_init__(self) -> None:
        self.keys = {need.key for stage in self.stages for need in stage.needs}

    @property
    def stage(self) -> Stage:
        """The stage under way."""
        return self.stages[self.following]

    def shown_of(self, stage: Stage) -> int:
        """Return the pairs already shown over the horizon of a stage."""
        return self.shown_pairs if self.shown_months == stage.months else 0

    def shorten(self) -> None:
        """Make the first answer one over fewer months."""
        self.stages = (shortened(self.question), *self.stages[1:])


class Visits:
    """The questions under way, in the order of turns."""

    def __init__(self) -> None:
        self._visits: dict[str, Visit] = {}
        self._line = Line()

    def open(self, visit: Visit) -> None:
        """Begin with a question, in place of the visitor's former one."""
        self._visits[visit.visitor] = visit
        self._line.join(visit.visitor)

    def close(self, visitor: str) -> None:
        """Have done with a visitor's question."""
        self._visits.pop(visitor, None)
        self._line.leave(visitor)

    def of(self, visitor: str) -> Visit | None:
        """Return a visitor's question under way."""
        return self._visits.get(visitor)

    def served(self, visitor: str) -> None:
        """Note that work was given out for a visitor."""
        visit = self._visits[visitor]
        visit.begun = True
        self._line.served(visitor)

    def __iter__(self) -> Iterator[Visit]:
        return iter([self._visits[visitor] for visitor in self._line])

    def shorten_first_answers(self) -> list[Visit]:
        """Shorten first answers that were not begun, if many wait for theirs; return which."""
        fresh = [visit for visit in self if not visit.answered]
        if len(fresh) <= MOST_PATIENT:
            return []
        found = [visit for visit in fresh if not visit.begun]
        for visit in found:
            visit.begun = True
            visit.shorten()
        return found

    def waiting(self) -> list[Waiting]:
        """Return what each waits for, in the order of turns."""
        return [
            Waiting(
                visit.visitor,
                visit.following + 1 if visit.answered else 0,
                visit.stages[visit.following :],
            )
            for visit in self
        ]
