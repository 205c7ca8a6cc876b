"""A world of two buyers whose contracts follow a few levers, exactly and without any simulation.

Imported by name, also in spawned processes; see the fixture ``exact_buyers`` of ``conftest.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from unittest.mock import patch

import numpy as np

from model.hypotheses import HypothesisValues
from model.indicators import Records
from model.indicators.recording.by_buyer import COUNTED, OBSTACLES, UNITS, BuyerMonths
from model.indicators.records import QUANTITIES
from model.procurement.amendments import Amendments
from model.procurement.levers import Levers
from model.random_streams import normal
from model.shocks.shock import Shocks
from scenarios import Scenario
from scenarios.spaser import Spaser, spaser

BUYERS = ("one", "two")
MONTHLY = 10.0
"""Contracts that a buyer notifies a month."""


class ExactWorld:
    """Each month each buyer notifies ten contracts of 1,000 EUR.

    Of each hundred, 10 have a social consideration and 2 go to SIAE; social coverage beyond current
    practice adds as many and the reserved share adds three times as many; seeds add a point more or
    less. Staff and training cost, and make the others take hold.
    """

    def __init__(self, seed: int, levers: Levers | None = None, months: int = 0) -> None:
        self.seed, self.levers, self.months = seed, levers or Levers(), months
        self.buyers: tuple[str, ...] = ()

    def branch(
        self,
        levers: Levers | None = None,
        *,
        amendments: Amendments | None = None,
        shocks: Shocks | None = None,
    ) -> ExactWorld:
        twin = ExactWorld(self.seed, levers or self.levers)
        twin.buyers = self.buyers
        return twin

    def run(self, months: int) -> ExactWorld:
        self.months += months
        return self

    @property
    def whole_record(self) -> ExactWorld:
        return self

    def follow_buyers(self, codes: Sequence[str], seed: int) -> None:
        self.buyers = tuple(codes)

    def _value(self, key: str) -> float:
        """Return a lever, as far as any buyer is in its scope."""
        paths = self.levers.paths_of(key)
        return max((path.value(0, 0.0) for path in paths), default=self.levers.value(key, 0))

    def _shares(self) -> dict[str, float]:
        noise = 0.01 * float(normal(self.seed, "noise", np.arange(1))[0])
        hold = 0.2 + 0.4 * self._value("training") + 0.2 * self._value("dedicated_staff")
        more = hold * (self._value("social_coverage") - 0.13)
        reserved = 3.0 * hold * (self._value("reserved_share") - 0.002)
        return {"social": 0.10 + noise + more, "siae": max(0.0, 0.02 + noise / 5 + reserved)}

    def buyer_months(self) -> BuyerMonths:
        shape = (self.months, len(self.buyers), len(COUNTED), len(UNITS))
        counted = np.zeros(shape)
        counted[:, :, 0] = MONTHLY, 1000.0 * MONTHLY
        for name, share in self._shares().items():
            counted[:, :, COUNTED.index(name)] = share * counted[:, :, 0]
        obstacles = np.ones((self.months, len(self.buyers), len(OBSTACLES)))
        return BuyerMonths(counted, obstacles)

    @property
    def records(self) -> Records:
        quantities = {name: np.full((self.months, 1), 100.0) for name in QUANTITIES}
        spent = 1000.0 * self._value("training") + 3000.0 * self._value("dedicated_staff")
        quantities["lever_cost_buyer_eur"] = np.full((self.months, 1), spent)
        share = 100.0 * self._shares()["social"]
        quantities["considerations_n"] = np.full((self.months, 1), share)
        empty = np.zeros((self.months, 1, 1))
        return Records(("z",), ("c",), "2027-01", quantities, empty[..., 0], empty, empty, {})


def build(territory: str, seed: int, hypotheses: HypothesisValues) -> ExactWorld:
    """Build it, whatever the territory and hypotheses."""
    return ExactWorld(seed)


@cache
def study() -> Spaser:
    """Return the table of both buyers over two whole years and a half."""
    scenario = Scenario("more", "x", Levers({"social_coverage": 0.63, "training": 1.0}))
    # nothing of Mesa is to be freed here
    with patch("gc.collect"):
        return spaser(
            BUYERS, scenario, territory="any", months=30, pairs=10, workers=1, build=build
        )
