"""Networks as networkx graphs: same numbers as the columns, same nodes as the agents."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from model import TerritoryModel
from tests.conftest import MakeTerritory


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    return TerritoryModel(generated_territory(600, 3), burn_in=False).run(8)


def test_supply_carries_what_clients_order(world: TerritoryModel) -> None:
    graph = world.networks.supply
    assert isinstance(graph, nx.DiGraph)
    flows, network = world.last_flows, world.territory.supply
    assert flows is not None
    alive, supplier = world.state.firms.alive, world.state.supply.supplier
    client = network.slot_client[network.link_slot]
    both = alive[client] & alive[supplier]
    ordered = flows.orders[network.link_slot] * network.link_share
    total = sum(eur for _, _, eur in graph.edges(data="monthly_eur"))
    assert total == pytest.approx(float(ordered[both].sum()))
    agents = {a.unique_id: a for a in world.agents}
    assert set(graph) <= set(agents)
    for number, data in list(graph.nodes(data=True))[:50]:
        agent = agents[number]
        assert (data["sector"], data["zone"], data["kind"]) == (
            agent.sector,
            agent.zone,
            agent.kind,
        )
        assert data["fte"] == agent.fte


def test_supply_before_the_first_month_is_what_clients_need(
    generated_territory: MakeTerritory,
) -> None:
    world = TerritoryModel(generated_territory(600, 3), burn_in=False)
    graph = world.networks.supply
    assert graph.number_of_edges() > 1000
    assert min(eur for _, _, eur in graph.edges(data="monthly_eur")) > 0


def test_a_sample_keeps_clients_with_all_their_suppliers(world: TerritoryModel) -> None:
    whole, part = world.networks.supply, world.networks.supply_graph(sample=40)
    clients = [node for node in part if part.in_degree(node) > 0]
    assert 0 < len(clients) <= 40
    for client in clients:
        assert part.in_edges(client) and set(part.pred[client]) == set(whole.pred[client])
    assert nx.utils.graphs_equal(part, world.networks.supply_graph(sample=40))
    assert len(world.networks.supply_graph(sample=10**6)) == len(whole)


def test_contracts_lead_from_buyers_to_holders(world: TerritoryModel) -> None:
    graph, book = world.networks.contracts, world.state.contracts
    running = (book.holder >= 0) & (book.volume_eur > 0)
    yearly = sum(eur for _, _, eur in graph.edges(data="yearly_eur"))
    assert yearly == pytest.approx(float(book.volume_eur[running].sum()))
    assert sum(n for _, _, n in graph.edges(data="contracts")) == int(running.sum())
    outside = running & (book.holder == len(world.territory.firms))
    to_outside = sum(eur for _, _, eur in graph.in_edges("outside", data="yearly_eur"))
    assert to_outside == pytest.approx(float(book.volume_eur[outside].sum()))
    buyers = {a.unique_id: a.name for a in world.agents if a.sector is None}
    assert all(graph.nodes[number]["name"] == name for number, name in buyers.items())
    assert len(world.networks.contract_graph(sample=2)) < len(graph)


def test_commuting_counts_heads(world: TerritoryModel) -> None:
    graph = world.networks.commuting
    assert set(graph) == {*world.territory.zones.keys, "outside"}
    heads = sum(n for _, _, n in graph.edges(data="heads"))
    assert heads == pytest.approx(float(world.state.zones.employed.sum()))
    assert graph.in_degree("outside") == 0
    key = world.territory.zones.keys[0]
    assert graph.nodes[key]["name"] == world.territory.zones.names[0]
    assert np.isfinite(graph[key][key]["heads"])
