"""What the figures of the territory and of purchases read: tables of one world, made once.

A world of the Côte d'Opale takes about two seconds and 50 MB; the tables here are small and shared
by all visitors. Call `territory_views` in the background when a server starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from model.networks.neighbourhood import TradeTable, trade_table
from model.procurement.portfolio import Family, purchase_families
from viz.purchases import ReachedPurchases, reached_purchases


@dataclass(frozen=True)
class TerritoryViews:
    """Tables of one world of seed 1 at the end of its burn-in."""

    territory: str
    month: int
    families: tuple[Family, ...]
    by_category: ReachedPurchases
    by_buyer_kind: ReachedPurchases
    trade: TradeTable


@lru_cache(maxsize=4)
def territory_views(territory: str = "cote-opale") -> TerritoryViews:
    """Return the tables of an embedded territory."""
    from model import TerritoryModel

    world = TerritoryModel(territory)
    return TerritoryViews(
        territory,
        world.state.month,
        purchase_families(world),
        reached_purchases(world, "category"),
        reached_purchases(world, "buyer-kind"),
        trade_table(world),
    )
