"""Execution of insertion clauses: hours, people, exits (`model.md` 4.7).

A clause is not hours: hours are executed where facilitators follow the contract and where there
are long-term unemployed people to recruit. They replace the contractor's own hours in effective
terms, so jobs change only through relative productivity. `channels.py` says who does them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.procurement.channels import HOURS_PER_FTE_MONTH, Channels, share_out_hours
from model.procurement.contracts import Execution
from model.procurement.performers import Performers, performers_of
from model.state import ContractState, FirmState, ZoneState
from model.territory.territory import Firms

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

HOURS_FOLLOWED_BY_FACILITATOR = 43_000.0 / 12.0
"""Insertion hours that one facilitator follows in a month (`facts.md` 2.10)."""


@dataclass
class InsertionFlows:
    """Insertion of the month by zone (Z,).

    Hours due and executed; ``entries`` of people hired from the long-term pool, and ``people``
    who start on a clause, those on posts of structures included; people leaving, of whom
    ``exits_from_posts`` leave a post of a structure and some are ready for work, and further
    ones ready for a job in a firm that knows them; the share of people who would have found
    work anyway; FTE hired by outside contractors. ``contract``, ``due_each`` and
    ``executed_each`` (R,) are rows of the lot book with a clause, and their hours.
    """

    hours_due: Floats
    hours_executed: Floats
    entries: Floats
    people: Floats
    exits: Floats
    exits_from_posts: Floats
    exits_to_work: Floats
    exits_to_partners: Floats
    deadweight: float
    outside_fte: Floats
    contract: NDArray[np.intp]
    due_each: Floats
    executed_each: Floats


def execute_clauses(
    contracts: ContractState,
    execution: Execution,
    zone_of_row: Ints,
    columns: Firms,
    firms: FirmState,
    zones: ZoneState,
    facilitators_fte: float,
    exit_support: Floats,
    partnerships: Floats,
    h: Mapping[str, float],
) -> InsertionFlows:
    """Execute the month's insertion hours and move people between the long pool and missions.

    Updates ``clause_fte``, ``lent_fte`` and ``borrowed_fte`` of firms and the heads of ``zones``;
    what leaves for work is only wished here: the labour market fills vacancies with it, the rest is
    back in the long-term pool until then.

    Parameters
    ----------
    exit_support, partnerships
        (Z,), shares of people in pathways with more support, and with partnerships with firms.
    """
    z = len(zones.short)
    rows = execution.active
    running = np.flatnonzero(contracts.clause_hours[rows] > 0)
    rows = rows[running]
    served = execution.delivered[running] / np.maximum(execution.asked[running], 1e-300)
    due = contracts.clause_hours[rows] * served
    followed = min(
        1.0, facilitators_fte * HOURS_FOLLOWED_BY_FACILITATOR / max(float(due.sum()), 1e-9)
    )
    rate = followed * h["clause_executed_followed"] + (1 - followed) * h["clause_executed_alone"]
    place = zone_of_row[rows]
    due_by_zone = np.bincount(place, weights=due, minlength=z)
    channels = share_out_hours(columns, firms, due_by_zone * rate, followed, partnerships, h)
    hired, entries, exits = _people_on_missions(zones, channels.hired, h)
    who = performers_of(contracts, rows, len(columns))
    outside_fte = _place_people(firms, who, place, due, due_by_zone, hired, channels)
    exits_from_posts = zones.siae / h["insertion_post_months"]
    leaving = exits + exits_from_posts
    rate_to_work = h["insertion_exit_to_work"] + h["exit_support_gain"] * exit_support
    to_work = rate_to_work * leaving
    executed = hired + channels.lent
    return InsertionFlows(
        hours_due=due_by_zone,
        hours_executed=executed,
        entries=entries,
        people=entries + channels.lent / h["insertion_hours_per_person"],
        exits=leaving,
        exits_from_posts=exits_from_posts,
        exits_to_work=to_work,
        exits_to_partners=(leaving - to_work) * h["partnership_exit_gain"] * partnerships,
        deadweight=h["insertion_deadweight"],
        outside_fte=outside_fte,
        contract=rows,
        due_each=due,
        executed_each=due * (executed / np.maximum(due_by_zone, 1e-300))[place],
    )


def _people_on_missions(
    zones: ZoneState, wanted: Floats, h: Mapping[str, float]
) -> tuple[Floats, Floats, Floats]:
    """Hire people for wanted hours (Z,); return hours done, entries and exits."""
    hours_each = h["insertion_hours_per_person"] / h["insertion_mission_months"]
    desired = wanted / hours_each
    leaving = zones.clause / h["insertion_mission_months"]
    kept = np.minimum(zones.clause - leaving, desired)
    entries = np.minimum(np.maximum(desired - kept, 0.0), 0.05 * zones.long)
    exits = zones.clause - kept
    zones.clause[:] = kept + entries
    zones.long += exits - entries
    return np.minimum(zones.clause * hours_each, wanted), entries, exits


def _place_people(
    firms: FirmState,
    who: Performers,
    place: Ints,
    due: Floats,
    due_by_zone: Floats,
    hired: Floats,
    channels: Channels,
) -> Floats:
    """Put people to work on contracts, in proportion to hours due; return FTE hired outside (Z,).

    Whoever performs a part of a contract employs people for its part of the hours.

    Parameters
    ----------
    who, place, due
        Performers, zone and hours due of each contract with a clause.
    """
    n, z = len(firms.fte), len(hired)
    total = np.maximum(due_by_zone, 1e-300)
    parts = who.of_shares(due * (hired / total)[place] / HOURS_PER_FTE_MONTH)
    firms.clause_fte[:] = who.by_firm(parts, n)[:n]
    away = np.where(who.firm == n, parts, 0.0)
    lent = who.of_shares(due * (channels.lent / total)[place] / HOURS_PER_FTE_MONTH)
    firms.borrowed_fte[:] = who.by_firm(lent, n)[:n]
    firms.lent_fte[:] = channels.lent_fte
    return np.bincount(place[who.line], weights=away, minlength=z).astype(np.float64)
