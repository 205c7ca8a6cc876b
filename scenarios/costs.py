"""Public cost of an additional job, where the effect on jobs is sound."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.results import ResultRow


@dataclass(frozen=True, slots=True)
class CostPerJob:
    """Public cost of one additional net FTE-year; None where the effect is not sound."""

    scenario: str
    net_fte_years: float | None
    public_cost_eur: float | None
    public_cost_eur_per_net_fte_year: float | None
    reason: str


def cost_per_job(jobs: ResultRow, public_cost: ResultRow, months: int) -> CostPerJob:
    """Divide public cost by net jobs where the mean effect on net jobs is surely above zero.

    Parameters
    ----------
    jobs, public_cost
        Rows of ``jobs_net`` and ``public_cost`` of one scenario, for the territory.
    months
        Horizon of both.
    """
    scenario, cost = jobs.scenario, public_cost.difference
    if jobs.difference is None or cost is None:
        return CostPerJob(scenario, None, None, None, "not defined")
    years = jobs.difference * months / 12.0
    if jobs.mean_low is None:
        reason = "fewer than 5 pairs"
    elif jobs.mean_low <= 0.0:
        reason = "net jobs are not surely above zero"
    else:
        return CostPerJob(scenario, years, cost, cost / years, "")
    return CostPerJob(scenario, years, cost, None, reason)
