"""Which needs are put to competition this month, in which lots, on which terms (`model.md` 3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from model.procurement import duties
from model.procurement.bids import CategoryColumns
from model.procurement.budget import tightened_weights
from model.procurement.coordination import Alignment
from model.procurement.due_rows import due_rows
from model.procurement.environment import green_terms
from model.procurement.forms import GLOBAL
from model.procurement.legal_calendar import RulesInForce
from model.procurement.levers import AWARD_WEIGHTS
from model.procurement.needs import Needs
from model.procurement.practice import Practice
from model.procurement.programme import BuyerColumns, Programme
from model.procurement.tenders import DIRECT, FORMAL, NOTHING, Tenders
from model.procurement.volumes import award_key, planned_ratio
from model.random_streams import mix, stream, to_normal, to_uniform
from model.state import PARTS, ContractState

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


def split_due_needs(
    contracts: ContractState,
    needs: Needs,
    programme: Programme,
    practice: Practice,
    target_lot_eur: float,
    h: Mapping[str, float],
    seed: int,
) -> Ints:
    """Divide needs that come up for renewal into lots, or merge them back; return merged rows.

    Part 0 keeps the parent's key. Parts that run on their own calendar, after a failed procedure,
    keep their volume until they end. A need is divided when its keyed draw is under the lever, so
    a higher lever divides the same needs and more; needs out of reach follow current practice.
    Rows of the lot book whose volume went to other parts are returned: their contracts are over
    and to be settled.
    """
    n = len(needs.buyer)
    volume = contracts.volume_eur.reshape(PARTS, n)
    if not practice.moved("allotment"):
        # only further lots that come up could be merged
        further = n + np.flatnonzero(contracts.volume_eur[n:] > 0.0)
        if not (contracts.months_left[further] == 0).any():
            return np.zeros(0, dtype=np.int32)
    due = (contracts.months_left.reshape(PARTS, n) == 0) & (volume > 0)
    fresh = due & (contracts.failures.reshape(PARTS, n) == 0)
    movable = fresh[0] & (fresh[1:] | (volume[1:] == 0)).all(axis=0)
    rows = np.flatnonzero(movable & (needs.splittable | (volume[1:] > 0).any(axis=0)))
    if len(rows) == 0:
        return rows.astype(np.int32)
    total = volume[:, rows].sum(axis=0)
    renewal, reached = contracts.renewal[rows], programme.in_reach[rows]
    planned = planned_ratio(needs.form[rows], needs.key[rows], renewal, h, seed)
    amount = total * planned * needs.duration_months[rows] / 12.0
    wished = practice.of_lots("allotment", needs.buyer[rows], needs.category[rows], reached)
    chosen = to_uniform(mix(stream(seed, "allotment"), needs.key[rows])) < wished
    wanted = np.clip(np.ceil(amount / target_lot_eur), 2, PARTS)
    parts = np.where(chosen & needs.splittable[rows] & (amount > target_lot_eur), wanted, 1)
    merged: list[Ints] = []
    for part in range(PARTS):
        over = rows[(part >= parts) & (volume[part, rows] > 0)]
        merged.append((part * n + over).astype(np.int32))
        volume[part, rows] = np.where(part < parts, total / parts, 0.0)
        if part:
            opened = rows[(part < parts)]
            contracts.months_left.reshape(PARTS, n)[part, opened] = 0
            contracts.failures.reshape(PARTS, n)[part, opened] = 0
            contracts.renewal.reshape(PARTS, n)[part, opened] = contracts.renewal[opened]
    return np.concatenate(merged)


def plan_tenders(
    contracts: ContractState,
    needs: Needs,
    buyers: BuyerColumns,
    categories: CategoryColumns,
    has_structure: NDArray[np.bool_],
    volume_factor: Floats,
    programme: Programme,
    alignment: Alignment | None,
    practice: Practice,
    rules: RulesInForce,
    money_scale: float,
    h: Mapping[str, float],
    seed: int,
) -> Tenders:
    """Describe every lot due this month.

    Parameters
    ----------
    has_structure
        (C × Z,), whether a social structure of the territory supplies the category.
    volume_factor
        (B,), what the buyer can afford of its base volume this year.
    money_scale
        EUR per EUR of the data; legal thresholds follow it.
    programme
        What the buyer runs itself; elsewhere levers do not act and current practice stays.
    alignment
        What coordination between buyers changes; None for nothing.
    """
    groups = buyers.legal
    served, lots = due_rows(
        contracts, needs, groups.network, volume_factor, programme, rules, alignment, h, seed
    )
    rows, months = served.contract[lots.lead], served.months[lots.lead]
    part, need = np.divmod(rows, np.int32(len(needs.buyer)))
    category, zone, buyer = needs.category[need], needs.zone[need], needs.buyer[need]
    failures = contracts.failures[rows]
    base_key = award_key(needs.key[need], contracts.renewal[rows])
    key = mix(mix(base_key, part), failures)
    works, form = categories.works[category], needs.form[need]
    amount = lots.yearly_eur * months / 12.0
    # thresholds are those of the whole: neither division into lots nor members avoid a procedure
    estimate = lots.estimate_yearly_eur * months / 12.0
    # and those of the whole market, where others buy with the buyer
    estimate = estimate * programme.market_ratio[need] / money_scale
    procedure = duties.procedures(estimate, works, buyer, groups, rules)
    draw = {
        name: to_uniform(mix(stream(seed, name), base_key))
        for name in ("reserve", "sourcing", "consideration", "clause fits")
    }
    in_reach = programme.in_reach[need]
    value = partial(practice.of_lots, buyer=buyer, category=category, in_reach=in_reach)
    pair = category.astype(np.int64) * (len(has_structure) // len(categories.works)) + zone
    reservable = categories.structure_supplied[category] & has_structure[pair]
    chance = value("reserved_share") * buyers.reservable_ratio[buyer]
    # a reserved lot that found no structure is relaunched open to all
    reserved = reservable & (draw["reserve"] < chance) & (failures == 0)
    wanted = value("social_coverage") * _tilt_to_large(estimate, rules, h)
    law = duties.legal_terms(
        groups,
        buyer,
        works,
        amount / money_scale,
        months,
        procedure,
        base_key,
        rules,
        money_scale,
        h,
        seed,
    )
    chosen = (draw["consideration"] < wanted) & (procedure != DIRECT)
    consideration = chosen | law.social_condition
    labour = categories.labour_share[category]
    hours = amount / money_scale * labour * value("social_clause_rate")
    hours = hours / h["insertion_hourly_cost"]
    fits = (labour >= 0.20) & (months >= 3) & (hours >= h["clause_minimum_hours"]) & ~reserved
    clause = consideration & fits & (draw["clause fits"] < h["clause_when_it_fits"])
    relaxed = np.where(failures > 0, 0.5, 1.0)
    social = consideration | reserved
    decided = np.stack([value(key) for key in AWARD_WEIGHTS])
    shift = h["tension_price_shift"]
    tightened = tightened_weights(decided, practice, buyer, category, shift)
    weights = _weights(np.where(in_reach, tightened, decided), social)
    green = green_terms(
        value,
        weights[:, 2],
        category,
        procedure,
        failures == 0,
        base_key,
        categories.green,
        law.environmental_condition,
        bool(rules.environmental_criterion),
        h,
        seed,
    )
    return Tenders(
        served=served,
        contract=rows,
        need=need,
        category=category.astype(np.int32),
        zone=zone.astype(np.int32),
        buyer=buyer.astype(np.int32),
        key=key,
        yearly_eur=lots.yearly_eur,
        amount_eur=amount,
        scale=lots.scale,
        market_ratio=programme.market_ratio[need],
        months=months,
        in_reach=in_reach,
        sme_share_due=np.where(form == GLOBAL, rules.sme_share_global_contracts, 0.0),
        procedure=procedure,
        reserved=reserved,
        sounded=draw["sourcing"] < value("sourcing_breadth"),
        consideration=social,
        clause=clause,
        clause_hours=np.where(clause, hours / np.maximum(months, 1), 0.0),
        first_call=failures == 0,
        required_turnover=np.where(procedure == DIRECT, 0.0, value("required_turnover")) * relaxed,
        # orders of a central body's contract are paid by the buyer, at its own pace
        payment_days=practice.payment_days()[buyer] + h["acceptance_days"],
        advance_rate=np.where(
            law.advance_due, np.maximum(value("advance_rate_sme"), law.advance_floor), 0.0
        ),
        advance_rate_large=np.where(law.advance_due, rules.advance_minimum_base, 0.0),
        retention_rate=law.retention_rate,
        social_duty=law.social_duty,
        consideration_by_duty=law.social_condition & ~chosen & ~reserved,
        environmental_condition=law.environmental_condition,
        groupings_welcome=value("groupings_encouraged"),
        notice_months=value("programme_months"),
        barrier=np.full(len(rows), NOTHING, dtype=np.int8),
        eased=np.zeros(len(rows)),
        **vars(green),
        weights=weights,
    )


def _tilt_to_large(amount: Floats, rules: RulesInForce, h: Mapping[str, float]) -> Floats:
    """Return how much likelier a social consideration is on a lot of this amount (T,).

    One at twice the publicity threshold: coverage is counted above that threshold.
    """
    ratio = np.maximum(amount, 1.0) / (2.0 * rules.publicity_threshold)
    return np.clip(ratio ** h["consideration_tilt"], 0.3, 3.0)


def _weights(decided: Floats, social: NDArray[np.bool_]) -> Floats:
    """Return award weights (T, 4) of those decided (4, T): a social criterion only where there is a
    consideration.

    Elsewhere its weight goes to the technical value, as in current practice.
    """
    price, technical, environment, society = decided
    weights = np.empty((len(social), 4))
    weights[:, 0] = price
    weights[:, 1] = np.where(social, technical, technical + society)
    weights[:, 2] = environment
    weights[:, 3] = np.where(social, society, 0.0)
    return weights


def informed_firms(tenders: Tenders, small_publicity_eur: float, h: Mapping[str, float]) -> Floats:
    """Return how many firms of the territory hear of each lot in the mean (T,).

    Publicity sets it; sourcing raises it with the same information for all, wherever they are.
    """
    wide = tenders.amount_eur >= small_publicity_eur
    mean = np.select(
        [tenders.procedure == DIRECT, tenders.procedure == FORMAL, wide],
        [h["informed_direct"], h["informed_formal"], h["informed_adapted"]],
        h["informed_small"],
    )
    return mean * np.where(tenders.sounded, 1.0 + h["sourcing_reach"], 1.0)


def liveliness(
    tenders: Tenders, market_key: NDArray[np.uint64], overdispersion: Floats, seed: int
) -> Floats:
    """Return how lively competition is for each lot (T,), of mean 1.

    Lognormal, keyed by category and zone for a quarter of the variance and by lot for the rest;
    with the draws of bids it over-disperses their number as a negative binomial of variance
    ``mean + overdispersion · mean²`` would. ``market_key`` (T,) is that of category and zone.
    """
    variance = np.log1p(overdispersion[tenders.supply_category])
    market = stream(seed, "liveliness of a market", market_key)
    lot = mix(stream(seed, "liveliness of a lot"), tenders.key)
    draw = 0.5 * to_normal(to_uniform(market)) + np.sqrt(0.75) * to_normal(to_uniform(lot))
    return np.exp(np.sqrt(variance) * draw - variance / 2)
