"""The ranges over which hypotheses vary: those from which ensembles draw, build-time ones too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from model.hypotheses import (
    HypothesisValues,
    draw_build_vector,
    draw_run_vector,
    load_register,
)
from model.hypotheses.values import quantile

LOW, HIGH = 0.05, 0.95
"""Points of what ensembles draw between which a swing is measured."""


@dataclass(frozen=True, slots=True)
class Range:
    """A hypothesis, its central value and the 5 % and 95 % points of what is drawn for it."""

    key: str
    central: float
    low: float
    high: float


def drawn_values(run: int, build: int) -> HypothesisValues:
    """Return run-time hypotheses of one index and build-time ones of another."""
    register = load_register()
    shaped = draw_build_vector(build)
    return draw_run_vector(run).with_values(
        {key: shaped[key] for key, entry in register.items() if entry.acts == "build"}
    )


@cache
def drawn_ranges() -> Mapping[str, Range]:
    """Return the range of every hypothesis of grade B or C that varies, by key."""
    central = HypothesisValues()
    found: dict[str, Range] = {}
    for key, entry in load_register().items():
        if entry.uncertain and entry.low < entry.high:
            ends = quantile(entry, LOW), quantile(entry, HIGH)
            found[key] = Range(key, central[key], *ends)
    return MappingProxyType(found)
