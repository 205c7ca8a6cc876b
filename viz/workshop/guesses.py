"""Guesses as people write them: a number or a range, in French or English."""

from __future__ import annotations

import re
from dataclasses import dataclass

LARGEST = 1e9
"""Largest number that a guess may hold, in the unit asked."""
LONGEST = 80
"""Characters of a guess that are read."""

_MINUS = re.compile(r"[−‒–—]")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_NUMBER = r"[-+]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?|[-+]?\d+(?:,\d{3})+(?:\.\d+)?|[-+]?\d+(?:[.,]\d+)?"
_LEAD = re.compile(r"^(?:entre|between|de|from|environ|about|around|autour de|~|≈)\s*")
_NOTHING = {"zéro", "zero", "rien", "nothing", "aucun effet", "no effect"}
_UNITS = (
    "etp|fte|emplois?|jobs?|heures?|hours?|h|%|points?|pts?|emplois présents|jobs present|"
    "personnes?|people"
)
_AND = re.compile(r"\s*(?:\bà\b|\ba\b|\bto\b|\bet\b|\band\b|\bou\b|\bor\b|;|\.{2,}|…|/|\|)\s*")


@dataclass(frozen=True, slots=True)
class Guess:
    """What a table expects, in the unit asked; both ends are equal for a single number."""

    table: str
    low: float
    high: float


class GuessRefused(ValueError):
    """What was written is neither a number nor a range."""


def parse_guess(written: str, unit: str = "", *, french: bool = True) -> tuple[float, float]:
    """Return the ends of a guess: "100-300", "120 à 200", "150 ± 20", "−50", "1 200 ETP".

    Parameters
    ----------
    unit
        Unit asked, accepted after a number; another unit of money is refused.
    french
        Whether "1,200" is one and two tenths (French) or twelve hundred.

    Raises
    ------
    GuessRefused
        Anything else, or a number beyond `LARGEST`.
    """
    words = _SPACES.sub(" ", _MINUS.sub("-", written.casefold())).strip(" .!")
    if not words or len(words) > LONGEST:
        raise GuessRefused(written)
    if words in _NOTHING:
        return 0.0, 0.0
    words = re.sub(r"\b(?:moins|minus) (?=\d)", "-", words)
    words = _LEAD.sub("", words)
    about = re.split(r"\s*(?:±|\+/-|\+-|plus ou moins|give or take)\s*", words)
    if len(about) == 2:
        middle, spread = (_number(part, unit, french) for part in about)
        return _checked(middle - abs(spread), middle + abs(spread))
    # a dash after a digit, a unit or its space stands between two numbers
    parted = re.sub(r"(?<=[\d%€a-z])\s*-\s*(?=[-+]?\s*\d)", " | ", words)
    parts = [part for part in _AND.split(parted) if part]
    if len(parts) not in (1, 2):
        raise GuessRefused(written)
    ends = [_number(part, unit, french) for part in parts]
    return _checked(ends[0], ends[-1])


def _checked(one: float, other: float) -> tuple[float, float]:
    if max(abs(one), abs(other)) > LARGEST:
        raise GuessRefused(f"{one} {other}")
    return min(one, other), max(one, other)


def _number(part: str, unit: str, french: bool) -> float:
    units = f"{_UNITS}|{re.escape(unit.casefold())}" if unit else _UNITS
    match = re.fullmatch(rf"({_NUMBER})\s*(?:{units})?", part.strip())
    if match is None:
        raise GuessRefused(part)
    digits = match.group(1).replace(" ", "")
    grouped = re.fullmatch(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits)
    if grouped and (not french or digits.count(",") > 1 or "." in digits):
        return float(digits.replace(",", ""))
    return float(digits.replace(",", "."))


def written_number(value: float) -> str:
    """Return a number as codes and fields hold it: "150", "-2.5"."""
    return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.0f}"
