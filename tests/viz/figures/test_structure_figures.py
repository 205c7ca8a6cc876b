"""Figures of what stands before a shock, of firms that others depend on, and all measures."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from model.structure import CriticalNeed, Structure, load_measures
from scenarios.resilience import Resilience, load_resilience_measures
from viz.figures.critical_needs import critical_needs
from viz.figures.figure import Figure, records
from viz.figures.resilience_measures import resilience_measures
from viz.figures.structure_before import structure_before
from viz.figures.systemic_firms import FirmsAtRisk, risk_curve, systemic_firms
from viz.outlines import schematic_outlines
from viz.texts import Language

Made = Callable[..., Resilience]
Course = Any
ZONES = {"246200729": "CA du Boulonnais", "245900428": "CU de Dunkerque"}
PLAIN = re.compile(r"HHI|Herfindahl|Martin|\bRose\b|ESRI|créés?\b|\{|\bnan\b|None", re.IGNORECASE)


def plain(words: str) -> str:
    """Return words with plain spaces."""
    return re.sub(r"[\u00a0\u202f]", " ", words)


def told(figure: Figure) -> str:
    """Return all that a figure says, its table too."""
    cells = [str(cell) for row in figure.rows for cell in row if isinstance(cell, str)]
    heads = [column.heading for column in figure.columns]
    parts = (figure.title, figure.caption, figure.description, *figure.sources, *heads, *cells)
    return " ".join(parts)


# --- Structure ------------------------------------------------------------------------------------


def test_differences_of_structure_are_paired(made_study: Made, course: Course) -> None:
    study = made_study(baseline=course(10), other=course(10, gained=100.0))
    figure = structure_before(study, "fr")
    assert figure is not None
    plain_ones = [entry for entry in load_measures().values() if entry.audience == "all"]
    assert len(figure.rows) == len(plain_ones)
    # levels vary from pair to pair, the difference does not
    first = records(figure)[0]
    assert str(first["baseline"]).startswith("50,0 [4") and first["less_other"] == (
        "+1,0 [+1,0\u00a0;\u00a0+1,0]"
    )
    assert f"« other », {len(plain_ones)} mesures en hausse et 0 en baisse" in plain(figure.title)
    assert "12/2029" in figure.caption and not PLAIN.search(told(figure))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_structure_alone_alike_provisional_and_of_a_zone(
    made_study: Made, course: Course, language: Language
) -> None:
    def title(pairs: int, **courses: Any) -> str:
        figure = structure_before(made_study(pairs, **courses), language)
        assert figure is not None
        return plain(figure.title)

    assert re.search(r"50[.,]0 \[", title(8, baseline=course(10)))
    same = title(8, baseline=course(10), other=course(20))
    assert "non distinguable" in same or "not distinguishable" in same
    assert re.search("rovisoire|rovisional", title(3, baseline=course(10), other=course(1)))
    study = made_study(baseline=course(10), other=course(10))
    every = structure_before(study, language, research=True)
    zone = structure_before(study, language, research=True, zone="A", names={"A": "CC de A"})
    assert every is not None and zone is not None
    assert len(every.rows) == len(load_measures()) and zone.title.startswith("CC de A. ")
    assert len(zone.rows) == sum(entry.by_zone for entry in load_measures().values())


def test_worlds_without_structure_have_no_figure(made_study: Made, course: Course) -> None:
    study = made_study(baseline=course(10))
    runs = tuple(replace(run, structure=({},)) for run in study.runs)
    assert structure_before(replace(study, runs=runs), "fr") is None


# --- Needs ----------------------------------------------------------------------------------------


def need(value: float, able: int, zone: str, share: float = 0.5) -> CriticalNeed:
    return CriticalNeed(
        "hospital-x", "medical_devices", zone, 1, 1, value, able, 0, share, "2028-02", able == 0
    )


@pytest.mark.parametrize("language", ["fr", "en"])
def test_needs_stand_in_their_zone_at_their_value(language: Language) -> None:
    needs = (
        need(2e6, 0, "246200729"),
        need(1e6, 2, "245900428", math.nan),
        need(1e6, 1, "245900428"),
    )
    structure = Structure("2027-01", (), (), (), needs)
    figure = critical_needs(structure, ZONES, {"hospital-x": "Un hôpital"}, language)
    assert figure is not None and figure.option is not None
    assert figure.title.startswith("3 ") and "4" in figure.title and not PLAIN.search(told(figure))
    first, second, _ = records(figure)
    assert (first["buyer"], first["zone"]) == ("Un hôpital", "CA du Boulonnais")
    assert first["largest"] == 50.0 and second["largest"] is None
    none, one, two = figure.option["series"]  # type: ignore[misc]
    assert [point["value"] for point in none["data"]] == [[2.0, 0]]
    assert [point["value"] for point in two["data"]] == [[1.0, 1]] and len(one["data"]) == 1
    json.dumps(figure.option, allow_nan=False)


def test_no_need_is_no_figure() -> None:
    assert critical_needs(Structure("2027-01", (), (), (), ()), ZONES, {}, "fr") is None


# --- Firms ----------------------------------------------------------------------------------------


@pytest.fixture
def firms() -> FirmsAtRisk:
    count = 300
    return FirmsAtRisk(
        np.linspace(0.0, 0.12, count),
        [f"CH-{row:04d}" for row in range(count)],
        ["FZ"] * count,
        ["246200729" if row % 3 else "245900428" for row in range(count)],
        np.full(count, 12.0),
    )


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_first_firms_are_counted_by_zone(firms: FirmsAtRisk, language: Language) -> None:
    figure = systemic_firms(firms, ZONES, schematic_outlines(tuple(ZONES)), language)
    assert figure.option is not None and not PLAIN.search(told(figure))
    rows = records(figure)
    assert rows[0]["firm"] == "CH-0299" and rows[0]["share"] == pytest.approx(12.0)
    data = figure.option["series"][0]["data"]  # type: ignore[index]
    counts = {item["name"]: item["value"] for item in data}
    assert sum(counts.values()) == len(rows) == 20
    for zone, name in ZONES.items():
        assert counts[zone] == sum(row["zone"] == name for row in rows)
    assert systemic_firms(firms, ZONES, None, language).option is None


def test_the_curve_falls_with_the_rank(firms: FirmsAtRisk) -> None:
    figure = risk_curve(firms, ZONES, "fr")
    assert figure.option is not None and "ESRI" in figure.title
    points = figure.option["series"][0]["data"]  # type: ignore[index]
    ranks, values = zip(*points, strict=True)
    assert ranks[0] == 1 and ranks[-1] == 299 and list(ranks) == sorted(set(ranks))
    # a logarithmic scale has no zero
    assert list(values) == sorted(values, reverse=True) and values[-1] > 0.0
    assert values[0] == pytest.approx(12.0)


# --- All measures ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_measure_has_its_lines(usual_study: Resilience, language: Language) -> None:
    figure = resilience_measures(usual_study, language)
    known = load_resilience_measures()
    assert len(figure.rows) == len(known) * 2 * 3
    by_zone = resilience_measures(usual_study, language, {"A": "CC de A"}, by_zone=True)
    zoned = sum(entry.zones for entry in known.values())
    assert len(by_zone.rows) == len(figure.rows) + zoned * 2 * 3 * 3
    assert {"CC de A", "B", "C"} < {row["zone"] for row in records(by_zone)}
    label = getattr(known["recovery_months"], f"label_{language}")
    other = [r for r in records(figure) if r["measure"] == label and r["scenario"] == "other"]
    assert other and all(r["value"] is None for r in other)
    assert all("fin" in str(r["note"]) or "end" in str(r["note"]) for r in other)


def test_measures_under_five_pairs_are_provisional(made_study: Made, course: Course) -> None:
    figure = resilience_measures(made_study(2, baseline=course(10, 1)), "fr")
    assert "provisoire" in figure.title
    lost = records(figure)[0]
    assert lost["note"] == "provisoire" and lost["low"] is None and lost["value"] is not None
