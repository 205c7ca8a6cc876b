"""The table of a scheme: shares by buyer, category and year, and the targets that they allow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from model.indicators.recording.by_buyer import COUNTED, OBSTACLES, UNITS, BuyerMonths
from scenarios.schema import Scenario
from scenarios.spaser.obstacles import Risk, risks_of
from scenarios.spaser.register import (
    Means,
    Rules,
    Unit,
    load_categories,
    load_rules,
    means_of,
)
from scenarios.spaser.run import FIRST_YEAR
from scenarios.statistics import PAIRS_FOR_A_BAND, one_run_interval

Floats = NDArray[np.float64]

TOGETHER = "all"
"""The chosen buyers added up, where there are several."""

ENOUGH, PROVISIONAL, NO_CONTRACT, FEW, NONE_SURE = (
    "",
    "provisional",
    "no-contract",
    "few-contracts",
    "not-distinguishable",
)
"""Why a row has no target: nothing to say against it, under 5 pairs, nothing to count in some
simulation, too few contracts, an effect that is not distinguishable from zero."""


@dataclass(frozen=True, slots=True)
class SpaserRow:
    """One buyer, category, unit and span of calendar years. Shares in %, None where undefined.

    Attributes
    ----------
    first_year, last_year
        The same for a year; two years follow each other in what L.2111-3 has published.
    contracts
        Contracts notified a year in the scenario, the mean.
    baseline, value
        Share of the contracts notified, or of their value: means over simulations.
    baseline_low, baseline_high, low, high
        Between which nine simulations in ten are.
    baseline_amount, amount, amount_low, amount_high
        The same a year as a number of contracts, or EUR.
    target
        What at least eight simulations in ten reach, rounded down; None where `reason` says why.
    reached
        Share of simulations that reach it.
    """

    buyer: str
    category: str
    unit: Unit
    first_year: int
    last_year: int
    contracts: float
    baseline: float | None
    baseline_low: float | None
    baseline_high: float | None
    value: float | None
    low: float | None
    high: float | None
    baseline_amount: float
    amount: float
    amount_low: float | None
    amount_high: float | None
    target: float | None
    reached: float | None
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class _Cell:
    """Parts and wholes of one row, (pairs, worlds)."""

    part: Floats
    whole: Floats
    contracts: Floats
    of_category: Floats
    years: int


@dataclass(frozen=True, eq=False)
class Spaser:
    """What buyers notify under current practice and a scenario.

    Attributes
    ----------
    counted
        (pairs, 2, Y, B, C, 2): baseline and scenario, whole calendar years, by buyer, category of
        `COUNTED` and unit of `UNITS`.
    obstacles
        (pairs, Y, B, O) of the scenario, in the order of `OBSTACLES`.
    """

    territory: str
    months: int
    pairs: int
    seed: int
    central: bool
    context: Scenario
    overrides: tuple[tuple[str, float], ...]
    scenario: Scenario
    buyers: tuple[str, ...]
    names: tuple[str, ...]
    counted: Floats = field(repr=False)
    obstacles: Floats = field(repr=False)

    @property
    def start(self) -> str:
        """First month."""
        return f"{FIRST_YEAR}-01"

    @property
    def years(self) -> tuple[int, ...]:
        """Whole calendar years."""
        return tuple(range(FIRST_YEAR, FIRST_YEAR + self.counted.shape[2]))

    @property
    def listed(self) -> tuple[str, ...]:
        """Buyers of the rows: those chosen, then all together where they are several."""
        return self.buyers if len(self.buyers) == 1 else (*self.buyers, TOGETHER)

    def name_of(self, buyer: str) -> str:
        """Return the name of a buyer; the code of all together is its own name."""
        return buyer if buyer == TOGETHER else self.names[self.buyers.index(buyer)]

    @cached_property
    def rows(self) -> tuple[SpaserRow, ...]:
        """One row a buyer, category, unit and year."""
        return tuple(self._rows([(year, year) for year in self.years]))

    @cached_property
    def two_years(self) -> tuple[SpaserRow, ...]:
        """The indicators that L.2111-3 has published every two years, without targets."""
        pairs = [(year, year + 1) for year in self.years[:-1:2]]
        return tuple(self._rows(pairs, targets=False))

    def row(self, buyer: str, category: str, unit: Unit, year: int) -> SpaserRow:
        """Return the row of a year."""
        wanted = (buyer, category, unit, year)
        return next(r for r in self.rows if (r.buyer, r.category, r.unit, r.first_year) == wanted)

    def means(self, category: str) -> tuple[Means, ...]:
        """Return the levers that act on a category."""
        return means_of(category)

    def moved(self) -> tuple[str, ...]:
        """Return the levers that the scenario moves."""
        return self.scenario.levers.changed()

    def lever_cost(self, buyer: str) -> float:
        """Return what levers cost a buyer a year beyond current practice, EUR, the mean."""
        cost = self._of(self.obstacles, buyer)[..., OBSTACLES.index("lever_cost_eur")]
        return float(cost.mean())

    @cached_property
    def risks(self) -> tuple[Risk, ...]:
        """What stands in the way of each buyer and category, over all whole years."""
        return tuple(
            risk
            for buyer in self.listed
            for category in load_categories()
            for risk in risks_of(
                buyer,
                category,
                self._of(self.obstacles, buyer),
                self._of(self.counted, buyer)[:, 1, :, 0, 0],
                members=len(self.buyers) if buyer == TOGETHER else 1,
            )
        )

    def _of(self, values: Floats, buyer: str) -> Floats:
        """Return a buyer's part of an array whose last axes but one or two are buyers."""
        axis = 3 if values.ndim == 6 else 2
        if buyer == TOGETHER:
            return values.sum(axis=axis)
        return np.moveaxis(values, axis, 0)[self.buyers.index(buyer)]

    def _cell(self, buyer: str, place: int, unit: int, first: int, last: int) -> _Cell:
        span = slice(first - FIRST_YEAR, last - FIRST_YEAR + 1)
        counted = self._of(self.counted, buyer)[:, :, span].sum(axis=2)
        years = last - first + 1
        return _Cell(
            counted[:, :, place, unit],
            counted[:, :, 0, unit],
            counted[:, :, 0, 0] / years,
            counted[:, :, place, 0] / years,
            years,
        )

    def _rows(self, spans: Sequence[tuple[int, int]], targets: bool = True) -> list[SpaserRow]:
        found: list[SpaserRow] = []
        for buyer in self.listed:
            for category in load_categories():
                place = COUNTED.index(category)
                for number, unit in enumerate(UNITS):
                    for first, last in spans:
                        cell = self._cell(buyer, place, number, first, last)
                        found.append(_row(buyer, category, unit, first, last, cell, targets))
        return found

    def as_json(self) -> dict[str, object]:
        """Return everything as plain values."""
        return {
            "territory": self.territory,
            "months": self.months,
            "pairs": self.pairs,
            "scenario": self.scenario.name,
            "buyers": [
                {
                    "code": code,
                    "name": self.name_of(code),
                    "lever_cost_eur_a_year": self.lever_cost(code),
                }
                for code in self.listed
            ],
            "table": [asdict(row) for row in self.rows],
            "two_years": [asdict(row) for row in self.two_years],
            "risks": [asdict(risk) for risk in self.risks],
        }


def by_year(monthly: Floats) -> Floats:
    """Add months up to whole calendar years: (months, ...) to (Y, ...)."""
    years = len(monthly) // 12
    return monthly[: 12 * years].reshape(years, 12, *monthly.shape[1:]).sum(axis=1)


def obstacles_by_year(months: BuyerMonths) -> Floats:
    """Return obstacles by whole year (Y, B, O): flows added up, stocks at the end of the year."""
    summed = by_year(months.obstacles)
    last = months.obstacles[11 : 12 * len(summed) : 12]
    stock = np.array([name.startswith(("posts_", "maturity_")) for name in OBSTACLES])
    return np.where(stock, last, summed)


def share_of(part: Floats, whole: Floats) -> Floats:
    """Return 100 × part / whole; NaN of nothing."""
    return np.divide(100.0 * part, whole, out=np.full(part.shape, np.nan), where=whole > 0.0)


def _row(
    buyer: str, category: str, unit: Unit, first: int, last: int, cell: _Cell, targets: bool
) -> SpaserRow:
    shares = share_of(cell.part, cell.whole)
    amounts = cell.part / cell.years
    low, high = _band(shares, 100.0)
    amount_low, amount_high = _band(amounts, math.inf)
    target, reason = None, ENOUGH
    if targets:
        target, reason = propose_target(shares, cell, low[1], high[1], load_rules())
    reached = None if target is None else float((shares[:, 1] >= target).mean())
    return SpaserRow(
        buyer=buyer,
        category=category,
        unit=unit,
        first_year=first,
        last_year=last,
        contracts=float(cell.contracts[:, 1].mean()),
        baseline=_mean(shares[:, 0]),
        baseline_low=low[0],
        baseline_high=high[0],
        value=_mean(shares[:, 1]),
        low=low[1],
        high=high[1],
        baseline_amount=float(amounts[:, 0].mean()),
        amount=float(amounts[:, 1].mean()),
        amount_low=amount_low[1],
        amount_high=amount_high[1],
        target=target,
        reached=reached,
        reason=reason,
    )


def _mean(values: Floats) -> float | None:
    sound = values[np.isfinite(values)]
    return float(sound.mean()) if len(sound) else None


def _band(values: Floats, most: float) -> tuple[list[float | None], list[float | None]]:
    """Return between what nine simulations in ten are, of each world, inside what is possible."""
    low, high = one_run_interval(values, np.isfinite(values))
    low, high = np.clip(low, 0.0, most), np.clip(high, 0.0, most)
    return (
        [None if math.isnan(v) else float(v) for v in low],
        [None if math.isnan(v) else float(v) for v in high],
    )


def propose_target(
    shares: Floats, cell: _Cell, low: float | None, high: float | None, rules: Rules
) -> tuple[float | None, str]:
    """Return a prudent target and, where there is none, why.

    The largest share that at least ``rules.reach`` of simulations reach, rounded down by the first
    step of ``rules.rounding`` that leaves it inside the simulated range and above the baseline.

    Parameters
    ----------
    shares
        (pairs, 2) in %, of the baseline and the scenario.
    low, high
        The simulated range of the scenario.
    """
    if len(shares) < PAIRS_FOR_A_BAND:
        return None, PROVISIONAL
    if low is None or high is None or not np.isfinite(shares).all():
        return None, NO_CONTRACT
    few = cell.contracts[:, 1].mean() < rules.fewest_contracts
    if few or cell.of_category[:, 1].mean() < rules.fewest_of_category:
        return None, FEW
    gain = (shares[:, 1] - shares[:, 0])[:, None]
    least, _ = one_run_interval(gain, np.isfinite(gain))
    if not least[0] > 0.0:
        return None, NONE_SURE
    needed = math.ceil(rules.reach * len(shares) - 1e-9)
    prudent = float(np.sort(shares[:, 1])[::-1][needed - 1])
    least_worth = max(low, float(shares[:, 0].mean()))
    for step in rules.rounding:
        target = math.floor(prudent / step + 1e-9) * step
        if least_worth < target <= high:
            return round(target, 6), ENOUGH
    return None, NONE_SURE
