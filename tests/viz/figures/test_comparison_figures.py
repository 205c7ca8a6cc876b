"""Figures of a comparison: what titles may say, sums, both languages, plain JSON."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from model.hypotheses import load_register
from model.indicators import load_indicators, load_themes
from scenarios.compared import Comparison
from scenarios.gains import WATCHED
from viz.figures.differences import differences
from viz.figures.distribution import distribution, stacked
from viz.figures.euro_path import ADDED, drawn_flows, euro_path
from viz.figures.figure import Figure, records
from viz.figures.gains import gains, moved_jobs
from viz.figures.headline import headline
from viz.figures.payers import payers
from viz.figures.sources import rests_on
from viz.figures.trajectories import DEFAULT_TRAJECTORIES, trajectories
from viz.figures.why import TERMS, why
from viz.readme import sources
from viz.texts import Language, spaced

Shifted = Callable[..., Comparison]
ZONES = {"A": "Zone A", "B": "Zone B", "C": "Zone C"}
FORBIDDEN = re.compile(r"créés?\b|\bcreated\b|bons de commande|\bnan\b|None", re.IGNORECASE)


def every_figure(comparison: Comparison, language: Language) -> Iterator[Figure]:
    for key in DEFAULT_TRAJECTORIES:
        yield trajectories(comparison, key, language)
        if not load_indicators()[key].difference_only:
            yield trajectories(comparison, key, language, "levels")
    yield differences(comparison, language)
    yield moved_jobs(comparison, language)
    yield payers(comparison, language)
    yield distribution(comparison, "jobs_present", language)
    yield euro_path(comparison, language)
    for scenario in comparison.scenarios:
        yield why(comparison, scenario.name, language)
        yield euro_path(comparison, language, scenario.name)
        yield headline(comparison, scenario.name, language)
        for dimension in WATCHED:
            yield gains(comparison, scenario.name, dimension, ZONES, language)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("which", ["fake_comparison", "early_comparison"])
def test_every_figure_is_whole(
    which: str, language: Language, request: pytest.FixtureRequest
) -> None:
    comparison: Comparison = request.getfixturevalue(which)
    keys: set[str] = set()
    for figure in every_figure(comparison, language):
        assert figure.key not in keys
        keys.add(figure.key)
        told = " ".join((figure.title, figure.caption, figure.description, *figure.why))
        assert not FORBIDDEN.search(told), told
        assert figure.title and figure.caption and figure.description and figure.sources
        assert all(len(row) == len(figure.columns) for row in figure.rows) and figure.rows
        json.loads(json.dumps(figure.option, allow_nan=False))
        json.dumps(records(figure), allow_nan=False)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_nothing_is_found_under_five_pairs(
    early_comparison: Comparison, language: Language
) -> None:
    word = "rovisoire" if language == "fr" else "rovisional"
    for figure in every_figure(early_comparison, language):
        if figure.key.startswith("euro_path_baseline") or figure.key == "headline_nothing":
            continue
        assert word in figure.title + figure.caption, figure.key
        assert "9 simulations" not in figure.title, figure.key
        assert "areaStyle" not in figure.option_json(), figure.key


def test_titles_say_no_more_than_their_interval(shifted: Shifted) -> None:
    sure = shifted(jobs_present=(50.0, 2.0), insertion_hours=(-400.0, 20.0), price_index=(0, 0))
    unsure = shifted(jobs_present=(1.0, 30.0))
    title = trajectories(sure, "jobs_present", "fr").title
    assert re.search(r"entre \+4\d et \+5\d\u00a0ETP dans 9 simulations sur 10", title), title
    assert "par rapport à la poursuite des pratiques actuelles" in title
    assert "entre −4" in trajectories(sure, "insertion_hours", "fr").title
    assert "aucune différence" in trajectories(sure, "price_index", "fr").title
    title = trajectories(unsure, "jobs_present", "fr").title
    assert "non distinguable de zéro" in title and "sûr" not in title
    assert "not distinguishable" in trajectories(unsure, "jobs_present", "en").title
    found = differences(sure, "fr").title
    assert "en hausse, emplois présents, en baisse, heures d'insertion exécutées" in found
    assert "sans effet distinguable" in differences(unsure, "fr").title


def test_large_counts_are_written_in_thousands(shifted: Shifted) -> None:
    title = trajectories(shifted(insertion_hours=(300_000.0, 900.0)), "insertion_hours", "fr").title
    assert re.search(r"entre \+29\d et \+30\d\u00a0milliers d'heures", title), title


def test_many_groups_are_counted_and_not_named(shifted: Shifted) -> None:
    found = shifted(jobs_present=(50.0, 2.0))
    assert (
        "zone A, zone B et zone C"
        in gains(
            found, "more-lots", "epci", {"A": "zone A", "B": "zone B", "C": "zone C"}, "fr"
        ).title
    )


def test_a_scenario_that_changes_nothing_says_so(fake_comparison: Comparison) -> None:
    assert "ne change rien" in headline(fake_comparison, "nothing", "fr").title
    assert why(fake_comparison, "nothing", "fr").why == (
        "Ce scénario ne change rien aux pratiques actuelles.",
    )
    assert "aucun groupe" in gains(fake_comparison, "nothing", "firm-kind", ZONES, "fr").title


def test_bands_lie_between_their_ends(fake_comparison: Comparison) -> None:
    figure = trajectories(fake_comparison, "jobs_present", "fr")
    assert figure.option is not None
    series = {entry["id"]: entry for entry in figure.option["series"]}  # type: ignore[index]
    points = fake_comparison.trajectory("more-lots", "jobs_present")
    lows = [point.row.low for point in points]
    assert series["more-lots low"]["data"] == lows
    tops = np.add(series["more-lots low"]["data"], series["more-lots width"]["data"])
    np.testing.assert_allclose(tops, [point.row.high for point in points])
    assert len(figure.rows) == 2 * 6
    assert {r["quarter"] for r in records(figure)} >= {"T1 2027", "T2 2028"}


def test_terms_of_why_add_up_to_the_difference(fake_comparison: Comparison) -> None:
    figure = why(fake_comparison, "more-lots", "fr")
    means = [float(row["difference"] or 0.0) for row in records(figure)]
    assert len(means) == len(TERMS) + 1
    assert math.fsum(means[:-1]) == pytest.approx(means[-1])
    assert figure.option is not None
    starts, bars = (entry["data"] for entry in figure.option["series"])  # type: ignore[index]
    ends = [start + bar["value"] for start, bar in zip(starts, bars, strict=True)]
    rises = means[len(TERMS) - 1] > 0.0
    reached = ends[len(TERMS) - 1] if rises else starts[len(TERMS) - 1]
    assert reached == pytest.approx(means[-1])


def test_whiskers_are_inside_their_axis(fake_comparison: Comparison) -> None:
    figure = differences(fake_comparison, "fr")
    assert figure.option is not None
    axes = figure.option["xAxis"]
    for entry in figure.option["series"]:  # type: ignore[union-attr]
        axis = axes[entry["xAxisIndex"]]  # type: ignore[index]
        for mark in entry["markLine"]["data"]:
            ends = mark if isinstance(mark, list) else []
            assert all(axis["min"] <= end["coord"][0] <= axis["max"] for end in ends)


def test_flows_drawn_balance_and_are_above_zero(fake_comparison: Comparison) -> None:
    flows = [flow for flow in fake_comparison.flows if flow.scenario == "baseline"]
    assert any(flow.eur_per_year < 0.0 for flow in flows)  # margins of the fake world
    drawn = drawn_flows(flows)
    assert all(flow.eur_per_year > 0.0 for flow in drawn)
    paid = (
        (fake_comparison.row("nothing", "paid_local_holders").baseline or 0.0)
        * 12.0
        / fake_comparison.months
    )
    leaving = sum(flow.eur_per_year for flow in drawn if flow.source == "holders_inside")
    margins = [flow for flow in drawn if (flow.source, flow.target) == (ADDED, "holders_inside")]
    added = sum(flow.eur_per_year for flow in margins)
    assert added > 0.0 and paid + added == pytest.approx(leaving)
    figure = euro_path(fake_comparison, "fr")
    assert "Marges négatives" in figure.caption
    assert sum(float(r["share"] or 0.0) for r in records(figure)[-4:]) > 0.0


def test_who_gains_is_who_surely_gains(fake_comparison: Comparison) -> None:
    figure = gains(fake_comparison, "more-lots", "firm-kind", ZONES, "fr")
    sure = {gain.group for gain in fake_comparison.gains if gain.dimension == "firm-kind"}
    rises = [row for row in records(figure) if row["verdict"] in ("hausse", "baisse")]
    assert len(rises) == len(sure) and "gagnent" in figure.title
    zones = gains(fake_comparison, "more-lots", "epci", ZONES, "fr")
    assert [row["group"] for row in records(zones)] == ["Zone A", "Zone B", "Zone C"]


def test_cost_of_a_net_job_is_told_only_when_sound(shifted: Shifted) -> None:
    sound = shifted(jobs_net=(40.0, 1.0), public_cost=(2_000_000.0, 1_000.0))
    assert "50\u202f000\u00a0€ par année-ETP nette" in " ".join(payers(sound, "fr").why)
    told = " ".join(payers(shifted(jobs_net=(-4.0, 1.0)), "fr").why)
    assert "non calculé" in told and "€ par année" not in told


def test_dots_stand_at_their_values_or_at_the_mean_of_their_stack() -> None:
    places = stacked(np.array([3.0, 1.0, 1.2, 5.0]), 0.5)
    assert places == [(1.1, 1), (1.1, 2), (3.0, 1), (5.0, 1)]


def test_sources_name_what_exists() -> None:
    files = {entry["file"] for entry in sources()}
    assert set(rests_on()) == set(load_themes())
    for part in rests_on().values():
        assert set(part["hypotheses"]) <= set(load_register())
        assert set(part["tables"]) <= files


def test_french_is_spaced_and_stays_so() -> None:
    once = spaced("« Oui » : 12 ETP ; non ? 3 %", "fr")
    assert once == "«\u202fOui\u202f»\u00a0: 12\u00a0ETP\u202f; non\u202f? 3\u00a0%"
    assert spaced(once, "fr") == once
    assert spaced("a : b", "en") == "a : b"
