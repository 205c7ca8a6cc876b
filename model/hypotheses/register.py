"""Loading of the hypothesis register (`register.toml` and `register_*.toml` beside it)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from model.errors import AncrageError
from model.toml_tables import check_fields, read_toml

GRADES = ("A", "B", "C")
ACTS = ("build", "run")
DISTRIBUTIONS = ("uniform", "triangular", "fixed")


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One coefficient of the model.

    ``value`` is the central one, ``low`` and ``high`` its bounds, all in ``unit``. ``grade`` is
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

    @property
    def varies(self) -> bool:
        """True if each pair of runs draws its own value."""
        return self.acts == "run" and self.grade in ("B", "C") and self.distribution != "fixed"


def _parse(table: Mapping[str, Any], where: str) -> Hypothesis:
    """Check one table of the register and make it a value."""
    key = str(table.get("key", "?"))
    where = f"{where}, hypothesis '{key}'"
    check_fields(table, (field.name for field in fields(Hypothesis)), (), where)
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


@cache
def load_register() -> Mapping[str, Hypothesis]:
    """Return the register of the package, read once: key to entry, sorted by key."""
    return MappingProxyType(read_register(Path(__file__).parent))
