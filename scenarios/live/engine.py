"""The engine of a server: it answers what visitors ask, from few pairs to many."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import cast

from scenarios.comparison import default_workers
from scenarios.live.crew import Crew
from scenarios.live.dispatch import Dispatcher
from scenarios.live.needs import stages_of
from scenarios.live.question import Question
from scenarios.live.visits import OnAnswer, OnFailure, Visit
from scenarios.live.worker import Limits
from scenarios.pairs import WorldBuilder, build_world

LOG = logging.getLogger(__name__)


class Engine:
    """Answers the questions of several visitors with one crew of worker processes.

    Make one per server, before the server's threads. Callbacks are called from the engine's own
    thread, one at a time, and must be short: hand the answer over and return. An exception in one
    is logged.

    Parameters
    ----------
    workers
        Number of processes; as many as there are processors if None.
    build
        Makes a burnt-in world; importable by name.
    warm
        Territory whose worlds and baselines are made ready while nobody waits, or None.

    Notes
    -----
    A worker keeps a burnt-in world (75 MB on the Côte d'Opale) for each seed that it is the home
    of, and up to 12 worlds of runs that go on later (36 MB each) and 18 of runs as they stood when
    a shock was to strike: see `Limits`.
    """

    def __init__(
        self,
        *,
        workers: int | None = None,
        build: WorldBuilder = build_world,
        warm: str | None = "cote-opale",
        limits: Limits | None = None,
    ) -> None:
        self._lock = threading.Lock()
        self._tickets: dict[str, int] = {}
        self._numbers = itertools.count(1)
        self._unanswered: set[str] = set()
        self._inbox: deque[Callable[[], None]] = deque()
        ends = Pipe(duplex=False)
        self._wake_read, self._wake_write = (cast("Connection", end) for end in ends)
        self._closing = threading.Event()
        self._crew = Crew(workers or default_workers(), build, limits or Limits())
        self._dispatcher = Dispatcher(self._crew, warm, self._call)
        self._thread = threading.Thread(target=self._serve, name="live-engine", daemon=True)
        self._thread.start()

    def ask(
        self, visitor: str, question: Question, on_answer: OnAnswer, on_failure: OnFailure
    ) -> None:
        """Begin to answer a question; the visitor's former one is dropped.

        Callbacks of the former question are not called any more (one that has already begun may
        still be running). ``on_failure`` gets one sentence, and nothing follows it.
        """
        stages = stages_of(question)
        ticket = self._new_ticket(visitor, waits=True)
        visit = Visit(visitor, ticket, question, stages, on_answer, on_failure)
        self._tell(lambda: self._dispatcher.open(visit))

    def cancel(self, visitor: str) -> None:
        """Go no further with a visitor's question; what was shown stays at hand."""
        self._new_ticket(visitor, waits=False)
        self._tell(lambda: self._dispatcher.close(visitor))

    def forget(self, visitor: str) -> None:
        """Let go of everything that is kept for a visitor who left."""
        self._new_ticket(visitor, waits=False)
        with self._lock:
            self._tickets.pop(visitor, None)
        self._tell(lambda: self._dispatcher.forget(visitor))

    def waiting_visitors(self) -> int:
        """Return how many visitors wait for the first answer to their question."""
        with self._lock:
            return len(self._unanswered)

    def progress(self, visitor: str) -> tuple[int, int]:
        """Return parts of runs done, and of how many, for a visitor's question; (0, 0) if none."""
        return self._dispatcher.progress_of(visitor)

    def close(self) -> None:
        """End the worker processes and the engine's thread; callbacks stop."""
        if self._closing.is_set():
            return
        self._closing.set()
        with self._lock:
            self._tickets.clear()
            self._unanswered.clear()
        self._wake_write.send_bytes(b"!")
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self._crew.close()

    # --- The other side: everything below but `_new_ticket` and `_tell` runs in the thread --------

    def _new_ticket(self, visitor: str, *, waits: bool) -> int:
        """Invalidate the callbacks of a visitor's former question."""
        with self._lock:
            ticket = next(self._numbers)
            self._tickets[visitor] = ticket
            (self._unanswered.add if waits else self._unanswered.discard)(visitor)
            return ticket

    def _tell(self, message: Callable[[], None]) -> None:
        """Have the engine's thread do something."""
        self._inbox.append(message)
        if not self._closing.is_set():
            self._wake_write.send_bytes(b"!")

    def _call(self, visit: Visit, callback: Callable[[], None]) -> None:
        """Call back, if the visitor has not asked anything else meanwhile."""
        with self._lock:
            if self._tickets.get(visit.visitor) != visit.ticket:
                return
            self._unanswered.discard(visit.visitor)
        try:
            callback()
        except Exception:
            LOG.exception("A callback of visitor %s failed.", visit.visitor)

    def _serve(self) -> None:
        while not self._closing.is_set():
            try:
                while self._inbox:
                    self._inbox.popleft()()
                self._dispatcher.turn(self._wake_read)
                while self._wake_read.poll():
                    self._wake_read.recv_bytes()
            except Exception:
                LOG.exception("The live engine stumbled and goes on.")
