"""A small world with the engine's face: cheap, deterministic, moved by a few levers.

Imported by name, also in spawned processes; see the fixture ``fake_world`` of ``conftest.py``.
"""

from __future__ import annotations

import os
import time
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError
from model.hypotheses import HypothesisValues
from model.indicators import Breakdown, Records
from model.indicators.records import QUANTITIES, QUANTITIES_BY_DIMENSION
from model.indicators.watcher import WATCHED, WatchedMonths
from model.procurement.amendments import Amendments
from model.procurement.levers import Levers
from model.random_streams import normal, uniform
from model.shocks.shock import Shocks

if TYPE_CHECKING:
    from model import TerritoryModel
    from model.territory.territory import Territory

ZONES = ("A", "B", "C")
CATEGORIES = ("works", "services")
GROUPS = {
    "sector": ("FZ", "GZ"),
    "firm-kind": ("micro", "sme"),
    "ownership": ("local", "outside"),
    "buyer-kind": ("commune", "hospital"),
}


Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class FakeWorld:
    """Quantities are keyed noise around a level that the allotment lever raises."""

    def __init__(
        self,
        seed: int,
        hypotheses: HypothesisValues,
        levers: Levers | None = None,
        shocks: Shocks | None = None,
    ) -> None:
        self.seed, self.hypotheses, self.levers = seed, hypotheses, levers or Levers()
        self.shocks = shocks or Shocks()
        self.months = self.since = 0

    def branch(
        self,
        levers: Levers | None = None,
        *,
        amendments: Amendments | None = None,
        shocks: Shocks | None = None,
    ) -> FakeWorld:
        twin = FakeWorld(self.seed, self.hypotheses, levers or self.levers, shocks or self.shocks)
        twin.months = twin.since = self.months
        return twin

    continued = branch

    def record_zones_only(self) -> None:
        """Record by zone alone: what it records costs nothing anyway."""

    def run(self, months: int) -> FakeWorld:
        time.sleep(float(os.environ.get("FAKE_WORLD_SECONDS", "0")))
        self.months += months
        return self

    def watch_only(self) -> None:
        """Keep watched quantities alone: what it does is known anyway."""
        self.since = self.months

    def watched(self) -> WatchedMonths:
        """Return watched quantities, less a tenth of jobs and output while a shock lasts."""
        months = np.arange(self.since, self.months)[:, None]
        lift = np.array([[self.levers.value("allotment", int(m))] for m in months[:, 0]])
        depth = np.zeros(len(months))
        for one in self.shocks.items:
            depth += [one.depth_at(int(month)) for month in months[:, 0]]
        left = 1.0 - 0.1 * np.minimum(depth, 1.0)[:, None]
        zones, groups = np.arange(len(ZONES)), np.arange(len(GROUPS["sector"]))
        premium = self.hypotheses["clause_price_premium"]
        noise = [normal(self.seed, name, months, zones) for name in WATCHED]
        values = 100.0 + np.stack(noise) + premium + lift
        values[:2] *= left
        sectors = 100.0 + normal(self.seed, "sector jobs", months, groups) + lift
        return WatchedMonths(ZONES, values, sectors * left)

    @property
    def records(self) -> Records:
        months = np.arange(self.months)[:, None]
        zones = np.arange(len(ZONES))[None, :]
        lift = np.array([self.levers.value("allotment", m) for m in range(self.months)])[:, None]
        premium = self.hypotheses["clause_price_premium"]
        quantities = {
            name: 100.0 + normal(self.seed, name, months, zones) + premium for name in QUANTITIES
        }
        quantities["lm3_r3_eur"] *= 0.4
        jump = lift * (10.0 + normal(self.seed, "jump", months, zones))
        cells = np.arange(len(CATEGORIES))[None, :, None]
        local = 50.0 + uniform(self.seed, "local", months[:, :, None], cells, zones[:, None, :])
        fte = local * 0.1 * (1.0 + jump[:, None, :] / 100.0)
        quantities["jobs_direct_fte"] = fte.sum(axis=1)
        parts = ("jobs_direct_fte", "jobs_indirect_fte", "jobs_induced_fte", "jobs_other_fte")
        quantities["jobs_present_fte"] = np.sum([quantities[name] for name in parts], axis=0)
        return Records(
            zones=ZONES,
            categories=CATEGORIES,
            start="2027-01",
            quantities=quantities,
            contract_volume=np.full((self.months, len(CATEGORIES)), 400.0),
            contract_value=np.full((self.months, len(CATEGORIES)), 420.0),
            local_volume=local,
            local_fte=fte,
            breakdowns={d: self._by_group(d, months, jump[:, :1]) for d in GROUPS},
        )

    def _by_group(self, dimension: str, months: Ints, jump: Floats) -> Breakdown:
        groups = GROUPS[dimension]
        places = np.arange(len(groups))[None, :]
        quantities = {
            name: 100.0 + normal(self.seed, f"{dimension} {name}", months, places) + 0.1 * jump
            for name in QUANTITIES_BY_DIMENSION[dimension]
        }
        if "lm3_r3_eur" in quantities:
            quantities["lm3_r3_eur"] *= 0.4
        return Breakdown(groups, quantities)


def build(territory: str, seed: int, hypotheses: HypothesisValues) -> FakeWorld:
    """Build a fake burnt-in world; seeds named in the environment kill its process or fail."""
    if os.environ.get("FAKE_WORLD_DEADLY_SEED") == str(seed):
        os._exit(1)
    if os.environ.get("FAKE_WORLD_REFUSED_SEED") == str(seed):
        raise AncrageError(f"Seed {seed} is refused.")
    return FakeWorld(seed, hypotheses)


def build_single(
    territory: str, seed: int, hypotheses: HypothesisValues, verify: bool
) -> FakeWorld:
    """Build a fake world for a single run."""
    return FakeWorld(seed, hypotheses)


def build_generated(territory: str, seed: int, hypotheses: HypothesisValues) -> TerritoryModel:
    """Build a true world of 300 made-up firms, burnt in, whatever the territory's name."""
    from model import TerritoryModel

    return TerritoryModel(_made_up(), rng=seed, hypotheses=hypotheses, verify=True)


@cache
def _made_up() -> Territory:
    from model import generated_territory

    return generated_territory(300, 3, seed=1)


def install() -> None:
    """Make the command line run fake worlds."""
    import functools

    import scenarios.comparison
    import scenarios.single
    import viz.territories

    names = {"A": "Zone A", "B": "Zone B", "C": "Zone C"}
    scenarios.comparison.compare = functools.partial(scenarios.comparison.compare, build=build)
    scenarios.single.run_one = functools.partial(scenarios.single.run_one, build=build_single)
    viz.territories.prepare_territory = lambda name: names


if __name__ == "__main__":
    from viz.cli import main

    install()
    main()
