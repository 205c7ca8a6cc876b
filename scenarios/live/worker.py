"""A worker process: it keeps worlds and baselines at hand, and runs parts of runs."""

from __future__ import annotations

import gc
import signal
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection

from model.errors import AncrageError, AncrageFailure
from model.indicators import Records
from scenarios.live.needs import Need, RunKey, WorldKey
from scenarios.pairs import World, WorldBuilder, branch_of, build_world
from scenarios.run_results import Layout, RunMonths, RunResult, layout_of, measure_run
from scenarios.schema import Scenario


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker keeps at most.

    ``worlds`` burnt-in ones beside the pinned ones, ``held`` worlds of runs that go on later,
    ``bases`` records of baselines.
    """

    worlds: int = 4
    held: int = 12
    bases: int = 120


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


@dataclass(frozen=True, slots=True)
class Failed:
    """A run stopped; ``sentence`` says why."""

    need: Need
    sentence: str


Reply = More | Done | Failed


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

    def work(self, order: Order) -> Reply:
        """Do one part of a run: build its world, or run some months of its baseline or itself."""
        need = order.need
        try:
            self._check(need)
            if order.pinned:
                self._pinned.add(need.key.world)
            return self._part(need, order.months)
        except (AncrageError, AncrageFailure) as error:
            return Failed(need, str(error))
        except Exception as error:
            return Failed(need, f"The simulation stopped on an error of its own: {error!r}.")

    def drop(self, keys: Iterable[RunKey]) -> None:
        """Let go of runs that nobody goes on with."""
        for key in keys:
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
            burnt_in = self._worlds.get(key.world)
            if burnt_in is None:
                self._keep_world(need, self._build_world(key.world))
                return None
            self._worlds.move_to_end(key.world)
            held = branch_of(burnt_in, lived), 0
        world, month = held
        part = min(months, need.target - month)
        world.run(part)
        month += part
        arrived = month >= need.target
        if not arrived or (keep and len(self._held) < self._limits.held):
            self._held[key] = world, month
        else:
            self._litter = True
        return world.records if arrived else None

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
        known = (need.key.world.territory, need.key.lived)
        if self._build is not build_world or known in self._checked:
            return
        from scenarios.comparison import check_scenarios

        check_scenarios(need.key.world.territory, [need.lived])
        self._checked.add(known)


def _baseline_of(key: RunKey) -> RunKey:
    """Return the baseline against which a run is measured."""
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
