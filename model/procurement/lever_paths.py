"""The course of one lever over the months of a scenario: jumps and straight ramps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from model.errors import AncrageError, nearest_name

LAST_MONTH = 600
"""Latest month at which a path may still change (fifty years)."""

_FIELDS = ("value", "start_month", "ramp_months", "steps")


@dataclass(frozen=True, slots=True)
class LeverPath:
    """Segments ``(start_month, value, ramp_months)`` in order of start.

    Each goes in a straight line from the value reached at its start to its own, over its ramp,
    and stays there until the next segment starts.
    """

    segments: tuple[tuple[int, float, int], ...]

    def value(self, month: int, current: float) -> float:
        """Return the value at a month, from current practice before the first segment."""
        value = current
        for position, (start, target, ramp) in enumerate(self.segments):
            if month < start:
                break
            following = self.segments[position + 1 :]
            until = min(month, following[0][0]) if following else month
            done = 1.0 if ramp == 0 else min(1.0, (until - start) / ramp)
            value = target if done == 1.0 else value + (target - value) * done
        return value

    def targets(self) -> tuple[float, ...]:
        """Return the values that the segments lead to."""
        return tuple(target for _, target, _ in self.segments)

    def leaves(self, current: float) -> bool:
        """Return True if the path is ever away from current practice."""
        return any(target != current for target in self.targets())

    def breakpoints(self) -> tuple[int, ...]:
        """Return the months that bound straight pieces."""
        months: set[int] = set()
        for start, _, ramp in self.segments:
            months.update((max(start - 1, 0), start, start + ramp))
        return tuple(sorted(months))

    def canonical(self) -> object:
        """Return the shortest form that `parse_path` reads back to the same path."""
        if len(self.segments) == 1:
            start, value, ramp = self.segments[0]
            if start == 0 and ramp == 0:
                return value
            return {"ramp_months": ramp, "start_month": start, "value": value}
        return {"steps": [[start, value] for start, value, _ in self.segments]}


def parse_path(key: str, raw: object) -> LeverPath:
    """Make a path of a number, a ``{value, start_month, ramp_months}`` or a ``{steps}`` table.

    Raises
    ------
    AncrageError
        Names the lever and what is wrong with its path.
    """
    if not isinstance(raw, Mapping):
        return LeverPath(((0, _number(key, raw), 0),))
    table = cast("Mapping[str, Any]", raw)
    for name in table:
        if name not in _FIELDS:
            raise AncrageError(
                f"Lever '{key}': unknown field '{name}'{nearest_name(name, _FIELDS)}"
            )
    if "steps" in table:
        if len(table) > 1:
            raise AncrageError(f"Lever '{key}': give either 'steps' or 'value', not both.")
        return _parse_steps(key, table["steps"])
    if "value" not in table:
        raise AncrageError(f"Lever '{key}': a path needs 'value' or 'steps'.")
    start = _month(key, "start_month", table.get("start_month", 0))
    ramp = _month(key, "ramp_months", table.get("ramp_months", 0))
    return LeverPath(((start, _number(key, table["value"]), ramp),))


def _parse_steps(key: str, raw: object) -> LeverPath:
    """Read ``[[month, value], ...]``; steps that change nothing are dropped."""
    sentence = f"Lever '{key}': 'steps' must be a list of [month, value] with rising months."
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
        raise AncrageError(sentence)
    segments: list[tuple[int, float, int]] = []
    for step in cast("Sequence[object]", raw):
        if not isinstance(step, Sequence) or isinstance(step, str):
            raise AncrageError(sentence)
        pair = cast("Sequence[object]", step)
        if len(pair) != 2:
            raise AncrageError(sentence)
        month, value = _month(key, "month", pair[0]), _number(key, pair[1])
        if segments and month <= segments[-1][0]:
            raise AncrageError(sentence)
        if not segments or value != segments[-1][1]:
            segments.append((month, value, 0))
    return LeverPath(tuple(segments))


def _number(key: str, raw: object) -> float:
    """Return a finite float, or refuse."""
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise AncrageError(f"Lever '{key}': {raw!r} is not a number.")
    return float(raw)


def _month(key: str, name: str, raw: object) -> int:
    """Return a whole month from 0 to `LAST_MONTH`, or refuse."""
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= LAST_MONTH:
        raise AncrageError(
            f"Lever '{key}': {name} must be a whole number from 0 to {LAST_MONTH}, got {raw!r}."
        )
    return raw
