"""Choices and experiments: scenarios as small differences, compared on shared draws."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.comparison import Comparison, compare
    from scenarios.library import library_names, load_library, load_scenario
    from scenarios.schema import Scenario

__all__ = [
    "Comparison",
    "Scenario",
    "compare",
    "library_names",
    "load_library",
    "load_scenario",
]

_HOMES = {
    "Comparison": "scenarios.comparison",
    "Scenario": "scenarios.schema",
    "compare": "scenarios.comparison",
    "library_names": "scenarios.library",
    "load_library": "scenarios.library",
    "load_scenario": "scenarios.library",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'scenarios' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
