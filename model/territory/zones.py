"""Zones of a territory: people, work, commuting and distances, from its tables and its jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError
from model.territory.tables import Floats, TerritoryTables

EARTH_RADIUS_KM = 6371.0
LEAST_INNER_DISTANCE_KM = 2.0
ROUNDS = 500


@dataclass(frozen=True, slots=True)
class Zones:
    """Read-only arrays over Z zones, sorted by code. Heads are people, FTE full-time jobs."""

    keys: tuple[str, ...]
    names: tuple[str, ...]
    lat: Floats
    lon: Floats
    population: Floats
    labour_force_heads: Floats
    employed_heads: Floats
    """Residents at work; with both pools of unemployed they are the labour force exactly."""
    unemployed_short_heads: Floats
    unemployed_long_heads: Floats
    commuting: Floats
    """(Z, Z + 1) shares of employed residents by zone of work; the last column is outside."""
    incommuters_heads: Floats
    """Jobs of each zone held by people who live outside the territory."""
    jobs_public_fte: Floats
    jobs_farm_fte: Floats
    jobs_exogenous_fte: Floats
    """Public and farm jobs together."""
    distance_km: Floats
    """(Z, Z) as the crow flies; the mean distance inside a zone on the diagonal."""
    income_factor: Floats
    """Income for each inhabitant over the national one."""


def build_zones(tables: TerritoryTables, firm_fte: Floats, h: Mapping[str, float]) -> Zones:
    """Return the zones of a territory.

    Parameters
    ----------
    tables
        What is known of its zones.
    firm_fte
        (Z,) FTE of the establishments of each zone (`Establishments`).
    h
        Hypotheses, read by key.

    Notes
    -----
    Residents at work + in-commuters = jobs + residents who work outside, exactly (model.md 2.7).
    """
    force = tables.population * tables.labour_force_rate
    unemployed = force * tables.unemployment_rate
    long_term = unemployed * h["long_term_share"]
    short_term = unemployed - long_term
    employed = force - unemployed
    public = tables.population * tables.public_jobs_per_1000 / 1000.0 * h["fte_per_head"]
    farm = tables.population * tables.farm_jobs_per_1000 / 1000.0 * h["fte_per_head"]
    jobs = (np.asarray(firm_fte) + public + farm) / h["fte_per_head"]
    distance = zone_distances(tables)
    flows = commuting_flows(tables, employed, jobs, distance, h)
    zones = Zones(
        keys=tuple(str(code) for code in tables.codes),
        names=tables.names,
        lat=tables.lat.copy(),
        lon=tables.lon.copy(),
        population=tables.population.copy(),
        labour_force_heads=employed + short_term + long_term,
        employed_heads=employed,
        unemployed_short_heads=short_term,
        unemployed_long_heads=long_term,
        commuting=flows[:-1] / flows[:-1].sum(axis=1, keepdims=True),
        incommuters_heads=flows[-1, :-1].copy(),
        jobs_public_fte=public,
        jobs_farm_fte=farm,
        jobs_exogenous_fte=public + farm,
        distance_km=distance,
        income_factor=tables.income_factor.copy(),
    )
    for field in fields(zones):
        value: object = getattr(zones, field.name)
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    return zones


def great_circle_km(
    lat: NDArray[np.float64],
    lon: NDArray[np.float64],
    to_lat: NDArray[np.float64],
    to_lon: NDArray[np.float64],
) -> Floats:
    """Return distances (n, m) in km between two sets of points in degrees (haversine)."""
    phi, psi = np.radians(lat)[:, None], np.radians(to_lat)[None, :]
    turn = np.radians(to_lon)[None, :] - np.radians(lon)[:, None]
    chord = np.sin((phi - psi) / 2) ** 2 + np.cos(phi) * np.cos(psi) * np.sin(turn / 2) ** 2
    return 2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))


def zone_distances(tables: TerritoryTables) -> Floats:
    """Return (Z, Z) distances between centres; inside a zone, the radius of its communes."""
    distance = great_circle_km(tables.lat, tables.lon, tables.lat, tables.lon)
    np.fill_diagonal(distance, np.maximum(tables.radius_km, LEAST_INNER_DISTANCE_KM))
    return distance


def commuting_flows(
    tables: TerritoryTables,
    employed: Floats,
    jobs: Floats,
    distance: Floats,
    h: Mapping[str, float],
) -> Floats:
    """Return (Z + 1, Z + 1) people by residence and place of work; the last of each is outside.

    Doubly constrained gravity (Wilson 1971): flows ∝ exp(−distance / decay), rows sum to residents
    at work, columns to jobs. Places of work outside pull by their jobs and their distance. How many
    leave is the larger of a least share and what the balance of jobs needs; who comes in follows.

    Raises
    ------
    AncrageError
        If there are far more jobs than the zones and their surroundings can fill.
    """
    decay = h["commuting_decay_km"]
    to_poles = great_circle_km(tables.lat, tables.lon, tables.pole_lat, tables.pole_lon)
    pull = (tables.pole_jobs * np.exp(-to_poles / (2.0 * decay))).sum(axis=1)
    count = employed.size
    flows = np.zeros((count + 1, count + 1))
    flows[:-1, :-1] = np.exp(-distance / decay) * jobs
    flows[:-1, -1] = pull
    flows[-1, :-1] = pull * jobs
    surplus = float(employed.sum() - jobs.sum())
    leave = max(
        h["commuting_out_min"] * float(employed.sum()),
        surplus + h["commuting_in_min"] * float(jobs.sum()),
    )
    if leave >= float(employed.sum()) or jobs.min() <= 0 or employed.min() <= 0:
        raise AncrageError(
            f"Territory '{tables.name}' cannot balance residents at work and jobs by zone: check "
            "labour.csv and zones.csv."
        )
    rows = np.append(employed, leave - surplus)
    columns = np.append(jobs, leave)
    for _ in range(ROUNDS):
        flows *= (columns / flows.sum(axis=0))[None, :]
        factor = rows / flows.sum(axis=1)
        flows *= factor[:, None]
        if np.abs(factor - 1.0).max() < 1e-13:
            break
    return flows


USUAL_EPCI = "245900428"
"""Where a large site is unless a scope says so: Dunkerque, for the reactors of Gravelines
(`facts.md` 2.11); the largest zone in territories that do not have it."""


def usual_site_zone(zones: Zones) -> NDArray[np.bool_]:
    """Return the zone around which the site is by default (Z,)."""
    known = np.isin(np.array(zones.keys), USUAL_EPCI)
    return known if known.any() else zones.population == zones.population.max()
