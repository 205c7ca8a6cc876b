"""Orders, production and delivery (`model.md` 3.8 to 3.10)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from model.networks.supply import SupplyNetwork
from model.state import FirmState, SupplyState
from model.support.matchmaking import receive_from_found
from model.territory.territory import Firms

Floats = NDArray[np.float64]

UTILISATION = 0.82
"""Output over capacity at the fixed point (`model.md` 3.9)."""

OVERTIME = 1.1
"""Most output that staff can make, over its normal output (`model.md` 3.9)."""


@dataclass
class GoodsFlows:
    """What was asked, made and delivered in one month, EUR at base prices.

    ``slot_local`` and ``slot_outside`` are deliveries to slots; the other fields are by firm.
    """

    demand_firms: Floats
    demand_households: Floats
    demand_contracts: Floats
    demand_outside: Floats
    output: Floats = field(init=False)
    fill: Floats = field(init=False)
    slot_local: Floats = field(init=False)
    slot_outside: Floats = field(init=False)


def place_orders(
    network: SupplyNetwork, firms: FirmState, supply: SupplyState, smoothing_months: float
) -> Floats:
    """Return what each slot orders: ``max(0, a·x̂ + (m·a·x̂ - inventory)/τ)``, EUR (slots,)."""
    use = network.of_clients(firms.expected_demand)
    use *= network.slot_coefficient
    gap = use * network.slot_stock_months
    gap -= supply.inventory
    gap /= smoothing_months
    use += gap
    return _not_negative(use)


def _not_negative(values: Floats) -> Floats:
    """Raise negative values to 0, in place, in a third of the time of ``np.maximum``."""
    return np.clip(values, 0.0, np.inf, out=values)


def limits_of_inputs(network: SupplyNetwork, supply: SupplyState, firms: int) -> Floats:
    """Return the output that inventories allow each firm (n,), inf for firms without slots.

    Segments are never empty: only clients that have slots are reduced, since
    ``np.minimum.reduceat`` would return the next segment's element for an empty one.
    """
    limit = np.full(firms, np.inf)
    if network.slots:
        allowed = supply.inventory / network.slot_coefficient
        limit[network.client_with_slots] = np.minimum.reduceat(allowed, network.client_first_slot)
    return limit


def produce(
    demand: Floats, firms: FirmState, effective_fte: Floats, input_limit: Floats, ample: bool
) -> Floats:
    """Return output (n,): the least of demand, capacity and inputs.

    Capacity is the lesser of K and of what staff can make with overtime. ``ample`` lifts capacity
    and staff, for the Leontief limit of `model.md` 7.3.
    """
    output = np.minimum(demand, input_limit)
    if not ample:
        staff = OVERTIME * firms.productivity_eur * effective_fte
        output = np.minimum(output, np.minimum(firms.capacity_eur * firms.intact, staff))
    output *= firms.alive
    return np.maximum(output, 0.0, out=output)


def deliver_inputs(
    network: SupplyNetwork,
    supply: SupplyState,
    orders: Floats,
    fill: Floats,
    output: Floats,
    substitution_months: float,
    moved_share: float,
    lack: Floats | None = None,
    usual: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Move inputs into inventories and use them up.

    Suppliers ration all clients in the same proportion. A slot turns outside with the part of its
    orders that suppliers fail to deliver, at speed ``1/τ_sub``, and back when they deliver again;
    until then what is missing is asked again through the inventory gap.

    Parameters
    ----------
    moved_share
        Part of what a slot buys outside that suppliers found with help take over.
    lack, usual
        (slots,), share of what is bought outside that does not come, and EUR of usual use: no slot
        gets more than the share left of it. None where nothing lacks.

    Returns
    -------
    EUR (slots,) delivered from inside and from outside the territory.
    """
    local = network.received_from_suppliers(fill, supply.supplier)
    local *= orders
    outside = orders * network.slot_outside_share
    receive_from_found(network, supply, orders, fill, local, outside, moved_share)
    missing = orders - local
    missing -= outside
    _not_negative(missing)
    outside += orders * supply.diverted
    if lack is not None and usual is not None:
        asked = np.minimum(orders, usual) * (network.slot_outside_share + supply.diverted)
        outside = np.where(lack > 0.0, np.minimum(outside, (1.0 - lack) * asked), outside)
    supply.inventory += local
    supply.inventory += outside
    used = network.of_clients(output)
    used *= network.slot_coefficient
    supply.inventory -= used
    _not_negative(supply.inventory)
    failed = np.divide(missing, orders, out=missing, where=orders > 0)
    failed -= supply.diverted
    failed /= substitution_months
    supply.diverted += failed
    return local, outside


def adapt_expectations(columns: Firms, firms: FirmState, demand: Floats, speed: float) -> None:
    """Move expected demand and capacity: x̂ by θ; K towards x̂/0.82, 1/18 up and 1/60 down.

    Structures do not invest beyond what goes with their agreed posts.
    """
    firms.expected_demand += speed * (demand - firms.expected_demand)
    # a closed firm that is still somebody's only supplier is asked in vain
    firms.expected_demand *= firms.alive
    gap = firms.expected_demand / UTILISATION - firms.capacity_eur
    # the faster way up and the slower way down are each the greater of the two
    firms.capacity_eur += np.maximum(gap / 18.0, gap / 60.0)
    held = columns.rows_with_posts
    most = OVERTIME * columns.output_eur[held]
    most *= firms.posts_agreed_fte[held] / columns.posts_fte[held]
    firms.capacity_eur[held] = np.minimum(firms.capacity_eur[held], most)
