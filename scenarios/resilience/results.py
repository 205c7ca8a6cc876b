"""The result of a study of resilience: measures of each scenario under each shock, by zone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from model.procurement.lever_paths import SCENARIO_START
from model.structure import Structure
from scenarios.resilience.measures import measure_pair, quality
from scenarios.resilience.register import Measure, load_resilience_measures
from scenarios.resilience.watched import Watched
from scenarios.results import ALL_ZONES, BASELINE
from scenarios.schema import Scenario
from scenarios.statistics import (
    PAIRS_FOR_A_BAND,
    TAIL,
    mean_of,
    number_or_none,
    one_run_interval,
)

Array = NDArray[np.float64]

TRADE_OFF = ("jobs_lost_worst", "loss_area", "service_lost", "failures_caused", "bidders_lost")
"""Measures that are compared with those of the baseline."""


@dataclass(frozen=True, slots=True)
class ResilienceRow:
    """One measure of a scenario under a shock, in a zone or in the whole territory (``"all"``).

    ``low`` and ``high`` hold nine simulations out of ten. None where there is nothing to say: under
    5 pairs (both), beyond the horizon (times), no pair in which the measure has a value.
    """

    scenario: str
    shock: str
    zone: str
    measure: str
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class StructureRow:
    """One measure of structure before any shock, under a scenario (see `ResilienceRow`)."""

    scenario: str
    zone: str
    measure: str
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, eq=False)
class ResiliencePair:
    """What one seed gives.

    Attributes
    ----------
    seed
        Seed of the pair.
    zones
        Zone keys.
    calm
        The run of each scenario without a shock, whole.
    struck
        (scenario, shock) to the run from the first month in which it may differ.
    structure
        Of each scenario, (measure, zone) to value, the month before the first shock.
    details
        Of each scenario, its structure in full; kept for the first seed alone.
    """

    seed: int
    zones: tuple[str, ...]
    calm: tuple[Watched, ...]
    struck: tuple[tuple[Watched, ...], ...]
    structure: tuple[Mapping[tuple[str, str], float], ...]
    details: tuple[Structure, ...] = ()


@dataclass(frozen=True, eq=False)
class Resilience:
    """Result of a study: S scenarios, K shocks, n pairs.

    Attributes
    ----------
    territory, months, pairs, seed, central
        What was run.
    context
        What happens around purchasing, in every run alike.
    scenarios, shocks
        In order; a shock is a scenario that only strikes.
    industry_mix
        (Z, G), jobs of zones by group of sectors at the opening, as shares.
    possible_loss
        Shock to (Z + 1,), share of output lost where nobody adapts; NaN where there is none.
    runs
        What each pair gave, in their order.
    """

    territory: str
    months: int
    pairs: int
    seed: int
    central: bool
    context: Scenario
    scenarios: tuple[Scenario, ...]
    shocks: tuple[Scenario, ...]
    industry_mix: Array
    possible_loss: Mapping[str, Array]
    runs: tuple[ResiliencePair, ...]
    overrides: tuple[tuple[str, float], ...] = ()

    @property
    def zones(self) -> tuple[str, ...]:
        """Zone keys, in territory order."""
        return self.runs[0].zones

    @property
    def start(self) -> str:
        """First month of the scenarios, as ``"2027-01"``."""
        year, month = SCENARIO_START
        return f"{year}-{month:02d}"

    # --- Values of each pair ----------------------------------------------------------------------

    @cached_property
    def values(self) -> dict[tuple[str, str], dict[str, Array]]:
        """(scenario, shock) to measure to (pairs, Z + 1)."""
        found: dict[tuple[str, str], dict[str, Array]] = {}
        for s, scenario in enumerate(self.scenarios):
            for k, shock in enumerate(self.shocks):
                each = [self._measures(run, s, k) for run in self.runs]
                names = load_resilience_measures()
                found[scenario.name, shock.name] = {
                    name: np.stack([one[name] for one in each]) for name in names
                }
        return found

    def _measures(self, run: ResiliencePair, s: int, k: int) -> dict[str, Array]:
        struck, shock = run.struck[s][k], self.shocks[k]
        start = strike_month(shock) - struck.first
        calm = run.calm[s].since(struck.first)
        return measure_pair(calm, struck, start, self.industry_mix, self.possible_loss[shock.name])

    def curve(
        self, scenario: str, shock: str, quantity: str = "jobs_present_fte", zone: str = ALL_ZONES
    ) -> Array:
        """Return Q of a quantity month by month over the whole horizon (pairs, months).

        It is 1 until the shock, or its announcement. Raises KeyError for unknown names.
        """
        s, k = self._scenario(scenario), self._shock(shock)
        place = -1 if zone == ALL_ZONES else self.zones.index(zone)
        found = np.ones((len(self.runs), self.months))
        for i, run in enumerate(self.runs):
            struck = run.struck[s][k]
            calm = run.calm[s].since(struck.first)
            q = quality(calm.of(quantity), struck.of(quantity))
            found[i, struck.first :] = q[:, place]
        return found

    def gap(
        self, scenario: str, shock: str, quantity: str = "jobs_present_fte", zone: str = ALL_ZONES
    ) -> Array:
        """Return with the shock less without it, month by month (pairs, months)."""
        s, k = self._scenario(scenario), self._shock(shock)
        place = -1 if zone == ALL_ZONES else self.zones.index(zone)
        found = np.zeros((len(self.runs), self.months))
        for i, run in enumerate(self.runs):
            struck = run.struck[s][k]
            calm = run.calm[s].since(struck.first)
            found[i, struck.first :] = (struck.of(quantity) - calm.of(quantity))[:, place]
        return found

    def strike_of(self, shock: str) -> int:
        """Return the month of the scenario in which a shock strikes, 0 being the first."""
        return strike_month(self.shocks[self._shock(shock)])

    def _scenario(self, name: str) -> int:
        return _place(self.scenarios, name)

    def _shock(self, name: str) -> int:
        return _place(self.shocks, name)

    # --- Rows -------------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> tuple[ResilienceRow, ...]:
        """Every measure of every scenario and shock: of the territory, then of zones."""
        found: list[ResilienceRow] = []
        for (scenario, shock), by_measure in self.values.items():
            for name, measure in load_resilience_measures().items():
                value, low, high = summary(by_measure[name], measure)
                low, high = (np.clip(end, measure.least, measure.most) for end in (low, high))
                for zone, z in self._columns(measure):
                    numbers = (number_or_none(part[z]) for part in (value, low, high))
                    found.append(ResilienceRow(scenario, shock, zone, name, *numbers))
        return tuple(found)

    @cached_property
    def _index(self) -> dict[tuple[str, str, str, str], ResilienceRow]:
        return {(r.scenario, r.shock, r.zone, r.measure): r for r in self.rows}

    def row(self, scenario: str, shock: str, measure: str, zone: str = ALL_ZONES) -> ResilienceRow:
        """Return one row; raises KeyError where there is none."""
        return self._index[scenario, shock, zone, measure]

    @cached_property
    def trade_off(self) -> tuple[ResilienceRow, ...]:
        """Measures less those of the baseline, pair by pair, where the baseline was run: negative
        where the scenario loses less."""
        if BASELINE not in [scenario.name for scenario in self.scenarios]:
            return ()
        found: list[ResilienceRow] = []
        for (scenario, shock), by_measure in self.values.items():
            base = self.values[BASELINE, shock]
            for name in TRADE_OFF if scenario != BASELINE else ():
                measure = load_resilience_measures()[name]
                value, low, high = summary(by_measure[name] - base[name], measure)
                for zone, z in self._columns(measure):
                    numbers = (number_or_none(part[z]) for part in (value, low, high))
                    found.append(ResilienceRow(scenario, shock, zone, name, *numbers))
        return tuple(found)

    def jobs_gained(self, scenario: str) -> tuple[float, float | None, float | None]:
        """Return mean jobs present without any shock less those of the baseline, FTE, from the
        first strike on, with its interval."""
        s, base = self._scenario(scenario), self._scenario(BASELINE)
        first = min(strike_month(shock) for shock in self.shocks)
        gained = [
            run.calm[s].of("jobs_present_fte")[first:, -1].mean()
            - run.calm[base].of("jobs_present_fte")[first:, -1].mean()
            for run in self.runs
        ]
        mean = load_resilience_measures()["loss_area"]
        value, low, high = summary(np.array(gained)[:, None], mean)
        return float(value[0]), number_or_none(low[0]), number_or_none(high[0])

    @cached_property
    def structure(self) -> tuple[StructureRow, ...]:
        """What purchasing looks like the month before the first shock, by scenario."""
        found: list[StructureRow] = []
        mean = load_resilience_measures()["loss_area"]
        for s, scenario in enumerate(self.scenarios):
            for measure, zone in self.runs[0].structure[s]:
                each = [run.structure[s].get((measure, zone), math.nan) for run in self.runs]
                value, low, high = summary(np.array(each)[:, None], mean)
                numbers = (number_or_none(float(part[0])) for part in (value, low, high))
                found.append(StructureRow(scenario.name, zone, measure, *numbers))
        return tuple(found)

    def detail(self, scenario: str) -> Structure | None:
        """Return the structure in full of the first seed, the month before the first shock.

        One draw: needs, buyers and firms of other draws differ. None of worlds of tests.
        """
        details = self.runs[0].details
        return details[self._scenario(scenario)] if details else None

    def _columns(self, measure: Measure) -> list[tuple[str, int]]:
        columns = [(ALL_ZONES, len(self.zones))]
        if measure.zones:
            columns += [(zone, z) for z, zone in enumerate(self.zones)]
        return columns

    def as_json(self) -> dict[str, object]:
        """Return the study as plain JSON values."""
        names = [one.name for one in self.scenarios]
        gained = {
            name: dict(zip(("value", "low", "high"), self.jobs_gained(name), strict=True))
            for name in names
            if BASELINE in names and name != BASELINE
        }
        return {
            "territory": self.territory,
            "months": self.months,
            "pairs": self.pairs,
            "seed": self.seed,
            "central": self.central,
            "context": "" if self.context.changes_nothing else self.context.name,
            "edited_hypotheses": dict(self.overrides),
            "start": self.start,
            "scenarios": [one.record() for one in self.scenarios],
            "shocks": [one.record() for one in self.shocks],
            "measures": {
                key: {"unit": one.unit, "direction": one.direction, "statistic": one.statistic}
                for key, one in load_resilience_measures().items()
            },
            "results": [asdict(row) for row in self.rows],
            "against_baseline": [asdict(row) for row in self.trade_off],
            "jobs_gained_without_shock_fte": gained,
            "structure": [asdict(row) for row in self.structure],
            "critical_needs": {
                name: [asdict(need) for need in found.critical_needs]
                for name in names
                if (found := self.detail(name)) is not None
            },
        }


def strike_month(shock: Scenario) -> int:
    """Return the month of the scenario in which a shock, or its first part, strikes; 0 if none."""
    strikes = (one.start_month for one in shock.shocks.items if not one.changes_nothing)
    return min(strikes, default=0)


def _place(items: Sequence[Scenario], name: str) -> int:
    for place, one in enumerate(items):
        if one.name == name:
            return place
    raise KeyError(name)


def summary(values: Array, measure: Measure) -> tuple[Array, Array, Array]:
    """Return value, low and high of each cell of (pairs, cells) values; NaN for none.

    Means have the interval of one simulation (`scenarios.statistics`). Times are censored at the
    horizon, all at the same one, so that their quantiles over pairs hold as long as they lie before
    it: a median is given if over half of the simulations got there. Shares of simulations have
    Wilson's interval at 90 %.
    """
    if measure.statistic == "mean":
        sound = np.isfinite(values)
        low, high = one_run_interval(values, sound)
        return mean_of(values, sound), low, high
    if measure.statistic == "share":
        return _share(values)
    known = ~np.isnan(values)
    ordered = np.sort(np.where(known, values, np.inf), axis=0)
    count = known.sum(axis=0)
    value, low, high = (_quantile(ordered, count, share) for share in (0.5, TAIL, 1.0 - TAIL))
    few = count < PAIRS_FOR_A_BAND
    return value, np.where(few, np.nan, low), np.where(few, np.nan, high)


def _share(values: Array) -> tuple[Array, Array, Array]:
    """Return a share of simulations in %, 0 or 100 each, and Wilson's interval."""
    count = np.isfinite(values).sum(axis=0)
    n, z2 = np.maximum(count, 1), ndtri(1.0 - TAIL) ** 2
    share = np.where(np.isfinite(values), values, 0.0).sum(axis=0) / n / 100.0
    middle = (share + z2 / (2 * n)) / (1.0 + z2 / n)
    half = np.sqrt(z2 * (share * (1.0 - share) / n + z2 / (4 * n**2))) / (1.0 + z2 / n)
    few = count < PAIRS_FOR_A_BAND
    ends = (np.clip(middle + side * half, 0.0, 1.0) for side in (-1.0, 1.0))
    low, high = (np.where(few, np.nan, 100.0 * end) for end in ends)
    return 100.0 * share, low, high


def _quantile(ordered: Array, count: NDArray[np.intp], share: float) -> Array:
    """Return the lowest value that at least this share of ``count`` do not exceed; NaN if inf."""
    place = np.maximum(np.ceil(share * count - 1e-9).astype(np.intp) - 1, 0)
    found = np.take_along_axis(ordered, place[None], axis=0)[0]
    return np.where(np.isfinite(found), found, np.nan)
