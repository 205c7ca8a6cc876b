"""Zones: heads conserved, commuting balanced, published facts carried."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.errors import AncrageError
from model.territory.establishments import build_establishments
from model.territory.tables import load_territory_tables
from model.territory.zones import Zones, build_zones


def firm_fte(name: str, h: dict[str, float]) -> np.ndarray:
    tables = load_territory_tables(name)
    rows = build_establishments(tables, h)
    return np.bincount(rows.zone, weights=rows.fte, minlength=len(tables.names))


@pytest.fixture(scope="module", params=["cote-opale", "dunkerque"])
def territory(request: pytest.FixtureRequest, h: dict[str, float]) -> tuple[Zones, np.ndarray]:
    name: str = request.param
    fte = firm_fte(name, h)
    return build_zones(load_territory_tables(name), fte, h), fte


def test_labour_force_is_employed_and_unemployed(territory: tuple[Zones, np.ndarray]):
    zones, _ = territory
    parts = zones.employed_heads + zones.unemployed_short_heads + zones.unemployed_long_heads
    assert np.allclose(parts, zones.labour_force_heads, rtol=1e-12, atol=0)
    assert list(zones.keys) == sorted(zones.keys)


def test_commuting_balances_residents_and_jobs(
    territory: tuple[Zones, np.ndarray], h: dict[str, float]
):
    zones, fte = territory
    assert np.allclose(zones.commuting.sum(axis=1), 1.0, rtol=0, atol=1e-12)
    assert (zones.commuting > 0).all()
    jobs = (fte + zones.jobs_exogenous_fte) / h["fte_per_head"]
    arriving = zones.employed_heads @ zones.commuting[:, :-1] + zones.incommuters_heads
    assert np.allclose(arriving, jobs, rtol=1e-9)


def test_dunkerque_area_commuting_is_near_the_published_one(h: dict[str, float]):
    zones = build_zones(load_territory_tables("cote-opale"), firm_fte("cote-opale", h), h)
    here = [zones.keys.index(code) for code in ("245900428", "200040954")]
    flows = zones.commuting * zones.employed_heads[:, None]
    stay = flows[np.ix_(here, here)].sum()
    leave = 1 - stay / zones.employed_heads[here].sum()
    jobs = (firm_fte("cote-opale", h) + zones.jobs_exogenous_fte)[here].sum() / h["fte_per_head"]
    assert leave + (1 - stay / jobs) == pytest.approx(0.101 + 0.152, abs=0.04)
    assert 0.8 < zones.commuting[here[0], here[0]] < 0.9


def test_distances(territory: tuple[Zones, np.ndarray]):
    zones, _ = territory
    assert np.allclose(zones.distance_km, zones.distance_km.T)
    assert (zones.distance_km > 1.0).all()
    assert zones.distance_km.max() < 90


def test_impossible_balance_is_refused(h: dict[str, float]):
    tables = load_territory_tables("dunkerque")
    with pytest.raises(AncrageError, match="cannot balance"):
        build_zones(replace(tables, labour_force_rate=0 * tables.population), np.ones(2), h)


def test_published_rates_of_dunkerque_are_carried(h: dict[str, float], reference_data: Path):
    path = reference_data / "territory" / "facts_dunkerque.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        facts = {r["indicator"]: r["value"] for r in csv.DictReader(file) if "CU" in r["geo"]}
    zones = build_zones(load_territory_tables("dunkerque"), firm_fte("dunkerque", h), h)
    here = zones.keys.index("245900428")
    assert zones.labour_force_heads[here] == pytest.approx(float(facts["actifs 15-64"]), rel=1e-3)
    assert zones.employed_heads[here] == pytest.approx(
        float(facts["actifs ayant un emploi 15-64"]), rel=1e-3
    )
