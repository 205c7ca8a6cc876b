"""The workshop in the page: what gestures do to the state, and nothing shown before its time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import solara

from scenarios.compared import Comparison
from scenarios.live.question import Answer
from viz.texts import Language
from viz.web.actions import Refusal, move_lever
from viz.web.pages.workshop import Workshop
from viz.web.session import Answers
from viz.web.state import SECTIONS, State, decode, encode
from viz.web.workshop import actions, sheets
from viz.web.workshop.figures import screen_figure
from viz.workshop.codes import Votes, code_of_guess, code_of_votes
from viz.workshop.guesses import Guess
from viz.workshop.kit import story, story_scenarios
from viz.workshop.memory import HALL

START = State().go("workshop")


def shown(state: State, comparison: Comparison | None) -> tuple[list[Any], Any]:
    """Draw the page; return its widgets and what to close."""
    answers = Answers()
    if comparison is not None:
        answer = Answer(None, comparison, 0, 24, comparison.pairs, 1, 1, True)  # pyright: ignore
        answers = Answers(by_horizon={24: answer})
    box, context = solara.render(Workshop(state, answers), handle_error=False)
    return [*_below(box)], context


def _below(widget: Any) -> Iterator[Any]:
    """Walk the widgets of a page."""
    yield widget
    for child in getattr(widget, "children", ()):
        if not isinstance(child, str):
            yield from _below(child)


def named(widgets: list[Any], trait: str) -> list[Any]:
    """Return the value of a trait of the widgets that have it."""
    return [getattr(widget, trait) for widget in widgets if widget.has_trait(trait)]


def renamed(comparison: Comparison) -> Comparison:
    """Return a comparison whose scenarios bear names of the library."""
    names = ("access", "insertion")
    scenarios = tuple(
        replace(one, name=name) for one, name in zip(comparison.scenarios, names, strict=True)
    )
    return replace(comparison, scenarios=scenarios)


@pytest.fixture
def known(fake_comparison: Comparison) -> Comparison:
    """The made-up comparison, of access and insertion."""
    return renamed(fake_comparison)


@pytest.fixture
def ready() -> State:
    """The workshop with access and insertion compared."""
    return replace(START, shown=("access", "insertion"))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("section", SECTIONS["workshop"])
def test_every_screen_is_drawn(
    section: str, language: Language, ready: State, known: Comparison, engine: Any
) -> None:
    widgets, context = shown(replace(ready, section=section, language=language), known)
    assert any(named(widgets, "heading")) and any(named(widgets, "place"))
    context.close()


def test_arrows_go_from_the_first_screen_to_the_last_and_stay() -> None:
    state, seen = START, [START.section]
    for _ in range(20):
        state = actions.press(state, "next")
        seen.append(state.section)
    assert state.section == SECTIONS["workshop"][-1]
    assert set(seen) == set(SECTIONS["workshop"])
    assert actions.here(state) == len(actions.screens()) - 1
    for _ in range(20):
        state = actions.press(state, "previous")
    assert (state.section, actions.memory(state).step) == ("story", 0)


def test_nothing_is_in_the_page_before_the_reveal(ready: State, known: Comparison) -> None:
    for state in (
        actions.put(ready, replace(actions.memory(ready), step=1)),
        replace(ready, section="predict"),
    ):
        widgets, context = shown(state, known)
        assert named(widgets, "figure") == []
        context.close()
        widgets, context = shown(actions.press(state, "reveal"), known)
        assert len(named(widgets, "figure")) == 1
        context.close()


def test_a_lever_moved_after_the_reveal_hides_again(ready: State) -> None:
    state = actions.reveal(actions.add_guess(replace(ready, section="predict"), "DUNE", "100-300"))
    assert actions.is_revealed(state)
    moved = move_lever(state, {"key": "allotment", "value": 0.9})
    moved = actions.put(moved, replace(actions.memory(moved), scenario=moved.edited))
    assert not actions.is_revealed(moved) and actions.guesses_here(moved) == ()
    assert not actions.is_revealed(replace(state, months=120))
    assert not actions.is_revealed(replace(state, overrides=(("x", 1.0),)))


def test_a_wrong_guess_is_refused_with_a_sentence() -> None:
    with pytest.raises(Refusal, match="fourchette"):
        actions.add_guess(replace(START, section="predict"), "DUNE", "beaucoup")


def test_codes_are_taken_for_the_question_on_screen() -> None:
    state = replace(START, section="tables")
    key = actions.question_key(state)
    taken, said = actions.take_code(state, code_of_guess(Guess("PORT", 120.0, 200.0), key))
    assert actions.guesses_here(taken) == (Guess("PORT", 120.0, 200.0),) and "PORT" in said
    with pytest.raises(Refusal, match="question affichée"):
        actions.take_code(state, code_of_guess(Guess("PORT", 120.0, 200.0), "another"))
    with pytest.raises(Refusal, match="aucune table"):
        actions.take_code(state, code_of_guess(Guess("CRAN", 120.0, 200.0), key))
    for place, option in enumerate(("Oui", "Non")):
        state = sheets.write_option(state, place, option)
    voted, _ = actions.take_code(state, code_of_votes(Votes("DUNE", (4, 2)), key))
    voted = sheets.count_votes(voted, HALL, 1, "3")
    assert actions.memory(voted).totals() == (4, 5)
    assert actions.memory(sheets.remove_option(voted, 0)).totals() == (5,)


def test_a_table_s_page_holds_no_one_s_answers(ready: State) -> None:
    state = actions.add_guess(replace(ready, section="predict"), "DUNE", "1234567")
    seat = decode(encode(actions.seat_state(state, "QUAI")))
    assert actions.memory(seat).seat == "QUAI" and not actions.memory(seat).guesses
    assert actions.question_key(seat) == actions.question_key(state)
    widgets, context = shown(seat, None)
    assert named(widgets, "figure") == []
    context.close()


def test_the_last_change_is_replayed(ready: State) -> None:
    state = actions.change_lever(replace(ready, section="replay"), "allotment", "80")
    assert state.shown == ("access", state.edited) and state.edited != "access"
    assert actions.memory(state).replay == state.shown
    again = actions.change_lever(state, "allotment", "90 %")
    before, after = (again.scenario(name) for name in again.shown)
    assert before.digest() == state.scenario(state.edited).digest()
    assert after.digest() != before.digest() and after.name == state.edited
    assert decode(encode(again)) == again
    # a change made in Stratégie is replayed alike
    elsewhere = move_lever(State(), {"key": "allotment", "value": 0.2})
    assert actions.replay_last(elsewhere).shown == ("access", elsewhere.edited)
    with pytest.raises(Refusal):
        actions.change_lever(state, "allotment", "10-20")


def test_keys_choose_scenario_levels_and_horizon(ready: State) -> None:
    assert actions.on_screen(actions.press(ready, "2")).name == "insertion"
    assert actions.press(ready, "9") == ready
    assert actions.memory(actions.press(ready, "baseline")).levels
    assert actions.press(ready, "horizon").months == 120
    assert not actions.memory(actions.turn_keys(ready)).keys


def test_a_target_is_drawn_and_kept(ready: State, known: Comparison) -> None:
    state = actions.set_target(replace(ready, section="target"), "1 500")
    figure = screen_figure(state, known)
    assert figure is not None and "simulations" in figure.title and figure.key.startswith("target")
    assert actions.clear_target(state).workshop == {}
    with pytest.raises(Refusal):
        actions.set_target(state, "10-20")


def test_the_story_runs_its_scenarios_at_once() -> None:
    state = actions.load_story(START)
    assert state.shown == story_scenarios()
    assert all(actions.is_loaded(state, step) for step in story())
    asked = actions.predict_step(actions.put(state, replace(actions.memory(state), step=2)))
    assert (asked.section, asked.indicator) == ("predict", "insertion_hours")
    assert actions.on_screen(asked).name == "insertion"


def test_a_link_reopens_the_workshop() -> None:
    state = sheets.write_decision(replace(START, section="decisions"), 0, "action", "Publier")
    state = sheets.write_decision(state, 0, "pilot", "Ville")
    state = sheets.write_vote(actions.reveal(replace(state, section="vote")), "question", "Quoi ?")
    back = decode(encode(state))
    assert back == state and actions.memory(back) == actions.memory(state)
    assert actions.memory(sheets.remove_decision(back, 0)).decisions == ()
