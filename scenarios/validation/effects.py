"""What the scenarios of the library do, and how much shared draws sharpen it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from model.indicators import load_indicators
from scenarios.comparison import Comparison, default_workers, summarise
from scenarios.library.reading import library_names, load_scenario
from scenarios.pairs import PairResult, PairTask
from scenarios.pool import run_pairs
from scenarios.results import BASELINE
from scenarios.schema import Scenario

SCENARIOS = ("access", "insertion", "reserved", "lowest-price", "full-spaser")

INDICATORS = (
    "jobs_present",
    "jobs_net",
    "jobs_difference_relocated",
    "jobs_difference_volume",
    "unemployed",
    "insertion_hours",
    "insertion_exits_work",
    "local_share_territory_number",
    "local_share_epci_number",
    "sme_share_number",
    "ess_share_value",
    "bids_per_tender",
    "single_bid_share",
    "unsuccessful_share",
    "considerations_share",
    "reserved_share",
    "price_index",
    "household_income",
    "public_cost",
    "failures",
)

VARIANCE_YEARS = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class VarianceRow:
    """Variance of a paired difference of jobs over that of an unpaired one; year 0: ten years."""

    scenario: str
    year: int
    ratio: float


def measure_effects(
    pairs: int,
    months: int = 120,
    workers: int | None = None,
    on_finished: Callable[[], None] | None = None,
) -> tuple[Comparison, list[VarianceRow]]:
    """Compare the whole library with the baseline on the Côte d'Opale, as ``ancrage compare`` does.

    The variance that shared draws leave is taken from as many further pairs, of `SCENARIOS` alone,
    at central hypotheses.
    """
    library = tuple(load_scenario(name) for name in library_names() if name != BASELINE)
    chosen = tuple(load_scenario(name) for name in SCENARIOS)
    seeds = range(1, pairs + 1)

    def finished(central: bool, scenarios: tuple[Scenario, ...]) -> list[PairResult]:
        tasks = [PairTask("cote-opale", seed, months, central, scenarios) for seed in seeds]
        return run_pairs(
            tasks, workers or default_workers(), lambda _: on_finished and on_finished()
        )

    comparison = summarise(finished(False, library), library, "cote-opale", False)
    return comparison, paired_variance(finished(True, chosen))


def paired_variance(finished: Sequence[PairResult]) -> list[VarianceRow]:
    """Return, by scenario, var(B - A) over var(A) + var(B) of jobs present, by year and in all."""
    place = list(load_indicators()).index("jobs_present")
    whole = np.stack([pair.values for pair in finished])[:, :, place, -1]
    yearly = np.stack([pair.yearly for pair in finished])[:, :, :, place, -1]
    rows: list[VarianceRow] = []
    for s, name in enumerate(SCENARIOS, start=1):
        for year in (*VARIANCE_YEARS, 0):
            if year > yearly.shape[2]:
                continue
            runs = yearly[:, :, year - 1] if year else whole
            apart = runs[:, 0].var(ddof=1) + runs[:, s].var(ddof=1)
            rows.append(
                VarianceRow(name, year, float((runs[:, s] - runs[:, 0]).var(ddof=1) / apart))
            )
    return rows
