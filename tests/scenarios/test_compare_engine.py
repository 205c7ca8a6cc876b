"""Comparison on the real engine, over a small generated territory."""

from __future__ import annotations

import pytest

from model import TerritoryModel, generated_territory
from model.hypotheses import HypothesisValues
from model.territory.territory import Territory
from scenarios import Comparison, Scenario, compare, load_scenario

NOTHING = Scenario("nothing")
TERMS = ("relocated", "content", "volume", "indirect_induced", "displacement")


@pytest.fixture(scope="module")
def territory() -> Territory:
    return generated_territory(400, 3)


@pytest.fixture(scope="module")
def comparison(territory: Territory) -> Comparison:
    def build(_: str, seed: int, hypotheses: HypothesisValues) -> TerritoryModel:
        return TerritoryModel(territory, rng=seed, hypotheses=hypotheses)

    chosen = [load_scenario("full-spaser"), NOTHING]
    return compare(chosen, months=18, pairs=2, workers=1, build=build)


def test_a_scenario_that_changes_nothing_is_bit_identical(comparison: Comparison) -> None:
    assert (comparison.monthly[0] == comparison.monthly[2]).all()
    assert not (comparison.monthly[0] == comparison.monthly[1]).all()
    moved = [row for row in comparison.rows if row.scenario == "nothing" and row.difference]
    assert moved == []


def test_terms_add_up_to_the_difference_of_jobs_in_every_zone(comparison: Comparison) -> None:
    for zone in ("all", *comparison.zones):
        total = comparison.row("full-spaser", "jobs_present", zone).difference
        terms = [
            comparison.row("full-spaser", f"jobs_difference_{term}", zone).difference
            for term in TERMS
        ]
        assert sum(term or 0.0 for term in terms) == pytest.approx(total, abs=1e-9)


def test_supported_and_other_jobs_add_up_to_those_present(comparison: Comparison) -> None:
    parts = ("jobs_supported", "jobs_other")
    for zone in ("all", *comparison.zones):
        total = comparison.row("nothing", "jobs_present", zone).baseline
        found = sum(comparison.row("nothing", part, zone).baseline or 0.0 for part in parts)
        assert found == pytest.approx(total, rel=1e-9)


def test_records_are_well_formed(territory: Territory) -> None:
    world = TerritoryModel(territory, rng=1, burn_in=False).run(3)
    assert world.records.problems() == []
