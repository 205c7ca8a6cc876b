"""Values given to the hypotheses in one run, and their draw for one pair of runs."""

from __future__ import annotations

import hashlib
import json
import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import override

from model.errors import AncrageError, nearest_name
from model.hypotheses.register import LEVELS, Hypothesis, load_register
from model.random_streams import uniform


@dataclass(frozen=True, slots=True, init=False)
class HypothesisValues(Mapping[str, float]):
    """One value for each hypothesis of the register: a frozen, hashable mapping.

    Parameters
    ----------
    changes
        Values that replace the central ones, by key.

    Raises
    ------
    AncrageError
        Unknown key, or a value outside the bounds of its entry.
    """

    items_by_key: tuple[tuple[str, float], ...]
    _by_key: dict[str, float] = field(compare=False, repr=False)

    def __init__(self, changes: Mapping[str, float] | None = None) -> None:
        register = load_register()
        values = {key: entry.value for key, entry in register.items()}
        for key, value in (changes or {}).items():
            values[key] = _checked(register, key, value)
        object.__setattr__(self, "items_by_key", tuple(values.items()))
        object.__setattr__(self, "_by_key", values)

    @override
    def __getitem__(self, key: str) -> float:
        return self._by_key[key]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    @override
    def __len__(self) -> int:
        return len(self._by_key)

    def with_values(self, changes: Mapping[str, float]) -> HypothesisValues:
        """Return the same values with some replaced; the same checks apply."""
        return HypothesisValues({**self._by_key, **changes})

    def changed(self) -> dict[str, float]:
        """Return the values that differ from the central ones, by key."""
        register = load_register()
        return {key: value for key, value in self.items_by_key if value != register[key].value}

    def digest(self) -> str:
        """Return the sha256 of all keys and values, the same on every machine."""
        text = json.dumps({key: value.hex() for key, value in self.items_by_key}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def build_digest(self) -> str:
        """Return the sha256 of the values that act at build, which a built territory depends on."""
        register = load_register()
        built = {k: v.hex() for k, v in self.items_by_key if register[k].acts == "build"}
        return hashlib.sha256(json.dumps(built, sort_keys=True).encode()).hexdigest()


def _checked(register: Mapping[str, Hypothesis], key: str, value: float) -> float:
    """Return the value as a float if the register admits it."""
    if key not in register:
        raise AncrageError(f"Unknown hypothesis '{key}'{nearest_name(key, register)}")
    entry = register[key]
    number = float(value)
    if not (math.isfinite(number) and entry.low <= number <= entry.high):
        raise AncrageError(
            f"Hypothesis '{key}' = {value} is out of bounds: "
            f"{entry.low:g} to {entry.high:g} {entry.unit}."
        )
    return number


def prior_quantile(entry: Hypothesis, u: float) -> float:
    """Return the point of the entry's prior that leaves a share ``u`` below it.

    Triangular with its mode at the central value, or uniform between the bounds.
    """
    low, mode, high = entry.low, entry.prior_value, entry.high
    width = high - low
    if width == 0.0 or entry.distribution == "fixed":
        return mode
    if entry.distribution == "uniform":
        return low + u * width
    if u * width <= mode - low:
        return low + math.sqrt(u * width * (mode - low))
    return high - math.sqrt((1.0 - u) * width * (high - mode))


def quantile(entry: Hypothesis, u: float) -> float:
    """Return the point that leaves a share ``u`` below it: of what calibration left, if it did.

    Between the quantiles of a posterior it is interpolated; outside of them it stops.
    """
    if entry.posterior is None:
        return prior_quantile(entry, u)
    levels, points = LEVELS, entry.posterior.quantiles
    above = bisect_right(levels, u)
    if above in (0, len(levels)):
        return points[min(above, len(points) - 1)]
    share = (u - levels[above - 1]) / (levels[above] - levels[above - 1])
    return points[above - 1] + share * (points[above] - points[above - 1])


def draw_run_vector(index: int) -> HypothesisValues:
    """Draw the hypotheses of pair ``index``: run-time entries of grade B and C vary.

    Each entry is drawn by its own key, so that adding an entry to the register moves no other.
    Entries that act at build, of grade A or fixed keep their central value.
    """
    return HypothesisValues(_drawn(index, ("run",)))


def draw_build_vector(index: int) -> HypothesisValues:
    """Draw the hypotheses that shape a territory, as `draw_run_vector` does those of behaviour.

    Entries that act in the run keep their central value.
    """
    return HypothesisValues(_drawn(index, ("build",)))


def draw_whole_vector(index: int) -> HypothesisValues:
    """Draw every hypothesis of grade B and C, each as in the two draws above."""
    return HypothesisValues(_drawn(index, ("run", "build")))


def _drawn(index: int, acts: tuple[str, ...]) -> dict[str, float]:
    """Return a draw of each uncertain hypothesis that acts then."""
    drawn: dict[str, float] = {}
    for key, entry in load_register().items():
        if entry.uncertain and entry.acts in acts:
            u = float(uniform(index, f"hypothesis {key}"))
            drawn[key] = min(max(quantile(entry, u), entry.low), entry.high)
    return drawn
