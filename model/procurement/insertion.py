"""Execution of insertion clauses: hours, people, exits (`model.md` 4.7).

A clause is not hours: hours are executed where facilitators follow the contract and where there
are long-term unemployed people to recruit. They replace the contractor's own hours in effective
terms, so jobs change only through relative productivity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.procurement.contracts import Execution
from model.procurement.performers import performers_of
from model.state import ContractState, FirmState, ZoneState
from model.territory.territory import Firms

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

HOURS_PER_FTE_MONTH = 1600.0 / 12.0
"""Hours of an FTE-month in the convention of integration clauses (`facts.md` 2.3)."""

HOURS_FOLLOWED_BY_FACILITATOR = 43_000.0 / 12.0
"""Insertion hours that one facilitator follows in a month (`facts.md` 2.10)."""


@dataclass
class InsertionFlows:
    """Insertion of the month by zone (Z,): hours due and executed, people entering and leaving,
    the share of them who would have found work anyway, and FTE at work for outside contractors.

    ``contract``, ``due_each`` and ``executed_each`` (R,) are rows of the lot book with a clause,
    and their hours."""

    hours_due: Floats
    hours_executed: Floats
    entries: Floats
    exits: Floats
    exits_to_work: Floats
    deadweight: float
    outside_fte: Floats
    contract: Ints
    due_each: Floats
    executed_each: Floats


def execute_clauses(
    contracts: ContractState,
    execution: Execution,
    zone_of_row: Ints,
    columns: Firms,
    firms: FirmState,
    zones: ZoneState,
    siae_heads: Floats,
    facilitators_fte: float,
    h: Mapping[str, float],
) -> InsertionFlows:
    """Execute the month's insertion hours and move people between the long pool and missions.

    Updates ``firms.clause_fte`` and the heads of ``zones``; what leaves for work is only wished
    here (``exits_to_work``): the labour market fills vacancies with it, the rest is back in the
    long-term pool until then.
    """
    z = len(zones.short)
    rows = execution.active
    running = contracts.clause_hours[rows] > 0
    rows = rows[running]
    served = execution.delivered[running] / np.maximum(execution.asked[running], 1e-300)
    due = contracts.clause_hours[rows] * served
    followed = np.minimum(
        1.0, facilitators_fte * HOURS_FOLLOWED_BY_FACILITATOR / max(float(due.sum()), 1e-9)
    )
    rate = followed * h["clause_executed_followed"] + (1 - followed) * h["clause_executed_alone"]
    place = zone_of_row[rows]
    due_by_zone = np.bincount(place, weights=due, minlength=z)
    wanted = due_by_zone * rate
    hours_each = h["insertion_hours_per_person"] / h["insertion_mission_months"]
    desired = wanted / hours_each
    leaving = zones.clause / h["insertion_mission_months"]
    kept = np.minimum(zones.clause - leaving, desired)
    entries = np.minimum(np.maximum(desired - kept, 0.0), 0.05 * zones.long)
    exits = zones.clause - kept
    zones.clause[:] = kept + entries
    executed = np.minimum(zones.clause * hours_each, wanted)
    share = executed / np.maximum(due_by_zone, 1e-300)
    n = len(columns)
    executed_each = due * share[place]
    fte = executed_each / HOURS_PER_FTE_MONTH
    # whoever performs a part of the contract employs people for its part of the hours
    who = performers_of(contracts, rows, n)
    parts = who.of_shares(fte)
    firms.clause_fte[:] = who.by_firm(parts, n)[:n]
    away = np.where(who.firm == n, parts, 0.0)
    outside_fte = np.bincount(place[who.line], weights=away, minlength=z).astype(np.float64)
    zones.long += exits - entries
    from_posts = siae_heads / h["insertion_post_months"]
    to_work = h["insertion_exit_to_work"] * (exits + from_posts)
    return InsertionFlows(
        due_by_zone,
        executed,
        entries,
        exits + from_posts,
        to_work,
        h["insertion_deadweight"],
        outside_fte,
        rows,
        due,
        executed_each,
    )
