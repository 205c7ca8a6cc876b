"""Own Vue components of the workshop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import solara

from viz.web.components import Event

Texts = Mapping[str, str]
Entries = Sequence[Mapping[str, Any]]


def nothing(_: object) -> None:
    """Answer an event that asks nothing of the server: a print, or a button that is not there."""


@solara.component_vue("workshop_bar.vue", vuetify=False)
def Bar(
    texts: Texts,
    screen: str,
    place: str,
    first: bool,
    last: bool,
    single_keys: bool,
    event_press: Event,
) -> None:
    """Previous and next screen, full screen, help; it listens to the keyboard."""


@solara.component_vue("workshop_screen.vue", vuetify=False)
def Screen(
    texts: Texts,
    screen: str,
    kicker: str,
    heading: str,
    notes: Sequence[str],
    chips: Entries,
    restated: Entries,
    small: bool,
    event_choose: Event,
) -> None:
    """The head of a screen: what is asked, and the scenarios that it stands on."""


@solara.component_vue("workshop_acts.vue", vuetify=False)
def Acts(note: str, buttons: Entries, event_act: Event) -> None:
    """Some buttons under a note; ``print`` prints the page."""


@solara.component_vue("workshop_field.vue", vuetify=False)
def Field(
    name: str,
    label: str,
    value: str,
    hint: str,
    action: str,
    clear_label: str,
    keep: bool,
    event_send: Event,
    event_clear: Event,
) -> None:
    """One labelled text with its button; what was sent stays with ``keep``."""


@solara.component_vue("workshop_guesses.vue", vuetify=False)
def Guesses(
    texts: Texts,
    tables: Sequence[str],
    guesses: Entries,
    unit: str,
    answered: str,
    event_guess: Event,
    event_remove: Event,
) -> None:
    """Guesses of the tables: enter, see, remove."""


@solara.component_vue("workshop_tables.vue", vuetify=False)
def Tables(texts: Texts, tables: Entries, questions: Sequence[str]) -> None:
    """The tables with code, role, answer and page; printed, a sheet of questions each."""


@solara.component_vue("workshop_roles.vue", vuetify=False)
def Roles(texts: Texts, roles: Entries) -> None:
    """The role cards, one a printed page."""


@solara.component_vue("workshop_vote.vue", vuetify=False)
def Vote(
    texts: Texts,
    question: str,
    tables: Entries,
    options: Sequence[str],
    counts: Sequence[Sequence[int]],
    totals: Sequence[int],
    minority: str,
    event_write: Event,
    event_option: Event,
    event_drop: Event,
    event_count: Event,
) -> None:
    """The vote: question, options, votes of each table, reasons of the minority."""


@solara.component_vue("workshop_record.vue", vuetify=False)
def RecordTable(
    texts: Texts,
    fields: Sequence[str],
    rows: Sequence[Sequence[str]],
    parts: Entries,
    kinds: Sequence[str],
    event_write: Event,
    event_remove: Event,
    event_save: Event,
) -> None:
    """The record of decisions: editable rows, what they rest on, print and download."""


@solara.component_vue("workshop_script.vue", vuetify=False)
def Script(texts: Texts, parts: Entries, label: str, event_open: Event) -> None:
    """The 90-minute script."""
