"""The screen of the ten lines: read aloud, one screen, large type."""

from __future__ import annotations

import solara

from viz.web import explaining
from viz.web.pages.why import Explained, Lines
from viz.web.session import Answers
from viz.web.state import State
from viz.web.workshop import actions


@solara.component
def TenLines(state: State, answers: Answers) -> None:
    """Show the ten lines about the scenario on screen, or have them computed."""
    scenario = actions.on_screen(state).name
    _, refresh = solara.use_state(0)
    study = explaining.best_known(state, scenario)
    if study is None:
        Explained(state, scenario, refresh).key(f"explained-{scenario}")
        return
    Lines(study, state.language, large=True)
