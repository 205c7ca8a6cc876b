"""The ranges over which hypotheses vary: those from which ensembles draw, build-time ones too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np

from model.hypotheses import HypothesisValues, draw_run_vector, load_register
from model.hypotheses.register import Hypothesis
from model.random_streams import uniform

LOW, HIGH = 0.05, 0.95
"""Points of what ensembles draw between which a swing is measured."""

_DRAWS = 400
"""Draws from which the two points are read."""


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
    shaped = _build_vector(build)
    return draw_run_vector(run).with_values(
        {key: shaped[key] for key, entry in register.items() if _varies(entry, "build")}
    )


@cache
def drawn_ranges() -> Mapping[str, Range]:
    """Return the range of every hypothesis of grade B or C that varies, by key."""
    draws = [drawn_values(index, index) for index in range(_DRAWS)]
    central = HypothesisValues()
    found: dict[str, Range] = {}
    for key, entry in load_register().items():
        if not (_varies(entry, "run") or _varies(entry, "build")):
            continue
        low, high = np.quantile([one[key] for one in draws], [LOW, HIGH])
        found[key] = Range(key, central[key], float(low), float(high))
    return MappingProxyType(found)


def _varies(entry: Hypothesis, acts: str) -> bool:
    """Return whether a hypothesis is of grade B or C, has a range, and acts then."""
    return (
        entry.acts == acts
        and entry.grade in ("B", "C")
        and entry.distribution != "fixed"
        and entry.low < entry.high
    )


def _build_vector(index: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for key, e in load_register().items():
        if not _varies(e, "build"):
            continue
        u = float(uniform(index, f"hypothesis {key}"))
        width = e.high - e.low
        if u * width <= e.value - e.low:
            value = e.low + (u * width * (e.value - e.low)) ** 0.5
        else:
            value = e.high - ((1.0 - u) * width * (e.high - e.value)) ** 0.5
        found[key] = min(max(value, e.low), e.high)
    return found
