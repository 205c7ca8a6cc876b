"""Assemble a territory from its parts and put it at its exact fixed point (`model.md` 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from model.hypotheses import HypothesisValues
from model.networks.supply import SupplyNetwork, build_supply_network, supplier_tables
from model.procurement.candidates import build_candidate_lists
from model.procurement.categories import assign_trades, category_index, load_categories
from model.procurement.needs import Needs, build_needs
from model.random_streams import mix, purpose_key
from model.territory.buyers import build_buyers, load_communes
from model.territory.establishments import (
    TERRITORY_SEED,
    Establishments,
    build_establishments,
)
from model.territory.firm_columns import NationalColumns, firm_columns, national_columns
from model.territory.fixed_point import close_market, order_smoothing
from model.territory.opening_lots import award_opening_lots
from model.territory.regional import by_sector, regional_shares
from model.territory.tables import (
    FIRST_INCLUSIVE_KIND,
    SUPPLY_CATEGORIES,
    TerritoryTables,
)
from model.territory.territory import (
    FinalDemand,
    Firms,
    LabourMarket,
    OpeningContracts,
    Territory,
)
from model.territory.zones import Zones, build_zones

Floats = NDArray[np.float64]


def build_territory(
    name: str, tables: TerritoryTables, h: HypothesisValues, money_scale: float = 1.0
) -> Territory:
    """Build a territory: firms, links, households, buyers, lot book, and the fixed point.

    Parameters
    ----------
    name
        How the territory is called in records.
    tables
        What is known of its zones.
    h
        Hypotheses; those that act at build are read here.
    money_scale
        EUR per EUR of the data: every amount is multiplied by it, for the test of invariance.
    """
    establishments = build_establishments(tables, h)
    zones_n = len(tables.codes)
    by_zone = np.bincount(establishments.zone, weights=establishments.fte, minlength=zones_n)
    zones = build_zones(tables, by_zone, h)
    national = national_columns(h, money_scale)
    trades, supplies = _supplied_categories(establishments, h)
    firms = firm_columns(establishments, trades, supplies, national, h)
    supply, firms = _supply_network(firms, zones, national, h)
    demand = _final_demand(firms, zones, national, h)
    buyers = build_buyers(
        zones.keys,
        zones.population,
        load_communes() if name in EMBEDDED else None,
        h,
        TERRITORY_SEED,
        zone_lat=zones.lat,
        zone_lon=zones.lon,
        zone_names=zones.names,
        money_scale=money_scale,
    )
    needs = build_needs(buyers, h, TERRITORY_SEED, money_scale=money_scale)
    categories = load_categories()
    candidates = build_candidate_lists(
        trades,
        supplies,
        establishments.kind >= FIRST_INCLUSIVE_KIND,
        firms.zone,
        firms.fte + firms.posts_fte,
        firms.key,
        zones.distance_km,
        h["bid_reach_km"],
        h["bid_size_exponent"],
        np.array([c.bid_overdispersion for c in categories]),
        _pair_keys([c.key for c in categories], zones.keys),
        TERRITORY_SEED,
    )
    labour = _labour_market(firms, zones, h)
    draft = Territory(
        name=name,
        zones=zones,
        sectors=national.sectors,
        categories=categories,
        firms=firms,
        supply=supply,
        demand=demand,
        labour=labour,
        buyers=buyers,
        needs=needs,
        candidates=candidates,
        contracts=_no_contracts(needs),
        net_pay_share=h["net_pay_share"],
        saving_rate=h["saving_rate"],
        dividends_to_residents=True,
        order_smoothing_months=1.0,
        spectral_radius=0.0,
        money_scale=money_scale,
    )
    opened = replace(draft, contracts=award_opening_lots(draft, h))
    closed = close_market(opened)
    return order_smoothing(closed, h["order_smoothing_months"])


EMBEDDED = ("cote-opale", "dunkerque")
"""Territories whose tables are in the package."""


def _supplied_categories(
    establishments: Establishments, h: Mapping[str, float]
) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
    """Return trades of ordinary firms (n, 2) and categories of structures (n, C)."""
    from model.territory.sectors import MODEL_SECTORS

    trades = assign_trades(
        establishments.sector,
        establishments.kind,
        establishments.key,
        TERRITORY_SEED,
        sector_codes=MODEL_SECTORS,
        size_class=establishments.size_class,
        h=h,
    )
    supplies = np.zeros((len(establishments.key), len(load_categories())), dtype=bool)
    for bit, key in enumerate(SUPPLY_CATEGORIES):
        supplies[:, category_index()[key]] = (establishments.supplies >> bit) & 1
    return trades, supplies


def _supply_network(
    firms: Firms, zones: Zones, national: NationalColumns, h: Mapping[str, float]
) -> tuple[SupplyNetwork, Firms]:
    """Split domestic inputs between slots and one outside lump, and draw the links.

    Inputs whose local part is under a stated share of output go outside whole.
    """
    codes = national.sectors.codes
    fte = firms.fte + firms.posts_fte
    jobs = np.bincount(firms.sector, weights=fte, minlength=len(codes))
    share = regional_shares(jobs, national.jobs, h["regional_delta"], codes)
    local = national.a_domestic * share
    local[local < h["smallest_local_input"]] = 0.0
    # a slot holds the whole domestic input: its links carry the local share of it, the rest goes
    # outside, so that a lost supplier can be replaced from there
    lumped = np.where(local > 0, 0.0, national.a_domestic)
    chain = (lumped * national.sectors.chain_fte[:, None]).sum(axis=0)
    table = supplier_tables(
        firms.zone,
        firms.sector,
        firms.fte + firms.posts_fte,
        firms.key,
        zones.distance_km,
        by_sector("reach_km", codes),
        h["attachment_exponent"],
        _pair_keys(zones.keys, codes),
        TERRITORY_SEED,
    )
    active = np.where(firms.output_eur > 0, fte, 0.0)
    supply = build_supply_network(
        firms.sector,
        firms.zone,
        active,
        firms.key,
        np.where(local > 0, national.a_domestic, 0.0),
        share,
        table,
        by_sector("stock_months", codes),
        national.sectors.chain_fte,
        np.array([h["second_supplier"], h["third_supplier"]]),
        TERRITORY_SEED,
    )
    # inputs of a firm follow what labour leaves in its trade
    scale = firms.input_scale
    scaled = supply.slot_coefficient * supply.of_clients(scale)
    outside = (national.a_outside + lumped.sum(axis=0))[firms.sector] * scale
    return replace(supply, slot_coefficient=scaled), replace(
        firms, outside_input=outside, outside_chain_fte=chain[firms.sector] * scale
    )


def _final_demand(
    firms: Firms, zones: Zones, national: NationalColumns, h: Mapping[str, float]
) -> FinalDemand:
    """Return households' demand; outside demand is set by ``close_market``."""
    sectors, z = len(national.sectors.codes), len(zones.keys)
    consumption = zones.population * zones.income_factor * national.consumption_a_head_eur
    local = national.household_shares * by_sector("household_local_share", national.sectors.codes)
    shares = np.tile(local, z)
    weight = firms.output_eur
    present = np.bincount(firms.group, weights=weight, minlength=z * sectors) > 0
    near = np.exp(-zones.distance_km / h["shopping_reach_km"])
    mass = firms.sum_by_zone(weight)
    kernel = near * mass
    kernel /= kernel.sum(axis=1, keepdims=True)
    return FinalDemand(
        household_kernel=kernel,
        household_weight=weight.copy(),
        household_share=np.where(present, shares, 0.0),
        outside_weight=np.zeros(len(firms)),
        outside_demand_eur=np.zeros(z * sectors),
        outside_accounts=national.outside_accounts,
        consumption_eur=consumption,
        outside_chain_fte=float(
            ((national.household_shares - local) * national.sectors.chain_fte).sum()
            / (1.0 - local.sum())
        ),
    )


def _labour_market(firms: Firms, zones: Zones, h: Mapping[str, float]) -> LabourMarket:
    """Return who works where in the model's firms, at the fixed point (heads)."""
    from model.economy.labour import post_heads

    z = len(zones.keys)
    flows = np.vstack(
        [zones.employed_heads[:, None] * zones.commuting[:, :z], zones.incommuters_heads]
    )
    jobs = firms.sum_by_zone(firms.fte) / h["fte_per_head"]
    heads, integration = post_heads(firms.kind, firms.posts_fte, h["fte_per_head"])
    posts = firms.sum_by_zone(heads)
    siae = firms.sum_by_zone(heads * integration)
    employed = flows * (jobs / flows.sum(axis=0))
    return LabourMarket(
        employed_heads=employed,
        exogenous_heads=zones.employed_heads - employed[:-1].sum(axis=1) - posts,
        short_heads=zones.unemployed_short_heads.copy(),
        long_heads=zones.unemployed_long_heads.copy(),
        inactive_heads=h["available_inactive_share"] * zones.labour_force_heads,
        posts_heads=posts,
        siae_heads=siae,
    )


def _pair_keys(outer: Sequence[str], inner: Sequence[str]) -> NDArray[np.uint64]:
    """Return the key of each pair of names (outer × inner,), whatever their positions."""
    first = np.array([purpose_key(name) for name in outer], dtype=np.uint64)
    second = np.array([purpose_key(name) for name in inner], dtype=np.uint64)
    return mix(first[:, None], second[None, :]).ravel()


def _no_contracts(needs: Needs) -> OpeningContracts:
    n = len(needs.buyer)
    return OpeningContracts(
        np.full(n, -1, dtype=np.int32), np.ones(n), np.zeros(n), np.zeros(n, dtype=bool)
    )
