"""Duties that the law puts on each lot: conditions of execution, advances, retention, length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.procurement.forms import FRAMEWORK
from model.procurement.legal_calendar import RulesInForce, kinds_bound
from model.procurement.needs import Needs
from model.procurement.tenders import ADAPTED, DIRECT, FORMAL
from model.random_streams import mix, stream, to_uniform
from model.territory.buyers import BUYER_KINDS, Buyers

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Keys = NDArray[np.uint64]


@dataclass(frozen=True)
class LegalGroups:
    """Groups of buyers that rules tell apart, and their size, by buyer (B,).

    ``state`` has State thresholds, ``network`` those of contracting entities; ``local`` are local
    authorities and their bodies; ``total_purchases_eur`` a year, of the legal person.
    """

    state: Bools
    network: Bools
    local: Bools
    total_purchases_eur: Floats

    @classmethod
    def of(cls, buyers: Buyers) -> LegalGroups:
        """Read them from the buyers and the kinds that the calendar names."""

        def of_kinds(rule: str) -> Bools:
            kinds = [BUYER_KINDS.index(kind) for kind in kinds_bound(rule)]
            return np.isin(buyers.kind, kinds)

        return cls(
            state=of_kinds("formal_threshold_state"),
            network=np.asarray(buyers.contracting_entity),
            local=of_kinds("advance_minimum_sme_local"),
            total_purchases_eur=np.asarray(buyers.total_purchases_eur),
        )

    def large_local(self, rules: RulesInForce, money_scale: float, h: Mapping[str, float]) -> Bools:
        """Return the local authorities above the legal running expenditure (B,) (R.2191-7).

        Running expenditure is not data: it is purchases times ``running_expenditure_ratio``.
        """
        running = self.total_purchases_eur / money_scale * h["running_expenditure_ratio"]
        return self.local & (running > rules.advance_local_expenditure)


@dataclass(frozen=True)
class LegalTerms:
    """What the law puts on each lot (T,).

    ``social_duty`` binds, ``social_condition`` is where the buyer complies; ``advance_floor`` is
    the least rate to a small or medium holder where an advance is due at all.
    """

    social_duty: Bools
    social_condition: Bools
    environmental_condition: Bools
    advance_due: Bools
    advance_floor: Floats
    retention_rate: Floats


def legal_terms(
    groups: LegalGroups,
    buyer: NDArray[np.integer],
    works: Bools,
    amount: Floats,
    months: NDArray[np.integer],
    procedure: NDArray[np.int8],
    key: Keys,
    rules: RulesInForce,
    money_scale: float,
    h: Mapping[str, float],
    seed: int,
) -> LegalTerms:
    """Return the terms of lots (T,) of these amounts, in EUR of the data, and months.

    ``key`` (T,) is that of the need and its renewal: all lots of a need have the same draws.
    """
    duty = social_duty(procedure, months, key, rules, h, seed)
    large = groups.large_local(rules, money_scale, h)
    return LegalTerms(
        social_duty=duty,
        social_condition=duty & complying(key, "social duty", h["social_duty_compliance"], seed),
        environmental_condition=environmental_conditions(procedure, key, rules, h, seed),
        advance_due=(amount > rules.advance_threshold) & (months > rules.advance_minimum_months),
        advance_floor=advance_floors(buyer, large, groups, rules),
        retention_rate=retention_rates(works, procedure, buyer, large, groups, key, rules, h, seed),
    )


def procedures(
    estimate: Floats,
    works: Bools,
    buyer: NDArray[np.integer],
    groups: LegalGroups,
    rules: RulesInForce,
) -> NDArray[np.int8]:
    """Return the procedure of each need by its estimate (T,), in EUR of the data."""
    waiver = np.where(works, rules.waiver_threshold_works, rules.waiver_threshold_other)
    other = np.select(
        [groups.state[buyer], groups.network[buyer]],
        [rules.formal_threshold_state, rules.formal_threshold_utilities],
        rules.formal_threshold_local,
    )
    formal = np.where(works, rules.formal_threshold_works, other)
    found = np.where(estimate < waiver, DIRECT, np.where(estimate < formal, ADAPTED, FORMAL))
    return found.astype(np.int8)


def contract_months(
    needs: Needs, need: NDArray[np.integer], network: Bools, rules: RulesInForce
) -> NDArray[np.int16]:
    """Return how long each contract runs (T,): framework agreements have a longest duration.

    ``network`` (T,) tells the lots of contracting entities (L.2125-1).
    """
    months = needs.duration_months[need]
    longest = np.where(
        network, rules.framework_maximum_months_utilities, rules.framework_maximum_months
    )
    framework = needs.form[need] == FRAMEWORK
    return np.where(framework, np.minimum(months, longest), months).astype(np.int16)


def social_duty(
    procedure: NDArray[np.int8],
    months: NDArray[np.integer],
    key: Keys,
    rules: RulesInForce,
    h: Mapping[str, float],
    seed: int,
) -> Bools:
    """Return the lots that must have a social execution condition (T,) (L.2112-2-1).

    Those of the European thresholds, unless one of the four exceptions holds: the contract is
    short, exactly; the three others, each a third of ``social_derogation_share``, by the keyed draw
    of the need and its renewal, so that to close one exception binds its lots and no other.
    """
    if not rules.social_execution_above_formal:
        return np.zeros(len(procedure), dtype=bool)
    bound = (procedure == FORMAL) & (months >= rules.social_derogation_short_months)
    third = h["social_derogation_share"] / 3.0
    draw = to_uniform(mix(stream(seed, "social derogation"), key))
    open_to = (
        rules.social_derogation_immediate,
        rules.social_derogation_no_link,
        rules.social_derogation_competition,
    )
    for i, may_be_invoked in enumerate(open_to):
        if may_be_invoked:
            bound &= (draw < i * third) | (draw >= (i + 1) * third)
    return bound


def complying(key: Keys, purpose: str, chance: float, seed: int) -> Bools:
    """Return where the buyer meets a duty (T,), by the keyed draw of a purpose."""
    return to_uniform(mix(stream(seed, purpose), key)) < chance


def environmental_conditions(
    procedure: NDArray[np.int8],
    key: Keys,
    rules: RulesInForce,
    h: Mapping[str, float],
    seed: int,
) -> Bools:
    """Return the lots with an environmental execution condition (T,) (L.2112-2).

    All lots put to competition must have one once the duty holds; buyers who comply write it.
    """
    if not rules.environmental_execution:
        return np.zeros(len(procedure), dtype=bool)
    met = complying(key, "environmental duty", h["environmental_duty_compliance"], seed)
    return met & (procedure != DIRECT)


def advance_floors(
    buyer: NDArray[np.integer], large_local: Bools, groups: LegalGroups, rules: RulesInForce
) -> Floats:
    """Return the least advance rate to a small or medium holder (T,) (R.2191-7)."""
    return np.select(
        [groups.state[buyer], large_local[buyer]],
        [rules.advance_minimum_sme_state, rules.advance_minimum_sme_local],
        rules.advance_minimum_base,
    )


def retention_rates(
    works: Bools,
    procedure: NDArray[np.int8],
    buyer: NDArray[np.integer],
    large_local: Bools,
    groups: LegalGroups,
    key: Keys,
    rules: RulesInForce,
    h: Mapping[str, float],
    seed: int,
) -> Floats:
    """Return the part of each payment kept back from a small or medium holder (T,) (R.2191-33).

    Works put to competition, where the keyed draw is under ``retention_use``, at the legal cap;
    larger holders give a bank's guarantee instead.
    """
    capped = groups.state[buyer] | large_local[buyer]
    cap = np.where(capped, rules.retention_cap_sme, rules.retention_cap)
    used = works & (procedure != DIRECT) & complying(key, "retention", h["retention_use"], seed)
    return np.where(used, cap, 0.0)
