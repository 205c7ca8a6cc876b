"""All measures of resilience, of every scenario under every shock, for research."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scenarios.resilience import Resilience, ResilienceRow, load_resilience_measures
from scenarios.results import ALL_ZONES
from viz.figures.figure import Cell, Column, Figure
from viz.figures.struck import (
    caption,
    few,
    found_in,
    label_of,
    name_of,
    provisional_title,
    shown,
    source_lines,
    unit_of,
    words,
)
from viz.figures.wording import spaced_figure
from viz.figures.wording import words as figure_words
from viz.numbers import ABSENT
from viz.texts import Language


def resilience_measures(
    study: Resilience,
    language: Language,
    names: Mapping[str, str] | None = None,
    *,
    by_zone: bool = False,
) -> Figure:
    """Return a table: a line a measure, shock, scenario and, on request, EPCI.

    Parameters
    ----------
    names
        Names of zones by key.
    """
    known = load_resilience_measures()
    rows = [
        (zone, row)
        for shock in study.shocks
        for key, entry in known.items()
        for zone in (ALL_ZONES, *(study.zones if by_zone and entry.zones else ()))
        for row in _rows_of(study, shock.name, key, zone)
    ]
    what = words("measures_what", language)
    counts = {"measures": len(known), "shocks": len(study.shocks), "count": len(study.scenarios)}
    made = Figure(
        key="resilience_measures_by_zone" if by_zone else "resilience_measures",
        title=provisional_title(study, what, language)
        if few(study)
        else words("measures_title", language, **counts),
        caption=caption(study, None, language, words("measures_note", language)),
        columns=(
            Column("measure", words("measure", language)),
            Column("unit", figure_words("unit", language)),
            Column("shock", words("shock", language)),
            Column("scenario", figure_words("scenario", language)),
            Column("zone", "EPCI"),
            *(
                Column(key, label, decimals=3)
                for key, label in (
                    ("value", words("value", language)),
                    ("low", figure_words("low", language)),
                    ("high", figure_words("high", language)),
                )
            ),
            Column("note", words("note", language)),
        ),
        rows=tuple(_line(row, zone, names or {}, language) for zone, row in rows),
        description=words("measures_description", language, **counts),
        sources=source_lines(study, list(known), language),
    )
    return spaced_figure(made, language)


def _rows_of(study: Resilience, shock: str, measure: str, zone: str) -> Sequence[ResilienceRow]:
    return [study.row(one.name, shock, measure, zone) for one, _ in shown(study)]


def _line(
    row: ResilienceRow, zone: str, names: Mapping[str, str], language: Language
) -> tuple[Cell, ...]:
    measure = load_resilience_measures()[row.measure]
    place = words("whole", language) if zone == ALL_ZONES else names.get(zone, zone)
    found = found_in(row)
    if found == "sure" and measure.statistic == "median":
        found = "median"
    if found == "median" and row.low is not None and row.high is None:
        found = "open"
    noted = ("censored", "undefined", "provisional", "median", "open")
    return (
        label_of(measure, language),
        unit_of(measure, language),
        row.shock,
        name_of(row.scenario, language),
        place,
        row.value,
        row.low,
        row.high,
        words(f"note_{found}", language) if found in noted else ABSENT,
    )
