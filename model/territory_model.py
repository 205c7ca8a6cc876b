# Mesa ships no types.
# pyright: reportMissingTypeStubs=false, reportMissingTypeArgument=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
"""One simulated territory, one month at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, override

import mesa
import numpy as np
from numpy.typing import NDArray

from model.agents import AgentRoll, build_agents
from model.economy import month as economy
from model.economy.switches import STATIONARY, Switches
from model.errors import AncrageError
from model.flows import MonthFlows
from model.heap import keep_freed_memory
from model.hypotheses import HypothesisValues
from model.indicators.recorder import Recorder
from model.indicators.tracing import trace_month
from model.indicators.watcher import WatchedMonths, Watcher
from model.ledger import ACCOUNTS, Ledger
from model.opening import draw_lives, opening_state
from model.procurement import contracts as contract_life
from model.procurement import month as procurement
from model.procurement.amendments import Amendments
from model.procurement.legal_calendar import RulesInForce, rules_at
from model.procurement.lever_paths import SCENARIO_START
from model.procurement.levers import Levers
from model.procurement.practice import LeverPlan, Practice, obliged_buyers
from model.setting import Setting
from model.shocks import strike
from model.shocks.plan import ShockPlan
from model.shocks.shock import Shocks
from model.shocks.supplies import carry_stocks_over
from model.state import FIRST_YEAR
from model.support import month as support
from model.territory import load_territory
from model.territory.derived import derive_columns
from model.territory.fixed_point import MOST_RADIUS, check_order_rule
from model.territory.territory import Territory

if TYPE_CHECKING:
    import pandas as pd

    from model.indicators.records import Records
    from model.networks.views import Networks

Floats = NDArray[np.float64]

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
    amendments
        What the scenario changes in the law, from January 2027 on.
    shocks
        What happens from January 2027 on and nobody decides.
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
        amendments: Amendments | None = None,
        shocks: Shocks | None = None,
        hypotheses: HypothesisValues | None = None,
        switches: Switches | None = None,
        burn_in: bool = True,
        verify: bool = False,
        keep_awards: bool = False,
    ) -> None:
        super().__init__(rng=rng)
        keep_freed_memory()
        values = hypotheses or HypothesisValues()
        built = load_territory(territory, values) if isinstance(territory, str) else territory
        derived = derive_columns(built)
        self.state, closure = opening_state(built, derived, values)
        self.setting = Setting(built, derived, closure, values, switches or Switches(), int(rng))
        self.plan = LeverPlan(levers or Levers(), built.buyers, built.zones.keys)
        self.amendments, self.verify = amendments or Amendments(), verify
        self._expect(shocks or Shocks())
        check_order_rule(built, most=1.0 if self.setting.switches.ample else MOST_RADIUS)
        recorder = Recorder(built, derived, values, keep_awards)
        self.recorder: Recorder | Watcher = recorder
        self.last_flows: MonthFlows | None = None
        self.agent_roll = AgentRoll()
        if burn_in:
            draw_lives(built, self.state, values, int(rng))
            self.run(BURN_IN_MONTHS)
        else:
            self._settle_tracer()
            self.state.month = BURN_IN_MONTHS
            draw_lives(built, self.state, values, int(rng))
        recorder.clear()

    @property
    def territory(self) -> Territory:
        """The built territory, read-only."""
        return self.setting.territory

    @property
    def levers(self) -> Levers:
        """What buyers do differently from current practice."""
        return self.plan.levers

    @property
    def hypotheses(self) -> HypothesisValues:
        """Values of the hypotheses of this run."""
        return self.setting.hypotheses

    def _settle_tracer(self) -> None:
        """Bring the shares of sales traced to contracts to their fixed point.

        The opening state repeats itself with circulation off: months of a twin move nothing else.
        """
        twin = self.branch(Levers())
        still = replace(STATIONARY, ample=self.setting.switches.ample)
        twin.setting, twin.verify = replace(self.setting, switches=still), False
        own, settled = self.state.public, twin.state.public
        for _ in range(MOST_TRACING_ROUNDS):
            before = settled.tracer.copy()
            twin.step()
            if np.abs(settled.tracer - before).max(initial=0.0) < 1e-15:
                break
        own.tracer[:], own.household_tracer[:] = settled.tracer, settled.household_tracer

    def branch(
        self,
        levers: Levers | None = None,
        *,
        amendments: Amendments | None = None,
        shocks: Shocks | None = None,
    ) -> TerritoryModel:
        """Return a world that shares this one's past and follows other levers from now on.

        Levers, law and shocks that are not given are those of this world.

        Raises
        ------
        AncrageError
            A shock that would have begun, or been announced, before now.
        """
        twin = TerritoryModel.__new__(TerritoryModel)
        mesa.Model.__init__(twin, rng=self.setting.seed)
        twin.setting, twin.verify = self.setting, self.verify
        twin.plan = self.plan
        if levers is not None:
            twin.plan = LeverPlan(levers, self.territory.buyers, self.territory.zones.keys)
        twin.amendments = self.amendments if amendments is None else amendments
        twin.state = self.state.copy()
        twin.shock_plan = self.shock_plan
        if shocks is not None and shocks != self.shocks:
            twin._expect(shocks)
        twin.recorder = self.recorder.empty_copy()
        twin.last_flows, twin.agent_roll = self.last_flows, AgentRoll()
        return twin

    def continued(
        self,
        levers: Levers | None = None,
        *,
        amendments: Amendments | None = None,
        shocks: Shocks | None = None,
    ) -> TerritoryModel:
        """Return what `branch` does, with what was recorded until now."""
        twin = self.branch(levers, amendments=amendments, shocks=shocks)
        twin.recorder = self.whole_record.copy()
        return twin

    def record_zones_only(self) -> None:
        """Record from now on by zone alone, here and in branches."""
        self.recorder = self.whole_record.of_zones()

    def watch_only(self) -> None:
        """Keep from now on what measures of resilience read, and nothing else.

        So do its branches, which do not trace sales to public contracts.
        """
        self.recorder = Watcher(self.territory, self.setting.derived)

    def watched(self) -> WatchedMonths:
        """Return the months since ``watch_only`` was called, or since the world branched."""
        assert isinstance(self.recorder, Watcher), "call watch_only first"
        return self.recorder.watched()

    def _expect(self, shocks: Shocks) -> None:
        """Have shocks to come."""
        now, former = self.state.month - BURN_IN_MONTHS, getattr(self, "shock_plan", None)
        known = () if former is None else former.shocks.items
        late = [
            one
            for one in shocks.items
            if one.first_month < now and one not in known and not one.changes_nothing
        ]
        if late:
            raise AncrageError(
                f"Shock '{late[0].kind}' would begin in month {late[0].first_month + 1} of the "
                f"scenario, and this world is past it (month {now + 1}); branch it earlier."
            )
        self.shock_plan = ShockPlan(shocks, self.territory, self.setting.hypotheses)
        cuts = () if former is None else former.cuts
        carry_stocks_over(cuts, self.shock_plan.cuts, self.state, now)

    @property
    def shocks(self) -> Shocks:
        """What happens and nobody decides."""
        return self.shock_plan.shocks

    def run(self, months: int) -> TerritoryModel:
        """Simulate some months; return the model."""
        for _ in range(months):
            self.step()
        return self

    @override
    def step(self) -> None:
        """Simulate one month, in the order of `docs/odd.md`."""
        setting, state, flows, ledger = self.setting, self.state, MonthFlows(), Ledger()
        before = self._stocks() if self.verify else {}

        rules, practice = self._calendar(flows)
        flows.support = support.act(setting, state, practice, flows.shocks)
        flows.tenders = procurement.plan(setting, state, practice, rules, ledger)
        heard = procurement.sound(setting, state, practice, flows, rules)
        flows.bids = procurement.gather_bids(
            setting, state, flows.tenders, rules, heard, flows.shocks.prices
        )
        procurement.award_and_start(setting, state, rules, flows, ledger)
        economy.order_inputs(setting, state, flows)
        economy.ask_firms(setting, state, practice, flows)
        economy.produce(setting, state, flows)
        economy.deliver(setting, state, practice, flows, ledger)
        procurement.insert(setting, state, practice, flows)
        economy.improve_firms(setting, state, flows, ledger)
        economy.settle_money(setting, state, practice, flows, ledger)
        economy.labour_market(setting, state, flows)
        economy.pay_residents(setting, state, flows, ledger)
        if self.recorder.traces:
            trace_month(setting.territory, state, flows)
        economy.renew_firms(setting, state, practice, flows, ledger)
        self.recorder.record(state, flows, rules, practice)
        self.last_flows = flows
        self._close_month(ledger)
        if self.verify:
            self._check(before, ledger)

    def _calendar(self, flows: MonthFlows) -> tuple[RulesInForce, Practice]:
        """Read the law, the levers and the shocks of the month; grant volumes in January."""
        month = self.state.month
        rules = rules_at(FIRST_YEAR + month // 12, month % 12 + 1, self.amendments)
        flows.shocks = self.shock_plan.at(month - BURN_IN_MONTHS)
        if len(self.shocks):
            since = month - BURN_IN_MONTHS
            strike.begin_month(self.territory, self.state, flows.shocks, since)
        practice = self.practice_of(month, rules, flows.shocks.envelope_cut)
        procurement.adopt(self.setting, self.state, practice)
        if month % 12 == 0:
            procurement.grant_volumes(self.setting, self.state, practice)
        return rules, practice

    def practice_of(
        self, month: int, rules: RulesInForce, envelope_cut: Floats | None = None
    ) -> Practice:
        """Return what buyers do in a month: levers after their lag, as far as they take hold.

        ``envelope_cut`` (B,) is what a shock takes of each envelope.
        """
        threshold = rules.spaser_threshold * self.territory.money_scale
        # the duty of each legal person is data at the threshold of today's law
        usual = rules_at(*SCENARIO_START).spaser_threshold * self.territory.money_scale
        return self.plan.in_force(
            month - BURN_IN_MONTHS,
            self.state.public.maturity,
            obliged_buyers(self.territory.buyers, threshold, usual),
            rules.turnover_cap,
            envelope_cut,
        )

    def _close_month(self, ledger: Ledger) -> None:
        """Count contracts down and book the accounts that nobody of the territory holds."""
        contract_life.count_down(self.state.contracts)
        for i, account in enumerate(ACCOUNTS[3:]):
            self.state.public.accounts[i] += ledger.net(account)
        self.state.month += 1

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
        return self.whole_record.records(self.month_label(BURN_IN_MONTHS))

    @property
    def whole_record(self) -> Recorder:
        """The record of everything; not of a world of which only watched quantities are kept."""
        assert isinstance(self.recorder, Recorder), "only watched quantities were kept"
        return self.recorder

    def awards(self) -> pd.DataFrame:
        """Return every lot put to competition since the start, if the model keeps them."""
        from model.indicators.frames import award_frame

        return award_frame(self.whole_record.awards, self.territory)

    def frame(self, by: str = "epci") -> pd.DataFrame:
        """Return indicators as a tidy table: month, zone, indicator, value.

        With ``by`` another dimension (``"sector"``, ``"firm-kind"``, ``"ownership"``,
        ``"buyer-kind"``), its groups stand in a column ``group`` instead of zones.
        """
        from model.indicators.frames import indicator_frame

        return indicator_frame(self.records, by)

    @property
    def networks(self) -> Networks:
        """Views of the networks, for networkx."""
        from model.networks.views import Networks

        return Networks(self)

    @property
    @override
    def agents(self) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
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
    def scenario(self, scenario: Any) -> None:
        """Ignore the placeholder that Mesa sets."""
