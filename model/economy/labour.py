"""Hiring, separations and the two pools of unemployed (`model.md` 3.12)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.state import FirmState, ZoneState
from model.support.skills import Skills
from model.territory.tables import KINDS
from model.territory.territory import Firms, LabourMarket

Floats = NDArray[np.float64]

FTE_PER_POST_HEAD = 0.57
"""FTE of one employee on an insertion contract (0.55-0.6, `facts.md` 3.3)."""

SIAE_KINDS = ("ACI", "EI", "ETTI", "AI")
"""Structures whose posts are insertion contracts of at most 24 months."""


def of_kinds(kind: NDArray[np.int8], names: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return which rows of a column of kinds are of some kinds; quick on few rows."""
    found = kind == KINDS.index(names[0])
    for name in names[1:]:
        found |= kind == KINDS.index(name)
    return found


def post_heads(
    kind: NDArray[np.int8], posts_fte: Floats, fte_per_head: float
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return heads on the posts of each structure (n,), and whether on insertion contracts."""
    integration = of_kinds(kind, SIAE_KINDS)
    return posts_fte / np.where(integration, FTE_PER_POST_HEAD, fte_per_head), integration


@dataclass(frozen=True)
class LabourRates:
    """Rates of a run.

    Attributes
    ----------
    separation
        Share of staff that leaves each month and is replaced if the firm wants.
    layoff
        Share of surplus staff laid off each month.
    long_penalty
        Job finding of the long-term unemployed over that of the others (φ).
    matching_elasticity
        Fall of the chance to fill a vacancy when they grow over job seekers.
    to_inactivity
        Share of leavers who stop looking for work.
    to_long
        (Z,), monthly chance that a short-term unemployed person becomes long-term.
    inactive_pull
        (Z,), weight in hiring of an available inactive person, 1 for a short-term unemployed.
    fte_per_head
        Full-time equivalents of one person at work.
    """

    separation: float
    layoff: float
    long_penalty: float
    matching_elasticity: float
    to_inactivity: float
    to_long: Floats
    inactive_pull: Floats
    fte_per_head: float


@dataclass
class LabourFlows:
    """Heads by zone of work (Z,); ``from_insertion`` are hires that were exits from insertion."""

    hires: Floats
    vacancies: Floats
    separations: Floats
    from_insertion: Floats


def desired_own_fte(columns: Firms, firms: FirmState, clause_productivity: float) -> Floats:
    """Return own FTE needed for expected demand, insertion workers' output deducted (n,).

    Structures keep the staff that goes with their agreed posts: what they can make is bounded by
    those posts, and grows only with them.
    """
    needed = firms.expected_demand / firms.productivity_eur
    needed -= clause_productivity * (firms.clause_fte + firms.borrowed_fte)
    np.maximum(needed, 0.0, out=needed)
    held = columns.rows_with_posts
    needed[held] = columns.fte[held] * (firms.posts_fte[held] / columns.posts_fte[held])
    return needed * firms.alive


def adjust_staff(
    columns: Firms,
    firms: FirmState,
    zones: ZoneState,
    market: LabourMarket,
    rates: LabourRates,
    skills: Skills,
    desired: Floats,
    liquidity: Floats,
    exits_to_work: Floats,
    exits_to_partners: Floats,
    ample: bool,
) -> LabourFlows:
    """Separate, lay off and hire for one month, in FTE by firm and in heads by zone.

    Hires are limited by cash beyond the replacement of leavers, and by matching: when vacancies per
    job seeker rise over their usual level, in the zone and in the family of skills, each is filled
    with probability ``ratio ** -elasticity``. Exits from insertion fill open vacancies before the
    pools do.

    Parameters
    ----------
    exits_to_work
        (Z,), people leaving insertion who are ready for any job of their zone.
    exits_to_partners
        (Z,), further ones who would be ready for a job in a firm that holds a public contract.
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
    affordable = usual_leavers + np.maximum(liquidity, 0.0) / firms.labour_cost_eur
    np.minimum(wanted, affordable, out=wanted)
    vacancies = columns.sum_by_zone(wanted) / rates.fte_per_head
    by_family = skills.by_family(wanted)
    abundance = skills.abundance(firms.fte, zones.trained)
    filled = _filled_share(vacancies, by_family, abundance, zones, market, rates, skills)
    hired = wanted * filled.ravel()[skills.cell]
    if exits_to_partners.any():
        open_to = columns.sum_by_zone(hired * (firms.experience == 1.0)) / rates.fte_per_head
        most = MOST_HIRES_OF_PARTNERS * open_to
        exits_to_work = exits_to_work + np.minimum(exits_to_partners, most)
    firms.fte[:] = staying - layoffs + hired
    left = usual_leavers + layoffs
    separations = columns.sum_by_zone(left) / rates.fte_per_head
    hires = columns.sum_by_zone(hired) / rates.fte_per_head
    from_insertion = _move_heads(zones, market, rates, hires, separations, exits_to_work)
    return LabourFlows(hires, vacancies, separations, from_insertion)


MOST_HIRES_OF_PARTNERS = 0.3
"""Part of the hires of holders of contracts that go to people coming from structures at most."""


def _filled_share(
    vacancies: Floats,
    by_family: Floats,
    abundance: Floats,
    zones: ZoneState,
    market: LabourMarket,
    rates: LabourRates,
    skills: Skills,
) -> Floats:
    """Return the chance that a vacancy is filled (families, Z), 1 at usual tightness.

    Part of vacancies ask for the skills of their family, the others for any job seeker of the zone.

    Parameters
    ----------
    vacancies, by_family
        (Z,) and (families, Z), heads.
    abundance
        (families, Z), share of the family among job seekers over the usual one.
    """
    usual = market.workers_heads * rates.separation
    seekers = _seekers_ratio(zones, market, rates)
    seekers_for_zone = np.sum(market.origins * seekers[:, None], axis=0)
    tightness = vacancies / np.maximum(usual * seekers_for_zone, 1e-300)
    able = skills.employed * rates.separation * abundance * seekers_for_zone
    of_family = by_family / np.maximum(able, 1e-300)
    tightness = (1.0 - skills.specific) * tightness + skills.specific * of_family
    return np.maximum(tightness, 1.0) ** -rates.matching_elasticity


def seekers(short: Floats, long: Floats, inactive: Floats, rates: LabourRates) -> Floats:
    """Return people who may be hired, in equivalents of a short-term unemployed person (Z,)."""
    return short + rates.long_penalty * long + rates.inactive_pull * inactive


def _seekers_ratio(zones: ZoneState, market: LabourMarket, rates: LabourRates) -> Floats:
    """Return effective job seekers over their opening level (Z + 1,), 1 outside."""
    now = seekers(zones.short, zones.long, zones.inactive, rates)
    opening = seekers(market.short_heads, market.long_heads, market.inactive_heads, rates)
    return np.append(now / np.maximum(opening, 1e-300), 1.0)


def leave_work(zones: ZoneState, rates: LabourRates, heads_by_work_zone: Floats) -> None:
    """Take people out of work: to the short-term pool, or out of the labour force."""
    workers = np.maximum(zones.employed.sum(axis=0), 1e-300)
    leaving = zones.employed * np.minimum(heads_by_work_zone / workers, 1.0)
    zones.employed -= leaving
    residents = leaving[:-1].sum(axis=1)
    inactive = rates.to_inactivity * residents
    zones.short += residents - inactive
    zones.inactive += inactive


def hire_residents(
    zones: ZoneState, rates: LabourRates, recruited: Floats, from_insertion: Floats
) -> None:
    """Put people to work: ``recruited`` (Z + 1, Z) heads by zone of residence and of work.

    ``from_insertion`` (Z,) of them are not in the pools. Hires beyond nine tenths of a pool come
    from outside the territory.
    """
    wanted = recruited[:-1].sum(axis=1) - from_insertion
    weights = np.stack(
        [zones.short, rates.long_penalty * zones.long, rates.inactive_pull * zones.inactive]
    )
    share = weights / np.maximum(weights.sum(axis=0), 1e-300)
    pools = np.stack([zones.short, zones.long, zones.inactive])
    taken = np.minimum(share * wanted, 0.9 * pools)
    ratio = np.divide(taken.sum(axis=0), wanted, out=np.ones_like(wanted), where=wanted > 0)
    short_of = recruited[:-1] * (1.0 - ratio)[:, None]
    np.fill_diagonal(short_of, np.diagonal(short_of) - from_insertion * (1.0 - ratio))
    recruited[-1] += short_of.sum(axis=0)
    recruited[:-1] -= short_of
    zones.employed += recruited
    zones.short -= taken[0]
    zones.long -= taken[1]
    zones.inactive -= taken[2]


MOST_HIRES_FROM_INSERTION = 0.4
"""Part of a zone's usual hires of its residents that people leaving insertion fill at most."""


def insertion_hires(recruited: Floats, usual: Floats, exits_to_work: Floats) -> Floats:
    """Return hires of residents leaving insertion (Z,): they fill open vacancies of their zone.

    Parameters
    ----------
    recruited, usual
        (Z + 1, Z), hires by zone of residence and of work, this month and at the opening.
    exits_to_work
        (Z,), people ready to leave insertion for a job in their zone.
    """
    most = MOST_HIRES_FROM_INSERTION * np.diagonal(usual[:-1])
    return np.minimum(exits_to_work, np.minimum(most, np.diagonal(recruited[:-1])))


def _move_heads(
    zones: ZoneState,
    market: LabourMarket,
    rates: LabourRates,
    hires: Floats,
    separations: Floats,
    exits_to_work: Floats,
) -> Floats:
    """Move people between work and the pools; nobody appears or is lost (`model.md` 7.2).

    Exits from insertion fill vacancies first: the pools lose as many hires fewer. Returns them.
    """
    recruited = market.employed_heads * _seekers_ratio(zones, market, rates)[:, None]
    recruited = recruited * (hires / np.maximum(recruited.sum(axis=0), 1e-300))
    usual = market.employed_heads * rates.separation
    from_insertion = insertion_hires(recruited, usual, exits_to_work)
    hire_residents(zones, rates, recruited, from_insertion)
    aging = rates.to_long * zones.short
    zones.short -= aging
    # people leaving insertion went back to the long-term pool; those who found work leave it
    zones.long += aging - from_insertion
    leave_work(zones, rates, separations)
    return from_insertion
