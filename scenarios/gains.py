"""Who gains and who loses in a scenario: groups whose mean difference is surely not zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.indicators.breakdowns import BUYER_KIND, EPCI, FIRM_KIND, OWNERSHIP, SECTOR
from scenarios.results import ResultRow

WATCHED: Mapping[str, tuple[str, ...]] = {
    FIRM_KIND: ("jobs_present", "public_sales"),
    OWNERSHIP: ("jobs_present", "public_sales"),
    SECTOR: ("jobs_present", "public_sales"),
    EPCI: ("jobs_present",),
    BUYER_KIND: ("purchasing_power", "lever_cost_buyers"),
}
"""Indicators that tell who gains, by dimension."""

COSTS = ("lever_cost_buyers",)
"""Of these, what a group that pays more loses."""


@dataclass(frozen=True, slots=True)
class Gain:
    """One group that surely gains or loses: the interval of its mean difference excludes 0."""

    scenario: str
    dimension: str
    group: str
    indicator: str
    gains: bool
    difference: float
    mean_low: float
    mean_high: float


def who_gains(rows: Sequence[ResultRow]) -> list[Gain]:
    """Return who surely gains or loses, in the order of the rows; nobody under five pairs.

    Intervals are at 90 % for each group alone: about one group in ten without any effect is found
    to gain or lose by chance.
    """
    found: list[Gain] = []
    for row in rows:
        if row.indicator not in WATCHED.get(row.dimension, ()):
            continue
        low, high, difference = row.mean_low, row.mean_high, row.difference
        if low is None or high is None or difference is None or low <= 0.0 <= high:
            continue
        gains = (difference > 0.0) != (row.indicator in COSTS)
        found.append(
            Gain(
                row.scenario,
                row.dimension,
                row.group,
                row.indicator,
                gains,
                difference,
                low,
                high,
            )
        )
    return found
