"""What a run takes as given: its territory, hypotheses, switches and seed."""

from __future__ import annotations

from dataclasses import dataclass

from model.economy.switches import Switches
from model.hypotheses import HypothesisValues
from model.opening import Closure
from model.territory.derived import DerivedColumns
from model.territory.territory import Territory


@dataclass(frozen=True)
class Setting:
    """Read-only frame of a run, shared by a world and its branches.

    ``closure`` holds what closes the accounts at the fixed point, ``seed`` keys every draw.
    """

    territory: Territory
    derived: DerivedColumns
    closure: Closure
    hypotheses: HypothesisValues
    switches: Switches
    seed: int
