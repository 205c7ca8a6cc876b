"""The dispatcher: gives out parts of runs, takes results in and answers. Runs in one thread."""

from __future__ import annotations

import time
from collections import ChainMap, Counter
from collections.abc import Callable
from multiprocessing.connection import Connection

from scenarios.live.assembly import (
    assemble,
    assemble_resilience,
    finished_pairs,
    pairs_to_show,
    progress,
)
from scenarios.live.crew import Crew, Death
from scenarios.live.needs import (
    LASTING_PAIRS,
    UNIT_MONTHS,
    Need,
    RunKey,
    Stage,
    baseline_stages,
    calm_stage,
)
from scenarios.live.question import RESILIENCE_STAGES, STAGES, Answer
from scenarios.live.queue import Homes, Waiting, choose
from scenarios.live.series import Shelf
from scenarios.live.visits import Visit, Visits
from scenarios.live.watched_run import OpeningFacts
from scenarios.live.worker import Done, Dropped, Failed, More, Order, Seen
from scenarios.run_results import Layout

BACKGROUND = ""
"""Name under which baselines are made ready; no visitor has it."""

SECONDS_BETWEEN = 0.5
"""Least time between two answers of one stage."""

MOST_ATTEMPTS = 2
"""Times that a part of a run is tried whose worker dies."""

MOST_MOMENTS = 2000
"""Runs of which it is remembered which worker has kept their world before a shock."""

MOST_STILLBORN = 3
"""Workers that may die one after the other in one place without having done anything."""

DIED = (
    "A simulation process died twice on the same work, perhaps for lack of memory; "
    "ask again, or for fewer scenarios."
)
NO_WORKERS = "The simulation processes cannot be started; restart the server."

Call = Callable[[Visit, Callable[[], None]], None]


class Dispatcher:
    """State and decisions of the engine's thread."""

    def __init__(self, crew: Crew, warm: str | None, call: Call) -> None:
        self._crew, self._call = crew, call
        size = crew.size
        self._shelf, self._visits, self._homes = Shelf(), Visits(), Homes(size)
        self._busy: dict[int, Need] = {}
        self._holders: dict[RunKey, int] = {}
        self._months: dict[RunKey, int] = {}
        self._wanted: set[RunKey] = set()
        self._attempts: Counter[RunKey] = Counter()
        self._given_up: set[RunKey] = set()
        self._stillborn: Counter[int] = Counter()
        self._lost: set[int] = set()
        self._layouts: dict[str, Layout] = {}
        self._moments: dict[RunKey, int] = {}
        self._facts: dict[tuple[str, str], OpeningFacts] = {}
        self._progress: dict[str, tuple[int, int]] = {}
        self._warm: tuple[Stage, ...] = warm_stages(warm) if warm else ()
        self._shelf.claim(BACKGROUND, self._warm)
        self._pinned = {need.key.world for stage in self._warm for need in stage.needs}
        self._first = self._warm[0].needs[0] if self._warm else None
        self._cold = set(range(size)) if self._first else set[int]()
        self._sweep()
        if self._first:  # the world of first answers is at hand everywhere
            for worker in self._cold:
                self._homes.adopt(worker, self._first.key.world)

    # --- Asked from outside, in this thread -------------------------------------------------------

    def open(self, visit: Visit) -> None:
        """Begin with a question."""
        self._visits.open(visit)
        self._shelf.claim(visit.visitor, visit.stages)
        self._note_progress(visit)
        self._sweep()

    def close(self, visitor: str) -> None:
        """Go no further with a question."""
        self._visits.close(visitor)
        self._sweep()

    def forget(self, visitor: str) -> None:
        """Let go of what is kept for a visitor."""
        self._shelf.release(visitor)
        self._progress.pop(visitor, None)
        self.close(visitor)

    def progress_of(self, visitor: str) -> tuple[int, int]:
        """Return parts done, of how many; may be called from any thread."""
        return self._progress.get(visitor, (0, 0))

    def bytes_of(self, visitor: str) -> int:
        """Return the memory of the results kept for a visitor, shared ones included."""
        return self._shelf.visitor_bytes(visitor)

    # --- One turn ---------------------------------------------------------------------------------

    def turn(self, wake: Connection) -> None:
        """Give out work, answer what can be answered, and wait for the next thing to happen."""
        self._give_out()
        for visit in list(self._visits):
            self._answer(visit)
        for worker in self._crew.listen(wake):
            self._take_in(worker)

    def _give_out(self) -> None:
        """Give every free worker something to do."""
        for visit in self._visits.shorten_first_answers():
            self._shelf.claim(visit.visitor, visit.stages)
            self._sweep()
        for worker in range(self._crew.size):
            if worker in self._busy or worker in self._lost:
                continue
            need = self._next(worker)
            if need is not None:
                self._busy[worker] = need
                pinned = need.key.world in self._pinned
                self._crew.send(worker, Order(need, UNIT_MONTHS, pinned))

    def _next(self, worker: int) -> Need | None:
        """Return what a free worker does next."""
        if worker in self._cold and self._first:
            return self._first
        busy = {need.key for need in self._busy.values()}

        def is_open(need: Need) -> bool:
            # what strikes branches from the run without it: that one is not waited for twice
            waits = need.watch is not None and need.watch.calm in busy
            done = self._shelf.has(need.series, need.seed)
            return need.key not in busy and not waits and not done

        holders = ChainMap(self._holders, self._moments)
        chosen = choose(worker, self._visits.waiting(), self._homes, holders, is_open)
        if chosen is not None:
            visitor, need = chosen
            self._visits.served(visitor)
            if not self._homes.has(worker, need.key.world):
                self._homes.adopt(worker, need.key.world)
            return need
        background = [Waiting(BACKGROUND, 0, self._warm)]
        chosen = choose(
            worker,
            background,
            self._homes,
            holders,
            lambda need: is_open(need) and need.key not in self._given_up,
        )
        return chosen[1] if chosen else None

    # --- Answers ----------------------------------------------------------------------------------

    def _answer(self, visit: Visit) -> None:
        """Answer with the furthest stage that is done, or with the pairs done of the next."""
        place = visit.following
        while place < len(visit.stages) and self._is_done(visit.stages[place]):
            place += 1
        if place > visit.following:
            visit.following = place
            stage = visit.stages[place - 1]
            self._show(visit, place - 1, stage.pairs)
            if place == len(visit.stages):
                self._visits.close(visit.visitor)
                self._sweep()
        elif visit.answered and time.monotonic() - visit.shown_at >= SECONDS_BETWEEN:
            pairs = pairs_to_show(self._shelf, visit.stage, visit.shown_of(visit.stage))
            if pairs:
                self._show(visit, visit.following, pairs)

    def _is_done(self, stage: Stage) -> bool:
        return finished_pairs(self._shelf, stage) >= stage.pairs

    def _show(self, visit: Visit, place: int, pairs: int) -> None:
        """Call back with the first pairs of a stage."""
        stage, asked = visit.stages[place], visit.question
        comparison = resilience = None
        if asked.shocks:
            facts = [self._facts[asked.territory, shock.digest()] for shock in asked.shocks]
            resilience = assemble_resilience(self._shelf, asked, stage, pairs, facts)
        else:
            layout = self._layouts[asked.territory]
            comparison = assemble(self._shelf, asked, stage, pairs, layout)
        self._note_progress(visit)
        done, every = self._progress[visit.visitor]
        answer = Answer(
            question=asked,
            comparison=comparison,
            resilience=resilience,
            stage=place,
            months=stage.months,
            pairs=pairs,
            done_units=done,
            all_units=every,
            finished=visit.following == len(visit.stages),
        )
        visit.answered = True
        visit.shown_months, visit.shown_pairs = stage.months, pairs
        visit.shown_at = time.monotonic()
        self._call(visit, lambda: visit.on_answer(answer))

    def _note_progress(self, visit: Visit) -> None:
        self._progress[visit.visitor] = progress(visit.stages, self._shelf, self._months)

    # --- What workers say -------------------------------------------------------------------------

    def _take_in(self, worker: int) -> None:
        """Take in what a worker says, or that it died."""
        reply = self._crew.read(worker)
        if isinstance(reply, Death):
            self._mourn(worker)
            return
        self._stillborn[worker] = 0
        need = self._busy.pop(worker)
        if isinstance(reply, Failed):
            self._cold.discard(worker)
            self._fail(need, reply.sentence)
            return
        if isinstance(reply, Done):
            if need is self._first:
                self._cold.discard(worker)
            self._attempts.pop(need.key, None)
            self._layouts[need.key.world.territory] = reply.layout
            self._shelf.put(need.key, need.target, reply.result, reply.months)
        elif isinstance(reply, Seen):
            self._see(worker, reply)
        self._note_holder(worker, reply)
        for visit in self._visits:
            if need.key in visit.keys:
                self._note_progress(visit)

    def _see(self, worker: int, reply: Seen) -> None:
        """Take in a watched run, and note who has kept its world before the shock."""
        need = reply.need
        self._attempts.pop(need.key, None)
        self._shelf.put_watched(need.key, need.target, reply.run)
        if need.watch is not None:
            self._moments[need.watch.calm] = worker
            while len(self._moments) > MOST_MOMENTS:
                del self._moments[next(iter(self._moments))]
        if reply.facts is not None:
            self._facts[need.key.world.territory, need.key.struck or ""] = reply.facts

    def _note_holder(self, worker: int, reply: More | Done | Seen) -> None:
        """Note which worker holds the world of a run, and have it dropped if nobody wants it."""
        key = reply.need.key
        if not isinstance(reply, More) and not reply.held:
            self._holders.pop(key, None)
            self._months.pop(key, None)
            return
        self._holders[key] = worker
        self._months[key] = reply.month if isinstance(reply, More) else reply.need.target
        if key not in self._wanted:
            self._let_go([key])

    def _mourn(self, worker: int) -> None:
        """Replace a dead worker; what it was doing is tried once more."""
        for key in [key for key, holder in self._holders.items() if holder == worker]:
            del self._holders[key]
            self._months.pop(key, None)
        self._moments = {key: w for key, w in self._moments.items() if w != worker}
        need = self._busy.pop(worker, None)
        if need is None:
            self._stillborn[worker] += 1
        if self._stillborn[worker] >= MOST_STILLBORN:
            self._lost.add(worker)
            self._crew.retire(worker)
        else:
            self._crew.replace(worker)
            if self._first:
                self._cold.add(worker)
        if need is not None:
            self._attempts[need.key] += 1
            if self._attempts[need.key] >= MOST_ATTEMPTS:
                del self._attempts[need.key]
                self._fail(need, DIED)
        if len(self._lost) == self._crew.size:
            for visit in list(self._visits):
                self._stop(visit, NO_WORKERS)

    def _fail(self, need: Need, sentence: str) -> None:
        """Tell everybody who needs a run that there is none."""
        self._given_up.add(need.key)
        if need is self._first:
            self._cold.clear()
        for visit in list(self._visits):
            if need.key in visit.keys:
                self._stop(visit, sentence)

    def _stop(self, visit: Visit, sentence: str) -> None:
        self._visits.close(visit.visitor)
        self._sweep()
        self._call(visit, lambda: visit.on_failure(sentence))

    def _sweep(self) -> None:
        """Have workers drop the worlds of runs that nobody waits for."""
        self._wanted = {need.key for stage in self._warm for need in stage.needs}
        for visit in self._visits:
            self._wanted |= visit.keys
        self._homes.keep_only({key.world for key in self._wanted})
        self._let_go([key for key in self._holders if key not in self._wanted])

    def _let_go(self, keys: list[RunKey]) -> None:
        for worker in {self._holders[key] for key in keys}:
            held = tuple(key for key in keys if self._holders[key] == worker)
            self._crew.send(worker, Dropped(held))
        for key in keys:
            del self._holders[key]
            self._months.pop(key, None)


def warm_stages(territory: str) -> tuple[Stage, ...]:
    """Return the runs of a territory's baseline that are made ready while nobody waits."""
    months = RESILIENCE_STAGES[0][0]
    return (
        *baseline_stages(territory, STAGES),
        calm_stage(territory, months, LASTING_PAIRS),
    )
