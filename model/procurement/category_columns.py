"""Attributes of the categories of purchase in use, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.procurement.environment import GreenCategories
from model.territory.territory import Territory
from model.territory.trade_profiles import CategoryProfiles, category_profiles

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class CategoryColumns:
    """Category attributes as columns (C,), of the categories in use.

    ``profile`` holds the means of producers of each category, wherever they are.
    """

    works: Bools
    traded: Bools
    labour_share: Floats
    profile: CategoryProfiles
    trade_sector: int
    structure_supplied: Bools
    ess_reservable: Bools
    green: GreenCategories

    @classmethod
    def of(cls, territory: Territory) -> CategoryColumns:
        """Turn the categories of a territory into columns."""
        categories, codes = territory.categories, territory.sectors.codes
        return cls(
            works=np.array([c.kind == "works" for c in categories]),
            traded=np.array([c.traded for c in categories]),
            labour_share=np.array([c.labour_share for c in categories]),
            profile=category_profiles(categories, territory.sectors, territory.money_scale),
            trade_sector=codes.index("GZ") if "GZ" in codes else -1,
            structure_supplied=np.array([c.siae_supplied for c in categories]),
            ess_reservable=np.array([c.ess_reservable for c in categories]),
            green=GreenCategories.of(categories),
        )
