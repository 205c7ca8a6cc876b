"""What a gesture on the vote or on the record of decisions does to the state."""

from __future__ import annotations

from dataclasses import replace

from viz.web.state import State
from viz.web.workshop.actions import memory, put
from viz.workshop.memory import (
    DECISION_FIELDS,
    MOST_OPTIONS,
    MOST_ROWS,
    MOST_TEXT,
    Decision,
)

# --- Vote -----------------------------------------------------------------------------------------


def write_vote(state: State, field: str, written: str) -> State:
    """Write the question or the reasons of the minority."""
    most = 4 * MOST_TEXT if field == "minority" else MOST_TEXT
    if field not in ("question", "minority"):
        return state
    return put(state, replace(memory(state), **{field: written[:most]}))


def write_option(state: State, place: int, written: str) -> State:
    """Write an option; the place after the last one adds it."""
    w = memory(state)
    options = list(w.options)
    if place == len(options) and len(options) < MOST_OPTIONS:
        options.append("")
    if not 0 <= place < len(options):
        return state
    options[place] = written[:MOST_TEXT]
    return put(state, replace(w, options=tuple(options)))


def remove_option(state: State, place: int) -> State:
    """Take an option away, with its votes."""
    w = memory(state)
    votes = {
        table: tuple(count for k, count in enumerate(w.votes_of(table)) if k != place)
        for table in w.votes
    }
    options = tuple(option for k, option in enumerate(w.options) if k != place)
    return put(state, replace(w, options=options, votes=votes))


def count_votes(state: State, table: str, place: int, written: str) -> State:
    """Write the votes of a table, or of the hall, for one option."""
    w = memory(state)
    if (table and table not in w.codes) or not 0 <= place < len(w.options):
        return state
    counts = list(w.votes_of(table))
    counts[place] = int(written) if written.isdigit() else 0
    return put(state, w.with_votes(table, counts))


# --- Decisions ------------------------------------------------------------------------------------


def write_decision(state: State, row: int, field: str, written: str) -> State:
    """Write one cell of the record; the row after the last one adds it."""
    w = memory(state)
    rows = list(w.decisions)
    if row == len(rows) and len(rows) < MOST_ROWS:
        rows.append(Decision())
    if field not in DECISION_FIELDS or not 0 <= row < len(rows):
        return state
    rows[row] = replace(rows[row], **{field: written[:MOST_TEXT]})
    return put(state, replace(w, decisions=tuple(rows)))


def remove_decision(state: State, row: int) -> State:
    """Take a row of the record away."""
    w = memory(state)
    rows = tuple(one for k, one in enumerate(w.decisions) if k != row)
    return put(state, replace(w, decisions=rows))
