"""What a workshop has gathered so far, kept in the visitor's state as plain JSON values.

A link holds all of it; what a link holds is read with tolerance, and bounded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, cast

from viz.workshop.guesses import LARGEST, Guess
from viz.workshop.kit import fewest_tables, story, table_codes

MOST_TEXT = 400
"""Characters of one field of the record of decisions."""
MOST_ROWS = 30
MOST_QUESTIONS = 20
"""Questions whose guesses are kept, the newest."""
MOST_OPTIONS = 6
HALL = ""
"""Name under which votes counted in the hall, without a table, are kept."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the record of decisions."""

    action: str = ""
    pilot: str = ""
    means: str = ""
    date: str = ""
    disagreement: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is written."""
        return not any(getattr(self, name) for name in DECISION_FIELDS)


DECISION_FIELDS = tuple(one.name for one in fields(Decision))


@dataclass(frozen=True, slots=True)
class Workshop:
    """The memory of a workshop.

    Attributes
    ----------
    step
        Place of the story, from 0.
    scenario
        Scenario that screens stand on; empty for the first one shown.
    levels
        Whether trajectories show levels with the baseline, or differences from it.
    keys
        Whether single keys act.
    tables
        Number of tables.
    seat
        Code of the table whose own page this is; empty for the facilitator.
    guesses
        Guesses by question (`viz.web.workshop.actions.question_key`).
    revealed
        Questions and steps of the story that were revealed.
    targets
        Target by indicator and kind, ``"jobs_present differences"``, in the unit asked.
    last
        Last lever change: table of the scenario before, and name of the scenario after.
    replay
        Names of the scenarios before and after, once they are compared.
    question, options, votes, minority
        The vote: what is asked, options, votes of each by table (`HALL`: without one), and the
        reasons of those who think otherwise.
    decisions
        Rows of the record.
    """

    step: int = 0
    scenario: str = ""
    levels: bool = False
    keys: bool = True
    tables: int = 5
    seat: str = ""
    guesses: Mapping[str, tuple[Guess, ...]] = field(default_factory=dict[str, tuple[Guess, ...]])
    revealed: tuple[str, ...] = ()
    targets: Mapping[str, float] = field(default_factory=dict[str, float])
    last: Mapping[str, Any] = field(default_factory=dict[str, Any])
    replay: tuple[str, ...] = ()
    question: str = ""
    options: tuple[str, ...] = ()
    votes: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    minority: str = ""
    decisions: tuple[Decision, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the tables of this workshop."""
        return table_codes()[: self.tables]

    def with_guess(self, question: str, guess: Guess) -> Workshop:
        """Return the memory with a table's guess, in place of its former one."""
        others = [one for one in self.guesses.get(question, ()) if one.table != guess.table]
        order = {code: place for place, code in enumerate(table_codes())}
        kept = sorted([*others, guess], key=lambda one: order[one.table])
        guesses = {key: value for key, value in self.guesses.items() if key != question}
        newest = [*guesses.items()][-(MOST_QUESTIONS - 1) :]
        return replace(self, guesses={**dict(newest), question: tuple(kept)})

    def without_guess(self, question: str, table: str) -> Workshop:
        """Return the memory without a table's guess."""
        kept = tuple(one for one in self.guesses.get(question, ()) if one.table != table)
        return replace(self, guesses={**self.guesses, question: kept})

    def with_revealed(self, key: str, *, shown: bool = True) -> Workshop:
        """Return the memory with a question revealed, or hidden again."""
        others = tuple(one for one in self.revealed if one != key)
        return replace(self, revealed=(*others, key)[-4 * MOST_QUESTIONS :] if shown else others)

    def votes_of(self, table: str) -> tuple[int, ...]:
        """Return the votes of a table for each option."""
        counts = self.votes.get(table, ())
        return tuple([*counts, *[0] * len(self.options)][: len(self.options)])

    def totals(self) -> tuple[int, ...]:
        """Return the votes of each option."""
        tables = [self.votes_of(table) for table in self.votes]
        return tuple(sum(counts) for counts in zip(*tables, strict=True)) if tables else ()

    def with_votes(self, table: str, counts: Sequence[int]) -> Workshop:
        """Return the memory with a table's votes, in place of its former ones."""
        sound = tuple(max(0, min(9999, int(count))) for count in counts)[: len(self.options)]
        return replace(self, votes={**self.votes, table: sound})


def plain(workshop: Workshop) -> dict[str, Any]:
    """Return the memory as plain JSON values, without what is as at the start."""
    default = Workshop()
    found: dict[str, Any] = {}
    for one in fields(Workshop):
        value = getattr(workshop, one.name)
        if value != getattr(default, one.name):
            found[one.name] = value
    if "guesses" in found:
        found["guesses"] = {
            question: {one.table: [one.low, one.high] for one in guesses}
            for question, guesses in workshop.guesses.items()
            if guesses
        }
    if "votes" in found:
        found["votes"] = {table: list(counts) for table, counts in workshop.votes.items()}
    if "decisions" in found:
        rows = [[getattr(row, name) for name in DECISION_FIELDS] for row in workshop.decisions]
        found["decisions"] = rows
    for name in ("revealed", "replay", "options"):
        if name in found:
            found[name] = list(found[name])
    for name in ("targets", "last"):
        if name in found:
            found[name] = dict(found[name])
    return found


def workshop_of(raw: Mapping[str, Any]) -> Workshop:
    """Return the memory that plain values hold; what is not sound is left out."""
    tables = _whole(raw.get("tables"), Workshop().tables)
    return Workshop(
        step=max(0, min(len(story()) - 1, _whole(raw.get("step"), 0))),
        scenario=_text(raw.get("scenario")),
        levels=raw.get("levels") is True,
        keys=raw.get("keys") is not False,
        tables=max(fewest_tables(), min(len(table_codes()), tables)),
        seat=raw["seat"] if raw.get("seat") in table_codes() else "",
        guesses=_guesses(raw.get("guesses")),
        revealed=_texts(raw.get("revealed"), 4 * MOST_QUESTIONS),
        targets={
            key: float(value)
            for key, value in list(_mapping(raw.get("targets")).items())[:MOST_QUESTIONS]
            if _is_number(value)
        },
        last=_mapping(raw.get("last")),
        replay=_texts(raw.get("replay"), 2),
        question=_text(raw.get("question")),
        options=_texts(raw.get("options"), MOST_OPTIONS),
        votes=_votes(raw.get("votes")),
        minority=_text(raw.get("minority"), 4 * MOST_TEXT),
        decisions=tuple(
            Decision(*(_text(cell) for cell in row[: len(DECISION_FIELDS)]))
            for row in _list(raw.get("decisions"))[:MOST_ROWS]
            if isinstance(row, list)
        ),
    )


def _guesses(raw: object) -> dict[str, tuple[Guess, ...]]:
    found: dict[str, tuple[Guess, ...]] = {}
    for question, by_table in list(_mapping(raw).items())[-MOST_QUESTIONS:]:
        sound = [
            Guess(table, float(min(ends)), float(max(ends)))
            for table, ends in _mapping(by_table).items()
            if table in table_codes()
            and len(_list(ends)) == 2
            and all(_is_number(end) and abs(end) <= LARGEST for end in ends)
        ]
        if sound:
            found[_text(question)] = tuple(sound)
    return found


def _votes(raw: object) -> dict[str, tuple[int, ...]]:
    return {
        table: tuple(max(0, min(9999, _whole(count, 0))) for count in _list(counts)[:MOST_OPTIONS])
        for table, counts in _mapping(raw).items()
        if table == HALL or table in table_codes()
    }


def _mapping(raw: object) -> dict[str, Any]:
    return cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}


def _list(raw: object) -> list[Any]:
    return cast("list[Any]", raw) if isinstance(raw, list) else []


def _texts(raw: object, most: int) -> tuple[str, ...]:
    return tuple(_text(one) for one in _list(raw)[:most])


def _text(raw: object, most: int = MOST_TEXT) -> str:
    return raw[:most] if isinstance(raw, str) else ""


def _is_number(raw: object) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool) and math.isfinite(raw)


def _whole(raw: object, otherwise: int) -> int:
    return int(cast("float", raw)) if _is_number(raw) else otherwise
