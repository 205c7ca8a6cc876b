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
from model.procurement.budget import yearly_envelopes, yearly_volume_factor
from model.procurement.candidates import Informed, race_candidates
from model.procurement.coordination import Alignment, align_due
from model.procurement.depth import adapt_sounded
from model.procurement.failures import settle_fates, wait_for_the_next
from model.procurement.insertion import execute_clauses
from model.procurement.legal_calendar import RulesInForce
from model.procurement.performers import Partners
from model.procurement.plan import informed_firms, liveliness, plan_tenders, split_due_needs
from model.procurement.practice import Practice
from model.procurement.programme import Programme, programme_of
from model.procurement.subcontracting import partners_of_winners
from model.procurement.tenders import DIRECT, Tenders
from model.setting import Setting
from model.shocks.prices import PriceRise
from model.state import State

Floats = NDArray[np.float64]


def grant_volumes(setting: Setting, state: State, practice: Practice) -> None:
    """Set in January each buyer's envelope and what it can afford of its base volume."""
    public = state.public
    unused = public.envelope_eur - public.lever_cost_year - public.spent_year
    # credits that a cut took away are not left over
    unused -= public.cut_year
    public.envelope_eur[:] = yearly_envelopes(setting.territory.buyers, practice)
    public.volume_factor[:] = yearly_volume_factor(
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
    public.cut_year[:] = 0.0


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
    """Bring needs of buyers that coordinate to common dates; only their own procedures join.

    None where nothing is coordinated.
    """
    if not (practice.moved("joint_purchase") or practice.moved("shared_calendar")):
        return None
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
        d.has_ess,
        practice.affordable(state.public.volume_factor),
        programme or programme_of_month(setting, state, practice),
        alignment,
        practice,
        rules,
        t.money_scale,
        setting.hypotheses,
        setting.seed,
    )


def _liveliness(setting: Setting, tenders: Tenders) -> Floats:
    lists = setting.territory.candidates
    market = lists.market_key[_pair(setting, tenders)]
    return liveliness(tenders, market, lists.overdispersion, setting.seed)


def tell_firms(
    setting: Setting,
    state: State,
    tenders: Tenders,
    rules: RulesInForce,
    lively: Floats | None = None,
) -> Informed:
    """Run the race that tells which firms of the territory hear of each lot.

    ``lively`` (T,) is how lively competition for each is, computed if None.
    """
    if lively is None:
        lively = _liveliness(setting, tenders)
    t, h, firms = setting.territory, setting.hypotheses, state.firms
    informed = informed_firms(tenders, rules.publicity_threshold * t.money_scale, h)
    return race_candidates(
        t.candidates,
        _pair(setting, tenders),
        tenders.reserved,
        tenders.key,
        informed * lively,
        firms.visibility * firms.alive,
        state.contracts.holder[tenders.contract],
        tenders.procedure == DIRECT,
        firms.key,
        t.firms.zone,
        t.zones.distance_km[tenders.zone],
        tenders.reserved_ess,
        # a contract that ends was the holder's last: it waits if it won it reserved
        state.contracts.reserved_ess[tenders.contract] & (rules.reserved_ess_waiting_months > 0),
        t.firms.ess,
        setting.seed,
    )


def sound(
    setting: Setting, state: State, practice: Practice, flows: MonthFlows, rules: RulesInForce
) -> Informed | None:
    """Adapt the lots whose firms were sounded in depth to what they say.

    Returns the firms that hear of each lot, or None where nobody needed to know: nothing that is
    adapted changes who hears of a lot.
    """
    tenders = flows.tenders
    if not practice.moved("sourcing_depth"):
        return None
    t, d = setting.territory, setting.derived
    heard = tell_firms(setting, state, tenders, rules)
    flows.tenders = adapt_sounded(
        tenders,
        heard,
        t.firms,
        state.firms,
        d.categories,
        practice.of_lots("sourcing_depth", tenders.buyer, tenders.category, tenders.in_reach),
        setting.hypotheses,
    )
    return heard


def gather_bids(
    setting: Setting,
    state: State,
    tenders: Tenders,
    rules: RulesInForce,
    heard: Informed | None = None,
    prices: PriceRise | None = None,
) -> Bids:
    """Tell firms of each lot, near and far, and collect the bids of those that want it.

    ``heard`` are the firms of the territory that hear of each lot where they are known already;
    ``prices`` what dearer inputs add to costs, if they do.
    """
    t, h, firms, seed = setting.territory, setting.hypotheses, state.firms, setting.seed
    lively = _liveliness(setting, tenders)
    if heard is None:
        heard = tell_firms(setting, state, tenders, rules, lively)
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
        prices,
    )


def award_and_start(
    setting: Setting, state: State, rules: RulesInForce, flows: MonthFlows, ledger: Ledger
) -> None:
    """Give each lot to the best valid bid by its weights, and write it into the lot book."""
    t, h, seed, contracts = setting.territory, setting.hypotheses, setting.seed, state.contracts
    tenders, bids = flows.tenders, flows.bids
    awards = award(tenders, bids, contracts.failures[tenders.contract])
    flows.awards = settle_fates(tenders, bids, awards, state.firms.visibility, h, seed)
    flows.partners = share_out(setting, state, flows, rules)
    if len(tenders):
        contract_life.start_contracts(
            tenders,
            bids,
            flows.awards,
            flows.partners,
            contracts,
            state.firms,
            state.public,
            ledger,
        )
        target = h["split_lot_target_eur"] * t.money_scale
        wait_for_the_next(tenders, flows.awards, contracts, t.needs, target, h, seed)
    contract_life.gain_experience(contracts, state.firms)


def share_out(setting: Setting, state: State, flows: MonthFlows, rules: RulesInForce) -> Partners:
    """Tell with whom the month's winners share their lots."""
    t = setting.territory
    return partners_of_winners(
        flows.tenders,
        flows.bids,
        flows.awards,
        t.candidates,
        _pair(setting, flows.tenders),
        t.firms,
        state.firms,
        setting.derived.categories,
        rules.waiver_threshold_other * t.money_scale,
        setting.hypotheses,
        setting.seed,
    )


def _pair(setting: Setting, tenders: Tenders) -> NDArray[np.int64]:
    """Return supply category × zones + zone of each lot (T,)."""
    zones = len(setting.territory.zones.keys)
    return tenders.supply_category.astype(np.int64) * zones + tenders.zone


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
