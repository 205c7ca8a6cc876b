"""Attribution on realised flows: which sales trace back to public contracts (`model.md` 6).

Each month a firm's sales are mixed like colours in water: what it sells to buyers is direct; what
it sells to firms carries the mix of the clients' own sales; what it sells to residents carries the
mix of their income. Shares add up to at most one by construction.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.economy.money import Incomes
from model.economy.production import GoodsFlows
from model.flows import MonthFlows
from model.state import PublicState, State, ZoneState
from model.territory.territory import Territory

Floats = NDArray[np.float64]


def trace_month(territory: Territory, state: State, flows: MonthFlows) -> None:
    """Trace the month's sales and incomes to contracts, before links and firms change."""
    flows.traced = trace_sales(
        territory,
        state.public,
        state.supply.supplier,
        flows.link_orders,
        flows.goods,
        flows.consumption,
        flows.spent_in_zone,
    )
    trace_income(
        territory,
        state.public,
        state.zones,
        flows.traced,
        flows.incomes,
        flows.household_income,
    )


def trace_sales(
    territory: Territory,
    public: PublicState,
    supplier: NDArray[np.intp],
    link_orders: Floats,
    goods: GoodsFlows,
    consumption: Floats,
    spent_in_zone: Floats,
) -> Floats:
    """Return shares (3, n) of each firm's sales: direct, indirect, induced.

    Clients' and residents' shares are last month's, kept in ``public``, which is updated.
    """
    t, network = territory, territory.supply
    sales, fill = goods.output, goods.fill
    per_sale = fill / np.maximum(sales, 1e-300) * (sales > 0.0)
    shares = np.empty((3, len(sales)))
    np.multiply(goods.demand_contracts, per_sale, out=shares[0])
    asked = network.mixed_orders(link_orders, supplier, public.tracer)
    np.multiply(asked, per_sale, out=shares[1:])
    spent = t.demand.spent_in_zones(consumption * public.household_tracer)
    share = np.divide(spent, spent_in_zone, out=np.zeros_like(spent), where=spent_in_zone > 0)
    shares[2] += goods.demand_households * per_sale * share[t.firms.zone]
    np.add(shares[0], shares[1], out=public.tracer[0])
    public.tracer[1] = shares[2]
    return shares


def trace_income(
    territory: Territory,
    public: PublicState,
    zones: ZoneState,
    traced: Floats,
    incomes: Incomes,
    income: Floats,
) -> None:
    """Update the share of residents' income that traces to public contracts (Z,)."""
    t = territory
    z = len(income)
    from_sales = traced[0] + traced[1] + traced[2]
    spent = t.net_pay_share * (1.0 - t.saving_rate)
    by_zone = t.firms.sum_by_zone(incomes.wages * from_sales) * spent
    workers = np.maximum(zones.employed.sum(axis=0), 1e-300)
    residents = np.sum(zones.employed[:-1] / workers * by_zone, axis=1)
    # insertion pay and dividends stay in the firm's zone
    nearby = incomes.dividends + spent * incomes.posts
    near = t.firms.sum_by_zone(nearby * from_sales)
    public.household_tracer[:] = np.divide(
        residents + near, income, out=np.zeros(z), where=income > 0
    )
