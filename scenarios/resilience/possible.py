"""What a shock could take: its direct loss, spread where nobody adapts (Rose, `facts.md` 4.7).

The cascade is that of Leontief on the network of the opening: every input is essential, nothing is
replaced and no stock helps. It is a benchmark, not a forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.resilience.measures import mix_of
from scenarios.resilience.results import strike_month
from scenarios.resilience.watched import with_total
from scenarios.schema import Scenario

if TYPE_CHECKING:
    from model.shocks.plan import MonthShocks
    from model.territory.territory import Territory

Array = NDArray[np.float64]


def industry_mix(territory: Territory) -> Array:
    """Return jobs of each zone by group of sectors at the opening, as shares (Z, G)."""
    from model.indicators.breakdowns import sector_groups

    columns, zones = territory.firms, len(territory.zones.keys)
    groups, of_sector = sector_groups(territory.sectors.codes)
    cell = columns.zone.astype(np.intp) * len(groups) + np.array(of_sector)[columns.sector]
    fte = columns.fte + columns.posts_fte
    jobs = np.bincount(cell, weights=fte, minlength=zones * len(groups))
    return mix_of(jobs.reshape(zones, len(groups)))


def possible_losses(territory: Territory, shocks: Sequence[Scenario]) -> dict[str, Array]:
    """Return the share of output lost by zone, then of the territory, under each shock (Z + 1,).

    NaN for a shock that takes no output directly: a rise of prices, a freeze of payments, credit
    called back, fewer posts, a large site.
    """
    from model.hypotheses import HypothesisValues
    from model.networks.firm_network import territory_network
    from model.networks.systemic_risk import cascade
    from model.shocks.plan import ShockPlan

    network = None
    found: dict[str, Array] = {}
    output = territory.firms.output_eur
    total = with_total(territory.firms.sum_by_zone(output))
    for shock in shocks:
        found[shock.name] = np.full(len(total), np.nan)
        if shock.shocks.changes_nothing:
            continue
        plan = ShockPlan(shock.shocks, territory, HypothesisValues())
        direct = direct_loss(territory, plan.at(strike_month(shock)))
        if not direct.any():
            continue
        network = network or territory_network(territory)
        _, _, level = cascade(network, direct, "leontief")
        lost = territory.firms.sum_by_zone(output * (1.0 - level))
        found[shock.name] = with_total(lost) / total
    return found


def direct_loss(territory: Territory, struck: MonthShocks) -> Array:
    """Return the share of its output that each firm loses at once (n,)."""
    from model.economy.demography import market_shares

    columns, demand = territory.firms, territory.demand
    made = np.maximum(columns.output_eur, 1e-300)
    lost = np.zeros(len(columns))
    if struck.outside_demand is not None:
        outside = market_shares(columns, demand.outside_weight, demand.outside_demand_eur)
        lost += (1.0 - struck.outside_demand) * outside / made
    if struck.set_aside > 0.0:
        spent = demand.spent_in_zones(demand.consumption_eur)
        share = market_shares(columns, demand.household_weight, demand.household_share)
        lost += struck.set_aside * share * spent[columns.zone] / made
    if struck.envelope_cut is not None:
        lost += _public_sales(territory, struck.envelope_cut) / made
    if struck.capacity_left is not None:
        lost = np.maximum(lost, 1.0 - struck.capacity_left)
    for cut in struck.supplies:
        lost = np.maximum(lost, cut.lack * (cut.use > 0.0))
    lost[struck.closing] = 1.0
    return np.where(columns.output_eur > 0.0, np.clip(lost, 0.0, 1.0), 0.0)


def _public_sales(territory: Territory, share_of_buyer: Array) -> Array:
    """Return monthly sales under contracts of the opening times a share by buyer (n,), EUR."""
    needs, opening, n = territory.needs, territory.contracts, len(territory.firms)
    held = np.flatnonzero((opening.holder >= 0) & (opening.holder < n))
    monthly = needs.annual_volume_eur[held] / 12.0 * opening.output_share[held]
    weight = monthly * share_of_buyer[needs.buyer[held]]
    return np.bincount(opening.holder[held], weights=weight, minlength=n)
