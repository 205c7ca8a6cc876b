"""What a calibration is held to: published figures and their errors, from `targets.toml`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError
from model.toml_tables import check_fields, read_toml
from scenarios.validation.patterns import load_patterns

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Target:
    """A published figure: its value and the standard deviation of its error, in its own unit.

    Errors of figures of one ``sample`` go together.
    """

    key: str
    value: float
    error: float
    sample: str


@dataclass(frozen=True, slots=True)
class Targets:
    """All figures, how errors of one sample are correlated, and when a point is ruled out."""

    rows: tuple[Target, ...]
    correlation: float
    implausible: float

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the K figures, in their order."""
        return tuple(row.key for row in self.rows)

    @property
    def values(self) -> Floats:
        """(K,) published figures."""
        return np.array([row.value for row in self.rows])

    @property
    def covariance(self) -> Floats:
        """(K, K) covariance of their errors."""
        return error_covariance(self.rows, self.correlation)


def error_covariance(rows: Sequence[Target], correlation: float) -> Floats:
    """Return the (K, K) covariance of errors: correlated within a sample, none across."""
    errors = np.array([row.error for row in rows])
    same = np.array([[a.sample == b.sample for b in rows] for a in rows])
    matrix = np.where(same, correlation, 0.0)
    np.fill_diagonal(matrix, 1.0)
    return matrix * np.outer(errors, errors)


@cache
def load_targets() -> Targets:
    """Return the figures that the calibration is held to.

    Raises
    ------
    AncrageError
        A field is missing, an error is not positive, or a figure is not of a calibrated pattern:
        what is predicted is never calibrated on.
    """
    read = read_toml(Path(__file__).with_name("targets.toml"))
    tags = {pattern.key: pattern.tag for pattern in load_patterns()}
    rows: list[Target] = []
    for table in read["target"]:
        where = f"targets.toml, target '{table.get('key', '?')}'"
        check_fields(table, [field.name for field in fields(Target)], (), where)
        values: dict[str, Any] = dict(table)
        target = Target(**values)
        if tags.get(target.key) != "calibrated" or target.error <= 0.0:
            raise AncrageError(f"{where}: needs a positive error and a pattern tagged calibrated.")
        rows.append(target)
    settings: dict[str, float] = read["settings"]
    return Targets(tuple(rows), settings["correlation"], settings["implausible"])
