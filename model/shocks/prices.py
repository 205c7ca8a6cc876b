"""What dearer inputs cost firms, their clients and bidders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.territory.national_accounts import load_national_accounts

if TYPE_CHECKING:
    from model.territory.territory import Territory

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PriceRise:
    """What a rise of input prices adds this month.

    Attributes
    ----------
    firms
        (n,), to the cost of a EUR of output of each firm.
    makers
        (C,), to that of a producer of each category from outside, with the inputs of its sector.
    goods
        (C,), share by which the price of the goods of each category rises.
    """

    firms: Floats
    makers: Floats
    goods: Floats


def price_rise(rises: Mapping[int, float], territory: Territory) -> PriceRise:
    """Return what rises of the prices of products (positions in the national accounts) add."""
    accounts = load_national_accounts()
    bought = accounts.technical_domestic + accounts.technical_imported
    by_sector = sum((rise * bought[place] for place, rise in rises.items()), np.zeros(len(bought)))
    of_model = by_sector[[accounts.index(code) for code in territory.sectors.codes]]
    columns = territory.firms
    products = [accounts.index(category.product_sector) for category in territory.categories]
    return PriceRise(
        firms=of_model[columns.sector] * columns.input_scale,
        makers=by_sector[products],
        goods=np.array([rises.get(place, 0.0) for place in products]),
    )


def dearer_bids(
    prices: PriceRise,
    category: NDArray[np.int32],
    own: Floats,
    trades_here: NDArray[np.bool_],
    trades_away: NDArray[np.bool_],
    usual_cost: Floats,
    margin: float,
) -> Floats:
    """Return what dearer inputs add to the cost of each bid, over the base price (T, places).

    Makers bear what their inputs cost more, traders that of the goods and, on their margin, their
    own. A joint bid bears what its lead does.

    Parameters
    ----------
    category
        (T,), category of each lot.
    own
        (T, places here), what it adds to the usual cost of each firm of the territory.
    trades_here, trades_away
        (T, places), whether each bidder, of the territory and from outside, passes goods on.
    usual_cost
        (C,), cost of a EUR of each category.
    """
    goods = prices.goods[category][:, None]
    made = (prices.makers / usual_cost)[category][:, None]
    here = np.where(trades_here, (1.0 - margin) * goods + margin * own, own)
    away = np.where(trades_away, (1.0 - margin) * goods, made)
    return np.concatenate([here, away], axis=1)
