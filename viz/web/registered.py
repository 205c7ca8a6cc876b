"""The result with the register's hypotheses, asked beside that of the edited ones."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

import solara

from model.errors import AncrageError
from viz.web.services import services
from viz.web.session import DECADE, Answers, Inbox, question_of, received
from viz.web.state import State

if TYPE_CHECKING:
    from scenarios.live import Question

_STAGES = {24: ((24, 1), (24, 5), (24, 30)), DECADE: ((DECADE, 8), (DECADE, 30))}
"""What is asked at each horizon on screen: this result serves no other page."""


def registered_question(state: State) -> Question | None:
    """Return the question on screen with every hypothesis of the register, if some are edited."""
    if not state.overrides:
        return None
    try:
        question = question_of(replace(state, overrides=()))
    except AncrageError:
        return None
    return replace(question, stages=_STAGES[state.months])


def use_registered(state: State) -> Answers:
    """Ask for the registered result while the page is open, and return what is known of it."""
    visitor = solara.use_memo(lambda: uuid.uuid4().hex, [])
    inbox = solara.use_memo(Inbox, [])
    found = solara.use_memo(lambda: solara.reactive(Answers()), [])

    def listen() -> object:
        def read() -> None:
            while (items := inbox.take()) is not None:
                found.value = received(found.value, items, inbox.asked)

        threading.Thread(target=read, daemon=True).start()

        def leave() -> None:
            inbox.close()
            services().engine.forget(visitor)

        return leave

    solara.use_effect(listen, [])
    question = registered_question(state)

    def ask() -> None:
        inbox.asked = question
        if question is None:
            services().engine.cancel(visitor)
            return
        found.value = Answers(question=question, running=True)
        services().engine.ask(visitor, question, inbox.put, inbox.failing(question))

    solara.use_effect(ask, [question])
    known = found.value
    return known if known.question == question else Answers(question=question, running=True)
