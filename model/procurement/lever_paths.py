"""The course of one lever over the months of a scenario: jumps and straight ramps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from model.errors import AncrageError, nearest_name
from model.procurement.scopes import EVERYWHERE, Scope, parse_scope
from model.toml_tables import pairs_of

LAST_MONTH = 600
"""Latest month at which a path may still change (fifty years)."""

SCENARIO_START = (2027, 1)
"""Year and month in which month 0 of every path falls."""

_FIELDS = ("value", "start_month", "start", "ramp_months", "steps", "scope")


@dataclass(frozen=True, slots=True)
class LeverPath:
    """Segments ``(start_month, value, ramp_months)`` in order of start.

    Each goes in a straight line from the value reached at its start to its own, over its ramp,
    and stays there until the next segment starts. ``scope`` says for which buyers and categories.
    """

    segments: tuple[tuple[int, float, int], ...]
    scope: Scope = EVERYWHERE

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
        where = {} if self.scope == EVERYWHERE else {"scope": self.scope.canonical()}
        if len(self.segments) == 1:
            start, value, ramp = self.segments[0]
            if start == 0 and ramp == 0:
                return {"value": value, **where} if where else value
            return {"ramp_months": ramp, "start_month": start, "value": value, **where}
        return {"steps": [[start, value] for start, value, _ in self.segments], **where}


def parse_paths(key: str, raw: object, reach: Sequence[str]) -> tuple[LeverPath, ...]:
    """Make the paths of a lever: one for everywhere at most, then narrower ones in their order.

    Parameters
    ----------
    raw
        What `parse_path` reads, or a list of it.
    reach
        Fields of a scope that the lever can have.

    Raises
    ------
    AncrageError
        See `parse_path`; an empty list, or two paths of one scope.
    """
    items = cast("Sequence[object]", raw) if isinstance(raw, list | tuple) else (raw,)
    if not items:
        raise AncrageError(f"Lever '{key}': a list of paths needs at least one.")
    paths = [parse_path(key, item, reach) for item in items]
    scopes = [path.scope for path in paths]
    for scope in scopes:
        if scopes.count(scope) > 1:
            where = "everywhere" if scope == EVERYWHERE else f"the scope {scope.canonical()}"
            raise AncrageError(f"Lever '{key}' is set twice for {where}; keep one of the two.")
    return tuple(sorted(paths, key=lambda path: path.scope != EVERYWHERE))


def parse_path(key: str, raw: object, reach: Sequence[str] = ()) -> LeverPath:
    """Make a path of a number, a ``{value, start_month, ramp_months}`` or a ``{steps}`` table.

    ``start = "2028-06"`` may stand for ``start_month``; ``scope`` narrows the path down.

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
    scope = parse_scope(key, table["scope"], reach) if "scope" in table else EVERYWHERE
    if "steps" in table:
        if set(table) - {"steps", "scope"}:
            raise AncrageError(f"Lever '{key}': give either 'steps' or 'value', not both.")
        return LeverPath(_parse_steps(key, table["steps"]), scope)
    if "value" not in table:
        raise AncrageError(f"Lever '{key}': a path needs 'value' or 'steps'.")
    ramp = _month(key, "ramp_months", table.get("ramp_months", 0))
    return LeverPath(((_start(key, table), _number(key, table["value"]), ramp),), scope)


def _start(key: str, table: Mapping[str, Any]) -> int:
    """Return the month in which a path starts, from its number or its date."""
    if "start" not in table:
        return _month(key, "start_month", table.get("start_month", 0))
    if "start_month" in table:
        raise AncrageError(f"Lever '{key}': give either 'start' or 'start_month', not both.")
    raw = table["start"]
    try:
        year, month = (int(part) for part in str(raw).split("-"))
    except ValueError:
        year, month = 0, 0
    if not (1900 <= year <= 2200 and 1 <= month <= 12):
        raise AncrageError(f"Lever '{key}': start must be a month such as '2028-06', got {raw!r}.")

    first_year, first_month = SCENARIO_START
    at = (year - first_year) * 12 + month - first_month
    if at < 0:
        raise AncrageError(
            f"Lever '{key}': it cannot start in {raw}, before scenarios do "
            f"({first_year}-{first_month:02d}); give that month or a later one."
        )
    return _month(key, "start", at)


def _parse_steps(key: str, raw: object) -> tuple[tuple[int, float, int], ...]:
    """Read ``[[month, value], ...]``; steps that change nothing are dropped."""
    sentence = f"Lever '{key}': 'steps' must be a list of [month, value] with rising months."
    segments: list[tuple[int, float, int]] = []
    for first, second in pairs_of(raw, sentence):
        month, value = _month(key, "month", first), _number(key, second)
        if segments and month <= segments[-1][0]:
            raise AncrageError(sentence)
        if not segments or value != segments[-1][1]:
            segments.append((month, value, 0))
    return tuple(segments)


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
