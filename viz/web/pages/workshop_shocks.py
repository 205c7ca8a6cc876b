"""The screen of shocks: one button each, then one sentence and one figure."""

from __future__ import annotations

import solara

from scenarios.library.reading import DEFAULT_SHOCKS, load_shock
from viz.figures.figure import Figure
from viz.figures.guesses import workshop_words
from viz.shocks import shock_label
from viz.web.components.workshop import Acts
from viz.web.pages.parts import FigureCard, StudyProgress
from viz.web.session import Answers, change
from viz.web.state import State
from viz.web.studies import study_of
from viz.web.workshop import actions
from viz.web.workshop.figures import low_height, shock_figure


@solara.component
def Shocks(state: State, study: Answers) -> None:
    """Have a shock strike the scenario on screen, and show before and after."""
    language = state.language
    found = study_of(study) if state.shocks else None
    made: Figure | None = solara.use_memo(
        lambda: None if found is None else shock_figure(state, found), [found, state]
    )
    with solara.Div(classes=["an-row"]):
        Acts(
            note="",
            buttons=[
                {
                    "key": name,
                    "label": shock_label(load_shock(name), language),
                    "primary": state.shocks == (name,),
                    "pressed": state.shocks == (name,),
                }
                for name in DEFAULT_SHOCKS
            ],
            event_act=lambda name: change(lambda s: actions.strike(s, str(name))),
        )
    if not state.shocks:
        return
    if len(state.shocks) > 1 or state.shocks[0] not in DEFAULT_SHOCKS:
        names = ", ".join(shock_label(load_shock(name), language) for name in state.shocks)
        Acts(note=workshop_words("shocks_other", language, names=names), buttons=[], event_act=_no)
    if study.running or found is None:
        StudyProgress(state, study)
    if made is not None:
        FigureCard(made, language, large=True, low=low_height(made)).key(made.key)


def _no(_: object) -> None:
    return
