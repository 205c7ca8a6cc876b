"""Buyers that purchase together: common dates, one procedure for several needs, shared calendar.

Members are the buyers that the lever's scope holds; several paths of one lever are several groups.
Nothing says here what coordination does to prices or to small firms: a larger lot asks for a
larger turnover and capacity, draws outside bidders and saves on scale; fewer procedures cost less;
spread calls leave bidders time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.procurement.needs import Needs
from model.procurement.practice import Practice
from model.random_streams import mix, purpose_key, stream, to_uniform
from model.state import ContractState

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]
Bools = NDArray[np.bool_]

COORDINATION = ("shared_calendar", "shared_sourcing", "joint_purchase")
"""Levers whose members give staff time to coordination."""

CYCLE_MONTHS = 48
"""Months between two joint purchases of one family: the longest framework (L.2125-1)."""

MOST_EXTENSION_MONTHS = 6
"""Longest extension of a running contract until a common date; beyond it a shorter contract."""

MOST_SPREAD_MONTHS = 3
"""Months over which a shared calendar spreads calls that would fall together."""


@dataclass(frozen=True)
class Alignment:
    """What coordination changes for the rows of the lot book that are due (rows,).

    Attributes
    ----------
    cell
        int64, key of the joint purchase that the row belongs to this month, -1 alone.
    whole
        int64, key of all lots of that purchase, for the procedure by its whole amount.
    months
        int16, length of the contract that brings it to the common date, 0 as usual.
    """

    cell: NDArray[np.int64]
    whole: NDArray[np.int64]
    months: NDArray[np.int16]


def align_due(
    due: Ints,
    contracts: ContractState,
    needs: Needs,
    works: Bools,
    practice: Practice,
    month: int,
    seed: int,
) -> Alignment | None:
    """Bring needs of a group to common dates; hold back the rows that wait (``months_left``).

    A joint purchase of a category has a date every ``CYCLE_MONTHS``, drawn by group and category.
    A need that comes up shortly before it is extended; earlier, it gets a contract that ends then;
    on the date it is bought with the others. Works stay apart: their operations have dates of
    their own. None where nothing is due.

    Parameters
    ----------
    due
        Rows due and in reach of their buyers.
    works
        (C,), categories of works.
    """
    if len(due) == 0:
        return None
    rows, n = len(contracts.months_left), len(needs.buyer)
    found = Alignment(
        np.full(rows, -1, dtype=np.int64),
        np.full(rows, -1, dtype=np.int64),
        np.zeros(rows, dtype=np.int16),
    )
    need = due % n
    fresh = (contracts.failures[due] == 0) & ~works[needs.category[need]]
    joint = _join(due[fresh], contracts, needs, practice, month, seed, found)
    apart = due[contracts.failures[due] == 0]
    _spread(apart[~np.isin(apart, joint)], contracts, needs, practice)
    return found


def _join(
    due: Ints,
    contracts: ContractState,
    needs: Needs,
    practice: Practice,
    month: int,
    seed: int,
    found: Alignment,
) -> Ints:
    """Set joint purchases among due rows; return the rows that take part in one, now or later."""
    need = due % len(needs.buyer)
    buyer, category = needs.buyer[need], needs.category[need]
    share = practice.of_lots("joint_purchase", buyer, category)
    group = practice.group_of_lots("joint_purchase", buyer, category)
    cell = mix(mix(np.uint64(purpose_key("joint purchase")), group), category)
    takes_part = (group >= 0) & (to_uniform(mix(stream(seed, "joint purchase"), cell)) < share)
    due, need, cell = due[takes_part], need[takes_part], cell[takes_part]
    phase = np.floor(to_uniform(mix(stream(seed, "joint date"), cell)) * CYCLE_MONTHS)
    wait = np.mod(phase.astype(np.int64) - month, CYCLE_MONTHS)
    now = wait == 0
    soon = ~now & (wait <= MOST_EXTENSION_MONTHS) & (contracts.holder[due] >= 0)
    contracts.months_left[due[soon]] = wait[soon]
    usual = needs.duration_months[need]
    found.months[due] = np.where(now, CYCLE_MONTHS, np.minimum(usual, wait))
    whole = (cell >> np.uint64(1)).astype(np.int64)
    by_zone = practice.of_lots("joint_purchase_lots", needs.buyer[need], needs.category[need]) > 0.5
    lot = np.where(by_zone, mix(cell, needs.zone[need] + 1), cell)
    found.cell[due[now]] = (lot >> np.uint64(1)).astype(np.int64)[now]
    found.whole[due[now]] = whole[now]
    return due


def _spread(due: Ints, contracts: ContractState, needs: Needs, practice: Practice) -> None:
    """Hold back, by one to three months, calls of a group that fall together in a market.

    A market is a category and a zone. The present holder goes on meanwhile; nobody waits without
    one, and the first call in the order of the lot book stays where it is.
    """
    due = due[contracts.holder[due] >= 0]
    need = due % len(needs.buyer)
    buyer, category = needs.buyer[need], needs.category[need]
    spread = practice.of_lots("shared_calendar", buyer, category) > 0.5
    due, need = due[spread], need[spread]
    if len(due) < 2:
        return
    group = practice.group_of_lots("shared_calendar", buyer[spread], category[spread])
    market = (group.astype(np.int64) * 4096 + needs.category[need]) * 4096 + needs.zone[need]
    order = np.argsort(market, kind="stable")
    sorted_market = market[order]
    first = np.searchsorted(sorted_market, sorted_market, side="left")
    rank = np.empty(len(due), dtype=np.int64)
    rank[order] = np.arange(len(due)) - first
    contracts.months_left[due] = np.mod(rank, MOST_SPREAD_MONTHS + 1)


@dataclass(frozen=True)
class Lots:
    """Lots put to competition and the rows of the lot book that each one serves.

    Attributes
    ----------
    lead
        (T,), place among the rows due of the one whose buyer runs the procedure: the largest.
    lot
        (R,), lot of each row due.
    yearly_eur, estimate_yearly_eur
        (T,), yearly volume of the lot, and of all lots that its procedure covers.
    scale
        (T,), doublings of the volume over the mean of its rows, 0 for a single row.
    """

    lead: NDArray[np.intp]
    lot: NDArray[np.int32]
    yearly_eur: Floats
    estimate_yearly_eur: Floats
    scale: Floats


def gather_lots(
    yearly: Floats, whole_yearly: Floats, alignment: Alignment | None, rows: Ints
) -> Lots:
    """Make one lot of the rows of each joint purchase, and one of every other row.

    Parameters
    ----------
    yearly, whole_yearly
        (R,), yearly volume of the row, and of the whole need that it is a part of.
    rows
        (R,), rows put to competition.
    """
    count = len(rows)
    places = np.arange(count)
    if alignment is None or not (alignment.cell[rows] >= 0).any():
        return Lots(places, places.astype(np.int32), yearly, whole_yearly, np.zeros(count))
    cell, whole = alignment.cell[rows], alignment.whole[rows]
    together = cell >= 0
    # rows alone keep a cell of their own: a negative one
    own = np.where(together, cell, -1 - places)
    order = np.lexsort((-yearly, own))
    _, first, lot = np.unique(own[order], return_index=True, return_inverse=True)
    lot_of_row = np.empty(count, dtype=np.int32)
    lot_of_row[order] = lot
    # lots in the order of the lot book, so that rows alone stay where they were
    lead = order[first]
    rank = np.argsort(np.argsort(lead, kind="stable"), kind="stable")
    lot_of_row = rank[lot_of_row].astype(np.int32)
    lead = np.sort(lead)
    total = np.bincount(lot_of_row, weights=yearly)
    number = np.bincount(lot_of_row)
    _, purchase = np.unique(np.where(together, whole, -1 - places), return_inverse=True)
    of_purchase = np.bincount(purchase, weights=yearly)
    estimate = np.where(together[lead], of_purchase[purchase[lead]], whole_yearly[lead])
    return Lots(
        lead=lead,
        lot=lot_of_row,
        yearly_eur=np.where(together[lead], total, yearly[lead]),
        estimate_yearly_eur=estimate,
        scale=np.log2(np.maximum(number, 1)),
    )


def sounding_share(
    buyer: Ints, category: Ints, called: Bools, practice: Practice, h: Mapping[str, float]
) -> Floats:
    """Return the part of the cost of sounding a need that each lot bears (T,).

    Members that share their sourcing pay a family in full once a month and a part of it for each
    further need (``shared_sounding_cost_share``); others pay each need in full.
    """
    share = np.ones(len(buyer))
    if not practice.moved("shared_sourcing"):
        return share
    group = practice.group_of_lots("shared_sourcing", buyer, category)
    rows = np.flatnonzero((group >= 0) & called)
    if len(rows):
        _, family = np.unique(group[rows] * 4096 + category[rows], return_inverse=True)
        number = np.bincount(family)[family]
        share[rows] = (1.0 + h["shared_sounding_cost_share"] * (number - 1)) / number
    return share


def coordination_costs(practice: Practice, members: int, h: Mapping[str, float]) -> Floats:
    """Return what members pay a month for coordination (B,), EUR of the base year."""
    member = np.zeros(members)
    for key in COORDINATION:
        member = np.maximum(member, practice.of_buyers(key) > 0.0)
    return member * h["coordination_cost_eur_per_member_year"] / 12.0
