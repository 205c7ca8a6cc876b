"""Quantities of running contracts: what is executed, by whom, where the money goes next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.flows import MonthFlows
from model.indicators.ecology import footprint_of_contracts
from model.indicators.recording.cells import CellCodes, CellSums
from model.procurement.practice import Practice
from model.state import State
from model.territory.derived import DerivedColumns
from model.territory.territory import Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

LARGEST_HOLDERS = 10
"""Holders counted as the largest."""

MOST_OF_A_CONTRACT = 0.5
"""Share of a contract done in a place from which it counts as performed there."""


@dataclass(frozen=True)
class Held:
    """Running contracts held inside the territory, as columns (H,); ``holder`` is a row of firms.

    ``output`` is what the holder itself makes, EUR at base prices, and ``pay``, ``local_inputs``,
    ``outside_inputs``, ``production_tax``, ``dividends`` what it spends of it; ``fte`` who works.
    """

    cell: NDArray[np.intp]
    zone: Ints
    category: Ints
    price: Floats
    share: Floats
    delivered: Floats
    holder: NDArray[np.intp]
    output: Floats
    pay: Floats
    local_inputs: Floats
    outside_inputs: Floats
    production_tax: Floats
    dividends: Floats
    fte: Floats


@dataclass(frozen=True)
class Executed:
    """Running contracts of the month as columns (R,), and those of ``inside`` holders apart."""

    rows: NDArray[np.intp]
    cell: NDArray[np.intp]
    zone: Ints
    category: Ints
    price: Floats
    share: Floats
    delivered: Floats
    bought_outside: Floats
    inside: Bools
    held: Held

    @property
    def volume(self) -> Floats:
        """What buyers got, from holders or elsewhere, EUR at base prices (R,)."""
        return self.delivered + self.bought_outside


def executed_contracts(
    t: Territory,
    d: DerivedColumns,
    codes: CellCodes,
    staff: Floats,
    state: State,
    flows: MonthFlows,
) -> Executed:
    """Gather the columns of running contracts; a holder spends on each as on all it sells."""
    x, c, incomes = flows.execution, state.contracts, flows.incomes
    rows = x.active.astype(np.intp)
    inside = x.holder < len(t.firms)
    place = np.flatnonzero(inside)
    cell, zone, category = codes.contract[rows], d.zone_of_row[rows], d.category_of_row[rows]
    price, share = c.price[rows], c.output_share[rows]
    holder = x.holder[place].astype(np.intp)
    delivered, own_share = x.delivered[place], share[place]
    output = delivered * own_share
    made = flows.goods.output[holder]
    # a firm that makes nothing delivers nothing
    part = np.divide(output, made, out=np.zeros_like(made), where=made > 0.0)
    held = Held(
        cell=cell[place],
        zone=zone[place],
        category=category[place],
        price=price[place],
        share=own_share,
        delivered=delivered,
        holder=holder,
        output=output,
        pay=part * (incomes.wages[holder] + incomes.posts[holder]),
        local_inputs=part * flows.local_inputs[holder],
        outside_inputs=part * flows.outside_inputs[holder],
        production_tax=output * t.firms.production_tax[holder],
        dividends=part * incomes.dividends[holder],
        fte=part * staff[holder],
    )
    return Executed(
        rows, cell, zone, category, price, share, x.delivered, x.bought_outside, inside, held
    )


def add_contracts(
    sums: CellSums,
    t: Territory,
    d: DerivedColumns,
    x: Executed,
    state: State,
    flows: MonthFlows,
    practice: Practice,
) -> None:
    """Add what is executed on contracts, by place of performance and kind of buyer."""
    cell, volume, held = x.cell, x.volume, x.held
    sums.add("executed_volume_eur", cell, volume)
    sums.cells["lm3_r1_eur"] = sums.add("executed_price_eur", cell, volume * x.price)
    sums.add("lm3_r2_eur", held.cell, held.delivered * held.price)
    sums.add("contract_output_eur", held.cell, held.output)
    footprint = footprint_of_contracts(t, d, state.contracts, flows, state.firms.abatement)
    sums.add("footprint_purchases_tco2e", cell, footprint.total)
    sums.add("footprint_cut_tco2e", cell, footprint.cut_by_clause)
    sums.add("running_n", cell)
    _add_performed(sums, t, held)
    _add_spending(sums, t, held)
    c = state.contracts
    addressable = np.where(c.in_reach[x.rows], flows.execution.ordered, 0.0)
    sums.add("addressable_eur", cell, addressable)
    target = practice.of_lots("reserved_share", flows.execution.buyer, x.category)
    sums.add("reserved_target_eur", cell, addressable * target)
    reserved = np.flatnonzero(c.reserved[x.rows])
    sums.add("reserved_eur", cell[reserved], addressable[reserved])
    outside = np.where(x.inside, 0.0, x.delivered * c.fte_per_eur[x.rows])
    productivity = d.categories.profile.productivity_eur
    sums.add("outside_holder_fte", cell, outside + x.bought_outside / productivity[x.category])


def _add_performed(sums: CellSums, t: Territory, x: Held) -> None:
    """Add what establishments of the place perform themselves, by number and by value.

    A trader performs its margin. Whoever does a part of a contract for its holder would be
    counted here, in the place where it works.
    """
    performed = x.output * x.price
    mainly = (x.share >= MOST_OF_A_CONTRACT).astype(np.float64)
    near = t.firms.zone[x.holder] == x.zone
    sums.add("performed_territory_eur", x.cell, performed)
    sums.add("performed_territory_n", x.cell, mainly)
    sums.add("performed_epci_eur", x.cell, performed * near)
    sums.add("performed_epci_n", x.cell, mainly * near)


def _add_spending(sums: CellSums, t: Territory, x: Held) -> None:
    """Add what holders of the territory do with what they are paid (the rest is their margin)."""
    net_pay = t.net_pay_share * x.pay
    goods = x.delivered - x.output
    pay = sums.add("spent_net_pay_eur", x.cell, net_pay)
    inputs = sums.add("spent_local_inputs_eur", x.cell, x.local_inputs)
    sums.cells["lm3_r3_eur"] = inputs + pay + np.bincount(x.cell, x.dividends, sums.size)
    sums.add("spent_taxes_eur", x.cell, x.production_tax + (x.pay - net_pay))
    sums.add("spent_outside_inputs_eur", x.cell, x.outside_inputs + goods)


def add_concentration(sums: CellSums, x: Held, firms: int) -> None:
    """Add how few firms of the territory share its contracts, each category by itself.

    A euro of a contract weighs the share of its holder in what firms of the territory execute in
    the category: the mean over euros is the mean Herfindahl index Σ s² of categories, weighted by
    their volume (`facts.md` 4.9). Firms from outside have no identity and are left out.
    """
    names = [f"concentration_{part}_eur" for part in ("base", "squares", "top")]
    if len(x.holder) == 0:
        sums.cells |= {name: np.zeros(sums.size) for name in names}
        return
    cell, delivered = x.cell, x.delivered
    category = x.category.astype(np.int64)
    _, market = np.unique(category * firms + x.holder, return_inverse=True)
    of_holder = np.bincount(market, weights=delivered)[market]
    of_category = np.bincount(category, weights=delivered)[category]
    share = np.divide(of_holder, of_category, out=np.zeros_like(of_holder), where=of_category > 0)
    held = np.bincount(x.holder, weights=delivered, minlength=firms)
    active = held[np.flatnonzero(held > 0.0)]
    few = len(active) <= LARGEST_HOLDERS
    least = 0.0 if few else np.partition(active, -LARGEST_HOLDERS)[-LARGEST_HOLDERS]
    largest = held >= least
    sums.add(names[0], cell, delivered)
    sums.add(names[1], cell, delivered * share)
    sums.add(names[2], cell, delivered * largest[x.holder])


def add_insertion(sums: CellSums, codes: CellCodes, flows: MonthFlows) -> None:
    """Add the insertion hours of the month's contracts, due and executed."""
    cell = codes.contract[flows.insertion.contract]
    sums.add("insertion_hours_due", cell, flows.insertion.due_each)
    sums.add("insertion_hours_executed", cell, flows.insertion.executed_each)


def add_lever_costs(sums: CellSums, t: Territory, codes: CellCodes, flows: MonthFlows) -> None:
    """Add what levers cost to buyers, by zone of their seat."""
    cell = codes.zone[t.buyers.zone] + codes.buyer
    sums.add("lever_cost_buyer_eur", cell, flows.lever_costs.buyers)


def chain_of_contracts(t: Territory, d: DerivedColumns, x: Executed) -> Floats:
    """Return jobs elsewhere behind contracts, direct ones of outside holders apart, FTE (Z,).

    Behind the output of an outside holder stand its suppliers and households; the goods that a
    trader passes on, from anywhere, bring all the jobs of their producer.
    """
    sectors, columns = t.sectors, d.categories
    product = columns.profile.sector[x.category]
    holder_sector = np.where(x.share < 1.0, columns.trade_sector, product)
    behind = sectors.chain_fte - 1.0 / sectors.productivity_eur
    own = np.where(x.inside, 0.0, x.delivered * x.share) * behind[holder_sector]
    goods = x.delivered * (1.0 - x.share) * sectors.chain_fte[product]
    chain = own + goods + x.bought_outside * behind[product]
    return np.bincount(x.zone, weights=chain, minlength=len(t.zones.keys))


@dataclass(frozen=True)
class SlotZones:
    """Zones whose firms have input slots, and the first slot of each: slots follow clients."""

    zones: int
    present: NDArray[np.intp]
    first: NDArray[np.intp]

    @classmethod
    def of(cls, t: Territory) -> SlotZones:
        """Find them in a territory."""
        zone = t.firms.zone[t.supply.slot_client]
        present, first = np.unique(zone, return_index=True)
        return cls(len(t.zones.keys), present.astype(np.intp), first)

    def sum_by_zone(self, values: Floats) -> Floats:
        """Add up a column of slots by the zone of their client (Z,)."""
        total = np.zeros(self.zones)
        if len(self.first):
            total[self.present] = np.add.reduceat(values, self.first)
        return total


def chain_of_purchases(t: Territory, slots: SlotZones, flows: MonthFlows) -> Floats:
    """Return jobs elsewhere behind inputs that firms and residents buy outside (Z,), FTE."""
    goods = flows.goods
    inputs = goods.slot_outside * t.supply.slot_outside_chain_fte
    lump = t.firms.outside_chain_fte * goods.output
    inside = t.firms.sum_by_zone(goods.demand_households * goods.fill)
    households = (flows.spent_in_zone - inside) * t.demand.outside_chain_fte
    return slots.sum_by_zone(inputs) + t.firms.sum_by_zone(lump) + households
