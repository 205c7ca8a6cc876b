"""A short record of a run: what measures of resilience read, at a tenth of the cost of the whole.

Quantities are those of `records.py` of the same names, by zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.indicators.breakdowns import sector_groups
from model.procurement.tenders import DIRECT

if TYPE_CHECKING:
    from model.flows import MonthFlows
    from model.procurement.legal_calendar import RulesInForce
    from model.procurement.practice import Practice
    from model.state import State
    from model.territory.derived import DerivedColumns
    from model.territory.territory import Territory

Floats = NDArray[np.float64]

WATCHED = (
    "jobs_present_fte",
    "output_eur",
    "posts_filled_fte",
    "posts_lent_fte",
    "insertion_hours_executed",
    "due_eur",
    "on_time_eur",
    "failures_n",
    "firms_supplying_n",
    "bids_n",
)
"""Recorded quantities that measures of resilience read."""


@dataclass(frozen=True, slots=True, eq=False)
class WatchedMonths:
    """Months of one run.

    Attributes
    ----------
    zones
        Z zone keys, in territory order.
    values
        (W, months, Z), in the order of `WATCHED`.
    sector_jobs
        (months, G), jobs present by group of sectors, FTE.
    """

    zones: tuple[str, ...]
    values: Floats
    sector_jobs: Floats


class Watcher:
    """Keeps `WATCHED` quantities month by month.

    ``traces`` tells whether sales are still traced to public contracts: nothing here reads it, but
    measures of structure do, before a world branches.
    """

    def __init__(
        self, territory: Territory, derived: DerivedColumns, *, traces: bool = True
    ) -> None:
        self._t, self._d, self.traces = territory, derived, traces
        groups, of_sector = sector_groups(territory.sectors.codes)
        self._groups, self._group_of = len(groups), np.array(of_sector, dtype=np.intp)
        self._values: list[Floats] = []
        self._sector_jobs: list[Floats] = []

    def empty_copy(self) -> Watcher:
        """Return a watcher for a branch of the same world."""
        return Watcher(self._t, self._d, traces=False)

    def record(
        self, state: State, flows: MonthFlows, rules: RulesInForce, practice: Practice
    ) -> None:
        """Add one month; ``rules`` are not looked at."""
        t, zones = self._t, len(self._t.zones.keys)
        present, held = state.firms.present_fte(), t.firms.rows_with_posts
        supplying = (t.firms.trades[:, 0] >= 0) & state.firms.alive
        due, in_time = self._services(state, flows, practice)
        tenders, bids = flows.tenders, flows.awards.bids
        answered = tenders.in_reach & (tenders.procedure != DIRECT) & (bids > 0)
        of_clauses = self._d.zone_of_row[flows.insertion.contract]

        def by_zone(zone: NDArray[np.integer], weights: Floats | None = None) -> Floats:
            return np.bincount(zone, weights=weights, minlength=zones).astype(np.float64)

        month = {
            "jobs_present_fte": t.firms.sum_by_zone(present),
            "output_eur": t.firms.sum_by_zone(flows.goods.output),
            "posts_filled_fte": by_zone(t.firms.zone[held], state.firms.posts_fte[held]),
            "posts_lent_fte": by_zone(t.firms.zone[held], state.firms.lent_fte[held]),
            "insertion_hours_executed": by_zone(of_clauses, flows.insertion.executed_each),
            "due_eur": due,
            "on_time_eur": in_time,
            "failures_n": by_zone(t.firms.zone[flows.failed]),
            "firms_supplying_n": t.firms.sum_by_zone(supplying.astype(np.float64)),
            "bids_n": by_zone(tenders.zone[answered], bids[answered].astype(np.float64)),
        }
        self._values.append(np.stack([month[name] for name in WATCHED]))
        sector = self._group_of[t.firms.sector]
        self._sector_jobs.append(np.bincount(sector, weights=present, minlength=self._groups))

    def _services(
        self, state: State, flows: MonthFlows, practice: Practice
    ) -> tuple[Floats, Floats]:
        """Return the public volume due and delivered on time by zone of performance (Z,), EUR."""
        c, x, zones = state.contracts, flows.execution, len(self._t.zones.keys)
        rows = np.flatnonzero((c.holder < 0) & (c.volume_eur > 0))
        factor = practice.affordable(state.public.volume_factor)
        uncovered = c.volume_eur[rows] * factor[self._d.buyer_of_row[rows]] / 12.0
        place = np.concatenate([self._d.zone_of_row[rows], self._d.zone_of_row[x.active]])
        due = np.bincount(place, np.concatenate([uncovered, x.ordered]), minlength=zones)
        in_time = np.maximum(x.delivered - (x.asked - x.ordered), 0.0)
        return due, np.bincount(self._d.zone_of_row[x.active], in_time, minlength=zones)

    def watched(self) -> WatchedMonths:
        """Return what was recorded."""
        values = np.array(self._values).reshape(-1, len(WATCHED), len(self._t.zones.keys))
        sectors = np.array(self._sector_jobs).reshape(-1, self._groups)
        return WatchedMonths(tuple(self._t.zones.keys), np.swapaxes(values, 0, 1), sectors)
