"""How a burnt-in world responds: jobs to more exports, value added to more public purchases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from model import Levers, TerritoryModel
from model.shocks.shock import Shocks

Floats = NDArray[np.float64]

EXPORT_STEP = 0.05
"""More outside demand of industry."""

BUDGET_STEP = 0.10
"""Less money of buyers."""

MONTHS = 36
LAST_YEAR = 12


def measure_responses(model: TerritoryModel) -> dict[str, float]:
    """Return figures by pattern key of a world that has just been burnt in.

    - ``other_jobs_per_industrial_job``: jobs of other trades for one more job of industry, third
      year after its outside demand rose (Frocrain and Giraud, Malgouyres; `facts.md` 3.2).
    - ``public_spending_multiplier``: value added of the territory for a EUR paid to its firms by
      public buyers, over three years of smaller budgets (Chodorow-Reich, Auerbach; 3.2).
    """
    calm = _followed(model.branch())
    exports = _followed(_with_more_exports(model))
    cut = {"kind": "budget-cut", "depth": BUDGET_STEP, "start_month": 0}
    poorer = _followed(model.branch(shocks=Shocks([{**cut, "duration_months": MONTHS}])))
    industry = _of_industry(model)
    more = exports.jobs - calm.jobs
    spent = calm.received - poorer.received
    return {
        "other_jobs_per_industrial_job": float(more[~industry].sum() / more[industry].sum()),
        "public_spending_multiplier": (calm.value_added - poorer.value_added) / spent,
    }


class _Course:
    """Jobs by firm in the last year (n,), and sums of three years, EUR at base prices."""

    def __init__(self, jobs: Floats, value_added: float, received: float) -> None:
        self.jobs, self.value_added, self.received = jobs, value_added, received


def _followed(model: TerritoryModel) -> _Course:
    kept = 1.0 - _inputs_of_output(model)
    jobs, value_added = np.zeros(len(kept)), 0.0
    for month in range(MONTHS):
        model.step()
        assert model.last_flows is not None
        value_added += float(kept @ model.last_flows.goods.output)
        if month >= MONTHS - LAST_YEAR:
            jobs += model.state.firms.present_fte() / LAST_YEAR
    received = model.records.quantities["lm3_r2_eur"]
    return _Course(jobs, value_added, float(received.sum()))


def _inputs_of_output(model: TerritoryModel) -> Floats:
    """Return inputs for a EUR of output, bought here or outside (n,)."""
    network, columns = model.territory.supply, model.territory.firms
    slots = np.bincount(
        network.slot_client, weights=network.slot_coefficient, minlength=len(columns)
    )
    return slots + columns.outside_input


def _of_industry(model: TerritoryModel) -> NDArray[np.bool_]:
    """Return which firms make goods for sale anywhere: sections B and C of the nomenclature."""
    codes = np.array([code[0] in "BC" for code in model.territory.sectors.codes])
    return codes[model.territory.firms.sector]


def _with_more_exports(model: TerritoryModel) -> TerritoryModel:
    """Return a branch in which outside clients ask more of industry."""
    twin = model.branch(Levers())
    demand = twin.territory.demand
    made = np.array([code[0] in "BC" for code in twin.territory.sectors.codes])
    more = np.tile(np.where(made, 1.0 + EXPORT_STEP, 1.0), len(twin.territory.zones.keys))
    risen = replace(demand, outside_demand_eur=demand.outside_demand_eur * more)
    twin.setting = replace(twin.setting, territory=replace(twin.territory, demand=risen))
    return twin
