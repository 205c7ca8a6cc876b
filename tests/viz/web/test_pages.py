"""Answers as they reach a visitor, and the pages drawn without a browser or an engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import solara

from scenarios.compared import Comparison
from scenarios.live import Answer, Question
from viz.web.figures import NEEDS_ANSWER
from viz.web.pages.parts import progress_words
from viz.web.pages.strategy import Strategy
from viz.web.session import Answers, Failure, Inbox, question_of, received
from viz.web.state import SECTIONS, State


def answer_of(question: Question, comparison: Any = None, **changes: Any) -> Answer:
    """Return an answer to a question."""
    return replace(Answer(question, comparison, 0, 24, 6, 1, 4, False), **changes)


def test_answers_to_another_question_are_never_shown(engine: Any) -> None:
    asked = question_of(State())
    other = question_of(State(shown=("insertion",), edited="insertion"))
    before = Answers(question=asked, running=True)
    same = received(before, [answer_of(other, finished=True)])
    assert not same.by_horizon and same.running and same.question == asked
    late = received(before, [answer_of(other), answer_of(asked, pairs=5)])
    assert [a.pairs for a in late.by_horizon.values()] == [5]
    assert all(a.question == asked for a in late.by_horizon.values())


def test_of_several_answers_the_newest_of_each_horizon_is_kept(engine: Any) -> None:
    asked = question_of(State())
    items = [
        answer_of(asked, pairs=1),
        answer_of(asked, pairs=30, done_units=2),
        answer_of(asked, pairs=8, months=120, done_units=4, finished=True),
    ]
    known = received(Answers(question=asked, running=True), items)
    assert known.best(24).pairs == 30 and known.best(120).pairs == 8
    assert known.progress == 1.0 and not known.running
    twelve = received(Answers(question=asked), [answer_of(asked, months=12)])
    assert twelve.best(24).months == 12 and twelve.best(120) is None


def test_a_failure_stops_and_keeps_what_is_known(engine: Any) -> None:
    asked = question_of(State())
    known = received(
        Answers(question=asked, running=True), [answer_of(asked), Failure(asked, "Seed 3 failed.")]
    )
    assert known.failure == "Seed 3 failed." and not known.running
    assert known.best(24) is not None


def test_a_failure_of_another_question_is_never_said(engine: Any) -> None:
    asked = question_of(State())
    other = question_of(State(shown=("insertion",), edited="insertion"))
    known = received(Answers(question=asked, running=True), [Failure(other, "It failed.")])
    assert known.failure == "" and known.running


def test_what_a_former_question_left_behind_does_not_shut_answers_out(engine: Any) -> None:
    # the reader may write what it knew of the former question after a new one was asked
    asked = question_of(State())
    former = question_of(State(shown=("insertion",), edited="insertion"))
    stale = Answers(former, {24: answer_of(former)}, failure="It failed.")
    known = received(stale, [answer_of(asked, pairs=5)], asked)
    assert known.question == asked and known.failure == ""
    assert known.best(24).question == asked and known.best(24).pairs == 5


def test_the_reader_of_the_inbox_takes_all_and_stops(engine: Any) -> None:
    inbox = Inbox()
    one, two = (Failure(question_of(State()), words) for words in ("one", "two"))
    inbox.put(one)
    inbox.put(two)
    assert inbox.take() == [one, two]
    inbox.put(one)
    inbox.close()
    assert inbox.take() is None


@pytest.mark.parametrize("language", ["fr", "en"])
def test_progress_says_months_pairs_and_what_is_missing(engine: Any, language: str) -> None:
    state = State(language=language)
    asked = question_of(state)
    running = Answers(question=asked, running=True)
    months = "mois" if language == "fr" else "months"
    assert "24" not in progress_words(state, running)
    known = received(running, [answer_of(asked, pairs=5)])
    assert progress_words(state, known).startswith(f"24 {months}, 5 ")
    assert "25" in progress_words(state, known)
    decade = replace(state, months=120)
    assert "24" in progress_words(decade, known) and "120" not in progress_words(decade, known)
    failed = received(running, [Failure(asked, "This failed.")])
    assert progress_words(state, failed) == ""


def below(widget: Any) -> Iterator[Any]:
    """Walk the widgets of a page."""
    yield widget
    for child in getattr(widget, "children", ()):
        if not isinstance(child, str):
            yield from below(child)


def figures(box: Any) -> list[dict[str, Any]]:
    """Return the figures on a page."""
    return [widget.figure for widget in below(box) if widget.has_trait("figure")]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("section", [s for s in SECTIONS["strategy"] if s != "map"])
def test_every_section_is_drawn(
    section: str, language: str, engine: Any, fake_comparison: Comparison
) -> None:
    # the fake comparison has zones of its own, of which there is no map
    state = State(language=language, section=section).with_own(fake_comparison.scenarios[0])
    state = state.with_own(fake_comparison.scenarios[1]).with_shown(
        tuple(s.name for s in fake_comparison.scenarios)
    )
    asked = question_of(state)
    empty, context = solara.render(Strategy(state, Answers(question=asked)), handle_error=False)
    shown = figures(empty)
    context.close()
    assert not shown if section in NEEDS_ANSWER else True
    known = Answers(asked, {24: answer_of(asked, fake_comparison, finished=True)}, 1.0)
    box, context = solara.render(Strategy(state, known), handle_error=False)
    shown = figures(box)
    context.close()
    if section in NEEDS_ANSWER:
        assert shown and all(figure["title"] and figure["rows"] for figure in shown)
    assert len({figure["key"] for figure in shown}) == len(shown)


def test_an_answer_of_the_other_horizon_is_not_shown(
    engine: Any, fake_comparison: Comparison
) -> None:
    state = State(section="costs", months=120)
    asked = question_of(state)
    known = Answers(asked, {24: answer_of(asked, fake_comparison)})
    box, context = solara.render(Strategy(state, known), handle_error=False)
    assert not figures(box)
    context.close()


def test_a_figure_that_fails_says_so_and_the_others_stay(
    engine: Any, fake_comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("viz.web.figures.differences", broken)
    state = State(section="results")
    asked = question_of(state)
    state = replace(state, own=fake_comparison.scenarios)
    state = state.with_shown(tuple(s.name for s in fake_comparison.scenarios))
    known = Answers(asked, {24: answer_of(asked, fake_comparison)})
    box, context = solara.render(Strategy(state, known), handle_error=False)
    keys = {figure["key"] for figure in figures(box)}
    said = [w for w in below(box) if "n'a pas pu être établie" in str(getattr(w, "children", ""))]
    context.close()
    assert keys and "differences" not in keys and said
