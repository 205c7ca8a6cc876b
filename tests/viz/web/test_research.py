"""Recherche: the register edited within its bounds, effects side by side, tables by group."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import solara

from model.hypotheses import load_register
from model.indicators import load_indicators
from scenarios.compared import Comparison
from scenarios.live import Answer, Question
from viz.figures.by_group import by_group, rows_by_group
from viz.figures.edited import change_row, comparable, edited_effect, first_pairs
from viz.hypothesis_rows import register_rows, themes, unit_words
from viz.texts import Language, texts
from viz.web import research
from viz.web.app import Page
from viz.web.pages.research import Research
from viz.web.registered import registered_question
from viz.web.session import STATE, Answers
from viz.web.state import SECTIONS, State, decode, encode

KEY = "abandoned_chance"
EDIT = ((KEY, 0.04),)
LANGUAGES: tuple[Language, ...] = ("fr", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_hypothesis_has_a_row_with_all_that_is_said_of_it(language: Language) -> None:
    rows = register_rows(language)
    assert {row["key"] for row in rows} == set(load_register())
    for row in rows:
        assert all(str(row[name]).strip() for name in row)
        assert f"theme_{row['theme']}" in texts("research", language)
    assert set(themes()) == set(load_register())
    json.dumps(rows)


def test_every_unit_has_french_words() -> None:
    for entry in load_register().values():
        french = unit_words(entry.unit, "fr")
        assert french and "share" not in french and "EUR" not in french


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("value", [0.9, -1.0, float("nan"), float("inf"), None])
def test_a_value_out_of_bounds_is_refused_in_words(value: float | None, language: Language) -> None:
    state = State(language=language)
    same, told = research.with_hypothesis(state, KEY, value)
    assert same is state and told.endswith(".")


def test_unknown_hypotheses_are_refused() -> None:
    _, told = research.with_hypothesis(State(), "nothing", 1.0)
    assert told


def test_an_edit_is_kept_in_the_link_and_taken_back() -> None:
    state, told = research.with_hypothesis(State(), KEY, 0.04)
    assert told == "" and state.overrides == EDIT
    assert decode(encode(state)) == state
    assert research.badge(state) and research.edited_props(state)[KEY]["words"] == "0,04"
    more, _ = research.with_hypothesis(state, "acceptance_days", 5.0)
    assert len(more.overrides) == 2 and "2" in research.badge(more)
    assert research.without_hypothesis(more, "acceptance_days") == state
    assert research.without_hypothesis(more, "") == State()
    back, _ = research.with_hypothesis(state, KEY, load_register()[KEY].value)
    assert back == State() and research.badge(back) == ""


def test_places_of_the_research_mode_are_in_the_link() -> None:
    state = State(mode="research", section="network", focus="FZ-0001", hops=2, breakdown="sector")
    assert decode(encode(state)) == state
    odd = replace(state, hops=7, breakdown="moon", focus="x" * 500)
    tamed = decode(encode(odd))
    assert (tamed.hops, tamed.breakdown, len(tamed.focus)) == (1, "epci", 60)


# --- Before and after -----------------------------------------------------------------------------


@pytest.fixture
def edited(shifted: Callable[..., Comparison]) -> Comparison:
    return replace(shifted(8, jobs_present=(12.0, 1.0)), overrides=EDIT)


def test_only_the_same_question_is_compared(
    shifted: Callable[..., Comparison], edited: Comparison
) -> None:
    registered = shifted(8, jobs_present=(10.0, 1.0))
    assert comparable(registered, edited)
    assert not comparable(edited, registered)
    assert not comparable(registered, registered)
    for other in (
        replace(edited, months=24),
        replace(edited, seed=2),
        replace(edited, scenarios=()),
        replace(edited, central=False),
    ):
        assert not comparable(registered, other)
        with pytest.raises(ValueError):
            edited_effect(registered, other, "jobs_present", "fr")


def test_the_change_is_that_of_the_same_pairs(
    shifted: Callable[..., Comparison], edited: Comparison
) -> None:
    registered = shifted(20, jobs_present=(10.0, 1.0))
    cut = first_pairs(registered, 8)
    assert cut.pairs == 8 and len(cut.runs) == 8
    row = change_row(cut, edited, "more-lots", "jobs_present")
    assert row.difference == pytest.approx(2.0)
    assert row.low == pytest.approx(2.0) and row.high == pytest.approx(2.0)
    figure = edited_effect(registered, edited, "jobs_present", "fr")
    assert "more-lots" in figure.title and "registre" in str(figure.option)
    written = [str(cell).replace("\u00a0", " ") for cell in figure.rows[0][3:]]
    assert written[::2] == ["+10", "+12", "+2"]
    assert written[5] == "[+2 ; +2]"
    assert any("0,04" in line for line in figure.sources)
    json.dumps(figure.option)


@pytest.mark.parametrize("language", LANGUAGES)
def test_few_pairs_are_provisional(shifted: Callable[..., Comparison], language: Language) -> None:
    registered = shifted(3, jobs_present=(10.0, 1.0))
    edited = replace(shifted(8, jobs_present=(12.0, 1.0)), overrides=EDIT)
    figure = edited_effect(registered, edited, "jobs_present", language)
    assert figure.title.startswith("Pro")
    assert all(row[4] == row[8] == "–" for row in figure.rows)


def test_no_change_is_said(shifted: Callable[..., Comparison]) -> None:
    registered = shifted(8, jobs_present=(10.0, 1.0))
    figure = edited_effect(registered, replace(registered, overrides=EDIT), "jobs_present", "fr")
    assert "rien du tout" in figure.title


# --- By group -------------------------------------------------------------------------------------


def test_groups_keep_their_order_and_have_intervals(fake_comparison: Comparison) -> None:
    figure = by_group(fake_comparison, "jobs_present", "epci", {}, "fr")
    assert len(figure.rows) == 2 * len(fake_comparison.zones)
    names = [row[1] for row in figure.rows]
    assert names[: len(fake_comparison.zones)] == list(fake_comparison.zones)
    columns = [column.key for column in figure.columns]
    for row in figure.rows:
        assert row[columns.index("low")] is not None
    assert figure.option is None


def test_every_indicator_has_a_page_or_a_sentence(fake_comparison: Comparison) -> None:
    for key in load_indicators():
        for dimension in ("epci", "sector", "buyer-kind"):
            figure = by_group(fake_comparison, key, dimension, {}, "fr")
            has_rows = bool(rows_by_group(fake_comparison, key, dimension))
            assert bool(figure.rows) == has_rows
            assert ("n'existe pas" in figure.title) == (not has_rows)


# --- Pages ----------------------------------------------------------------------------------------


def answers_of(comparison: Comparison, question: Question | None = None) -> Answers:
    asked = question or Question("any", comparison.scenarios)
    answer = Answer(asked, comparison, 0, 24, comparison.pairs, 1, 1, True)
    return Answers(asked, {24: answer}, 1.0, False, "")


def widgets(box: Any) -> list[Any]:
    found = [box]
    for child in getattr(box, "children", ()):
        if not isinstance(child, str):
            found += widgets(child)
    return found


def traits(box: Any, name: str) -> list[Any]:
    return [getattr(w, name) for w in widgets(box) if w.has_trait(name)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", SECTIONS["research"])
def test_sections_are_shown_with_and_without_an_answer(
    section: str, language: Language, engine: Any, fake_comparison: Comparison
) -> None:
    state = State(language=language, mode="research", section=section)
    for answers in (Answers(), answers_of(fake_comparison)):
        box, context = solara.render(Research(state, answers), handle_error=False)
        assert widgets(box)
        context.close()


def test_data_show_command_python_and_record(engine: Any, fake_comparison: Comparison) -> None:
    state = State(mode="research", section="data")
    box, context = solara.render(Research(state, answers_of(fake_comparison)), handle_error=False)
    codes = traits(box, "code")
    assert codes[0].startswith("ancrage compare ") and "compare(" in codes[1]
    assert any("record.json" in str(rows) for rows in traits(box, "rows"))
    context.close()


def test_the_registered_result_is_asked_beside_and_forgotten(
    engine: Any, fake_comparison: Comparison
) -> None:
    state = State(mode="research", section="hypotheses", overrides=EDIT)
    asked = registered_question(state)
    assert asked is not None and asked.edited == () and asked.scenarios == state.scenarios()
    assert registered_question(replace(state, overrides=())) is None
    _, context = solara.render(Research(state, Answers()), handle_error=False)
    assert list(engine.asked.values()) == [asked]
    visitor = next(iter(engine.asked))
    context.close()
    assert engine.forgotten == [visitor]


def test_pages_that_need_no_register_ask_nothing_more(
    engine: Any, fake_comparison: Comparison
) -> None:
    state = State(mode="research", section="hypotheses")
    _, context = solara.render(Research(state, Answers()), handle_error=False)
    assert engine.asked == {}
    context.close()


def test_the_badge_is_on_every_page(engine: Any) -> None:
    for mode in SECTIONS:
        STATE.value = State(mode=mode, section=SECTIONS[mode][-1], overrides=EDIT)
        box, context = solara.render(Page(), handle_error=False)
        assert research.badge(STATE.value) in traits(box, "words")
        context.close()
    STATE.value = State()


def test_differences_of_differences_need_no_monthly_means(fake_comparison: Comparison) -> None:
    cut = first_pairs(fake_comparison, 3)
    np.testing.assert_array_equal(
        cut.pair_differences("more-lots", "jobs_present"),
        fake_comparison.pair_differences("more-lots", "jobs_present")[:3],
    )
