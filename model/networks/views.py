# networkx ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownParameterType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeArgument=false
"""Who deals with whom this month, as networkx graphs.

Nodes are agent numbers (``unique_id`` of the views in ``model.agents``); graphs are copies, made
when asked, that the model never reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from model.agents import OUTSIDE, firm_numbers
from model.random_streams import uniform
from model.support.matchmaking import ask_found_suppliers
from model.territory.buyers import BUYER_KINDS
from model.territory.tables import KINDS

if TYPE_CHECKING:
    from model.territory_model import TerritoryModel

Floats = NDArray[np.float64]


class Networks:
    """Graphs of a model as it stands; each access makes a new graph."""

    def __init__(self, model: TerritoryModel) -> None:
        self._model = model

    @property
    def supply(self) -> nx.DiGraph:
        """Supplier → client, every living firm: see ``supply_graph``."""
        return self.supply_graph()

    @property
    def contracts(self) -> nx.DiGraph:
        """Buyer → holder, every running contract: see ``contract_graph``."""
        return self.contract_graph()

    @property
    def commuting(self) -> nx.DiGraph:
        """Zone of residence → zone of work: see ``commuting_graph``."""
        return self.commuting_graph()

    def supply_graph(self, sample: int | None = None) -> nx.DiGraph:
        """Return supplier → client with ``monthly_eur``, what the client orders.

        Nodes have ``sector``, ``zone``, ``kind`` and ``fte``. The whole Côte d'Opale takes about
        a second and 120 MB.

        Parameters
        ----------
        sample
            Number of clients to keep, with all their suppliers; all by default. The choice is the
            same at each call for the same run.
        """
        model, network = self._model, self._model.territory.supply
        alive = model.state.firms.alive
        kept = self._sampled(alive, sample)
        client = network.slot_client[network.link_slot]
        supplier = model.state.supply.supplier
        chosen = kept[client] & alive[supplier] & (network.link_share > 0)
        links = np.flatnonzero(chosen)
        orders = self._orders()
        asked = network.of_links(orders)
        moved = model.setting.hypotheses["matchmaking_moved_share"]
        ask_found_suppliers(network, model.state.supply, orders, asked, moved)
        eur = asked[links]
        firms = len(alive)
        # links of one slot may lead to one supplier: a graph has one edge for both
        pair, place = np.unique(supplier[links] * firms + client[links], return_inverse=True)
        monthly = np.bincount(place, weights=eur, minlength=len(pair)).tolist()
        sellers, buyers = np.divmod(pair, firms)
        graph = nx.DiGraph(name="supply")
        self._add_firms(graph, np.union1d(np.flatnonzero(kept), sellers))
        numbers = firm_numbers(model)
        ends = zip(numbers[sellers].tolist(), numbers[buyers].tolist(), monthly, strict=True)
        graph.add_edges_from((seller, buyer, {"monthly_eur": eur}) for seller, buyer, eur in ends)
        return graph

    def contract_graph(self, sample: int | None = None) -> nx.DiGraph:
        """Return buyer → holder with ``yearly_eur`` at base prices and ``contracts``, how many.

        Firms from outside the territory are one node, ``"outside"``.

        Parameters
        ----------
        sample
            Number of buyers to keep, with all their holders; all by default.
        """
        model, book = self._model, self._model.state.contracts
        buyers = model.territory.buyers
        kept = self._sampled(np.ones(len(buyers), dtype=bool), sample)
        rows = np.flatnonzero((book.holder >= 0) & (book.volume_eur > 0))
        rows = rows[kept[model.setting.derived.buyer_of_row[rows]]]
        firms = len(model.territory.firms)
        code = model.setting.derived.buyer_of_row[rows] * np.int64(firms + 1) + book.holder[rows]
        pair, place, count = np.unique(code, return_inverse=True, return_counts=True)
        yearly = np.bincount(place, weights=book.volume_eur[rows], minlength=len(pair)).tolist()
        buyer, holder = np.divmod(pair, firms + 1)
        graph = nx.DiGraph(name="contracts")
        zones = model.territory.zones.names
        for row in np.flatnonzero(kept).tolist():
            graph.add_node(
                row + 1,
                name=buyers.name[row],
                kind=BUYER_KINDS[buyers.kind[row]],
                zone=zones[buyers.zone[row]],
            )
        self._add_firms(graph, np.unique(holder[holder < firms]))
        nodes: list[int | str] = [*firm_numbers(model).tolist(), OUTSIDE]
        for b, h, eur, n in zip(buyer.tolist(), holder.tolist(), yearly, count, strict=True):
            graph.add_edge(b + 1, nodes[h], yearly_eur=eur, contracts=int(n))
        return graph

    def commuting_graph(self) -> nx.DiGraph:
        """Return zone of residence → zone of work with ``heads`` at work in the model's firms.

        Nodes are EPCI codes with ``name``, and ``"outside"``: residents of elsewhere.
        """
        zones, heads = self._model.territory.zones, self._model.state.zones.employed
        graph = nx.DiGraph(name="commuting")
        graph.add_nodes_from(
            (key, {"name": name}) for key, name in zip(zones.keys, zones.names, strict=True)
        )
        homes = [*zones.keys, OUTSIDE]
        for home, work in np.argwhere(heads > 0).tolist():
            graph.add_edge(homes[home], zones.keys[work], heads=float(heads[home, work]))
        return graph

    def _orders(self) -> Floats:
        """Return what each slot ordered last month, or needs at the opening (slots,)."""
        model = self._model
        if model.last_flows is not None:
            return model.last_flows.orders
        network = model.territory.supply
        return network.slot_coefficient * network.of_clients(model.territory.firms.output_eur)

    def _sampled(self, present: NDArray[np.bool_], sample: int | None) -> NDArray[np.bool_]:
        """Return which of the rows present are kept, ``sample`` of them at most."""
        rows = np.flatnonzero(present)
        if sample is None or sample >= len(rows):
            return present.copy()
        draw = uniform(self._model.setting.seed, "sample of a graph", rows)
        kept = np.zeros_like(present)
        kept[rows[np.argsort(draw, kind="stable")[: max(sample, 0)]]] = True
        return kept

    def _add_firms(self, graph: nx.DiGraph, rows: NDArray[np.intp]) -> None:
        model, firms = self._model, self._model.territory.firms
        columns = zip(
            firm_numbers(model)[rows].tolist(),
            firms.sector[rows].tolist(),
            firms.zone[rows].tolist(),
            firms.kind[rows].tolist(),
            model.state.firms.fte[rows].tolist(),
            strict=True,
        )
        codes, zones = model.territory.sectors.codes, model.territory.zones.names
        graph.add_nodes_from(
            (number, {"sector": codes[s], "zone": zones[z], "kind": KINDS[k], "fte": fte})
            for number, s, z, k, fte in columns
        )
