"""What a gesture of the workshop does to the state: pure functions, refusals with a sentence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from model.errors import AncrageError
from model.indicators import load_indicators
from model.procurement.levers import load_levers
from scenarios.library.reading import DEFAULT_SHOCKS
from scenarios.schema import Scenario, scenario_of
from viz.figures.guesses import asked_unit, workshop_words
from viz.figures.trajectories import Show
from viz.numbers import shown_scale
from viz.texts import text
from viz.web.actions import Refusal, move_lever
from viz.web.state import HORIZONS, SECTIONS, State
from viz.workshop.codes import CodeRefused, Votes, read_code
from viz.workshop.guesses import Guess, GuessRefused, parse_guess, written_number
from viz.workshop.kit import Step, fewest_tables, story, story_scenarios, table_codes
from viz.workshop.memory import (
    Workshop,
    plain,
    workshop_of,
)

VOTE = "vote"
"""Name under which a revealed vote is kept."""


SHOCK_SCREEN = "shocks"
"""Section about shocks."""
_ALONE = tuple((name,) for name in DEFAULT_SHOCKS)


def memory(state: State) -> Workshop:
    """Return what the workshop has gathered."""
    return workshop_of(state.workshop)


def put(state: State, workshop: Workshop) -> State:
    """Return the state with another memory."""
    return replace(state, workshop=plain(workshop))


# --- Screens --------------------------------------------------------------------------------------


def screens() -> list[tuple[str, int]]:
    """Return the screens in order: section, and step of the story."""
    sections = SECTIONS["workshop"]
    return [("story", k) for k in range(len(story()))] + [(s, 0) for s in sections if s != "story"]


def here(state: State) -> int:
    """Return the place of the screen that is open."""
    step = memory(state).step if state.section == "story" else 0
    return screens().index((state.section, step))


def step_of(state: State) -> Step:
    """Return the step of the story that is open."""
    return story()[memory(state).step]


def move(state: State, by: int) -> State:
    """Open the next screen, or the one before; the ends stay."""
    place = max(0, min(len(screens()) - 1, here(state) + by))
    section, step = screens()[place]
    moved = state.go("workshop", section)
    if section == "story":
        moved = put(moved, replace(memory(moved), step=step))
    return moved


def load_story(state: State) -> State:
    """Compare the scenarios of the story, on the horizon of the step that is open."""
    shown = state.with_shown(story_scenarios())
    return replace(shown, months=step_of(state).months)


def predict_step(state: State) -> State:
    """Have the question of the step that is open predicted."""
    step = step_of(state)
    if not step.scenarios:
        return state
    w = replace(memory(state), scenario=step.scenarios[-1])
    moved = replace(put(state, w), indicator=step.indicator, months=step.months)
    return moved.go("workshop", "predict")


def is_loaded(state: State, step: Step) -> bool:
    """Return whether the scenarios of a step are compared."""
    return set(step.scenarios) <= set(state.shown)


# --- What screens stand on ------------------------------------------------------------------------


def on_screen(state: State) -> Scenario:
    """Return the scenario that screens stand on."""
    wanted = memory(state).scenario
    return state.scenario(wanted if wanted in state.shown else state.edited)


def choose(state: State, number: int) -> State:
    """Stand on the scenario of this number, from 1, among those compared."""
    if not 1 <= number <= len(state.shown):
        return state
    name = state.shown[number - 1]
    return replace(put(state, replace(memory(state), scenario=name)), edited=name)


def turn_levels(state: State) -> State:
    """Show levels with the baseline, or differences from it."""
    w = memory(state)
    return put(state, replace(w, levels=not w.levels))


def turn_horizon(state: State) -> State:
    """Show the other horizon."""
    place = HORIZONS.index(state.months) if state.months in HORIZONS else 0
    return replace(state, months=HORIZONS[(place + 1) % len(HORIZONS)])


def show_of(state: State) -> Show:
    """Return how trajectories of the indicator are shown."""
    single = load_indicators()[state.indicator].difference_only
    return "levels" if memory(state).levels and not single else "differences"


def turn_keys(state: State) -> State:
    """Let single keys act, or no longer."""
    w = memory(state)
    return put(state, replace(w, keys=not w.keys))


# --- Predict, then reveal -------------------------------------------------------------------------


def question_key(state: State) -> str:
    """Return the name of the question: it changes with whatever would change the answer."""
    parts = [
        on_screen(state).digest(),
        state.indicator,
        state.months,
        state.context,
        [list(pair) for pair in state.overrides],
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:8]


def story_key(step: Step) -> str:
    """Return the name under which a revealed step is kept."""
    return f"story-{step.key}"


def _subject(state: State) -> str:
    """Return what a reveal uncovers on the screen that is open; empty where there is nothing."""
    if state.section == "story":
        return story_key(step_of(state))
    return {"predict": question_key(state), "vote": VOTE}.get(state.section, "")


def is_revealed(state: State) -> bool:
    """Return whether the screen that is open was revealed."""
    return _subject(state) in memory(state).revealed


def reveal(state: State) -> State:
    """Reveal what the screen that is open asks, or hide it again."""
    subject = _subject(state)
    if not subject:
        return state
    w = memory(state)
    return put(state, w.with_revealed(subject, shown=subject not in w.revealed))


def read_guess(state: State, table: str, written: str) -> Guess:
    """Return a guess as written, or refuse it with a sentence."""
    language = state.language
    unit, _ = asked_unit(state.indicator, language)
    try:
        low, high = parse_guess(written, unit, french=language == "fr")
    except GuessRefused as error:
        named = unit or workshop_words("guess_no_unit", language)
        words = workshop_words("guess_refused", language, written=written[:40], unit=named)
        raise Refusal(words) from error
    return Guess(table, low, high)


def add_guess(state: State, table: str, written: str) -> State:
    """Record a table's guess on the question that is open."""
    w = memory(state)
    if table not in w.codes:
        return state
    return put(state, w.with_guess(question_key(state), read_guess(state, table, written)))


def remove_guess(state: State, table: str) -> State:
    """Take a table's guess away."""
    return put(state, memory(state).without_guess(question_key(state), table))


def guesses_here(state: State) -> tuple[Guess, ...]:
    """Return the guesses on the question that is open."""
    return memory(state).guesses.get(question_key(state), ())


# --- Tables and their codes -----------------------------------------------------------------------


def set_tables(state: State, written: str) -> State:
    """Set the number of tables."""
    number = int(written) if written.isdigit() else memory(state).tables
    number = max(fewest_tables(), min(len(table_codes()), number))
    return put(state, replace(memory(state), tables=number))


def take_code(state: State, written: str) -> tuple[State, str]:
    """Record what a table's code holds, and say what was recorded."""
    language, w = state.language, memory(state)
    values: dict[str, object] = {"written": written[:40], "tables": ", ".join(w.codes)}
    try:
        found = read_code(written, question_key(state))
        if found.table not in w.codes:
            raise CodeRefused("code_table")
    except CodeRefused as error:
        raise Refusal(workshop_words(error.reason, language, **values)) from error
    if isinstance(found, Votes):
        if len(found.counts) != len(w.options):
            raise Refusal(workshop_words("code_options", language, **values))
        said = workshop_words("code_taken_votes", language, code=found.table)
        return put(state, w.with_votes(found.table, found.counts)), said
    ends = {"low": written_number(found.low), "high": written_number(found.high)}
    said = workshop_words("code_taken_guess", language, code=found.table, **ends)
    return put(state, w.with_guess(question_key(state), found)), said


def seat_state(state: State, table: str) -> State:
    """Return what the page of one table opens on: the question, and no one's answers."""
    w = memory(state)
    seat = Workshop(
        seat=table,
        scenario=on_screen(state).name,
        tables=w.tables,
        question=w.question,
        options=w.options,
    )
    return put(replace(state, section="tables"), seat)


def leave_seat(state: State) -> State:
    """Make a table's page the facilitator's again."""
    return put(state, replace(memory(state), seat=""))


# --- Target ---------------------------------------------------------------------------------------


def target_key(state: State) -> str:
    """Return the name under which the target of what is shown is kept."""
    return f"{state.indicator} {show_of(state)}"


def set_target(state: State, written: str) -> State:
    """Set the target of what is shown."""
    language = state.language
    unit, _ = asked_unit(state.indicator, language)
    try:
        low, high = parse_guess(written, unit, french=language == "fr")
        if low != high:
            raise GuessRefused(written)
    except GuessRefused as error:
        words = workshop_words("target_refused", language, written=written[:40])
        raise Refusal(words) from error
    w = memory(state)
    return put(state, replace(w, targets={**w.targets, target_key(state): low}))


def clear_target(state: State) -> State:
    """Take the target of what is shown away."""
    w, key = memory(state), target_key(state)
    return put(state, replace(w, targets={k: v for k, v in w.targets.items() if k != key}))


# --- Replay of the last change --------------------------------------------------------------------


def change_lever(state: State, key: str, written: str) -> State:
    """Set one lever of the scenario on screen, and compare it with what it was."""
    language = state.language
    lever = load_levers().get(key)
    try:
        value, other = parse_guess(written, french=language == "fr")
    except GuessRefused as error:
        yes_no = {"oui": 1.0, "yes": 1.0, "non": 0.0, "no": 0.0}.get(written.strip().casefold())
        if yes_no is None:
            words = workshop_words("lever_bad", language, written=written[:40])
            raise Refusal(words) from error
        value = other = yes_no
    if lever is None or value != other:
        raise Refusal(workshop_words("lever_bad", language, written=written[:40]))
    stood = replace(state, edited=on_screen(state).name)
    return replay_last(move_lever(stood, {"key": key, "value": value / shown_scale(lever.unit)}))


def replay_last(state: State) -> State:
    """Compare the scenario before the last change of a lever with the one after it."""
    w = memory(state)
    after = str(w.last.get("after", ""))
    if after not in state.names():
        return state
    before = _before(state, w.last.get("before"))
    if before is None:
        return state
    names = set(state.names())
    if before.name not in names:
        state = replace(state, own=(*state.own, before))
    shown = replace(state, shown=(before.name, after), edited=after)
    kept = replace(w, replay=(before.name, after), scenario=after)
    return put(shown, kept).go("workshop", "replay")


def _before(state: State, table: Mapping[str, Any] | None) -> Scenario | None:
    """Return the scenario before, under a name of its own where another one has its name now."""
    try:
        before = scenario_of(dict(table or {}), "link", {})
    except (AncrageError, TypeError, ValueError):
        return None
    for name in state.names():
        known = state.scenario(name)
        if known.digest() == before.digest() and (known.name == before.name or known in state.own):
            return known
    word = text("before_suffix", state.language, table="workshop")
    return replace(before, name=state.free_name(f"{before.name} ({word})"[:60]))


# --- Shocks ---------------------------------------------------------------------------------------


def strike(state: State, name: str) -> State:
    """Have one of the workshop's shocks strike; nothing strikes any more if it was there."""
    if name not in DEFAULT_SHOCKS:
        return state
    return replace(state, shocks=() if state.shocks == (name,) else (name,))


def next_shock(state: State) -> State:
    """Open the screen of shocks, or have the next shock strike there."""
    if state.section != SHOCK_SCREEN:
        return state.go("workshop", SHOCK_SCREEN)
    place = DEFAULT_SHOCKS.index(state.shocks[0]) if state.shocks[:1] in _ALONE else -1
    return replace(state, shocks=(DEFAULT_SHOCKS[(place + 1) % len(DEFAULT_SHOCKS)],))


# --- Keys -----------------------------------------------------------------------------------------


def press(state: State, key: str) -> State:
    """Return the state after a key of the workshop; keys of the browser's own are not here."""
    if key in ("next", "previous"):
        return move(state, 1 if key == "next" else -1)
    if key.isdigit():
        return choose(state, int(key))
    acts = {"baseline": turn_levels, "horizon": turn_horizon, "reveal": reveal, "shock": next_shock}
    return acts[key](state) if key in acts else state
