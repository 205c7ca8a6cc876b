"""Own Vue components, each a template beside this file with a typed wrapper."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import solara

Event = Callable[[Any], None]


@solara.component_vue("shell.vue", vuetify=False)
def Shell(
    texts: Mapping[str, str],
    language: str,
    mode: str,
    modes: Sequence[Mapping[str, str]],
    section: str,
    sections: Sequence[Mapping[str, str]],
    link: str,
    notice: str,
    download: Mapping[str, object] | None,
    script: str,
    event_go: Event,
    event_language: Event,
    event_export: Event,
    event_dismiss: Event,
    children: Sequence[Any] = (),
) -> None:
    """Header, navigation, footer; it keeps the link in the address and saves downloads."""


@solara.component_vue("figure.vue", vuetify=False)
def FigureView(
    figure: Mapping[str, Any],
    texts: Mapping[str, str],
    language: str,
    large: bool = False,
    low: int = 0,
) -> None:
    """One figure with its finding, chart, table and exports.

    ``large`` is for a projector; ``low`` is the height of its chart there, before it is enlarged.
    """


@solara.component_vue("levers.vue", vuetify=False)
def LeverPanel(
    texts: Mapping[str, str],
    language: str,
    themes: Sequence[Mapping[str, Any]],
    values: Mapping[str, Any],
    choices: Mapping[str, Any],
    event_lever: Event,
    event_reset: Event,
) -> None:
    """All levers by theme: value, unit, mark of current practice, bounds, legal basis, cost."""


@solara.component_vue("scenarios.vue", vuetify=False)
def ScenarioBar(
    texts: Mapping[str, str],
    language: str,
    shown: Sequence[Mapping[str, Any]],
    available: Sequence[Mapping[str, Any]],
    edited: str,
    full: bool,
    largest_bytes: int,
    event_show: Event,
    event_edit: Event,
    event_duplicate: Event,
    event_rename: Event,
    event_remove: Event,
    event_save: Event,
    event_load: Event,
) -> None:
    """The scenarios compared, with what to do with each."""


@solara.component_vue("progress.vue", vuetify=False)
def ProgressLine(
    texts: Mapping[str, str],
    words: str,
    done: float,
    running: bool,
    horizon: int,
    horizons: Sequence[Mapping[str, Any]],
    event_cancel: Event,
    event_horizon: Event,
) -> None:
    """Horizon, pairs and progress of the answer on screen, beside the title."""


@solara.component_vue("choice.vue", vuetify=False)
def Choice(
    label: str,
    options: Sequence[Mapping[str, str]],
    value: str,
    event_choose: Event,
) -> None:
    """One labelled choice among named options."""


@solara.component_vue("restated.vue", vuetify=False)
def RestatedList(texts: Mapping[str, str], shown: Sequence[Mapping[str, Any]]) -> None:
    """The scenarios compared, in words."""


@solara.component_vue("library.vue", vuetify=False)
def LibraryList(
    texts: Mapping[str, str],
    entries: Sequence[Mapping[str, Any]],
    full: bool,
    last: bool,
    event_show: Event,
    event_hide: Event,
) -> None:
    """Every scenario with its question and its changes."""


@solara.component_vue("shocks.vue", vuetify=False)
def ShockPicker(
    texts: Mapping[str, str],
    shocks: Sequence[Mapping[str, Any]],
    others: Sequence[Mapping[str, Any]],
    event_strike: Event,
) -> None:
    """The shocks that can strike, those chosen pressed, and what they are in words."""
