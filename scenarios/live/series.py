"""Finished runs kept in the server, by scenario and horizon, while a visitor has use of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

import numpy as np

from scenarios.live.needs import RunKey, SeriesKey, Stage
from scenarios.live.watched_run import WatchedRun
from scenarios.run_results import Array, RunMonths, RunResult

VISITOR_BYTES = 60_000_000
"""Results kept for a visitor beyond those of the question under way, and with them."""


class Series:
    """The runs of one scenario and horizon over consecutive seeds.

    Months are kept as means over the first n seeds only, for the n at which answers are given
    (``firm`` ones for as long as the series, ``passing`` ones until the next firm one): the months
    of each run would be ten times its indicators.
    """

    def __init__(self, key: SeriesKey) -> None:
        self.key = key
        self.firm: set[int] = set()
        self.passing: set[int] = set()
        self.runs: dict[int, RunResult] = {}
        self.means: dict[int, RunMonths] = {}
        self._waiting: dict[int, RunMonths] = {}
        self._total: RunMonths | None = None
        self.pairs = 0

    def put(self, seed: int, result: RunResult, months: RunMonths) -> None:
        """Add a run; months are added up in the order of seeds, whatever the order of arrival."""
        if seed in self.runs or seed < self.key.first:
            return
        self.runs[seed], self._waiting[seed] = result, months
        while (following := self.key.first + self.pairs) in self._waiting:
            self._add(self._waiting.pop(following))
            self.pairs += 1
            if self.pairs in self.firm | self.passing:
                self.means[self.pairs] = self._mean()
            if self.pairs in self.firm:
                self.means = {n: m for n, m in self.means.items() if n in self.firm}

    def shows(self, pairs: int) -> bool:
        """Return whether an answer over the first so many pairs can be given."""
        return pairs in self.means

    def lacks(self, pairs: int) -> bool:
        """Return whether the mean over so many pairs can no longer be made."""
        return pairs <= self.pairs and pairs not in self.means

    def bytes(self) -> int:
        """Return the memory of its arrays."""
        kept = [array for run in self.runs.values() for array in _arrays_of_run(run)]
        months = [*self.means.values(), *self._waiting.values()]
        if self._total is not None:
            months.append(self._total)
        kept += [array for one in months for array in (one.monthly, *one.by_group.values())]
        return sum(array.nbytes for array in kept)

    def _add(self, months: RunMonths) -> None:
        if self._total is None:
            groups = {name: np.zeros_like(part) for name, part in months.by_group.items()}
            self._total = RunMonths(np.zeros_like(months.monthly), groups)
        # in place: the same sum, in the same order, as in `scenarios.comparison.summarise`
        np.add(self._total.monthly, months.monthly, out=self._total.monthly)
        for name, part in months.by_group.items():
            np.add(self._total.by_group[name], part, out=self._total.by_group[name])

    def _mean(self) -> RunMonths:
        assert self._total is not None
        groups = {name: part / self.pairs for name, part in self._total.by_group.items()}
        return RunMonths(self._total.monthly / self.pairs, groups)


class WatchedSeries:
    """The watched runs of one scenario and shock over consecutive seeds; they are small."""

    def __init__(self, key: SeriesKey) -> None:
        self.key = key
        self.runs: dict[int, WatchedRun] = {}
        self.pairs = 0

    def put(self, seed: int, run: WatchedRun) -> None:
        """Add a run."""
        if seed < self.key.first:
            return
        self.runs.setdefault(seed, run)
        while self.key.first + self.pairs in self.runs:
            self.pairs += 1

    def shows(self, pairs: int) -> bool:
        """Return whether an answer over the first so many pairs can be given."""
        return pairs <= self.pairs

    def bytes(self) -> int:
        """Return the memory of what is kept."""
        return sum(run.bytes() for run in self.runs.values())


def _arrays_of_run(run: RunResult) -> list[Array]:
    return [run.values, run.yearly, run.quarterly, *run.group_values.values()]


class Shelf:
    """All series, shared between visitors; each is kept while somebody claims it."""

    def __init__(self, visitor_bytes: int = VISITOR_BYTES) -> None:
        self._visitor_bytes = visitor_bytes
        self._series: dict[SeriesKey, Series] = {}
        self._watched: dict[SeriesKey, WatchedSeries] = {}
        self._claims: dict[str, OrderedDict[SeriesKey, None]] = {}

    def __getitem__(self, key: SeriesKey) -> Series:
        return self._series[key]

    def any(self, key: SeriesKey) -> Series | WatchedSeries:
        """Return a series, of runs recorded whole or of runs watched."""
        return self._series[key] if key.struck is None else self._watched[key]

    def watched(self, key: SeriesKey) -> WatchedSeries:
        """Return a series of watched runs."""
        return self._watched[key]

    def claim(self, visitor: str, stages: Iterable[Stage]) -> None:
        """Keep the series of stages for a visitor, dropping their oldest beyond the limit."""
        claims = self._claims.setdefault(visitor, OrderedDict())
        needed: set[SeriesKey] = set()
        for stage in stages:
            for key in stage.series:
                self._open(key, stage)
                claims[key] = None
                claims.move_to_end(key)
                needed.add(key)
        size = sum(self.any(key).bytes() for key in claims)
        for key in list(claims):
            if size <= self._visitor_bytes:
                break
            if key not in needed:
                size -= self.any(key).bytes()
                del claims[key]
        self._drop_unclaimed()

    def release(self, visitor: str) -> None:
        """Forget what only this visitor used."""
        self._claims.pop(visitor, None)
        self._drop_unclaimed()

    def has(self, key: SeriesKey, seed: int) -> bool:
        """Return whether a run is there."""
        series = (self._series if key.struck is None else self._watched).get(key)
        return series is not None and seed in series.runs

    def put(self, run: RunKey, target: int, result: RunResult, months: RunMonths) -> None:
        """Add a finished run to every series that it belongs to."""
        world = run.world
        of_run = (world.territory, world.central, world.overrides, run.base, run.lived, target)
        for key, series in self._series.items():
            own = (key.territory, key.central, key.overrides, key.base, key.lived, key.months)
            if own == of_run:
                series.put(world.seed, result, months)

    def put_watched(self, run: RunKey, target: int, result: WatchedRun) -> None:
        """Add a finished watched run to every series that it belongs to."""
        world = run.world
        of_run = (world.territory, world.central, world.overrides, run.lived, run.struck, target)
        for key, series in self._watched.items():
            own = (
                key.territory,
                key.central,
                key.overrides,
                key.lived,
                key.struck,
                key.months,
            )
            if own == of_run:
                series.put(world.seed, result)

    def visitor_bytes(self, visitor: str) -> int:
        """Return the memory of the series that a visitor claims, shared ones included."""
        return sum(self.any(key).bytes() for key in self._claims.get(visitor, ()))

    def _open(self, key: SeriesKey, stage: Stage) -> None:
        """Have a series that gives means at the pairs of a stage, anew if it is too late."""
        if key.struck is not None:
            self._watched.setdefault(key, WatchedSeries(key))
            return
        series = self._series.get(key)
        if series is None or series.lacks(stage.pairs):
            anew = Series(key)
            if series is not None:
                anew.firm, anew.passing = series.firm, series.passing
            self._series[key] = series = anew
        series.firm.add(stage.pairs)
        series.passing |= stage.passing_pairs()

    def _drop_unclaimed(self) -> None:
        claimed = {key for claims in self._claims.values() for key in claims}
        for kept in (self._series, self._watched):
            for key in [key for key in kept if key not in claimed]:
                del kept[key]
