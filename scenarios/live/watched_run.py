"""What a watched run gives, the facts of a territory that its measures need, and worlds kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.structure import Structure
from scenarios.live.needs import WorldKey
from scenarios.resilience.run import WatchedWorld, structure_before
from scenarios.resilience.watched import Watched

Array = NDArray[np.float64]

Moment = tuple[WorldKey, str, int]
"""A world, what it lives through (a digest), and a month."""


@dataclass(frozen=True, slots=True, eq=False)
class WatchedRun:
    """One run for measures of resilience.

    Attributes
    ----------
    zones
        Zone keys.
    watched
        From the month on in which it may differ from the run without shock.
    structure
        (measure, zone) to value before the shock; of a run with one.
    detail
        The structure in whole; of the first seed of a question.
    """

    zones: tuple[str, ...]
    watched: Watched
    structure: Mapping[tuple[str, str], float]
    detail: Structure | None = None

    def bytes(self) -> int:
        """Return the memory of what is kept, about."""
        arrays = self.watched.values.nbytes + self.watched.sector_jobs.nbytes
        return arrays + _NUMBER * len(self.structure) + _DETAIL * (self.detail is not None)


_NUMBER, _DETAIL = 200, 500_000
"""Bytes of one named number, and of a structure in whole (measured on the Côte d'Opale)."""


@dataclass(frozen=True, slots=True, eq=False)
class OpeningFacts:
    """Industry mix (Z, G) and the loss that a shock could cause (Z + 1,), as in `Resilience`."""

    industry_mix: Array
    possible_loss: Array


@dataclass(slots=True, eq=False)
class Standing:
    """A world as it stood, and its structure once that was asked for."""

    world: WatchedWorld
    _structure: list[Structure] | None = None

    def structure(self) -> list[Structure]:
        """Return the structure, as `structure_before`."""
        if self._structure is None:
            self._structure = structure_before(self.world)
        return self._structure


class Moments:
    """Worlds without shock as they stood at the month of one, the least recently used dropped.

    Those that last serve other shocks later; the others only the question under way.
    """

    def __init__(self, lasting: int, passing: int) -> None:
        self._limits = {True: lasting, False: passing}
        self._kept: dict[bool, OrderedDict[Moment, Standing]] = {
            True: OrderedDict(),
            False: OrderedDict(),
        }

    def find(self, moment: Moment) -> Standing | None:
        """Return a world; it counts as used."""
        for kept in self._kept.values():
            if moment in kept:
                kept.move_to_end(moment)
                return kept[moment]
        return None

    def keep(self, moment: Moment, world: WatchedWorld, lasting: bool) -> bool:
        """Keep a world; return whether others were dropped for it."""
        kept = self._kept[lasting]
        kept[moment] = Standing(world)
        dropped = max(0, len(kept) - self._limits[lasting])
        for _ in range(dropped):
            kept.popitem(last=False)
        return dropped > 0
