"""Trades whose labour content is far from their sector's mean: cleaning, security, engineering…

The sector of a cleaning firm (administrative and support services) also rents cars and lends staff:
its mean says nothing of cleaning. Firms whose first trade has figures of its own take them; the
other firms of the sector bear the difference, so that the sector's output and pay for its staff
stay the table's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.procurement.categories import Category, load_categories
from model.territory.territory import Sectors

if TYPE_CHECKING:
    from model.territory.firm_columns import NationalColumns

Floats = NDArray[np.float64]

LEAST_OF_OTHERS = 0.5
"""Labour share that the other firms of a sector keep at least, over the sector's."""

MOST_OF_OTHERS = 2.5
"""Productivity that the other firms of a sector reach at most, over the sector's."""


@dataclass(frozen=True)
class TradeProfiles:
    """Means of each firm's trade (n,): EUR of output per FTE-month, labour per EUR of output."""

    productivity_eur: Floats
    labour_share: Floats


@dataclass(frozen=True)
class CategoryProfiles:
    """Means of a producer of each category (C,): as ``TradeProfiles``, and all costs per EUR.

    ``own`` tells categories with figures of their own from those that take their sector's.
    """

    sector: NDArray[np.int32]
    productivity_eur: Floats
    labour_share: Floats
    usual_cost: Floats
    own: NDArray[np.bool_]


def category_profiles(
    categories: tuple[Category, ...], sectors: Sectors, money_scale: float
) -> CategoryProfiles:
    """Return what a firm from anywhere needs to produce each category.

    Products of sectors without firms take the figures of trade.
    """
    place = {code: i for i, code in enumerate(sectors.codes)}
    other = place.get("GZ", -1)
    sector = np.array([place.get(c.product_sector, other) for c in categories], dtype=np.int32)
    given = np.array([c.direct_fte_per_meur or np.nan for c in categories])
    own = np.isfinite(given)
    productivity = np.where(
        own, money_scale * 1e6 / 12.0 / np.where(own, given, 1.0), sectors.productivity_eur[sector]
    )
    share = np.array([c.labour_share for c in categories])
    labour = np.where(own, share, sectors.labour_share[sector])
    rest = (1.0 - labour) / (1.0 - sectors.labour_share[sector])
    cost = 1.0 - (1.0 - sectors.unit_cost[sector]) * rest
    return CategoryProfiles(sector, productivity, labour, cost, own)


def first_trades(trades: NDArray[np.int16], supplies: NDArray[np.bool_]) -> NDArray[np.int16]:
    """Return the first category of each firm (n,), of structures the first they supply; -1 none."""
    structures = supplies.any(axis=1)
    return np.where(structures, np.argmax(supplies, axis=1), trades[:, 0]).astype(np.int16)


def trade_profiles(
    sector: NDArray[np.integer],
    fte: Floats,
    trade: NDArray[np.int16],
    national: NationalColumns,
) -> TradeProfiles:
    """Give each firm the means of its trade, and the rest of its sector the difference.

    Parameters
    ----------
    sector, fte, trade
        Columns of firms (n,).
    """
    sectors = national.sectors
    size = len(sectors.codes)
    of_category = category_profiles(load_categories(), sectors, national.money_scale)
    row = np.maximum(trade, 0)
    own = (trade >= 0) & of_category.own[row] & (of_category.sector[row] == sector)

    def total(values: Floats) -> Floats:
        return np.bincount(sector, weights=values, minlength=size)

    specific = np.where(own, of_category.productivity_eur[row], 0.0)
    pay = specific * np.where(own, of_category.labour_share[row], 0.0)
    left = total(np.where(own, 0.0, fte))
    output = sectors.productivity_eur * total(fte)
    others = np.divide(
        output - total(fte * specific),
        left * sectors.productivity_eur,
        out=np.ones(size),
        where=left > 0,
    )
    others = np.clip(others, 1.0 / MOST_OF_OTHERS, MOST_OF_OTHERS)
    made = others * sectors.productivity_eur * left
    paid = sectors.labour_share * output - total(fte * pay)
    labour = np.divide(paid, made, out=sectors.labour_share.copy(), where=made > 0)
    low, high = LEAST_OF_OTHERS * sectors.labour_share, 0.5 + 0.5 * sectors.labour_share
    labour = np.clip(labour, low, high)
    return TradeProfiles(
        productivity_eur=np.where(own, specific, (others * sectors.productivity_eur)[sector]),
        labour_share=np.where(own, of_category.labour_share[row], labour[sector]),
    )
