"""Running of pairs in processes: same results for any number of workers, clean on Ctrl-C."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

from model.errors import AncrageFailure
from scenarios.pairs import PairResult, PairTask, run_pair

BLAS_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""Environment that keeps BLAS on one thread; read when numpy loads."""


class RunFailure(AncrageFailure):
    """A process of a run died."""


class Interrupted(Exception):
    """Ctrl-C during a run: results of the tasks finished until then, in their order."""

    def __init__(self, finished: Sequence[Any], planned: int) -> None:
        super().__init__(f"{len(finished)} of {planned} pairs finished")
        self.finished = tuple(finished)
        self.planned = planned


@contextmanager
def single_blas_thread() -> Generator[None]:
    """Let processes started meanwhile load numpy with BLAS on one thread."""
    before = {name: os.environ.get(name) for name in BLAS_VARIABLES}
    os.environ.update(dict.fromkeys(BLAS_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def ignoring_interrupts() -> Generator[None]:
    """Ignore Ctrl-C meanwhile; processes started meanwhile ignore it for life."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _ignore_interrupts() -> None:
    """Make a worker leave Ctrl-C to its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def run_pairs(
    tasks: Sequence[PairTask], workers: int, on_finished: Callable[[PairResult], None] | None = None
) -> list[PairResult]:
    """Run pairs of a comparison: see `run_tasks`."""
    return run_tasks(run_pair, tasks, workers, on_finished)


def run_tasks[T, R](
    work: Callable[[T], R],
    tasks: Sequence[T],
    workers: int,
    on_finished: Callable[[R], None] | None = None,
) -> list[R]:
    """Run all tasks and return their results in the order of tasks, whoever finished first.

    Parameters
    ----------
    work
        Does one task; a function of a module, importable by name.
    tasks
        Units of work, one seed each.
    workers
        Number of processes; 1 runs in this one.
    on_finished
        Called here with each result as it arrives.

    Raises
    ------
    Interrupted
        Ctrl-C; it carries the finished results in order of tasks.
    RunFailure
        A worker process died.
    """
    finished: dict[int, R] = {}

    def keep(position: int, result: R) -> None:
        finished[position] = result
        if on_finished is not None:
            on_finished(result)

    try:
        if min(workers, len(tasks)) <= 1:
            for position, task in enumerate(tasks):
                keep(position, work(task))
        else:
            _run_in_processes(work, tasks, min(workers, len(tasks)), keep)
    except KeyboardInterrupt:
        in_order = [finished[position] for position in sorted(finished)]
        raise Interrupted(in_order, len(tasks)) from None
    return [finished[position] for position in range(len(tasks))]


def _run_in_processes[T, R](
    work: Callable[[T], R], tasks: Sequence[T], workers: int, keep: Callable[[int, R], None]
) -> None:
    """Run tasks in spawned processes; on any way out, leave none behind."""
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_ignore_interrupts)
    positions: dict[Future[R], int] = {}
    done = False
    try:
        with single_blas_thread(), ignoring_interrupts():
            for position, task in enumerate(tasks):
                positions[executor.submit(work, task)] = position
        for future in as_completed(positions):
            keep(positions[future], future.result())
        done = True
    except BrokenProcessPool as error:
        raise RunFailure(
            "A worker process died, perhaps for lack of memory; run again with fewer --workers."
        ) from error
    finally:
        if done:
            executor.shutdown()
        else:
            with ignoring_interrupts():  # a second Ctrl-C would leave workers behind
                executor.shutdown(wait=False, cancel_futures=True)
                for child in set(multiprocessing.active_children()) - others:
                    child.terminate()
