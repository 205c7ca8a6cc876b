""" "Pourquoi ?": which lever brings what, through which channel, for whom; on request."""

from __future__ import annotations

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
from viz.web.explaining import MORE_PAIRS, PAIRS
from viz.web.figures import indicator_choices, made_of
from viz.web.pages.parts import FigureList, IndicatorChoice
from viz.web.session import VISITOR, Answers, change
from viz.web.shown import labels
from viz.web.state import State
from viz.web.zones import zone_names


@solara.component
def Why(state: State, answers: Answers) -> None:
    """Explain one of the scenarios on screen, indicator by indicator."""
    language, scenario = state.language, state.edited
    with solara.Div(classes=["an-filters"]):
        Choice(
            label=words("scenario", language),
            options=[{"key": name, "label": name} for name in state.shown],
            value=scenario,
            event_choose=lambda name: change(
                lambda s: replace(s, edited=name) if name in s.shown else s
            ),
        )
    Explained(state, scenario).key("explained")
    study = explaining.best_known(state, scenario)
    if study is None:
        return
    Lines(study, language)
    if study.players:
        IndicatorChoice(state, indicator_choices(language))
        made = solara.use_memo(
            lambda: why_figures(study, state.indicator, language),
            [study, state.indicator, language],
        )
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
        style = "font-size: 24px; line-height: 1.35; padding-left: 1.6em" if large else ""
        solara.HTML(tag="ol", classes=["an-ten-lines"], unsafe_innerHTML=lines, style=style)


@solara.component
def Explained(state: State, scenario: str) -> None:
    """Say what is known, let it be computed or refined, show progress and let it be given up."""
    language = state.language
    _, set_seen = solara.use_state((0, 0))
    failure, set_failure = solara.use_state("")
    serial, set_serial = solara.use_state(0)
    study = explaining.best_known(state, scenario)
    try:
        asked = [explaining.asked_of(state, scenario, pairs) for pairs in (PAIRS, MORE_PAIRS)]
    except AncrageError as error:
        solara.Div(attributes={"role": "alert"}, children=[str(error)])
        return
    jobs = [job for one in asked if (job := explaining.job_of(one)) is not None]
    job = jobs[-1] if jobs else None

    def follow() -> None:
        while job is not None and not job.finished.wait(0.5):
            set_seen((serial, job.done))
        if job is not None:
            set_failure(job.failure)
            set_seen((serial + 1, 0))

    solara.lab.use_task(follow, dependencies=[job is None, asked[0], serial], raise_error=False)

    def begin(pairs: int) -> None:
        set_failure("")
        explaining.start(explaining.asked_of(state, scenario, pairs), VISITOR.value)
        set_serial(serial + 1)

    def give_up() -> None:
        if job is not None:
            job.cancel()

    if job is not None:
        ProgressLine(
            texts=labels(language),
            words=words("web_running", language, done=job.done, pairs=job.asked.pairs),
            done=job.done / job.asked.pairs,
            running=True,
            horizon=0,
            horizons=[],
            event_cancel=lambda _: give_up(),
            event_horizon=lambda _: None,
        )
        return
    with solara.Div(classes=["an-card", "an-stack"]):
        if failure:
            reason = text("run_failed", language, table="web", reason=failure)
            solara.Div(attributes={"role": "alert"}, children=[reason])
        solara.Div(children=[_known_words(study, scenario, language)])
        if study is None or (study.pairs < MORE_PAIRS and study.players):
            pairs = PAIRS if study is None else MORE_PAIRS
            Action(
                label=words(
                    "web_compute" if study is None else "web_refine", language, pairs=pairs
                ),
                key_name="explain",
                primary=study is None,
                event_act=lambda _: begin(pairs),
            )


def _known_words(study: Explanation | None, scenario: str, language: Language) -> str:
    if study is None:
        return words("web_note", language, scenario=scenario)
    pairs = pairs_text(study, language)
    return words("web_known", language, scenario=scenario, months=study.months, pairs=pairs)
