"""The research mode."""

from __future__ import annotations

import solara

from viz.web.session import Answers
from viz.web.state import State


@solara.component
def Research(state: State, answers: Answers) -> None:
    """Show the section that is open."""
    solara.Text(state.section)
