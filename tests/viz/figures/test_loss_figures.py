"""Figures of what a shock takes: curves, tables, trade-off, map."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scenarios.resilience import Resilience
from viz.figures.figure import Figure, records
from viz.figures.loss_curves import loss_curves
from viz.figures.loss_map import loss_map
from viz.figures.loss_table import loss_differences, loss_table
from viz.figures.trade_off import trade_off
from viz.outlines import Outlines
from viz.texts import Language

Made = Callable[..., Resilience]
Course = Any


def plain(figure: Figure) -> str:
    """Return a title with plain spaces."""
    return re.sub(r"[\u00a0\u202f]", " ", figure.title)


# --- Curves ---------------------------------------------------------------------------------------


def test_one_scenario_says_how_deep_and_how_long(made_study: Made, course: Course) -> None:
    for pairs in (5, 30):
        title = plain(loss_curves(made_study(pairs, baseline=course(100, 1)), "closure", "fr"))
        assert re.fullmatch(
            r"Le plus grand employeur ferme : au pire moment, entre \d+(,\d)? et 10\d(,\d)? "
            r"emplois perdus dans 9 simulations sur 10 ; 95 % de la perte retrouvés en 10 mois "
            r"\(médiane\)",
            title,
        ), title


def test_a_loss_that_stays_has_no_months(made_study: Made, course: Course) -> None:
    study = made_study(baseline=course(100, 1, back=None))
    assert "pas retrouvés avant la fin" in plain(loss_curves(study, "closure", "fr"))
    assert "not regained by the end" in plain(loss_curves(study, "closure", "en"))


def test_no_loss_and_an_unsure_one_give_no_figure(made_study: Made, course: Course) -> None:
    none = plain(loss_curves(made_study(baseline=course(0)), "closure", "fr"))
    assert none == "Le plus grand employeur ferme : aucun emploi perdu"
    unsure = plain(loss_curves(made_study(baseline=course(1, 200)), "closure", "fr"))
    assert unsure.endswith("non distinguable de zéro") and not re.search(r"\d", unsure)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_under_five_pairs_there_are_points_alone(
    made_study: Made, course: Course, language: Language
) -> None:
    for pairs in (1, 4):
        study = made_study(pairs, baseline=course(100), more_lots=course(60))
        figure = loss_curves(study, "closure", language)
        assert ("rovisoire" if language == "fr" else "rovisional") in figure.title
        assert "areaStyle" not in figure.option_json()
        assert all(row["low"] is None for row in records(figure))


def test_curves_go_down_from_the_shock_and_come_back(usual_study: Resilience) -> None:
    figure = loss_curves(usual_study, "closure", "fr", shown_as="amount")
    rows = [r for r in records(figure) if r["scenario"] == "Pratiques actuelles"]
    before, at = rows[35], rows[36]
    assert before["mean"] == 0.0 and at["month"] == "01/2030"
    assert at["mean"] == pytest.approx(-100.0) and rows[-1]["mean"] == pytest.approx(0.0)
    share = records(loss_curves(usual_study, "closure", "fr"))[36]
    assert share["mean"] == pytest.approx(-100.0 / 3000.0 * 100.0)
    assert figure.option is not None
    lines = figure.option["series"][-1]["markLine"]["data"]  # type: ignore[index]
    assert {"yAxis": 0} in lines and any(line.get("xAxis") == 36 for line in lines)


def test_each_scenario_is_told_with_its_own_loss(usual_study: Resilience) -> None:
    title = plain(loss_curves(usual_study, "closure", "fr"))
    assert "pratiques actuelles, entre" in title and "« more-lots », entre" in title
    assert "pas retrouvés avant la fin dans la moitié" in title
    output = plain(loss_curves(usual_study, "closure", "en", "output"))
    assert output.startswith("The largest employer closes: output missing at the worst moment")


# --- Before and after -----------------------------------------------------------------------------


def test_the_table_has_a_line_a_scenario_and_one_a_difference(usual_study: Resilience) -> None:
    figure = loss_table(usual_study, "closure", "fr")
    rows = {str(row["scenario"]): row for row in records(figure)}
    assert list(rows) == [
        "Pratiques actuelles",
        "more-lots",
        "other",
        "more-lots, moins les pratiques actuelles",
        "other, moins les pratiques actuelles",
    ]
    baseline, other = rows["Pratiques actuelles"], rows["other"]
    assert str(baseline["jobs_lost_worst"]).startswith("100 [")
    assert str(baseline["recovery_months"]).startswith("10 [10")
    assert other["recovery_months"] == "pas retrouvé avant la fin"
    less = rows["more-lots, moins les pratiques actuelles"]
    assert str(less["jobs_lost_worst"]).startswith("−40 [−")
    assert less["recovery_months"] == "–"
    assert "vulnerable_kept" in baseline


def test_the_title_counts_only_sure_differences(usual_study: Resilience) -> None:
    title = plain(loss_table(usual_study, "closure", "fr"))
    assert "« more-lots », moins que les pratiques actuelles (emplois perdus au pire" in title
    assert "« other », plus que les pratiques actuelles (perte cumulée)" in title
    english = plain(loss_table(usual_study, "closure", "en"))
    assert "'more-lots', less than current practice" in english


def test_losses_alike_are_said_to_be(made_study: Made, course: Course) -> None:
    same = made_study(baseline=course(50, 5), other=course(50, 5))
    assert "aucune différence avec les pratiques actuelles" in plain(
        loss_table(same, "closure", "fr")
    )
    unsure = made_study(baseline=course(50, 1), other=course(51, 40))
    assert "non distinguable de zéro" in plain(loss_table(unsure, "closure", "fr"))


def test_differences_are_those_of_the_study(usual_study: Resilience) -> None:
    figure = loss_differences(usual_study, "closure", "fr")
    assert figure is not None
    found = {(r["measure"], r["scenario"]): r["difference"] for r in records(figure)}
    for row in usual_study.trade_off:
        if (row.shock, row.zone, row.measure) == ("closure", "all", "loss_area"):
            assert found["Perte cumulée", row.scenario] == row.value


def test_without_the_baseline_nothing_is_compared(made_study: Made, course: Course) -> None:
    alone = made_study(more_lots=course(50))
    assert loss_differences(alone, "closure", "fr") is None
    assert trade_off(alone, "closure", "fr") is None
    assert "perd, garde et retrouve" in loss_table(alone, "closure", "fr").title


# --- Trade-off ------------------------------------------------------------------------------------


def test_a_cross_says_what_both_intervals_allow(made_study: Made, course: Course) -> None:
    def title(**other: Any) -> str:
        study = made_study(baseline=course(100, 1), other=course(**other))
        figure = trade_off(study, "closure", "fr")
        assert figure is not None
        return plain(figure)

    assert "plus d'emplois sans choc et moins de perte" in title(lost=50, spread=1, gained=40)
    assert "plus d'emplois sans choc, mais plus de perte" in title(lost=150, spread=1, gained=40)
    assert "moins d'emplois sans choc, mais moins de perte" in title(lost=50, gained=-40)
    assert "plus d'emplois sans choc ; effet sur la perte non" in title(
        lost=101, spread=60, gained=40
    )
    assert "aucune différence" in title(lost=100, spread=1)
    assert not re.search(r"\d", title(lost=101, spread=60))


def test_avoided_loss_is_minus_the_difference_of_losses(usual_study: Resilience) -> None:
    figure = trade_off(usual_study, "closure", "fr")
    assert figure is not None and figure.option is not None
    row = next(r for r in records(figure) if r["scenario"] == "more-lots")
    assert float(row["avoided"] or 0) > 0.0 and float(row["gained"] or 0) == pytest.approx(30.0)
    assert float(row["avoided_low"] or 0) < float(row["avoided"] or 0)
    assert float(row["avoided"] or 0) < float(row["avoided_high"] or 0)
    x_axis, y_axis = figure.option["xAxis"], figure.option["yAxis"]
    for series in figure.option["series"]:  # type: ignore[union-attr]
        for x, y in series["data"]:  # type: ignore[index]
            assert x_axis["min"] <= x <= x_axis["max"]  # type: ignore[index]
            assert y_axis["min"] <= y <= y_axis["max"]  # type: ignore[index]


# --- Map ------------------------------------------------------------------------------------------

NAMES = {"A": "CC de A", "B": "CC de B", "C": "CC de C"}


@pytest.fixture
def outlines() -> Outlines:
    features = [
        {
            "type": "Feature",
            "properties": {"name": zone},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, 0.0], [x + 1.0, 0.0], [x + 1.0, 1.0], [x, 0.0]]],
            },
        }
        for x, zone in enumerate("ABC")
    ]
    return Outlines("t", {"type": "FeatureCollection", "features": features}, None, 0.7, True)


def test_zones_that_bear_the_loss_are_counted_and_not_ranked(
    usual_study: Resilience, outlines: Outlines
) -> None:
    figure = loss_map(usual_study, "baseline", "closure", NAMES, outlines, "fr")
    assert "dans 1 EPCI sur 3" in figure.title
    assert [row["epci"] for row in records(figure)] == list(NAMES.values())
    hit, spared, _ = records(figure)
    assert hit["difference"] == pytest.approx(-10.0) and hit["verdict"] == "baisse"
    assert float(hit["interval_high"] or 0.0) <= 0.0 and spared["difference"] == 0.0
    assert "decal" in figure.option_json()


def test_noise_is_no_loss_however_many_simulations(
    made_study: Made, course: Course, outlines: Outlines
) -> None:
    # a worst moment is above zero wherever simulations differ at all
    noisy = made_study(40, baseline=course(0.0, 50.0))
    assert (noisy.row("baseline", "closure", "jobs_lost_worst").low or 0.0) >= 0.0
    assert "non distinguable de zéro" in loss_curves(noisy, "closure", "fr").title
    found = loss_map(noisy, "baseline", "closure", NAMES, outlines, "fr")
    assert "non distinguable de zéro dans chacun des 3 EPCI" in plain(found)


# --- All ------------------------------------------------------------------------------------------


def every_figure(study: Resilience, outlines: Outlines, language: Language) -> Iterator[Figure]:
    for shock in ("closure", "cut"):
        for quantity in ("jobs", "output"):
            for shown_as in ("share", "amount"):
                yield loss_curves(study, shock, language, quantity, shown_as)
        yield loss_table(study, shock, language)
        for made in (loss_differences(study, shock, language), trade_off(study, shock, language)):
            assert made is not None
            yield made
        yield loss_map(study, "other", shock, NAMES, outlines, language)
        yield loss_map(study, "other", shock, NAMES, outlines, language, "jobs_lost_worst")


FORBIDDEN = re.compile(
    r"créés?\b|\bcreated\b|\bnan\b|None|HHI|Herfindahl|Martin|\bRose\b|ESRI|\{", re.IGNORECASE
)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("pairs", [1, 5, 30])
def test_every_figure_is_whole(
    made_study: Made, course: Course, outlines: Outlines, language: Language, pairs: int
) -> None:
    study = made_study(pairs, baseline=course(100, 9), other=course(90, 40, None, 20))
    keys: set[str] = set()
    forecast = "pas prévision" if language == "fr" else "not a forecast"
    for figure in every_figure(study, outlines, language):
        assert figure.key not in keys
        keys.add(figure.key)
        told = " ".join((figure.title, figure.caption, figure.description, *figure.sources))
        assert not FORBIDDEN.search(told), told
        assert figure.title and figure.description and figure.sources and figure.rows
        assert forecast in figure.caption
        assert all(len(row) == len(figure.columns) for row in figure.rows)
        json.loads(json.dumps(figure.option, allow_nan=False))
        if pairs < 5:
            assert re.search("rovisoire|rovisional", figure.title), figure.title
            assert "9 simulations" not in figure.title
