"""What a study of sensitivity gives, and the one that is shipped."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from scenarios.sensitivity.shares import Share

Array = NDArray[np.float64]

SHIPPED = Path(__file__).with_name("sensitivity.json")


@dataclass(frozen=True, slots=True)
class Swing:
    """What a hypothesis moved alone does to a result: from its low to its high point.

    ``at_low`` and ``at_high`` are means over seeds; ``low`` and ``high`` the 90 % interval of the
    mean swing, paired by seed.
    """

    key: str
    low_value: float
    high_value: float
    at_low: float
    at_high: float
    swing: float
    low: float
    high: float

    @property
    def told(self) -> bool:
        """Whether it can be told from zero."""
        return self.low > 0.0 or self.high < 0.0


@dataclass(frozen=True, slots=True)
class Screened:
    """What screening says of a hypothesis for a result: expected swing and its standard error."""

    key: str
    swing: float
    error: float


@dataclass(frozen=True, slots=True)
class ResultSensitivity:
    """One main result, scenario less baseline over the horizon.

    Attributes
    ----------
    indicator
        Key of the register of indicators.
    mean, low, high
        Mean and 5 % and 95 % points over runs in which draws and all hypotheses vary.
    screened
        Every hypothesis, those that stand out most first.
    swings
        Hypotheses moved one at a time, the largest swing first.
    shares
        What the interval comes from, in the order of `design.SOURCES`.
    """

    indicator: str
    mean: float
    low: float
    high: float
    screened: tuple[Screened, ...]
    swings: tuple[Swing, ...]
    shares: tuple[Share, ...]

    @property
    def told(self) -> tuple[Swing, ...]:
        """Swings that can be told from zero, the largest first."""
        return tuple(one for one in self.swings if one.told)

    @property
    def smallest_seen(self) -> float:
        """Swing that screening would let enter: three times its median standard error."""
        errors = [one.error for one in self.screened if one.error > 0.0]
        return 3.0 * float(np.median(errors)) if errors else 0.0


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """A study of sensitivity: what it ran, and what came of it for each main result.

    ``screening``, ``rows`` (of five runs), ``repeats`` and ``largest`` are those of the plan;
    ``hypotheses`` counts those that vary; ``trial`` tells that it is smaller than the default.
    """

    written: str
    territory: str
    scenario: str
    months: int
    start: str
    seed: int
    screening: int
    screening_seeds: int
    rows: int
    repeats: int
    largest: int
    runs: int
    hypotheses: int
    trial: bool
    versions: Mapping[str, str]
    sha256: Mapping[str, str]
    results: tuple[ResultSensitivity, ...]

    def result(self, indicator: str) -> ResultSensitivity:
        """Return what there is on an indicator.

        Raises
        ------
        KeyError
            It is not a main result.
        """
        for one in self.results:
            if one.indicator == indicator:
                return one
        raise KeyError(indicator)

    def as_json(self) -> dict[str, object]:
        """Return plain values; what is not a number is None."""
        return cast("dict[str, object]", _plain(asdict(self)))


def _plain(value: Any) -> Any:
    """Return a value as JSON carries it: seven digits, None for what is not a number."""
    if isinstance(value, float):
        return float(f"{value:.7g}") if math.isfinite(value) else None
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value)
        return {key: _plain(item) for key, item in items.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in cast("list[Any]", value)]
    return value


def sensitivity_text(study: Sensitivity) -> str:
    """Return the content of a file that `read_sensitivity` reads back."""
    return json.dumps(study.as_json(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def read_sensitivity(path: Path) -> Sensitivity:
    """Read a study from its file."""
    table = cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
    results = cast("list[dict[str, Any]]", table.pop("results"))
    return Sensitivity(**table, results=tuple(_result(one) for one in results))


def _result(row: dict[str, Any]) -> ResultSensitivity:
    """Return what there is on one result from its plain values."""
    parts: dict[str, Any] = {
        "screened": tuple(_made(Screened, one) for one in row["screened"]),
        "swings": tuple(_made(Swing, one) for one in row["swings"]),
        "shares": tuple(_made(Share, one) for one in row["shares"]),
    }
    return _made(ResultSensitivity, {**row, **parts})


def _made[T](kind: type[T], row: Mapping[str, Any]) -> T:
    """Return a row as a value; None stands for what is not a number."""
    names = [field.name for field in dataclasses.fields(cast("Any", kind))]
    return kind(**{name: math.nan if row[name] is None else row[name] for name in names})


@cache
def load_sensitivity() -> Sensitivity:
    """Return the study that is shipped, read once; nothing is run."""
    return read_sensitivity(SHIPPED)
