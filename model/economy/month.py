"""The economy of one month, step by step: orders, production, money, labour, demography."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.economy import abatement, births, demography, households, labour, money, production
from model.flows import MonthFlows
from model.ledger import Ledger
from model.procurement.contracts import ask_delivery, deliver_contracts, end_contracts_of
from model.procurement.costs import charge_levers, cost_levers
from model.procurement.notice import pull_of_announced
from model.procurement.practice import Practice
from model.procurement.volumes import monthly_ratio
from model.setting import Setting
from model.shocks import strike
from model.shocks.supplies import lack_of_slots, limit_by_stocks, restock, stock_slots_ahead
from model.state import State
from model.support.matchmaking import ask_found_suppliers
from model.support.month import pay_grants

Floats = NDArray[np.float64]


def order_inputs(setting: Setting, state: State, flows: MonthFlows) -> None:
    """Order inputs for expected sales and to restore inventories."""
    t = setting.territory
    flows.orders = production.place_orders(
        t.supply, state.firms, state.supply, t.order_smoothing_months
    )
    stock_slots_ahead(
        flows.shocks.supplies,
        t.supply,
        state.firms.expected_demand,
        flows.orders,
        setting.hypotheses["announced_stock_response"],
    )
    flows.link_orders = t.supply.of_links(flows.orders)
    moved = setting.hypotheses["matchmaking_moved_share"]
    ask_found_suppliers(t.supply, state.supply, flows.orders, flows.link_orders, moved)


def ask_firms(setting: Setting, state: State, practice: Practice, flows: MonthFlows) -> None:
    """Add up what each firm is asked: by firms, residents, buyers and outside clients."""
    t, n = setting.territory, len(setting.territory.firms)
    circulates = setting.switches.tenders
    h, seed = setting.hypotheses, setting.seed
    orders = monthly_ratio(t.needs, state.month, h, seed) if circulates else None
    factor = practice.affordable(state.public.volume_factor)
    flows.execution, by_buyers = ask_delivery(
        state.contracts, setting.derived.buyer_of_row, factor, n, orders
    )
    spends = setting.switches.households
    flows.consumption = (state.zones.cash if spends else t.demand.consumption_eur).copy()
    strike.set_aside(flows)
    flows.spent_in_zone = t.demand.spent_in_zones(flows.consumption)
    by_households = households.household_demand(t.firms, state.firms, flows.spent_in_zone)
    by_households = strike.fewer_for_the_same_money(by_households, flows.shocks, h)
    by_firms = t.supply.asked_of_suppliers(flows.link_orders, state.supply.supplier)
    from_outside = state.firms.outside_demand.copy()
    if flows.shocks.outside_demand is not None:
        from_outside *= flows.shocks.outside_demand
    from_outside = strike.fewer_for_the_same_money(from_outside, flows.shocks, h)
    if flows.support.demand is not None:
        from_outside += flows.support.demand * state.firms.alive
    flows.asked = (by_firms + by_households) + by_buyers
    flows.asked += from_outside
    flows.goods = production.GoodsFlows(
        demand_firms=by_firms,
        demand_households=by_households,
        demand_contracts=by_buyers,
        demand_outside=from_outside,
    )


def produce(setting: Setting, state: State, flows: MonthFlows) -> None:
    """Make what is asked, as far as capacity, staff and inputs allow."""
    t, firms, goods = setting.territory, state.firms, flows.goods
    limit = production.limits_of_inputs(t.supply, state.supply, len(t.firms))
    limit_by_stocks(flows.shocks.supplies, state, limit)
    effective = firms.fte + (firms.posts_fte - firms.lent_fte) * firms.alive
    on_clauses = firms.clause_fte + firms.borrowed_fte
    effective += setting.hypotheses["clause_productivity"] * on_clauses
    asked = flows.asked
    goods.output = production.produce(asked, firms, effective, limit, setting.switches.ample)
    goods.fill = goods.output / np.maximum(asked, 1e-300)
    # who is asked nothing makes nothing, and would deliver
    goods.fill += asked <= 0.0


def deliver(
    setting: Setting, state: State, practice: Practice, flows: MonthFlows, ledger: Ledger
) -> None:
    """Deliver inputs and contracts; adapt expectations to what was asked."""
    t, h, goods = setting.territory, setting.hypotheses, flows.goods
    struck = flows.shocks
    lack = lack_of_slots(struck.supplies)
    usual = None
    if lack is not None:
        usual = t.supply.of_clients(state.firms.expected_demand) * t.supply.slot_coefficient
    flows.stocked = restock(
        struck.supplies,
        state,
        goods.output,
        t.order_smoothing_months,
        h["announced_stock_response"],
    )
    goods.slot_local, goods.slot_outside = production.deliver_inputs(
        t.supply,
        state.supply,
        flows.orders,
        goods.fill,
        goods.output,
        h["substitution_months"],
        h["matchmaking_moved_share"],
        lack,
        usual,
    )
    deliver_contracts(
        state.contracts,
        state.firms,
        state.public,
        flows.execution,
        goods.fill,
        practice.payment_days() + h["acceptance_days"],
        h["trade_days"],
        ledger,
        terms=strike.terms_of_delivery(setting.derived, state.contracts, flows),
    )
    production.adapt_expectations(t.firms, state.firms, flows.asked, h["expectation_speed"])


def improve_firms(setting: Setting, state: State, flows: MonthFlows, ledger: Ledger) -> None:
    """Pay for what contracts ask for the environment; firms that face it invest."""
    t, h, firms = setting.territory, setting.hypotheses, state.firms
    paid = abatement.pay_what_contracts_ask(state.contracts, flows.execution, firms, ledger)
    asked = abatement.asked_of_firms(
        state.contracts, flows.execution, flows.tenders, flows.bids, flows.awards, len(t.firms), h
    )
    invested = abatement.abate(firms, t.firms.direct_kg_per_eur, asked, t.money_scale, h, ledger)
    flows.environment = abatement.EnvironmentFlows(on_contracts=paid, invested=invested)


def settle_money(
    setting: Setting, state: State, practice: Practice, flows: MonthFlows, ledger: Ledger
) -> None:
    """Pay suppliers, staff, State and owners, and for levers; fund buyers."""
    t, h, firms, public = setting.territory, setting.hypotheses, state.firms, state.public
    flows.local_inputs, flows.outside_inputs = money.settle_trade(
        t.supply,
        t.firms,
        firms,
        public,
        flows.goods,
        h["trade_days"],
        ledger,
        stocked=flows.stocked,
    )
    strike.pay_for_dearer_inputs(firms, flows, h, ledger)
    strike.call_back_credit(firms, flows, ledger)
    clause_cost = h["insertion_worker_cost_eur"] * t.money_scale
    flows.incomes = money.pay_costs(
        t.firms, firms, flows.goods.output, t.net_pay_share, clause_cost, ledger
    )
    pay_grants(state, flows.support, ledger)
    owed = state.contracts.advance_eur[flows.execution.active]
    advances = flows.execution.shared_out(owed, len(firms.cash))
    flows.incomes.owners, flows.incomes.dividends = money.pay_dividends(
        t.firms, firms, advances, t.dividends_to_residents, ledger
    )
    flows.lever_costs = cost_levers(
        practice, flows.tenders, len(t.needs), t.buyers, t.zones, h, t.money_scale
    )
    flows.lever_costs.add(flows.support)
    flows.lever_pay = charge_levers(flows.lever_costs, t.buyers, public, t.net_pay_share, ledger)
    grant = public.envelope_eur / 12.0
    if practice.envelope_cut is not None:
        cut = grant * practice.envelope_cut
        public.cut_year += cut
        grant -= cut
    public.buyer_cash += grant
    ledger.pay("state", "buyers", "envelopes", float(grant.sum()))


def labour_market(setting: Setting, state: State, flows: MonthFlows) -> None:
    """Separate, hire, and move people between work and the pools."""
    t, h, firms = setting.territory, setting.hypotheses, state.firms
    share = float(money.collected_share(h["trade_days"]))
    due = (firms.receivable_firms + firms.receivable_outside) * share
    due += flows.execution.due_from_buyers(len(firms.cash))
    owed = (firms.payable_firms + firms.payable_outside) * share
    flows.labour = labour.adjust_staff(
        t.firms,
        firms,
        state.zones,
        t.labour,
        setting.closure.labour,
        setting.closure.skills,
        labour.desired_own_fte(t.firms, firms, h["clause_productivity"]),
        firms.cash + due - owed,
        flows.insertion.exits_to_work,
        flows.insertion.exits_to_partners,
        setting.switches.ample,
    )


def pay_residents(setting: Setting, state: State, flows: MonthFlows, ledger: Ledger) -> None:
    """Add up residents' income and spend last month's."""
    t, h, zones = setting.territory, setting.hypotheses, state.zones
    short, long = (h[f"benefit_{pool}_eur"] * t.money_scale for pool in ("short", "long"))
    clause_cost = h["insertion_worker_cost_eur"] * t.money_scale
    flows.outside_insertion_eur = flows.insertion.outside_fte * clause_cost
    flows.benefits = short * zones.on_benefit() + long * zones.long
    income = households.pay_residents(
        t.firms,
        zones,
        flows.incomes,
        t.net_pay_share,
        t.saving_rate,
        flows.outside_insertion_eur,
        setting.closure.transfers_eur,
        short,
        long,
        ledger,
    )
    income += flows.lever_pay
    flows.household_income = income
    bought = flows.goods.demand_households * flows.goods.fill
    # what they pay more for the same goods is part of what they spend
    bought *= strike.price_to_clients(flows.shocks, h)
    households.spend(zones, flows.consumption, bought, income, ledger, set_aside=flows.set_aside)


def renew_firms(
    setting: Setting, state: State, practice: Practice, flows: MonthFlows, ledger: Ledger
) -> None:
    """Close and open firms, and renew links."""
    t, firms, month = setting.territory, state.firms, state.month
    rates = demography.demography_rates(setting.hypotheses)
    closed = strike.closing(firms, flows.shocks)
    if setting.switches.demography:
        flows.incomes.aid += demography.support_structures(t.firms, firms, rates, ledger)
        flows.failed, failing = demography.failing(t.firms, firms, rates, month)
        closed = np.union1d(closed, failing).astype(np.int32) if len(closed) else failing
    if len(closed):
        strike.lose_outside_clients(t, state, flows.shocks, setting.hypotheses)
        end_contracts_of(
            closed,
            state.contracts,
            setting.derived.buyer_of_row,
            firms,
            state.public,
            ledger,
        )
        demography.close_firms(closed, t, setting.closure.labour, state, ledger)
    opened = closed[:0]
    if setting.switches.demography:
        gap = unmet_share(setting, flows)
        announced = pull_of_announced(
            t,
            setting.derived.categories.profile.sector,
            state,
            practice,
            flows.goods.output,
            setting.hypotheses,
        )
        opened = births.open_firms(
            t, setting.closure.labour, rates, state, gap, announced, setting.seed, ledger
        )
        strike.stock_of_new_firms(state, flows.shocks, opened)
    if len(closed) or len(opened):
        demography.rebalance_markets(t.firms, firms, t.demand, state.shocks.outside_kept)
    flows.closed, flows.opened = closed, opened
    if setting.switches.links or len(closed):
        demography.renew_links(
            t.supply,
            t.firms,
            firms,
            state.supply,
            closed,
            rates,
            setting.seed,
            month,
            strike.links_that_leave(t.supply, state, flows.shocks, setting.seed),
            flows.shocks.leaving,
        )


def unmet_share(setting: Setting, flows: MonthFlows) -> Floats:
    """Return unmet over asked demand of each (zone, sector) group."""
    firms = setting.territory.firms
    groups = len(setting.territory.demand.household_share)
    asked = firms.sum_by_group(flows.asked, groups)
    unmet = firms.sum_by_group(flows.asked - flows.goods.output, groups)
    return np.divide(unmet, asked, out=np.zeros(groups), where=asked > 0)
