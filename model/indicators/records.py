"""What a run records each month, by zone: the only source of indicators."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FIRM_ZONE_QUANTITIES = (
    "jobs_present_fte",
    "jobs_direct_fte",
    "jobs_indirect_fte",
    "jobs_induced_fte",
    "jobs_other_fte",
    "failures_n",
    "closures_n",
    "births_n",
    "unemployed_heads",
    "unemployed_long_heads",
    "insertion_hours_due",
    "insertion_hours_executed",
    "insertion_people_n",
    "insertion_deadweight_n",
    "insertion_exits_n",
    "insertion_exits_work_n",
    "household_income_eur",
    "territorial_emissions_tco2e",
    "environmental_spending_eur",
)
"""Quantities by the zone where the firm is (jobs, firms) or where people live."""

BUYER_ZONE_QUANTITIES = (
    "tenders_n",
    "bids_n",
    "single_bid_n",
    "unsuccessful_n",
    "awards_n",
    "awards_eur",
    "awards_epci_n",
    "awards_epci_eur",
    "awards_territory_n",
    "awards_territory_eur",
    "awards_sme_n",
    "awards_sme_eur",
    "awards_ess_n",
    "awards_ess_eur",
    "considerations_n",
    "considerations_base_n",
    "environmental_considerations_n",
    "environmental_clauses_n",
    "environmental_clauses_checked_n",
    "footprint_purchases_tco2e",
    "footprint_cut_tco2e",
    "executed_volume_eur",
    "executed_price_eur",
    "reserved_eur",
    "reserved_target_eur",
    "addressable_eur",
    "outside_holder_fte",
    "outside_chain_fte",
    "lever_cost_buyer_eur",
    "lever_cost_departement_eur",
    "lever_cost_state_eur",
    "subsidies_state_eur",
    "benefits_state_eur",
    "benefits_avoided_elsewhere_eur",
    "taxes_state_eur",
    "taxes_elsewhere_eur",
    "lm3_r1_eur",
    "lm3_r2_eur",
    "lm3_r3_eur",
    "contract_output_eur",
    "supported_sales_eur",
)
"""Quantities by the zone where the contract is performed."""

QUANTITIES = FIRM_ZONE_QUANTITIES + BUYER_ZONE_QUANTITIES


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Monthly quantities of one run.

    Attributes
    ----------
    zones
        Z zone keys, in territory order.
    categories
        C category keys.
    start
        First month, as ``"2027-01"``.
    quantities
        Name (`QUANTITIES`) to float64 array (months, Z); unit in the name's last part.
    contract_volume
        (months, C) EUR at base prices executed on contracts, wherever the holder is.
    local_volume
        (months, C, Z) the part of it executed by establishments of each zone.
    local_fte
        (months, C, Z) direct FTE on it, in the zone of the establishment.
    """

    zones: tuple[str, ...]
    categories: tuple[str, ...]
    start: str
    quantities: dict[str, Array]
    contract_volume: Array
    local_volume: Array
    local_fte: Array

    @property
    def months(self) -> int:
        """Number of months recorded."""
        return int(self.contract_volume.shape[0])

    def problems(self) -> list[str]:
        """Return what is malformed: missing or unknown quantities, wrong shapes, NaN."""
        months, zones, cats = self.months, len(self.zones), len(self.categories)
        found = [f"{name} is missing" for name in QUANTITIES if name not in self.quantities]
        found += [f"{name} is unknown" for name in self.quantities if name not in QUANTITIES]
        by_category = (self.contract_volume, self.local_volume, self.local_fte)
        named = list(self.quantities.items()) + list(
            zip(("contract_volume", "local_volume", "local_fte"), by_category, strict=True)
        )
        shapes = {"contract_volume": (months, cats)}
        shapes |= dict.fromkeys(("local_volume", "local_fte"), (months, cats, zones))
        for name, array in named:
            expected = shapes.get(name, (months, zones))
            if array.shape != expected:
                found.append(f"{name} has shape {array.shape}, not {expected}")
            elif not np.isfinite(array).all():
                found.append(f"{name} holds a value that is not finite")
        return found

    def month_labels(self) -> list[str]:
        """Return ``"YYYY-MM"`` for each recorded month."""
        year, month = (int(part) for part in self.start.split("-"))
        first = year * 12 + month - 1
        return [f"{m // 12:04d}-{m % 12 + 1:02d}" for m in range(first, first + self.months)]
