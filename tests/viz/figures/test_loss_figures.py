"""Figures of what a shock takes: curves, tables, trade-off, map."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from scenarios.resilience import Resilience
from viz.figures.figure import Figure, records
from viz.figures.loss_curves import loss_curves
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
