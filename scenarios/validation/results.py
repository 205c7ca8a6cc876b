"""What `ancrage validate` finds: values of every pattern by seed, and how they stand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from model.errors import AncrageError
from scenarios.statistics import number_or_none, one_run_interval
from scenarios.validation.patterns import TAGS, Pattern, load_patterns

SHIPPED = Path(__file__).with_name("validation.json")
"""The validation of this version, made by its authors."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the model gives for a pattern, over seeds.

    ``mean`` and ``spread`` are the mean and standard deviation over seeds (None for none or one);
    ``low`` and ``high`` the interval in which nine simulations out of ten lie, None under five
    seeds.
    """

    pattern: Pattern
    mean: float | None
    spread: float | None
    low: float | None
    high: float | None

    @property
    def within(self) -> bool:
        """Whether the mean is in the accepted range."""
        return self.mean is not None and self.pattern.low <= self.mean <= self.pattern.high

    @property
    def straddles(self) -> bool:
        """Whether a bound of the accepted range is inside the interval over seeds."""
        if self.low is None or self.high is None:
            return False
        return any(self.low < bound < self.high for bound in (self.pattern.low, self.pattern.high))


@dataclass(frozen=True, slots=True)
class SizeRow:
    """Multipliers of a territory, at central hypotheses, one year after burn-in."""

    territory: str
    establishments: int
    lm3: float
    multiplier_full: float


@dataclass(frozen=True, eq=False)
class Validation:
    """Result of a validation.

    Attributes
    ----------
    territory, seeds, central
        What was run; ``central`` keeps every hypothesis at its value, otherwise each seed draws
        its own, those that shape the territory too.
    values
        Pattern key to its value in each seed; NaN where undefined.
    sizes
        Multipliers by size of the territory.
    versions, sha256
        Of the program and its libraries, and of the model's code and data, when it was made.
    """

    territory: str
    seeds: tuple[int, ...]
    central: bool
    values: Mapping[str, tuple[float, ...]]
    sizes: tuple[SizeRow, ...]
    versions: Mapping[str, str]
    sha256: Mapping[str, str]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What stands against each pattern, in the order of the register of patterns."""
        return tuple(self.finding(pattern) for pattern in load_patterns())

    def finding(self, pattern: Pattern) -> Finding:
        """Return what stands against one pattern."""
        values = np.array(self.values[pattern.key], dtype=np.float64)
        sound = np.isfinite(values)
        low, high = one_run_interval(values[:, None], sound[:, None])
        known = values[sound]
        return Finding(
            pattern,
            float(known.mean()) if len(known) else None,
            float(known.std(ddof=1)) if len(known) > 1 else None,
            number_or_none(float(low[0])),
            number_or_none(float(high[0])),
        )

    def tally(self) -> dict[str, tuple[int, int]]:
        """Return, by tag, how many patterns are within their range and how many there are."""
        return {
            tag: (
                sum(one.within for one in self.findings if one.pattern.tag == tag),
                sum(one.pattern.tag == tag for one in self.findings),
            )
            for tag in TAGS
        }

    def as_json(self) -> dict[str, Any]:
        """Return plain values; NaN becomes None."""
        return {
            "territory": self.territory,
            "seeds": list(self.seeds),
            "central": self.central,
            "values": {k: [number_or_none(v) for v in row] for k, row in self.values.items()},
            "findings": [
                {
                    **{name: getattr(one.pattern, name) for name in ("key", "tag")},
                    "accepted": [one.pattern.low, one.pattern.high],
                    **{name: getattr(one, name) for name in ("mean", "spread", "low", "high")},
                    "within": one.within,
                    "straddles": one.straddles,
                }
                for one in self.findings
            ],
            "sizes": [asdict(row) for row in self.sizes],
            "versions": dict(self.versions),
            "sha256": dict(self.sha256),
        }


def read_validation(path: Path) -> Validation:
    """Read a validation that was written as JSON.

    Raises
    ------
    AncrageError
        The file cannot be read, or is not a validation of today's patterns.
    """
    try:
        plain: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        values = {
            str(key): tuple(float("nan") if v is None else float(v) for v in row)
            for key, row in plain["values"].items()
        }
        missing = [p.key for p in load_patterns() if p.key not in values]
        if missing:
            raise AncrageError(
                f"{path.name}: holds no value of pattern '{missing[0]}'; run ancrage validate."
            )
        return Validation(
            territory=plain["territory"],
            seeds=tuple(plain["seeds"]),
            central=plain["central"],
            values=values,
            sizes=tuple(SizeRow(**row) for row in plain["sizes"]),
            versions=plain["versions"],
            sha256=plain["sha256"],
        )
    except OSError as error:
        raise AncrageError(f"{path.name}: cannot be read ({error.strerror}).") from error
    except (KeyError, TypeError, ValueError) as error:
        raise AncrageError(f"{path.name}: is not a validation; run ancrage validate.") from error


@cache
def load_validation() -> Validation:
    """Return the validation that came with this version; nothing is run."""
    return read_validation(SHIPPED)
