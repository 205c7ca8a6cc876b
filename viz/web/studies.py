"""What shocks do, asked of the engine beside the comparison while a page about it is open."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import solara

from model.errors import AncrageError
from scenarios.library.reading import DEFAULT_SHOCKS, load_context, load_shock, shock_names
from scenarios.schema import Scenario
from viz.sentences import what_changes
from viz.shocks import shock_label
from viz.texts import Language
from viz.web.services import services
from viz.web.session import SHORT, Answers, new_visitor, use_engine
from viz.web.state import State
from viz.web.workshop.actions import SHOCK_SCREEN
from viz.web.zones import zone_names

if TYPE_CHECKING:
    from scenarios.live import Question
    from scenarios.resilience import Resilience

STUDY = solara.reactive(Answers())
STUDY_VISITOR = solara.reactive("")
NO_STUDY = Answers()

PAGE = "resilience"
"""Section of the other modes about shocks."""


def study_question(state: State) -> Question:
    """Return what the state asks of the engine about shocks."""
    from scenarios.live import Question

    return Question(
        territory=services().territory,
        scenarios=state.scenarios(),
        context=load_context([state.context] if state.context else []),
        overrides=state.overrides,
        shocks=tuple(load_shock(name) for name in state.struck),
    )


def is_open(state: State) -> bool:
    """Return whether the page that is open shows what shocks do."""
    if state.mode == "workshop":
        return state.section == SHOCK_SCREEN and bool(state.shocks)
    return state.section == PAGE


def use_study(state: State) -> Answers:
    """Ask what shocks do while a page shows it, and return what is known so far.

    What was asked goes on, and stays at hand for exports, until something else is chosen.
    """
    visitor = solara.use_memo(new_visitor, [])
    solara.use_effect(lambda: STUDY_VISITOR.set(visitor), [])
    question, refusal = None, ""
    if is_open(state) or STUDY.value.question is not None:
        try:
            question = study_question(state)
        except AncrageError as error:
            refusal = str(error) if is_open(state) else ""
        if not is_open(state) and question != STUDY.value.question:
            question = None
    return use_engine(question, STUDY, visitor, refusal)


def study_of(answers: Answers) -> Resilience | None:
    """Return the best study known."""
    answer = answers.best(SHORT)
    return None if answer is None else answer.resilience


def stop_study() -> None:
    """Stop computing, keep what is shown."""
    services().engine.cancel(STUDY_VISITOR.value)
    STUDY.value = replace(STUDY.value, running=False)


@cache
def _ready(territory: str) -> tuple[Scenario, ...]:
    zones = set(zone_names())
    known = [load_shock(name) for name in shock_names()]
    return tuple(
        one for one in known if all(zones.issuperset(part.epci) for part in one.shocks.items)
    )


def ready_shocks() -> tuple[Scenario, ...]:
    """Return the ready shocks that can strike the server's territory."""
    return _ready(services().territory)


def shock_choices(state: State) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the shocks always on screen with those chosen, and the others."""
    every = [_choice(one, state) for one in ready_shocks()]
    first = [one for one in every if one["key"] in DEFAULT_SHOCKS or one["pressed"]]
    return first, [one for one in every if one not in first]


def _choice(shock: Scenario, state: State) -> dict[str, Any]:
    language: Language = state.language
    return {
        "key": shock.name,
        "label": shock_label(shock, language),
        "words": what_changes(shock, language),
        "pressed": shock.name in state.struck,
    }
