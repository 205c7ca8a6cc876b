"""The page Tableau SPASER: drawn without a browser, computed on request, cancelled, shared."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import solara

from scenarios.spaser import Spaser
from scenarios.spaser.evaluator import Question
from viz.texts import Language
from viz.web import spaser_study as study
from viz.web.pages import spaser as page
from viz.web.state import MOST_BUYERS, State, decode, encode

SHOWN = replace(State(), section="spaser", buyers=("one", "two"))


@pytest.fixture(autouse=True)
def server(
    engine: Any, exact_buyers: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Two buyers on the server's territory, whose worlds are exact."""
    import scenarios.spaser as package
    import scenarios.spaser.run as running

    fake = partial(package.spaser, build=exact_buyers.build)
    monkeypatch.setattr(package, "spaser", lambda *a, **k: fake(*a, **k | {"workers": 1}))
    monkeypatch.setattr(running, "check_buyers", lambda territory, codes: tuple(codes))
    monkeypatch.setattr(running.gc, "collect", lambda: 0)
    asked = partial(Question, build=exact_buyers.build)
    monkeypatch.setattr("scenarios.spaser.evaluator.Question", asked)
    buyers = SimpleNamespace(
        code=("one", "two", "three"),
        name=("One", "Two", "Three"),
        spaser_duty=np.array([False, True, False]),
        envelope_eur=np.array([3.0, 2.0, 1.0]),
    )

    class Buyers(SimpleNamespace):
        def __len__(self) -> int:
            return 3

    monkeypatch.setattr(page, "buyers_of", lambda name: Buyers(**vars(buyers)))
    page._buyers.cache_clear()
    yield
    page._buyers.cache_clear()
    for kept in (study._TABLES, study._FOUND):
        kept.clear()
    study.KNOWN.value = study.Known()


def drawn(state: State) -> list[Any]:
    """Draw the page; return its widgets."""

    def below(widget: Any) -> Iterator[Any]:
        yield widget
        for child in getattr(widget, "children", ()):
            if not isinstance(child, str):
                yield from below(child)

    box, context = solara.render(page.SpaserPage(state), handle_error=False)
    found = list(below(box))
    context.close()
    return found


def form_of(widgets: list[Any]) -> Any:
    return next(widget for widget in widgets if widget.has_trait("first"))


def finish(thread: threading.Thread | None) -> None:
    assert thread is not None
    thread.join(60)
    assert not thread.is_alive()


def test_buyers_under_the_duty_come_first(exact_study: Spaser) -> None:
    form = form_of(drawn(replace(SHOWN, buyers=())))
    assert [one["code"] for one in form.first] == ["two"] and not form.ready
    assert [one["code"] for one in form.others] == ["one", "three"]
    form = form_of(drawn(replace(SHOWN, buyers=("three",))))
    assert [(one["code"], one["chosen"]) for one in form.first] == [("two", False), ("three", True)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_table_is_computed_and_drawn(language: Language) -> None:
    state = replace(SHOWN, language=language)
    finish(study.start_table(state))
    known = study.KNOWN.value
    assert not known.running and not known.failure
    table = study.table_of(state, known)
    assert table is not None and table.pairs == study.PAIRS
    widgets = drawn(state)
    figures = [widget.figure for widget in widgets if widget.has_trait("figure")]
    # two tables and the means of each buyer, and of both together
    assert len(figures) == 9 and form_of(widgets).done
    assert figures[0]["option"] and figures[0]["rows"]
    # another scenario is another question
    assert study.table_of(replace(state, edited="insertion", shown=("insertion",)), known) is None


def test_what_was_computed_is_there_for_the_next_visitor() -> None:
    finish(study.start_table(SHOWN))
    assert study.table_of(SHOWN, study.Known()) is not None


def test_a_target_is_looked_for_and_drawn() -> None:
    state = replace(SHOWN, target="social_number>=20@2028")
    finish(study.start_search(state))
    found = study.found_of(state, study.KNOWN.value)
    assert found is not None and found.status == "found"
    figures = [widget.figure["key"] for widget in drawn(state) if widget.has_trait("figure")]
    assert figures == ["spaser_frontier", "spaser_levers"]


@pytest.mark.parametrize(
    ("start", "state", "expected"),
    [
        (study.start_table, replace(SHOWN, buyers=()), "Choisissez au moins un acheteur"),
        (study.start_search, replace(SHOWN, target="social>=130@2030"), "100 % at most"),
    ],
)
def test_what_cannot_be_asked_is_said(
    start: Callable[[State], Any], state: State, expected: str
) -> None:
    assert start(state) is None
    assert expected in form_of(drawn(state)).failure


def test_a_failure_is_a_sentence_and_a_cancelled_run_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(asked: Any, stop: threading.Event) -> None:
        raise RuntimeError("x")

    monkeypatch.setattr(study, "_table", broken)
    finish(study.start_table(SHOWN))
    assert study.KNOWN.value.failure and not study.KNOWN.value.running
    started = threading.Event()

    def endless(asked: Any, stop: threading.Event) -> None:
        started.set()
        stop.wait(30)
        study._check(stop)

    monkeypatch.setattr(study, "_table", endless)
    thread = study.start_table(SHOWN)
    assert started.wait(10) and study.start_table(SHOWN) is None
    study.stop()
    finish(thread)
    assert study.KNOWN.value.running == "" and study.table_of(SHOWN, study.KNOWN.value) is None


def test_buyers_and_target_are_in_the_link() -> None:
    state = replace(SHOWN, target="siae_value>=2@2030")
    assert decode(encode(state)) == state
    many = state
    for k in range(9):
        many = many.with_buyer(f"b{k}")
    assert len(many.buyers) == MOST_BUYERS and "b8" in many.buyers
    assert "b8" not in many.with_buyer("b8").buyers


def test_the_form_and_the_command_line_speak_the_same_target() -> None:
    asked = {"key": "siae_value", "sign": "<=", "value": "2.5", "year": "2031"}
    word = page.target_word(asked)
    assert page.target_parts(word) == asked
    assert page.target_parts("") == page._USUAL
    keys = {one["key"] for one in page._keys("fr")}
    assert page._USUAL["key"] in keys and "bids_per_tender" in keys


def test_a_report_and_the_zip_hold_the_table(
    exact_study: Spaser, fake_comparison: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from viz.report.content import report_of
    from viz.spaser.documents import spaser_blocks

    names = {"A": "Zone A", "B": "Zone B", "C": "Zone C"}
    plain = report_of(fake_comparison, names, "fr")
    annexed = report_of(fake_comparison, names, "fr", scheme=spaser_blocks(exact_study, "fr"))
    added = [f.key for f in annexed.figures() if f.key.startswith("spaser")]
    assert len(added) == 4 * len(exact_study.listed)
    assert len(annexed.figures()) == len(plain.figures()) + len(added)
