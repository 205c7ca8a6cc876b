"""Explanations: which part of a scenario brings what, through which channel, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.attribution.results import Explanation
    from scenarios.attribution.run import explain

__all__ = ["Explanation", "explain"]

_PLACES = {
    "Explanation": "scenarios.attribution.results",
    "explain": "scenarios.attribution.run",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PLACES[name]), name)
