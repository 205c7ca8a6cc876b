"""The lots put to competition in one month, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from model.procurement.due_rows import DueRows

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

DIRECT, ADAPTED, FORMAL = 0, 1, 2
"""Procedures by amount: waiver of publicity and competition, adapted (MAPA), formal."""

NOTHING, SIZE, CASH, CLAUSE, FORMALITIES = 0, 1, 2, 3, 4
"""What kept able firms from bidding most, of what a buyer can adapt after sounding them."""


@dataclass(frozen=True)
class Tenders:
    """One row a lot (T,).

    Attributes
    ----------
    served
        Rows of the lot book that the lots serve (R,).
    contract
        int32, row of the lot book whose buyer runs the procedure.
    need, category, zone, buyer
        int32; ``zone`` is the place of performance.
    key
        uint64 of (need, renewal, part, earlier failures).
    yearly_eur, amount_eur
        Yearly volume and total value at base prices.
    market_ratio
        Market that is tendered over the buyer's own lot: over 1 where others buy with it.
    scale
        Doublings of the volume by a joint purchase over the mean of its needs.
    months
        Duration.
    in_reach
        Whether the buyer runs the procedure itself, alone or in a group: its levers act.
    sme_share_due
        Part that small and medium firms must perform, by law, of a global contract whose holder is
        not one of them; 0 elsewhere (R.2171-23).
    procedure
        int8, ``DIRECT``, ``ADAPTED`` or ``FORMAL``.
    reserved, sounded, consideration, clause
        Whether the lot is reserved to inclusive structures, preceded by sourcing, has a social
        consideration, and an insertion clause of ``clause_hours`` a month.
    reserved_ess
        Whether it is reserved to employers of the social economy (L.2113-15).
    first_call
        Whether it is the first call for this lot, not a relaunch.
    required_turnover
        Turnover required over estimated lot value.
    payment_days
        Days from service to payment, hidden acceptance delay included.
    advance_rate, advance_rate_large
        Part of the first year's amount paid in advance to a small or medium holder, to another.
    retention_rate
        Part of each payment to a small or medium holder kept back until the contract ends.
    social_duty, consideration_by_duty
        Whether the law requires a social execution condition, no exception being invoked, and
        whether the lot has a social consideration for that reason alone.
    environmental_condition
        Whether execution conditions include an environmental one.
    supply_category
        int32, category whose suppliers are asked: that of reused goods where they are wanted.
    environmental_consideration, environmental_clause, environmental_checked
        Whether the lot has an environmental criterion or clause; an execution clause beyond the
        formal minimum; and whether its execution will be checked.
    environmental_stringency, environmental_cut
        Cut of the direct intensity that the clause asks, and the part of it that is executed.
    environmental_ask
        How much more than at current practice the lot asks of bidders: weight of the criterion
        and stringency of a checked clause.
    asked_cost
        What clause and quality cost the holder, over the base price.
    product_footprint
        Footprint of the product over that of the usual one.
    groupings_welcome
        How far the notice welcomes groupings and leaves time to form them, 0 to 1.
    notice_months
        Months for which the lot was announced in a purchasing programme.
    barrier, eased
        int8, what sounding found to keep firms away, and the share of it that the buyer removed.
    weights
        (T, 4), of price, technical value, environment and social in the award.
    """

    served: DueRows
    contract: Ints
    need: Ints
    category: Ints
    zone: Ints
    buyer: Ints
    key: NDArray[np.uint64]
    yearly_eur: Floats
    amount_eur: Floats
    market_ratio: Floats
    scale: Floats
    months: Ints
    in_reach: Bools
    sme_share_due: Floats
    procedure: NDArray[np.int8]
    reserved: Bools
    reserved_ess: Bools
    sounded: Bools
    consideration: Bools
    clause: Bools
    clause_hours: Floats
    first_call: Bools
    required_turnover: Floats
    payment_days: Floats
    advance_rate: Floats
    advance_rate_large: Floats
    retention_rate: Floats
    social_duty: Bools
    consideration_by_duty: Bools
    environmental_condition: Bools
    supply_category: Ints
    environmental_consideration: Bools
    environmental_clause: Bools
    environmental_checked: Bools
    environmental_stringency: Floats
    environmental_cut: Floats
    environmental_ask: Floats
    asked_cost: Floats
    product_footprint: Floats
    groupings_welcome: Floats
    notice_months: Floats
    barrier: NDArray[np.int8]
    eased: Floats
    weights: Floats

    def __len__(self) -> int:
        return len(self.contract)

    @property
    def market_eur(self) -> Floats:
        """Total value of the market that is tendered, that of others who buy with it included."""
        return self.amount_eur * self.market_ratio
