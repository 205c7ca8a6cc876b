"""The supply network: who buys which input from whom, and how links are drawn and redrawn.

An *input slot* is one client's need of one input sector; a slot has a few *links*, each to one
supplier. Places are fixed: redrawing a link writes its supplier in place and nothing is rebuilt.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from model.random_streams import mix, stream, to_uniform, uniform

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Indices = NDArray[np.intp]

TABLE_SIZE = 1024
"""Entries of one supplier table: the bounded candidate list of a (client zone, sector) pair."""

RACE_SIZE = 2
"""Candidates looked at when a link is drawn: the keyed race is run among them."""


@dataclass(frozen=True)
class SupplyNetwork:
    """Slots and links as columns.

    Attributes
    ----------
    slots_of_firm
        intp (n,), number of slots of each firm.
    slot_client
        intp (slots,), firm that buys; sorted.
    slot_sector
        int16 (slots,), sector bought.
    slot_coefficient
        (slots,), EUR of this input per EUR of the client's output.
    slot_stock_months
        (slots,), target inventory in months of use.
    slot_table
        int32 (slots,), row of ``supplier_table`` in which the slot finds suppliers.
    link_start
        int32 (slots + 1,), first link of each slot.
    link_slot
        intp (links,), slot of each link.
    slot_outside_share
        (slots,), share of the slot's orders that goes outside the territory.
    slot_outside_chain_fte
        (slots,), FTE-months in the rest of the country per EUR of this input bought outside.
    link_share
        (links,), share of the slot's orders sent to that supplier.
    link_supplier
        intp (links,), supplier at the start.
    supplier_table
        int32 (zones × sectors, TABLE_SIZE), suppliers sampled in proportion to
        ``fte**alpha * exp(-distance / reach)``; -1 where the sector has none.
    client_first_slot, client_with_slots
        For segment reductions: first slot and firm of each client that has slots.
    """

    slots_of_firm: Indices
    slot_client: Indices
    slot_sector: NDArray[np.int16]
    slot_coefficient: Floats
    slot_stock_months: Floats
    slot_table: Ints
    slot_outside_share: Floats
    slot_outside_chain_fte: Floats
    link_start: Ints
    link_slot: Indices
    link_share: Floats
    link_supplier: Indices
    supplier_table: Ints
    client_first_slot: Indices
    client_with_slots: Indices

    @property
    def slots(self) -> int:
        """Number of input slots."""
        return len(self.slot_client)

    @property
    def links(self) -> int:
        """Number of supply links."""
        return len(self.link_supplier)

    def of_clients(self, values: Floats) -> Floats:
        """Return a column of firms repeated over the slots of each (slots,)."""
        return np.repeat(values, self.slots_of_firm)

    def of_links(self, orders: Floats) -> Floats:
        """Return what orders of slots (slots,) ask through each link (links,)."""
        # no index is out of bounds: "wrap" takes a third less time than to check them
        asked = np.take(orders, self.link_slot, mode="wrap")
        asked *= self.link_share
        return asked

    def asked_of_suppliers(self, by_link: Floats, supplier: Indices) -> Floats:
        """Sum a column of links over the firms that supply them (n,).

        A gather and a counted sum are faster here than a sparse product: rows have 1.8 links.
        """
        return _counted(supplier, by_link, len(self.slots_of_firm))

    def received_from_suppliers(self, fill: Floats, supplier: Indices) -> Floats:
        """Return the share of its orders that each slot gets inside the territory (slots,).

        ``fill`` (n,) is the part of its demand that each firm delivers.
        """
        received = np.take(fill, supplier, mode="wrap")
        received *= self.link_share
        return _counted(self.link_slot, received, self.slots)

    def mixed_orders(self, by_link: Floats, supplier: Indices, shares: Floats) -> Floats:
        """Sum over suppliers what clients ask through links, times shares of the client (k, n).

        Parameters
        ----------
        by_link
            (links,), EUR asked through each link.
        shares
            (k, n), any columns of clients.

        Notes
        -----
        One sparse product for all k columns: links are sorted by client, so they are its columns.
        """
        firms = len(self.slots_of_firm)
        orders = csc_array((by_link, supplier, self.first_link_of_firm), shape=(firms, firms))
        return np.asarray((orders @ shares.T).T)

    @cached_property
    def first_link_of_firm(self) -> Indices:
        """First link of each firm as a client, and the number of links (n + 1,)."""
        client = self.slot_client[self.link_slot]
        counts = np.bincount(client, minlength=len(self.slots_of_firm))
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)

    def sum_by_client(self, values: Floats) -> Floats:
        """Sum a column of slots over the clients that own them (n,)."""
        total = np.zeros(len(self.slots_of_firm))
        if self.slots:
            total[self.client_with_slots] = np.add.reduceat(values, self.client_first_slot)
        return total


def _counted(place: Indices, weights: Floats, length: int) -> Floats:
    """Sum weights by place, as ``np.bincount`` would, which reads the places twice."""
    total = np.zeros(length)
    np.add.at(total, place, weights)
    return total


def outside_shares(link_slot: Indices, link_share: Floats, slots: int) -> Floats:
    """Return what the links of each slot leave to the outside (slots,), never below 0."""
    return np.maximum(1.0 - np.bincount(link_slot, weights=link_share, minlength=slots), 0.0)


def supplier_tables(
    zone: NDArray[np.integer],
    sector: NDArray[np.integer],
    size: Floats,
    key: NDArray[np.uint64],
    distance_km: Floats,
    reach_km: Floats,
    size_exponent: float,
    market_key: NDArray[np.uint64],
    seed: int,
) -> Ints:
    """Sample the supplier table of each (client zone, sector) pair.

    Stratified sampling of ``TABLE_SIZE`` points of the cumulated weights, with one keyed jitter a
    point: every supplier has its exact share in expectation. Sizes are FTE, not euros, so that the
    table does not depend on the currency.

    Parameters
    ----------
    zone, sector, size, key
        Firm columns (n,); ``size`` 0 removes the firm.
    distance_km
        (Z, Z) between zones.
    reach_km
        (S,), distance over which the chance of a link falls by e.
    market_key
        (Z × S,), key of each pair, from the names of the zone and of the sector.
    size_exponent
        Preferential attachment: 1.08 (`facts.md` 4, arXiv 2503.20594).
    """
    zones, sectors = distance_km.shape[0], len(reach_km)
    table = np.full((zones * sectors, TABLE_SIZE), -1, dtype=np.int32)
    weight_of_size = np.where(size > 0, np.maximum(size, 1e-9) ** size_exponent, 0.0)
    strata = np.arange(TABLE_SIZE)
    for s in range(sectors):
        rows = np.flatnonzero((sector == s) & (size > 0))
        if len(rows) == 0:
            continue
        for z in range(zones):
            weight = weight_of_size[rows] * np.exp(-distance_km[z, zone[rows]] / reach_km[s])
            cumulated = np.cumsum(weight)
            jitter = uniform(seed, "supplier table", market_key[z * sectors + s], strata)
            point = (strata + jitter) / TABLE_SIZE * cumulated[-1]
            found = cast(Indices, np.searchsorted(cumulated, point, side="right"))
            found = np.minimum(found, len(rows) - 1)
            table[z * sectors + s] = rows[found]
    return table


def draw_suppliers(
    network_table: Ints,
    table_row: NDArray[np.integer],
    client: NDArray[np.integer],
    chooser: NDArray[np.uint64],
    weight: Floats,
    entity_key: NDArray[np.uint64],
    seed: int,
) -> Ints:
    """Draw one supplier a link by a keyed race among candidates of its table.

    Parameters
    ----------
    table_row, client, chooser
        (m,), row of the supplier table, buying firm and key of each link to draw; the chooser's
        key holds the link's identity and how often it was drawn before.
    weight
        (n,), willingness and room of each firm now; 0 cannot be chosen.
    entity_key
        (n,), key of each firm, its generation included.

    Returns
    -------
    int32 (m,), the supplier, -1 where no candidate has a positive weight.
    """
    base = stream(seed, "link candidates", chooser)
    race = stream(seed, "link race", chooser)
    table = network_table.ravel()
    first = table_row.astype(np.intp) * network_table.shape[1]
    best = np.full(len(table_row), -1, dtype=np.int32)
    best_time = np.full(len(table_row), np.inf)
    for attempt in range(RACE_SIZE):
        place = to_uniform(mix(base, attempt))
        place *= TABLE_SIZE
        found = first + place.astype(np.intp)
        candidate = cast(Ints, table.take(found))
        # -1 reads some firm: it is not open
        firm = candidate.astype(np.intp)
        open_to = weight.take(firm, mode="wrap")
        open_to *= (candidate >= 0) & (firm != client)
        time = to_uniform(mix(race, entity_key.take(firm, mode="wrap")))
        np.negative(np.log(time, out=time), out=time)
        with np.errstate(divide="ignore"):
            time /= open_to
        # sums do not wait for a choice that nothing foretells, as a mask does
        best += (candidate - best) * (time < best_time)
        best_time = np.minimum(time, best_time)
    return best


def build_supply_network(
    sector: NDArray[np.integer],
    zone: NDArray[np.integer],
    size: Floats,
    key: NDArray[np.uint64],
    coefficient_table: Floats,
    local_share: Floats,
    supplier_table: Ints,
    stock_months: Floats,
    chain_fte: Floats,
    link_counts: Floats,
    seed: int,
) -> SupplyNetwork:
    """Open the slots of every firm and draw the first suppliers.

    Parameters
    ----------
    sector, zone, size, key
        Firm columns (n,); firms of size 0 have no slot.
    coefficient_table
        (S, S), EUR of domestic input of the row's sector per EUR of output of the column's sector;
        0 where the input is bought outside in one lump.
    local_share
        (S, S), share of it that the territory supplies itself.
    stock_months
        (S,), target inventory of an input of each sector, months of use.
    chain_fte
        (S,), FTE-months in the country per EUR of output of each sector, its suppliers included.
    link_counts
        Probabilities of a second, third … supplier, each raised by one for firms of 10 and of 50
        FTE and more.
    """
    sectors = coefficient_table.shape[0]
    inputs = [np.flatnonzero(coefficient_table[:, s] > 0) for s in range(sectors)]
    slots_of_sector = np.array([len(i) for i in inputs])
    counts = np.where(size > 0, slots_of_sector[sector], 0)
    slot_client = np.repeat(np.arange(len(sector), dtype=np.intp), counts)
    first = np.cumsum(counts) - counts
    position = np.arange(len(slot_client)) - np.repeat(first, counts)
    padded = np.full((sectors, max(1, slots_of_sector.max(initial=0))), -1)
    for s, found in enumerate(inputs):
        padded[s, : len(found)] = found
    client_sector = sector[slot_client]
    slot_sector = padded[client_sector, position].astype(np.int16)
    coefficient = coefficient_table[slot_sector, client_sector]
    slot_key = mix(key[slot_client], slot_sector)
    spread = to_uniform(mix(stream(seed, "links of a slot"), slot_key))
    links = 1 + np.sum(spread[:, None] < np.asarray(link_counts)[None, :], axis=1)
    links = links + (size[slot_client] >= 10) + (size[slot_client] >= 50)
    table_row = (zone[slot_client] * sectors + slot_sector).astype(np.int32)
    links = np.where(supplier_table[table_row, 0] >= 0, links, 0)
    link_start = np.concatenate([[0], np.cumsum(links)]).astype(np.int32)
    link_slot = np.repeat(np.arange(len(slot_client), dtype=np.intp), links)
    link_position = np.arange(len(link_slot)) - link_start[link_slot]
    link_key = mix(slot_key[link_slot], link_position)
    raw = 0.25 - np.log(to_uniform(mix(stream(seed, "link share"), link_key)))
    total = np.bincount(link_slot, weights=raw, minlength=len(slot_client))
    supplier = draw_suppliers(
        supplier_table,
        table_row[link_slot],
        slot_client[link_slot],
        mix(link_key, 0),
        (size > 0).astype(np.float64),
        key,
        seed,
    )
    local = local_share[slot_sector, client_sector][link_slot]
    share = np.where(supplier >= 0, local * raw / total[link_slot], 0.0)
    with_slots = np.flatnonzero(counts > 0)
    return SupplyNetwork(
        slots_of_firm=counts.astype(np.intp),
        slot_client=slot_client,
        slot_sector=slot_sector,
        slot_coefficient=coefficient,
        slot_stock_months=stock_months[slot_sector],
        slot_table=table_row,
        slot_outside_share=outside_shares(link_slot, share, len(slot_client)),
        slot_outside_chain_fte=chain_fte[slot_sector],
        link_start=link_start,
        link_slot=link_slot,
        link_share=share,
        link_supplier=np.maximum(supplier, 0).astype(np.intp),
        supplier_table=supplier_table,
        client_first_slot=first[with_slots].astype(np.intp),
        client_with_slots=with_slots.astype(np.intp),
    )
