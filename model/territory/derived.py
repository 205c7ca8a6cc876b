"""Columns that follow from a territory and that every month reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.procurement.category_columns import CategoryColumns
from model.procurement.duties import LegalGroups
from model.procurement.forms import run_by_buyer
from model.procurement.programme import BuyerColumns
from model.state import PARTS
from model.territory.buyers import BUYER_KINDS
from model.territory.territory import Territory

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DerivedColumns:
    """See the fields' names; rows of the lot book are part × needs + need."""

    buyer_of_row: Ints
    zone_of_row: Ints
    category_of_row: Ints
    categories: CategoryColumns
    buyer_columns: BuyerColumns
    has_structure: NDArray[np.bool_]
    has_ess: NDArray[np.bool_]


def derive_columns(territory: Territory) -> DerivedColumns:
    """Compute them once for a model."""
    needs, zones = territory.needs, len(territory.zones.keys)
    categories = CategoryColumns.of(territory)
    has_structure = territory.candidates.structures[:, 0] >= 0
    pair = needs.category.astype(np.int64) * zones + needs.zone
    eligible = categories.structure_supplied[needs.category] & has_structure[pair]
    count = len(territory.buyers.envelope_eur)
    # reserved shares are counted on what buyers put to competition themselves
    in_reach = run_by_buyer(needs.channel, needs.key, 0.0, 0)
    volume = needs.annual_volume_eur * in_reach
    total = np.bincount(needs.buyer, weights=volume, minlength=count)
    reservable = np.bincount(needs.buyer, weights=volume * eligible, minlength=count)
    ratio = np.divide(total, reservable, out=np.zeros(count), where=reservable > 0)
    kind = np.asarray(territory.buyers.kind)
    municipal = [BUYER_KINDS.index(k) for k in ("commune", "epci")]
    return DerivedColumns(
        buyer_of_row=np.tile(needs.buyer, PARTS).astype(np.int32),
        zone_of_row=np.tile(needs.zone, PARTS).astype(np.int32),
        category_of_row=np.tile(needs.category, PARTS).astype(np.int32),
        categories=categories,
        buyer_columns=BuyerColumns(
            kind, LegalGroups.of(territory.buyers), np.isin(kind, municipal), ratio
        ),
        has_structure=has_structure,
        has_ess=_supplied_by(territory.firms.ess, territory.candidates.rows),
    )


def _supplied_by(kind: NDArray[np.bool_], rows: Ints) -> NDArray[np.bool_]:
    """Return where a candidate list (pairs, places) holds a firm of a kind (n,)."""
    return ((rows >= 0) & kind[rows]).any(axis=1)
