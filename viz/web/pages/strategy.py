"""Stratégie: scenarios from levers, compared with the locked baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import solara

from viz.figures.figure import SCENARIO_COLOURS, Figure
from viz.reproduce import file_name, toml_of
from viz.sentences import what_changes, why_of
from viz.web import actions
from viz.web.components import LeverPanel, LibraryList, RestatedList, ScenarioBar
from viz.web.explained_figures import with_explanations
from viz.web.explaining import all_known
from viz.web.figures import NEEDS_ANSWER, indicator_choices, made_figures
from viz.web.lever_panel import choices, panel, values
from viz.web.pages.dependence import Dependence
from viz.web.pages.parts import FigureList, IndicatorChoice, Progress, ShockChoice, StudyProgress
from viz.web.pages.spaser import PAGE as SPASER_PAGE
from viz.web.pages.spaser import SpaserPage
from viz.web.pages.why import Why
from viz.web.session import STATE, Answers, change, offer
from viz.web.shown import labels
from viz.web.state import MOST_SHOWN, State
from viz.web.studies import NO_STUDY, PAGE, study_of
from viz.web.study_figures import study_figures
from viz.web.zones import zone_names


@solara.component
def Strategy(state: State, answers: Answers, study: Answers = NO_STUDY) -> None:
    """Show the section that is open."""
    if state.section == "results":
        with solara.Div(classes=["an-two"]):
            with solara.Div(classes=["an-place-scenarios"]):
                Scenarios(state)
            with solara.Div(classes=["an-place-levers"]):
                Levers(state)
            with solara.Div(classes=["an-stack", "an-place-figures"]):
                Progress(state, answers)
                Figures(state, answers)
    elif state.section == "scenarios":
        Library(state)
    elif state.section == "why":
        with solara.Div(classes=["an-stack"]):
            Restated(state)
            Why(state, answers)
    elif state.section == SPASER_PAGE:
        SpaserPage(state)
    elif state.section == PAGE:
        with solara.Div(classes=["an-stack"]):
            ShockChoice(state)
            Restated(state)
            StudyProgress(state, study)
            Struck(state, study)
    else:
        with solara.Div(classes=["an-stack"]):
            if state.section in NEEDS_ANSWER:
                Restated(state)
                Progress(state, answers)
            Figures(state, answers)


@solara.component
def Struck(state: State, study: Answers) -> None:
    """Show what the shocks chosen do, and what purchasing looks like before them."""
    found = study_of(study)
    made: list[Figure | None] = solara.use_memo(
        lambda: [] if found is None else study_figures(state, found),
        [found, state.language, state.edited],
    )
    FigureList(made, state.language)
    if found is not None:
        Dependence(state)


@solara.component
def Restated(state: State) -> None:
    """Say in words what is compared, where the lever panel is not on screen."""
    shown = [
        {
            "name": scenario.name,
            "colour": SCENARIO_COLOURS[k],
            "words": what_changes(scenario, state.language),
        }
        for k, scenario in enumerate(state.scenarios())
    ]
    RestatedList(texts=labels(state.language), shown=shown)


@solara.component
def Library(state: State) -> None:
    """Show every scenario, what it asks and what it changes."""
    entries = [
        {
            "name": name,
            "own": any(s.name == name for s in state.own),
            "why": why_of(state.scenario(name), state.language),
            "words": what_changes(state.scenario(name), state.language),
            "shown": name in state.shown,
        }
        for name in state.names()
    ]

    def show(name: str) -> None:
        change(lambda s: s.with_shown((*s.shown, name)))

    def hide(name: str) -> None:
        change(lambda s: s.with_shown(tuple(n for n in s.shown if n != name)))

    LibraryList(
        texts=labels(state.language),
        entries=entries,
        full=len(state.shown) >= MOST_SHOWN,
        last=len(state.shown) == 1,
        event_show=show,
        event_hide=hide,
    )


@solara.component
def Scenarios(state: State) -> None:
    """Show the scenarios compared, restated in words, and what can be done with them."""
    shown = [
        {
            "name": scenario.name,
            "colour": SCENARIO_COLOURS[k],
            "own": scenario in state.own,
            "words": what_changes(scenario, state.language),
        }
        for k, scenario in enumerate(state.scenarios())
    ]
    available = [{"name": name, "label": name} for name in state.names() if name not in state.shown]

    def save(name: str) -> None:
        content = toml_of(STATE.value.scenario(name)).encode()
        offer(file_name(name, "toml"), content, "application/toml")

    ScenarioBar(
        texts=labels(state.language),
        language=state.language,
        shown=shown,
        available=available,
        edited=state.edited,
        full=len(state.shown) >= MOST_SHOWN,
        largest_bytes=actions.LARGEST_UPLOAD,
        event_show=lambda name: change(lambda s: s.with_shown((*s.shown, name))),
        event_edit=lambda name: change(lambda s: replace(s, edited=name)),
        event_duplicate=lambda name: change(lambda s: actions.duplicate(s, name)),
        event_rename=lambda d: change(lambda s: actions.rename(s, d["name"], d["new_name"])),
        event_remove=lambda name: change(
            lambda s: s.with_shown(tuple(n for n in s.shown if n != name))
        ),
        event_save=save,
        event_load=lambda file: change(lambda s: actions.load_file(s, file)),
    )


@solara.component
def Levers(state: State) -> None:
    """Show the levers of the scenario that is open."""

    def lever(data: Mapping[str, Any]) -> None:
        change(lambda s: actions.move_lever(s, data))

    LeverPanel(
        texts=labels(state.language),
        language=state.language,
        themes=solara.use_memo(lambda: panel(state.language), [state.language]),
        values=values(state.scenario(state.edited), state.language),
        choices=solara.use_memo(lambda: choices(state.language, zone_names()), [state.language]),
        event_lever=lever,
        event_reset=lambda key: change(lambda s: actions.reset_lever(s, key)),
    )


@solara.component
def Figures(state: State, answers: Answers) -> None:
    """Show the figures of the section, of the answer at the horizon chosen."""
    answer = answers.best(state.months)
    made: list[Figure | None] = solara.use_memo(
        lambda: made_figures(state, answer),
        [answer, state.section, state.language, state.indicator, state.edited],
    )
    known = all_known(state)
    explained = solara.use_memo(
        lambda: with_explanations(made, known, state.language), [made, list(known.values())]
    )
    if state.section in ("results", "map") and made:
        IndicatorChoice(state, indicator_choices(state.language))
    FigureList(explained, state.language)
