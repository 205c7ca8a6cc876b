"""The exact fixed point: demand from outside closes each firm's market (`model.md` 2.8)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from model.economy.demography import market_shares
from model.errors import AncrageError
from model.networks.supply import outside_shares
from model.territory.territory import Territory

Floats = NDArray[np.float64]

MOST_LOCAL_SHARE = 0.95
"""Part of a firm's output that local demand may take at most; the rest is sold outside."""

MOST_CONTRACT_SHARE = 0.8
"""Part of a firm's output that public contracts may take at most."""

MOST_RADIUS = 0.9
"""Bound on λ(1 + m/τ): beyond one the order rule would make false business cycles."""


def contract_demand(territory: Territory) -> Floats:
    """Return monthly demand of public contracts on each firm (n,), the month's expression."""
    n, opening = len(territory.firms), territory.contracts
    asked = np.asarray(territory.needs.annual_volume_eur) * 1.0 / 12.0
    asked = asked + 0.0
    wanted = asked * opening.output_share
    holder = np.where(opening.holder >= 0, opening.holder, n)
    return np.bincount(holder, weights=wanted, minlength=n + 1)[:n]


def _local_demand(territory: Territory) -> tuple[Floats, Floats]:
    """Return demand of firms and of residents on each firm (n,), at the fixed point."""
    t, network = territory, territory.supply
    orders = network.slot_coefficient * network.of_clients(t.firms.output_eur)
    by_firms = network.asked_of_suppliers(network.of_links(orders), network.link_supplier)
    spent = t.demand.spent_in_zones(t.demand.consumption_eur)
    share = market_shares(t.firms, t.demand.household_weight, t.demand.household_share)
    return by_firms, share * spent[t.firms.zone]


def close_market(territory: Territory) -> Territory:
    """Fit demand to output: scale down what exceeds it, sell the positive rest outside.

    Output is data (FTE × π). Where local demand exceeds ``MOST_LOCAL_SHARE`` of it, the firm's
    links and household share are scaled down and the difference is bought outside; what remains is
    private investment, visitors and exports.
    """
    t = territory
    by_firms, by_households = _local_demand(t)
    by_buyers = contract_demand(t)
    output = t.firms.output_eur
    room = np.maximum(MOST_LOCAL_SHARE * output - by_buyers, 0.0)
    asked = by_firms + by_households
    scale = np.minimum(1.0, np.divide(room, asked, out=np.ones_like(asked), where=asked > 0))
    share = t.supply.link_share * scale[t.supply.link_supplier]
    supply = replace(
        t.supply,
        link_share=share,
        slot_outside_share=outside_shares(t.supply.link_slot, share, t.supply.slots),
    )
    groups = len(t.demand.household_share)
    weight = t.demand.household_weight
    scaled = weight * scale
    shares = market_shares(t.firms, weight, t.demand.household_share)
    kept = t.firms.sum_by_group(shares * scale, groups)
    demand = replace(t.demand, household_weight=scaled, household_share=kept)
    closed = replace(t, supply=supply, demand=demand)
    by_firms, by_households = _local_demand(closed)
    rest = output - ((by_firms + by_households) + by_buyers)
    rest = np.where(output > 0, np.maximum(rest, 0.0), 0.0)
    total = t.firms.sum_by_group(rest, groups)
    demand = replace(demand, outside_weight=rest, outside_demand_eur=total)
    return replace(closed, demand=demand)


def order_smoothing(
    territory: Territory,
    wanted_months: float,
    *,
    radius: float | None = None,
    most: float = MOST_RADIUS,
) -> Territory:
    """Set τ of the order rule so that λ(1 + m/τ) stays under a bound.

    Parameters
    ----------
    wanted_months
        τ where stability allows it.
    radius
        λ where it is known; found by iteration otherwise.
    most
        The bound; 1 is the limit of stability while no order meets its floor of 0.

    Raises
    ------
    AncrageError
        If no τ can make the rule stable.
    """
    if radius is None:
        radius = local_spectral_radius(territory)
    stock = float(territory.supply.slot_stock_months.max(initial=0.0))
    if radius >= most:
        raise AncrageError(
            f"the economy of '{territory.name}' keeps {radius:.2f} of each euro it spends: orders "
            f"cannot be stable at {most:g} or more; lower local shares or household spending"
        )
    least = radius * stock / (most - radius)
    return replace(
        territory,
        order_smoothing_months=max(wanted_months, least),
        spectral_radius=radius,
    )


def check_order_rule(territory: Territory, *, most: float = MOST_RADIUS) -> None:
    """Refuse an order rule that would oscillate, with the τ that would not.

    Raises
    ------
    AncrageError
        If λ(1 + m/τ) exceeds ``most``.
    """
    radius, smoothing = territory.spectral_radius, territory.order_smoothing_months
    stock = float(territory.supply.slot_stock_months.max(initial=0.0))
    gain = radius * (1.0 + stock / smoothing)
    if gain <= most * (1 + 1e-12):
        return
    if radius >= most:
        remedy = "lower local shares or household spending"
    else:
        remedy = f"set order_smoothing_months to at least {radius * stock / (most - radius):.1f}"
    raise AncrageError(
        f"the order rule of '{territory.name}' is unstable: λ(1 + m/τ) = {gain:.2f} exceeds "
        f"{most:g}; {remedy}"
    )


def local_spectral_radius(territory: Territory, rounds: int = 60) -> float:
    """Return λ: the growth of spending that goes round inside the territory, by power iteration.

    One euro of sales leads to orders of inputs, and to net pay and dividends that residents spend.
    """
    t, network = territory, territory.supply
    output = np.maximum(t.firms.output_eur, 1e-300)
    pay = t.firms.labour_cost_eur * t.firms.fte + t.firms.post_cost_eur * t.firms.posts_fte
    pay = pay / output * t.net_pay_share * (1.0 - t.saving_rate)
    margin = np.maximum(1.0 - t.firms.unit_cost, 0.0) if t.dividends_to_residents else 0.0
    own = margin * t.firms.local_owned
    workers = np.maximum(t.labour.employed_heads.sum(axis=0), 1e-300)
    residence = t.labour.employed_heads[:-1] / workers
    share = market_shares(t.firms, t.demand.household_weight, t.demand.household_share)
    sales = t.firms.output_eur.copy()
    radius = 0.0
    for _ in range(rounds):
        size = float(np.abs(sales).sum())
        if size == 0.0:
            return 0.0
        sales = sales / size
        orders = network.slot_coefficient * network.of_clients(sales)
        wages = t.firms.sum_by_zone(pay * sales)
        owners = t.firms.sum_by_zone(own * sales)
        income = np.sum(residence * wages, axis=1) + owners
        spent = t.demand.spent_in_zones(income)
        sales = (
            network.asked_of_suppliers(network.of_links(orders), network.link_supplier)
            + share * spent[t.firms.zone]
        )
        radius = float(np.abs(sales).sum())
    return radius
