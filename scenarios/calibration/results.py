"""What `ancrage calibrate` finds: ranges of hypotheses, and how well they are known."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from model.errors import AncrageError

SHIPPED = Path(__file__).with_name("calibration.json")
"""The calibration of this version, made by its authors."""

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HypothesisRange:
    """What the data say of one hypothesis.

    ``prior_low``, ``prior_high``, ``low`` and ``high`` hold nine cases out of ten, before and after
    the data; ``ratio`` is the second width over the first. Ensembles draw from ``quantiles`` (at
    `model.hypotheses.LEVELS`), whose median is ``value``. ``identified`` tells that the ratio is
    under the record's bound. ``moves`` is the published figure that it moves most, ``share`` the
    part of that figure's variance over the prior that it makes alone.
    """

    key: str
    prior_value: float
    prior_low: float
    prior_high: float
    value: float
    low: float
    high: float
    ratio: float
    identified: bool
    quantiles: tuple[float, ...]
    moves: str
    share: float

    @property
    def central(self) -> float:
        """The central value of the model: what figures say where they identify it."""
        return self.value if self.identified else self.prior_value


@dataclass(frozen=True, slots=True)
class TargetFit:
    """One published figure, before and after: means and intervals of nine runs out of ten.

    ``before`` is the model over draws of the prior ranges, ``after`` over independent draws of each
    calibrated range, as ensembles draw; both are runs of the model. ``fit`` is the share of the
    figure's variance that the emulator explains out of sample, ``emulator_error`` its error.
    """

    key: str
    value: float
    error: float
    before: float
    before_low: float
    before_high: float
    after: float
    after_low: float
    after_high: float
    fit: float
    emulator_error: float


@dataclass(frozen=True, slots=True)
class Ridge:
    """Two hypotheses that the data leave tied: only what they do together is known."""

    first: str
    second: str
    correlation: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often ranges at 90 % held the truth, over runs of the model with known hypotheses."""

    key: str
    truths: int
    held: int

    @property
    def share(self) -> float:
        """Share of truths within their range."""
        return self.held / self.truths if self.truths else float("nan")


@dataclass(frozen=True)
class Calibration:
    """Result of a calibration.

    Attributes
    ----------
    territory, seed, months
        What was run: months after burn-in of each point, and the seed of the design.
    points
        Points of the model that were run: of each wave, then of the check afterwards.
    candidates, screened
        Run-time assumptions (grade C) that could vary, and those of them that no figure sees.
    left
        Share of the prior that the second wave was drawn from.
    effective
        Effective number of draws behind the ranges.
    identified_under
        Ratio of ranges under which a hypothesis counts as identified.
    hypotheses
        Those that move a figure, the best known first.
    targets
        Every published figure used.
    ridges
        Pairs that the data leave tied, the strongest first.
    coverage
        Known truths, by hypothesis that moves a figure.
    versions, sha256
        Of the program and its libraries, and of the model's code and data, when it was made.
    """

    territory: str
    seed: int
    months: int
    points: tuple[int, ...]
    candidates: int
    screened: tuple[str, ...]
    left: float
    effective: float
    identified_under: float
    hypotheses: tuple[HypothesisRange, ...]
    targets: tuple[TargetFit, ...]
    ridges: tuple[Ridge, ...]
    coverage: tuple[Coverage, ...]
    versions: dict[str, str]
    sha256: dict[str, str]

    @property
    def identified(self) -> tuple[HypothesisRange, ...]:
        """Hypotheses whose range the data narrow enough to be used."""
        return tuple(one for one in self.hypotheses if one.identified)

    @property
    def covered(self) -> float:
        """Share of known truths within their range, over all hypotheses."""
        truths = sum(one.truths for one in self.coverage)
        return sum(one.held for one in self.coverage) / truths if truths else float("nan")

    def as_json(self) -> Plain:
        """Return plain values."""
        return json.loads(json.dumps(asdict(self)))


def read_calibration(path: Path) -> Calibration:
    """Read a calibration that was written as JSON.

    Raises
    ------
    AncrageError
        The file cannot be read or is not a calibration.
    """
    try:
        plain: Plain = json.loads(path.read_text(encoding="utf-8"))
        plain["points"] = tuple(plain["points"])
        plain["screened"] = tuple(plain["screened"])
        plain["hypotheses"] = tuple(
            HypothesisRange(**row | {"quantiles": tuple(row["quantiles"])})
            for row in plain["hypotheses"]
        )
        for name, kind in (("targets", TargetFit), ("ridges", Ridge), ("coverage", Coverage)):
            plain[name] = tuple(kind(**row) for row in plain[name])
        return Calibration(**plain)
    except OSError as error:
        raise AncrageError(f"{path.name}: cannot be read ({error.strerror}).") from error
    except (KeyError, TypeError, ValueError) as error:
        raise AncrageError(f"{path.name}: is not a calibration; run ancrage calibrate.") from error


@cache
def load_calibration() -> Calibration:
    """Return the calibration that came with this version; nothing is run."""
    return read_calibration(SHIPPED)
