"""A server's services with an engine that only remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas  # noqa: F401  # a thread of a page would import it half, as in the server
import pytest

from scenarios.live import Answer, Question
from viz.web import services as shared
from viz.web.services import Services, install


@dataclass
class FakeEngine:
    """Remembers questions by visitor; tests answer them."""

    asked: dict[str, Question] = field(default_factory=dict[str, Question])
    callbacks: dict[str, Callable[[Answer], None]] = field(default_factory=dict[str, Any])
    cancelled: list[str] = field(default_factory=list[str])
    forgotten: list[str] = field(default_factory=list[str])

    def ask(
        self,
        visitor: str,
        question: Question,
        on_answer: Callable[[Answer], None],
        on_failure: Callable[[str], None],
    ) -> None:
        self.asked[visitor] = question
        self.callbacks[visitor] = on_answer

    def cancel(self, visitor: str) -> None:
        self.cancelled.append(visitor)

    def forget(self, visitor: str) -> None:
        self.forgotten.append(visitor)


@pytest.fixture
def engine() -> Iterator[FakeEngine]:
    """The engine of services installed for one test."""
    before = list(shared._INSTALLED)
    fake = FakeEngine()
    install(Services(fake))
    yield fake
    shared._INSTALLED[:] = before
