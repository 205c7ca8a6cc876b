"""A worker process: it keeps worlds and baselines at hand, and runs parts of runs."""

from __future__ import annotations

import gc
import signal
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import cast

from model.errors import AncrageError, AncrageFailure
from model.indicators import Records
from scenarios.live.needs import Need, RunKey, Watch, WorldKey
from scenarios.live.watched_run import Moments, OpeningFacts, Standing, WatchedRun
from scenarios.pairs import World, WorldBuilder, branch_of, build_world
from scenarios.resilience.run import WatchedWorld, facts_at_the_opening, measures_of
from scenarios.resilience.watched import watched_of
from scenarios.run_results import Layout, RunMonths, RunResult, layout_of, measure_run
from scenarios.schema import Scenario


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker keeps at most.

    ``worlds`` burnt-in ones beside the pinned ones, ``held`` worlds of runs that go on later,
    ``bases`` records of baselines; of worlds as they stood when a shock was to strike, ``lasting``
    ones for other shocks and ``passing`` ones.
    """

    worlds: int = 4
    held: int = 12
    bases: int = 120
    lasting: int = 12
    passing: int = 6


@dataclass(frozen=True, slots=True)
class Order:
    """A need, how many months of it to run at most, and whether to keep its burnt-in world."""

    need: Need
    months: int
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Dropped:
    """Runs that nobody goes on with."""

    keys: tuple[RunKey, ...]


@dataclass(frozen=True, slots=True)
class More:
    """A part was done and more is to do; the run itself has come to ``month``."""

    need: Need
    month: int


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """A run came to its target; ``held`` tells whether its world is kept to go on."""

    need: Need
    layout: Layout
    result: RunResult
    months: RunMonths
    held: bool


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A watched run came to its target; ``facts`` come with those in which something strikes."""

    need: Need
    run: WatchedRun
    facts: OpeningFacts | None
    held: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """A run stopped; ``sentence`` says why."""

    need: Need
    sentence: str


Reply = More | Done | Seen | Failed


class Bench:
    """Worlds and records of one worker."""

    def __init__(self, build: WorldBuilder, limits: Limits) -> None:
        self._build, self._limits = build, limits
        self._worlds: OrderedDict[WorldKey, World] = OrderedDict()
        self._pinned: set[WorldKey] = set()
        self._bases: OrderedDict[tuple[WorldKey, str], Records] = OrderedDict()
        self._held: dict[RunKey, tuple[World, int]] = {}
        self._implied: set[RunKey] = set()
        self._checked: set[tuple[str, str]] = set()
        self._litter = self._frozen = False
        self._moments = Moments(limits.lasting, limits.passing)
        self._struck: dict[RunKey, Standing] = {}
        self._facts: dict[tuple[str, str | None], OpeningFacts] = {}

    def work(self, order: Order) -> Reply:
        """Do one part of a run: build its world, or run some months of its baseline or itself."""
        need = order.need
        try:
            self._check(need)
            if order.pinned:
                self._pinned.add(need.key.world)
            if need.watch is not None:
                return self._watched_part(need, need.watch, order.months)
            return self._part(need, order.months)
        except (AncrageError, AncrageFailure) as error:
            return Failed(need, str(error))
        except Exception as error:
            return Failed(need, f"The simulation stopped on an error of its own: {error!r}.")

    def drop(self, keys: Iterable[RunKey]) -> None:
        """Let go of runs that nobody goes on with."""
        for key in keys:
            self._struck.pop(key, None)
            implied = _baseline_of(key)
            for one in (key, implied) if implied in self._implied else (key,):
                if self._held.pop(one, None) is not None:
                    self._litter = True

    def tidy(self) -> None:
        """Free dropped worlds: a dead Mesa model is freed only by the cycle collector."""
        if self._litter:
            self._litter = False
            gc.collect()

    def _part(self, need: Need, months: int) -> Reply:
        baseline = _baseline_of(need.key)
        base = self._bases.get((need.key.world, need.key.base))
        if base is None or base.months < need.target:
            # the baseline of a run that was not given out to this worker runs for that run alone
            own = need.key == baseline
            (self._implied.discard if own else self._implied.add)(baseline)
            base = self._advance(baseline, need.base, need, months, need.keep and own)
            if base is not None:
                self._keep_base(need, base)
            if base is None or not own:
                return self._more(need)
        records: Records | None = base
        if need.key != baseline:
            records = self._advance(need.key, need.lived, need, months, need.keep)
        if records is None:
            return self._more(need)
        result, by_month = measure_run(base, records, need.target)
        return Done(need, layout_of(base), result, by_month, need.key in self._held)

    def _more(self, need: Need) -> More:
        held = self._held.get(need.key)
        return More(need, held[1] if held else 0)

    def _advance(
        self, key: RunKey, lived: Scenario, need: Need, months: int, keep: bool
    ) -> Records | None:
        """Run some months; return the records once the run has come to its target."""
        held = self._held.pop(key, None)
        if held is None or held[1] > need.target:
            world = self._branch(key, lived, need)
            if world is None:
                return None
            held = world, 0
        world = self._go_on(key, *held, need.target, months, keep)
        return world.records if world is not None else None

    def _branch(self, key: RunKey, lived: Scenario, need: Need) -> World | None:
        """Return a world that begins to live through a scenario; None if it had to be built."""
        burnt_in = self._worlds.get(key.world)
        if burnt_in is None:
            self._keep_world(need, self._build_world(key.world))
            return None
        self._worlds.move_to_end(key.world)
        return branch_of(burnt_in, lived)

    def _go_on(
        self, key: RunKey, world: World, month: int, target: int, months: int, keep: bool
    ) -> World | None:
        """Run some months of a world; return it once it has come to its target."""
        part = min(months, target - month)
        world.run(part)
        month += part
        arrived = month >= target
        if not arrived or (keep and len(self._held) < self._limits.held):
            self._held[key] = world, month
        else:
            self._litter = True
        return world if arrived else None

    # --- Watched runs -----------------------------------------------------------------------------

    def _watched_part(self, need: Need, watch: Watch, months: int) -> Reply:
        """Do one part of a watched run, or of the one without shock from which it branches."""
        if watch.shock is None:
            self._implied.discard(watch.calm)
            world = self._calm_part(need, watch, need.target, months, need.keep)
        else:
            held = self._held.pop(need.key, None)
            if held is None or held[1] > need.target:
                held = self._strike(need, watch, months)
            if held is None:
                return self._more(need)
            world = self._go_on(need.key, *held, need.target, months, need.keep)
        if world is None:
            return self._more(need)
        return self._seen(need, watch, cast("WatchedWorld", world))

    def _calm_part(
        self, need: Need, watch: Watch, target: int, months: int, keep: bool
    ) -> World | None:
        """Run some months of a run without shock, keeping its world at the moments on the way."""
        held = self._held.pop(watch.calm, None)
        if held is None or held[1] > target:
            world = self._branch(watch.calm, need.lived, need)
            if world is None:
                return None
            cast("WatchedWorld", world).watch_only()
            held = world, 0
        world, month = held
        for moment in watch.moments:
            place = (need.key.world, need.key.lived, moment)
            if not month <= moment <= target or self._moments.find(place):
                continue
            part = min(months, moment - month)
            world.run(part)
            month, months = month + part, months - part
            if month == moment:
                twin = cast("WatchedWorld", world.branch())
                self._litter |= self._moments.keep(place, twin, watch.lasting)
        return self._go_on(watch.calm, world, month, target, months, keep)

    def _strike(self, need: Need, watch: Watch, months: int) -> tuple[World, int] | None:
        """Return a world in which something is to strike; None if it had to be made ready."""
        assert watch.shock is not None
        place = (need.key.world, need.key.lived, watch.first)
        standing = self._moments.find(place)
        if standing is None:
            if watch.calm not in self._held:
                self._implied.add(watch.calm)
            keep = watch.calm in self._held
            self._calm_part(need, watch, watch.first, months, keep)
            return None
        self._struck[need.key] = standing
        standing.structure()
        shocks = need.lived.shocks | watch.shock.shocks
        return standing.world.branch(shocks=shocks), watch.first

    def _seen(self, need: Need, watch: Watch, world: WatchedWorld) -> Seen:
        """Return what was watched."""
        months = world.watched()
        watched = watched_of(months, watch.first)
        held = need.key in self._held
        if watch.shock is None:
            return Seen(need, WatchedRun(months.zones, watched, {}), None, held)
        standing = self._struck[need.key] if held else self._struck.pop(need.key)
        structure = standing.structure()
        measures = measures_of(structure[0]) if structure else {}
        first_of_question = need.seed == need.series.first
        detail = structure[0] if structure and first_of_question else None
        facts = self._facts_of(need, watch.shock, len(months.zones), months.sector_jobs.shape[1])
        return Seen(need, WatchedRun(months.zones, watched, measures, detail), facts, held)

    def _facts_of(self, need: Need, shock: Scenario, cells: int, groups: int) -> OpeningFacts:
        key = (need.key.world.territory, need.key.struck)
        if key not in self._facts:
            real = key[0] if self._build is build_world else None
            mix, possible = facts_at_the_opening(real, [shock], cells, groups)
            self._facts[key] = OpeningFacts(mix, possible[shock.name])
        return self._facts[key]

    # --- What is kept -----------------------------------------------------------------------------

    def _build_world(self, key: WorldKey) -> World:
        world = self._build(key.territory, key.seed, key.hypotheses())
        if not self._frozen:
            # what a first world loads stays for life: spare it to the collector (35 ms a time)
            self._frozen = True
            gc.collect()
            gc.freeze()
        return world

    def _keep_world(self, need: Need, world: World) -> None:
        key = need.key.world
        self._worlds[key] = world
        others = [known for known in self._worlds if known not in self._pinned]
        for known in others[: max(0, len(others) - self._limits.worlds)]:
            del self._worlds[known]
            self._litter = True

    def _keep_base(self, need: Need, records: Records) -> None:
        key = (need.key.world, need.key.base)
        self._bases[key] = records
        self._bases.move_to_end(key)
        while len(self._bases) > self._limits.bases:
            self._bases.popitem(last=False)

    def _check(self, need: Need) -> None:
        """Refuse a scenario that the territory cannot carry out."""
        known = (need.key.world.territory, need.key.lived + (need.key.struck or ""))
        if self._build is not build_world or known in self._checked:
            return
        from scenarios.comparison import check_scenarios

        shock = need.watch.shock if need.watch else None
        every = [need.lived] if shock is None else [need.lived, shock]
        check_scenarios(need.key.world.territory, every)
        self._checked.add(known)


def _baseline_of(key: RunKey) -> RunKey:
    """Return the run against which a run is measured: the baseline, or that without shock."""
    if key.struck is not None:
        return RunKey(key.world, "", key.lived, "")
    return RunKey(key.world, key.base, key.base)


def work_at(connection: Connection, build: WorldBuilder, limits: Limits) -> None:
    """Serve orders until the other end closes: the life of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    bench = Bench(build, limits)
    try:
        while True:
            message = connection.recv()
            if isinstance(message, Dropped):
                bench.drop(message.keys)
            else:
                connection.send(bench.work(message))
            if not connection.poll():
                bench.tidy()
    except (EOFError, OSError):
        return
