"""Figures of the workshop's screens: one at a time, told in one sentence."""

from __future__ import annotations

import logging
from dataclasses import replace

from scenarios.compared import Comparison
from scenarios.resilience import Resilience
from scenarios.results import BASELINE
from viz.figures.before_after import before_after
from viz.figures.differences import differences
from viz.figures.euro_path import euro_path
from viz.figures.figure import Figure
from viz.figures.guesses import guesses, workshop_words
from viz.figures.loss_curves import loss_curves
from viz.figures.payers import payers
from viz.figures.replay import replay
from viz.figures.struck import few
from viz.figures.struck import words as shock_words
from viz.figures.target import target_figure
from viz.figures.trajectories import trajectories
from viz.figures.votes import votes
from viz.figures.wording import (
    finding,
    is_provisional,
    label_of,
    pairs_text,
    spaced_figure,
)
from viz.texts import Language
from viz.web.state import State
from viz.web.workshop.actions import (
    guesses_here,
    is_revealed,
    memory,
    on_screen,
    show_of,
    step_of,
    target_key,
)
from viz.workshop.kit import Step
from viz.workshop.narrow import narrowed, narrowed_study

logger = logging.getLogger(__name__)

EARLY = 24
"""Months up to which a result is early."""
_HEIGHT = 210
_TALL = 300
"""Heights of charts before they are enlarged: screens are wide and low."""


def horizon_words(months: int, language: Language) -> str:
    """Write a horizon."""
    key = f"months_{months}" if months in (24, 120) else "months_n"
    return workshop_words(key, language, months=months)


def question_words(state: State) -> str:
    """Return the question that participants predict."""
    return workshop_words(
        "predict_question",
        state.language,
        scenario=on_screen(state).name,
        horizon=horizon_words(state.months, state.language),
        label=label_of(state.indicator, state.language),
    )


def for_screen(figure: Figure, comparison: Comparison, language: Language) -> Figure:
    """Return a figure with one line under its sentence; the rest is under "Sources"."""
    early = workshop_words("early", language) if comparison.months <= EARLY else ""
    if is_provisional(comparison):
        early = workshop_words("provisional_short", language)
    words = workshop_words(
        "screen_caption",
        language,
        horizon=horizon_words(comparison.months, language),
        pairs=pairs_text(comparison, language),
        early=early,
    )
    return replace(figure, caption=words, sources=(figure.caption, *figure.sources))


def low_height(figure: Figure) -> int:
    """Return the height of a chart on a projector, before it is enlarged."""
    if figure.key.startswith("euro_path"):
        return _TALL
    # charts whose lines stand at fixed pixels keep their height
    flexible = isinstance((figure.option or {}).get("grid"), dict)
    return min(figure.height, _HEIGHT) if flexible else figure.height


def step_figure(step: Step, comparison: Comparison, levels: bool, language: Language) -> Figure:
    """Return the figure of a step of the story, its sentence made of the run."""
    if step.figure == "euro_path":
        return euro_path(comparison, language, "baseline")
    part = narrowed(comparison, step.scenarios)
    if step.figure == "payers":
        return payers(part, language)
    if levels or step.figure == "trajectories":
        show = "levels" if levels else "differences"
        return trajectories(part, step.indicator, language, show)
    rows = [part.row(name, step.indicator) for name in step.scenarios]
    figure = differences(part, language, [step.indicator])
    return spaced_figure(replace(figure, title=finding(part, rows, language)), language)


def screen_figure(state: State, comparison: Comparison | None) -> Figure | None:
    """Return the figure of the screen that is open; None before it is revealed or known."""
    try:
        if state.section == "vote":
            return _vote_figure(state)
        if comparison is None:
            return None
        figure = _result_figure(state, comparison)
    except Exception:
        logger.exception("A figure of the workshop could not be made.")
        return None
    if figure is None:
        return None
    shown = for_screen(figure, comparison, state.language)
    if state.section == "predict" and figure.why:
        shown = replace(shown, caption=f"{figure.why[0]} {shown.caption}", why=())
    return shown


def shock_figure(state: State, study: Resilience) -> Figure | None:
    """Return the curves of the first shock, under one sentence on before and after."""
    language, shock = state.language, study.shocks[0].name
    name = on_screen(state).name
    try:
        part = narrowed_study(study, [BASELINE, name])
        figure = loss_curves(part, shock, language)
        told = before_after(part, name, shock, language)
    except Exception:
        logger.exception("A figure of the workshop could not be made.")
        return None
    words = workshop_words(
        "screen_caption",
        language,
        horizon=horizon_words(study.months, language),
        pairs=pairs_text(study, language),
        early=workshop_words("provisional_short", language) if few(study) else "",
    )
    line = f"{shock_words('curves_jobs', language)}. {words}"
    sources = (figure.caption, *figure.sources)
    return spaced_figure(replace(figure, title=told, caption=line, sources=sources), language)


def _result_figure(state: State, comparison: Comparison) -> Figure | None:
    language, section, w = state.language, state.section, memory(state)
    if section in ("story", "predict") and not is_revealed(state):
        return None
    if section == "story":
        return step_figure(step_of(state), comparison, w.levels, language)
    if section == "replay":
        known = {scenario.name for scenario in comparison.scenarios}
        if len(w.replay) != 2 or not set(w.replay) <= known:
            return None
        return replay(comparison, w.replay[0], w.replay[1], state.indicator, language)
    part = narrowed(comparison, [on_screen(state).name])
    if section == "predict":
        return guesses(part, state.indicator, guesses_here(state), language)
    if section == "target":
        show = show_of(state)
        target = w.targets.get(target_key(state))
        if target is None:
            return trajectories(part, state.indicator, language, show)
        return target_figure(part, state.indicator, target, language, show)
    return None


def _vote_figure(state: State) -> Figure | None:
    w = memory(state)
    if not is_revealed(state) or not w.options:
        return None
    totals = w.totals() or (0,) * len(w.options)
    return votes(w.question, w.options, totals, w.minority, state.language)
