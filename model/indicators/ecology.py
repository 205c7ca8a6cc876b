"""Footprint of purchases and emissions of the territory: two accounts, never added (`model.md` 6).

The footprint is that of the product, wherever it is made and whoever sells it; emissions are those
of the firms of the territory, whatever they sell and to whom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.flows import MonthFlows
from model.state import ContractState, FirmState
from model.territory.derived import DerivedColumns
from model.territory.territory import Territory

Floats = NDArray[np.float64]

KG_PER_TONNE = 1000.0


@dataclass(frozen=True)
class Footprint:
    """Of each contract in execution this month, tCO2e: ``total`` after what the holder and the
    clause cut, and ``cut_by_clause``."""

    total: Floats
    cut_by_clause: Floats


def footprint_of_contracts(
    territory: Territory,
    derived: DerivedColumns,
    contracts: ContractState,
    flows: MonthFlows,
    abatement: Floats,
) -> Footprint:
    """Return ``m v (f - e (1 - r (1 - a) (1 - cut)))`` for each active contract, and the cut.

    v is the volume at base prices, f the footprint of the product (its producing sector, never
    trade), e the direct part of it, r the maker's intensity over that of its sector (1 for traders
    and for what is bought outside), a its abatement, m the footprint of this product over the usual
    one (quality food, reused goods).
    """
    x = flows.execution
    rows = x.active
    category = derived.category_of_row[rows]
    product = derived.categories.profile.sector
    whole, direct = (
        (values[product] / KG_PER_TONNE)[category]
        for values in (territory.sectors.footprint_kg_per_eur, territory.sectors.direct_kg_per_eur)
    )
    own = direct * contracts.relative_intensity[rows]
    if abatement.any():
        maker = contracts.output_share[rows] >= 1.0
        who = x.performers
        cleaner = who.by_contract(np.append(abatement, 0.0)[who.firm] * who.share)
        own *= 1.0 - maker * cleaner
    made = x.delivered * contracts.product_footprint[rows]
    cut = made * own * contracts.environmental_cut[rows]
    total = made * (whole - direct + own) - cut
    return Footprint(total + x.bought_outside * whole, cut)


def direct_emissions(
    territory: Territory, contracts: ContractState, firms: FirmState, flows: MonthFlows
) -> Floats:
    """Return direct emissions of each firm this month, tCO2e (n,), less what clauses cut.

    Those of its sales to all clients; residents, farms and administrations are left out.
    """
    x, n = flows.execution, len(territory.firms)
    rows, who = x.active, x.performers
    cut = contracts.output_share[rows] * contracts.environmental_cut[rows]
    avoided = who.by_firm(x.delivered_by * who.each(cut), n)[:n]
    emitting = (flows.goods.output - avoided) * (1.0 - firms.abatement)
    return emitting * territory.firms.direct_kg_per_eur / KG_PER_TONNE
