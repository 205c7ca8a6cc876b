"""What purchases of a territory choices can reach: shared by the command line and the figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model import TerritoryModel
    from model.procurement.addressable import AddressablePurchases
    from model.territory.territory import Territory

YEARS = tuple(range(2027, 2037))
PARTS = ("renewed", "committed", "out_of_reach")
Grouping = Literal["category", "buyer-kind"]


@dataclass(frozen=True)
class ReachedPurchases:
    """Purchases by year and group, with what is conceded apart (EUR a year, by service)."""

    by: str
    keys: tuple[str, ...]
    labels_fr: tuple[str, ...]
    labels_en: tuple[str, ...]
    purchases: AddressablePurchases
    conceded_eur: dict[str, float]

    def amounts(self, part: str) -> NDArray[np.float64]:
        """Return one of ``PARTS`` (years, groups), EUR."""
        return getattr(self.purchases, f"{part}_eur")


def reached_purchases(world: TerritoryModel, by: str) -> ReachedPurchases:
    """Sort the purchases of a world of ``YEARS`` by category or ``buyer-kind``."""
    from model.procurement.addressable import addressable_purchases
    from model.procurement.concessions import concession_amounts

    found = world.territory
    keys, labels_fr, labels_en, group = _groups(found, by)
    purchases = addressable_purchases(
        found.needs, world.state, YEARS, group, len(keys), world.hypotheses, world.setting.seed
    )
    conceded = concession_amounts(found.zones.population, found.money_scale)
    return ReachedPurchases(
        by,
        keys,
        labels_fr,
        labels_en,
        purchases,
        {key: float(by_zone.sum()) for key, by_zone in conceded.items()},
    )


def _groups(
    territory: Territory, by: str
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], NDArray[np.integer]]:
    """Return keys and labels of the groups, and the group of each need."""
    from model.territory.buyers import BUYER_KINDS
    from viz.texts import text

    if by == "buyer-kind":
        french = tuple(text(f"kind_{kind}", "fr") for kind in BUYER_KINDS)
        english = tuple(text(f"kind_{kind}", "en") for kind in BUYER_KINDS)
        return BUYER_KINDS, french, english, territory.buyers.kind[territory.needs.buyer]
    return (
        tuple(c.key for c in territory.categories),
        tuple(c.label_fr for c in territory.categories),
        tuple(c.label_en for c in territory.categories),
        territory.needs.category,
    )
