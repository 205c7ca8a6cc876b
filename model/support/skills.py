"""Families of skills: who can fill a vacancy, and training that moves people between families.

The people of a family are those whom its sectors employ and the job seekers who have its skills.
At the opening job seekers have the skills of the jobs of their zone, in proportion; later they are
the people of the family whom its sectors do not employ. Shares of families are counted, not heads:
pools stay whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from model.state import FirmState, ZoneState
from model.territory.sectors import SKILL_FAMILIES, skills_of
from model.territory.territory import Territory

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LONGEST_TRAINING = 12
"""Months of the longest training; ``training_months`` is at most that."""

LEAST_OF_FAMILY = 0.05
"""Job seekers of a family that are always found, over those of the opening."""

MOST_TRAINED = 0.02
"""Most of the unemployed of a zone who start a training in a month."""


@dataclass(frozen=True)
class Skills:
    """People by family of skills.

    Attributes
    ----------
    cell
        (n,), family × zones + zone of each firm.
    employed, seekers
        (families, Z), heads at the opening.
    specific
        Share of vacancies that ask for the skills of their family.
    fte_per_head
        Full-time equivalents of one person at work.
    """

    cell: NDArray[np.intp]
    employed: Floats
    seekers: Floats
    specific: float
    fte_per_head: float

    @cached_property
    def _sums(self) -> csr_array:
        """Return what sums a column of firms by cell (families × Z, n).

        Neighbouring rows are of one cell: a count would wait for each sum before the next.
        """
        order, size = np.argsort(self.cell, kind="stable"), self.employed.size
        first = np.concatenate([[0], np.cumsum(np.bincount(self.cell, minlength=size))])
        return csr_array((np.ones(len(order)), order, first), shape=(size, len(order)))

    def by_family(self, fte: Floats) -> Floats:
        """Sum FTE of firms (n,) by family and zone of work (families, Z), in heads."""
        return (self._sums @ fte).reshape(self.employed.shape) / self.fte_per_head

    def seekers_now(self, fte: Floats, trained: Floats) -> Floats:
        """Return job seekers who have the skills of each family (families, Z), in heads.

        ``trained`` (families, Z) are heads that training brought to each family.
        """
        left = self.employed + self.seekers + trained - self.by_family(fte)
        return np.maximum(left, LEAST_OF_FAMILY * self.seekers)

    def abundance(self, fte: Floats, trained: Floats) -> Floats:
        """Return the share of each family among job seekers over that of the opening."""
        now = self.seekers_now(fte, trained)
        share = now / np.maximum(now.sum(axis=0), 1e-300)
        usual = self.seekers / np.maximum(self.seekers.sum(axis=0), 1e-300)
        return np.divide(share, usual, out=np.ones_like(share), where=usual > 0.0)


def opening_skills(territory: Territory, h: Mapping[str, float]) -> Skills:
    """Return the people of each family as the opening employs them."""
    firms, labour = territory.firms, territory.labour
    zones, families = len(labour.short_heads), len(SKILL_FAMILIES)
    family = np.array([SKILL_FAMILIES.index(skills_of(c)) for c in territory.sectors.codes])
    cell = family[firms.sector].astype(np.intp) * zones + firms.zone
    fte = np.bincount(cell, weights=firms.fte, minlength=families * zones)
    employed = fte.reshape(families, zones) / h["fte_per_head"]
    pools = labour.short_heads + labour.long_heads + labour.inactive_heads
    seekers = pools * employed / np.maximum(employed.sum(axis=0), 1e-300)
    return Skills(cell, employed, seekers, h["skill_specific_share"], h["fte_per_head"])


def train(
    skills: Skills,
    firms: FirmState,
    zones: ZoneState,
    places: list[list[tuple[float, Bools]]],
    h: Mapping[str, float],
) -> None:
    """End trainings and start others, in place: people leave the pools for so many months.

    Those who end it seek a job again; most have the new skills, and their former family loses
    them.

    Parameters
    ----------
    places
        For each family, places a year and the zones (Z, C) that share them.
    """
    ending = zones.training[0].copy()
    if ending.any():
        zones.short += ending.sum(axis=0)
        now = skills.seekers_now(firms.fte, zones.trained)
        share = now / np.maximum(now.sum(axis=0), 1e-300)
        skilled = ending * h["training_success"]
        zones.trained += skilled - share * skilled.sum(axis=0)
    if zones.training.any():
        zones.training[:-1] = zones.training[1:]
        zones.training[-1] = 0.0
    unemployed = zones.short + zones.long
    wanted = np.zeros_like(zones.trained)
    for family, programmes in enumerate(places):
        for number, held in programmes:
            within = unemployed * held.any(axis=1)
            wanted[family] += number / 12.0 * within / np.maximum(within.sum(), 1e-300)
    total = wanted.sum(axis=0)
    if total.any():
        ratio = np.minimum(1.0, MOST_TRAINED * unemployed / np.maximum(total, 1e-300))
        entering = wanted * ratio
        share = entering.sum(axis=0) / np.maximum(unemployed, 1e-300)
        zones.training[training_months(h) - 1] += entering
        zones.short -= share * zones.short
        zones.long -= share * zones.long


def training_months(h: Mapping[str, float]) -> int:
    """Return the whole months of a training."""
    return round(h["training_months"])
