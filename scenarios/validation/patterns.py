"""The published patterns, read from `patterns.toml`."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from model.errors import AncrageError
from model.toml_tables import check_fields, read_toml

TAGS = ("input", "calibrated", "predicted")
FORMS = ("number", "count", "percent", "raw-percent", "points")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A published figure: its source's filter, the range accepted, and what explains a miss."""

    key: str
    label: str
    filter: str
    source: str
    low: float
    high: float
    form: str
    tag: str
    why: str

    def shown(self, value: float) -> str:
        """Return a value of this figure as it is printed."""
        if math.isnan(value):
            return "none"
        if self.form in ("percent", "points"):
            return f"{100.0 * value:.1f}" + (" %" if self.form == "percent" else "")
        if self.form == "raw-percent":
            return f"{value:.2f} %"
        return f"{value:,.0f}" if self.form == "count" else f"{value:.2f}"


@cache
def load_patterns() -> tuple[Pattern, ...]:
    """Return the patterns, in the order of `patterns.toml`.

    Raises
    ------
    AncrageError
        A field is missing, a tag or a form is unknown, or bounds are out of order.
    """
    found: list[Pattern] = []
    for table in read_toml(Path(__file__).with_name("patterns.toml"))["pattern"]:
        where = f"patterns.toml, pattern '{table.get('key', '?')}'"
        check_fields(table, [field.name for field in fields(Pattern)], (), where)
        values: dict[str, Any] = dict(table)
        pattern = Pattern(**values)
        if pattern.tag not in TAGS or pattern.form not in FORMS or pattern.low >= pattern.high:
            raise AncrageError(f"{where}: unknown tag or form, or bounds out of order.")
        found.append(pattern)
    return tuple(found)
