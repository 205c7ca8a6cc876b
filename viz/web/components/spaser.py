"""Vue component of the page Tableau SPASER."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import solara

from viz.web.components import Event


@solara.component_vue("spaser.vue", vuetify=False)
def SpaserForm(
    texts: Mapping[str, str],
    first: Sequence[Mapping[str, Any]],
    others: Sequence[Mapping[str, Any]],
    scenarios: Sequence[str],
    scenario: str,
    ready: bool,
    done: bool,
    subjects: Sequence[Mapping[str, str]],
    years: Sequence[str],
    target: Mapping[str, str],
    running: str,
    progress: float,
    words: str,
    failure: str,
    event_buyer: Event,
    event_scenario: Event,
    event_table: Event,
    event_seek: Event,
    event_cancel: Event,
    event_save: Event,
) -> None:
    """Buyers, scenario, target, and progress of what is being computed."""
