"""Clients helped to meet suppliers: links that take over what was bought outside.

When a supply link of a helped client ends, the new supplier is drawn by the usual race, with equal
information; with some chance it then also supplies a part of what the client bought outside for
the same input. It lasts as long as the link.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.networks.supply import SupplyNetwork
from model.random_streams import stream, to_uniform
from model.state import SupplyState

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


def further_share(network: SupplyNetwork, found: Indices, moved: float) -> Floats:
    """Return shares of its slot's orders that each found link takes over (m,).

    ``moved`` of what the slot buys outside goes to its links, in proportion to their share.
    """
    outside = network.slot_outside_share[network.link_slot[found]]
    inside = np.maximum(1.0 - outside, 1e-300)
    return moved * outside * network.link_share[found] / inside


def ask_found_suppliers(
    network: SupplyNetwork, supply: SupplyState, orders: Floats, link_orders: Floats, moved: float
) -> None:
    """Add to what links are asked (links,) what found suppliers take over, in place."""
    found = supply.found
    if len(found):
        further = further_share(network, found, moved)
        link_orders[found] += orders[network.link_slot[found]] * further


def receive_from_found(
    network: SupplyNetwork,
    supply: SupplyState,
    orders: Floats,
    fill: Floats,
    local: Floats,
    outside: Floats,
    moved: float,
) -> None:
    """Move deliveries to slots from outside to found suppliers, in place, as far as they deliver.

    ``local`` and ``outside`` are (slots,), EUR.
    """
    found = supply.found
    if len(found):
        slot = network.link_slot[found]
        ordered = orders[slot] * further_share(network, found, moved)
        np.add.at(local, slot, ordered * fill[supply.supplier[found]])
        np.subtract.at(outside, slot, ordered)


def find_suppliers(
    network: SupplyNetwork,
    supply: SupplyState,
    links: Indices,
    client: Indices,
    chooser: NDArray[np.uint64],
    support: Floats,
    chance: float,
    seed: int,
) -> None:
    """Draw which redrawn links take over purchases made outside; those of before end.

    Parameters
    ----------
    links, client, chooser
        (m,), links redrawn this month, who buys through each and the key of each draw.
    support
        (n,), support to matchmaking that acts, by client.
    """
    if len(supply.found):
        ended = np.zeros(network.links, dtype=bool)
        ended[links] = True
        supply.found = supply.found[~ended[supply.found]]
    helped = support.take(client)
    some = np.flatnonzero(helped > 0.0)
    if len(some):
        draw = to_uniform(stream(seed, "finds a supplier nearby", chooser[some]))
        supply.found = np.union1d(supply.found, links[some[draw < chance * helped[some]]])
