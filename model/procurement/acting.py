"""From which month on a lever or an amended rule can make a world different."""

from __future__ import annotations

from model.procurement.amendments import Amendments
from model.procurement.legal_calendar import rules_at
from model.procurement.lever_paths import SCENARIO_START
from model.procurement.levers import Levers, load_levers
from model.procurement.practice import PREPARED


def in_force_of(levers: Levers, key: str, month: int) -> tuple[object, ...]:
    """Return what a lever does in a month: scope and value of each path, nothing at rest.

    A lever at current practice everywhere is as if it were not set (`Practice.moved`); only those
    of `PREPARED` act before their lag is over.
    """
    entry = load_levers()[key]
    paths = levers.paths_of(key)
    values = [path.value(month - entry.lag_months, entry.current) for path in paths]
    decided = [path.value(month, entry.current) if key in PREPARED else 0.0 for path in paths]
    at_rest = all(value == entry.current for value in values)
    if at_rest and all(now in (value, 0.0) for now, value in zip(decided, values, strict=True)):
        return ()
    return tuple(zip((path.scope for path in paths), values, decided, strict=True))


def first_month_of_lever(usual: Levers, levers: Levers, key: str, months: int) -> int | None:
    """Return the first month in which one lever acts otherwise than usual; None if it never does.

    Months are counted from the start of scenarios, up to a horizon.
    """
    for month in range(months):
        if in_force_of(usual, key, month) != in_force_of(levers, key, month):
            return month
    return None


def first_month_of_rules(usual: Amendments, law: Amendments, months: int) -> int | None:
    """Return the first month whose rules differ from the usual ones; None if there is none."""
    start = SCENARIO_START[0] * 12 + SCENARIO_START[1] - 1
    for month in range(months):
        year, place = divmod(start + month, 12)
        if rules_at(year, place + 1, usual) != rules_at(year, place + 1, law):
            return month
    return None
