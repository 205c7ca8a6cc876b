"""The procurement of one month, step by step: plan, bids, award, contracts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.flows import MonthFlows
from model.ledger import Ledger
from model.procurement import contracts as contract_life
from model.procurement.adoption import adopt_schemes, move_maturity
from model.procurement.award import award
from model.procurement.bids import Bids, collect_bids
from model.procurement.budget import yearly_envelopes
from model.procurement.candidates import race_candidates
from model.procurement.coordination import Alignment, align_due
from model.procurement.insertion import execute_clauses
from model.procurement.legal_calendar import RulesInForce
from model.procurement.plan import informed_firms, liveliness, plan_tenders, split_due_needs
from model.procurement.practice import Practice
from model.procurement.programme import Programme, programme_of
from model.procurement.tenders import DIRECT, Tenders
from model.setting import Setting
from model.state import State

Floats = NDArray[np.float64]


def grant_volumes(setting: Setting, state: State, practice: Practice) -> None:
    """Set in January each buyer's envelope and what it can afford of its base volume."""
    public = state.public
    unused = public.envelope_eur - public.lever_cost_year - public.spent_year
    public.envelope_eur[:] = yearly_envelopes(setting.territory.buyers, practice)
    public.volume_factor[:] = contract_life.yearly_volume_factor(
        setting.territory.buyers.envelope_eur,
        public.envelope_eur,
        public.lever_cost_year,
        unused,
        state.contracts,
        setting.derived.buyer_of_row,
        setting.hypotheses["budget_response"],
    )
    public.lever_cost_year[:] = 0.0
    public.spent_year[:] = 0.0


def adopt(setting: Setting, state: State, practice: Practice) -> None:
    """Move the maturity of practices in each buyer, and let buyers adopt schemes."""
    if not setting.switches.adoption:
        return
    public, h = state.public, setting.hypotheses
    buyers = setting.territory.buyers
    adopt_schemes(public.scheme, practice, buyers, h, setting.seed, state.month)
    move_maturity(public.maturity, public.opening_maturity, public.scheme, buyers.zone, practice, h)


def plan(
    setting: Setting, state: State, practice: Practice, rules: RulesInForce, ledger: Ledger
) -> Tenders:
    """Put to competition the needs that are due, in lots; settle lots that are merged."""
    t, d, contracts = setting.territory, setting.derived, state.contracts
    programme = programme_of_month(setting, state, practice)
    if setting.switches.tenders:
        target = setting.hypotheses["split_lot_target_eur"] * t.money_scale
        merged = split_due_needs(
            contracts, t.needs, programme, practice, target, setting.hypotheses, setting.seed
        )
        contract_life.end_merged_lots(
            merged, d.buyer_of_row, contracts, state.firms, state.public, ledger
        )
        alignment = coordinate(setting, state, practice, programme)
    else:
        over = (contracts.months_left == 0) & (contracts.volume_eur > 0)
        contracts.months_left[over] = contracts.months_total[over]
        alignment = None
    return due_lots(setting, state, practice, rules, programme, alignment)


def coordinate(
    setting: Setting, state: State, practice: Practice, programme: Programme
) -> Alignment | None:
    """Bring needs of buyers that coordinate to common dates; only their own procedures join."""
    needs, contracts = setting.territory.needs, state.contracts
    due = np.flatnonzero((contracts.months_left == 0) & (contracts.volume_eur > 0))
    need = due % len(needs)
    own = programme.in_reach[need] & (programme.market_ratio[need] == 1.0)
    works = setting.derived.categories.works
    return align_due(due[own], contracts, needs, works, practice, state.month, setting.seed)


def programme_of_month(setting: Setting, state: State, practice: Practice) -> Programme:
    """Return what the month's calls start from: reach, markets, works put to competition."""
    needs = setting.territory.needs
    return programme_of(
        needs,
        setting.derived.buyer_columns,
        state.month,
        setting.switches.tenders,
        setting.hypotheses,
        setting.seed,
        returned_share=practice.of_lots("channel_return", needs.buyer, needs.category),
        electoral_cycle=practice.single("electoral_cycle"),
    )


def due_lots(
    setting: Setting,
    state: State,
    practice: Practice,
    rules: RulesInForce,
    programme: Programme | None = None,
    alignment: Alignment | None = None,
) -> Tenders:
    """Describe the lots due this month; the programme is the month's if None."""
    t, d = setting.territory, setting.derived
    return plan_tenders(
        state.contracts,
        t.needs,
        d.buyer_columns,
        d.categories,
        d.has_structure,
        state.public.volume_factor,
        programme or programme_of_month(setting, state, practice),
        alignment,
        practice,
        rules,
        t.money_scale,
        setting.hypotheses,
        setting.seed,
    )


def gather_bids(setting: Setting, state: State, tenders: Tenders, rules: RulesInForce) -> Bids:
    """Tell firms of each lot, near and far, and collect the bids of those that want it."""
    t, h, firms, seed = setting.territory, setting.hypotheses, state.firms, setting.seed
    pair = tenders.supply_category.astype(np.int64) * len(t.zones.keys) + tenders.zone
    market = t.candidates.market_key[pair]
    lively = liveliness(tenders, market, t.candidates.overdispersion, seed)
    informed = informed_firms(tenders, rules.publicity_threshold * t.money_scale, h)
    heard = race_candidates(
        t.candidates,
        pair,
        tenders.reserved,
        tenders.key,
        informed * lively,
        firms.visibility * firms.alive,
        state.contracts.holder[tenders.contract],
        tenders.procedure == DIRECT,
        firms.key,
        t.firms.zone,
        t.zones.distance_km[tenders.zone],
        seed,
    )
    threshold = rules.waiver_threshold_other * t.money_scale
    return collect_bids(
        tenders,
        heard,
        t.firms,
        firms,
        t.sectors,
        setting.derived.categories,
        lively,
        threshold,
        h,
        seed,
    )


def award_and_start(setting: Setting, state: State, flows: MonthFlows, ledger: Ledger) -> None:
    """Give each lot to the best valid bid by its weights, and write it into the lot book."""
    failures = state.contracts.failures[flows.tenders.contract]
    flows.awards = award(flows.tenders, flows.bids, failures)
    if len(flows.tenders):
        contract_life.start_contracts(
            flows.tenders,
            flows.bids,
            flows.awards,
            state.contracts,
            state.firms,
            state.public,
            ledger,
        )
    holders = state.contracts.holder[state.contracts.holder >= 0]
    contract_life.gain_experience(holders, state.firms)


def insert(setting: Setting, state: State, practice: Practice, flows: MonthFlows) -> None:
    """Execute insertion hours as far as they are followed and people can be found."""
    zones = len(state.zones.siae)
    partnerships = practice.by_zone("insertion_partnerships", zones)
    flows.insertion = execute_clauses(
        state.contracts,
        flows.execution,
        setting.derived.zone_of_row,
        setting.territory.firms,
        state.firms,
        state.zones,
        practice.single("facilitators_fte"),
        practice.by_zone("insertion_exits", zones),
        partnerships,
        setting.hypotheses,
    )
