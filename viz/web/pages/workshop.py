"""Atelier: one question, one figure and one sentence a screen, by keyboard alone if wished."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import solara

from viz.figures.figure import SCENARIO_COLOURS, Figure
from viz.figures.guesses import asked_unit, workshop_words
from viz.sentences import what_changes
from viz.texts import texts
from viz.web.components.workshop import Acts, Bar, Screen
from viz.web.pages.parts import FigureCard, Progress
from viz.web.pages.workshop_room import Predict, Replay, Seat, Tables, Target
from viz.web.pages.workshop_sheets import Decisions, RoleCards, Script, Vote
from viz.web.pages.workshop_shocks import Shocks
from viz.web.pages.workshop_why import TenLines
from viz.web.session import Answers, change
from viz.web.state import State
from viz.web.studies import NO_STUDY, SHOCK_SCREEN
from viz.web.workshop import actions
from viz.web.workshop.figures import low_height, question_words, screen_figure
from viz.workshop.kit import story, story_scenarios

SHEETS = {
    "predict": Predict,
    "target": Target,
    "replay": Replay,
    "why": TenLines,
    "tables": Tables,
    "roles": RoleCards,
    "vote": Vote,
    "decisions": Decisions,
    "script": Script,
}
OF_RESULTS = ("story", "predict", "target", "replay")
"""Sections that show results of the comparison."""
OF_ONE_SCENARIO = ("predict", "target", "replay", "why", SHOCK_SCREEN)


@solara.component
def Workshop(state: State, answers: Answers, study: Answers = NO_STUDY) -> None:
    """Show the screen that is open."""
    if actions.memory(state).seat:
        Seat(state)
        return
    with solara.Div(classes=["an-stack"]):
        Head(state)
        if state.section == "story":
            with solara.Div(classes=["an-row"]):
                StoryActs(state)
                Waiting(state, answers)
        elif state.section == SHOCK_SCREEN:
            Shocks(state, study)
        else:
            revealed = state.section == "predict" and actions.is_revealed(state)
            with solara.Div(classes=["an-row" if revealed else "an-stack"]):
                SHEETS[state.section](state, answers)
                Waiting(state, answers)
        ShownFigure(state, answers)
        # it keeps presenting from screen to screen, so it must stay the same one
        BottomBar(state).key("bottom")


@solara.component
def Head(state: State) -> None:
    """Show what is asked and which scenarios it stands on."""
    words = labels_of(state)
    kicker, heading, notes = head_words(state)
    w = actions.memory(state)
    named: Sequence[str] = ()
    if state.section in OF_ONE_SCENARIO:
        named = (actions.on_screen(state).name,)
    elif state.section == "story":
        named = actions.step_of(state).scenarios
    chips = [
        {"name": name, "colour": SCENARIO_COLOURS[k], "pressed": name in named}
        for k, name in enumerate(state.shown)
        if state.section in OF_ONE_SCENARIO
    ]
    restated = [
        {"name": name, "words": what_changes(state.scenario(name), state.language)}
        for name in named
    ]
    Screen(
        texts=words,
        screen=screen_name(state),
        kicker=kicker,
        heading=heading,
        notes=notes,
        chips=chips if len(chips) > 1 else [],
        restated=restated,
        small=(state.section in OF_RESULTS and actions.is_revealed(state))
        or (state.section == SHOCK_SCREEN and bool(state.shocks)),
        event_choose=lambda number: change(lambda s: actions.choose(s, int(number))),
    ).key(f"head-{state.section}-{w.step}")


def screen_name(state: State) -> str:
    """Return the name of the screen that is open."""
    step = actions.memory(state).step if state.section == "story" else 0
    return f"{state.section}-{step}"


def head_words(state: State) -> tuple[str, str, list[str]]:
    """Return the line above the heading, the heading, and notes under it."""
    language, section = state.language, state.section
    title = workshop_words(f"title_{section}", language)
    if section == "story":
        step, place = actions.step_of(state), actions.memory(state).step
        number = workshop_words("step_of", language, n=place + 1, all=len(story()))
        notes = [] if actions.is_revealed(state) else [step.look.words(language)]
        return f"{title} · {number}", step.question.words(language), notes
    if section == "predict":
        unit, _ = asked_unit(state.indicator, language)
        key = "predict_unit" if unit else "predict_unit_none"
        words = f"{workshop_words(key, language, unit=unit)}, {period_words(state)}."
        return title, question_words(state), [] if actions.is_revealed(state) else [words]
    if section == SHOCK_SCREEN:
        return "", title, [] if state.shocks else [workshop_words("shocks_note", language)]
    return "", title, []


def period_words(state: State) -> str:
    """Say whether the indicator is a mean or a sum over the period."""
    from model.indicators import load_indicators

    cumulated = load_indicators()[state.indicator].kind == "flow"
    return workshop_words("over_period" if cumulated else "per_period", state.language)


def labels_of(state: State) -> dict[str, str]:
    """Return the texts of the workshop."""
    return texts("workshop", state.language)


@solara.component
def StoryActs(state: State) -> None:
    """Show what can be done with a step: load its scenarios, have it predicted, reveal it."""
    language, step = state.language, actions.step_of(state)

    def words(key: str, **values: object) -> str:
        return workshop_words(key, language, **values)

    if not actions.is_loaded(state, step):
        names = ", ".join(words("quoted", name=name) for name in story_scenarios())
        note = words("load_story_note", names=names)
        buttons: list[dict[str, Any]] = [
            {"key": "load", "label": words("load_story"), "primary": True}
        ]
    else:
        shown = actions.is_revealed(state)
        note = "" if shown else words("hidden_note")
        label = words("hide" if shown else "reveal")
        buttons = [{"key": "reveal", "label": label, "primary": not shown}]
        if step.scenarios and not shown:
            buttons.append({"key": "predict", "label": words("predict_this"), "primary": False})
    acts = {
        "load": actions.load_story,
        "reveal": actions.reveal,
        "predict": actions.predict_step,
    }
    Acts(note=note, buttons=buttons, event_act=lambda key: change(acts[key]))


@solara.component
def ShownFigure(state: State, answers: Answers) -> None:
    """Show the one figure of the screen, of the answer at its horizon; nothing before its time."""
    shows = state.section in (*OF_RESULTS, "vote")
    loaded = state.section != "story" or actions.is_loaded(state, actions.step_of(state))
    answer = answers.best(state.months) if loaded else None

    def make() -> Figure | None:
        comparison = None if answer is None else answer.comparison
        return screen_figure(state, comparison) if shows and loaded else None

    made = solara.use_memo(make, [answer, state])
    if made is not None:
        FigureCard(made, state.language, large=True, low=low_height(made)).key(made.key)


@solara.component
def Waiting(state: State, answers: Answers) -> None:
    """Say how far the computation is, on screens that wait for it."""
    loaded = state.section != "story" or actions.is_loaded(state, actions.step_of(state))
    known = answers.best(state.months) is not None and not answers.running
    if state.section not in OF_RESULTS or not loaded or known:
        return
    Progress(state, answers)


@solara.component
def BottomBar(state: State) -> None:
    """Show where the screen stands, and listen to the keyboard."""
    place, all_screens = actions.here(state), len(actions.screens())

    def press(key: str) -> None:
        change(actions.turn_keys if key == "keys" else lambda s: actions.press(s, key))

    Bar(
        texts=labels_of(state),
        screen=screen_name(state),
        place=workshop_words("screen_of", state.language, n=place + 1, all=all_screens),
        first=place == 0,
        last=place == all_screens - 1,
        single_keys=actions.memory(state).keys,
        event_press=press,
    ).key("bar")
