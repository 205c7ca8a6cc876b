"""Failures, births and the renewal of links (`model.md` 3.14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.economy.labour import (
    LabourRates,
    leave_work,
    post_heads,
)
from model.ledger import Ledger
from model.networks.supply import SupplyNetwork, draw_suppliers
from model.random_streams import exponential, mix, stream, to_uniform
from model.state import FirmState, PublicState, State, SupplyState, ZoneState
from model.support.filiere import MATCHMAKING
from model.support.matchmaking import find_suppliers
from model.territory.territory import FinalDemand, Firms, Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

NEVER = 32000
"""Month that no run reaches: end of a link that lasts, exit of a firm that does not close."""


@dataclass(frozen=True)
class DemographyRates:
    """Rates of a run.

    Attributes
    ----------
    exit_hazard
        Yearly, of small firms, for other reasons than cash.
    overdraft_months
        Overdraft before failure, months of sales.
    birth_chance
        Monthly, that a free row is taken.
    birth_fte, birth_cash_months
        Size of a new firm, and its opening cash in months of sales.
    link_half_life
        Months.
    productivity_spread, rent_sharing
        Log-spread of productivity of new firms, and elasticity of their pay to it.
    matchmaking_chance
        That a link redrawn by a helped client takes over purchases made outside.
    """

    exit_hazard: float
    overdraft_months: float
    birth_chance: float
    birth_fte: float
    birth_cash_months: float
    link_half_life: float
    productivity_spread: float
    rent_sharing: float
    matchmaking_chance: float


def demography_rates(h: Mapping[str, float]) -> DemographyRates:
    """Read the rates from the hypotheses of a run."""
    return DemographyRates(
        exit_hazard=h["exit_hazard"],
        overdraft_months=h["overdraft_months"],
        birth_chance=h["birth_chance"],
        birth_fte=h["birth_fte"],
        birth_cash_months=h["birth_cash_months"],
        link_half_life=h["link_half_life"],
        productivity_spread=h["productivity_spread"],
        rent_sharing=h["rent_sharing"],
        matchmaking_chance=h["matchmaking_chance"],
    )


def exit_months(
    columns: Firms, rows: Ints, key: NDArray[np.uint64], hazard: float, seed: int, month: int
) -> NDArray[np.int16]:
    """Draw once when each firm of ``rows`` will close for other reasons than cash.

    The hazard is yearly and constant; it spares firms of 50 FTE and more, and structures with
    agreed posts.
    """
    spared = (columns.fte[rows] >= 50.0) | (columns.posts_fte[rows] > 0.0)
    rate = -np.log1p(-hazard) / 12.0
    life = np.ceil(exponential(seed, "exit", key) / max(rate, 1e-12))
    return np.where(spared, NEVER, np.minimum(month + life, NEVER)).astype(np.int16)


def overdrawn_firms(firms: FirmState, rates: DemographyRates) -> Bools:
    """Return firms (n,) whose overdraft exceeds what a bank lends on their sales."""
    return firms.alive & (firms.cash < -rates.overdraft_months * firms.expected_demand)


def support_structures(
    columns: Firms, firms: FirmState, rates: DemographyRates, ledger: Ledger
) -> Floats:
    """Bring overdrawn structures back to no debt; return the State's support, EUR (n,).

    Agreed posts are an envelope of the State: funders keep the structure that holds them, or hand
    it over, rather than lose the posts.
    """
    held = overdrawn_firms(firms, rates) & (columns.posts_fte > 0.0)
    support = np.where(held, -firms.cash, 0.0)
    firms.cash += support
    ledger.pay("state", "firms", "support to structures", float(support.sum()))
    return support


def failing(
    columns: Firms, firms: FirmState, rates: DemographyRates, month: int
) -> tuple[Ints, Ints]:
    """Return the rows of firms that fail for lack of cash, and of all that stop this month.

    A firm of less than 250 FTE fails when its overdraft exceeds what a bank lends on its sales,
    and any firm under 50 FTE may close for other reasons.
    """
    fails = overdrawn_firms(firms, rates) & (columns.fte < 250.0)
    closes = firms.alive & (firms.exit_month <= month)
    known = columns.output_eur > 0
    stops = np.flatnonzero((fails | closes) & known)
    return np.flatnonzero(fails & known).astype(np.int32), stops.astype(np.int32)


def close_firms(
    rows: Ints, territory: Territory, labour: LabourRates, state: State, ledger: Ledger
) -> None:
    """Close firms: staff to the pools, cash to creditors, losses to suppliers, claims to estates.

    Contracts and links of the closed firms are dealt with by the callers that own them.
    """
    if len(rows) == 0:
        return
    columns, network = territory.firms, territory.supply
    firms, supply, public = state.firms, state.supply, state.public
    # claims pass to the estates first: a failed firm is not paid by those that fail with it
    public.liquidation_claims[0] += firms.receivable_firms[rows].sum()
    public.liquidation_claims[1] += firms.receivable_outside[rows].sum()
    firms.receivable_firms[rows] = 0.0
    firms.receivable_outside[rows] = 0.0
    cash = firms.cash[rows]
    owed = firms.payable_firms[rows] + firms.payable_outside[rows]
    paid = np.where(owed > 0, np.minimum(1.0, np.maximum(cash, 0.0) / np.maximum(owed, 1e-300)), 0)
    paid_firms = paid * firms.payable_firms[rows]
    paid_outside = paid * firms.payable_outside[rows]
    losses = firms.payable_firms[rows] - paid_firms
    _share_settlement(rows, paid_firms, losses, firms, network, supply, public, ledger)
    rest = cash - paid_firms - paid_outside
    ledger.pay("firms", "outside", "inputs from outside", float(paid_outside.sum()))
    # what is left goes to the estate; an overdraft is the bank's loss
    ledger.pay("firms", "liquidation", "cash of failed firms", float(np.maximum(rest, 0).sum()))
    ledger.pay("outside", "firms", "bank losses", float(-np.minimum(rest, 0).sum()))
    for column in (
        firms.cash,
        firms.payable_firms,
        firms.payable_outside,
        firms.household_weight,
        firms.outside_weight,
        firms.expected_demand,
        firms.capacity_eur,
        firms.clause_fte,
        firms.environmental_pull,
        firms.abatement,
        firms.lent_fte,
        firms.borrowed_fte,
        firms.cost_rise,
    ):
        column[rows] = 0.0
    for actions in (firms.support_pending, firms.support_effect):
        actions[:, rows] = 0.0
    slots, _ = slots_of(network, rows)
    supply.inventory[slots] = 0.0
    supply.diverted[slots] = 0.0
    state.shocks.supply_stock[:, rows] = 0.0
    _dismiss(rows, columns, firms, state.zones, labour)
    firms.alive[rows] = False


def slots_of(network: SupplyNetwork, clients: Ints) -> tuple[Ints, Ints]:
    """Return the slots of some clients, and the place in ``clients`` of each slot's owner."""
    first = np.searchsorted(network.slot_client, clients, side="left")
    counts = np.searchsorted(network.slot_client, clients, side="right") - first
    owner = np.repeat(np.arange(len(clients)), counts)
    before = np.cumsum(counts) - counts
    slots = np.arange(len(owner)) - before[owner] + first[owner]
    return slots.astype(np.int32), owner.astype(np.int32)


def _share_settlement(
    rows: Ints,
    paid: Floats,
    losses: Floats,
    firms: FirmState,
    network: SupplyNetwork,
    supply: SupplyState,
    public: PublicState,
    ledger: Ledger,
) -> None:
    """Bring creditors what failed firms pay and the loss of the rest, through their links.

    A supplier cannot lose more than it is owed: the excess is shared among all claims.
    """
    claims = paid + losses
    slots, slot_owner = slots_of(network, rows)
    counts = network.link_start[slots + 1] - network.link_start[slots]
    owner = np.repeat(slot_owner, counts)
    before = np.repeat(np.cumsum(counts) - counts, counts)
    links = np.arange(len(owner)) - before + np.repeat(network.link_start[slots], counts)
    weight = network.link_share[links] * network.slot_coefficient[network.link_slot[links]]
    total = np.bincount(owner, weights=weight, minlength=len(rows))
    wanted = weight / np.maximum(total[owner], 1e-300) * claims[owner]
    by_supplier = np.bincount(
        supply.supplier[links], weights=wanted, minlength=len(firms.receivable_firms)
    )
    settled = np.minimum(by_supplier, firms.receivable_firms)
    left = firms.receivable_firms - settled
    all_claims = float(left.sum() + public.liquidation_claims[0])
    excess = float(claims.sum() - settled.sum())
    spread = excess / all_claims if all_claims > 0 else 0.0
    settled = settled + left * spread
    estate = float(public.liquidation_claims[0]) * spread
    rate = float(paid.sum() / claims.sum()) if claims.sum() > 0 else 0.0
    firms.receivable_firms -= settled
    public.liquidation_claims[0] -= estate
    firms.cash += settled * rate
    firms.cash[rows] -= paid
    # failed firms' own claims on each other are settled with the others'
    ledger.pay("firms", "liquidation", "claims of failed firms", estate * rate)


def _dismiss(
    rows: Ints, columns: Firms, firms: FirmState, zones: ZoneState, rates: LabourRates
) -> None:
    """Send the staff of closed firms to the pools."""
    z = len(zones.short)
    heads = (
        np.bincount(columns.zone[rows], weights=firms.fte[rows], minlength=z) / rates.fte_per_head
    )
    leave_work(zones, rates, heads)
    firms.fte[rows] = 0.0
    if not firms.posts_fte[rows].any():
        return
    on_posts, siae = post_heads(columns.kind[rows], firms.posts_fte[rows], rates.fte_per_head)
    lost = np.bincount(columns.zone[rows], weights=on_posts, minlength=z)
    lost = np.minimum(lost, zones.posts)
    zones.posts -= lost
    zones.long += lost
    lost = np.bincount(columns.zone[rows], weights=on_posts * siae, minlength=z)
    zones.siae -= np.minimum(lost, zones.siae)
    firms.posts_fte[rows] = 0.0


def renew_links(
    network: SupplyNetwork,
    columns: Firms,
    firms: FirmState,
    supply: SupplyState,
    closed: Ints,
    rates: DemographyRates,
    seed: int,
    month: int,
    leaving: Bools | None = None,
    closing: Ints | None = None,
) -> int:
    """Redraw links that end this month or whose supplier just closed; return how many.

    So are those of ``leaving`` (links,): clients that leave a supplier who is known to close.
    Nobody chooses one of those, rows of ``closing``.

    The weight of a candidate is its room: what it can still make over its expected demand.
    """
    ends = supply.end_month <= month
    if len(closed):
        gone = np.zeros(len(columns), dtype=bool)
        gone[closed] = True
        ends |= gone.take(supply.supplier, mode="wrap")
    if leaving is not None:
        ends |= leaving
    links = _places_of_few(ends)
    if len(links) == 0:
        return 0
    slot = network.link_slot[links]
    client = network.slot_client[slot]
    position = links - network.link_start[slot]
    chooser = mix(
        mix(mix(firms.key[client], network.slot_sector[slot]), position), supply.draws[links]
    )
    capacity = np.maximum(firms.capacity_eur, 1e-300)
    room = np.maximum(1.02 - firms.expected_demand / capacity, 0.02) * firms.alive
    room *= firms.intact
    if closing is not None:
        room[closing] = 0.0
    found = draw_suppliers(
        network.supplier_table, network.slot_table[slot], client, chooser, room, firms.key, seed
    )
    lost = np.flatnonzero(found < 0)
    found[lost] = supply.supplier[links[lost]]
    supply.supplier[links] = found
    supply.draws[links] += 1
    supply.end_month[links] = month + link_lives(chooser, rates.link_half_life, seed)
    helped, chance = firms.support_effect[MATCHMAKING], rates.matchmaking_chance
    if len(supply.found) or helped.any():
        find_suppliers(network, supply, links, client, chooser, helped, chance, seed)
    return len(links)


def _places_of_few(chosen: Bools) -> NDArray[np.intp]:
    """Return what ``np.flatnonzero`` does, in half the time where few of many are chosen.

    Eight bools at once are one integer: only where it is not 0 are they looked at.
    """
    whole = len(chosen) // 8 * 8
    words = chosen[:whole].view(np.uint64)
    some = np.flatnonzero(words != 0)
    at = np.flatnonzero(words[some].view(np.bool_))
    return np.concatenate([some[at // 8] * 8 + at % 8, whole + np.flatnonzero(chosen[whole:])])


def link_lives(
    chooser: NDArray[np.uint64], half_life_months: float, seed: int
) -> NDArray[np.int16]:
    """Draw lives of links in whole months, at least 1, with the given half-life."""
    rate = np.log(2.0) / half_life_months
    life = -np.log(to_uniform(stream(seed, "link life", chooser))) / rate
    return np.minimum(np.ceil(life), 3000).astype(np.int16)


def rebalance_markets(
    columns: Firms, firms: FirmState, demand: FinalDemand, outside_kept: Floats
) -> None:
    """Share each group's household and outside demand among living firms by weight.

    Called when firms opened or closed; a group without a living firm leaks outside.
    ``outside_kept`` (groups,) is the part of outside demand that closures left.
    """
    firms.household_share[:] = market_shares(
        columns, firms.household_weight, demand.household_share
    )
    firms.outside_demand[:] = market_shares(
        columns, firms.outside_weight, demand.outside_demand_eur * outside_kept
    )


def market_shares(columns: Firms, weight: Floats, total: Floats) -> Floats:
    """Share each group's total (groups,) among its firms by weight (n,)."""
    summed = columns.sum_by_group(weight, len(total))
    factor = np.where(summed > 0, total / np.where(summed > 0, summed, 1.0), 0.0)
    return weight * columns.of_groups(factor)
