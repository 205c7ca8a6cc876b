"""What is kept of each month: quantities by zone and other groups, from which indicators follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from model.flows import MonthFlows
from model.indicators.breakdowns import EPCI, SECTOR
from model.indicators.recording import contracts as of_contracts
from model.indicators.recording.adoption import add_adoption
from model.indicators.recording.by_buyer import BuyerLog, BuyerMonths
from model.indicators.recording.cells import CellCodes, Recorded
from model.indicators.recording.firms import add_fragility, firm_sums, zone_quantities
from model.indicators.recording.lots import add_lots
from model.indicators.recording.tenders import add_tenders, award_columns, of_local_authorities
from model.indicators.records import QUARTERLY, Breakdown, Records
from model.procurement.legal_calendar import RulesInForce
from model.procurement.practice import Practice
from model.state import State
from model.territory.derived import DerivedColumns
from model.territory.territory import Territory

Floats = NDArray[np.float64]


class Recorder:
    """Keeps monthly quantities by group; firm-level columns are not kept."""

    traces = True
    """Jobs are attributed by tracing sales to public contracts."""

    def __init__(
        self,
        territory: Territory,
        derived: DerivedColumns,
        h: Mapping[str, float],
        keep_awards: bool = False,
        by_buyer: BuyerLog | None = None,
        zones_only: bool = False,
    ) -> None:
        self._t, self._d, self._h = territory, derived, h
        self.keeps_awards, self.by_buyer, self._zones_only = keep_awards, by_buyer, zones_only
        self._local_authority = of_local_authorities(territory)
        benefit = h["benefit_short_eur"] * territory.money_scale
        self._benefit_avoided_eur = benefit * h["unemployed_per_job_elsewhere"] / h["fte_per_head"]
        self._codes = CellCodes.of(territory, derived)
        self._slots = of_contracts.SlotZones.of(territory)
        self.clear()

    def clear(self) -> None:
        """Forget the months recorded so far."""
        self._months: dict[str, dict[str, list[Floats]]] = {}
        self.awards: list[dict[str, NDArray[np.generic]]] = []
        self.by_buyer = None if self.by_buyer is None else self.by_buyer.empty_copy()
        self._volume: list[Floats] = []
        self._value: list[Floats] = []
        self._local_volume: list[Floats] = []
        self._local_fte: list[Floats] = []

    def follow_buyers(self, codes: Sequence[str], seed: int) -> None:
        """Record from now on what these buyers notify, in this world and its branches.

        ``seed`` is that of the world.
        """
        self.by_buyer = BuyerLog(self._t, self._d, self._h, seed, codes)

    def buyer_months(self) -> BuyerMonths:
        """Return the months since ``follow_buyers`` was called, or since the world branched."""
        assert self.by_buyer is not None, "call follow_buyers first"
        return self.by_buyer.months()

    def empty_copy(self) -> Recorder:
        """Return a recorder of the same world that has recorded nothing."""
        return Recorder(
            self._t, self._d, self._h, self.keeps_awards, self.by_buyer, self._zones_only
        )

    def of_zones(self) -> Recorder:
        """Return an empty recorder that leaves every breakdown but that by zone aside."""
        return Recorder(
            self._t, self._d, self._h, self.keeps_awards, self.by_buyer, zones_only=True
        )

    def copy(self) -> Recorder:
        """Return a recorder that has recorded the same months and goes on by itself."""
        twin = self.empty_copy()
        twin._months = {
            dimension: {name: [*rows] for name, rows in kept.items()}
            for dimension, kept in self._months.items()
        }
        twin.awards = [*self.awards]
        twin.by_buyer = None if self.by_buyer is None else self.by_buyer.copy()
        twin._volume, twin._value = [*self._volume], [*self._value]
        twin._local_volume, twin._local_fte = [*self._local_volume], [*self._local_fte]
        return twin

    def record(
        self, state: State, flows: MonthFlows, rules: RulesInForce, practice: Practice
    ) -> None:
        """Add one month under its rules and practice."""
        t, codes = self._t, self._codes
        if self.keeps_awards:
            self.awards.append(award_columns(flows, state.month, len(t.firms)))
        if self.by_buyer is not None:
            self.by_buyer.record(state, flows, practice)
        present = state.firms.present_fte()
        executed = of_contracts.executed_contracts(t, self._d, codes, present, state, flows)
        publicity = rules.publicity_threshold * t.money_scale
        purchases = codes.purchase_sums()
        add_tenders(purchases, t, codes, self._h, self._local_authority, flows, publicity)
        add_lots(purchases, t, self._d, codes, state, flows, practice)
        of_contracts.add_contracts(purchases, t, self._d, executed, state, flows, practice)
        of_contracts.add_insertion(purchases, codes, flows)
        of_contracts.add_lever_costs(purchases, t, codes, flows)
        add_adoption(purchases, t, codes, state, practice)
        firms = firm_sums(t, codes, present, state, flows, self._zones_only)
        slow = not self._volume or state.month % 3 == 2
        if slow:
            of_contracts.add_concentration(purchases, executed, len(t.firms))
            add_fragility(firms, state, flows)
        by_purchase, by_firm = purchases.by_dimension(self._zones_only), firms.by_dimension()
        self._keep(by_purchase)
        self._keep(by_firm)
        zones = zone_quantities(t, self._h, state, flows)
        zones |= self._elsewhere(executed, by_purchase[EPCI]["outside_holder_fte"], flows)
        self._keep({EPCI: zones})
        if not slow:
            self._repeat_slow_stocks()
        self._keep_categories(executed)

    def records(self, start: str) -> Records:
        """Return what was recorded, by month and group."""
        z, c = len(self._t.zones.keys), len(self._t.categories)
        found = {
            dimension: {name: np.array(rows) for name, rows in kept.items()}
            for dimension, kept in self._months.items()
        }
        if SECTOR in found:
            found[SECTOR] = {name: self._grouped(values) for name, values in found[SECTOR].items()}
        return Records(
            zones=tuple(self._t.zones.keys),
            categories=tuple(category.key for category in self._t.categories),
            start=start,
            quantities=found.pop(EPCI, {}),
            contract_volume=np.array(self._volume).reshape(-1, c),
            contract_value=np.array(self._value).reshape(-1, c),
            local_volume=np.array(self._local_volume).reshape(-1, c, z),
            local_fte=np.array(self._local_fte).reshape(-1, c, z),
            breakdowns={
                dimension: Breakdown(self._codes.groups[dimension], quantities)
                for dimension, quantities in found.items()
            },
        )

    def _grouped(self, by_sector: Floats) -> Floats:
        """Add sectors up to their groups: (months, S) to (months, groups)."""
        made = np.zeros((len(self._codes.groups[SECTOR]), len(by_sector)))
        np.add.at(made, self._codes.sector_group, by_sector.T)
        return np.ascontiguousarray(made.T)

    def _keep(self, recorded: Recorded) -> None:
        for dimension, quantities in recorded.items():
            kept = self._months.setdefault(dimension, {})
            for name, value in quantities.items():
                kept.setdefault(name, []).append(value)

    def _repeat_slow_stocks(self) -> None:
        for kept in self._months.values():
            for name in QUARTERLY:
                if name in kept:
                    kept[name].append(kept[name][-1])

    def _elsewhere(
        self, executed: of_contracts.Executed, of_holders: Floats, flows: MonthFlows
    ) -> dict[str, Floats]:
        """Return jobs elsewhere, by zone of purchase, and what the State gains by them."""
        chain = of_contracts.chain_of_contracts(self._t, self._d, executed)
        chain = chain + of_contracts.chain_of_purchases(self._t, self._slots, flows)
        elsewhere = of_holders + chain
        return {
            "outside_chain_fte": chain,
            "taxes_elsewhere_eur": elsewhere * self._t.sectors.tax_per_fte_eur,
            "benefits_avoided_elsewhere_eur": elsewhere * self._benefit_avoided_eur,
        }

    def _keep_categories(self, x: of_contracts.Executed) -> None:
        """Keep volumes and amounts by category, and what is done by how many in each zone."""
        z, categories = len(self._t.zones.keys), len(self._t.categories)
        for kept, values in ((self._volume, x.volume), (self._value, x.volume * x.price)):
            kept.append(np.bincount(x.category, weights=values, minlength=categories))
        cell = x.category[x.place].astype(np.intp) * z + self._t.firms.zone[x.holder]
        for kept, values in (
            (self._local_volume, x.delivered_here),
            (self._local_fte, x.fte),
        ):
            summed = np.bincount(cell, weights=values, minlength=categories * z)
            kept.append(summed.reshape(categories, z))
