"""The page: shell, navigation, and the mode that is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import solara

from model.errors import AncrageError
from viz.texts import text
from viz.web.components import Shell
from viz.web.pages.research import EditedBadge, Research
from viz.web.pages.strategy import Strategy
from viz.web.pages.workshop import Workshop
from viz.web.session import DOWNLOAD, NOTICE, STATE, use_answers
from viz.web.shown import labels
from viz.web.state import SECTIONS, State, decode, encode
from viz.web.studies import use_study

PAGES = {"strategy": Strategy, "workshop": Workshop, "research": Research}


@cache
def chart_script() -> str:
    """Return the script of formatters that browser and reports share."""
    return files("viz.charts").joinpath("chart.js").read_text(encoding="utf-8")


def _entries(prefix: str, keys: Any, state: State) -> list[dict[str, str]]:
    language = state.language
    return [{"key": k, "label": text(f"{prefix}_{k}", language, table="web")} for k in keys]


@solara.component
def Layout(children: Sequence[Any] = ()) -> None:
    """Take the place of Solara's own frame, which scrolls inside and cannot be printed."""
    solara.Div(children=list(children))


@solara.component
def Page() -> None:
    """Show what the visitor's state says, and read it from the link first."""
    router = solara.use_router()

    def read_link() -> None:
        query = dict(part.split("=", 1) for part in (router.search or "").split("&") if "=" in part)
        try:
            STATE.value = decode(query.get("s", ""))
        except AncrageError:
            NOTICE.value = text("link_refused", STATE.value.language, table="web")

    solara.use_memo(read_link, [])
    state = STATE.value
    answers = use_answers(state)
    study = use_study(state)

    def go(target: dict[str, str]) -> None:
        mode = target["mode"]
        if mode in SECTIONS:
            STATE.value = STATE.value.go(mode, target.get("section", ""))

    def speak(language: str) -> None:
        STATE.value = replace(STATE.value, language="en" if language == "en" else "fr")

    def export(kind: str) -> None:
        from viz.web.exports import export_all

        export_all(kind, STATE.value, answers, study)

    def dismiss(_: Any) -> None:
        NOTICE.value = ""

    with Shell(
        texts=labels(state.language),
        language=state.language,
        mode=state.mode,
        modes=_entries("mode", SECTIONS, state),
        section=state.section,
        sections=_entries("section", SECTIONS[state.mode], state),
        link=encode(state),
        notice=NOTICE.value or _failure(answers.failure or study.failure, state),
        download=DOWNLOAD.value,
        script=chart_script(),
        event_go=go,
        event_language=speak,
        event_export=export,
        event_dismiss=dismiss,
    ):
        EditedBadge(state)
        PAGES[state.mode](state, answers, study)


def _failure(reason: str, state: State) -> str:
    return text("run_failed", state.language, table="web", reason=reason) if reason else ""
