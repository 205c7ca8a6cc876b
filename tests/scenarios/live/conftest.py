"""Visitors of a live engine, and the orders that they have it give."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from scenarios import Comparison
from scenarios.live import Answer, Engine, Question
from scenarios.live.worker import Order


class Visitor:
    """Keeps what it is told, and waits for it."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine, self.name = engine, name
        self.answers: list[Answer] = []
        self.failures: list[str] = []
        self._told = threading.Condition()
        self._asked_at = 0

    def ask(self, asked: Question) -> None:
        self._asked_at = len(self.answers)
        self.engine.ask(self.name, asked, self._answer, self._fail)

    def _answer(self, answer: Answer) -> None:
        with self._told:
            self.answers.append(answer)
            self._told.notify_all()

    def _fail(self, sentence: str) -> None:
        with self._told:
            self.failures.append(sentence)
            self._told.notify_all()

    def wait(self, until: Callable[[Visitor], object]) -> None:
        with self._told:
            assert self._told.wait_for(lambda: until(self), timeout=30.0), (
                self.failures,
                [(answer.stage, answer.pairs) for answer in self.answers],
            )

    def wait_done(self) -> None:
        """Wait for the last answer to what was asked last."""
        self.wait(lambda v: v.failures or any(a.finished for a in v.answers[v._asked_at :]))
        assert not self.failures

    def wait_finished(self) -> Comparison:
        self.wait_done()
        found = self.answers[-1].comparison
        assert found is not None
        return found

    @contextmanager
    def orders(self) -> Iterator[list[Order]]:
        """Collect the orders that are given to workers."""
        given: list[Order] = []
        send = self.engine._crew.send

        def collect(worker: int, message: Any) -> None:
            if isinstance(message, Order):
                given.append(message)
            send(worker, message)

        self.engine._crew.send = collect
        yield given
        self.engine._crew.send = send


@pytest.fixture(scope="session")
def visitor_of() -> type[Visitor]:
    """Makes a visitor of an engine."""
    return Visitor
