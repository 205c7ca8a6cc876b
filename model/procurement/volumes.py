"""How much a contract asks for, and for how long: what differs from one award to the next.

Ratios are over the mean of the need and have mean one, so that a buyer spends its envelope in the
mean. Those of works operations are keyed by need and renewal alone: the plan is known ahead.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from model.procurement.forms import FRAMEWORK, GLOBAL, WORKS_OPERATION
from model.procurement.needs import Needs
from model.random_streams import Keys, mix, stream, to_normal, to_uniform

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

MANDATE_START = 26
"""First month of the municipal mandate of March 2026, counted from January 2024 (facts 2.11)."""

MANDATE_MONTHS = 72


def is_operation(form: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return where a need is a succession of works operations."""
    return (form == WORKS_OPERATION) | (form == GLOBAL)


def planned_ratio(
    form: NDArray[np.integer],
    need_key: Keys,
    renewal: NDArray[np.integer],
    h: Mapping[str, float],
    seed: int,
) -> Floats:
    """Return the volume of an operation over the mean of its need (T,), 1 for other forms.

    Operations come two by two: ``1 + d`` and ``1 - d``, d uniform, so that a plan stays within
    its means. The draw is of need and pair; ``renewal`` (T,) counts the awards of the need.
    """
    ratio = np.ones(len(form))
    rows = np.flatnonzero(is_operation(form))
    pair, second = np.divmod(renewal[rows], 2)
    drawn = to_uniform(mix(mix(stream(seed, "works operation"), need_key[rows]), pair))
    gap = h["operation_spread"] * np.sqrt(3.0) * (2.0 * drawn - 1.0)
    ratio[rows] = 1.0 + np.where(second == 0, gap, -gap)
    return ratio


def framework_ratio(
    form: NDArray[np.integer], award_key: Keys, h: Mapping[str, float], seed: int
) -> Floats:
    """Return orders of a whole framework agreement over its estimate (T,), 1 for other forms."""
    spread = h["framework_estimate_spread"]
    return _ratio(form == FRAMEWORK, award_key, "framework estimate", spread, seed)


def monthly_ratio(needs: Needs, month: int, h: Mapping[str, float], seed: int) -> Floats:
    """Return orders of one month over the mean of the agreement (N,), 1 for other forms."""
    key = mix(needs.key, month)
    spread = h["framework_order_spread"]
    return _ratio(needs.form == FRAMEWORK, key, "framework orders", spread, seed)


def _ratio(where: NDArray[np.bool_], key: Keys, purpose: str, spread: float, seed: int) -> Floats:
    """Return lognormal draws of mean 1 and log-spread ``spread`` where asked, 1 elsewhere."""
    ratio = np.ones(len(where))
    rows = np.flatnonzero(where)
    drawn = to_normal(to_uniform(mix(stream(seed, purpose), key[rows])))
    ratio[rows] = np.exp(spread * drawn - spread**2 / 2)
    return ratio


def electoral_ratio(month: int, amplitude: float, lead_months: float) -> float:
    """Return works of communes and EPCI over their mean in a month, of mean 1 over the mandate.

    A cosine of the mandate's length, highest ``lead_months`` before its end. ``month`` counts from
    January 2024, ``amplitude`` is in [0, 1).
    """
    since = month - MANDATE_START
    peak = MANDATE_MONTHS - lead_months
    return 1.0 + amplitude * float(np.cos(2.0 * np.pi * (since - peak) / MANDATE_MONTHS))


def months_served(
    duration_months: NDArray[np.integer],
    reconduction_months: NDArray[np.integer],
    award_key: Keys,
    chance: float,
    seed: int,
) -> Ints:
    """Return how long each contract runs (T,): to its end, or to a period that is not renewed.

    Each period after the first is renewed with probability ``chance``; one draw of need and
    renewal says how many are, so that a higher chance never shortens a contract.
    """
    served = np.array(duration_months, dtype=np.int32)
    rows = np.flatnonzero(reconduction_months > 0)
    if len(rows) == 0 or chance >= 1.0:
        return served
    drawn = to_uniform(mix(stream(seed, "renewed by default"), award_key[rows]))
    periods = 1.0 + np.floor(np.log(drawn) / np.log(max(chance, 1e-300)))
    served[rows] = np.minimum(periods * reconduction_months[rows], served[rows])
    return served


def framework_maximum(
    form: NDArray[np.integer], estimate_eur: Floats, h: Mapping[str, float]
) -> Floats:
    """Return what may be ordered under a framework agreement in all (T,), EUR; 0 elsewhere."""
    return np.where(form == FRAMEWORK, h["framework_maximum_ratio"] * estimate_eur, 0.0)


def award_key(need_key: Keys, renewal: ArrayLike) -> Keys:
    """Return the key of one award of a need."""
    return mix(need_key, renewal)
