"""Rows of results: one scenario, indicator and group against the baseline."""

from __future__ import annotations

from dataclasses import dataclass

ALL_ZONES = "all"
"""Zone, dimension and group of the territory as a whole."""

BASELINE = "baseline"
"""Name of current practice going on, in tables of runs."""


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One scenario, indicator and group against the baseline (see `PairedStatistics`).

    ``dimension`` and ``group`` are ``"all"`` for the territory. ``zone`` is the group of EPCI and
    of the territory, None for other dimensions.
    """

    scenario: str
    indicator: str
    zone: str | None
    dimension: str
    group: str
    baseline: float | None
    value: float | None
    difference: float | None
    low: float | None
    high: float | None
    mean_low: float | None
    mean_high: float | None
    relative: float | None
