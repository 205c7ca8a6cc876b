"""The opening state: stocks that make every month repeat the last at current practice.

Stocks are derived in the same floating-point expressions as the month uses (`model.md` 2.8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.economy import households, production
from model.economy.demography import NEVER, exit_months, link_lives, market_shares
from model.economy.labour import LabourRates, insertion_hires
from model.economy.money import DIVIDEND_SPEED
from model.procurement.adoption import opening_maturity, opening_schemes
from model.procurement.forms import run_by_buyer
from model.procurement.legal_calendar import rules_at
from model.procurement.performers import no_partners
from model.procurement.practice import current_practice
from model.procurement.volumes import framework_maximum
from model.random_streams import mix, normal
from model.state import (
    PARTS,
    ContractState,
    FirmState,
    PublicState,
    ShockState,
    State,
    SupplyState,
    ZoneState,
)
from model.support.filiere import SUPPORT_KINDS
from model.support.skills import LONGEST_TRAINING, Skills, opening_skills
from model.territory.derived import DerivedColumns
from model.territory.sectors import SKILL_FAMILIES
from model.territory.territory import Territory

Floats = NDArray[np.float64]

TERRITORY_SEED = 2014
"""Seed of what belongs to the territory and not to the run, such as opening cash."""


@dataclass(frozen=True)
class Closure:
    """What closes the accounts at the fixed point, given the hypotheses of the run.

    Attributes
    ----------
    transfers_eur
        (Z,), monthly income of residents that does not depend on the simulated economy: pensions,
        pay of public, farm and outside jobs, less what they save.
    labour
        Rates of the labour market that keep its pools constant.
    skills
        People by family of skills, as the opening employs them.
    """

    transfers_eur: Floats
    labour: LabourRates
    skills: Skills


def opening_state(
    territory: Territory, derived: DerivedColumns, h: Mapping[str, float]
) -> tuple[State, Closure]:
    """Return the opening state and the closure of a run."""
    firms = _firms(territory, h)
    supply = _supply(territory)
    contracts = _contracts(territory, derived, h)
    zones = _zones(territory)
    public = _public(territory, h)
    groups = len(territory.demand.outside_demand_eur)
    shocks = ShockState(np.zeros((0, len(territory.firms))), np.ones(groups))
    state = State(0, firms, supply, contracts, zones, public, shocks)
    return state, _close(territory, derived, state, h)


def _firms(territory: Territory, h: Mapping[str, float]) -> FirmState:
    f, demand = territory.firms, territory.demand
    n = len(f)
    days = h["cash_days_median"] * np.exp(
        h["cash_days_spread"] * normal(TERRITORY_SEED, "cash", f.key)
    )
    return FirmState(
        alive=f.output_eur > 0,
        generation=np.zeros(n, dtype=np.int16),
        exit_month=np.full(n, NEVER, dtype=np.int16),
        key=f.key.copy(),
        fte=f.fte.copy(),
        clause_fte=np.zeros(n),
        posts_fte=f.posts_fte.copy(),
        posts_agreed_fte=f.posts_fte.copy(),
        lent_fte=np.zeros(n),
        borrowed_fte=np.zeros(n),
        productivity_eur=f.productivity_eur.copy(),
        labour_cost_eur=f.labour_cost_eur.copy(),
        unit_cost=f.unit_cost.copy(),
        expected_demand=f.output_eur.copy(),
        capacity_eur=np.where(
            f.posts_fte > 0.0,
            f.output_eur * production.OVERTIME,
            f.output_eur / production.UTILISATION,
        ),
        cash=f.output_eur * days / 30.0,
        cash_target=np.zeros(n),
        receivable_firms=np.zeros(n),
        receivable_outside=np.zeros(n),
        payable_firms=np.zeros(n),
        payable_outside=np.zeros(n),
        household_weight=demand.household_weight.copy(),
        outside_weight=demand.outside_weight.copy(),
        household_share=market_shares(f, demand.household_weight, demand.household_share),
        outside_demand=market_shares(f, demand.outside_weight, demand.outside_demand_eur),
        visibility=f.visibility.copy(),
        experience=np.isin(np.arange(n), territory.contracts.holder).astype(np.float64),
        environmental_pull=np.zeros(n),
        abatement=np.zeros(n),
        support_pending=np.zeros((len(SUPPORT_KINDS), n)),
        support_effect=np.zeros((len(SUPPORT_KINDS), n)),
        intact=np.ones(n),
        cost_rise=np.zeros(n),
    )


def _supply(territory: Territory) -> SupplyState:
    network = territory.supply
    use = network.of_clients(territory.firms.output_eur)
    use *= network.slot_coefficient
    return SupplyState(
        inventory=use * network.slot_stock_months,
        diverted=np.zeros(network.slots),
        supplier=network.link_supplier.copy(),
        end_month=np.full(network.links, NEVER, dtype=np.int16),
        draws=np.zeros(network.links, dtype=np.int16),
        found=np.zeros(0, dtype=np.intp),
    )


def _contracts(
    territory: Territory, derived: DerivedColumns, h: Mapping[str, float]
) -> ContractState:
    needs, opening = territory.needs, territory.contracts
    rows = PARTS * len(needs.buyer)

    def parent[T: np.generic](values: NDArray[T], other: float) -> NDArray[T]:
        column = np.full(rows, other, dtype=values.dtype)
        column[: len(values)] = values
        return column

    volume = parent(np.asarray(needs.annual_volume_eur, dtype=np.float64), 0.0)
    months = opening_payment_days(territory, h)[derived.buyer_of_row] / 30.0
    maker = (opening.holder >= 0) & (opening.holder < len(territory.firms))
    maker &= opening.output_share >= 1.0
    intensity = np.ones(len(opening.holder))
    intensity[maker] = territory.firms.relative_intensity[opening.holder[maker]]
    partner, partner_share = no_partners(rows)
    return ContractState(
        holder=parent(opening.holder, -1),
        volume_eur=volume,
        price=np.ones(rows),
        months_left=parent(needs.months_left.astype(np.int16), 0),
        months_total=np.tile(needs.duration_months, PARTS).astype(np.int16),
        backlog_eur=np.zeros(rows),
        receivable_eur=volume / 12.0 * months,
        advance_eur=np.zeros(rows),
        retention_rate=np.zeros(rows),
        retained_eur=np.zeros(rows),
        output_share=parent(opening.output_share, 1.0),
        fte_per_eur=parent(opening.fte_per_eur, 0.0),
        clause_hours=np.zeros(rows),
        reserved=parent(opening.reserved, 0.0),
        reserved_ess=np.zeros(rows, dtype=bool),
        failures=np.zeros(rows, dtype=np.int16),
        renewal=np.zeros(rows, dtype=np.int16),
        volume_ratio=np.ones(rows),
        planned_ratio=np.ones(rows),
        ordered_eur=volume * parent(needs.duration_months - needs.months_left, 0) / 12.0,
        maximum_eur=parent(framework_maximum(needs.form, needs.value_eur, h), 0.0),
        in_reach=parent(run_by_buyer(needs.channel, needs.key, 0.0, TERRITORY_SEED), False),
        environmental_cut=np.zeros(rows),
        environmental_ask=np.zeros(rows),
        asked_cost=np.zeros(rows),
        product_footprint=np.ones(rows),
        relative_intensity=parent(intensity, 1.0),
        partner=partner,
        partner_share=partner_share,
        partner_receivable_eur=np.zeros_like(partner_share),
    )


def opening_payment_days(territory: Territory, h: Mapping[str, float]) -> Floats:
    """Return days from service to payment by buyer (B,) at current practice."""
    practice = current_practice(territory.buyers, rules_at(2024, 1).turnover_cap)
    return practice.payment_days() + h["acceptance_days"]


def _zones(territory: Territory) -> ZoneState:
    labour, zones = territory.labour, len(territory.labour.short_heads)
    return ZoneState(
        employed=labour.employed_heads.copy(),
        short=labour.short_heads.copy(),
        long=labour.long_heads.copy(),
        inactive=labour.inactive_heads.copy(),
        posts=labour.posts_heads.copy(),
        siae=labour.siae_heads.copy(),
        clause=np.zeros(zones),
        training=np.zeros((LONGEST_TRAINING, len(SKILL_FAMILIES), zones)),
        trained=np.zeros((len(SKILL_FAMILIES), zones)),
        cash=territory.demand.consumption_eur.copy(),
    )


def _public(territory: Territory, h: Mapping[str, float]) -> PublicState:
    n, z = len(territory.firms), len(territory.zones.keys)
    buyers = len(territory.buyers.envelope_eur)
    scheme = opening_schemes(territory.buyers, h["scheme_adopted_at_start"], TERRITORY_SEED)
    maturity = opening_maturity(territory.buyers, scheme, h, TERRITORY_SEED)
    return PublicState(
        buyer_cash=np.zeros(buyers),
        envelope_eur=np.array(territory.buyers.envelope_eur),
        volume_factor=np.ones(buyers),
        lever_cost_year=np.zeros(buyers),
        # the year before the opening used every credit
        spent_year=np.array(territory.buyers.envelope_eur),
        cut_year=np.zeros(buyers),
        liquidation_claims=np.zeros(2),
        accounts=np.zeros(4),
        tracer=np.zeros((2, n)),
        household_tracer=np.zeros(z),
        maturity=maturity,
        opening_maturity=maturity.copy(),
        scheme=scheme,
        supporting=np.zeros(len(SUPPORT_KINDS), dtype=bool),
    )


def _close(
    territory: Territory, derived: DerivedColumns, state: State, h: Mapping[str, float]
) -> Closure:
    """Set trade claims to their steady level; derive transfers, cash targets and pool rates."""
    t, f, s = territory, territory.firms, state.firms
    n, network = len(f), territory.supply
    orders = production.place_orders(network, s, state.supply, t.order_smoothing_months)
    by_firms = network.asked_of_suppliers(network.of_links(orders), state.supply.supplier)
    local = network.sum_by_client(
        orders * network.received_from_suppliers(np.ones(n), state.supply.supplier)
    )
    outside = network.sum_by_client(orders * network.slot_outside_share)
    outside += f.outside_input * f.output_eur
    rows = np.flatnonzero(state.contracts.holder >= 0)
    holder = state.contracts.holder[rows]
    monthly = state.contracts.volume_eur[rows] / 12.0
    share = state.contracts.output_share[rows]
    by_buyers = np.bincount(holder, weights=monthly, minlength=n + 1)[:n]
    goods = np.bincount(holder, weights=monthly * (1.0 - share), minlength=n + 1)[:n]
    by_households = households.household_demand(
        f, s, t.demand.spent_in_zones(t.demand.consumption_eur)
    )
    outside += goods
    months = h["trade_days"] / 30.0
    s.receivable_firms[:] = by_firms * months
    s.receivable_outside[:] = s.outside_demand * months
    s.payable_firms[:] = local * months
    s.payable_outside[:] = outside * months
    wages = f.labour_cost_eur * s.fte
    posts = (f.post_cost_eur - f.post_subsidy_eur) * f.posts_fte
    receipts = by_firms + by_households + by_buyers + s.outside_demand
    costs = local + outside + wages + posts + (f.production_tax + f.capital) * f.output_eur
    profit = receipts - costs
    # cash before dividends is cash + profit, of which the part above target × speed is the profit
    target = s.cash + profit - profit / DIVIDEND_SPEED
    np.divide(target, f.output_eur, out=s.cash_target, where=f.output_eur > 0)
    dividends = np.maximum(s.cash + profit - s.cash_target * f.output_eur, 0.0) * DIVIDEND_SPEED
    income = _endogenous_income(t, state, wages, dividends, h)
    return Closure(
        transfers_eur=t.demand.consumption_eur - income,
        labour=labour_rates(t, state.zones, h),
        skills=opening_skills(t, h),
    )


def _endogenous_income(
    territory: Territory,
    state: State,
    wages: Floats,
    dividends: Floats,
    h: Mapping[str, float],
) -> Floats:
    """Return monthly income of residents from the simulated economy (Z,), as the month does."""
    from model.economy.money import Incomes
    from model.ledger import Ledger

    t, f = territory, territory.firms
    kept = np.where(f.local_owned & t.dividends_to_residents, dividends, 0.0)
    posts = f.post_cost_eur * f.posts_fte
    aid = f.post_subsidy_eur * f.posts_fte
    incomes = Incomes(wages=wages, posts=posts, aid=aid, owners=dividends, dividends=kept)
    return households.pay_residents(
        f,
        state.zones,
        incomes,
        t.net_pay_share,
        t.saving_rate,
        np.zeros(len(t.zones.keys)),
        np.zeros(len(t.zones.keys)),
        h["benefit_short_eur"] * t.money_scale,
        h["benefit_long_eur"] * t.money_scale,
        Ledger(),
    )


def labour_rates(territory: Territory, zones: ZoneState, h: Mapping[str, float]) -> LabourRates:
    """Solve the pull of inactivity and the rate from short to long that keep pools constant.

    With E·σ leavers, of whom a share ι stops looking, and hires from pools H = E·σ less exits from
    insertion: inactivity is constant when it supplies ι·E·σ of H, which sets its pull; S gains
    (1-ι)·E·σ, loses its share of H and those who pass to L, a share of who is left; L is then
    constant too, since heads are conserved and everything else is.
    """
    t = territory
    rate, penalty, inactive = h["separation_rate"], h["long_term_penalty"], h["to_inactivity"]
    leavers = t.firms.sum_by_zone(t.firms.fte * rate) / h["fte_per_head"]
    workers = np.maximum(zones.employed.sum(axis=0), 1e-300)
    moves = zones.employed * (leavers / workers)
    leaving = moves[:-1].sum(axis=1)
    ready = h["insertion_exit_to_work"] * t.labour.siae_heads / h["insertion_post_months"]
    from_pools = np.maximum(
        leaving - insertion_hires(moves, t.labour.employed_heads * rate, ready), 1e-300
    )
    active = zones.short + penalty * zones.long
    drawn = np.minimum(inactive * leaving / from_pools, 0.9)
    pull = drawn / (1.0 - drawn) * active / np.maximum(zones.inactive, 1e-300)
    from_short = from_pools * (1.0 - drawn) * zones.short / np.maximum(active, 1e-300)
    gain = (1.0 - inactive) * leaving - from_short
    left = zones.short - from_short
    to_long = np.clip(np.divide(gain, left, out=np.zeros_like(gain), where=left > 0), 0.0, 1.0)
    return LabourRates(
        separation=rate,
        layoff=h["layoff_speed"],
        long_penalty=penalty,
        matching_elasticity=h["matching_elasticity"],
        to_inactivity=inactive,
        to_long=to_long,
        inactive_pull=pull,
        fte_per_head=h["fte_per_head"],
    )


def draw_lives(territory: Territory, state: State, h: Mapping[str, float], seed: int) -> None:
    """Draw when each opening link ends and each opening firm closes, from the state's month on."""
    rows = np.arange(len(territory.firms), dtype=np.int32)
    state.supply.end_month[:] = state.month + link_ends(territory, h["link_half_life"], seed)
    state.firms.exit_month[:] = exit_months(
        territory.firms, rows, state.firms.key, h["exit_hazard"], seed, state.month
    )


def link_ends(territory: Territory, half_life_months: float, seed: int) -> NDArray[np.int16]:
    """Draw the month in which each opening link ends (links,)."""
    network = territory.supply
    client = network.slot_client[network.link_slot]
    position = np.arange(network.links) - network.link_start[network.link_slot]
    sector = network.slot_sector[network.link_slot]
    key = mix(mix(territory.firms.key[client], sector), position)
    return link_lives(key, half_life_months, seed)
