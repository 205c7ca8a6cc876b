"""Columns of firms from establishments and national coefficients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.economy.intensity import corrected_intensity
from model.economy.productivity import least_productivity
from model.random_streams import normal
from model.territory.establishments import TERRITORY_SEED, Establishments
from model.territory.input_output import embedded_input_output, multipliers
from model.territory.perimeter import national_final_demand
from model.territory.regional import by_sector
from model.territory.sector_coefficients import sector_coefficients
from model.territory.sectors import MODEL_SECTORS
from model.territory.tables import FIRST_INCLUSIVE_KIND, KINDS
from model.territory.territory import Firms, Sectors
from model.territory.trade_profiles import first_trades, trade_profiles

Floats = NDArray[np.float64]

NATIONAL_POPULATION = 66.1e6
"""Inhabitants of France in 2014, the year of the accounts (INSEE)."""


@dataclass(frozen=True)
class NationalColumns:
    """National coefficients of the base year over the model's sectors (S,).

    Attributes
    ----------
    a_domestic
        (S, S) EUR of domestic input per EUR of output; ``a_outside`` (S,) the inputs that no firm
        of a territory can sell: imports and products of farms and administrations.
    jobs
        FTE in the country.
    taxes, surplus
        EUR of taxes on products and of gross operating surplus per EUR of output.
    consumption_a_head_eur
        Monthly consumption of an inhabitant, imports included and imputed rents left out.
    household_shares
        Share of it bought from domestic producers of each sector.
    outside_accounts
        (S, 3) shares of private investment, visitors and exports in demand from outside.
    money_scale
        EUR per EUR of the data.
    """

    sectors: Sectors
    a_domestic: Floats
    a_outside: Floats
    jobs: Floats
    taxes: Floats
    surplus: Floats
    consumption_a_head_eur: float
    household_shares: Floats
    outside_accounts: Floats
    money_scale: float


def national_columns(h: Mapping[str, float], money_scale: float = 1.0) -> NationalColumns:
    """Compute national coefficients; amounts are multiplied by ``money_scale``."""
    c = sector_coefficients(h)
    demand = national_final_demand(h)
    place = [demand.sectors.index(code) for code in MODEL_SECTORS]
    price = h["nominal_price_factor"] * money_scale
    spent = demand.households.sum() + demand.households_imported.sum()
    monthly = spent * price / 12.0 / NATIONAL_POPULATION
    productivity = money_scale / c.fte_per_eur_month
    unit_cost = 1.0 - c.surplus_share * h["profit_share_of_surplus"]
    jobs = demand.firm_output[place] * h["nominal_price_factor"] / 12.0 * c.fte_per_eur_month
    share = c.taxes_on_products + c.surplus_share * h["tax_share_of_surplus"]
    tax = ((1.0 - h["net_pay_share"]) * c.labour_share + share) * productivity
    sectors = Sectors(
        codes=MODEL_SECTORS,
        productivity_eur=productivity,
        labour_share=c.labour_share,
        unit_cost=unit_cost,
        chain_fte=_chain_fte(h) / money_scale,
        tax_per_fte_eur=float((tax * jobs).sum() / jobs.sum()),
        footprint_kg_per_eur=c.footprint_kg_per_eur / money_scale,
        direct_kg_per_eur=c.direct_emissions_kg_per_eur / money_scale,
    )
    return NationalColumns(
        sectors=sectors,
        a_domestic=c.a_domestic,
        a_outside=c.a_domestic_other + c.a_imported,
        jobs=jobs,
        taxes=c.taxes_on_products,
        surplus=c.surplus_share,
        consumption_a_head_eur=float(monthly),
        household_shares=demand.households[place] / spent,
        outside_accounts=_outside_accounts(demand.private_investment[place], demand.exports[place]),
        money_scale=money_scale,
    )


def _chain_fte(h: Mapping[str, float]) -> Floats:
    """Return FTE-months in the country per EUR of output, type II, of the model's sectors (S,)."""
    table = multipliers(embedded_input_output())
    assert table.type2 is not None
    jobs = dict(zip(table.sectors, table.type2.employment, strict=True))
    heads = np.array([jobs[code] for code in MODEL_SECTORS])
    return heads / 1e6 * h["fte_per_head"] * 12.0 / h["nominal_price_factor"]


def _outside_accounts(investment: Floats, exports: Floats) -> Floats:
    """Return shares (S, 3) of investment, visitors and exports; exports where nothing is known."""
    invested = np.maximum(investment, 0.0)
    abroad = np.maximum(exports, 0.0)
    total = invested + abroad
    share = np.divide(invested, total, out=np.zeros_like(total), where=total > 0)
    visitors = by_sector("visitors_share", MODEL_SECTORS)
    rest = 1.0 - visitors
    return np.stack([rest * share, visitors, rest * (1.0 - share)], axis=1)


def firm_columns(
    e: Establishments,
    trades: NDArray[np.int16],
    supplies: NDArray[np.bool_],
    national: NationalColumns,
    h: Mapping[str, float],
) -> Firms:
    """Draw productivity, derive pay, costs and output of each establishment.

    π is the only drawn heterogeneity of costs within a trade: lognormal, cut so that every firm
    lives at base prices, and mean-corrected so that each sector's output for its FTE is the
    table's. Pay follows productivity with the elasticity ``rent_sharing``.

    Parameters
    ----------
    trades, supplies
        (n, 2) trades of ordinary firms, -1 none, and (n, C) categories of structures.
    """
    s, sectors = e.sector, national.sectors
    posts = np.where(e.fte > 0, e.insertion_posts_fte + e.users_fte, 0.0)
    own = np.maximum(e.fte - e.insertion_posts_fte, 0.05 * e.fte)
    profile = trade_profiles(s, own, first_trades(trades, supplies), national)
    usual, labour = profile.productivity_eur, profile.labour_share
    # whatever is not labour shrinks or grows together with what labour leaves
    rest = (1.0 - labour) / (1.0 - sectors.labour_share[s])
    profit = (national.surplus * h["profit_share_of_surplus"])[s] * rest
    usual_cost = 1.0 - profit
    spread, sharing = h["productivity_spread"], h["rent_sharing"]
    draw = np.exp(spread * normal(TERRITORY_SEED, "productivity", e.key) - spread**2 / 2)
    lowest = least_productivity(labour, usual_cost, sharing)
    relative = _corrected(np.maximum(draw, lowest), own * usual, s, lowest)
    productivity = usual * relative
    pay = labour * usual * relative**sharing
    other = usual_cost - labour
    # in structures, staff who supervise and people on posts make less than the trade's mean; they
    # bid at the trade's usual cost, and State aid makes up for the difference
    structure = e.kind >= FIRST_INCLUSIVE_KIND
    productivity = productivity * _by_kind(e, h, "productivity")
    unit_cost = np.where(structure, usual_cost, other + pay / productivity)
    output = productivity * (own + posts)
    post_cost = np.where(structure, h["insertion_worker_cost_eur"], 0.0) * national.money_scale
    turnover = output * 12.0 * e.enterprise_multiple
    turnover = np.where(sectors_is_trade(s), turnover / h["goods_margin"], turnover)
    taxes = (national.taxes + national.surplus * h["tax_share_of_surplus"])[s] * rest
    intensity = corrected_intensity(e.environmental, output, s, h["intensity_spread"])
    consumed = 1.0 - h["profit_share_of_surplus"] - h["tax_share_of_surplus"]
    return Firms(
        zone=e.zone,
        sector=e.sector,
        group=_group(e, len(sectors.codes)),
        key=e.key,
        kind=e.kind,
        fte=own,
        posts_fte=posts,
        usual_productivity_eur=usual,
        labour_share=labour,
        usual_cost=usual_cost,
        productivity_eur=productivity,
        output_eur=output,
        labour_cost_eur=pay,
        post_cost_eur=post_cost,
        post_subsidy_eur=_aid_to_posts(own, posts, output, pay, post_cost, other, profit),
        input_scale=rest,
        outside_input=np.zeros(len(s)),
        outside_chain_fte=np.zeros(len(s)),
        production_tax=taxes,
        capital=national.surplus[s] * consumed * rest,
        unit_cost=unit_cost,
        owner_operated=e.owner_operated,
        local_owned=e.local_owned,
        ess=e.kind != KINDS.index("ordinary"),
        enterprise_multiple=e.enterprise_multiple,
        enterprise_turnover_eur=turnover,
        enterprise_class=e.enterprise_class,
        trades=trades,
        technical=e.technical,
        social=e.social,
        environmental=e.environmental,
        relative_intensity=intensity,
        direct_kg_per_eur=intensity * sectors.direct_kg_per_eur[s],
        visibility=e.visibility,
    )


def _corrected(
    relative: Floats, weight: Floats, sector: NDArray[np.integer], lowest: Floats
) -> Floats:
    """Scale draws to a weighted mean of 1 in each sector, not below the lowest of each firm."""
    size = int(sector.max(initial=0)) + 1
    total = np.bincount(sector, weights=weight, minlength=size)
    mean = np.bincount(sector, weights=weight * relative, minlength=size)
    correction = np.divide(total, mean, out=np.ones_like(mean), where=mean > 0)
    return np.maximum(relative * correction[sector], lowest)


def sectors_is_trade(sector: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return whether each sector position is trade, whose output is only its margin."""
    return sector == MODEL_SECTORS.index("GZ")


def _group(e: Establishments, sectors: int) -> NDArray[np.int32]:
    return (e.zone.astype(np.int32) * sectors + e.sector).astype(np.int32)


def _by_kind(e: Establishments, h: Mapping[str, float], name: str) -> Floats:
    """Return a hypothesis by kind of structure for each row, 1 for ordinary employers."""
    values = [
        h[f"post_{name}_{kind.lower()}"] if i >= FIRST_INCLUSIVE_KIND else 1.0
        for i, kind in enumerate(KINDS)
    ]
    return np.array(values)[e.kind]


def _aid_to_posts(
    own: Floats,
    posts: Floats,
    output: Floats,
    pay: Floats,
    post_cost: Floats,
    other: Floats,
    usual_profit: Floats,
) -> Floats:
    """Return State aid per post-month that leaves a structure a tenth of the usual profit, EUR.

    Derived, not set: `docs/validation.md` compares it with published aid by kind.
    """
    cost = other * output + pay * own + post_cost * posts
    wanted = cost + 0.1 * usual_profit * output - output
    return np.divide(np.maximum(wanted, 0.0), posts, out=np.zeros_like(posts), where=posts > 0)
