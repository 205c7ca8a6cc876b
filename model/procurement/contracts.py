"""The life of contracts: start, monthly execution, payment, end (`model.md` 3.7 and 4.5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.economy.money import collected_share
from model.ledger import Ledger
from model.procurement.award import Awards
from model.procurement.bids import Bids
from model.procurement.tenders import Tenders
from model.state import ContractState, FirmState, PublicState

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

RELAUNCH_MONTHS = 3
"""Months between a procedure without a valid bid and its relaunch with eased requirements."""

MOST_BACKLOG_MONTHS = 3.0
"""Late volume that a buyer waits for; beyond it buys outside (`model.md` 3.10)."""


@dataclass
class Execution:
    """What contracts asked and got this month, by contract row, EUR at base prices.

    ``ordered`` is what is asked less what was late.
    """

    active: Ints
    holder: Ints
    buyer: Ints
    ordered: Floats
    asked: Floats
    delivered: Floats
    bought_outside: Floats
    due_next_month: Floats

    def due_from_buyers(self, firms: int) -> Floats:
        """Return what buyers will pay each firm next month on what it has delivered (n,)."""
        due = np.bincount(self.holder, weights=self.due_next_month, minlength=firms + 1)
        return due[:firms]


def start_contracts(
    tenders: Tenders,
    bids: Bids,
    awards: Awards,
    contracts: ContractState,
    firms: FirmState,
    public: PublicState,
    ledger: Ledger,
) -> None:
    """Write awards into the lot book, settle the former holders, pay advances.

    A lot without a bid stays without a holder until it is relaunched: nothing is delivered.
    """
    served, won = tenders.served, awards.awarded
    settle_contracts(served.contract, served.buyer, contracts, firms, public, ledger)
    contracts.holder[served.contract] = -1
    found = won[served.lot]
    rows, lot = served.contract[found], served.lot[found]
    contracts.holder[rows] = awards.of_winner(bids.firm)[lot]
    contracts.price[rows] = awards.of_winner(bids.price)[lot]
    contracts.output_share[rows] = awards.of_winner(bids.output_share)[lot]
    contracts.fte_per_eur[rows] = awards.of_winner(bids.fte_per_eur)[lot]
    contracts.clause_hours[rows] = tenders.clause_hours[lot] * served.share[found]
    contracts.reserved[rows] = tenders.reserved[lot]
    contracts.environmental_cut[rows] = tenders.environmental_cut[lot]
    contracts.environmental_ask[rows] = tenders.environmental_ask[lot]
    contracts.asked_cost[rows] = tenders.asked_cost[lot]
    contracts.product_footprint[rows] = tenders.product_footprint[lot]
    # nobody makes reused goods anew: they have no maker whose intensity would count
    new = tenders.supply_category[lot] == tenders.category[lot]
    intensity = awards.of_winner(bids.relative_intensity)[lot]
    contracts.relative_intensity[rows] = np.where(new, intensity, 1.0)
    contracts.months_left[rows] = served.months_served[found]
    contracts.months_total[rows] = served.months[found]
    contracts.failures[rows] = 0
    contracts.renewal[rows] += 1
    contracts.volume_ratio[rows] = served.volume_ratio[found]
    contracts.planned_ratio[rows] = served.planned_ratio[found]
    contracts.ordered_eur[rows] = 0.0
    contracts.maximum_eur[rows] = served.maximum_eur[found]
    contracts.in_reach[rows] = tenders.in_reach[lot]
    lost = served.contract[~found]
    contracts.months_left[lost] = RELAUNCH_MONTHS
    contracts.failures[lost] += 1
    small = awards.of_winner(bids.small)[lot]
    first_year = served.yearly_eur[found] * np.minimum(served.months[found] / 12.0, 1.0)
    rate = np.where(small, tenders.advance_rate[lot], tenders.advance_rate_large[lot])
    advance = rate * first_year * contracts.price[rows]
    contracts.advance_eur[rows] = advance
    contracts.retention_rate[rows] = tenders.retention_rate[lot] * small
    _pay_holders(rows, served.buyer[found], advance, contracts, firms, public, ledger, "advances")


def settle_contracts(
    rows: Ints,
    buyer: Ints,
    contracts: ContractState,
    firms: FirmState,
    public: PublicState,
    ledger: Ledger,
) -> None:
    """Pay what is due or was kept back on contracts that end, less the advance not recovered."""
    due = contracts.receivable_eur[rows] + contracts.retained_eur[rows]
    due -= contracts.advance_eur[rows]
    _pay_holders(rows, buyer, due, contracts, firms, public, ledger, "contracts")
    contracts.receivable_eur[rows] = 0.0
    contracts.retained_eur[rows] = 0.0
    contracts.retention_rate[rows] = 0.0
    contracts.advance_eur[rows] = 0.0
    contracts.backlog_eur[rows] = 0.0
    contracts.clause_hours[rows] = 0.0


def end_merged_lots(
    rows: Ints,
    buyer_of_row: Ints,
    contracts: ContractState,
    firms: FirmState,
    public: PublicState,
    ledger: Ledger,
) -> None:
    """Settle and empty rows of the lot book whose volume was merged into other parts."""
    if len(rows) == 0:
        return
    settle_contracts(rows, buyer_of_row[rows], contracts, firms, public, ledger)
    contracts.holder[rows] = -1
    contracts.months_left[rows] = 0
    contracts.reserved[rows] = False


def _pay_holders(
    rows: Ints,
    buyer: Ints,
    amount: Floats,
    contracts: ContractState,
    firms: FirmState,
    public: PublicState,
    ledger: Ledger,
    purpose: str,
) -> None:
    n = len(firms.cash)
    holder = contracts.holder[rows]
    paid = np.bincount(np.where(holder >= 0, holder, n), weights=amount, minlength=n + 1)
    firms.cash += paid[:n]
    public.buyer_cash -= np.bincount(buyer, weights=amount, minlength=len(public.buyer_cash))
    ledger.pay("buyers", "firms", purpose, float(paid[:n].sum()))
    ledger.pay("buyers", "outside", purpose, float(paid[n]))


def ask_delivery(
    contracts: ContractState,
    buyer_of_row: Ints,
    volume_factor: Floats,
    firms: int,
    orders: Floats | None,
) -> tuple[Execution, Floats]:
    """Ask holders for the month's volume and what is late.

    Parameters
    ----------
    orders
        (N,), orders of the month over the mean of each need's contract; they stop at the maximum
        of a framework agreement. None where circulation is off: contracts go on beyond their end.

    Returns
    -------
    The execution to be completed by ``deliver_contracts``, and the demand on each firm (n,).
    """
    active = np.flatnonzero((contracts.holder >= 0) & (contracts.volume_eur > 0)).astype(np.int32)
    buyer = buyer_of_row[active]
    ordered = contracts.volume_eur[active] * volume_factor[buyer] / 12.0
    if orders is not None:
        ordered *= contracts.volume_ratio[active] * orders[active % len(orders)]
        most = contracts.maximum_eur[active]
        left = np.maximum(most - contracts.ordered_eur[active], 0.0)
        ordered = np.where(most > 0.0, np.minimum(ordered, left), ordered)
        contracts.ordered_eur[active] += ordered
    asked = ordered + contracts.backlog_eur[active]
    wanted = asked * contracts.output_share[active]
    holder = contracts.holder[active]
    demand = np.bincount(holder, weights=wanted, minlength=firms + 1)[:firms]
    empty = np.zeros(len(active))
    return Execution(active, holder, buyer, ordered, asked, empty, empty, empty), demand


def deliver_contracts(
    contracts: ContractState,
    firms: FirmState,
    public: PublicState,
    execution: Execution,
    fill: Floats,
    payment_days: Floats,
    trade_days: float,
    ledger: Ledger,
) -> None:
    """Deliver, bill and pay the month.

    Parameters
    ----------
    fill
        (n,), part of its demand that each firm delivers.
    payment_days
        (B,), days from service to payment, hidden acceptance delay included.
    """
    rows = execution.active
    n = len(fill)
    holder = execution.holder
    served = np.append(fill, 1.0)[holder]
    execution.delivered = execution.asked * served
    late = execution.asked - execution.delivered
    kept = np.minimum(late, MOST_BACKLOG_MONTHS * execution.ordered)
    execution.bought_outside = late - kept
    contracts.backlog_eur[rows] = kept
    price = contracts.price[rows]
    contracts.receivable_eur[rows] += execution.delivered * price
    # a trader buys the good that it passes on, from outside the territory
    goods = execution.delivered * (1.0 - contracts.output_share[rows])
    firms.payable_outside += np.bincount(holder, weights=goods, minlength=n + 1)[:n]
    share = collected_share(payment_days[execution.buyer])
    paid = contracts.receivable_eur[rows] * share
    contracts.receivable_eur[rows] -= paid
    rate = contracts.retention_rate[rows]
    execution.due_next_month = contracts.receivable_eur[rows] * share * (1.0 - rate)
    retained = paid * rate
    contracts.retained_eur[rows] += retained
    paid -= retained
    left = np.maximum(contracts.months_left[rows], 1)
    recovered = np.minimum(paid, contracts.advance_eur[rows] / left)
    contracts.advance_eur[rows] -= recovered
    paid -= recovered
    _pay_holders(rows, execution.buyer, paid, contracts, firms, public, ledger, "contracts")
    outside = execution.bought_outside * price
    # works are financed over their plan: an operation above the mean takes nothing from the year
    spent = (execution.delivered * price + outside) / contracts.planned_ratio[rows]
    public.spent_year += np.bincount(
        execution.buyer, weights=spent, minlength=len(public.spent_year)
    )
    public.buyer_cash -= np.bincount(
        execution.buyer, weights=outside, minlength=len(public.buyer_cash)
    )
    ledger.pay("buyers", "outside", "contracts", float(outside.sum()))


def end_contracts_of(
    closed: Ints,
    contracts: ContractState,
    buyer_of_row: Ints,
    public: PublicState,
    ledger: Ledger,
    firms: int,
) -> None:
    """End the contracts of firms that failed; their needs are put to competition next month.

    The buyer pays what it owes to the estate; an advance not recovered is lost to it.
    """
    if len(closed) == 0:
        return
    gone = np.zeros(firms + 1, dtype=bool)
    gone[closed] = True
    rows = np.flatnonzero((contracts.holder >= 0) & gone[contracts.holder]).astype(np.int32)
    owed = contracts.receivable_eur[rows] + contracts.retained_eur[rows]
    due = np.maximum(owed - contracts.advance_eur[rows], 0.0)
    public.buyer_cash -= np.bincount(
        buyer_of_row[rows], weights=due, minlength=len(public.buyer_cash)
    )
    ledger.pay("buyers", "liquidation", "contracts", float(due.sum()))
    for column in (
        contracts.receivable_eur,
        contracts.retained_eur,
        contracts.retention_rate,
        contracts.advance_eur,
        contracts.backlog_eur,
        contracts.clause_hours,
    ):
        column[rows] = 0.0
    contracts.holder[rows] = -1
    contracts.months_left[rows] = 1


def gain_experience(holders: Ints, firms: FirmState) -> None:
    """Fade experience of public contracts over two years, and renew it for today's holders."""
    firms.experience *= 1.0 - 1.0 / 24.0
    firms.experience[holders[holders < len(firms.experience)]] = 1.0


def count_down(contracts: ContractState) -> None:
    """Take one month off every running contract and every waiting relaunch."""
    running = contracts.months_left > 0
    contracts.months_left[running] -= 1


def yearly_volume_factor(
    usual: Floats,
    envelope: Floats,
    lever_costs: Floats,
    unused: Floats,
    contracts: ContractState,
    buyer_of_row: Ints,
    response: float,
) -> Floats:
    """Return what each buyer can afford next year of its base volume (B,) (`model.md` 5).

    ``1 + (change of the envelope + η·(usual envelope - lever costs - cost at contract prices +
    credits not used))/usual envelope``, within [0.5, 1.5]: lower prices buy more, lever costs and a
    cut buy less, and what lots without a holder or late deliveries left unused is carried over.

    Parameters
    ----------
    usual, envelope
        (B,), envelope of today's practice and that of the year, EUR.
    unused
        (B,), envelope less what was delivered at contract prices and lever costs last year, EUR.
    """
    cost = np.bincount(
        buyer_of_row,
        weights=np.where(contracts.holder >= 0, contracts.price, 1.0) * contracts.volume_eur,
        minlength=len(usual),
    )
    least = np.maximum(usual, 1e-300)
    room = (usual - lever_costs - cost + unused) / least
    return np.clip(1.0 + (envelope - usual) / least + response * room, 0.5, 1.5)
