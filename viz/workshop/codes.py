"""Answers of a table as a short code that is read aloud, with two check digits.

A guess is ``DUNE/100/300/47``, votes are ``DUNE/V/5/2/1/47`` (votes of each option in order). The
check digits (ISO 7064, modulo 97, as in an IBAN) also cover the question, which is not written: a
slip of one sign, two signs exchanged, or an answer to another question is noticed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from viz.workshop.guesses import LARGEST, Guess, written_number
from viz.workshop.kit import table_codes

MOST_VOTES = 999
"""Most votes of one table for one option."""

Reason = Literal["code_form", "code_table", "code_check"]


class CodeRefused(ValueError):
    """A code that cannot be taken, with the key of the sentence that says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Votes:
    """Votes of one table for each option, in order."""

    table: str
    counts: tuple[int, ...]


def _check(parts: Sequence[str], question: str) -> str:
    """Return the two check digits of a code's parts and the question."""
    signs = {"-": "36", ".": "37", "/": "38"}
    told = "/".join([*parts, question]).upper()
    read = [sign for sign in told if sign in signs or sign.isalnum()]
    number = "".join(signs.get(sign) or str(int(sign, 36)) for sign in read)
    return f"{98 - int(number + '00') % 97:02d}"


def code_of_guess(guess: Guess, question: str) -> str:
    """Return the code of a guess on a question."""
    parts = [guess.table, written_number(guess.low), written_number(guess.high)]
    return "/".join([*parts, _check(parts, question)])


def code_of_votes(votes: Votes, question: str) -> str:
    """Return the code of a table's votes on a question."""
    parts = [votes.table, "V", *(str(count) for count in votes.counts)]
    return "/".join([*parts, _check(parts, question)])


def read_code(written: str, question: str) -> Guess | Votes:
    """Return what a code holds; spaces, case, commas and long dashes are forgiven.

    Raises
    ------
    CodeRefused
        Not the form of a code, a table that is not there, or check digits that do not fit.
    """
    tidy = re.sub(r"[−‒–—]", "-", written.upper()).replace(",", ".")
    parts = [part for part in re.split(r"[\s/]+", tidy) if part]
    if len(parts) < 3 or len(parts) > 12 or not re.fullmatch(r"\d\d", parts[-1]):
        raise CodeRefused("code_form")
    table, *rest, check = parts
    if table not in table_codes():
        raise CodeRefused("code_table")
    if rest[0] == "V":
        if len(rest) < 2 or not all(re.fullmatch(r"\d{1,3}", part) for part in rest[1:]):
            raise CodeRefused("code_form")
        votes = Votes(table, tuple(int(part) for part in rest[1:]))
        expected = code_of_votes(votes, question)
        found: Guess | Votes = votes
    else:
        if len(rest) != 2 or not all(re.fullmatch(r"-?\d{1,10}(\.\d{1,6})?", p) for p in rest):
            raise CodeRefused("code_form")
        ends = [float(part) for part in rest]
        if max(abs(end) for end in ends) > LARGEST:
            raise CodeRefused("code_form")
        found = Guess(table, min(ends), max(ends))
        expected = code_of_guess(found, question)
    if not expected.endswith("/" + check):
        raise CodeRefused("code_check")
    return found
