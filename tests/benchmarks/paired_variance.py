"""How much sharing the draws of a pair reduces the variance of a difference of jobs.

Run as ``python tests/benchmarks/paired_variance.py [--territory NAME | --firms N] [--seeds N]
[--months N]``. Every seed runs a baseline and a scenario on the same draws; the variance of their
difference is set against that of a difference between unrelated seeds, which is the sum of both
variances. Printed for months 12, 60 and 120 and for the mean of the whole span.
"""

from __future__ import annotations

import argparse
import gc
import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model import Levers, TerritoryModel, generated_territory, load_territory
from model.territory.territory import Territory

ACCESS = {
    "allotment": 0.5,
    "sourcing_breadth": 0.5,
    "advance_rate_sme": 0.3,
    "required_turnover": 0.0,
}


@dataclass(frozen=True)
class Paired:
    """Jobs present by month, (seeds, months), of the baseline and of the scenario."""

    baseline: NDArray[np.float64]
    scenario: NDArray[np.float64]

    def ratio(self, months: slice) -> float:
        """Return variance of paired differences over that of unpaired ones, mean of months."""
        base = self.baseline[:, months].mean(axis=1)
        other = self.scenario[:, months].mean(axis=1)
        return float((other - base).var(ddof=1) / (base.var(ddof=1) + other.var(ddof=1)))


def run_pairs(territory: Territory, seeds: range, months: int, levers: Levers) -> Paired:
    """Run both worlds of every seed, hypotheses at their central values."""
    jobs: list[list[NDArray[np.float64]]] = [[], []]
    for seed in seeds:
        parent = TerritoryModel(territory, rng=seed)
        for kept, chosen in zip(jobs, (Levers(), levers), strict=True):
            world = parent.branch(chosen).run(months)
            kept.append(world.records.quantities["jobs_present_fte"].sum(axis=1))
        del parent, world
        gc.collect()
    return Paired(np.array(jobs[0]), np.array(jobs[1]))


def main() -> None:
    """Print the ratios as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--territory", default="cote-opale")
    parser.add_argument("--firms", type=int, default=0, help="a generated territory instead")
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--months", type=int, default=120)
    chosen = parser.parse_args()
    territory = (
        generated_territory(chosen.firms, 5) if chosen.firms else load_territory(chosen.territory)
    )
    pairs = run_pairs(territory, range(1, chosen.seeds + 1), chosen.months, Levers(ACCESS))
    found = {
        f"month {m}": pairs.ratio(slice(m - 1, m)) for m in (12, 60, 120) if m <= chosen.months
    }
    found["mean of the span"] = pairs.ratio(slice(None))
    print(json.dumps({"territory": territory.name, "seeds": chosen.seeds, "ratio": found}))


if __name__ == "__main__":
    main()
