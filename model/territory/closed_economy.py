"""A territory made from an input-output table alone, for the Leontief limit (`model.md` 7.3).

The table's economy stands in every zone, complete and without trade between zones: what happens in
one is a trial that the others do not feel, so one run makes many trials beside an undisturbed one.
Each sector is split into firms of one size; each firm buys each input of its sector from a few
firms of the supplying sector, its own choice, so partners differ from firm to firm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.networks.supply import TABLE_SIZE, SupplyNetwork
from model.procurement.candidates import LIST_SIZE, STRUCTURES_SIZE, CandidateLists
from model.procurement.categories import load_categories
from model.procurement.needs import Needs
from model.random_streams import stream
from model.territory.buyers import Buyers
from model.territory.fixed_point import MOST_RADIUS, order_smoothing
from model.territory.input_output import InputOutput, household_closure, spectral_radius
from model.territory.territory import (
    FinalDemand,
    Firms,
    LabourMarket,
    OpeningContracts,
    Sectors,
    Territory,
)
from model.territory.zones import Zones

Floats = NDArray[np.float64]

SUPPLIERS_OF_A_SLOT = 3
"""Firms of a sector that one client buys an input from, where the sector has as many."""

STOCK_MONTHS = 1.5
"""Inventories, months of use: a month's production and room for a step in demand."""

COUNTABLE = 1e-100
"""Least coefficient or number of jobs that is not zero: doubles lose their digits far below."""

SEED = 2014


def closed_economy(io: InputOutput, split: int, *, zones: int, households: bool) -> Territory:
    """Return a territory whose every zone is the economy of the table.

    No buyer, no need; outside are imports and taxes, what a column lacks to its output, and all
    final demand that is not of households. Households spend wages, all of them and nothing else.

    Parameters
    ----------
    io
        A table without empty sector; money in its own unit takes the place of EUR, flows of a year
        that of monthly ones.
    split
        Firms in each sector of each zone.
    zones
        Copies of the economy.
    households
        Whether they count in the round of spending that the order rule must keep stable.

    Raises
    ------
    AncrageError
        If the rounds of spending do not die out.
    """
    count = len(io.sectors)
    a = np.where(io.technical > COUNTABLE, io.technical, 0.0)
    closed, without = household_closure(io)
    spending = np.zeros(count) if without else closed[:count, count]
    firms = _firms(io, split, zones)
    territory = Territory(
        name=f"closed economy of {count} sectors",
        zones=_zones(zones, float(firms.fte[: count * split].sum())),
        sectors=Sectors(
            codes=io.sectors,
            productivity_eur=firms.productivity_eur[: count * split : split].copy(),
            labour_share=io.compensation / io.output,
            unit_cost=firms.unit_cost[: count * split : split].copy(),
            chain_fte=np.zeros(count),
            tax_per_fte_eur=0.0,
            footprint_kg_per_eur=np.zeros(count),
            direct_kg_per_eur=np.zeros(count),
        ),
        categories=load_categories(),
        firms=firms,
        supply=_supply(a, firms, split, zones),
        demand=_final_demand(io, firms, spending, zones),
        labour=_labour(firms, zones),
        buyers=_no_buyers(),
        needs=_no_needs(),
        candidates=_no_candidates(zones),
        contracts=_no_contracts(),
        net_pay_share=1.0,
        saving_rate=0.0,
        dividends_to_residents=False,
        order_smoothing_months=1.0,
        spectral_radius=0.0,
    )
    rounds = a + np.outer(spending, io.compensation / io.output) if households else a
    radius = spectral_radius(rounds)
    return order_smoothing(
        territory,
        # close to what damps stocks fastest, by the eigenvalues of orders and stocks together
        4.5 / max(1.0 - radius, 1e-9),
        radius=radius,
        # ample capacity and a small step: no order meets its floor, and a linear rule that keeps
        # under 1 makes no cycle
        most=max(MOST_RADIUS, (1.0 + radius) / 2.0),
    )


def counted_jobs(io: InputOutput) -> NDArray[np.bool_]:
    """Return which sectors' FTE are jobs of the table (S,): wages without jobs need a stand-in."""
    return io.employment > COUNTABLE


def _firms(io: InputOutput, split: int, zones: int) -> Firms:
    count = len(io.sectors)

    def column(values: Floats) -> Floats:
        return np.tile(np.repeat(values, split), zones)

    n = count * split * zones
    # a sector that pays wages and counts no job has stand-in staff, left out of job multipliers
    fte = np.where(counted_jobs(io), io.employment, (io.compensation > 0).astype(np.float64))
    outside = 1.0 - io.technical.sum(axis=0) - io.value_added / io.output
    wages = io.compensation / io.output
    productivity = np.divide(io.output, fte, out=np.full(count, np.inf), where=fte > 0)
    cost = np.divide(io.compensation, fte, out=np.ones(count), where=fte > 0)
    sector = np.tile(np.repeat(np.arange(count), split), zones)
    zone = np.repeat(np.arange(zones), count * split)
    place = np.tile(np.arange(split), count * zones)
    output = column(io.output / split)
    zero, no = np.zeros(n), np.zeros(n, dtype=bool)
    return Firms(
        zone=zone.astype(np.int16),
        sector=sector.astype(np.int16),
        group=(zone * count + sector).astype(np.int32),
        key=stream(SEED, "firm of a closed economy", zone, sector, place),
        kind=np.zeros(n, dtype=np.int8),
        fte=column(fte / split),
        posts_fte=zero.copy(),
        usual_productivity_eur=column(productivity),
        labour_share=column(wages),
        usual_cost=column(io.technical.sum(axis=0) + outside + wages),
        productivity_eur=column(productivity),
        output_eur=output,
        labour_cost_eur=column(cost),
        post_cost_eur=zero.copy(),
        post_subsidy_eur=zero.copy(),
        input_scale=np.ones(n),
        outside_input=column(outside),
        outside_chain_fte=zero.copy(),
        production_tax=zero.copy(),
        capital=zero.copy(),
        unit_cost=column(io.technical.sum(axis=0) + outside + wages),
        owner_operated=no.copy(),
        local_owned=no.copy(),
        ess=no.copy(),
        enterprise_multiple=np.ones(n),
        enterprise_turnover_eur=output * 12.0,
        enterprise_class=np.zeros(n, dtype=np.int8),
        trades=np.full((n, 2), -1, dtype=np.int16),
        technical=zero.copy(),
        social=zero.copy(),
        environmental=zero.copy(),
        relative_intensity=np.ones(n),
        direct_kg_per_eur=zero.copy(),
        visibility=np.ones(n),
    )


def _supply(a: Floats, firms: Firms, split: int, zones: int) -> SupplyNetwork:
    """Link every client to ``SUPPLIERS_OF_A_SLOT`` firms of each input sector, in its zone.

    The client of place k buys from the places that follow k + an offset drawn for the pair of
    sectors, in unequal shares: each firm of a sector sells as much as any other.
    """
    count = len(a)
    inputs = [np.flatnonzero(a[:, s] > 0) for s in range(count)]
    per_firm = np.array([len(found) for found in inputs])
    slots_of_sector = per_firm[firms.sector]
    client = np.repeat(np.arange(len(firms), dtype=np.intp), slots_of_sector)
    first = np.cumsum(slots_of_sector) - slots_of_sector
    listed = np.concatenate([*inputs, np.zeros(0, dtype=np.int64)])
    start = np.cumsum(per_firm) - per_firm
    client_sector = firms.sector[client].astype(np.int64)
    rank = np.arange(len(client)) - first[client]
    sold = listed[start[client_sector] + rank]
    zone = firms.zone[client].astype(np.int64)

    links = min(split, SUPPLIERS_OF_A_SLOT)
    pair = stream(SEED, "partners", np.arange(count)[:, None], np.arange(count))
    choices = np.uint64(max(split - links, 1))
    offset: NDArray[np.int64] = np.mod(pair, choices).astype(np.int64) + 1
    place = client % split + offset[sold, client_sector]
    chosen = (place[:, None] + np.arange(links)) % split
    supplier = (zone * count + sold)[:, None] * split + chosen
    weight = np.arange(links, 0, -1.0)
    with_slots = np.flatnonzero(slots_of_sector > 0)
    nobody = np.broadcast_to(np.int32(-1), (zones * count, TABLE_SIZE))
    return SupplyNetwork(
        slots_of_firm=slots_of_sector.astype(np.intp),
        slot_client=client,
        slot_sector=sold.astype(np.int16),
        slot_coefficient=a[sold, client_sector],
        slot_stock_months=np.full(len(client), STOCK_MONTHS),
        slot_table=(zone * count + sold).astype(np.int32),
        slot_outside_share=np.zeros(len(client)),
        slot_outside_chain_fte=np.zeros(len(client)),
        link_start=(np.arange(len(client) + 1) * links).astype(np.int32),
        link_slot=np.repeat(np.arange(len(client), dtype=np.intp), links),
        link_share=np.tile(weight / weight.sum(), len(client)),
        link_supplier=supplier.ravel().astype(np.intp),
        supplier_table=nobody,
        client_first_slot=first[with_slots].astype(np.intp),
        client_with_slots=with_slots.astype(np.intp),
    )


def _final_demand(io: InputOutput, firms: Firms, spending: Floats, zones: int) -> FinalDemand:
    """Return what residents spend and, as demand from outside, the rest of each sector's output."""
    wages = float(io.compensation.sum())
    outside = io.output - (io.sales.sum(axis=1) + spending * wages)
    return FinalDemand(
        household_kernel=np.eye(zones),
        household_weight=firms.output_eur.copy(),
        household_share=np.tile(spending, zones),
        outside_weight=firms.output_eur.copy(),
        outside_demand_eur=np.tile(outside, zones),
        outside_accounts=np.zeros((len(io.sectors), 3)),
        consumption_eur=np.full(zones, wages),
        outside_chain_fte=0.0,
    )


def _labour(firms: Firms, zones: int) -> LabourMarket:
    """Return a market where everybody works in the zone of residence and nobody is out of work."""
    staff = np.bincount(firms.zone, weights=firms.fte, minlength=zones)
    employed = np.zeros((zones + 1, zones))
    np.fill_diagonal(employed, np.maximum(staff, 1.0))
    none = np.zeros(zones)
    return LabourMarket(
        employed_heads=employed,
        exogenous_heads=none.copy(),
        short_heads=none.copy(),
        long_heads=none.copy(),
        inactive_heads=none.copy(),
        posts_heads=none.copy(),
        siae_heads=none.copy(),
    )


def _zones(zones: int, staff_fte: float) -> Zones:
    names = tuple(f"copy {z + 1}" for z in range(zones))
    none = np.zeros(zones)
    people = np.full(zones, max(staff_fte, 1.0))
    commuting = np.eye(zones, zones + 1)
    return Zones(
        keys=names,
        names=names,
        lat=none.copy(),
        lon=none.copy(),
        population=people.copy(),
        labour_force_heads=people.copy(),
        employed_heads=people.copy(),
        unemployed_short_heads=none.copy(),
        unemployed_long_heads=none.copy(),
        commuting=commuting,
        incommuters_heads=none.copy(),
        jobs_public_fte=none.copy(),
        jobs_farm_fte=none.copy(),
        jobs_exogenous_fte=none.copy(),
        distance_km=np.zeros((zones, zones)),
        income_factor=np.ones(zones),
    )


def _no_buyers() -> Buyers:
    none = np.zeros(0)
    return Buyers(
        code=(),
        name=(),
        key=np.zeros(0, dtype=np.uint64),
        kind=np.zeros(0, dtype=np.int8),
        zone=np.zeros(0, dtype=np.int16),
        total_purchases_eur=none.copy(),
        spaser_duty=np.zeros(0, dtype=bool),
        contracting_entity=np.zeros(0, dtype=bool),
        envelope_eur=none.copy(),
        weight_start=np.zeros(1, dtype=np.int64),
        weight_zone=np.zeros(0, dtype=np.int16),
        weight=none.copy(),
    )


def _no_needs() -> Needs:
    short = np.zeros(0, dtype=np.int16)
    return Needs(
        key=np.zeros(0, dtype=np.uint64),
        buyer=np.zeros(0, dtype=np.int32),
        category=short.copy(),
        index=np.zeros(0, dtype=np.int32),
        zone=short.copy(),
        annual_volume_eur=np.zeros(0),
        duration_months=short.copy(),
        months_left=short.copy(),
        splittable=np.zeros(0, dtype=bool),
        form=np.zeros(0, dtype=np.int8),
        channel=np.zeros(0, dtype=np.int8),
        reconduction_months=short.copy(),
        revised=np.zeros(0, dtype=bool),
    )


def _no_candidates(zones: int) -> CandidateLists:
    pairs, nobody = len(load_categories()) * zones, np.int32(-1)
    return CandidateLists(
        rows=np.broadcast_to(nobody, (pairs, LIST_SIZE)),
        weight=np.broadcast_to(0.0, (pairs, LIST_SIZE)),
        structures=np.broadcast_to(nobody, (pairs, STRUCTURES_SIZE)),
        market_key=np.zeros(pairs, dtype=np.uint64),
        overdispersion=np.zeros(len(load_categories())),
    )


def _no_contracts() -> OpeningContracts:
    none = np.zeros(0)
    return OpeningContracts(
        np.zeros(0, dtype=np.int32), none.copy(), none.copy(), np.zeros(0, dtype=bool)
    )
