"""The worker processes of a server, each at the end of a pipe."""

from __future__ import annotations

import multiprocessing
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import cast

from scenarios.live.worker import Dropped, Limits, Order, Reply, work_at
from scenarios.pairs import WorldBuilder
from scenarios.pool import ignoring_interrupts, single_blas_thread


@dataclass(frozen=True, slots=True)
class Death:
    """A worker process ended without being asked to."""


class Crew:
    """Processes that are started, listened to, replaced and closed together."""

    def __init__(self, size: int, build: WorldBuilder, limits: Limits) -> None:
        self._build, self._limits = build, limits
        self._processes: list[SpawnProcess] = []
        self._ends: list[Connection] = []
        for _ in range(size):
            process, end = self._start()
            self._processes.append(process)
            self._ends.append(end)

    @property
    def size(self) -> int:
        """Number of workers."""
        return len(self._processes)

    @property
    def process_ids(self) -> list[int]:
        """Process ids, for tests and for measuring memory."""
        return [process.pid or 0 for process in self._processes]

    def send(self, worker: int, message: Order | Dropped) -> None:
        """Send a message; a worker that is dead will be heard of by `listen`."""
        with suppress(OSError):
            self._ends[worker].send(message)

    def listen(self, other: Connection) -> list[int]:
        """Wait for workers or another pipe; return the workers that have something to say."""
        alive = {end: worker for worker, end in enumerate(self._ends) if not end.closed}
        heard = connection.wait([*alive, other])
        return [worker for end, worker in alive.items() if end in heard]

    def read(self, worker: int) -> Reply | Death:
        """Return what a worker has to say."""
        try:
            return self._ends[worker].recv()
        except (EOFError, OSError):
            return Death()

    def replace(self, worker: int) -> None:
        """Start a process in the place of a dead one."""
        self._end(worker)
        self._processes[worker], self._ends[worker] = self._start()

    def retire(self, worker: int) -> None:
        """Leave the place of a dead process empty."""
        self._end(worker)

    def close(self) -> None:
        """End all processes at once: they hold nothing that is not held elsewhere."""
        for process in self._processes:
            process.terminate()
        for worker in range(len(self._processes)):
            self._end(worker)

    def _end(self, worker: int) -> None:
        process = self._processes[worker]
        self._ends[worker].close()
        process.terminate()
        process.join(2.0)
        if process.is_alive():
            process.kill()
            process.join()

    def _start(self) -> tuple[SpawnProcess, Connection]:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        arguments = (theirs, self._build, self._limits)
        process = context.Process(target=work_at, args=arguments, daemon=True)
        with single_blas_thread(), ignoring_interrupts():
            process.start()
        theirs.close()  # so that its end is seen here when the worker dies
        return process, cast("Connection", ours)
