"""Loading of the hypothesis register (`register.toml` and `register_*.toml` beside it).

What published figures say of some of them (`ancrage calibrate`) is in `calibrated.toml`: it moves
their central value and the range from which pairs draw, not their bounds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from model.errors import AncrageError
from model.toml_tables import check_fields, read_toml

GRADES = ("A", "B", "C")
ACTS = ("build", "run")
DISTRIBUTIONS = ("uniform", "triangular", "fixed")


LEVELS = (0.005, 0.05, 0.25, 0.5, 0.75, 0.95, 0.995)
"""Shares below the quantiles of a calibrated range."""

CALIBRATED = "calibrated.toml"


@dataclass(frozen=True, slots=True)
class Posterior:
    """The range that calibration leaves to a hypothesis, in its unit.

    ``low`` and ``high`` hold nine cases out of ten, ``quantiles`` are those at `LEVELS`,
    ``prior_value`` is the central value before calibration.
    """

    prior_value: float
    value: float
    low: float
    high: float
    quantiles: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One coefficient of the model.

    ``value`` is the central one, ``low`` and ``high`` its bounds, all in ``unit``; ``posterior`` is
    what calibration leaves of them, where published figures say something. ``grade`` is
    A (measured in France), B (literature) or C (assumption). ``acts`` tells whether it shapes the
    territory (build) or the behaviour in a month (run); only run-time ones of grade B and C vary
    from pair to pair (`docs/odd.md`, uncertainty).
    """

    key: str
    symbol: str
    value: float
    unit: str
    low: float
    high: float
    distribution: str
    source: str
    grade: str
    acts: str
    drives: str
    label_fr: str
    label_en: str
    posterior: Posterior | None = None

    @property
    def prior_value(self) -> float:
        """The central value before calibration."""
        return self.value if self.posterior is None else self.posterior.prior_value

    @property
    def uncertain(self) -> bool:
        """True if its value is not known: of grade B or C, and not fixed."""
        return self.grade in ("B", "C") and self.distribution != "fixed"

    @property
    def varies(self) -> bool:
        """True if each pair of runs draws its own value."""
        return self.acts == "run" and self.uncertain


def _parse(table: Mapping[str, Any], where: str) -> Hypothesis:
    """Check one table of the register and make it a value."""
    key = str(table.get("key", "?"))
    where = f"{where}, hypothesis '{key}'"
    names = (field.name for field in fields(Hypothesis) if field.name != "posterior")
    check_fields(table, names, (), where)
    low, value, high = (float(table[name]) for name in ("low", "value", "high"))
    if not (math.isfinite(low) and math.isfinite(high) and low <= value <= high):
        raise AncrageError(f"{where}: needs low <= value <= high, got {low}, {value}, {high}.")
    for name, allowed in (("grade", GRADES), ("acts", ACTS), ("distribution", DISTRIBUTIONS)):
        if table[name] not in allowed:
            raise AncrageError(
                f"{where}: {name} must be one of {', '.join(allowed)}, got '{table[name]}'."
            )
    values: dict[str, Any] = {**table, "low": low, "value": value, "high": high}
    return Hypothesis(**values)


def read_register(folder: Path) -> dict[str, Hypothesis]:
    """Read `register.toml` and every `register_*.toml` of a folder, sorted by key.

    Raises
    ------
    AncrageError
        A field is missing or unknown, bounds are out of order, or a key appears twice.
    """
    found: dict[str, Hypothesis] = {}
    for path in sorted(folder.glob("register.toml")) + sorted(folder.glob("register_*.toml")):
        for table in read_toml(path).get("hypothesis", []):
            entry = _parse(table, path.name)
            if entry.key in found:
                raise AncrageError(f"{path.name}: hypothesis '{entry.key}' is defined twice.")
            found[entry.key] = entry
    return dict(sorted(found.items()))


def with_calibration(
    register: Mapping[str, Hypothesis], tables: Sequence[Mapping[str, Any]]
) -> dict[str, Hypothesis]:
    """Return a register whose calibrated entries have their posterior and its central value.

    Raises
    ------
    AncrageError
        An unknown hypothesis, one that no pair draws, or quantiles out of order or of bounds.
    """
    found = dict(register)
    for table in tables:
        key = str(table.get("key", "?"))
        where = f"{CALIBRATED}, hypothesis '{key}'"
        check_fields(table, ("key", "value", "low", "high", "quantiles"), (), where)
        if key not in found or not found[key].varies:
            raise AncrageError(f"{where}: is not a hypothesis that pairs of runs draw.")
        entry = found[key]
        value, low, high = (float(table[name]) for name in ("value", "low", "high"))
        quantiles = tuple(float(number) for number in table["quantiles"])
        in_order = [entry.low, *quantiles, entry.high]
        if len(quantiles) != len(LEVELS) or in_order != sorted(in_order) or not low < value < high:
            raise AncrageError(f"{where}: quantiles are out of order or outside the bounds.")
        posterior = Posterior(entry.value, value, low, high, quantiles)
        found[key] = replace(entry, value=value, posterior=posterior)
    return found


@cache
def load_register() -> Mapping[str, Hypothesis]:
    """Return the register of the package, read once: key to entry, sorted by key."""
    folder = Path(__file__).parent
    path = folder / CALIBRATED
    tables: list[dict[str, Any]] = read_toml(path)["calibrated"] if path.exists() else []
    return MappingProxyType(with_calibration(read_register(folder), tables))
