"""New firms in free rows (`model.md` 3.14)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.economy.demography import DemographyRates, exit_months, slots_of
from model.economy.labour import LabourRates, hire_residents
from model.economy.production import UTILISATION
from model.economy.productivity import least_productivity, mean_productivity
from model.ledger import Ledger
from model.random_streams import exponential, mix, normal, uniform
from model.state import State
from model.territory.territory import Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

PULL_OF_UNMET_DEMAND = 4.0
"""How much unmet demand of a market raises the chance of births, per unit of its share."""


def open_firms(
    territory: Territory,
    labour: LabourRates,
    rates: DemographyRates,
    state: State,
    unmet_share: Floats,
    announced: Floats,
    seed: int,
    ledger: Ledger,
) -> Ints:
    """Open new firms in free rows; return their rows.

    A row keeps its zone, sector and trades; the new firm has its own generation, hence its own
    draws, productivity and size. Rows of structures with agreed posts are not taken.

    Parameters
    ----------
    unmet_share
        (Z × S,), unmet demand of each group over its demand: it draws births.
    announced
        (Z × S,), how much public purchases announced ahead raise births in each group.
    """
    columns, firms = territory.firms, state.firms
    may_open = ~firms.alive & (columns.output_eur > 0) & (columns.posts_fte == 0)
    free = np.flatnonzero(may_open).astype(np.int32)
    pull = 1.0 + PULL_OF_UNMET_DEMAND * unmet_share + announced
    chance = rates.birth_chance * pull[columns.group[free]]
    draw = uniform(seed, "birth", columns.key[free], firms.generation[free], state.month)
    rows = free[draw < chance]
    if len(rows) == 0:
        return rows
    firms.generation[rows] += 1
    key = mix(columns.key[rows], firms.generation[rows])
    firms.key[rows] = key
    _set_costs(territory, rates, state, rows, key, seed)
    size = np.minimum(rates.birth_fte, np.maximum(columns.fte[rows], 0.3))
    wanted = size * (0.5 + exponential(seed, "size of a new firm", key) / 2)
    fte = np.minimum(wanted, columns.fte[rows] * 1.5)
    firms.fte[rows] = fte
    output = fte * firms.productivity_eur[rows]
    firms.expected_demand[rows] = output
    firms.capacity_eur[rows] = output / UTILISATION
    share = np.minimum(fte / np.maximum(columns.fte[rows], 1e-300), 1.0)
    firms.household_weight[rows] = territory.demand.household_weight[rows] * share
    firms.outside_weight[rows] = territory.demand.outside_weight[rows] * share
    firms.experience[rows] = 0.0
    firms.alive[rows] = True
    firms.exit_month[rows] = exit_months(columns, rows, key, rates.exit_hazard, seed, state.month)
    state.public.tracer[:, rows] = 0.0
    _equip(territory, rates, state, rows, output, ledger)
    _recruit(territory, labour, state, rows, fte)
    return rows


def _set_costs(
    territory: Territory,
    rates: DemographyRates,
    state: State,
    rows: Ints,
    key: NDArray[np.uint64],
    seed: int,
) -> None:
    """Draw productivity as at build; pay follows it, and unit cost is derived."""
    columns, firms = territory.firms, state.firms
    labour, usual_cost = columns.labour_share[rows], columns.usual_cost[rows]
    spread, sharing = rates.productivity_spread, rates.rent_sharing
    least = least_productivity(labour, usual_cost, sharing)
    draw = np.exp(spread * normal(seed, "productivity of a new firm", key) - spread**2 / 2)
    relative = np.maximum(draw, least) / mean_productivity(least, spread)
    relative = np.maximum(relative, least)
    usual = columns.usual_productivity_eur[rows]
    firms.productivity_eur[rows] = usual * relative
    pay = labour * usual * relative**sharing
    firms.labour_cost_eur[rows] = pay
    firms.unit_cost[rows] = usual_cost - labour + pay / firms.productivity_eur[rows]


def _equip(
    territory: Territory,
    rates: DemographyRates,
    state: State,
    rows: Ints,
    output: Floats,
    ledger: Ledger,
) -> None:
    """Give new firms their equity; their first stock comes from outside and is billed to them."""
    network = territory.supply
    slots, owner = slots_of(network, rows)
    stock = network.slot_coefficient[slots] * network.slot_stock_months[slots] * output[owner]
    state.supply.inventory[slots] = stock
    state.firms.payable_outside[rows] += np.bincount(owner, weights=stock, minlength=len(rows))
    equity = rates.birth_cash_months * output
    state.firms.cash[rows] = equity
    state.firms.cash_target[rows] = rates.birth_cash_months
    ledger.pay("outside", "firms", "equity of new firms", float(equity.sum()))


def _recruit(
    territory: Territory, labour: LabourRates, state: State, rows: Ints, fte: Floats
) -> None:
    """Take the first staff of new firms where people usually commute from."""
    market, zone = territory.labour, territory.firms.zone
    z = len(market.short_heads)
    heads = np.bincount(zone[rows], weights=fte, minlength=z) / labour.fte_per_head
    hire_residents(state.zones, labour, market.origins * heads, np.zeros(z))
