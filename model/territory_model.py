"""One simulated territory, one month at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, override

import mesa
import numpy as np
from numpy.typing import NDArray

from model.agents import AgentRoll, build_agents
from model.economy import demography, households, labour, money, production
from model.economy.switches import STATIONARY, Switches
from model.heap import keep_freed_memory
from model.hypotheses import HypothesisValues
from model.indicators.recorder import MonthFlows, Recorder
from model.indicators.tracing import trace_income, trace_sales
from model.ledger import ACCOUNTS, Ledger
from model.opening import draw_lives, opening_state
from model.procurement import contracts as contract_life
from model.procurement.award import Awards, award
from model.procurement.bids import Bids, collect_bids
from model.procurement.candidates import race_candidates
from model.procurement.costs import charge_levers
from model.procurement.insertion import InsertionFlows, execute_clauses
from model.procurement.legal_calendar import RulesInForce, rules_at
from model.procurement.levers import Levers
from model.procurement.plan import (
    informed_firms,
    liveliness,
    plan_tenders,
    split_due_needs,
)
from model.procurement.practice import Practice, practice_in_force
from model.procurement.tenders import Tenders
from model.territory import load_territory
from model.territory.buyers import BUYER_KINDS
from model.territory.derived import DerivedColumns, derive_columns
from model.territory.fixed_point import MOST_RADIUS, check_order_rule
from model.territory.territory import Territory

if TYPE_CHECKING:
    import pandas as pd

    from model.indicators.records import Records
    from model.networks.views import Networks

Floats = NDArray[np.float64]

FIRST_YEAR = 2024
BURN_IN_MONTHS = 36
"""January 2024 to December 2026, under current practice; scenarios start in January 2027."""

MOST_TRACING_ROUNDS = 200
"""Months of tracing after which the opening shares are taken as settled."""


class TerritoryModel(mesa.Model):
    """A territory whose buyers, firms and residents act month by month.

    Parameters
    ----------
    territory
        Name of an embedded territory or a built one.
    rng
        Seed of every draw of the run.
    levers
        What buyers do differently from current practice, from January 2027 on.
    hypotheses
        Values of the behavioural coefficients; central ones by default.
    switches
        Parts turned off in tests and limit cases.
    burn_in
        Run January 2024 to December 2026 under current practice first. Off, the run starts in
        January 2027 from the opening state.
    keep_awards
        Keep every lot put to competition, one row each, in ``awards``.
    verify
        Check every identity each month and raise ``IdentityError`` with the account that fails.
    """

    def __init__(
        self,
        territory: str | Territory = "cote-opale",
        *,
        rng: int = 1,
        levers: Levers | None = None,
        hypotheses: HypothesisValues | None = None,
        switches: Switches | None = None,
        burn_in: bool = True,
        verify: bool = False,
        keep_awards: bool = False,
    ) -> None:
        super().__init__(rng=rng)
        keep_freed_memory()
        self.seed_of_run = int(rng)
        self.territory = load_territory(territory) if isinstance(territory, str) else territory
        self.levers = levers or Levers()
        self.hypotheses = hypotheses or HypothesisValues()
        self.switches = switches or Switches()
        self.verify = verify
        check_order_rule(self.territory, most=1.0 if self.switches.ample else MOST_RADIUS)
        self.derived: DerivedColumns = derive_columns(self.territory)
        self.state, self.closure = opening_state(self.territory, self.derived, self.hypotheses)
        draw_lives(self.territory, self.state, self.hypotheses, self.seed_of_run)
        self.recorder = Recorder(self.territory, self.derived, self.hypotheses, keep_awards)
        self.last_flows: MonthFlows | None = None
        self.agent_roll = AgentRoll()
        self.state.month = 0
        if burn_in:
            self.run(BURN_IN_MONTHS)
        else:
            self._settle_tracer()
        self.state.month = BURN_IN_MONTHS
        self.recorder.clear()

    def _settle_tracer(self) -> None:
        """Bring the shares of sales traced to contracts to their fixed point.

        The opening state repeats itself with circulation off: months of a twin move nothing else.
        """
        twin = self.branch(Levers())
        twin.switches, twin.verify = replace(STATIONARY, ample=self.switches.ample), False
        own, settled = self.state.public, twin.state.public
        for _ in range(MOST_TRACING_ROUNDS):
            before = settled.tracer.copy()
            twin.step()
            if np.abs(settled.tracer - before).max(initial=0.0) < 1e-15:
                break
        own.tracer[:], own.household_tracer[:] = settled.tracer, settled.household_tracer

    def branch(self, levers: Levers) -> TerritoryModel:
        """Return a world that shares this one's past and follows other levers from now on."""
        twin = TerritoryModel.__new__(TerritoryModel)
        mesa.Model.__init__(twin, rng=self.seed_of_run)
        twin.seed_of_run = self.seed_of_run
        twin.territory, twin.derived, twin.closure = self.territory, self.derived, self.closure
        twin.hypotheses, twin.switches = self.hypotheses, self.switches
        twin.verify, twin.levers = self.verify, levers
        twin.state = self.state.copy()
        twin.recorder = Recorder(
            self.territory, self.derived, self.hypotheses, self.recorder.keeps_awards
        )
        twin.last_flows = self.last_flows
        twin.agent_roll = AgentRoll()
        return twin

    def run(self, months: int) -> TerritoryModel:
        """Simulate some months; return the model."""
        for _ in range(months):
            self.step()
        return self

    @override
    def step(self) -> None:
        """Simulate one month, in the order of `docs/odd.md`."""
        ledger = Ledger()
        before = self._stocks() if self.verify else {}
        flows = MonthFlows()

        rules, practice = self._calendar()
        tenders = self._plan(rules, practice, ledger)
        bids = self._collect_bids(tenders, rules)
        awards = self._award(tenders, bids, flows)
        self._start_contracts(tenders, bids, awards, flows, ledger)
        self._order_inputs(flows)
        self._ask(flows)
        self._produce(flows)
        self._deliver(practice, flows, ledger)
        flows.insertion = self._insert(practice, flows)
        self._settle_money(practice, flows, ledger)
        self._labour_market(flows)
        self._pay_households(flows, ledger)
        self._trace(flows)
        self._demography(flows, ledger)
        self._record(rules, practice, flows)
        self.last_flows = flows
        self._close_month(ledger)
        if self.verify:
            self._check(before, ledger)

    # --- The steps of the month -----------------------------------------------------------------

    def _calendar(self) -> tuple[RulesInForce, Practice]:
        """Read the law and the levers of the month; grant the year's volumes in January."""
        month = self.state.month
        rules = rules_at(FIRST_YEAR + month // 12, month % 12 + 1)
        practice = practice_in_force(self.levers, month - BURN_IN_MONTHS, rules, BUYER_KINDS)
        public = self.state.public
        if month % 12 == 0 and month > 0:
            public.volume_factor[:] = contract_life.yearly_volume_factor(
                self.territory.buyers.envelope_eur,
                public.lever_cost_year,
                self.state.contracts,
                self.derived.buyer_of_row,
                self.hypotheses["budget_response"],
            )
            public.lever_cost_year[:] = 0.0
        return rules, practice

    def _plan(self, rules: RulesInForce, practice: Practice, ledger: Ledger) -> Tenders:
        """Put to competition the needs that are due, in lots; settle lots that are merged."""
        t, d, h = self.territory, self.derived, self.hypotheses
        contracts = self.state.contracts
        if not self.switches.tenders:
            over = (contracts.months_left == 0) & (contracts.volume_eur > 0)
            contracts.months_left[over] = contracts.months_total[over]
        else:
            merged = split_due_needs(
                contracts,
                t.needs,
                practice.allotment,
                h["split_lot_target_eur"] * t.money_scale,
                self.seed_of_run,
            )
            contract_life.end_merged_lots(
                merged, d.buyer_of_row, contracts, self.state.firms, self.state.public, ledger
            )
        return plan_tenders(
            contracts,
            t.needs,
            d.buyer_columns,
            d.categories,
            d.has_structure,
            self.state.public.volume_factor,
            practice,
            rules,
            t.money_scale,
            h,
            self.seed_of_run,
        )

    def _collect_bids(self, tenders: Tenders, rules: RulesInForce) -> Bids:
        """Tell firms of each lot, near and far, and collect the bids of those that want it."""
        t, d, h, s = self.territory, self.derived, self.hypotheses, self.state
        informed = informed_firms(tenders, rules.publicity_threshold * t.money_scale, h)
        lively = liveliness(tenders, t.candidates.overdispersion, self.seed_of_run)
        pair = tenders.category.astype(np.int64) * len(t.zones.keys) + tenders.zone
        attraction = s.firms.visibility * s.firms.alive
        heard = race_candidates(
            t.candidates,
            pair,
            tenders.reserved,
            tenders.key,
            informed * lively,
            attraction,
            s.firms.key,
            t.firms.zone,
            t.zones.distance_km[tenders.zone],
            self.seed_of_run,
        )
        threshold = rules.waiver_threshold_other * t.money_scale
        return collect_bids(
            tenders,
            heard,
            t.firms,
            s.firms,
            t.sectors,
            d.categories,
            lively,
            threshold,
            h,
            self.seed_of_run,
        )

    def _award(self, tenders: Tenders, bids: Bids, flows: MonthFlows) -> Awards:
        """Give each lot to the best valid bid by its weights."""
        failures = self.state.contracts.failures[tenders.contract]
        awards = award(tenders, bids, failures)
        flows.tenders, flows.bids, flows.awards = tenders, bids, awards
        return awards

    def _start_contracts(
        self, tenders: Tenders, bids: Bids, awards: Awards, flows: MonthFlows, ledger: Ledger
    ) -> None:
        """Write the awards into the lot book."""
        if len(tenders):
            contract_life.start_contracts(
                tenders,
                bids,
                awards,
                self.state.contracts,
                self.state.firms,
                self.state.public,
                ledger,
            )

    def _order_inputs(self, flows: MonthFlows) -> None:
        """Order inputs for expected sales and to restore inventories."""
        s = self.state
        flows.orders = production.place_orders(
            self.territory.supply, s.firms, s.supply, self.territory.order_smoothing_months
        )

    def _ask(self, flows: MonthFlows) -> None:
        """Add up what each firm is asked: by firms, residents, buyers and outside clients."""
        t, s = self.territory, self.state
        n = len(t.firms)
        execution, by_buyers = contract_life.ask_delivery(
            s.contracts, self.derived.buyer_of_row, s.public.volume_factor, n
        )
        consumption = s.zones.cash if self.switches.households else t.demand.consumption_eur
        flows.consumption = consumption.copy()
        by_households = households.household_demand(t.demand, t.firms, s.firms, flows.consumption)
        flows.link_orders = t.supply.of_links(flows.orders)
        by_firms = t.supply.asked_of_suppliers(flows.link_orders, s.supply.supplier)
        empty = np.zeros(0)
        flows.execution = execution
        flows.goods = production.GoodsFlows(
            by_firms,
            by_households,
            by_buyers,
            s.firms.outside_demand.copy(),
            empty,
            empty,
            empty,
            empty,
        )

    def _produce(self, flows: MonthFlows) -> None:
        """Make what is asked, as far as capacity, staff and inputs allow."""
        t, s, goods = self.territory, self.state, flows.goods
        asked = (goods.demand_firms + goods.demand_households) + goods.demand_contracts
        asked += goods.demand_outside
        limit = production.limits_of_inputs(t.supply, s.supply, len(t.firms))
        effective = s.firms.fte + t.firms.post_productivity * t.firms.posts_fte
        effective += self.hypotheses["clause_productivity"] * s.firms.clause_fte
        goods.output = production.produce(asked, s.firms, effective, limit, self.switches.ample)
        goods.fill = np.divide(goods.output, asked, out=np.ones_like(asked), where=asked > 0)
        flows.asked = asked

    def _deliver(self, practice: Practice, flows: MonthFlows, ledger: Ledger) -> None:
        """Deliver inputs and contracts; adapt expectations to what was asked."""
        t, s, goods = self.territory, self.state, flows.goods
        goods.slot_local, goods.slot_outside = production.deliver_inputs(
            t.supply,
            s.supply,
            flows.orders,
            goods.fill,
            goods.output,
            self.hypotheses["substitution_months"],
        )
        days = practice.payment_days[t.buyers.kind] + self.hypotheses["acceptance_days"]
        contract_life.deliver_contracts(
            s.contracts,
            s.firms,
            s.public,
            flows.execution,
            goods.fill,
            days,
            self.hypotheses["trade_days"],
            ledger,
        )
        production.adapt_expectations(s.firms, flows.asked, self.hypotheses["expectation_speed"])

    def _insert(self, practice: Practice, flows: MonthFlows) -> InsertionFlows:
        """Execute insertion hours as far as they are followed and people can be found."""
        s, market = self.state, self.territory.labour
        left = s.zones.posts / np.maximum(market.posts_heads, 1e-300)
        return execute_clauses(
            s.contracts,
            flows.execution,
            self.derived.zone_of_row,
            self.territory.firms,
            s.firms,
            s.zones,
            market.siae_heads * left,
            practice.facilitators_fte,
            self.hypotheses,
        )

    def _settle_money(self, practice: Practice, flows: MonthFlows, ledger: Ledger) -> None:
        """Pay suppliers, staff, State and owners; fund buyers and pay for levers."""
        t, s, h = self.territory, self.state, self.hypotheses
        flows.local_inputs = money.settle_trade(
            t.supply, t.firms, s.firms, s.public, flows.goods, h["trade_days"], ledger
        )
        flows.incomes = money.pay_costs(
            t.firms,
            s.firms,
            flows.goods.output,
            t.net_pay_share,
            h["insertion_worker_cost_eur"] * t.money_scale,
            ledger,
        )
        flows.incomes.dividends = money.pay_dividends(
            t.firms, s.firms, self.closure.cash_target, t.dividends_to_residents, ledger
        )
        flows.lever_pay, flows.lever_cost_buyers, flows.lever_cost_departement = charge_levers(
            practice,
            flows.tenders,
            len(t.needs.buyer),
            t.buyers,
            t.zones,
            s.public,
            h,
            t.net_pay_share,
            t.money_scale,
            ledger,
        )

    def _labour_market(self, flows: MonthFlows) -> None:
        """Separate, hire, and move people between work and the pools."""
        t, s, h = self.territory, self.state, self.hypotheses
        desired = labour.desired_own_fte(t.firms, s.firms, h["clause_productivity"])
        share = float(money.collected_share(h["trade_days"]))
        due = (s.firms.receivable_firms + s.firms.receivable_outside) * share
        liquidity = s.firms.cash + due - (s.firms.payable_firms + s.firms.payable_outside) * share
        flows.labour = labour.adjust_staff(
            t.firms,
            s.firms,
            s.zones,
            t.labour,
            self.closure.labour,
            desired,
            liquidity,
            flows.insertion.exits_to_work,
            self.switches.ample,
        )

    def _pay_households(self, flows: MonthFlows, ledger: Ledger) -> None:
        """Add up residents' income and spend last month's."""
        t, s, h = self.territory, self.state, self.hypotheses
        scale = t.money_scale
        flows.benefits = scale * (
            h["benefit_short_eur"] * s.zones.short + h["benefit_long_eur"] * s.zones.long
        )
        income = households.pay_residents(
            t.firms,
            s.zones,
            flows.incomes,
            t.net_pay_share,
            self.closure.transfers_eur,
            h["benefit_short_eur"] * scale,
            h["benefit_long_eur"] * scale,
            ledger,
        )
        income += flows.lever_pay
        flows.household_income = income
        bought = flows.goods.demand_households * flows.goods.fill
        households.spend(s.zones, flows.consumption, bought, income, ledger)

    def _trace(self, flows: MonthFlows) -> None:
        """Trace sales and incomes back to contracts, before links and firms change."""
        t, s = self.territory, self.state
        flows.traced = trace_sales(
            t, s.public, s.supply.supplier, flows.link_orders, flows.goods, flows.consumption
        )
        trace_income(
            t,
            s.public,
            s.zones,
            flows.traced,
            flows.incomes.wages,
            flows.incomes.dividends,
            flows.household_income,
        )

    def _demography(self, flows: MonthFlows, ledger: Ledger) -> None:
        """Close and open firms, and renew links."""
        t, s, h = self.territory, self.state, self.hypotheses
        month, seed = s.month, self.seed_of_run
        rates = demography.demography_rates(h)
        closed = np.zeros(0, dtype=np.int32)
        if self.switches.demography:
            closed = demography.failing(t.firms, s.firms, rates, month)
            contract_life.end_contracts_of(
                closed, s.contracts, self.derived.buyer_of_row, s.public, ledger, len(t.firms)
            )
            demography.close_firms(
                closed,
                t.firms,
                s.firms,
                t.supply,
                s.supply,
                s.public,
                s.zones,
                self.closure.labour,
                ledger,
            )
            opened = demography.open_firms(
                t.firms,
                t.demand,
                s.firms,
                t.supply,
                s.supply,
                s.zones,
                t.labour,
                self.closure.labour,
                rates,
                self._unmet_by_group(flows),
                seed,
                month,
                ledger,
            )
            if len(closed) or len(opened):
                demography.rebalance_markets(t.firms, s.firms, t.demand)
            s.public.tracer[opened] = 0.0
            flows.closed, flows.opened = closed, opened
        if self.switches.links:
            demography.renew_links(t.supply, t.firms, s.firms, s.supply, closed, rates, seed, month)

    def _unmet_by_group(self, flows: MonthFlows) -> Floats:
        """Return unmet over asked demand of each (zone, sector) group."""
        groups = len(self.territory.demand.household_share)
        firms = self.territory.firms
        asked = firms.sum_by_group(flows.asked, groups)
        unmet = firms.sum_by_group(flows.asked - flows.goods.output, groups)
        return np.divide(unmet, asked, out=np.zeros(groups), where=asked > 0)

    def _record(self, rules: RulesInForce, practice: Practice, flows: MonthFlows) -> None:
        """Keep the month's quantities."""
        t, s = self.territory, self.state
        self.recorder.record(
            s,
            flows,
            flows.traced,
            rules.publicity_threshold * t.money_scale,
            practice.reserved_share,
            flows.benefits,
        )

    def _close_month(self, ledger: Ledger) -> None:
        """Fund buyers, count contracts down, book the accounts that firms do not hold."""
        t, s = self.territory, self.state
        grant = t.buyers.envelope_eur / 12.0
        s.public.buyer_cash += grant
        ledger.pay("state", "buyers", "envelopes", float(grant.sum()))
        contract_life.count_down(s.contracts)
        for i, account in enumerate(ACCOUNTS[3:]):
            s.public.accounts[i] += ledger.net(account)
        s.month += 1

    # --- Identities -------------------------------------------------------------------------------

    def _stocks(self) -> dict[str, float]:
        """Return the money of every account."""
        s = self.state
        stocks = {
            "firms": float(s.firms.cash.sum()),
            "households": float(s.zones.cash.sum()),
            "buyers": float(s.public.buyer_cash.sum()),
        }
        return stocks | {a: float(s.public.accounts[i]) for i, a in enumerate(ACCOUNTS[3:])}

    def _check(self, before: dict[str, float], ledger: Ledger) -> None:
        """Raise ``IdentityError`` if money or people appeared or were lost this month."""
        from model.identities import check_claims, check_heads

        month = self.month_label(self.state.month - 1)
        ledger.check(before, self._stocks(), month)
        check_claims(self.state, month)
        check_heads(self.territory, self.state, month)

    # --- What is read from outside ----------------------------------------------------------------

    @staticmethod
    def month_label(month: int) -> str:
        """Return ``YYYY-MM`` of a month counted from January 2024."""
        return f"{FIRST_YEAR + month // 12}-{month % 12 + 1:02d}"

    @property
    def records(self) -> Records:
        """Monthly quantities by zone since the start of the scenario."""
        return self.recorder.records(self.month_label(BURN_IN_MONTHS))

    def awards(self) -> pd.DataFrame:
        """Return every lot put to competition since the start, if the model keeps them."""
        from model.indicators.frames import award_frame

        return award_frame(self.recorder.awards, self.territory)

    def frame(self) -> pd.DataFrame:
        """Return indicators as a tidy table: month, zone, indicator, value."""
        from model.indicators.frames import indicator_frame

        return indicator_frame(self.records)

    @property
    def networks(self) -> Networks:
        """Views of the networks, for networkx."""
        from model.networks.views import Networks

        return Networks(self)

    @property
    @override
    def agents(self) -> Any:
        """Views of the living firms and of the buyers, as a Mesa agent set."""
        return build_agents(self)

    @property
    @override
    def agents_by_type(self) -> Any:
        """Agent sets of ``Buyer``, ``Firm`` and ``SocialEnterprise``."""
        build_agents(self)
        return super().agents_by_type

    @property
    def scenario(self) -> Any:
        """Mesa's own scenario slot; ours are levers, so it stays empty."""
        return None

    @scenario.setter
    def scenario(self, value: Any) -> None:
        """Ignore the placeholder that Mesa sets."""
