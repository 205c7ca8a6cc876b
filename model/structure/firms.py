"""What firms depend on: public buyers, suppliers near and far, a few large sellers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.flows import MonthFlows
from model.indicators.recording.firms import DEPENDENT_SHARE
from model.networks.supply import SupplyNetwork
from model.state import FirmState
from model.structure.concentration import Concentration, concentration
from model.structure.ratios import Ratio, shares_by_zone
from model.territory.territory import Firms

Floats = NDArray[np.float64]

MONTHS_A_YEAR = 12.0

LARGEST_FEW, LARGEST_MANY = 10, 100
"""Suppliers counted as the largest."""


def measures_of_dependence(
    columns: Firms, firms: FirmState, flows: MonthFlows, zones: int
) -> dict[str, Ratio]:
    """Return what firms sell to public buyers, by zone of the firm.

    Dependent firms are those of the indicator ``dependent_share``: active, with over a quarter of
    the month's sales to public buyers.
    """
    goods = flows.goods
    sold = goods.demand_contracts * goods.fill
    active = firms.expected_demand > 0.0
    dependent = active & (flows.traced[0] > DEPENDENT_SHARE)
    count, staff = active.astype(np.float64), firms.present_fte() * active
    part = dependent.astype(np.float64)

    def by_zone(values: Floats) -> Floats:
        return np.bincount(columns.zone, weights=values, minlength=zones)

    return {
        "public_sales_share": Ratio(by_zone(sold), by_zone(goods.output)),
        **shares_by_zone(columns.zone, count, {"dependent_firms": part}, zones),
        **shares_by_zone(columns.zone, staff, {"dependent_jobs": part}, zones),
    }


def measures_of_inputs(
    columns: Firms,
    firms: FirmState,
    network: SupplyNetwork,
    supplier: NDArray[np.intp],
    flows: MonthFlows,
    zones: int,
) -> dict[str, Ratio]:
    """Return where firms buy their inputs, and from how many suppliers, by zone of the client."""
    local, outside = flows.local_inputs, flows.outside_inputs

    def by_zone(values: Floats) -> Floats:
        return np.bincount(columns.zone, weights=values, minlength=zones)

    suppliers = suppliers_of_slots(network, supplier, firms.alive)
    client = network.slot_client
    found = (suppliers > 0) & (firms.expected_demand[client] > 0.0)
    number = suppliers.astype(np.float64)
    return {
        "inputs_bought_here": Ratio(by_zone(local), by_zone(local + outside)),
        **shares_by_zone(
            columns.zone[client],
            found.astype(np.float64),
            {"suppliers_per_input": number},
            zones,
        ),
    }


def suppliers_of_slots(
    network: SupplyNetwork, supplier: NDArray[np.intp], alive: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Return how many different living firms supply each input slot (slots,)."""
    links = np.flatnonzero((network.link_share > 0.0) & alive[supplier])
    firms = len(alive)
    pairs = np.unique(network.link_slot[links].astype(np.int64) * firms + supplier[links])
    return np.bincount(pairs // firms, minlength=network.slots)


def sales_between_firms(flows: MonthFlows) -> Floats:
    """Return what each firm sells to others of the territory (n,), the month × 12, EUR."""
    return MONTHS_A_YEAR * flows.goods.demand_firms * flows.goods.fill


def supply_by_sector(columns: Firms, sold: Floats, sectors: int) -> Concentration:
    """Tell how few firms sell to firms in each sector (S,)."""
    return concentration(columns.sector, np.arange(len(sold)), sold, sectors)


def measures_of_network(sold: Floats, by_sector: Concentration) -> dict[str, Ratio]:
    """Return how few firms stand behind sales between firms of the territory."""
    total = np.array([sold.sum()])
    squares = np.where(by_sector.value > 0.0, by_sector.hhi, 0.0)
    ordered = np.sort(sold)[::-1]
    return {
        "supply_hhi": Ratio(np.array([np.sum(by_sector.value * squares)]), total),
        "largest_few": Ratio(np.array([ordered[:LARGEST_FEW].sum()]), total),
        "largest_many": Ratio(np.array([ordered[:LARGEST_MANY].sum()]), total),
    }
