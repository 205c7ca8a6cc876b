"""Who sells how much to whom: the weighted network that systemic risk is computed on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from model.territory.territory import Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

ANY_SECTOR = -1
"""Sector of purchases made outside of which only the sum is known."""


@dataclass(frozen=True)
class FirmNetwork:
    """Sales between firms, one row a pair that trades, in any one unit of money over one period.

    Attributes
    ----------
    sector
        (n,), position of each firm's sector in ``sectors``.
    sectors
        Codes of sectors.
    supplier, client, weight
        (m,), firms that sell and buy, and for how much; no pair twice, none with itself, all
        weights positive.
    essential
        (m,), whether the supplier's product is essential to the client under the rule ``mixed``:
        the same for all suppliers of one sector to one client. None where nothing is known of it.
    outside_client, outside_sector, outside_weight
        (p,), purchases from suppliers outside the network, who never fail; sector ``ANY_SECTOR``
        where only their sum is known. Empty in a network that holds all trade.
    """

    sector: Ints
    sectors: tuple[str, ...]
    supplier: Ints
    client: Ints
    weight: Floats
    essential: Bools | None
    outside_client: Ints
    outside_sector: Ints
    outside_weight: Floats

    def __len__(self) -> int:
        return len(self.sector)

    @property
    def links(self) -> int:
        """Number of pairs that trade."""
        return len(self.weight)

    @property
    def out_strength(self) -> Floats:
        """Sales of each firm to firms of the network (n,)."""
        return np.bincount(self.supplier, weights=self.weight, minlength=len(self))

    @property
    def in_strength(self) -> Floats:
        """Purchases of each firm from firms of the network (n,)."""
        return np.bincount(self.client, weights=self.weight, minlength=len(self))

    def digest(self) -> str:
        """Return the hash of all that the network holds."""
        found = hashlib.sha256("|".join(self.sectors).encode())
        columns = (self.sector, self.supplier, self.client, self.weight, self.essential)
        outside = (self.outside_client, self.outside_sector, self.outside_weight)
        for column in (*columns, *outside):
            found.update(b"none" if column is None else f"{len(column)} ".encode())
            found.update(b"" if column is None else column.tobytes())
        return found.hexdigest()


def whole_network(
    sector: Ints,
    sectors: tuple[str, ...],
    supplier: Ints,
    client: Ints,
    weight: Floats,
    essential: Bools | None = None,
) -> FirmNetwork:
    """Return a network that holds all trade of its firms: nothing is bought outside."""
    none = np.zeros(0, dtype=np.intp)
    return FirmNetwork(
        sector, sectors, supplier, client, weight, essential, none, none, np.zeros(0)
    )


def territory_network(territory: Territory) -> FirmNetwork:
    """Return who sells what to whom among the firms of a territory, in EUR a month.

    A link carries its share of the orders of its slot, ``slot_coefficient × output`` of the client
    at the fixed point; links that join the same pair are one. What a slot orders beyond its links,
    and inputs bought outside in one lump, are purchases from outside suppliers, who never fail:
    they stand in the denominators of L and M (`docs/odd.md` 7.27). Sales to households, to public
    buyers and to the outside are no part of the network.
    """
    from model.territory.sectors import essential_input

    supply, firms = territory.supply, territory.firms
    n = len(firms)
    orders = supply.slot_coefficient * supply.of_clients(firms.output_eur)
    asked = supply.of_links(orders)
    code = supply.link_supplier.astype(np.int64) * n + supply.slot_client[supply.link_slot]
    kept = asked > 0.0
    pair, place = np.unique(code[kept], return_inverse=True)
    supplier, client = (part.astype(np.intp) for part in np.divmod(pair, n))
    sector = firms.sector.astype(np.intp)
    essential_sector = np.array([essential_input(code) for code in territory.sectors.codes])
    outside = orders * supply.slot_outside_share
    lump = firms.outside_input * firms.output_eur
    return FirmNetwork(
        sector=sector,
        sectors=territory.sectors.codes,
        supplier=supplier,
        client=client,
        weight=np.bincount(place, weights=asked[kept], minlength=len(pair)),
        essential=essential_sector[sector[supplier]],
        outside_client=np.concatenate([supply.slot_client, np.arange(n, dtype=np.intp)]),
        outside_sector=np.concatenate(
            [supply.slot_sector.astype(np.intp), np.full(n, ANY_SECTOR, dtype=np.intp)]
        ),
        outside_weight=np.concatenate([outside, lump]),
    )
