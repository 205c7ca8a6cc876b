"""Explanations that are computed beside something else, and can be given up at once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess
from typing import Protocol

from model.errors import AncrageError
from scenarios.attribution import kept
from scenarios.attribution.results import ExplainedPair
from scenarios.attribution.run import ExplainTask, explain_pair
from scenarios.pool import RunFailure, single_blas_thread

_LOOK_S = 0.2
_POLITE = 5
"""How much less urgent these processes are than those that answer visitors."""


class Pipe(Protocol):
    """One end of a pipe between processes."""

    def poll(self) -> bool: ...
    def recv(self) -> object: ...
    def send(self, obj: object, /) -> None: ...


Running = tuple[ExplainTask, BaseProcess, Pipe]


def run_cancellable(
    tasks: Sequence[ExplainTask],
    workers: int,
    on_finished: Callable[[ExplainedPair], None],
    is_cancelled: Callable[[], bool],
) -> list[ExplainedPair] | None:
    """Run pairs in processes of their own, those kept from before at once; None if given up.

    Raises
    ------
    AncrageError
        What a pair refuses.
    RunFailure
        A process died.
    """
    found: dict[int, ExplainedPair] = {}
    left: list[ExplainTask] = []
    for task in tasks:
        pair = kept.read(task)
        if pair is None:
            left.append(task)
        else:
            found[task.seed] = pair
            on_finished(pair)
    running: list[Running] = []
    try:
        while (left or running) and not is_cancelled():
            while left and len(running) < workers:
                running.append(_start(left.pop(0)))
            for one in [one for one in running if one[2].poll() or not one[1].is_alive()]:
                running.remove(one)
                pair = _result(one)
                kept.write(one[0], pair)
                found[pair.seed] = pair
                on_finished(pair)
            time.sleep(_LOOK_S)
    finally:
        for _, process, _ in running:
            process.terminate()
            process.join()
    if len(found) < len(tasks):
        return None
    return [found[task.seed] for task in tasks]


def _start(task: ExplainTask) -> Running:
    """Start the process of one pair."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(task, theirs), daemon=True)
    with single_blas_thread():
        process.start()
    theirs.close()
    return task, process, ours


def _work(task: ExplainTask, out: Pipe) -> None:
    """Do one pair and send it, or the sentence of its refusal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(OSError, AttributeError):
        os.nice(_POLITE)
    try:
        out.send(explain_pair(task))
    except AncrageError as error:
        out.send(str(error))


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _result(one: Running) -> ExplainedPair:
    """Return what a process sent."""
    _, process, received = one
    try:
        sent: object = received.recv()
    except EOFError as error:
        raise RunFailure(
            "A process of the explanation died, perhaps for lack of memory."
        ) from error
    process.join()
    if isinstance(sent, ExplainedPair):
        return sent
    raise AncrageError(str(sent))
