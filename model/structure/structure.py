"""The structure of a world as it stands: one value that holds all its measures."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError
from model.procurement.tenders import Tenders
from model.structure.concentration import Concentration
from model.structure.firms import (
    measures_of_dependence,
    measures_of_inputs,
    measures_of_network,
    sales_between_firms,
    supply_by_sector,
)
from model.structure.purchases import (
    Purchases,
    measures_of_place,
    measures_of_renewal,
    measures_of_suppliers,
    running_purchases,
    yearly_volume,
)
from model.structure.ratios import Ratios
from model.structure.redundancy import (
    Able,
    able_for_needs,
    measures_of_redundancy,
    next_calls,
)
from model.structure.register import load_measures

if TYPE_CHECKING:
    from model.territory_model import TerritoryModel

Places = NDArray[np.intp]

TERRITORY = "territory"
"""Key that stands for all zones together."""

FEW_ABLE = 3
"""Able firms under which a need can be critical."""

MOST_CRITICAL = 100
"""Critical needs told, the largest first."""


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """Value of a measure in a zone, or in the territory; NaN where there is nothing to measure.

    ``weight`` is what it is a share or a mean of (EUR a year, firms, needs): the territory is the
    mean of its zones by their weights.
    """

    measure: str
    zone: str
    value: float
    weight: float


@dataclass(frozen=True, slots=True)
class BuyerCategory:
    """Running contracts of one buyer in one category: EUR a year, and how few hold them."""

    buyer: str
    category: str
    value_eur: float
    suppliers: int
    hhi: float
    largest_share: float


@dataclass(frozen=True, slots=True)
class SectorSupply:
    """Sales of one sector to firms of the territory: EUR a year, and how few make them."""

    sector: str
    value_eur: float
    suppliers: int
    hhi: float
    largest_share: float


@dataclass(frozen=True, slots=True)
class CriticalNeed:
    """A lot larger than the mean that few firms of the territory could take.

    Attributes
    ----------
    buyer, category, zone
        Code of the buyer, keys of the category and of the zone of performance.
    need, lot
        Row of the need in the territory, the same in every run, and which of its lots.
    yearly_eur
        Volume a year at base prices.
    able_firms, able_near
        Firms of the territory able to take it, and those of its zone. The present holder counts if
        the lot fits beside all that it makes, as when it bids.
    largest_share
        Share of the first supplier in what the buyer has running in the category, 0 to 1; NaN if
        nothing runs.
    renewal
        ``YYYY-MM`` of the next call.
    central
        Whether a central body puts it to competition, within a larger market.
    """

    buyer: str
    category: str
    zone: str
    need: int
    lot: int
    yearly_eur: float
    able_firms: int
    able_near: int
    largest_share: float
    renewal: str
    central: bool


@dataclass(frozen=True)
class Structure:
    """What purchasing and supply look like in one month, ``YYYY-MM``.

    ``by_buyer_category`` and ``critical_needs`` are sorted by value, the largest first.
    """

    month: str
    measures: tuple[MeasureRow, ...]
    by_buyer_category: tuple[BuyerCategory, ...]
    by_sector: tuple[SectorSupply, ...]
    critical_needs: tuple[CriticalNeed, ...]

    def value(self, measure: str, zone: str = TERRITORY) -> float:
        """Return the value of a measure in a zone.

        Raises
        ------
        AncrageError
            No such measure, or not in this zone.
        """
        for row in self.measures:
            if (row.measure, row.zone) == (measure, zone):
                return row.value
        raise AncrageError(f"No measure '{measure}' of structure in '{zone}'.")

    def as_json(self) -> dict[str, Any]:
        """Return plain values, None where there is nothing to measure."""
        tables = {
            "measures": self.measures,
            "by_buyer_category": self.by_buyer_category,
            "by_sector": self.by_sector,
            "critical_needs": self.critical_needs,
        }
        plain: dict[str, Any] = {"month": self.month}
        for name, rows in tables.items():
            plain[name] = [{k: _plain(v) for k, v in asdict(row).items()} for row in rows]
        return plain


def _plain(value: object) -> object:
    return None if isinstance(value, float) and math.isnan(value) else value


def structure_of(world: TerritoryModel) -> Structure:
    """Measure the structure of a world as it stands; the world is left as it was.

    Contracts are volumes a year at base prices; what firms buy and sell is that of the last month.

    Raises
    ------
    AncrageError
        No month was simulated yet.
    """
    flows, territory, state = world.last_flows, world.territory, world.state
    if flows is None:
        raise AncrageError("The structure of a world is read after its first month: run one.")
    columns, zones = territory.firms, len(territory.zones.keys)
    purchases, tenders = running_purchases(world), next_calls(world)
    able = able_for_needs(world, tenders)
    sold = sales_between_firms(flows)
    by_sector = supply_by_sector(columns, sold, len(territory.sectors.codes))
    supplier = state.supply.supplier
    ratios = {
        **measures_of_suppliers(purchases, zones),
        **measures_of_renewal(world),
        **measures_of_redundancy(world, tenders, able),
        **measures_of_place(world, purchases),
        **measures_of_inputs(columns, state.firms, territory.supply, supplier, flows, zones),
        **measures_of_dependence(columns, state.firms, flows, zones),
        **measures_of_network(sold, by_sector),
    }
    return Structure(
        month=world.month_label(state.month),
        measures=_rows(ratios, territory.zones.keys),
        by_buyer_category=_buyer_categories(world, purchases),
        by_sector=_sectors(territory.sectors.codes, by_sector),
        critical_needs=_critical_needs(world, purchases, tenders, able),
    )


def _rows(ratios: Ratios, zones: tuple[str, ...]) -> tuple[MeasureRow, ...]:
    """Return the measures in the order of the register, zones first, then the territory."""
    found: list[MeasureRow] = []
    for key, entry in load_measures().items():
        ratio, scale = ratios[key], entry.scale
        if entry.by_zone:
            values, weights = (scale * ratio.values()).tolist(), ratio.bottom.tolist()
            for zone, value, weight in zip(zones, values, weights, strict=True):
                found.append(MeasureRow(key, zone, value, weight))
        weight = float(ratio.bottom.sum())
        found.append(MeasureRow(key, TERRITORY, scale * ratio.total(), weight))
    return tuple(found)


def _largest_first(found: Concentration) -> Places:
    """Return the cells that hold something, by value."""
    order = np.argsort(-found.value, kind="stable")
    return order[found.value[order] > 0.0]


def _buyer_categories(world: TerritoryModel, purchases: Purchases) -> tuple[BuyerCategory, ...]:
    found, territory = purchases.concentration, world.territory
    rows: list[BuyerCategory] = []
    for cell in _largest_first(found):
        buyer, category = divmod(int(cell), len(territory.categories))
        rows.append(
            BuyerCategory(
                territory.buyers.code[buyer], territory.categories[category].key, *_of(found, cell)
            )
        )
    return tuple(rows)


def _sectors(codes: tuple[str, ...], yearly: Concentration) -> tuple[SectorSupply, ...]:
    return tuple(
        SectorSupply(codes[int(cell)], *_of(yearly, cell)) for cell in _largest_first(yearly)
    )


def _of(found: Concentration, cell: np.intp) -> tuple[float, int, float, float]:
    """Return value, suppliers, index and largest share of one cell."""
    return (
        float(found.value[cell]),
        int(found.suppliers[cell]),
        float(found.hhi[cell]),
        float(found.largest[cell]),
    )


def _critical_needs(
    world: TerritoryModel, purchases: Purchases, tenders: Tenders, able: Able
) -> tuple[CriticalNeed, ...]:
    """Return needs larger than the mean with few able firms, the largest first."""
    territory, contracts = world.territory, world.state.contracts
    value = yearly_volume(world)[tenders.contract]
    if not len(value):
        return ()
    chosen = np.flatnonzero((able.everywhere < FEW_ABLE) & (value >= value.mean()))
    chosen = chosen[np.argsort(-value[chosen], kind="stable")][:MOST_CRITICAL]
    cell = tenders.buyer.astype(np.intp) * len(territory.categories) + tenders.category
    return tuple(
        CriticalNeed(
            buyer=territory.buyers.code[int(tenders.buyer[lot])],
            category=territory.categories[int(tenders.category[lot])].key,
            zone=territory.zones.keys[int(tenders.zone[lot])],
            need=int(tenders.need[lot]),
            lot=int(tenders.contract[lot]) // len(territory.needs) + 1,
            yearly_eur=float(value[lot]),
            able_firms=int(able.everywhere[lot]),
            able_near=int(able.near[lot]),
            largest_share=float(purchases.concentration.largest[cell[lot]]),
            renewal=world.month_label(
                world.state.month + int(contracts.months_left[tenders.contract[lot]])
            ),
            central=not bool(tenders.in_reach[lot]),
        )
        for lot in chosen
    )
