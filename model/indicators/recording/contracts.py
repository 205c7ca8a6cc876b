"""Quantities of running contracts: what is executed, by whom, where the money goes next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.flows import MonthFlows
from model.indicators.ecology import footprint_of_contracts
from model.indicators.recording.cells import CellCodes, CellSums
from model.procurement.contracts import Execution
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
class Executed:
    """Running contracts of the month as columns (R,), and parts done inside the territory (P,).

    ``delivered_away`` and ``fte_away`` are what outside firms deliver, and their direct jobs.
    ``place`` is the contract of each part done inside, by its holder or by a partner; the columns
    under it are theirs: ``holder`` is a row of firms, ``part`` its part of the contract, ``output``
    what it makes itself, EUR at base prices, and ``pay``, ``local_inputs``, ``outside_inputs``,
    ``production_tax``, ``dividends`` what it spends of it.
    """

    cell: NDArray[np.intp]
    zone: Ints
    category: Ints
    price: Floats
    share: Floats
    delivered: Floats
    bought_outside: Floats
    delivered_away: Floats
    fte_away: Floats
    place: NDArray[np.intp]
    holder: NDArray[np.intp]
    part: Floats
    delivered_here: Floats
    output: Floats
    pay: Floats
    local_inputs: Floats
    outside_inputs: Floats
    production_tax: Floats
    dividends: Floats
    fte: Floats

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
    """Gather the columns of running contracts; a firm spends on each as on all it sells."""
    x, c = flows.execution, state.contracts
    rows, who = x.active, x.performers
    here = np.flatnonzero(who.firm < len(t.firms))
    place, holder = who.line[here], who.firm[here].astype(np.intp)
    delivered_here = x.delivered_by[here]
    category = d.category_of_row[rows]
    away, fte_away = _done_away(d, x, c.fte_per_eur[rows], category, len(t.firms))
    share = c.output_share[rows]
    output = delivered_here * share[place]
    made = flows.goods.output[holder]
    # a firm that makes nothing delivers nothing
    spent = np.divide(output, made, out=np.zeros_like(made), where=made > 0.0)
    incomes = flows.incomes
    return Executed(
        cell=codes.contract[rows],
        zone=d.zone_of_row[rows],
        category=category,
        price=c.price[rows],
        share=share,
        delivered=x.delivered,
        bought_outside=x.bought_outside,
        delivered_away=away,
        fte_away=fte_away,
        place=place,
        holder=holder,
        part=who.share[here],
        delivered_here=delivered_here,
        output=output,
        pay=spent * (incomes.wages[holder] + incomes.posts[holder]),
        local_inputs=spent * flows.local_inputs[holder],
        outside_inputs=spent * flows.outside_inputs[holder],
        production_tax=output * t.firms.production_tax[holder],
        dividends=spent * incomes.dividends[holder],
        fte=spent * staff[holder],
    )


def _done_away(
    d: DerivedColumns, x: Execution, fte_of_holder: Floats, category: Ints, firms: int
) -> tuple[Floats, Floats]:
    """Return what outside firms deliver of each contract, and their direct jobs on it (R,).

    An outside partner is like the mean producer of the country.
    """
    who, count = x.performers, len(x.active)
    by = x.delivered_by * (who.firm >= firms)
    of_partners = np.bincount(who.partner_line, weights=by[count:], minlength=count)
    productivity = d.categories.profile.productivity_eur
    fte = by[:count] * fte_of_holder + of_partners / productivity[category]
    return by[:count] + of_partners, fte


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
    cell, volume = x.cell, x.volume
    paid = volume * x.price
    of_inside = cell[x.place]
    value = x.delivered_here * x.price[x.place]
    sums.add("executed_volume_eur", cell, volume)
    sums.add("executed_price_eur", cell, paid)
    sums.cells["lm3_r1_eur"] = sums.cells["executed_price_eur"]
    sums.add("lm3_r2_eur", of_inside, value)
    sums.add("contract_output_eur", of_inside, x.output)
    net_pay = t.net_pay_share * x.pay
    sums.add("lm3_r3_eur", of_inside, x.local_inputs + net_pay + x.dividends)
    footprint = footprint_of_contracts(t, d, state.contracts, flows, state.firms.abatement)
    sums.add("footprint_purchases_tco2e", cell, footprint.total)
    sums.add("footprint_cut_tco2e", cell, footprint.cut_by_clause)
    _add_performed(sums, t, x, value)
    _add_spending(sums, t, x, net_pay)
    rows, c = flows.execution.active, state.contracts
    sums.add("late_eur", cell, c.backlog_eur[rows])
    # what was late is served first
    in_time = flows.execution.delivered - (flows.execution.asked - flows.execution.ordered)
    sums.add("on_time_eur", cell, np.maximum(in_time, 0.0))
    addressable = flows.execution.ordered * c.in_reach[rows]
    sums.add("addressable_eur", cell, addressable)
    target = practice.of_lots("reserved_share", flows.execution.buyer, x.category)
    sums.add("reserved_target_eur", cell, addressable * target)
    to_ess = np.flatnonzero(c.reserved_ess[rows])
    sums.add("reserved_ess_eur", cell[to_ess], addressable[to_ess])
    reserved = np.flatnonzero(c.reserved[rows])
    sums.add("reserved_eur", cell[reserved], addressable[reserved])
    productivity = d.categories.profile.productivity_eur
    sums.add("outside_holder_fte", cell, x.fte_away + x.bought_outside / productivity[x.category])


def _add_performed(sums: CellSums, t: Territory, x: Executed, value: Floats) -> None:
    """Add what establishments of the place perform themselves, by number and by value.

    A trader performs its margin. A member of a grouping or a subcontractor counts for its part, in
    the place where it works.
    """
    performed = value * x.share[x.place]
    part = x.part * x.share[x.place]
    near = t.firms.zone[x.holder] == x.zone[x.place]
    of_inside, count = x.cell[x.place], len(x.cell)

    def mainly(parts: Floats) -> Floats:
        done = np.bincount(x.place, weights=parts, minlength=count)
        return (done >= MOST_OF_A_CONTRACT).astype(np.float64)

    sums.add("running_n", x.cell)
    sums.add("performed_territory_eur", of_inside, performed)
    sums.add("performed_territory_n", x.cell, mainly(part))
    sums.add("performed_epci_eur", of_inside, performed * near)
    sums.add("performed_epci_n", x.cell, mainly(part * near))


def _add_spending(sums: CellSums, t: Territory, x: Executed, net_pay: Floats) -> None:
    """Add what holders of the territory do with what they are paid (the rest is their margin)."""
    cell = x.cell[x.place]
    goods = x.delivered_here * (1.0 - x.share[x.place])
    sums.add("spent_net_pay_eur", cell, net_pay)
    sums.add("spent_taxes_eur", cell, x.production_tax + (x.pay - net_pay))
    sums.add("spent_local_inputs_eur", cell, x.local_inputs)
    sums.add("spent_outside_inputs_eur", cell, x.outside_inputs + goods)


def add_concentration(sums: CellSums, x: Executed, firms: int) -> None:
    """Add how few firms of the territory share its contracts, each category by itself.

    A euro of a contract weighs the share of its holder in what firms of the territory execute in
    the category: the mean over euros is the mean Herfindahl index Σ s² of categories, weighted by
    their volume (`facts.md` 4.9). Firms from outside have no identity and are left out.
    """
    names = [f"concentration_{part}_eur" for part in ("base", "squares", "top")]
    if len(x.place) == 0:
        sums.cells |= {name: np.zeros(sums.size) for name in names}
        return
    cell, delivered = x.cell[x.place], x.delivered_here
    category = x.category[x.place].astype(np.int64)
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
    """Add the month's contracts with an insertion clause, and their hours, due and executed."""
    cell = codes.contract[flows.insertion.contract]
    sums.add("clauses_running_n", cell)
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
    own = x.delivered_away * x.share * behind[holder_sector]
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
