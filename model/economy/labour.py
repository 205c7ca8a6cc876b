"""Hiring, separations and the two pools of unemployed (`model.md` 3.12)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.state import FirmState, ZoneState
from model.territory.tables import KINDS
from model.territory.territory import Firms, LabourMarket

Floats = NDArray[np.float64]

FTE_PER_HEAD = 0.9
"""Full-time equivalents of one person at work (`model.md`, notation)."""

FTE_PER_POST_HEAD = 0.57
"""FTE of one employee on an insertion contract (0.55-0.6, `facts.md` 3.3)."""

SIAE_KINDS = ("ACI", "EI", "ETTI", "AI")
"""Structures whose posts are insertion contracts of at most 24 months."""


def post_heads(kind: NDArray[np.int8], posts_fte: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return heads on the posts of each structure (n,), and whether on insertion contracts."""
    integration = np.isin(kind, [KINDS.index(name) for name in SIAE_KINDS])
    return posts_fte / np.where(integration, FTE_PER_POST_HEAD, FTE_PER_HEAD), integration


@dataclass(frozen=True)
class LabourRates:
    """Monthly rates: separations replaced or not, speed of lay-offs, long-term job-finding over
    short-term (φ), and the most that a zone's hires may exceed its usual ones is set by matching."""

    separation: float
    layoff: float
    long_penalty: float
    matching_elasticity: float


@dataclass
class LabourFlows:
    """Heads by zone of work (Z,); ``from_insertion`` are hires that were exits from insertion."""

    hires: Floats
    vacancies: Floats
    separations: Floats
    from_insertion: Floats


def desired_own_fte(columns: Firms, firms: FirmState, clause_productivity: float) -> Floats:
    """Return own FTE needed for expected demand, insertion workers' output deducted (n,)."""
    needed = firms.expected_demand / firms.productivity_eur
    needed -= columns.post_productivity * columns.posts_fte
    needed -= clause_productivity * firms.clause_fte
    return np.maximum(needed, 0.0, out=needed) * firms.alive


def adjust_staff(
    columns: Firms,
    firms: FirmState,
    zones: ZoneState,
    market: LabourMarket,
    to_long: Floats,
    rates: LabourRates,
    desired: Floats,
    liquidity: Floats,
    exits_to_work: Floats,
    ample: bool,
) -> LabourFlows:
    """Separate, lay off and hire for one month, in FTE by firm and in heads by zone.

    Hires are limited by cash beyond the replacement of leavers, and by matching: when a zone's
    vacancies per job seeker rise over their usual level, each is filled with probability
    ``ratio ** -elasticity``. Exits from insertion fill open vacancies before the pools do.
    """
    z = len(zones.short)
    usual_leavers = firms.fte * rates.separation
    staying = firms.fte - usual_leavers
    wanted = np.maximum(desired - staying, 0.0)
    layoffs = np.maximum(staying - desired, 0.0) * rates.layoff
    if ample:
        firms.fte[:] = desired
        zero = np.zeros(z)
        return LabourFlows(zero, zero, zero, zero)
    affordable = usual_leavers + np.maximum(liquidity, 0.0) / columns.labour_cost_eur
    np.minimum(wanted, affordable, out=wanted)
    vacancies = np.bincount(columns.zone, weights=wanted, minlength=z) / FTE_PER_HEAD
    filled = _filled_share(vacancies, zones, market, rates)
    hired = wanted * filled[columns.zone]
    firms.fte[:] = staying - layoffs + hired
    left = usual_leavers + layoffs
    separations = np.bincount(columns.zone, weights=left, minlength=z) / FTE_PER_HEAD
    hires = np.bincount(columns.zone, weights=hired, minlength=z) / FTE_PER_HEAD
    from_insertion = _move_heads(zones, market, to_long, rates, hires, separations, exits_to_work)
    return LabourFlows(hires, vacancies, separations, from_insertion)


def _filled_share(
    vacancies: Floats, zones: ZoneState, market: LabourMarket, rates: LabourRates
) -> Floats:
    """Return the chance that a vacancy of each zone is filled, 1 at usual tightness."""
    usual = market.employed_heads.sum(axis=0) * rates.separation
    seekers = _seekers_ratio(zones, market, rates)
    shares = market.employed_heads / np.maximum(market.employed_heads.sum(axis=0), 1e-300)
    seekers_for_zone = np.sum(shares * seekers[:, None], axis=0)
    tightness = vacancies / np.maximum(usual * seekers_for_zone, 1e-300)
    return np.maximum(tightness, 1.0) ** -rates.matching_elasticity


def _seekers_ratio(zones: ZoneState, market: LabourMarket, rates: LabourRates) -> Floats:
    """Return effective job seekers over their opening level (Z + 1,), 1 outside."""
    now = zones.short + rates.long_penalty * zones.long
    opening = market.short_heads + rates.long_penalty * market.long_heads
    return np.append(now / np.maximum(opening, 1e-300), 1.0)


def insertion_hires(recruited: Floats, exits_to_work: Floats) -> Floats:
    """Return hires of residents leaving insertion (Z,): at most the zone's hires of residents.

    Parameters
    ----------
    recruited
        (Z + 1, Z), hires by zone of residence and of work.
    exits_to_work
        (Z,), people ready to leave insertion for a job in their zone.
    """
    return np.minimum(exits_to_work, np.diagonal(recruited[:-1]))


def _move_heads(
    zones: ZoneState,
    market: LabourMarket,
    to_long: Floats,
    rates: LabourRates,
    hires: Floats,
    separations: Floats,
    exits_to_work: Floats,
) -> Floats:
    """Move people between work and the pools; nobody appears or is lost (`model.md` 7.2).

    Exits from insertion fill vacancies first: the pools lose as many hires fewer. Returns them.
    """
    workers = np.maximum(zones.employed.sum(axis=0), 1e-300)
    leaving = zones.employed * (separations / workers)
    zones.employed -= leaving
    recruited = market.employed_heads * _seekers_ratio(zones, market, rates)[:, None]
    recruited = recruited * (hires / np.maximum(recruited.sum(axis=0), 1e-300))
    from_insertion = insertion_hires(recruited, exits_to_work)
    wanted = recruited[:-1].sum(axis=1) - from_insertion
    most = 0.9 * (zones.short + zones.long)
    # hires beyond nine tenths of a zone's pools come from outside the territory
    scale = np.minimum(1.0, most / np.maximum(wanted, 1e-300))
    short_of = recruited[:-1] * (1.0 - scale)[:, None]
    np.fill_diagonal(short_of, np.diagonal(short_of) - from_insertion * (1.0 - scale))
    recruited[-1] += short_of.sum(axis=0)
    recruited[:-1] -= short_of
    from_pools = recruited[:-1].sum(axis=1) - from_insertion
    weight_long = rates.long_penalty * zones.long
    share_long = weight_long / np.maximum(zones.short + weight_long, 1e-300)
    from_long = np.minimum(from_pools * share_long, zones.long)
    from_short = np.minimum(from_pools - from_long, zones.short)
    from_long = from_pools - from_short
    aging = to_long * (zones.short - from_short)
    zones.employed += recruited
    zones.short += leaving[:-1].sum(axis=1) - from_short - aging
    # people leaving insertion went back to the long-term pool; those who found work leave it
    zones.long += aging - from_long - from_insertion
    return from_insertion
