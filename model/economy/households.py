"""Residents' incomes, by zone, and what they spend next month (`model.md` 3.13)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.economy.money import Incomes
from model.ledger import Ledger
from model.state import FirmState, ZoneState
from model.territory.territory import Firms

Floats = NDArray[np.float64]


def household_demand(columns: Firms, firms: FirmState, spent_in_zone: Floats) -> Floats:
    """Return what residents ask of each firm, EUR (n,), from what is spent in each zone (Z,)."""
    return firms.household_share * spent_in_zone[columns.zone]


def pay_residents(
    columns: Firms,
    zones: ZoneState,
    incomes: Incomes,
    net_pay_share: float,
    saving_rate: float,
    outside_insertion_eur: Floats,
    transfers: Floats,
    short_benefit_eur: float,
    long_benefit_eur: float,
    ledger: Ledger,
) -> Floats:
    """Add up the month's income of residents of each zone, EUR (Z,).

    Net pay follows commuting (part of it leaves with workers who live outside); insertion pay and
    dividends stay in the firm's zone; benefits go to the unemployed; transfers are exogenous. Part
    of pay is saved outside.

    Parameters
    ----------
    outside_insertion_eur
        (Z,), cost of insertion hours worked here for contractors from outside.
    """
    by_zone = columns.sum_by_zone(incomes.wages) * net_pay_share
    workers = zones.employed.sum(axis=0)
    share = zones.employed / np.maximum(workers, 1e-300)
    by_residence = np.sum(share * by_zone, axis=1)
    insertion = columns.sum_by_zone(incomes.posts) * net_pay_share
    dividends = columns.sum_by_zone(incomes.dividends)
    benefits = short_benefit_eur * zones.on_benefit() + long_benefit_eur * zones.long
    net_pay = by_residence[:-1] + insertion + net_pay_share * outside_insertion_eur
    saved = saving_rate * net_pay
    income = net_pay - saved + dividends + benefits + transfers
    hired_outside = float(outside_insertion_eur.sum())
    ledger.pay("outside", "households", "insertion pay", net_pay_share * hired_outside)
    ledger.pay("outside", "state", "contributions", (1.0 - net_pay_share) * hired_outside)
    ledger.pay("households", "outside", "saving", float(saved.sum()))
    # workers without residents behind them (no heads in the zone) are paid outside
    paid_outside = float(by_zone.sum() - by_residence[:-1].sum())
    ledger.pay("households", "outside", "pay of commuters from outside", paid_outside)
    ledger.pay("state", "households", "benefits", float(benefits.sum()))
    ledger.pay("state", "households", "transfers", float(transfers.sum()))
    return income


def spend(
    zones: ZoneState,
    consumption: Floats,
    bought_inside: Floats,
    income: Floats,
    ledger: Ledger,
    set_aside: Floats | None = None,
) -> None:
    """Move households' cash: last month's income is spent, this month's is kept for the next.

    What they set aside (Z,) in a recession is saved outside.
    """
    if set_aside is not None:
        ledger.pay("households", "outside", "saving", float(set_aside.sum()))
        zones.cash -= set_aside
    outside = float(consumption.sum() - bought_inside.sum())
    ledger.pay("households", "outside", "household purchases outside", outside)
    zones.cash -= consumption
    zones.cash += income
