"""What lots ask for the environment: clause, control, quality of food, reuse (`model.md` 4.8).

A criterion is not a clause, and a clause is not an execution: beside every rate stands what is
executed and checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.procurement.categories import Category
from model.procurement.levers import load_levers
from model.procurement.tenders import DIRECT
from model.random_streams import mix, stream, to_uniform

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

REUSE_CATEGORY = "waste_sorting"
"""Category whose suppliers, integration structures among them, sell reused goods."""


@dataclass(frozen=True)
class GreenCategories:
    """Attributes of categories (C,): ``food_share`` of food in the amount, whether reused goods can
    replace new ones, and ``reuse`` the position of the category that supplies them, -1 none."""

    food_share: Floats
    reusable: Bools
    reuse: int

    @classmethod
    def of(cls, categories: tuple[Category, ...]) -> GreenCategories:
        """Turn the categories of a territory into columns."""
        keys = [category.key for category in categories]
        return cls(
            food_share=np.array([category.food_share for category in categories]),
            reusable=np.array([category.reusable for category in categories]),
            reuse=keys.index(REUSE_CATEGORY) if REUSE_CATEGORY in keys else -1,
        )


@dataclass(frozen=True)
class GreenTerms:
    """Columns of ``Tenders`` of the same names (T,)."""

    supply_category: NDArray[np.int32]
    environmental_consideration: Bools
    environmental_clause: Bools
    environmental_checked: Bools
    environmental_stringency: Floats
    environmental_cut: Floats
    environmental_ask: Floats
    asked_cost: Floats
    product_footprint: Floats

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Return them by name."""
        return dict(vars(self))


def green_terms(
    value: Callable[[str], Floats],
    weight: Floats,
    category: NDArray[np.integer],
    procedure: NDArray[np.int8],
    first_call: Bools,
    key: NDArray[np.uint64],
    green: GreenCategories,
    condition: Bools,
    criterion_required: bool,
    h: Mapping[str, float],
    seed: int,
) -> GreenTerms:
    """Say what each lot asks for the environment.

    Parameters
    ----------
    value
        Gives the value in effect of a lever for each lot (T,).
    weight
        (T,), of the environmental criterion.
    key
        (T,), of the need and its renewal: a higher lever covers the same lots and more.
    condition
        (T,), lots with the execution condition that the law requires: a formal minimum.
    criterion_required
        Whether the law requires a criterion on the environment (L.2152-7).
    """
    current = {name: entry.current for name, entry in load_levers().items()}

    def chosen(purpose: str, share: Floats) -> Bools:
        return to_uniform(mix(stream(seed, purpose), key)) < share

    competed = procedure != DIRECT
    clause = competed & chosen("environmental clause", value("environmental_coverage"))
    checked = clause & chosen("environmental check", value("environmental_control"))
    stringency = np.where(clause, value("environmental_stringency"), 0.0)
    executed = np.where(
        checked, h["environmental_executed_checked"], h["environmental_executed_unchecked"]
    )
    cut = stringency * executed
    more_weight = np.maximum(weight - current["environmental_weight"], 0.0)
    more_clause = np.maximum(stringency - current["environmental_stringency"], 0.0)
    quality = value("quality_food") - current["quality_food"]
    quality = quality * green.food_share[category]
    usual = current["reused_goods"]
    more_reused = np.maximum(value("reused_goods") - usual, 0.0) / (1.0 - usual)
    # reused goods that nobody offered are replaced by new ones at the relaunch
    reused = green.reusable[category] & first_call & (green.reuse >= 0)
    reused &= chosen("reused goods", more_reused)
    footprint = 1.0 - h["quality_food_footprint_cut"] * quality
    footprint = footprint * np.where(reused, 1.0 - h["reused_footprint_cut"], 1.0)
    asked_cost = h["environmental_price_premium"] * cut + h["quality_food_premium"] * quality
    return GreenTerms(
        supply_category=np.where(reused, green.reuse, category).astype(np.int32),
        environmental_consideration=clause
        | condition
        | (competed & (weight > 0.0) & criterion_required),
        environmental_clause=clause,
        environmental_checked=checked,
        environmental_stringency=stringency,
        environmental_cut=cut,
        environmental_ask=more_weight + checked * more_clause,
        asked_cost=asked_cost,
        product_footprint=footprint,
    )
