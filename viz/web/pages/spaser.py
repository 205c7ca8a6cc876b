"""Tableau SPASER: the table of chosen buyers, and the lever sets that reach a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import solara

from model.indicators import load_indicators
from scenarios.spaser.goals import LAST_YEAR
from scenarios.spaser.register import keys_with_means, load_categories
from scenarios.spaser.run import FIRST_YEAR
from viz.figures.figure import Figure
from viz.figures.spaser import UNITS, category_label, spaser_means, spaser_table, words
from viz.figures.spaser_search import search_figures
from viz.figures.wording import label_of
from viz.territories import buyers_of
from viz.texts import Language, text, texts
from viz.web.components.spaser import SpaserForm
from viz.web.exports import background
from viz.web.figures import Maker, made_of
from viz.web.pages.parts import FigureList
from viz.web.services import services
from viz.web.session import NOTICE, STATE, change, offer
from viz.web.spaser_study import (
    KNOWN,
    Known,
    found_of,
    start_search,
    start_table,
    stop,
    table_of,
)
from viz.web.state import LONGEST_TARGET, State

if TYPE_CHECKING:
    from scenarios.spaser import Spaser
    from scenarios.spaser.search import Found

PAGE = "spaser"

MIMES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_USUAL = {"key": "social_number", "sign": ">=", "value": "25", "year": "2030"}


@cache
def _labels(language: Language) -> dict[str, str]:
    """Return the texts of the form."""
    found = texts("spaser", language)
    return {key: told for key, told in found.items() if key.startswith("page_")}


@cache
def _buyers(territory: str) -> tuple[tuple[str, str, bool], ...]:
    """Return code, name and duty of each buyer, the obliged first, then by purchases."""
    buyers = buyers_of(territory)
    order = sorted(
        range(len(buyers)), key=lambda i: (not buyers.spaser_duty[i], -buyers.envelope_eur[i])
    )
    return tuple((buyers.code[i], buyers.name[i], bool(buyers.spaser_duty[i])) for i in order)


@cache
def _keys(language: Language) -> list[dict[str, str]]:
    """Return what a target can be about, with its unit."""
    found: list[dict[str, str]] = []
    for key in load_categories():
        for unit in UNITS:
            label = f"{category_label(key, language)}, {words(f'unit_{unit}', language)}"
            found.append({"key": f"{key}_{unit}", "label": label, "unit": "%"})
    for key in keys_with_means():
        if key not in load_categories():
            entry = load_indicators()[key]
            unit = entry.unit_fr if language == "fr" else entry.unit
            found.append({"key": key, "label": label_of(key, language), "unit": unit})
    return found


@solara.component
def SpaserPage(state: State) -> None:
    """Show the form, the table of the chosen buyers, then what was found for the target."""
    known, language = KNOWN.value, state.language
    table, found = table_of(state, known), found_of(state, known)
    made: list[Figure | None] = solara.use_memo(
        lambda: _figures(table, found, language), [table, found, language]
    )
    with solara.Div(classes=["an-stack"]):
        _form(state, known, table)
        FigureList(made, language)


def _form(state: State, known: Known, table: Spaser | None) -> None:
    every = _buyers(services().territory)
    first = [
        {"code": code, "name": name, "chosen": code in state.buyers}
        for code, name, duty in every
        if duty or code in state.buyers
    ]
    shown = {one["code"] for one in first}
    codes = {code for code, _, _ in every}

    def choose(code: str) -> None:
        if code in codes:
            change(lambda s: s.with_buyer(code))

    def edit(name: str) -> None:
        change(lambda s: replace(s, edited=name) if name in s.shown else s)

    def seek(asked: Mapping[str, Any]) -> None:
        STATE.value = replace(STATE.value, target=target_word(asked))
        start_search(STATE.value)

    SpaserForm(
        texts=_labels(state.language),
        first=first,
        others=[{"code": c, "name": name} for c, name, _ in every if c not in shown],
        scenarios=list(state.shown),
        scenario=state.edited,
        ready=bool(state.buyers),
        done=table is not None,
        subjects=_keys(state.language),
        years=[str(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)],
        target=target_parts(state.target),
        running=known.running,
        progress=known.progress,
        words=_status(known, table, state.language),
        failure=known.failure,
        event_buyer=choose,
        event_scenario=edit,
        event_table=lambda _: start_table(STATE.value),
        event_seek=seek,
        event_cancel=lambda _: stop(),
        event_save=lambda kind: _save(kind, table, STATE.value.language),
    )


def target_word(asked: Mapping[str, Any]) -> str:
    """Return a target of the form as the command line takes it."""
    word = f"{asked['key']}{asked['sign']}{asked['value']}@{asked['year']}"
    return word[:LONGEST_TARGET]


def target_parts(word: str) -> dict[str, str]:
    """Return the fields of the form of a target; the usual ones of none."""
    for sign in (">=", "<="):
        key, found, rest = word.partition(sign)
        value, at, year = rest.partition("@")
        if found and at:
            return {"key": key, "sign": sign, "value": value, "year": year}
    return _USUAL


def _status(known: Known, table: Spaser | None, language: Language) -> str:
    if known.running:
        return words(f"page_running_{known.running}", language, done=round(100 * known.progress))
    if table is not None:
        key = "pairs_one" if table.pairs == 1 else "pairs_many"
        return words("page_ready", language, pairs=text(key, language, pairs=table.pairs))
    return words("page_nothing", language)


def _figures(table: Spaser | None, found: Found | None, language: Language) -> list[Figure | None]:
    made: list[Figure | None] = []
    if found is not None:
        made += search_figures(found, language)
    return made if table is None else [*made, *table_figures(table, language)]


def table_figures(table: Spaser, language: Language) -> list[Figure | None]:
    """Return the figures of each buyer of a table, then of all together."""
    makers: list[Maker] = []
    for buyer in table.listed:
        makers += [partial(spaser_table, table, buyer, unit, language) for unit in UNITS]
        makers.append(partial(spaser_means, table, buyer, language))
    return made_of(makers)


def _save(kind: str, table: Spaser | None, language: Language) -> None:
    """Make a document in the background and offer it to the browser."""
    from viz.spaser.documents import document

    if table is None or kind not in MIMES:
        return

    def deliver() -> None:
        format = "docx" if kind == "docx" else "xlsx"
        try:
            content = document(table, format, language)
        except Exception as error:
            NOTICE.value = str(error)
        else:
            offer(f"spaser.{format}", content, MIMES[format])

    background(deliver)
