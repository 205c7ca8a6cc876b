"""The life of contracts: start, monthly execution, payment, end (`model.md` 3.7 and 4.5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.economy.money import collected_share
from model.ledger import Ledger
from model.procurement.award import Awards
from model.procurement.bids import Bids
from model.procurement.performers import (
    Partners,
    Performers,
    forget_partners,
    performers_of,
    withdraw_partners,
)
from model.procurement.tenders import Tenders
from model.state import ContractState, FirmState, PublicState

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Indices = NDArray[np.intp]

MOST_BACKLOG_MONTHS = 3.0
"""Late volume that a buyer waits for; beyond it buys outside (`model.md` 3.10)."""


@dataclass
class Execution:
    """What contracts asked and got this month, by contract row, EUR at base prices.

    ``ordered`` is what is asked less what was late; ``performers`` are holders and partners (E,),
    ``delivered_by`` (E,) what each delivered.
    """

    active: Indices
    holder: Ints
    performers: Performers
    buyer: Ints
    ordered: Floats
    asked: Floats
    delivered: Floats
    delivered_by: Floats
    bought_outside: Floats
    due_next_month: Floats

    def due_from_buyers(self, firms: int) -> Floats:
        """Return what buyers will pay each firm next month on what it has delivered (n,)."""
        return self.shared_out(self.due_next_month, firms)

    def shared_out(self, amounts: Floats, firms: int) -> Floats:
        """Share amounts by contract among firms of the territory (n,), by their part of each."""
        who = self.performers
        return who.by_firm(who.of_shares(amounts), firms)[:firms]


@dataclass(frozen=True)
class DeliveryTerms:
    """What shocks change of a month's deliveries.

    Attributes
    ----------
    left, left_of_outside
        (E,), most that can be delivered of what each contract asks, by anybody and by firms from
        outside, as a share.
    goods_price
        (E,), price of the goods that a trader passes on, over the usual.
    paid
        (B,), share of what is due that each buyer pays.
    """

    left: Floats | None = None
    left_of_outside: Floats | None = None
    goods_price: Floats | None = None
    paid: Floats | None = None


def start_contracts(
    tenders: Tenders,
    bids: Bids,
    awards: Awards,
    partners: Partners,
    contracts: ContractState,
    firms: FirmState,
    public: PublicState,
    ledger: Ledger,
) -> None:
    """Write awards into the lot book, settle the former holders, pay advances.

    A lot that is not awarded is left without a holder: nothing is delivered.
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
    contracts.reserved_ess[rows] = tenders.reserved_ess[lot]
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
    contracts.partner[:, rows] = partners.firm[:, lot]
    contracts.partner_share[:, rows] = partners.share[:, lot]
    small = awards.of_winner(bids.small)[lot]
    first_year = served.yearly_eur[found] * np.minimum(served.months[found] / 12.0, 1.0)
    rate = np.where(small, tenders.advance_rate[lot], tenders.advance_rate_large[lot])
    advance = rate * first_year * contracts.price[rows]
    contracts.advance_eur[rows] = advance
    contracts.retention_rate[rows] = tenders.retention_rate[lot] * small
    who = performers_of(contracts, rows, len(firms.cash))
    parts = who.of_shares(advance)
    _pay(who.firm, parts, served.buyer[found], advance, firms, public, ledger, "advances")


def settle_contracts(
    rows: Ints,
    buyer: Ints,
    contracts: ContractState,
    firms: FirmState,
    public: PublicState,
    ledger: Ledger,
) -> None:
    """Pay what is due or was kept back on contracts that end, less the advance not recovered."""
    who = performers_of(contracts, rows, len(firms.cash))
    due, parts = _settlement(rows, who, contracts)
    _pay(who.firm, parts, buyer, due, firms, public, ledger, "contracts")
    forget_partners(contracts, rows)
    contracts.receivable_eur[rows] = 0.0
    contracts.retained_eur[rows] = 0.0
    contracts.retention_rate[rows] = 0.0
    contracts.advance_eur[rows] = 0.0
    contracts.backlog_eur[rows] = 0.0
    contracts.clause_hours[rows] = 0.0


def _settlement(rows: Ints, who: Performers, contracts: ContractState) -> tuple[Floats, Floats]:
    """Return what is due or kept back less the advance, by contract (R,) and performer (E,), EUR.

    What each has delivered is its own; the rest goes by shares.
    """
    besides = contracts.retained_eur[rows] - contracts.advance_eur[rows]
    due = contracts.receivable_eur[rows] + besides
    own = contracts.partner_receivable_eur[who.place, rows[who.partner_line]]
    return due, who.of_amounts(due, own + who.of_shares(besides)[len(rows) :])


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
    contracts.reserved_ess[rows] = False


def _pay(
    firm: Ints,
    parts: Floats,
    buyer: Ints,
    amount: Floats,
    firms: FirmState,
    public: PublicState,
    ledger: Ledger,
    purpose: str,
) -> None:
    """Pay firms (E,) their parts (E,) of amounts (R,), out of the cash of buyers (R,)."""
    n = len(firms.cash)
    paid = np.bincount(firm, weights=parts, minlength=n + 1)
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
    """Ask holders and their partners for the month's volume and what is late.

    Parameters
    ----------
    orders
        (N,), orders of the month over the mean of each need's contract; they stop at the maximum
        of a framework agreement. None where circulation is off: contracts go on beyond their end.

    Returns
    -------
    The execution to be completed by ``deliver_contracts``, and the demand on each firm (n,).
    """
    # rows of the lot book in numpy's own type: dozens of columns are read by them
    active = np.flatnonzero((contracts.holder >= 0) & (contracts.volume_eur > 0))
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
    who = performers_of(contracts, active, firms)
    empty = np.zeros(len(active))
    execution = Execution(
        active, holder, who, buyer, ordered, asked, empty, empty[:0], empty, empty
    )
    return execution, execution.shared_out(wanted, firms)


def deliver_contracts(
    contracts: ContractState,
    firms: FirmState,
    public: PublicState,
    execution: Execution,
    fill: Floats,
    payment_days: Floats,
    trade_days: float,
    ledger: Ledger,
    terms: DeliveryTerms | None = None,
) -> None:
    """Deliver, bill and pay the month.

    Parameters
    ----------
    fill
        (n,), part of its demand that each firm delivers.
    payment_days
        (B,), days from service to payment, hidden acceptance delay included.
    terms
        What shocks change, if they do.
    """
    terms = terms or DeliveryTerms()
    rows = execution.active
    n = len(fill)
    who = execution.performers
    served = np.append(fill, 1.0)[who.firm]
    if terms.left is not None:
        served = np.minimum(served, who.each(terms.left))
    if terms.left_of_outside is not None:
        served = np.where(who.firm < n, served, np.minimum(served, who.each(terms.left_of_outside)))
    execution.delivered_by = who.of_shares(execution.asked) * served
    execution.delivered = who.by_contract(execution.delivered_by)
    # shares that add up to 1 only to rounding leave nothing late
    late = np.maximum(execution.asked - execution.delivered, 0.0)
    kept = np.minimum(late, MOST_BACKLOG_MONTHS * execution.ordered)
    execution.bought_outside = late - kept
    if terms.left is not None:
        # what nobody can bring is not bought elsewhere
        execution.bought_outside *= terms.left
    contracts.backlog_eur[rows] = kept
    price = contracts.price[rows]
    contracts.receivable_eur[rows] += execution.delivered * price
    # a trader buys the good that it passes on, from outside the territory
    goods = execution.delivered_by * who.each(1.0 - contracts.output_share[rows])
    if terms.goods_price is not None:
        goods *= who.each(terms.goods_price)
    firms.payable_outside += who.by_firm(goods, n)[:n]
    share = np.asarray(collected_share(payment_days[execution.buyer]))
    if terms.paid is not None:
        share = share * terms.paid[execution.buyer]
    paid = contracts.receivable_eur[rows] * share
    contracts.receivable_eur[rows] -= paid
    billed = paid
    of_partners = _collect_of_partners(contracts, rows, execution, price, share)
    rate = contracts.retention_rate[rows]
    execution.due_next_month = contracts.receivable_eur[rows] * share * (1.0 - rate)
    retained = paid * rate
    contracts.retained_eur[rows] += retained
    paid = paid - retained
    left = np.maximum(contracts.months_left[rows], 1)
    recovered = np.minimum(paid, contracts.advance_eur[rows] / left)
    contracts.advance_eur[rows] -= recovered
    paid = paid - recovered
    # what is kept back of a payment is kept back of everybody, by shares
    of_partners = of_partners + who.of_shares(paid - billed)[len(rows) :]
    parts = who.of_amounts(paid, of_partners)
    _pay(who.firm, parts, execution.buyer, paid, firms, public, ledger, "contracts")
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


def _collect_of_partners(
    contracts: ContractState, rows: Indices, execution: Execution, price: Floats, collected: Floats
) -> Floats:
    """Add what partners delivered to what they are owed; return what is paid of it (E - R,)."""
    who = execution.performers
    line, at = who.partner_line, (who.place, rows[who.partner_line])
    claim = contracts.partner_receivable_eur[at]
    claim = claim + execution.delivered_by[who.contracts :] * price[line]
    paid = claim * collected[line]
    contracts.partner_receivable_eur[at] = claim - paid
    return paid


def end_contracts_of(
    closed: Ints,
    contracts: ContractState,
    buyer_of_row: Ints,
    firms: FirmState,
    public: PublicState,
    ledger: Ledger,
) -> None:
    """End the contracts of firms that failed; their needs are put to competition next month.

    The buyer pays what it owes to the estate; an advance not recovered is lost to it. Where only a
    partner failed, its share falls to the holder; partners of a holder that failed are settled.
    """
    if len(closed) == 0:
        return
    n = len(firms.cash)
    gone = np.zeros(n + 1, dtype=bool)
    gone[closed] = True
    shared, estates = withdraw_partners(contracts, gone)
    # nobody (-1) reads the place of outside firms, which do not close
    rows = np.flatnonzero(gone[contracts.holder]).astype(np.int32)
    who = performers_of(contracts, rows, n)
    _, parts = _settlement(rows, who, contracts)
    # nothing is asked back from an estate
    due = np.maximum(parts[: len(rows)], 0.0)
    partner, owed = who.firm[len(rows) :], parts[len(rows) :]
    buyer = buyer_of_row[rows]
    if len(partner):
        _pay(partner, owed, buyer[who.partner_line], owed, firms, public, ledger, "contracts")
    debtor, amount = np.append(buyer_of_row[shared], buyer), np.append(estates, due)
    public.buyer_cash -= np.bincount(debtor, weights=amount, minlength=len(public.buyer_cash))
    ledger.pay("buyers", "liquidation", "contracts", float(amount.sum()))
    forget_partners(contracts, rows)
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


def gain_experience(contracts: ContractState, firms: FirmState) -> None:
    """Fade experience of public contracts over two years, and renew it for those who perform."""
    firms.experience *= 1.0 - 1.0 / 24.0
    shared = np.flatnonzero(contracts.partner_share[0] > 0.0)
    performers = np.concatenate([contracts.holder, contracts.partner[:, shared].ravel()])
    known = np.flatnonzero((performers >= 0) & (performers < len(firms.experience)))
    firms.experience[performers[known]] = 1.0


def count_down(contracts: ContractState) -> None:
    """Take one month off every running contract and every waiting relaunch."""
    contracts.months_left -= contracts.months_left > 0
