"""How a burnt-in world responds: jobs to more exports, value added to more public purchases."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model import Levers, Territory, TerritoryModel
from model.hypotheses import HypothesisValues
from model.shocks.shock import Shocks
from scenarios.validation.hit_suppliers import strike_suppliers

Floats = NDArray[np.float64]

EXPORT_STEP = 0.05
"""More outside demand of industry."""

BUDGET_STEP = 0.10
"""Less money of buyers."""

MONTHS = 24
LAST_YEAR = 12


def measure_responses(
    territory: Territory, seed: int, hypotheses: HypothesisValues | None = None
) -> dict[str, float]:
    """Burn in a world and return how it responds, by pattern key.

    - ``customers_of_hit``: see `hit_suppliers`.
    - ``other_jobs_per_industrial_job``: jobs of other trades for one more job of industry, second
      year after its outside demand rose (Frocrain and Giraud, Malgouyres; `facts.md` 3.2).
    - ``public_spending_multiplier``: value added of the territory for a EUR paid to its firms by
      public buyers, over two years of smaller budgets (Chodorow-Reich, Auerbach; 3.2).
    - ``local_respending``: part of what holders of the territory are paid that they spend in it on
      inputs, net pay and dividends (nef; 3.2).
    """
    model = TerritoryModel(territory, rng=seed, hypotheses=hypotheses)
    hit = strike_suppliers(model)
    calm = _followed(model.branch())
    exports = _followed(_with_more_exports(model))
    cut = {"kind": "budget-cut", "depth": BUDGET_STEP, "start_month": 0}
    poorer = _followed(model.branch(shocks=Shocks([{**cut, "duration_months": MONTHS}])))
    industry = _of_industry(model)
    more = exports.jobs - calm.jobs
    spent = calm.received - poorer.received
    return {
        "customers_of_hit": hit.scaled,
        "local_respending": calm.spent / calm.received,
        "other_jobs_per_industrial_job": float(more[~industry].sum() / more[industry].sum()),
        "public_spending_multiplier": (calm.value_added - poorer.value_added) / spent,
    }


@dataclass(frozen=True, eq=False)
class _Course:
    """Jobs by firm in the last year (n,), and sums over all months: value added, EUR at base
    prices, what firms of the territory received for contracts and spent of it there, EUR."""

    jobs: Floats
    value_added: float
    received: float
    spent: float


def _followed(model: TerritoryModel) -> _Course:
    kept = 1.0 - _inputs_of_output(model)
    jobs, value_added = np.zeros(len(kept)), 0.0
    for month in range(MONTHS):
        model.step()
        assert model.last_flows is not None
        value_added += float(kept @ model.last_flows.goods.output)
        if month >= MONTHS - LAST_YEAR:
            jobs += model.state.firms.present_fte() / LAST_YEAR
    kept_eur = model.records.quantities
    received, spent = (float(kept_eur[key].sum()) for key in ("lm3_r2_eur", "lm3_r3_eur"))
    return _Course(jobs, value_added, received, spent)


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
