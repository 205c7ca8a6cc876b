"""Firms, links and pay followed month by month: what no record keeps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model import TerritoryModel

Floats = NDArray[np.float64]

COHORT_MONTHS = 12
SURVIVAL_MONTHS = 60
LINK_MONTHS = 13


class Follower:
    """Looks at a model after each month that it is stepped.

    Attributes
    ----------
    payroll_eur
        Gross labour cost of each month.
    at_risk, closings, closings_by_hazard
        Firm-months, closings, and those of them that the base hazard would have made anyway.
    """

    def __init__(self, model: TerritoryModel) -> None:
        self.model = model
        firms = model.state.firms
        self._alive, self._generation = firms.alive.copy(), firms.generation.copy()
        self._exit_month = firms.exit_month.copy()
        self._draws = model.state.supply.draws.copy()
        self._born = np.full(len(firms.alive), -1)
        self._lives: list[Floats] = []
        self._month = 0
        self.payroll_eur: list[float] = []
        self.at_risk = self.closings = self.closings_by_hazard = 0
        self.link_survival = float("nan")

    def step(self, months: int) -> None:
        """Step the model and look."""
        for _ in range(months):
            self.model.step()
            self._look()

    def _look(self) -> None:
        m = self.model
        firms, columns = m.state.firms, m.territory.firms
        followed = self._alive & (columns.output_eur > 0)
        died = followed & (~firms.alive | (firms.generation != self._generation))
        self.at_risk += int(followed.sum())
        self.closings += int(died.sum())
        self.closings_by_hazard += int((died & (self._exit_month <= m.state.month - 1)).sum())
        cohort = died & (self._born >= 0) & (self._born < COHORT_MONTHS)
        self._lives.append((self._month - self._born[cohort]).astype(np.float64))
        self._born[died] = -1
        opened = firms.alive & (firms.generation != self._generation)
        self._born[opened] = self._month
        self._alive, self._generation = firms.alive.copy(), firms.generation.copy()
        self._exit_month = firms.exit_month.copy()
        self._month += 1
        self.payroll_eur.append(float((firms.fte * columns.labour_cost_eur).sum()))
        if self._month == LINK_MONTHS:
            self.link_survival = float((m.state.supply.draws == self._draws).sum()) / len(
                self._draws
            )

    def survival(self) -> float:
        """Return the share of the first year's births alive five years later."""
        lives = np.concatenate(self._lives)
        early = int((lives <= SURVIVAL_MONTHS).sum())
        alive = int(((self._born >= 0) & (self._born < COHORT_MONTHS)).sum())
        total = len(lives) + alive
        return 1.0 - early / total if total else float("nan")

    def link_half_life(self) -> float:
        """Return the half-life of supply links in months, closings of suppliers included."""
        return LINK_MONTHS * np.log(2.0) / -np.log(self.link_survival)
