"""Targets to reach: a key, a value and a date, checked against what is possible by definition."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError, nearest_name
from model.indicators import load_indicators
from model.indicators.recording.by_buyer import COUNTED, UNITS
from scenarios.spaser.register import Unit, keys_with_means, load_categories, means_of
from scenarios.spaser.run import FIRST_YEAR, BuyersRun, Window

Floats = NDArray[np.float64]

LAST_YEAR = 2036
"""Scenarios run for ten years."""

Measure = Literal["share", "amount", "indicator"]

_FORM = re.compile(r"\s*(\w+)\s*(<=|>=|=)\s*([^@]+?)\s*@\s*(\S+)\s*")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?")
_NUMBER = re.compile(r"([+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?)\s*(.*)")
_SCALES = {"eur": 1.0, "€": 1.0, "keur": 1e3, "k€": 1e3, "meur": 1e6, "m€": 1e6}
_CONTRACTS = ("contracts", "contract", "marchés", "marché", "marches", "marche")


@dataclass(frozen=True, slots=True)
class Goal:
    """One target.

    Attributes
    ----------
    key
        A category of a scheme, for the chosen buyers together, or an indicator of the register, for
        the whole territory.
    measure
        A share in %, an amount a year (contracts or EUR), or an indicator in its own unit.
    unit
        Of contracts or of their value; of an indicator, None.
    at_most
        Whether the target is met from above.
    value
        In %, contracts or EUR a year, or the indicator's unit.
    first, last
        Months of the scenario over which it is read: a calendar year, or the twelve months (or as
        many as there are) that end in the month given.
    date
        As it was given.
    """

    key: str
    measure: Measure
    unit: Unit | None
    at_most: bool
    value: float
    first: int
    last: int
    date: str

    @property
    def window(self) -> Window | None:
        """What a run must evaluate of the register; nothing for a category."""
        return Window(self.key, self.first, self.last) if self.measure == "indicator" else None

    def met(self, value: float) -> bool:
        """Return whether a value meets the target; an undefined one does not."""
        return value <= self.value if self.at_most else value >= self.value

    def gap(self, value: float) -> float:
        """Return how far a value is from the target, over the target's size; 0 where it is met."""
        if self.met(value):
            return 0.0
        return (
            abs(value - self.value) / max(abs(self.value), 1e-9)
            if math.isfinite(value)
            else math.inf
        )

    def of_run(self, run: BuyersRun, windows: Sequence[Window]) -> float:
        """Return what a run of the chosen buyers reaches; NaN where undefined."""
        if self.measure == "indicator":
            assert self.window is not None
            return float(run.indicators[list(windows).index(self.window)])
        assert self.unit is not None
        months = run.months.counted[self.first : self.last + 1].sum(axis=(0, 1))
        unit = UNITS.index(self.unit)
        part, whole = float(months[COUNTED.index(self.key), unit]), float(months[0, unit])
        if self.measure == "amount":
            return part * 12.0 / (self.last - self.first + 1)
        return 100.0 * part / whole if whole > 0.0 else math.nan


def parse_goals(words: Sequence[str]) -> tuple[Goal, ...]:
    """Return the targets that words of the form ``KEY=VALUE@DATE`` ask for.

    ``KEY>=VALUE`` and ``KEY<=VALUE`` say the side; ``=`` is the side that the register wishes for.

    Raises
    ------
    AncrageError
        A word of another form, an unknown key, unit or date, what is impossible by definition, or
        targets that cannot hold together.
    """
    goals = tuple(_goal(word) for word in words)
    for i, one in enumerate(goals):
        for other in goals[i + 1 :]:
            _check_together(one, other)
    return goals


def _goal(word: str) -> Goal:
    found = _FORM.fullmatch(word)
    if found is None:
        raise AncrageError(
            f"Target '{word}' is not of the form KEY=VALUE@DATE, for example social=25%@2030 "
            "or unsuccessful_share<=5%@2029-12."
        )
    key, sign, value, date = found.groups()
    first, last = _months(word, date)
    number, unit = _value(word, value)
    name, by = _category(key)
    if name is not None:
        measure, of, scaled = _of_category(word, name, by, number, unit)
        return Goal(name, measure, of, sign == "<=", scaled, first, last, date)
    if key not in load_indicators() or not means_of(key):
        raise AncrageError(
            f"Target '{word}': no lever is known to act on '{key}'"
            f"{nearest_name(key, keys_with_means())}"
        )
    entry = load_indicators()[key]
    if unit and unit.lower() not in (entry.unit.lower(), entry.unit_fr.lower()):
        raise AncrageError(
            f"Target '{word}': '{key}' is in {entry.unit}, not in '{unit}'; correct the unit."
        )
    _check_bounds(word, number, share=entry.unit == "%")
    if sign == "=" and entry.direction == "none":
        raise AncrageError(
            f"Target '{word}': no side of '{key}' is wished for by itself; write >= or <=."
        )
    at_most = sign == "<=" or (sign == "=" and entry.direction == "down")
    return Goal(key, "indicator", None, at_most, number, first, last, date)


def _category(key: str) -> tuple[str | None, Unit | None]:
    """Return the category and the unit that a key names, if it does."""
    known = load_categories()
    if key in known:
        return key, None
    for unit in ("number", "value"):
        if key.removesuffix(f"_{unit}") in known and key.endswith(f"_{unit}"):
            return key.removesuffix(f"_{unit}"), unit
    return None, None


def _of_category(
    word: str, key: str, by: Unit | None, number: float, unit: str
) -> tuple[Measure, Unit, float]:
    """Read the unit of a category's target: %, contracts or EUR."""
    plain = unit.lower().replace(" ", "")
    if plain in ("", "%"):
        _check_bounds(word, number, share=True)
        return "share", by or load_categories()[key].default_unit, number
    _check_bounds(word, number, share=False)
    if plain in _CONTRACTS and by in (None, "number"):
        return "amount", "number", number
    if plain in _SCALES and by in (None, "value"):
        return "amount", "value", number * _SCALES[plain]
    raise AncrageError(
        f"Target '{word}': '{key}' is in %, contracts a year or EUR a year, not in '{unit}'; "
        "correct the unit."
    )


def _value(word: str, written: str) -> tuple[float, str]:
    found = _NUMBER.fullmatch(written.replace("\u202f", "").replace("\u00a0", " "))
    if found is None:
        raise AncrageError(f"Target '{word}': '{written}' is not a number with its unit.")
    return float(found[1].replace(",", ".")), found[2].strip()


def _check_bounds(word: str, number: float, *, share: bool) -> None:
    if not math.isfinite(number) or number < 0.0:
        raise AncrageError(f"Target '{word}' asks for less than nothing: give 0 or more.")
    if share and number > 100.0:
        raise AncrageError(
            f"Target '{word}' asks for {number:g} %, and a share is 100 % at most; lower it."
        )


def _months(word: str, date: str) -> tuple[int, int]:
    """Return the months over which a date is read."""
    found = _DATE.fullmatch(date)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise AncrageError(
            f"Target '{word}': date '{date}' is not a year from {FIRST_YEAR} to {LAST_YEAR}, or a "
            "month as 2030-06."
        )
    first = 12 * (int(found[1]) - FIRST_YEAR)
    if found[2] is None:
        return first, first + 11
    month = int(found[2])
    if not 1 <= month <= 12:
        raise AncrageError(f"Target '{word}': there is no month {month}; give one from 01 to 12.")
    last = first + month - 1
    return max(0, last - 11), last


def _check_together(one: Goal, other: Goal) -> None:
    """Refuse two targets of one key that cannot both hold."""
    if (one.key, one.measure, one.unit) != (other.key, other.measure, other.unit):
        return
    if one.at_most != other.at_most:
        most, least = (one, other) if one.at_most else (other, one)
        if most.value < least.value:
            raise AncrageError(
                f"Targets of '{one.key}' contradict each other: at least {least.value:g} in "
                f"{least.date} and at most {most.value:g} in {most.date}; keep one of them."
            )
    elif (one.first, one.last) == (other.first, other.last):
        raise AncrageError(
            f"Two targets of '{one.key}' are given for {one.date}: {one.value:g} and "
            f"{other.value:g}; keep one of them."
        )
