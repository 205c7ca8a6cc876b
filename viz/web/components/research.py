"""Vue components of the research mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import solara

from viz.web.components import Event


@solara.component_vue("hypotheses.vue", vuetify=False)
def HypothesisTable(
    texts: Mapping[str, str],
    language: str,
    rows: Sequence[Mapping[str, Any]],
    themes: Sequence[Mapping[str, str]],
    edited: Mapping[str, Mapping[str, Any]],
    refusal: Mapping[str, str],
    event_edit: Event,
    event_reset: Event,
) -> None:
    """The register: search, filters, pages, details of each entry and its value for the visit."""


@solara.component_vue("code.vue", vuetify=False)
def CodeBlock(label: str, code: str, copy: str, copied: str) -> None:
    """Lines to copy, with the button that copies them."""


@solara.component_vue("ask.vue", vuetify=False)
def AskCode(
    label: str,
    button: str,
    value: str,
    options: Sequence[Mapping[str, str]],
    event_ask: Event,
) -> None:
    """One field for a code, with known codes to choose from, and the button that asks."""


@solara.component_vue("action.vue", vuetify=False)
def Action(label: str, key_name: str, event_act: Event, primary: bool = False) -> None:
    """One button."""


@solara.component_vue("plain.vue", vuetify=False)
def PlainTable(
    title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], name: str
) -> None:
    """A small table of words under its heading."""


@solara.component_vue("badge.vue", vuetify=False)
def Badge(words: str, see: str, back: str, event_see: Event, event_back: Event) -> None:
    """Says that hypotheses are edited, on every page."""
