"""Who deals with whom around one firm, buyer or sector, in EUR a year.

Firms are told by synthetic identifiers: the code of their sector and their rank in it. They are
rows of a drawn territory, never real firms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError, nearest_name
from model.networks.firm_codes import firm_code, rank_in_sector, row_of_code
from model.support.matchmaking import ask_found_suppliers
from model.territory.buyers import BUYER_KINDS
from model.territory.tables import KINDS

if TYPE_CHECKING:
    from model.territory_model import TerritoryModel

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

MOST_NODES = 60
"""Nodes shown around a centre; partners beyond are summed up in one node a side."""

MONTHS_A_YEAR = 12.0

NodeKind = Literal["firm", "buyer", "sector", "outside", "others"]


@dataclass(frozen=True)
class TradeTable:
    """Sales between firms, and from firms to buyers, of one month, by pair (P,), in EUR a year.

    Parties are numbered: firms from 0, then buyers, then the outside (the last).

    Attributes
    ----------
    seller, client, yearly_eur
        (P,), one row a pair, sorted by client; amounts positive.
    sector, zone, kind, fte, rank
        (n,), of firms: positions in ``sectors``, ``zones`` and ``KINDS``, staff in FTE, and rank in
        the sector from 1.
    buyer_codes, buyer_names, buyer_kinds
        (B,), of buyers.
    """

    seller: Ints
    client: Ints
    yearly_eur: Floats
    sector: NDArray[np.int16]
    zone: NDArray[np.int16]
    kind: NDArray[np.int8]
    fte: Floats
    rank: Ints
    sectors: tuple[str, ...]
    zones: tuple[str, ...]
    buyer_codes: tuple[str, ...]
    buyer_names: tuple[str, ...]
    buyer_kinds: tuple[str, ...]

    @property
    def firms(self) -> int:
        """Number of firms."""
        return len(self.sector)

    @property
    def outside(self) -> int:
        """Number of the outside."""
        return self.firms + len(self.buyer_codes)

    def code_of_firm(self, row: int) -> str:
        """Return the synthetic identifier of a firm, ``"FZ-0123"``."""
        return firm_code(self.sectors[int(self.sector[row])], int(self.rank[row]))


@dataclass(frozen=True, slots=True)
class Node:
    """A party of a neighbourhood; ``side`` is -1 for suppliers, 1 for clients, 0 for the centre.

    ``members`` counts the parties of a sector or of ``others``.
    """

    code: str
    kind: NodeKind
    side: int
    hop: int
    members: int = 1
    sector: str = ""
    zone: str = ""
    firm_kind: str = ""
    buyer_kind: str = ""
    name: str = ""
    fte: float = 0.0

    @property
    def name_of_edge(self) -> str:
        """Name in the edges: a party may stand on both sides, the centre has its code alone."""
        return f"{self.code}{self.side:+d}/{self.hop}" if self.side else self.code


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Parties around a centre and what they sell each other a year: (seller, client, EUR)."""

    centre: Node
    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str, float], ...]
    bought_eur: float
    sold_eur: float


def trade_table(world: TerritoryModel) -> TradeTable:
    """Read who sells to whom in a world as it stands.

    Supply links are those of the last month, times twelve, and what clients buy outside of each
    input; contracts are volumes a year at base prices, partners of a grouping by their shares.
    """
    territory, state = world.territory, world.state
    network, firms = territory.supply, len(territory.firms)
    buyers = len(territory.buyers)
    outside = firms + buyers
    if world.last_flows is not None:
        orders = world.last_flows.orders
    else:
        orders = network.slot_coefficient * network.of_clients(territory.firms.output_eur)
    asked = network.of_links(orders)
    moved = world.hypotheses["matchmaking_moved_share"]
    ask_found_suppliers(network, state.supply, orders, asked, moved)
    client = network.slot_client[network.link_slot]
    lost = MONTHS_A_YEAR * np.maximum(
        orders - np.bincount(network.link_slot, weights=asked, minlength=network.slots), 0.0
    )
    book, derived = state.contracts, world.setting.derived
    rows = np.flatnonzero((book.holder >= 0) & (book.volume_eur > 0))
    shares = book.partner_share[:, rows]
    partners = book.partner[:, rows]
    shares = np.where(partners >= 0, shares, 0.0)
    holder = book.holder[rows].astype(np.intp)
    owner = firms + derived.buyer_of_row[rows].astype(np.intp)
    volume = book.volume_eur[rows]
    sellers = [state.supply.supplier, np.full(network.slots, outside), holder]
    clients = [client, network.slot_client, owner]
    amounts = [MONTHS_A_YEAR * asked, lost, volume * (1.0 - shares.sum(axis=0))]
    for k in range(len(shares)):
        sellers.append(partners[k].astype(np.intp))
        clients.append(owner)
        amounts.append(volume * shares[k])
    seller, party = np.concatenate(sellers), np.concatenate(clients)
    # a holder from outside has the number of firms
    from_contract = np.arange(len(seller)) >= len(asked) + network.slots
    seller = np.where(from_contract & (seller >= firms), outside, seller)
    eur = np.concatenate(amounts)
    kept = eur > 0.0
    code = party[kept].astype(np.int64) * (outside + 1) + seller[kept]
    pair, place = np.unique(code, return_inverse=True)
    client_of, seller_of = np.divmod(pair, outside + 1)
    columns = territory.firms
    return TradeTable(
        seller=seller_of.astype(np.intp),
        client=client_of.astype(np.intp),
        yearly_eur=np.bincount(place, weights=eur[kept], minlength=len(pair)),
        sector=columns.sector,
        zone=columns.zone,
        kind=columns.kind,
        fte=np.where(state.firms.alive, state.firms.fte, 0.0),
        rank=rank_in_sector(columns.sector),
        sectors=territory.sectors.codes,
        zones=territory.zones.names,
        buyer_codes=territory.buyers.code,
        buyer_names=territory.buyers.name,
        buyer_kinds=tuple(BUYER_KINDS[int(k)] for k in territory.buyers.kind.tolist()),
    )


def largest_firms(table: TradeTable, sector: str, count: int = 10) -> tuple[str, ...]:
    """Return the codes of the firms of a sector with most staff: centres to choose from."""
    if sector not in table.sectors:
        raise AncrageError(f"Unknown sector '{sector}'{nearest_name(sector, table.sectors)}")
    rows = np.flatnonzero((table.sector == table.sectors.index(sector)) & (table.fte > 0))
    first = rows[np.argsort(-table.fte[rows], kind="stable")[:count]]
    return tuple(table.code_of_firm(int(row)) for row in first)


def neighbourhood(
    table: TradeTable, centre: str, hops: int = 1, most: int = MOST_NODES
) -> Neighbourhood:
    """Return who deals with a firm (``"FZ-0123"``), a buyer (its code) or a sector (``"FZ"``).

    Around a sector all parties are sectors and kinds of buyers. With two hops, suppliers of
    suppliers and clients of clients follow. Largest amounts first; what is beyond ``most`` nodes is
    summed up in one node a side, so that amounts of the centre add up.

    Raises
    ------
    AncrageError
        There is no such party; the nearest name is suggested.
    """
    grouped = centre in table.sectors
    if grouped:
        trade = _by_sector(table)
        number = table.sectors.index(centre)
    else:
        trade = _Trade(table.seller, table.client, table.yearly_eur, _Parties(table))
        number = _number_of(table, centre)
    return _Walk(trade, number, most).around(hops)


def _number_of(table: TradeTable, code: str) -> int:
    if code in table.buyer_codes:
        return table.firms + table.buyer_codes.index(code)
    sector, dash, rank = code.rpartition("-")
    if dash and sector in table.sectors and rank.isdigit():
        return row_of_code(code, table.sectors, table.sector, table.rank)
    known = (*table.sectors, *table.buyer_codes)
    raise AncrageError(
        f"Unknown firm, buyer or sector '{code}'{nearest_name(code, known)} "
        "Firms are written like 'FZ-0123'."
    )


class _Parties:
    """Nodes of firms, buyers and the outside by number."""

    def __init__(self, table: TradeTable) -> None:
        self.table = table

    def node(self, number: int, side: int, hop: int) -> Node:
        table = self.table
        if number < table.firms:
            return Node(
                code=table.code_of_firm(number),
                kind="firm",
                side=side,
                hop=hop,
                sector=table.sectors[int(table.sector[number])],
                zone=table.zones[int(table.zone[number])],
                firm_kind=KINDS[int(table.kind[number])],
                fte=float(table.fte[number]),
            )
        if number < table.outside:
            buyer = number - table.firms
            return Node(
                code=table.buyer_codes[buyer],
                kind="buyer",
                side=side,
                hop=hop,
                buyer_kind=table.buyer_kinds[buyer],
                name=table.buyer_names[buyer],
            )
        return Node(code="outside", kind="outside", side=side, hop=hop)

    def is_outside(self, number: int) -> bool:
        return number == self.table.outside


class _Groups(_Parties):
    """Nodes of sectors, kinds of buyers and the outside by number."""

    def __init__(self, table: TradeTable, kinds: tuple[str, ...]) -> None:
        super().__init__(table)
        self.kinds = kinds
        self.members = np.bincount(table.sector[table.fte > 0], minlength=len(table.sectors))

    def node(self, number: int, side: int, hop: int) -> Node:
        table, sectors = self.table, len(self.table.sectors)
        if number < sectors:
            code, members = table.sectors[number], int(self.members[number])
            return Node(code, "sector", side, hop, members=members, sector=code)
        if number < sectors + len(self.kinds):
            kind = self.kinds[number - sectors]
            members = table.buyer_kinds.count(kind)
            return Node(f"buyers-{kind}", "buyer", side, hop, members=members, buyer_kind=kind)
        return Node("outside", "outside", side, hop)

    def is_outside(self, number: int) -> bool:
        return number == len(self.table.sectors) + len(self.kinds)


@dataclass(frozen=True)
class _Trade:
    seller: Ints
    client: Ints
    yearly_eur: Floats
    parties: _Parties


def _by_sector(table: TradeTable) -> _Trade:
    kinds = tuple(dict.fromkeys(table.buyer_kinds))
    sectors = len(table.sectors)
    group = np.concatenate(
        [
            table.sector.astype(np.intp),
            np.array([sectors + kinds.index(kind) for kind in table.buyer_kinds], dtype=np.intp),
            [sectors + len(kinds)],
        ]
    )
    width = sectors + len(kinds) + 1
    code = group[table.seller] * width + group[table.client]
    total = np.bincount(code, weights=table.yearly_eur, minlength=width * width)
    seller, client = np.divmod(np.flatnonzero(total), width)
    return _Trade(seller, client, total[total > 0], _Groups(table, kinds))


@dataclass
class _Walk:
    """Walks from the centre, side by side and hop by hop, with a budget of nodes."""

    trade: _Trade
    centre: int
    most: int
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[tuple[str, str, float]] = field(default_factory=list)

    def around(self, hops: int) -> Neighbourhood:
        trade = self.trade
        middle = trade.parties.node(self.centre, 0, 0)
        bought = float(trade.yearly_eur[trade.client == self.centre].sum())
        sold = float(trade.yearly_eur[trade.seller == self.centre].sum())
        first = self.most // 2 if hops == 1 else self.most // 6
        for side in (-1, 1):
            front = {self.centre: middle.code}
            for hop in range(1, hops + 1):
                front = self._step(front, side, hop, max(first, 1))
        return Neighbourhood(
            middle, (middle, *self.nodes.values()), tuple(self.edges), bought, sold
        )

    def _step(self, front: dict[int, str], side: int, hop: int, room: int) -> dict[int, str]:
        """Add the partners of a front on one side; return those shown, the outside apart."""
        trade = self.trade
        own, other = (trade.client, trade.seller) if side < 0 else (trade.seller, trade.client)
        rows = np.flatnonzero(np.isin(own, list(front)))
        if not len(rows):
            return {}
        # the front has been told already: a second hop does not lead back to it
        if hop > 1:
            rows = rows[(other[rows] != self.centre) & ~np.isin(other[rows], list(front))]
        partners, place = np.unique(other[rows], return_inverse=True)
        amounts = np.bincount(place, weights=trade.yearly_eur[rows], minlength=len(partners))
        budget = room if hop == 1 else max(self.most // 2 - room, 1)
        shown = partners[np.argsort(-amounts, kind="stable")[: max(budget - 1, 1)]]
        if len(partners) == len(shown) + 1:
            shown = partners
        following: dict[int, str] = {}
        names: dict[int, str] = {}
        for number in shown.tolist():
            node = trade.parties.node(number, side, hop)
            name = names[number] = self._keep(node)
            if not trade.parties.is_outside(number):
                following[number] = name
        rest = len(partners) - len(shown)
        if rest:
            self._keep(Node("others", "others", side, hop, members=rest))
        summed: dict[tuple[str, str], float] = {}
        for row in rows.tolist():
            near = front[int(own[row])]
            far = names.get(int(other[row]), f"others{side:+d}/{hop}")
            ends = (far, near) if side < 0 else (near, far)
            summed[ends] = summed.get(ends, 0.0) + float(trade.yearly_eur[row])
        self.edges.extend((a, b, eur) for (a, b), eur in summed.items())
        return following

    def _keep(self, node: Node) -> str:
        """Keep a node and return its name in the edges."""
        self.nodes[node.name_of_edge] = node
        return node.name_of_edge
