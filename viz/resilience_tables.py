"""Tables of studies of resilience for the command line."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from model.structure import load_measures
from scenarios.resilience import (
    Measure,
    Resilience,
    ResilienceRow,
    load_resilience_measures,
)
from scenarios.results import ALL_ZONES, BASELINE
from viz.console import table
from viz.numbers import ABSENT, number
from viz.texts import Language, text

if TYPE_CHECKING:
    from rich.table import Table

BY_ZONE = ("jobs_lost_worst", "recovery_months", "loss_area", "service_lost")
"""Measures shown by EPCI."""

_HEADING = 20
"""Widest heading of a column by EPCI, in characters."""


def shown_measures(everything: bool) -> list[Measure]:
    """Return the measures to print: those in plain words, or all."""
    known = load_resilience_measures().values()
    return [one for one in known if everything or one.audience == "all"]


def cell(
    value: float | None,
    low: float | None,
    high: float | None,
    decimals: int,
    language: Language,
    *,
    signed: bool = False,
) -> str:
    """Write a value with its interval under it; an end beyond the horizon is an ellipsis."""
    if value is None and low is None and high is None:
        return ABSENT
    middle = ABSENT if value is None else number(value, decimals, language, signed=signed)
    if low is None and high is None:
        return middle
    ends = [
        "…" if end is None else number(end, decimals, language, signed=signed)
        for end in (low, high)
    ]
    return f"{middle}\n[{ends[0]} ; {ends[1]}]"


def _cell_of(row: ResilienceRow, measure: Measure, language: Language) -> str:
    """Write a row; a median that half of the simulations do not reach is told in words."""
    if row.value is None and measure.statistic == "median":
        return text("not_reached", language)
    return cell(row.value, row.low, row.high, measure.decimals, language)


def _unit(measure: Measure, language: Language) -> str:
    return measure.unit_fr if language == "fr" else measure.unit


def measures_table(study: Resilience, shock: str, language: Language, everything: bool) -> Table:
    """Return measures of one shock as lines, scenarios as columns, the territory as a whole.

    Under each scenario but the baseline stands its difference from it, where that was run.
    """
    names = [scenario.name for scenario in study.scenarios]
    title = text("resilience_title", language)
    columns = [(text("measure", language), "left"), (text("unit", language), "left")]
    made = table(title, [*columns, *((name, "right") for name in names)])
    less = {
        (row.scenario, row.measure): row
        for row in study.trade_off
        if row.shock == shock and row.zone == ALL_ZONES
    }
    for measure in shown_measures(everything):
        cells: list[str] = []
        for name in names:
            try:
                row = study.row(name, shock, measure.key)
            except KeyError:
                cells.append(ABSENT)
                continue
            cells.append(_cell_of(row, measure, language))
        if all(one == ABSENT for one in cells):
            continue
        made.add_row(str(getattr(measure, f"label_{language}")), _unit(measure, language), *cells)
    if less and BASELINE in names:
        made.add_section()
        against = text("against_baseline", language)
        for measure in (load_resilience_measures()[key] for key in _measures_of(study)):
            cells = [""] * len(names)
            for place, name in enumerate(names):
                row = less.get((name, measure.key))
                if row is not None:
                    cells[place] = cell(
                        row.value, row.low, row.high, measure.decimals, language, signed=True
                    )
            label = str(getattr(measure, f"label_{language}"))
            made.add_row(f"{label}, {against}", _unit(measure, language), *cells)
    return made


def _measures_of(study: Resilience) -> list[str]:
    return list(dict.fromkeys(row.measure for row in study.trade_off))


def zones_table(
    study: Resilience, shock: str, zone_names: dict[str, str], language: Language
) -> Table:
    """Return the main measures of one shock by EPCI, each with its interval, by scenario."""
    measures = [load_resilience_measures()[key] for key in BY_ZONE]
    columns = [(text("zone", language), "left"), (text("scenario", language), "left")]
    for one in measures:
        label = f"{getattr(one, f'label_{language}')} ({_unit(one, language)})"
        columns.append((textwrap.fill(label, _HEADING), "right"))
    made = table(text("resilience_zones", language), columns)
    for zone in study.zones:
        for place, scenario in enumerate(study.scenarios):
            cells: list[str] = []
            for one in measures:
                row = study.row(scenario.name, shock, one.key, zone)
                cells.append(_cell_of(row, one, language))
            name = zone_names.get(zone, zone) if place == 0 else ""
            made.add_row(name, scenario.name, *cells)
    return made


def structure_table(study: Resilience, language: Language, everything: bool) -> Table:
    """Return what purchasing looks like the month before the first shock, by scenario."""
    names = [scenario.name for scenario in study.scenarios]
    columns = [(text("measure", language), "left"), (text("unit", language), "left")]
    made = table(text("structure_title", language), [*columns, *((n, "right") for n in names)])
    rows = {(r.scenario, r.measure): r for r in study.structure if r.zone == ALL_ZONES}
    for key, entry in load_measures().items():
        if entry.audience != "all" and not everything:
            continue
        cells = [
            cell(row.value, row.low, row.high, entry.decimals, language) if row else ABSENT
            for row in (rows.get((name, key)) for name in names)
        ]
        unit = entry.unit_fr if language == "fr" else entry.unit
        made.add_row(str(getattr(entry, f"label_{language}")), unit, *cells)
    return made
