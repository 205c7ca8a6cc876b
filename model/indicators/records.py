"""What a run records each month, by zone and other groups: the only source of indicators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError, nearest_name
from model.indicators.breakdowns import BUYER_KIND, EPCI, FIRM_KIND, OWNERSHIP, SECTOR

Array = NDArray[np.float64]

FIRM_QUANTITIES = (
    "jobs_present_fte",
    "jobs_direct_fte",
    "jobs_indirect_fte",
    "jobs_induced_fte",
    "jobs_other_fte",
    "failures_n",
    "closures_n",
    "births_n",
    "firms_active_n",
    "firms_short_of_cash_n",
    "firms_dependent_n",
    "public_share_sum_n",
    "supported_sales_eur",
    "contract_sales_eur",
    "firms_supplying_n",
    "won_n",
    "won_eur",
    "posts_agreed_fte",
    "posts_filled_fte",
    "posts_used_fte",
    "posts_lent_fte",
    "subsidies_state_eur",
)
"""Quantities by the zone, sector, kind and owner of the firm."""

PLACE_QUANTITIES = ("territorial_emissions_tco2e", "environmental_spending_eur", "output_eur")
"""Quantities by the zone and sector of the firm only."""

BUYER_QUANTITIES = (
    "tenders_n",
    "bids_n",
    "single_bid_n",
    "unsuccessful_n",
    "abandoned_n",
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
    "awards_performed_territory_eur",
    "awards_performed_epci_eur",
    "awards_performed_sme_eur",
    "awards_grouping_n",
    "awards_grouping_eur",
    "awards_subcontracted_n",
    "awards_subcontracted_eur",
    "able_local_n",
    "bids_local_n",
    "awards_base_eur",
    "awards_territory_base_eur",
    "called_n",
    "only_sounded_n",
    "only_sounded_bids_n",
    "only_adapted_n",
    "only_adapted_bids_n",
    "sounded_n",
    "sounded_bids_n",
    "adapted_n",
    "adapted_bids_n",
    "announced_n",
    "announced_bids_n",
    "deferred_n",
    "negotiated_n",
    "uncovered_eur",
    "considerations_n",
    "considerations_base_n",
    "environmental_considerations_n",
    "environmental_clauses_n",
    "environmental_clauses_checked_n",
    "procedure_cost_buyer_eur",
    "procedure_cost_bidders_eur",
    "clauses_running_n",
    "insertion_hours_due",
    "insertion_hours_executed",
    "executed_volume_eur",
    "executed_price_eur",
    "footprint_purchases_tco2e",
    "footprint_cut_tco2e",
    "running_n",
    "performed_epci_n",
    "performed_epci_eur",
    "performed_territory_n",
    "performed_territory_eur",
    "concentration_base_eur",
    "concentration_squares_eur",
    "concentration_top_eur",
    "reserved_eur",
    "reserved_target_eur",
    "reserved_ess_eur",
    "addressable_eur",
    "outside_holder_fte",
    "lever_cost_buyer_eur",
    "late_eur",
    "due_eur",
    "on_time_eur",
    "buyers_obliged_n",
    "schemes_obliged_n",
    "schemes_n",
    "purchases_base_eur",
    "purchases_mature_eur",
    "lm3_r1_eur",
    "lm3_r2_eur",
    "lm3_r3_eur",
    "contract_output_eur",
    "spent_net_pay_eur",
    "spent_taxes_eur",
    "spent_local_inputs_eur",
    "spent_outside_inputs_eur",
)
"""Quantities by the zone where the contract is performed, and by the kind of its buyer."""

ZONE_QUANTITIES = (
    "unemployed_heads",
    "unemployed_long_heads",
    "training_heads",
    "firms_helped_n",
    "insertion_people_n",
    "insertion_deadweight_n",
    "insertion_exits_n",
    "insertion_exits_posts_n",
    "insertion_exits_work_n",
    "insertion_exits_lasting_n",
    "household_income_eur",
    "outside_chain_fte",
    "lever_cost_departement_eur",
    "lever_cost_state_eur",
    "benefits_state_eur",
    "benefits_avoided_elsewhere_eur",
    "taxes_state_eur",
    "taxes_elsewhere_eur",
)
"""Quantities by zone only: of residence, of the firm or of the purchase."""

QUANTITIES = FIRM_QUANTITIES + PLACE_QUANTITIES + BUYER_QUANTITIES + ZONE_QUANTITIES
"""All quantities: each is recorded by zone."""

QUARTERLY = (
    "firms_active_n",
    "firms_short_of_cash_n",
    "firms_dependent_n",
    "public_share_sum_n",
    "concentration_base_eur",
    "concentration_squares_eur",
    "concentration_top_eur",
)
"""Slow stocks that cost more to read: read in the first month and at the end of each quarter, and
repeated in between."""

QUANTITIES_BY_DIMENSION: Mapping[str, tuple[str, ...]] = {
    EPCI: QUANTITIES,
    SECTOR: FIRM_QUANTITIES + PLACE_QUANTITIES,
    FIRM_KIND: FIRM_QUANTITIES,
    OWNERSHIP: FIRM_QUANTITIES,
    BUYER_KIND: BUYER_QUANTITIES,
}
"""Quantities that are recorded by the groups of each dimension."""


@dataclass(frozen=True, slots=True, eq=False)
class Breakdown:
    """Monthly quantities of one run by the G groups of a dimension: name to (months, G)."""

    groups: tuple[str, ...]
    quantities: dict[str, Array]


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
    contract_value
        (months, C) EUR paid for it, at contract prices.
    local_volume
        (months, C, Z) the part of it executed by establishments of each zone.
    local_fte
        (months, C, Z) direct FTE on it, in the zone of the establishment.
    breakdowns
        Dimension (`QUANTITIES_BY_DIMENSION`, but for zones) to the quantities of its groups.
    """

    zones: tuple[str, ...]
    categories: tuple[str, ...]
    start: str
    quantities: dict[str, Array]
    contract_volume: Array
    contract_value: Array
    local_volume: Array
    local_fte: Array
    breakdowns: dict[str, Breakdown] = field(default_factory=dict[str, Breakdown])

    @property
    def months(self) -> int:
        """Number of months recorded."""
        return int(self.contract_volume.shape[0])

    def by(self, dimension: str) -> Breakdown:
        """Return the quantities of one dimension, zones included.

        Raises
        ------
        AncrageError
            No such dimension was recorded.
        """
        if dimension == EPCI:
            return Breakdown(self.zones, self.quantities)
        if dimension not in self.breakdowns:
            raise AncrageError(
                f"Nothing is recorded by '{dimension}'{nearest_name(dimension, self.breakdowns)}"
            )
        return self.breakdowns[dimension]

    def problems(self) -> list[str]:
        """Return what is malformed: missing or unknown quantities, wrong shapes, NaN."""
        months, zones, cats = self.months, len(self.zones), len(self.categories)
        found: list[str] = []
        for dimension in (EPCI, *self.breakdowns):
            part = self.by(dimension)
            expected = QUANTITIES_BY_DIMENSION[dimension]
            found += [
                f"{n} is missing by {dimension}" for n in expected if n not in part.quantities
            ]
            found += [
                f"{n} is unknown by {dimension}" for n in part.quantities if n not in expected
            ]
            for name, array in part.quantities.items():
                found += _problems_of(f"{name} by {dimension}", array, (months, len(part.groups)))
        for name in ("contract_volume", "contract_value"):
            found += _problems_of(name, getattr(self, name), (months, cats))
        for name in ("local_volume", "local_fte"):
            found += _problems_of(name, getattr(self, name), (months, cats, zones))
        return found

    def month_labels(self) -> list[str]:
        """Return ``"YYYY-MM"`` for each recorded month."""
        year, month = (int(part) for part in self.start.split("-"))
        first = year * 12 + month - 1
        return [f"{m // 12:04d}-{m % 12 + 1:02d}" for m in range(first, first + self.months)]


def _problems_of(name: str, array: Array, expected: tuple[int, ...]) -> list[str]:
    if array.shape != expected:
        return [f"{name} has shape {array.shape}, not {expected}"]
    return [] if np.isfinite(array).all() else [f"{name} holds a value that is not finite"]
