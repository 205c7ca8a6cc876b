"""Errors meant for people: one sentence that says what, where and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class AncrageError(Exception):
    """A refusal that a user can act on; the command line prints it alone and exits with code 2."""


class AncrageFailure(Exception):
    """A failure that no input of the user explains; the command line exits with code 1."""


MOST_NAMED = 60
"""Known names that a message lists at most."""


def nearest_name(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the closest known name, or the list of known names.

    Where they are too many for a sentence, their number and ends.
    """
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"; did you mean '{close[0]}'?"
    if len(names) > MOST_NAMED:
        return f"; there are {len(names)}, from '{names[0]}' to '{names[-1]}'"
    return f"; known names: {', '.join(names)}"
