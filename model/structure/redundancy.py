"""How many firms of the territory could take over each need (`facts.md` 4.10).

Every lot of the book is described as its next call would be, under the law and the practice of the
month. *Able* is what a bid asks of a firm (`standing.py`): the required turnover, and room for the
lot beside what it already makes. Who hears of the lot and who wishes to bid are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.procurement.candidates import CandidateLists
from model.procurement.category_columns import CategoryColumns
from model.procurement.legal_calendar import rules_at
from model.procurement.month import due_lots
from model.procurement.standing import stand
from model.procurement.tenders import Tenders
from model.state import FIRST_YEAR, FirmState
from model.structure.purchases import yearly_volume
from model.structure.ratios import Ratio, shares_by_zone
from model.territory.territory import Firms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from model.territory_model import TerritoryModel

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

LOTS_AT_ONCE = 1024
"""Lots whose candidates are looked at together: it bounds memory, whatever the lot book."""


@dataclass(frozen=True)
class Able:
    """Firms of the territory able to take each lot (T,): all, and those of its zone."""

    everywhere: Places
    near: Places


def next_calls(world: TerritoryModel) -> Tenders:
    """Describe every lot of the book as if it came to competition this month (T,)."""
    state, month = world.state, world.state.month
    rules = rules_at(FIRST_YEAR + month // 12, month % 12 + 1, world.amendments)
    due = np.zeros_like(state.contracts.months_left)
    waiting = replace(state, contracts=replace(state.contracts, months_left=due))
    return due_lots(world.setting, waiting, world.practice_of(month, rules), rules)


def able_firms(
    tenders: Tenders,
    lists: CandidateLists,
    columns: Firms,
    firms: FirmState,
    categories: CategoryColumns,
    h: Mapping[str, float],
) -> Able:
    """Count the firms in the candidate list of each lot that are able to take it.

    A lot reserved to structures or to the social economy has no others.
    """
    everywhere = np.zeros(len(tenders), dtype=np.intp)
    near = np.zeros(len(tenders), dtype=np.intp)
    zones = len(lists.rows) // len(categories.works)
    pair = tenders.supply_category.astype(np.int64) * zones + tenders.zone
    for first in range(0, len(tenders), LOTS_AT_ONCE):
        lots = np.arange(first, min(first + LOTS_AT_ONCE, len(tenders)))
        lot, rows = _candidates(tenders, lists, pair, lots)
        open_to = firms.alive[rows] & (columns.ess[rows] | ~tenders.reserved_ess[lot])
        lot, rows = lot[open_to], rows[open_to]
        own = stand(
            tenders, lot, rows, columns, firms, categories.trade_sector, categories.traded, h
        )
        able = own.has_turnover(tenders) & (own.size + own.load <= own.most_load)
        here = able & (columns.zone[rows] == tenders.zone[lot])
        everywhere += np.bincount(lot[able], minlength=len(tenders))
        near += np.bincount(lot[here], minlength=len(tenders))
    return Able(everywhere, near)


def _candidates(
    tenders: Tenders, lists: CandidateLists, pair: NDArray[np.int64], lots: Places
) -> tuple[Places, NDArray[np.int32]]:
    """Return the candidates of some lots: the lot of each (E,) and its row (E,)."""
    found: list[tuple[Places, NDArray[np.int32]]] = []
    reserved = tenders.reserved[lots]
    for chosen, table in ((lots[~reserved], lists.rows), (lots[reserved], lists.structures)):
        rows = table[pair[chosen]]
        line, place = np.nonzero(rows >= 0)
        found.append((chosen[line], rows[line, place]))
    lot, row = (np.concatenate(columns) for columns in zip(*found, strict=True))
    return lot, row


def able_for_needs(world: TerritoryModel, tenders: Tenders) -> Able:
    """Count the firms able to take each lot in a world as it stands."""
    territory = world.territory
    return able_firms(
        tenders,
        territory.candidates,
        territory.firms,
        world.state.firms,
        world.setting.derived.categories,
        world.hypotheses,
    )


def measures_of_redundancy(world: TerritoryModel, tenders: Tenders, able: Able) -> dict[str, Ratio]:
    """Return the shares of needs, by value and by number, that several firms could take."""
    value = yearly_volume(world)[tenders.contract]
    zones = len(world.territory.zones.keys)

    def least(count: Places, number: int) -> Floats:
        return (count >= number).astype(np.float64)

    by_value = {
        "two_able": least(able.everywhere, 2),
        "three_able": least(able.everywhere, 3),
        "none_able": 1.0 - least(able.everywhere, 1),
        "three_able_near": least(able.near, 3),
    }
    by_number = {
        "two_able_number": least(able.everywhere, 2),
        "three_able_number": least(able.everywhere, 3),
    }
    return {
        **shares_by_zone(tenders.zone, value, by_value, zones),
        **shares_by_zone(tenders.zone, np.ones(len(tenders)), by_number, zones),
    }
