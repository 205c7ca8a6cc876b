"""What all visitors of one server share: the engine, the territory, outlines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from scenarios.live import Answer, Question


class Asker(Protocol):
    """What pages ask of the engine (`scenarios.live.Engine` is one)."""

    def ask(
        self,
        visitor: str,
        question: Question,
        on_answer: Callable[[Answer], None],
        on_failure: Callable[[str], None],
    ) -> None:
        """Start to answer; the visitor's former question is dropped."""
        ...

    def cancel(self, visitor: str) -> None:
        """Stop answering."""
        ...

    def forget(self, visitor: str) -> None:
        """Free what a visitor who left holds."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """What one server holds.

    Attributes
    ----------
    engine
        Answers questions of all visitors.
    territory
        Name of the embedded territory.
    outlines
        GeoJSON of the user's, or None for the schematic shapes.
    """

    engine: Asker
    territory: str = "cote-opale"
    outlines: Path | None = None


_INSTALLED: list[Services] = []


def install(services: Services) -> None:
    """Make these the services of this process."""
    _INSTALLED[:] = [services]


def services() -> Services:
    """Return the services of this process."""
    return _INSTALLED[0]
