"""What shocks do to the month: to stocks, demand, deliveries, money and firms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.ledger import Ledger
from model.procurement.contracts import DeliveryTerms
from model.random_streams import mix, stream, to_uniform
from model.shocks.supplies import open_stocks

if TYPE_CHECKING:
    from model.flows import MonthFlows
    from model.networks.supply import SupplyNetwork
    from model.shocks.plan import MonthShocks
    from model.state import ContractState, FirmState, State
    from model.territory.derived import DerivedColumns
    from model.territory.territory import Territory

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rows = NDArray[np.int32]


def begin_month(territory: Territory, state: State, struck: MonthShocks, month: int) -> None:
    """Bring what firms have, can make and pay for to what shocks leave of it.

    ``month`` counts from the start of the scenario.
    """
    firms = state.firms
    firms.intact[:] = 1.0 if struck.capacity_left is None else struck.capacity_left
    firms.cost_rise[:] = 0.0 if struck.prices is None else struck.prices.firms
    if struck.stock_left is not None:
        state.supply.inventory *= territory.supply.of_clients(struck.stock_left)
        state.shocks.supply_stock *= struck.stock_left
    firms.visibility[struck.leaving] = 0.0
    open_stocks(struck.supplies, state, month)


def set_aside(flows: MonthFlows) -> None:
    """Take what residents set aside off what they spend, in place."""
    if flows.shocks.set_aside > 0.0:
        flows.set_aside = flows.shocks.set_aside * flows.consumption
        flows.consumption -= flows.set_aside


def price_to_clients(struck: MonthShocks, h: Mapping[str, float]) -> Floats | float:
    """Return what private clients pay for a EUR at base prices: part of costs is passed on (n,)."""
    if struck.prices is None:
        return 1.0
    return 1.0 + h["shock_pass_through"] * struck.prices.firms


def fewer_for_the_same_money(asked: Floats, struck: MonthShocks, h: Mapping[str, float]) -> Floats:
    """Return what private clients ask for (n,) at base prices once firms are dearer."""
    return asked if struck.prices is None else asked / price_to_clients(struck, h)


def pay_for_dearer_inputs(
    firms: FirmState, flows: MonthFlows, h: Mapping[str, float], ledger: Ledger
) -> None:
    """Pay what inputs cost more to the outside, and collect what private clients pay more."""
    if flows.shocks.prices is None:
        return
    cost = flows.shocks.prices.firms * flows.goods.output
    more = np.asarray(price_to_clients(flows.shocks, h)) - 1.0
    from_households = more * flows.goods.demand_households * flows.goods.fill
    from_outside = more * flows.goods.demand_outside * flows.goods.fill
    firms.cash += from_households + from_outside - cost
    ledger.pay("firms", "outside", "rise of input prices", float(cost.sum()))
    ledger.pay("households", "firms", "household purchases", float(from_households.sum()))
    ledger.pay("outside", "firms", "exports, visitors and investment", float(from_outside.sum()))


def call_back_credit(firms: FirmState, flows: MonthFlows, ledger: Ledger) -> None:
    """Let banks and funds call cash back from firms."""
    if flows.shocks.called_back is None:
        return
    amount = flows.shocks.called_back * firms.expected_demand
    firms.cash -= amount
    ledger.pay("firms", "outside", "credit called back", float(amount.sum()))


def terms_of_delivery(
    d: DerivedColumns, contracts: ContractState, flows: MonthFlows
) -> DeliveryTerms | None:
    """Return what shocks change of the month's deliveries under contracts; None for nothing.

    Whoever passes goods on needs them to come; a maker from outside needs its products to.
    """
    struck = flows.shocks
    prices = struck.prices
    if all(one is None for one in (struck.goods_left, struck.makers_left, struck.paid, prices)):
        return None
    rows = flows.execution.active
    category, trades = d.category_of_row[rows], contracts.output_share[rows] < 1.0
    goods, makers = struck.goods_left, struck.makers_left
    return DeliveryTerms(
        left=None if goods is None else np.where(trades, goods[category], 1.0),
        left_of_outside=None if makers is None else np.where(trades, 1.0, makers[category]),
        goods_price=None if prices is None else 1.0 + prices.goods[category],
        paid=struck.paid,
    )


def closing(firms: FirmState, struck: MonthShocks) -> Rows:
    """Return the rows of firms that a shock closes this month: those of the opening, if alive."""
    rows = struck.closing
    return rows[firms.alive[rows] & (firms.generation[rows] == 0)]


def lose_outside_clients(
    territory: Territory, state: State, struck: MonthShocks, h: Mapping[str, float]
) -> None:
    """Take what firms that a shock closes sold outside off their market, but for what others of it
    take over. Called before they close."""
    rows = closing(state.firms, struck)
    if len(rows) == 0:
        return
    weight, group = state.firms.outside_weight, territory.firms.group
    total = territory.firms.sum_by_group(weight, len(state.shocks.outside_kept))
    lost = np.bincount(group[rows], weights=weight[rows], minlength=len(total))
    share = np.divide(lost, total, out=np.zeros_like(total), where=total > 0.0)
    state.shocks.outside_kept *= 1.0 - (1.0 - h["closure_sales_regained"]) * share


def stock_of_new_firms(state: State, struck: MonthShocks, opened: Rows) -> None:
    """Give firms that opened this month the usual stock of each interrupted supply."""
    for cut in struck.supplies:
        stock = cut.stock_months[opened] * cut.use[opened]
        state.shocks.supply_stock[cut.place, opened] = stock * state.firms.expected_demand[opened]


def links_that_leave(
    network: SupplyNetwork, state: State, struck: MonthShocks, seed: int
) -> Bools | None:
    """Return links whose client leaves a supplier that is known to close (links,), or None."""
    if len(struck.leaving) == 0:
        return None
    chance = np.zeros(len(state.firms.alive))
    chance[struck.leaving] = struck.leaving_share
    found = np.zeros(network.links, dtype=bool)
    of_them = np.flatnonzero(chance[state.supply.supplier] > 0.0)
    slot = network.link_slot[of_them]
    key = mix(state.firms.key[network.slot_client[slot]], network.slot_sector[slot])
    key = mix(mix(key, of_them - network.link_start[slot]), state.month)
    draw = to_uniform(mix(stream(seed, "client leaves"), key))
    found[of_them] = draw < chance[state.supply.supplier[of_them]]
    return found
