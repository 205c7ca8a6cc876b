"""What changes from month to month: plain columns, copied whole when a world branches."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Shorts = NDArray[np.int16]
Bools = NDArray[np.bool_]

FIRST_YEAR = 2024
"""Year of month 0."""

PARTS = 4
"""Lots that a need can be split into; contract row = part × needs + need, part 0 is the parent."""

MOST_PARTNERS = 4
"""Firms that a holder can share one contract with: groupings have two to five members."""


@dataclass
class FirmState:
    """Columns of firms (n,); money in EUR, flows by month.

    ``expected_demand`` is x̂ of `model.md` 3.8; ``capacity_eur`` is K of 3.9; ``clause_fte`` are
    insertion FTE at work on the firm's contracts; claims are split by who owes them;
    ``cash_target`` is the cash above which dividends are paid, months of expected demand;
    ``experience`` is 1 for holders of contracts and fades in two years after the last;
    ``environmental_pull`` is the share of output on which buyers ask for more than at current
    practice, × how much; ``abatement`` the share of direct intensity that the firm cut.
    ``posts_fte`` are posts of structures with somebody on them, ``posts_agreed_fte`` those that the
    State agreed to; ``lent_fte`` are FTE on posts who work on clauses of other firms' contracts and
    ``borrowed_fte`` those received for them. ``support_pending`` and ``support_effect`` (kinds, n)
    are actions of support to the firm that do not act yet, and that act, an action being 1.
    ``intact`` is the part of capacity that no disaster took, ``cost_rise`` what dearer inputs add
    to the cost of a EUR of output.
    """

    alive: Bools
    generation: Shorts
    exit_month: Shorts
    key: NDArray[np.uint64]
    fte: Floats
    clause_fte: Floats
    posts_fte: Floats
    posts_agreed_fte: Floats
    lent_fte: Floats
    borrowed_fte: Floats
    productivity_eur: Floats
    labour_cost_eur: Floats
    unit_cost: Floats
    expected_demand: Floats
    capacity_eur: Floats
    cash: Floats
    cash_target: Floats
    receivable_firms: Floats
    receivable_outside: Floats
    payable_firms: Floats
    payable_outside: Floats
    household_weight: Floats
    outside_weight: Floats
    household_share: Floats
    outside_demand: Floats
    visibility: Floats
    experience: Floats
    environmental_pull: Floats
    abatement: Floats
    support_pending: Floats
    support_effect: Floats
    intact: Floats
    cost_rise: Floats

    def present_fte(self) -> Floats:
        """Return people at work in each firm, in FTE (n,): each is counted once.

        Posts lent to firms of the territory count there, those lent outside with their structure.
        """
        staff = self.fte + self.posts_fte * self.alive
        staff += self.clause_fte
        lent = float(self.lent_fte.sum())
        if lent > 0.0:
            staff += self.borrowed_fte - self.lent_fte * (float(self.borrowed_fte.sum()) / lent)
        return staff


@dataclass
class SupplyState:
    """Columns of slots: inventories (EUR), share of orders turned outside because suppliers fail to
    deliver; and of links: current supplier, month in which the link ends, times it was drawn.

    ``found`` lists the links, of clients helped to meet suppliers, that also took over a part of
    what their slot bought outside.
    """

    inventory: Floats
    diverted: Floats
    supplier: NDArray[np.intp]
    end_month: Shorts
    draws: Shorts
    found: NDArray[np.intp]


@dataclass
class ContractState:
    """The lot book (PARTS × needs,). ``holder`` is the firm's row, n for a firm from outside, -1
    for none; ``volume_eur`` is the yearly volume at base prices before the buyer's factor;
    ``retained_eur`` is owed to the holder and kept back until the contract ends.

    ``volume_ratio`` is the volume of this contract over that; ``planned_ratio`` the part of it
    known from the works plan; ``ordered_eur`` and ``maximum_eur`` what a framework agreement has
    ordered and may order in all, base prices; ``in_reach`` whether the buyer put it to competition
    itself. Columns from ``environmental_cut`` to ``relative_intensity`` are those of the lot and of
    the winning bid (`Tenders`, `Bids`).

    ``partner``, ``partner_share`` and ``partner_receivable_eur`` (MOST_PARTNERS, PARTS × needs) are
    the firms with which the holder shares a contract (-1: none; first places first), the part that
    each performs, and the part of ``receivable_eur`` that it is owed.
    """

    holder: Ints
    volume_eur: Floats
    price: Floats
    months_left: Shorts
    months_total: Shorts
    backlog_eur: Floats
    receivable_eur: Floats
    advance_eur: Floats
    retention_rate: Floats
    retained_eur: Floats
    output_share: Floats
    fte_per_eur: Floats
    clause_hours: Floats
    reserved: Bools
    reserved_ess: Bools
    failures: Shorts
    renewal: Shorts
    volume_ratio: Floats
    planned_ratio: Floats
    ordered_eur: Floats
    maximum_eur: Floats
    in_reach: Bools
    environmental_cut: Floats
    environmental_ask: Floats
    asked_cost: Floats
    product_footprint: Floats
    relative_intensity: Floats
    partner: Ints
    partner_share: Floats
    partner_receivable_eur: Floats


@dataclass
class ZoneState:
    """Columns of zones: heads by status, and the households' money.

    ``siae`` are those of ``posts`` on insertion contracts. ``training`` (months to go, skills, Z)
    are people being trained; ``trained`` (skills, Z) heads that each family of skills gained by
    training since the opening, less those that other families gained from it.
    """

    employed: Floats
    short: Floats
    long: Floats
    inactive: Floats
    posts: Floats
    siae: Floats
    clause: Floats
    training: Floats
    trained: Floats
    cash: Floats

    def on_benefit(self) -> Floats:
        """Return people paid the benefit of the short-term unemployed (Z,), trainees included."""
        return self.short + self.training.sum(axis=(0, 1))


@dataclass
class PublicState:
    """Buyers' columns and the stocks of accounts that are not firms'.

    Attributes
    ----------
    buyer_cash, envelope_eur, volume_factor, lever_cost_year, spent_year
        (B,), EUR; envelope of the year, EUR; what the buyer can afford of its base volume; lever
        costs and deliveries at contract prices since January, EUR.
    liquidation_claims
        (2,), EUR that firms and the outside still owe to firms that failed.
    accounts
        (4,), EUR of the State, the département, the outside and the estates of failed firms.
    tracer
        (2, n), shares of each firm's sales traced to public contracts: directly or through
        suppliers, and through households.
    household_tracer
        (Z,), share of residents' income traced to public contracts.
    cut_year
        (B,), EUR of the envelope that a cut kept from the buyer since January.
    maturity, opening_maturity
        (families, B), how far decisions take hold in each buyer, now and at the opening.
    scheme
        (B,), buyers that have a scheme (L.2111-3).
    supporting
        (kinds,), kinds of support to firms that were ever given.
    """

    buyer_cash: Floats
    envelope_eur: Floats
    volume_factor: Floats
    lever_cost_year: Floats
    spent_year: Floats
    cut_year: Floats
    liquidation_claims: Floats
    accounts: Floats
    tracer: Floats
    household_tracer: Floats
    maturity: Floats
    opening_maturity: Floats
    scheme: Bools
    supporting: Bools


@dataclass
class ShockState:
    """What shocks leave behind.

    Attributes
    ----------
    supply_stock
        (bundles, n), EUR of each bundle of outside products whose supply is interrupted.
    outside_kept
        (Z × S,), part of the outside demand of each group that closures left it.
    """

    supply_stock: Floats
    outside_kept: Floats


@dataclass
class State:
    """Everything a month changes. ``month`` counts from January 2024."""

    month: int
    firms: FirmState
    supply: SupplyState
    contracts: ContractState
    zones: ZoneState
    public: PublicState
    shocks: ShockState

    def copy(self) -> State:
        """Return a state that shares no array with this one."""
        return State(
            self.month,
            _copy(self.firms),
            _copy(self.supply),
            _copy(self.contracts),
            _copy(self.zones),
            _copy(self.public),
            _copy(self.shocks),
        )


def _copy[T: (FirmState, SupplyState, ContractState, ZoneState, PublicState, ShockState)](
    columns: T,
) -> T:
    return type(columns)(**{f.name: getattr(columns, f.name).copy() for f in fields(columns)})
