"""Recherche: how far results can be believed, from what the version ships."""

from __future__ import annotations

import solara

from scenarios.sensitivity import RESULTS
from viz.evidence import calibration_figures, pattern_figures, sensitivity_figures
from viz.figures.figure import Figure
from viz.figures.wording import label_of
from viz.texts import Language, words_of
from viz.web.components import Choice
from viz.web.figures import Maker, made_of
from viz.web.pages.parts import FigureList
from viz.web.session import Answers
from viz.web.state import State

words = words_of("evidence")


@solara.component
def Evidence(state: State, answers: Answers) -> None:
    """Show the model against published figures, what calibration learnt, what results rest on."""
    language = state.language
    result, choose = solara.use_state(RESULTS[0])
    made = solara.use_memo(lambda: figures_of_evidence(language), [language])
    tornadoes: list[Figure | None] = solara.use_memo(
        lambda: made_of(list(sensitivity_figures(language, [result]))), [language, result]
    )
    with solara.Div(classes=["an-card", "an-stack"]):
        _heading("evidence_title", language)
        solara.Div(children=[words("evidence_help", language)])
    for part in ("patterns", "calibration"):
        Part(part, language)
        FigureList(made[part], language)
    Part("sensitivity", language)
    FigureList(tornadoes[:1], language)
    with solara.Div(classes=["an-filters"]):
        Choice(
            label=words("result", language),
            options=[{"key": key, "label": label_of(key, language)} for key in RESULTS],
            value=result,
            event_choose=lambda key: choose(key if key in RESULTS else RESULTS[0]),
        )
    FigureList(tornadoes[1:], language)


def figures_of_evidence(language: Language) -> dict[str, list[Figure | None]]:
    """Return the figures of each part that no choice changes."""
    makers: dict[str, list[Maker]] = {
        "patterns": list(pattern_figures(language)),
        "calibration": list(calibration_figures(language)),
    }
    return {part: made_of(parts) for part, parts in makers.items()}


@solara.component
def Part(part: str, language: Language) -> None:
    """Show the heading of a part and how to read it."""
    with solara.Div(classes=["an-card", "an-stack"]):
        _heading(f"{part}_part", language)
        solara.Div(children=[words(f"{part}_help", language)])


def _heading(key: str, language: Language) -> None:
    solara.HTML(tag="h2", classes=["an-title"], unsafe_innerHTML=words(key, language))
