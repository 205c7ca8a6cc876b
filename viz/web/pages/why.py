""" "Pourquoi ?": which lever brings what, through which channel, for whom; on request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape

import solara
import solara.lab

from model.errors import AncrageError
from scenarios.attribution import Explanation
from viz.explanations.lines import ten_lines
from viz.explanations.words import words
from viz.figures.contributions import channels, contributions, followed_case
from viz.figures.figure import Figure
from viz.figures.wording import pairs_text
from viz.texts import Language, text
from viz.web import explaining
from viz.web.components import Choice, ProgressLine
from viz.web.components.research import Action
from viz.web.explaining import MORE_PAIRS, PAIRS, Asked
from viz.web.figures import indicator_choices, made_of
from viz.web.pages.parts import FigureList, IndicatorChoice
from viz.web.session import VISITOR, Answers, change
from viz.web.shown import labels
from viz.web.state import State
from viz.web.zones import zone_names

LARGE = "font-size: 24px; line-height: 1.22; padding-left: 1.6em; margin: 0"
"""Type that a room can read on a projector."""


@solara.component
def Why(state: State, answers: Answers) -> None:
    """Explain one of the scenarios on screen, indicator by indicator."""
    language, scenario = state.language, state.edited
    _, refresh = solara.use_state(0)
    with solara.Div(classes=["an-filters"]):
        Choice(
            label=words("scenario", language),
            options=[{"key": name, "label": name} for name in state.shown],
            value=scenario,
            event_choose=lambda name: change(
                lambda s: replace(s, edited=name) if name in s.shown else s
            ),
        )
    Explained(state, scenario, refresh).key("explained")
    study = explaining.best_known(state, scenario)
    if study is not None:
        Lines(study, language)
        if study.players:
            Parts(study, state)


@solara.component
def Parts(study: Explanation, state: State) -> None:
    """Show contributions to one indicator, its channels, and the followed cases."""
    language, indicator = state.language, state.indicator
    made = solara.use_memo(
        lambda: why_figures(study, indicator, language), [study, indicator, language]
    )
    IndicatorChoice(state, indicator_choices(language))
    FigureList(made, language)


def why_figures(study: Explanation, indicator: str, language: Language) -> list[Figure | None]:
    """Return contributions to one indicator, its channels, and the followed cases."""
    zones = zone_names()
    makers = [
        lambda: contributions(study, indicator, language),
        lambda: channels(study, indicator, language),
    ]
    makers += [
        lambda case=case: followed_case(study, case, zones, language) for case in study.cases
    ]
    return made_of(makers)


@solara.component
def Lines(study: Explanation, language: Language, large: bool = False) -> None:
    """Show the ten lines, to read aloud; ``large`` for a projector."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in ten_lines(study, language))
    with solara.Div(classes=["an-card", "an-stack"]):
        if not large:
            heading = escape(words("lines_title", language))
            solara.HTML(tag="h2", classes=["an-title"], unsafe_innerHTML=heading)
        style = LARGE if large else ""
        solara.HTML(tag="ol", classes=["an-ten-lines"], unsafe_innerHTML=lines, style=style)


@solara.component
def Explained(state: State, scenario: str, refresh: Callable[[int], None]) -> None:
    """Say what is known, let it be computed or refined, show progress and let it be given up.

    ``refresh`` draws the page around it again, once there is more to show.
    """
    try:
        first, better = (explaining.asked_of(state, scenario, n) for n in (PAIRS, MORE_PAIRS))
    except AncrageError as error:
        solara.Div(attributes={"role": "alert"}, children=[str(error)])
    else:
        Computed(first, better, state.language, refresh).key("computed")


@solara.component
def Computed(
    first: Asked, better: Asked, language: Language, refresh: Callable[[int], None]
) -> None:
    """Follow the explanation that was asked for, or offer to compute it."""
    _, set_seen = solara.use_state((0, 0))
    failure, set_failure = solara.use_state("")
    serial, set_serial = solara.use_state(0)
    job = explaining.job_of(better) or explaining.job_of(first)

    def follow() -> None:
        while job is not None and not job.finished.wait(0.5):
            set_seen((serial, job.done))
        if job is not None:
            set_failure(job.failure)
            set_seen((serial + 1, 0))
            refresh(id(job))

    solara.lab.use_task(follow, dependencies=[job is None, first, serial], raise_error=False)

    def begin(asked: Asked) -> None:
        set_failure("")
        explaining.start(asked, VISITOR.value)
        set_serial(serial + 1)

    if job is None:
        Offer(first, better, failure, begin, language)
        return
    ProgressLine(
        texts=labels(language),
        words=words("web_running", language, done=job.done, pairs=job.asked.pairs),
        done=job.done / job.asked.pairs,
        running=True,
        horizon=0,
        horizons=[],
        event_cancel=lambda _: job.cancel(),
        event_horizon=lambda _: None,
    )


@solara.component
def Offer(
    first: Asked,
    better: Asked,
    failure: str,
    begin: Callable[[Asked], None],
    language: Language,
) -> None:
    """Say what is known, and offer to compute it, or more of it."""
    study = explaining.known(better) or explaining.known(first)
    with solara.Div(classes=["an-card", "an-stack"]):
        if failure:
            reason = text("run_failed", language, table="web", reason=failure)
            solara.Div(attributes={"role": "alert"}, children=[reason])
        solara.Div(children=[_known_words(study, first.scenario.name, language)])
        if study is None or (study.pairs < MORE_PAIRS and study.players):
            asked = first if study is None else better
            key = "web_compute" if study is None else "web_refine"
            Action(
                label=words(key, language, pairs=asked.pairs),
                key_name="explain",
                primary=study is None,
                event_act=lambda _: begin(asked),
            )


def _known_words(study: Explanation | None, scenario: str, language: Language) -> str:
    if study is None:
        return words("web_note", language, scenario=scenario)
    pairs = pairs_text(study, language)
    return words("web_known", language, scenario=scenario, months=study.months, pairs=pairs)
