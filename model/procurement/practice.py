"""The purchasing practice in force in one month: levers after their lag, within the law."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.procurement.legal_calendar import RulesInForce
from model.procurement.levers import Levers, load_levers

Floats = NDArray[np.float64]

PAYMENT_LEVERS = {
    "commune": "payment_days_commune",
    "epci": "payment_days_epci",
    "departement": "payment_days_departement",
    "region": "payment_days_region",
    "hospital": "payment_days_hospital",
    "state": "payment_days_state",
}
"""Lever of payment days of each buyer kind; the other kinds follow ``payment_days_other``."""


@dataclass(frozen=True)
class Practice:
    """Values in effect this month, and current practice where a cost is only for the difference.

    ``weights`` are price, technical, environmental and social; ``payment_days`` by buyer kind.
    """

    sourcing_breadth: float
    allotment: float
    weights: tuple[float, float, float, float]
    required_turnover: float
    social_coverage: float
    social_clause_rate: float
    facilitators_fte: float
    reserved_share: float
    advance_rate_sme: float
    payment_days: Floats
    usual_sourcing_breadth: float
    usual_facilitators_fte: float


def practice_in_force(
    levers: Levers, month: int, rules: RulesInForce, buyer_kinds: tuple[str, ...]
) -> Practice:
    """Read every lever for a month counted from the scenario's start."""
    value = {key: levers.value_after_lag(key, month) for key in load_levers()}
    usual = {key: lever.current for key, lever in load_levers().items()}
    days = [value[PAYMENT_LEVERS.get(kind, "payment_days_other")] for kind in buyer_kinds]
    return Practice(
        sourcing_breadth=value["sourcing_breadth"],
        allotment=value["allotment"],
        weights=(
            value["price_weight"],
            value["technical_weight"],
            value["environmental_weight"],
            value["social_weight"],
        ),
        required_turnover=min(value["required_turnover"], rules.turnover_cap),
        social_coverage=value["social_coverage"],
        social_clause_rate=value["social_clause_rate"],
        facilitators_fte=value["facilitators_fte"],
        reserved_share=value["reserved_share"],
        advance_rate_sme=value["advance_rate_sme"],
        payment_days=np.array(days),
        usual_sourcing_breadth=usual["sourcing_breadth"],
        usual_facilitators_fte=usual["facilitators_fte"],
    )
