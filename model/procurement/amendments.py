"""What a scenario changes in the law: dated values in place of those of the calendar.

The frozen value `Amendments` holds them and refuses what no legislator could decide: an unknown
rule, a date before scenarios start, a value out of the bounds that the calendar gives the rule.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from model.errors import AncrageError, nearest_name
from model.procurement.legal_calendar import SWITCH, LegalRule, rule_named
from model.toml_tables import pairs_of

FIRST_DAY = dt.date(2027, 1, 1)
"""First day that a scenario can change; what came before is history."""

LAST_DAY = dt.date(2076, 12, 31)
"""Last day: fifty years of simulation."""

_FIELDS = ("value", "from", "steps")
_WHOLE_UNITS = ("months", "days", "years")

Step = tuple[dt.date, float]


@dataclass(frozen=True, slots=True, init=False)
class Amendments:
    """What a scenario does to the law: frozen, hashable, canonical.

    Parameters
    ----------
    changes
        Rule key to ``{"value": v, "from": date}``; or ``{"from": date}``, which moves the entry in
        force at the start of scenarios, or the one still to come, to another date (the value before
        it holds until then); or ``{"steps": [[date, value], ...]}``. Dates are ``"YYYY-MM-DD"``.
        From the first date on these values hold instead of those of the calendar.
        ``Amendments()`` is the law as it stands.

    Raises
    ------
    AncrageError
        Unknown rule, malformed table or date, date before January 2027 or value out of bounds.
    """

    steps: tuple[tuple[str, tuple[Step, ...]], ...]

    def __init__(self, changes: Mapping[str, object] | None = None) -> None:
        parsed = {key: _parse(key, raw) for key, raw in (changes or {}).items()}
        object.__setattr__(self, "steps", tuple(sorted(parsed.items())))

    def __or__(self, other: Amendments) -> Amendments:
        """Return both together; where both amend a rule, the right one holds."""
        together = Amendments()
        joined = tuple(sorted((dict(self.steps) | dict(other.steps)).items()))
        object.__setattr__(together, "steps", joined)
        return together

    def value(self, key: str, day: dt.date) -> float | None:
        """Return the value that the scenario decided for a day, or None where the law stands."""
        for name, steps in self.steps:
            if name == key:
                begun = [value for start, value in steps if start <= day]
                return begun[-1] if begun else None
        return None

    def course(self, key: str) -> tuple[Step, ...]:
        """Return (date, value) of a rule from 2027 on, each where the value changes.

        The first is that of 1 January 2027.
        """
        decided = dict(self.steps).get(key, ())
        until = decided[0][0] if decided else dt.date.max
        known = [(rule.date_from, rule.value) for rule in rule_named(key)]
        joined = [step for step in known if step[0] < until] + list(decided)
        before = [value for day, value in joined if day <= FIRST_DAY]
        found: list[Step] = [(FIRST_DAY, before[-1])] if before else []
        for day, value in joined:
            if day > FIRST_DAY and (not found or value != found[-1][1]):
                found.append((day, value))
        return tuple(found)

    def changed(self) -> tuple[str, ...]:
        """Return the keys of the rules whose course ever leaves the calendar, sorted."""
        law = Amendments()
        return tuple(key for key, _ in self.steps if self.course(key) != law.course(key))

    def canonical(self) -> dict[str, object]:
        """Return the course of each rule that changes, as plain values that read back the same."""
        return {
            key: {"steps": [[day.isoformat(), value] for day, value in self.course(key)]}
            for key in self.changed()
        }


def _parse(key: str, raw: object) -> tuple[Step, ...]:
    """Read the amendment of one rule."""
    dated = rule_named(key)
    if not isinstance(raw, Mapping):
        raise AncrageError(
            f"Legal rule '{key}': write {{ value = ..., from = \"2028-01-01\" }}, got {raw!r}."
        )
    table = cast("Mapping[str, Any]", raw)
    for name in table:
        if name not in _FIELDS:
            raise AncrageError(
                f"Legal rule '{key}': unknown field '{name}'{nearest_name(name, _FIELDS)}"
            )
    if "steps" in table:
        if len(table) > 1:
            raise AncrageError(f"Legal rule '{key}': give either 'steps' or 'from', not both.")
        return _parse_steps(key, table["steps"], dated[-1])
    if "from" not in table:
        raise AncrageError(f"Legal rule '{key}': give the date 'from' which the change holds.")
    day = _day(key, table["from"])
    if "value" in table:
        return ((day, _number(key, table["value"], dated[-1])),)
    return _moved(key, day, dated)


def _moved(key: str, day: dt.date, dated: Sequence[LegalRule]) -> tuple[Step, ...]:
    """Return the steps that put the last entry of a rule at another day."""
    last = dated[-1]
    earlier = [rule for rule in dated[:-1] if rule.value != last.value]
    if not earlier:
        raise AncrageError(
            f"Legal rule '{key}' has no earlier value to hold until {day}; give its 'value'."
        )
    if day == FIRST_DAY:
        return ((day, last.value),)
    return (FIRST_DAY, earlier[-1].value), (day, last.value)


def _parse_steps(key: str, raw: object, rule: LegalRule) -> tuple[Step, ...]:
    """Read ``[[date, value], ...]`` with rising dates."""
    sentence = f"Legal rule '{key}': 'steps' must be a list of [date, value] with rising dates."
    steps: list[Step] = []
    for first, second in pairs_of(raw, sentence):
        day, value = _day(key, first), _number(key, second, rule)
        if steps and day <= steps[-1][0]:
            raise AncrageError(sentence)
        steps.append((day, value))
    return tuple(steps)


def _day(key: str, raw: object) -> dt.date:
    """Return a date from the start of scenarios on, or refuse."""
    day: dt.date | None = None
    if isinstance(raw, dt.date) and not isinstance(raw, dt.datetime):
        day = raw
    elif isinstance(raw, str):
        try:
            day = dt.date.fromisoformat(raw)
        except ValueError:
            day = None
    if day is None:
        raise AncrageError(
            f"Legal rule '{key}': {raw!r} is not a date; write it as \"2028-01-01\"."
        )
    if not FIRST_DAY <= day <= LAST_DAY:
        raise AncrageError(
            f"Legal rule '{key}': a scenario can change the law from {FIRST_DAY} to {LAST_DAY}, "
            f"not on {day}."
        )
    return day


def _number(key: str, raw: object, rule: LegalRule) -> float:
    """Return a value that the rule may take, or refuse."""
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise AncrageError(f"Legal rule '{key}': {raw!r} is not a number.")
    value = float(raw)
    if rule.unit == SWITCH and value not in (0.0, 1.0):
        raise AncrageError(f"Legal rule '{key}' is 0 (not required) or 1 (required), got {raw!r}.")
    if rule.unit in _WHOLE_UNITS and value != int(value):
        raise AncrageError(f"Legal rule '{key}' is a whole number of {rule.unit}, got {raw!r}.")
    if not rule.low <= value <= rule.high:
        raise AncrageError(
            f"Legal rule '{key}' = {value:g} is out of bounds: "
            f"{rule.low:g} to {rule.high:g} {rule.unit}."
        )
    return value
