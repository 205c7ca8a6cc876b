"""One point of a design: a world with hypotheses of its own, and its figures."""

from __future__ import annotations

import gc
import hashlib
from dataclasses import dataclass

from model import TerritoryModel, load_territory
from model.hypotheses import HypothesisValues
from scenarios.finished import Values
from scenarios.validation.award_log import AwardLog, measure_awards
from scenarios.validation.follow import Follower
from scenarios.validation.worlds import (
    WINDOW_MONTHS,
    records_figures,
    unemployment_response,
    with_more_demand,
)

RESPONSE = "unemployed_per_100_jobs"
"""The one figure that needs a second world; it hardly varies with the seed."""


@dataclass(frozen=True, slots=True)
class Point:
    """What is run at one point.

    ``values`` are those of run-time hypotheses, (key, value); the others keep their central value.
    ``responds`` also runs the second world that the response of unemployment needs.
    """

    territory: str
    seed: int
    values: tuple[tuple[str, float], ...]
    responds: bool

    @property
    def unit(self) -> str:
        """Name under which its figures are kept: the same point has the same name."""
        text = f"{self.territory} {self.seed} {self.responds} {self.values}"
        return f"point-{hashlib.sha256(text.encode()).hexdigest()[:24]}"


def run_point(point: Point) -> tuple[str, Values]:
    """Run the months of the figures after burn-in; return the unit and its figures."""
    hypotheses = HypothesisValues(dict(point.values))
    territory = load_territory(point.territory)
    model = TerritoryModel(territory, rng=point.seed, hypotheses=hypotheses, keep_awards=True)
    twin = with_more_demand(model) if point.responds else None
    follower = Follower(model)
    follower.step(WINDOW_MONTHS)
    found = measure_awards(AwardLog.of(model))
    records = model.records
    found |= records_figures(records, found["census_value_eur"])
    found["exit_rate"] = 12.0 * follower.closings / follower.at_risk
    if twin is not None:
        twin.run(WINDOW_MONTHS)
        found[RESPONSE] = unemployment_response(records, twin.records, hypotheses["fte_per_head"])
    del model, twin, follower
    # a dead Mesa model is freed only by the cycle collector
    gc.collect()
    return point.unit, found
