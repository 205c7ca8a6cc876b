"""The result of an explanation: contributions of the parts of a scenario, channels, cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from model.indicators import Indicator, load_indicators
from model.indicators.channels import channel_names
from model.procurement.lever_paths import SCENARIO_START
from scenarios.attribution.cases import Case, Cases
from scenarios.attribution.players import Player
from scenarios.results import ALL_ZONES, ResultRow
from scenarios.schema import Scenario
from scenarios.statistics import PairedArrays, mean_of, number_or_none, paired_statistics

Array = NDArray[np.float64]

PLAYER = "player"
CHANNEL = "channel"
"""Dimensions of rows: of contributions, and of channels."""


@dataclass(frozen=True, slots=True, eq=False)
class ExplainedPair:
    """What one seed gives: n players, K indicators, Z zones and the territory.

    Attributes
    ----------
    baseline, scenario
        (K, Z + 1) indicators of the two runs; NaN where undefined.
    contributions
        (n, K, Z + 1); they add up to the difference of the two runs.
    variance
        (n, K, Z + 1) sampling variance of the contributions; 0 if exact, NaN if not known.
    runs, coalitions
        Worlds that were run, and coalitions that they stand for.
    channels
        Indicator to its channels (`model.indicators.channels`), of the territory.
    cases
        Followed cases; None but in the first pair.
    """

    seed: int
    zones: tuple[str, ...]
    baseline: Array
    scenario: Array
    contributions: Array
    variance: Array
    runs: int
    coalitions: int
    channels: Mapping[str, Array]
    cases: Cases | None = None


@dataclass(frozen=True, slots=True)
class Contribution:
    """One player's part in the difference of an indicator in a zone, or in all (``"all"``).

    ``row`` has the statistics over pairs, its ``group`` being the player. ``sampling_error`` is the
    standard error that the drawing of orders leaves in the mean, 0 where every coalition was run,
    None where it is not known.
    """

    player: str
    row: ResultRow
    sampling_error: float | None


@dataclass(frozen=True, eq=False)
class Explanation:
    """Result of an explanation.

    Attributes
    ----------
    territory, months, pairs, seed, central, context, scenario
        What was run.
    players
        Parts of the scenario; empty if it changes nothing.
    orders
        Orders of players drawn for each pair; 0 where every coalition was run.
    runs
        What each pair gave, in their order.
    """

    territory: str
    months: int
    pairs: int
    seed: int
    central: bool
    context: Scenario
    scenario: Scenario
    players: tuple[Player, ...]
    orders: int
    runs: tuple[ExplainedPair, ...]
    overrides: tuple[tuple[str, float], ...] = ()

    @property
    def zones(self) -> tuple[str, ...]:
        """Zone keys, in territory order."""
        return self.runs[0].zones

    @property
    def start(self) -> str:
        """First month, as ``"2027-01"``."""
        return f"{SCENARIO_START[0]}-{SCENARIO_START[1]:02d}"

    @property
    def player_names(self) -> tuple[str, ...]:
        """Name of each player: its key, numbered where several have the same."""
        keys = [player.key for player in self.players]
        names: list[str] = []
        for place, key in enumerate(keys):
            again = keys[:place].count(key)
            names.append(f"{key}-{again + 1}" if again else key)
        return tuple(names)

    @property
    def cases(self) -> Cases:
        """The followed cases of the first pair."""
        return self.runs[0].cases or ()

    # --- Statistics -------------------------------------------------------------------------------

    @cached_property
    def contributions(self) -> Array:
        """(pairs, n, K, Z + 1) contributions of each pair."""
        return np.stack([pair.contributions for pair in self.runs])

    @cached_property
    def totals(self) -> Array:
        """(pairs, K, Z + 1) difference of each pair; NaN where a coalition is undefined."""
        whole = np.stack([pair.scenario - pair.baseline for pair in self.runs])
        unknown = np.isnan(self.contributions).any(axis=1)
        return np.where(unknown, np.nan, whole)

    @cached_property
    def _baseline(self) -> Array:
        """(K, Z + 1) mean level of the baseline over the pairs that have a difference."""
        levels = np.stack([pair.baseline for pair in self.runs])
        return mean_of(levels, np.isfinite(levels) & np.isfinite(self.totals))

    @cached_property
    def _of_players(self) -> PairedArrays:
        return paired_statistics(np.zeros_like(self.contributions), self.contributions)

    @cached_property
    def _of_totals(self) -> PairedArrays:
        return paired_statistics(np.zeros_like(self.totals), self.totals)

    @cached_property
    def _sampling_error(self) -> Array:
        """(n, K, Z + 1) standard error of the mean that the drawing of orders leaves."""
        variance = np.stack([pair.variance for pair in self.runs])
        sound = np.isfinite(self.contributions)
        count = np.maximum(sound.sum(axis=0), 1)
        return np.sqrt(np.where(sound, variance, 0.0).sum(axis=0)) / count

    def contribution(self, player: str, indicator: str, zone: str = ALL_ZONES) -> Contribution:
        """Return one player's part in one indicator."""
        place = self.player_names.index(player)
        k, z = self._place(indicator, zone)
        found = self._of_players.numbers_at(place, k, z)
        error = number_or_none(float(self._sampling_error[place, k, z]))
        return Contribution(player, self._row(indicator, zone, PLAYER, player, found), error)

    def total(self, indicator: str, zone: str = ALL_ZONES) -> ResultRow:
        """Return the whole difference of one indicator: what contributions add up to."""
        found = self._of_totals.numbers_at(*self._place(indicator, zone))
        return self._row(indicator, zone, ALL_ZONES, ALL_ZONES, found)

    def channel_rows(self, indicator: str) -> tuple[ResultRow, ...]:
        """Return the channels of an indicator of the territory; none if it has none."""
        names = channel_names().get(indicator, ())
        if not names:
            return ()
        values = np.stack([pair.channels[indicator] for pair in self.runs])
        found = paired_statistics(np.zeros_like(values), values)
        return tuple(
            self._row(indicator, ALL_ZONES, CHANNEL, name, found.numbers_at(place))
            for place, name in enumerate(names)
        )

    def _place(self, indicator: str, zone: str) -> tuple[int, int]:
        k = list(load_indicators()).index(indicator)
        return k, len(self.zones) if zone == ALL_ZONES else self.zones.index(zone)

    def _row(
        self, indicator: str, zone: str, dimension: str, group: str, found: list[float | None]
    ) -> ResultRow:
        """Make a row of the statistics of differences from 0, relative to the baseline's level."""
        _, _, difference, low, high, mean_low, mean_high, _ = found
        level = number_or_none(float(self._baseline[self._place(indicator, zone)]))
        relative = None if not level or difference is None else difference / abs(level)
        return ResultRow(
            scenario=self.scenario.name,
            indicator=indicator,
            zone=zone,
            dimension=dimension,
            group=group,
            baseline=level,
            value=None if level is None or difference is None else level + difference,
            difference=difference,
            low=low,
            high=high,
            mean_low=mean_low,
            mean_high=mean_high,
            relative=relative,
        )

    # --- Tables -----------------------------------------------------------------------------------

    def indicators(self) -> Mapping[str, Indicator]:
        """Return the indicators that are shared out: all of them."""
        return load_indicators()

    def as_json(self) -> dict[str, object]:
        """Return the explanation as plain values, of the territory as a whole."""
        return {
            "territory": self.territory,
            "start": self.start,
            "months": self.months,
            "pairs": self.pairs,
            "seed": self.seed,
            "scenario": self.scenario.record(),
            "context": self.context.record(),
            "exact": self.orders == 0,
            "orders": self.orders,
            "coalitions": [pair.coalitions for pair in self.runs],
            "runs": [pair.runs for pair in self.runs],
            "players": [
                {"name": name, "kind": player.kind, "first_month": player.first_month}
                for name, player in zip(self.player_names, self.players, strict=True)
            ],
            "contributions": [
                _plain(self.contribution(name, key).row)
                | {"sampling_error": self.contribution(name, key).sampling_error}
                for key in load_indicators()
                for name in self.player_names
            ],
            "totals": [_plain(self.total(key)) for key in load_indicators()],
            "channels": [_plain(row) for key in channel_names() for row in self.channel_rows(key)],
            "cases": [case_as_json(case) for case in self.cases],
        }


def _plain(row: ResultRow) -> dict[str, object]:
    """Return a row as plain values, without what every row repeats."""
    left_out = ("scenario", "dimension", "group")
    found: dict[str, object] = {} if row.dimension == ALL_ZONES else {row.dimension: row.group}
    return found | {name: value for name, value in asdict(row).items() if name not in left_out}


def case_as_json(case: Case) -> dict[str, object]:
    """Return a followed case as plain values, None where there is nothing to average."""
    runs = {"baseline": case.baseline, "scenario": case.scenario}
    plain = {
        run: {
            name: [number_or_none(float(value)) for value in values]
            for name, values in by_measure.items()
        }
        for run, by_measure in runs.items()
    }
    return {**asdict(case), **plain}
