"""Running contracts as they stand: who holds what of whom, and what is made here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.procurement.performers import performers_of
from model.structure.concentration import Concentration, concentration
from model.structure.ratios import Ratio, shares_by_zone

if TYPE_CHECKING:
    from model.territory_model import TerritoryModel

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

MONTHS_AHEAD = 12
"""Months ahead in which what comes back to competition is counted."""


@dataclass(frozen=True)
class Purchases:
    """Running contracts (R,), and the holdings of their holders and partners (E,).

    Attributes
    ----------
    cell, zone, value
        (R,), buyer × categories + category, zone of performance, EUR a year at base prices.
    line
        (E,), contract of each holding.
    supplier, held
        (E,), number of the supplier and EUR a year that it holds. Firms from outside have no
        identity: each of their holdings has a supplier of its own, from n on.
    firms
        Number of firms, n.
    concentration, concentration_most
        By cell, each outside holding being a supplier of its own, and all of them being one.
    """

    cell: Places
    zone: NDArray[np.int32]
    value: Floats
    line: Places
    supplier: NDArray[np.int64]
    held: Floats
    firms: int
    concentration: Concentration
    concentration_most: Concentration

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Which holdings (E,) are those of firms of the territory."""
        return self.supplier < self.firms


def yearly_volume(world: TerritoryModel) -> Floats:
    """Return what each row of the lot book buys in a year, EUR at base prices.

    The mean of the need, as far as its buyer can afford it this year.
    """
    factor = world.state.public.volume_factor[world.setting.derived.buyer_of_row]
    return world.state.contracts.volume_eur * factor


def running_purchases(world: TerritoryModel) -> Purchases:
    """Read who holds the running contracts of a world."""
    derived, contracts = world.setting.derived, world.state.contracts
    firms, categories = len(world.territory.firms), len(world.territory.categories)
    rows = np.flatnonzero((contracts.holder >= 0) & (contracts.volume_eur > 0))
    value = yearly_volume(world)[rows]
    cell = derived.buyer_of_row[rows].astype(np.intp) * categories + derived.category_of_row[rows]
    who = performers_of(contracts, rows, firms)
    held, line = who.of_shares(value), who.line
    away = who.firm >= firms
    supplier = np.where(away, firms + np.arange(len(held)), who.firm)
    cells = len(world.territory.buyers) * categories
    return Purchases(
        cell=cell,
        zone=derived.zone_of_row[rows],
        value=value,
        line=line,
        supplier=supplier,
        held=held,
        firms=firms,
        concentration=concentration(cell[line], supplier, held, cells),
        concentration_most=concentration(cell[line], np.minimum(supplier, firms), held, cells),
    )


def measures_of_suppliers(purchases: Purchases, zones: int) -> dict[str, Ratio]:
    """Return how many suppliers stand behind a mean euro of purchases, by zone of performance."""
    own, cell = purchases.concentration, purchases.cell
    return shares_by_zone(
        purchases.zone,
        purchases.value,
        {
            "largest_supplier_share": own.largest[cell],
            "single_supplier": (own.suppliers[cell] == 1).astype(np.float64),
            "buyer_hhi": own.hhi[cell],
            "buyer_hhi_most": purchases.concentration_most.hhi[cell],
            "effective_suppliers": own.effective[cell],
        },
        zones,
    )


def measures_of_place(world: TerritoryModel, purchases: Purchases) -> dict[str, Ratio]:
    """Return what is bought from firms of the territory, and what of it they perform themselves.

    A trader performs its margin: the good that it passes on comes from elsewhere.
    """
    contracts, zones = world.state.contracts, len(world.territory.zones.keys)
    rows = np.flatnonzero((contracts.holder >= 0) & (contracts.volume_eur > 0))
    made = contracts.output_share[rows][purchases.line]
    count, held = len(purchases.value), purchases.held * purchases.inside
    part = np.bincount(purchases.line, weights=held, minlength=count)
    performed = np.bincount(purchases.line, weights=held * made, minlength=count)
    return shares_by_zone(
        purchases.zone,
        purchases.value,
        {
            "contracts_held_here": part / purchases.value,
            "contracts_performed_here": performed / purchases.value,
        },
        zones,
    )


def measures_of_renewal(world: TerritoryModel) -> dict[str, Ratio]:
    """Return the share of yearly volume that comes back to competition within a year."""
    contracts = world.state.contracts
    rows = np.flatnonzero(contracts.volume_eur > 0)
    soon = contracts.months_left[rows] < MONTHS_AHEAD
    return shares_by_zone(
        world.setting.derived.zone_of_row[rows],
        yearly_volume(world)[rows],
        {"renewed_within_year": soon.astype(np.float64)},
        len(world.territory.zones.keys),
    )
