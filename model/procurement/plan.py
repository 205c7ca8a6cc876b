"""Which needs are put to competition this month, in which lots, on which terms (`model.md` 3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from model.procurement import duties
from model.procurement.budget import tightened_weights
from model.procurement.category_columns import CategoryColumns
from model.procurement.coordination import Alignment, Lots
from model.procurement.due_rows import DueRows, due_rows
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
    left, failures = contracts.months_left.reshape(PARTS, n), contracts.failures.reshape(PARTS, n)
    # needs whose first part comes up; the others are looked at there only
    first = np.flatnonzero((left[0] == 0) & (volume[0] > 0) & (failures[0] == 0))
    further = volume[1:, first] > 0
    fresh = (left[1:, first] == 0) & (failures[1:, first] == 0)
    movable = (fresh | ~further).all(axis=0)
    divided = further.any(axis=0)
    divisible = needs.splittable[first] if practice.moved("allotment") else np.zeros_like(divided)
    rows = first[movable & (divisible | divided)]
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
    has_ess: NDArray[np.bool_],
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
    has_structure, has_ess
        (C × Z,), whether a social structure, or another employer of the social economy, of the
        territory supplies the category.
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
        contracts,
        needs,
        categories.works,
        groups,
        volume_factor,
        programme,
        rules,
        alignment,
        money_scale,
        h,
        seed,
    )
    lot = _describe(
        served, lots, contracts, needs, groups, categories, programme, money_scale, rules
    )
    rows, category, buyer = lot.contract, lot.category, lot.buyer
    value = partial(practice.of_lots, buyer=buyer, category=category, in_reach=lot.in_reach)
    pair = category.astype(np.int64) * (len(has_structure) // len(categories.works)) + lot.zone
    reserved = categories.structure_supplied[category] & has_structure[pair] & lot.first_call
    # a reserved lot that found no structure is relaunched open to all
    chance = value("reserved_share") * buyers.reservable_ratio[buyer]
    reserved &= _draw("reserve", lot, seed) < chance
    # services of L.2113-15, where an employer of the social economy is able
    of_ess = categories.ess_reservable[category] & has_ess[pair] & ~reserved & lot.first_call
    of_ess &= lot.months <= rules.reserved_ess_maximum_months
    of_ess &= _draw("reserve to ESS", lot, seed) < value("reserved_ess_share")
    law = duties.legal_terms(
        groups,
        buyer,
        lot.works,
        lot.amount_eur / money_scale,
        lot.months,
        lot.procedure,
        lot.base_key,
        rules,
        money_scale,
        h,
        seed,
    )
    wanted = value("social_coverage") * _tilt_to_large(lot.estimate, rules, h)
    chosen = (_draw("consideration", lot, seed) < wanted) & (lot.procedure != DIRECT)
    consideration = chosen | law.social_condition
    labour = categories.labour_share[category]
    rate = value("social_clause_rate")
    clause, hours = _insertion_clause(lot, labour, rate, money_scale, h, seed)
    clause &= consideration & ~reserved
    social = consideration | reserved | of_ess
    decided = np.stack([value(key) for key in AWARD_WEIGHTS])
    tightened = tightened_weights(decided, practice, buyer, category, h["tension_price_shift"])
    weights = _weights(np.where(lot.in_reach, tightened, decided), social)
    green = green_terms(
        value,
        weights[:, 2],
        category,
        lot.procedure,
        lot.first_call,
        lot.base_key,
        categories.green,
        law.environmental_condition,
        bool(rules.environmental_criterion),
        h,
        seed,
    )
    turnover = value("required_turnover") * np.where(lot.first_call, 1.0, 0.5)
    advance = np.maximum(value("advance_rate_sme"), law.advance_floor)
    global_share = np.where(lot.form == GLOBAL, rules.sme_share_global_contracts, 0.0)
    return Tenders(
        served=served,
        contract=rows,
        need=lot.need,
        category=category,
        zone=lot.zone,
        buyer=buyer,
        key=lot.key,
        yearly_eur=lots.yearly_eur,
        amount_eur=lot.amount_eur,
        scale=lots.scale,
        market_ratio=programme.market_ratio[lot.need],
        months=lot.months,
        in_reach=lot.in_reach,
        sme_share_due=global_share,
        procedure=lot.procedure,
        reserved=reserved,
        reserved_ess=of_ess,
        sounded=_draw("sourcing", lot, seed) < value("sourcing_breadth"),
        consideration=social,
        clause=clause,
        clause_hours=np.where(clause, hours / np.maximum(lot.months, 1), 0.0),
        first_call=lot.first_call,
        required_turnover=np.where(lot.procedure == DIRECT, 0.0, turnover),
        # orders of a central body's contract are paid by the buyer, at its own pace
        payment_days=practice.payment_days()[buyer] + h["acceptance_days"],
        advance_rate=np.where(law.advance_due, advance, 0.0),
        advance_rate_large=np.where(law.advance_due, rules.advance_minimum_base, 0.0),
        retention_rate=law.retention_rate * value("retention_share"),
        social_duty=law.social_duty,
        consideration_by_duty=law.social_condition & ~chosen & ~reserved & ~of_ess,
        environmental_condition=law.environmental_condition,
        groupings_welcome=value("groupings_encouraged"),
        notice_months=value("programme_months"),
        barrier=np.full(len(rows), NOTHING, dtype=np.int8),
        eased=np.zeros(len(rows)),
        **vars(green),
        weights=weights,
    )


@dataclass(frozen=True)
class _Lot:
    """What is known of each lot before any choice (T,); ``estimate`` in EUR of the data."""

    contract: Ints
    need: Ints
    category: Ints
    zone: Ints
    buyer: Ints
    works: NDArray[np.bool_]
    form: NDArray[np.int8]
    months: Ints
    amount_eur: Floats
    estimate: Floats
    procedure: NDArray[np.int8]
    base_key: NDArray[np.uint64]
    key: NDArray[np.uint64]
    first_call: NDArray[np.bool_]
    in_reach: NDArray[np.bool_]


def _describe(
    served: DueRows,
    lots: Lots,
    contracts: ContractState,
    needs: Needs,
    groups: duties.LegalGroups,
    categories: CategoryColumns,
    programme: Programme,
    money_scale: float,
    rules: RulesInForce,
) -> _Lot:
    """Describe each lot by the need of the buyer that runs its procedure."""
    rows, months = served.contract[lots.lead], served.months[lots.lead]
    part, need = np.divmod(rows, np.int32(len(needs.buyer)))
    category, buyer = needs.category[need].astype(np.int32), needs.buyer[need].astype(np.int32)
    failures, works = contracts.failures[rows], categories.works[category]
    base_key = award_key(needs.key[need], contracts.renewal[rows])
    # thresholds are those of the whole: neither division into lots nor members avoid a procedure
    estimate = lots.estimate_yearly_eur * months / 12.0
    # and those of the whole market, where others buy with the buyer
    estimate = estimate * programme.market_ratio[need] / money_scale
    return _Lot(
        contract=rows,
        need=need,
        category=category,
        zone=needs.zone[need].astype(np.int32),
        buyer=buyer,
        works=works,
        form=needs.form[need],
        months=months,
        amount_eur=lots.yearly_eur * months / 12.0,
        estimate=estimate,
        procedure=duties.procedures(estimate, works, buyer, groups, rules),
        base_key=base_key,
        key=mix(mix(base_key, part), failures),
        first_call=failures == 0,
        in_reach=programme.in_reach[need],
    )


def _draw(name: str, lot: _Lot, seed: int) -> Floats:
    """Return the uniform draw of a purpose for each lot (T,), the same whatever its parts."""
    return to_uniform(mix(stream(seed, name), lot.base_key))


def _insertion_clause(
    lot: _Lot,
    labour_share: Floats,
    rate: Floats,
    money_scale: float,
    h: Mapping[str, float],
    seed: int,
) -> tuple[NDArray[np.bool_], Floats]:
    """Return where an insertion clause fits and would be set (T,), and its hours.

    Hours = amount × labour share × rate / hourly cost, as facilitators compute them; it fits where
    labour is a fifth of the amount, for three months and enough hours (`facts.md` 2.3).
    """
    hours = lot.amount_eur / money_scale * labour_share * rate / h["insertion_hourly_cost"]
    fits = (labour_share >= 0.20) & (lot.months >= 3) & (hours >= h["clause_minimum_hours"])
    return fits & (_draw("clause fits", lot, seed) < h["clause_when_it_fits"]), hours


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
