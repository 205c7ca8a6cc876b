"""What a visitor's gestures do to the state: pure functions, with a sentence where one is refused.

A refusal is an `AncrageError` in English, as everywhere; pages show it after their own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from textwrap import shorten
from typing import Any

from model.errors import AncrageError
from scenarios.library.reading import parse_scenario
from scenarios.schema import Scenario
from viz.texts import text
from viz.web.lever_panel import with_lever, without_lever
from viz.web.state import MOST_SHOWN, State, scenario_table

LARGEST_UPLOAD = 65_536
"""Bytes of the largest scenario file that is read."""
LONGEST_REASON = 300
"""Characters of a reason that are shown: some quote what the file holds."""
_UPLOAD = "scenario.toml"


class Refusal(Exception):
    """A gesture that is refused, with the sentence to show."""


def _own_copy(state: State, name: str, suffix: str) -> Scenario:
    """Return the scenario if it is the visitor's own, else a copy with a name of its own."""
    scenario = state.scenario(name)
    if scenario in state.own:
        return scenario
    word = text(f"{suffix}_suffix", state.language, table="web")
    return replace(scenario, name=state.free_name(f"{name} ({word})"))


def move_lever(state: State, change: Mapping[str, Any]) -> State:
    """Set one lever of the scenario that is open; a library scenario is copied first."""
    scenario = _own_copy(state, state.edited, "edited")
    try:
        moved = with_lever(scenario, change)
    except (AncrageError, KeyError, TypeError, ValueError) as error:
        reason = shorten(str(error), LONGEST_REASON)
        raise Refusal(text("lever_refused", state.language, table="web", reason=reason)) from error
    return _remembered(state, state.with_own(moved, instead_of=state.edited))


def _remembered(before: State, after: State) -> State:
    """Keep the scenario as it was, so that a workshop can replay the change."""
    former = scenario_table(before.scenario(before.edited))
    return replace(
        after, workshop={**after.workshop, "last": {"before": former, "after": after.edited}}
    )


def reset_lever(state: State, key: str) -> State:
    """Put one lever of the scenario that is open back at current practice."""
    scenario = _own_copy(state, state.edited, "edited")
    changed = state.with_own(without_lever(scenario, key), instead_of=state.edited)
    return _remembered(state, changed)


def duplicate(state: State, name: str) -> State:
    """Add a copy of a scenario and open it; in place of its model where four are shown."""
    word = text("copy_suffix", state.language, table="web")
    copy = replace(state.scenario(name), name=state.free_name(f"{name} ({word})"))
    if len(state.shown) >= MOST_SHOWN:
        shown = tuple(copy.name if one == name else one for one in state.shown)
        return replace(state, own=(*state.own, copy), shown=shown, edited=copy.name)
    return state.with_own(copy)


def rename(state: State, name: str, new_name: str) -> State:
    """Rename a scenario of the visitor's."""
    wanted = new_name.strip()
    if wanted == name:
        return state
    if wanted in (*state.names(), "baseline"):
        raise Refusal(text("name_taken", state.language, table="web", name=wanted))
    try:
        renamed = replace(state.scenario(name), name=wanted)
    except AncrageError as error:
        raise Refusal(text("name_bad", state.language, table="web")) from error
    return state.with_own(renamed, instead_of=name)


def load_file(state: State, file: Mapping[str, Any]) -> State:
    """Add the scenario of an uploaded TOML file; its name is shown and never used as a path."""
    name = str(file.get("name", ""))[:80]
    content = file.get("content")
    size = len(content.encode("utf-8", "replace")) if isinstance(content, str) else None
    if size is None or size > LARGEST_UPLOAD:
        raise Refusal(text("file_too_large", state.language, table="web", name=name))
    try:
        # a byte-order mark is what some editors begin a file with
        scenario = parse_scenario(str(content).removeprefix("\ufeff"), _UPLOAD)
    except (AncrageError, RecursionError) as error:
        told = str(error) if isinstance(error, AncrageError) else "it is nested too deeply."
        reason = shorten(told.removeprefix(f"{_UPLOAD}: "), LONGEST_REASON)
        words = text("file_refused", state.language, table="web", name=name, reason=reason)
        raise Refusal(words) from error
    scenario = replace(scenario, name=state.free_name(scenario.name))
    if len(state.shown) >= MOST_SHOWN:
        return replace(state, own=(*state.own, scenario))
    return state.with_own(scenario)
