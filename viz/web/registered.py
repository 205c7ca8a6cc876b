"""The result with the register's hypotheses, asked beside that of the edited ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import solara

from model.errors import AncrageError
from viz.web.session import Answers, horizon_of, new_visitor, question_of, use_engine
from viz.web.state import State

if TYPE_CHECKING:
    from scenarios.live import Question


def registered_question(state: State) -> Question | None:
    """Return the question on screen with every hypothesis of the register, if some are edited."""
    if not state.overrides:
        return None
    try:
        question = question_of(replace(state, overrides=()))
    except AncrageError:
        return None
    # this result serves no other page: the horizon on screen is enough
    stages = tuple(stage for stage in question.stages if horizon_of(stage[0]) == state.months)
    return replace(question, stages=stages)


def use_registered(state: State) -> Answers:
    """Ask for the registered result while the page is open, and return what is known of it."""
    visitor = solara.use_memo(new_visitor, [])
    known = solara.use_memo(lambda: solara.reactive(Answers()), [])
    return use_engine(registered_question(state), known, visitor)
