"""Output multipliers of a territory's economy, and how they move with the size exponent δ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.hypotheses import HypothesisValues, load_register
from model.territory.firm_columns import national_columns
from model.territory.regional import by_sector, regional_shares
from model.territory.territory import Territory

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RegionalMultipliers:
    """Output multipliers inside a territory for one δ, by sector (S,).

    ``type1`` counts suppliers, ``type2`` residents' spending of their pay as well; the means are
    weighted by the output of the territory's firms.
    """

    delta: float
    type1: Floats
    type2: Floats
    mean_type1: float
    mean_type2: float


def regional_multipliers(
    territory: Territory, hypotheses: HypothesisValues
) -> tuple[RegionalMultipliers, ...]:
    """Return multipliers at the low, central and high value of δ in the register.

    Analytic, on regional coefficients before the fit to each firm's output: an upper bound of what
    circulates in the model, where suppliers cannot sell more than they make.
    """
    delta = load_register()["regional_delta"]
    return tuple(
        _multipliers(territory, hypotheses, value)
        for value in (delta.low, hypotheses["regional_delta"], delta.high)
    )


def _multipliers(t: Territory, h: HypothesisValues, delta: float) -> RegionalMultipliers:
    national = national_columns(h)
    codes, size = t.sectors.codes, len(t.sectors.codes)
    fte = t.firms.fte + t.firms.posts_fte
    jobs = np.bincount(t.firms.sector, weights=fte, minlength=size)
    output = np.bincount(t.firms.sector, weights=t.firms.output_eur, minlength=size)
    local = national.a_domestic * regional_shares(jobs, national.jobs, delta, codes)
    spent = national.household_shares * by_sector("household_local_share", codes)
    residents = t.labour.employed_heads[:-1].sum() / t.labour.employed_heads.sum()
    paid = t.sectors.labour_share * t.net_pay_share * (1.0 - t.saving_rate) * residents
    closed = np.zeros((size + 1, size + 1))
    closed[:size, :size], closed[:size, size], closed[size, :size] = local, spent, paid
    type1 = np.linalg.inv(np.eye(size) - local).sum(axis=0)
    type2 = np.linalg.inv(np.eye(size + 1) - closed)[:size, :size].sum(axis=0)
    weight = output / output.sum()
    return RegionalMultipliers(
        delta, type1, type2, float((weight * type1).sum()), float((weight * type2).sum())
    )
