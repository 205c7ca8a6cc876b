"""Money: receipts, wages, inputs, taxes, dividends, with real payment days (`model.md` 3.11).

A claim paid at ``d`` days is a stock of which ``1/(1 + d/30)`` is collected each month, new sales
included, so that the stock is ``d/30`` months of sales in a steady state and the same expression
serves debtors and creditors: what clients pay is what suppliers collect, to the cent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.economy.production import GoodsFlows
from model.ledger import Ledger
from model.networks.supply import SupplyNetwork
from model.state import FirmState, PublicState
from model.territory.territory import Firms

Floats = NDArray[np.float64]

DIVIDEND_SPEED = 1.0 / 6.0
"""Part of cash above target that is paid out each month (`model.md` 3.11)."""


@dataclass
class Incomes:
    """What firms paid to people this month, EUR (n,): gross labour cost of own staff and of posts
    and insertion hours, dividends to all owners and to residents among them; and the State aid to
    posts that they received."""

    wages: Floats
    posts: Floats
    aid: Floats
    owners: Floats
    dividends: Floats


def collected_share(days: float | Floats) -> float | Floats:
    """Return the share of claims collected in a month when they are paid at ``days``."""
    return 1.0 / (1.0 + days / 30.0)


def settle_trade(
    network: SupplyNetwork,
    columns: Firms,
    firms: FirmState,
    public: PublicState,
    flows: GoodsFlows,
    trade_days: float,
    ledger: Ledger,
    stocked: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Pay and collect between firms and with the outside.

    ``stocked`` (n,) is what firms bought outside beyond what they used.

    Goods of public contracts that a trader passes on are in ``pay_contracts``.

    Returns
    -------
    EUR (n,) of inputs bought inside the territory, and outside.
    """
    share = float(collected_share(trade_days))
    local = network.sum_by_client(flows.slot_local)
    outside = network.sum_by_client(flows.slot_outside)
    outside += columns.outside_input * flows.output
    if stocked is not None:
        outside += stocked

    firms.payable_firms += local
    firms.payable_outside += outside
    firms.receivable_firms += flows.demand_firms * flows.fill
    firms.receivable_outside += flows.demand_outside * flows.fill

    to_firms = firms.payable_firms * share
    to_outside = firms.payable_outside * share
    from_firms = firms.receivable_firms * share
    from_outside = firms.receivable_outside * share
    firms.payable_firms -= to_firms
    firms.payable_outside -= to_outside
    firms.receivable_firms -= from_firms
    firms.receivable_outside -= from_outside
    households = flows.demand_households * flows.fill
    firms.cash += from_firms
    firms.cash += from_outside
    firms.cash += households
    firms.cash -= to_firms
    firms.cash -= to_outside

    estate = public.liquidation_claims * share
    public.liquidation_claims -= estate
    # what firms pay to failed suppliers is the part of to_firms that no living firm collects
    ledger.pay("firms", "liquidation", "claims of failed firms", float(estate[0]))
    ledger.pay("outside", "liquidation", "claims of failed firms", float(estate[1]))
    ledger.pay("outside", "firms", "exports, visitors and investment", float(from_outside.sum()))
    ledger.pay("firms", "outside", "inputs from outside", float(to_outside.sum()))
    ledger.pay("households", "firms", "household purchases", float(households.sum()))
    return local, outside


def pay_costs(
    columns: Firms,
    firms: FirmState,
    output: Floats,
    net_pay_share: float,
    clause_cost_eur: float,
    ledger: Ledger,
) -> Incomes:
    """Pay wages, insertion hours, taxes and capital consumption, and receive State aid to posts.

    Firms pay structures for the people that they lend, as they would pay them.

    Parameters
    ----------
    net_pay_share
        Part of labour cost that reaches the worker; the rest is contributions and income tax.
    clause_cost_eur
        Cost of an FTE-month of insertion hours.
    """
    wages = firms.labour_cost_eur * firms.fte
    posts = columns.post_cost_eur * firms.posts_fte * firms.alive
    posts += clause_cost_eur * firms.clause_fte
    aid = columns.post_subsidy_eur * firms.posts_fte * firms.alive
    lent = clause_cost_eur * (firms.lent_fte - firms.borrowed_fte)
    taxes = columns.production_tax * output
    capital = columns.capital * output
    firms.cash += aid
    firms.cash += lent
    firms.cash -= wages
    firms.cash -= posts
    firms.cash -= taxes
    firms.cash -= capital
    pay = float(wages.sum() + posts.sum())
    ledger.pay("firms", "households", "net pay", net_pay_share * pay)
    ledger.pay("firms", "state", "contributions", (1.0 - net_pay_share) * pay)
    # what firms of the territory pay each other for it cancels out
    ledger.pay("outside", "firms", "posts lent", float(lent.sum()))
    ledger.pay("state", "firms", "aid to posts", float(aid.sum()))
    ledger.pay("firms", "state", "taxes", float(taxes.sum()))
    ledger.pay("firms", "outside", "capital", float(capital.sum()))
    none = np.zeros_like(wages)
    return Incomes(wages=wages, posts=posts, aid=aid, owners=none, dividends=none)


def pay_dividends(
    columns: Firms,
    firms: FirmState,
    advances: Floats,
    dividends_to_residents: bool,
    ledger: Ledger,
) -> tuple[Floats, Floats]:
    """Pay ``max(0, cash - target)/6`` to owners; return it and the part of residents, EUR (n,).

    Neither an overdraft nor ``advances`` (n,), which buyers will take back, pay owners.
    """
    own = firms.cash - advances
    target = firms.cash_target * firms.expected_demand
    dividends = np.maximum(own - target, 0.0) * DIVIDEND_SPEED
    np.minimum(dividends, np.maximum(own, 0.0), out=dividends)
    dividends *= firms.alive
    firms.cash -= dividends
    to_residents = dividends * (columns.local_owned & dividends_to_residents)
    inside = float(to_residents.sum())
    ledger.pay("firms", "households", "dividends", inside)
    ledger.pay("firms", "outside", "dividends", float(dividends.sum()) - inside)
    return dividends, to_residents
