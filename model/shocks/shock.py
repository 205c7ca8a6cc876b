"""One shock, and the frozen value that holds those of a scenario."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product
from typing import Any, cast

from model.errors import AncrageError, nearest_name
from model.procurement.lever_paths import SCENARIO_START
from model.shocks.register import ORIGINS, RECOVERIES, ShockKind, load_shock_kinds
from model.territory.buyers import BUYER_KINDS

DEFAULT_START = 36
"""Month of the scenario in which a shock strikes unless it says otherwise: the 37th."""

LAST_MONTH = 600
"""Latest month, and longest duration, that a shock can have."""

LEFT_AT_THE_END = 0.05
"""Part of the depth that an exponential recovery leaves after its months; it is over at a hundredth
of that."""

_LISTS = ("sectors", "epci", "buyers", "kinds")
_TARGETS = (*_LISTS, "firm", "origin")


@dataclass(frozen=True, slots=True)
class Shock:
    """What happens, how deep, from when, for how long, and how it ends.

    Attributes
    ----------
    kind
        Key of the register of shocks.
    depth
        In the unit of the kind.
    start_month
        Month of the scenario in which it strikes, 0 being its first.
    duration_months
        Months at full depth.
    recovery, recovery_months
        Path of the depth afterwards (`RECOVERIES`).
    announced_months
        Months ahead in which it is known; 0 for an unexpected one.
    sectors, epci, buyers, kinds, firm, origin
        What narrows it down; empty for everywhere. ``firm`` is a synthetic identifier
        (``"CH-0001"``), ``"largest"`` or ``"systemic"``.
    """

    kind: str
    depth: float
    start_month: int = DEFAULT_START
    duration_months: int = 1
    recovery: str = "sudden"
    recovery_months: int = 0
    announced_months: int = 0
    sectors: tuple[str, ...] = ()
    epci: tuple[str, ...] = ()
    buyers: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    firm: str = ""
    origin: str = ""

    @property
    def entry(self) -> ShockKind:
        """Its kind in the register."""
        return load_shock_kinds()[self.kind]

    @property
    def first_month(self) -> int:
        """Month of the scenario from which a world with it may differ: start or announcement."""
        return max(0, self.start_month - self.announced_months)

    @property
    def end_month(self) -> int:
        """First month after the full depth."""
        return self.start_month + self.duration_months

    @property
    def changes_nothing(self) -> bool:
        """Whether it has no depth."""
        return self.depth == 0.0

    def depth_at(self, month: int) -> float:
        """Return the depth in a month of the scenario; 0 before it strikes."""
        if month < self.start_month:
            return 0.0
        if month < self.end_month or self.recovery == "none":
            return self.depth
        gone = month - self.end_month + 1
        if self.recovery == "sudden" or self.recovery_months == 0:
            return 0.0
        if self.recovery == "linear":
            return self.depth * max(0.0, 1.0 - gone / (self.recovery_months + 1))
        left = LEFT_AT_THE_END ** (gone / self.recovery_months)
        return self.depth * left if left > 0.01 * LEFT_AT_THE_END else 0.0

    def canonical(self) -> dict[str, object]:
        """Return it as plain values that `parse_shock` reads back the same."""
        found: dict[str, object] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in _TARGETS and not value:
                continue
            found[field.name] = [*value] if field.name in _LISTS else value
        return found


@dataclass(frozen=True, slots=True, init=False)
class Shocks:
    """The shocks of a scenario: frozen, hashable, canonical, in a fixed order, each once.

    Parameters
    ----------
    shocks
        Tables with the fields of `Shock`, or shocks.

    Raises
    ------
    AncrageError
        A malformed or unknown value, or shocks that together take more than all of something.
    """

    items: tuple[Shock, ...]

    def __init__(self, shocks: Sequence[object] = ()) -> None:
        found = [one if isinstance(one, Shock) else parse_shock(one) for one in shocks]
        object.__setattr__(self, "items", tuple(sorted(set(found), key=_order)))
        check_overlaps(self.items)

    def __or__(self, other: Shocks) -> Shocks:
        """Return both together; a shock that is in both strikes once."""
        return Shocks([*self.items, *other.items])

    def __len__(self) -> int:
        return len(self.items)

    @property
    def changes_nothing(self) -> bool:
        """Whether none has any depth."""
        return all(one.changes_nothing for one in self.items)

    @property
    def first_month(self) -> int:
        """First month in which a world with them may differ from one without; 0 if none."""
        return min((one.first_month for one in self.items if not one.changes_nothing), default=0)

    def canonical(self) -> list[dict[str, object]]:
        """Return those that have a depth, as plain values that read back the same."""
        return [one.canonical() for one in self.items if not one.changes_nothing]


def _order(shock: Shock) -> tuple[str, ...]:
    return (shock.kind, f"{shock.start_month:05d}", repr(shock))


def parse_shock(raw: object) -> Shock:
    """Make a shock of a table; what it does not say is that of its kind.

    ``start = "2030-01"`` may stand for ``start_month``.

    Raises
    ------
    AncrageError
        Names the shock, the field, the value and what is possible.
    """
    if not isinstance(raw, Mapping):
        raise AncrageError(f"A shock must be a table with a 'kind', got {raw!r}.")
    table = cast("Mapping[str, Any]", raw)
    known = load_shock_kinds()
    name = table.get("kind")
    if name not in known:
        hint = nearest_name(str(name), known) if name is not None else "; give its 'kind'."
        raise AncrageError(f"Unknown kind of shock '{name}'{hint}")
    kind = known[str(name)]
    possible = [field.name for field in fields(Shock)]
    for key in table:
        if key not in (*possible, "start"):
            raise AncrageError(
                f"Shock '{name}': unknown field '{key}'{nearest_name(key, possible)}"
            )
        if key in _TARGETS and key not in kind.reach:
            where = ", ".join(kind.reach) or "nothing: it strikes the whole territory"
            raise AncrageError(f"Shock '{name}' cannot be narrowed by '{key}'; it can by {where}.")
    announced = _months(kind, "announced_months", table.get("announced_months", 0), 0)
    if announced and not kind.announced:
        able = ", ".join(key for key, one in known.items() if one.announced)
        raise AncrageError(
            f"Shock '{name}': nobody in the model prepares for it, so that an announcement would "
            f"change nothing; leave 'announced_months' out (it acts on {able})."
        )
    recovery = str(table.get("recovery", kind.recovery))
    if recovery not in RECOVERIES:
        raise AncrageError(
            f"Shock '{name}': recovery must be one of {', '.join(RECOVERIES)}, got {recovery!r}."
        )
    given = table.get("recovery_months")
    usual = kind.recovery_months if recovery == kind.recovery else max(1, kind.recovery_months)
    after = _months(kind, "recovery_months", usual if given is None else given, 0)
    shock = Shock(
        kind=kind.key,
        depth=_depth(kind, table.get("depth", 1.0 if kind.low == kind.high else None)),
        start_month=_start(kind, table),
        duration_months=_months(
            kind, "duration_months", table.get("duration_months", kind.duration_months), 1
        ),
        recovery=recovery,
        # back at once or never, it has no months
        recovery_months=0 if recovery in ("sudden", "none") else after,
        announced_months=announced,
        **{key: _names(kind, key, table[key]) for key in _LISTS if key in table},  # pyright: ignore[reportArgumentType]
        firm=_firm(kind, table),
        origin=_origin(kind, table),
    )
    for one in shock.kinds:
        if one not in BUYER_KINDS:
            hint = nearest_name(one, BUYER_KINDS)
            raise AncrageError(f"Shock '{name}': unknown kind of buyer '{one}'{hint}")
    return shock


def _depth(kind: ShockKind, raw: object) -> float:
    if raw is None:
        raise AncrageError(f"Shock '{kind.key}': give its 'depth' ({kind.unit}).")
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise AncrageError(f"Shock '{kind.key}': depth {raw!r} is not a number.")
    if not kind.low <= raw <= kind.high:
        raise AncrageError(
            f"Shock '{kind.key}': depth = {raw:g} is out of bounds: "
            f"{kind.low:g} to {kind.high:g} ({kind.unit})."
        )
    return float(raw)


def _months(kind: ShockKind, field: str, raw: object, least: int) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not least <= raw <= LAST_MONTH:
        raise AncrageError(
            f"Shock '{kind.key}': {field} must be a whole number from {least} to {LAST_MONTH}, "
            f"got {raw!r}."
        )
    return raw


def _start(kind: ShockKind, table: Mapping[str, Any]) -> int:
    if "start" not in table:
        return _months(kind, "start_month", table.get("start_month", DEFAULT_START), 0)
    if "start_month" in table:
        raise AncrageError(f"Shock '{kind.key}': give either 'start' or 'start_month', not both.")
    raw = table["start"]
    year, dash, month = str(raw).partition("-")
    if not (dash and year.isdigit() and month.isdigit() and 1 <= int(month) <= 12):
        raise AncrageError(
            f"Shock '{kind.key}': start must be a month such as '2030-01', got {raw!r}."
        )
    first_year, first_month = SCENARIO_START
    at = (int(year) - first_year) * 12 + int(month) - first_month
    if not 0 <= at <= LAST_MONTH:
        raise AncrageError(
            f"Shock '{kind.key}': start {raw!r} is not within the {LAST_MONTH} months from "
            f"{first_year}-{first_month:02d} on, when scenarios start."
        )
    return at


def _names(kind: ShockKind, field: str, raw: object) -> tuple[str, ...]:
    items = cast("Sequence[object]", raw) if isinstance(raw, list | tuple) else ()
    if not items or not all(isinstance(item, str) for item in items):
        raise AncrageError(
            f"Shock '{kind.key}': '{field}' must be a list of at least one name, got {raw!r}."
        )
    return tuple(sorted({str(item) for item in items}))


def _firm(kind: ShockKind, table: Mapping[str, Any]) -> str:
    if "firm" not in kind.reach:
        return ""
    raw = table.get("firm", "largest")
    if not isinstance(raw, str) or not raw:
        raise AncrageError(
            f"Shock '{kind.key}': 'firm' must be 'largest', 'systemic' or the identifier of a firm "
            f"such as 'CH-0001', got {raw!r}."
        )
    return raw


def _origin(kind: ShockKind, table: Mapping[str, Any]) -> str:
    if "origin" not in kind.reach:
        return ""
    raw = str(table.get("origin", ORIGINS[0]))
    if raw not in ORIGINS:
        raise AncrageError(
            f"Shock '{kind.key}': origin must be one of {', '.join(ORIGINS)}, got {raw!r}."
        )
    return raw


def check_overlaps(shocks: Sequence[Shock]) -> None:
    """Refuse shocks of one kind that in some month take more of one target together than one may.

    Raises
    ------
    AncrageError
        Names the kind, the month and the sum.
    """
    for kind, entry in load_shock_kinds().items():
        of_kind = [one for one in shocks if one.kind == kind]
        if not entry.adds_up or len(of_kind) < 2:
            continue
        for target in _targets_of(of_kind):
            hit = [one for one in of_kind if _strikes(one, target)]
            # depths only fall after the start: the sum is largest when one strikes
            for month in sorted({one.start_month for one in hit}):
                total = sum(one.depth_at(month) for one in hit)
                if total > entry.high + 1e-9:
                    raise AncrageError(
                        f"Shocks '{kind}' that overlap take {100 * total:.0f} % of one target in "
                        f"month {month + 1}, over {100 * entry.high:.0f} %; lower their depths, "
                        "move one or narrow them down to different targets."
                    )


def _targets_of(shocks: Sequence[Shock]) -> list[dict[str, str]]:
    """Return every combination of names that shocks tell apart; "" is what none of them names."""
    names = {
        field: sorted({name for one in shocks for name in getattr(one, field)} | {""})
        for field in _LISTS
    }
    return [dict(zip(names, values, strict=True)) for values in product(*names.values())]


def _strikes(shock: Shock, target: Mapping[str, str]) -> bool:
    return all(
        not getattr(shock, field) or name in getattr(shock, field) for field, name in target.items()
    )
