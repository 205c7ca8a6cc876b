"""Orders times shares of the client, summed over suppliers in one product."""

from __future__ import annotations

import numpy as np

from model import TerritoryModel
from tests.conftest import MakeTerritory


def test_mixed_orders_are_orders_times_shares_of_the_client(
    generated_territory: MakeTerritory,
) -> None:
    world = TerritoryModel(generated_territory(), burn_in=False).run(2)
    network, flows, supplier = world.territory.supply, world.last_flows, world.state.supply.supplier
    assert flows is not None
    shares = np.random.default_rng(1).random((2, len(world.territory.firms)))
    client = network.slot_client[network.link_slot]
    found = network.mixed_orders(flows.link_orders, supplier, shares)
    for row, by_client in zip(found, shares, strict=True):
        mix = flows.link_orders * by_client[client]
        np.testing.assert_array_equal(row, network.asked_of_suppliers(mix, supplier))
