"""Tables of a comparison and of a single run."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from model.indicators import Indicator, load_indicators, load_themes
from scenarios.comparison import ALL_ZONES, Comparison, ResultRow
from viz.console import table
from viz.numbers import ABSENT, decimals_for, number, percent
from viz.texts import Language, text

if TYPE_CHECKING:
    from rich.table import Table

BY_ZONE = ("jobs_present", "local_share_epci_value", "insertion_hours")
"""Indicators shown by EPCI."""

_MILLION = 1e6
_LABEL = 36
"""Widest label of a line, in characters."""
_HEADING = 24
"""Widest heading of a column by EPCI, in characters."""


def _unit_and_scale(entry: Indicator, language: Language) -> tuple[str, float]:
    """Return the unit to print and what to divide by: amounts are printed in millions."""
    if entry.unit.startswith("EUR"):
        return "M EUR", _MILLION
    return (entry.unit_fr if language == "fr" else entry.unit), 1.0


def _indented(label: str) -> str:
    """Set a label under its theme; a further line goes deeper."""
    return textwrap.fill(label, _LABEL, initial_indent="  ", subsequent_indent="    ")


def _difference_unit(entry: Indicator, language: Language) -> str:
    return f" {text('points_short', language)}" if entry.unit == "%" else ""


def _scaled(values: Sequence[float | None], scale: float) -> list[float | None]:
    return [None if value is None else value / scale for value in values]


def _interval(low: float | None, high: float | None, decimals: int, language: Language) -> str:
    if low is None or high is None:
        return ABSENT
    ends = [number(end, decimals, language, signed=True) for end in (low, high)]
    return f"[{ends[0]} ; {ends[1]}]"


def _row_cells(entry: Indicator, row: ResultRow, language: Language) -> list[str]:
    """Return the cells of one line of the territory's table."""
    unit, scale = _unit_and_scale(entry, language)
    levels = _scaled([row.baseline, row.value], scale)
    changes = _scaled([row.difference, row.low, row.high], scale)
    level_decimals = entry.decimals if scale == 1.0 else max(1, min(2, decimals_for(levels)))
    change_decimals = min(2, max(entry.decimals, decimals_for(changes)))
    shown = [number(level, level_decimals, language) for level in levels]
    if entry.difference_only:
        shown = ["", ""]
    relative = row.relative if entry.unit != "%" and not entry.difference_only else None
    return [
        getattr(entry, f"label_{language}"),
        unit,
        *shown,
        number(changes[0], change_decimals, language, signed=True)
        + (_difference_unit(entry, language) if changes[0] is not None else ""),
        _interval(changes[1], changes[2], change_decimals, language),
        percent(relative, language, 2, signed=True),
    ]


def territory_table(
    comparison: Comparison, scenario: str, language: Language, everything: bool
) -> Table:
    """Return the territory's indicators under one scenario, grouped by theme."""
    headings = ["indicator", "unit", "baseline", "scenario", "difference", "interval", "relative"]
    sides = ["left", "left", "right", "right", "right", "right", "right"]
    columns = [(text(h, language), side) for h, side in zip(headings, sides, strict=True)]
    made = table("", columns)
    made.columns[0].min_width = _LABEL
    rows = {
        row.indicator: row
        for row in comparison.rows
        if row.scenario == scenario and row.zone == ALL_ZONES
    }
    for theme in load_themes().values():
        chosen = [
            entry
            for entry in load_indicators().values()
            if entry.theme == theme.key
            and (everything or entry.main or entry.kind == "decomposition")
        ]
        if not chosen:
            continue
        made.add_row(f"[bold]{getattr(theme, f'label_{language}')}[/bold]")
        for entry in chosen:
            cells = _row_cells(entry, rows[entry.key], language)
            made.add_row(_indented(cells[0]), *cells[1:])
        made.add_section()
    return made


def zone_table(
    comparison: Comparison, scenario: str, names: Mapping[str, str], language: Language
) -> Table:
    """Return the differences of the main indicators by EPCI, with their intervals."""
    entries = [load_indicators()[key] for key in BY_ZONE]
    columns = [(text("zone", language), "left")]
    for entry in entries:
        unit = "points" if entry.unit == "%" else _unit_and_scale(entry, language)[0]
        heading = f"{getattr(entry, f'label_{language}')} ({unit})"
        columns.append((textwrap.fill(heading, _HEADING), "right"))
    made = table(text("by_zone", language), columns)
    found = {(r.indicator, r.zone): r for r in comparison.rows if r.scenario == scenario}
    for zone in comparison.zones:
        cells = [names.get(zone, zone)]
        for entry in entries:
            row = found[entry.key, zone]
            _, scale = _unit_and_scale(entry, language)
            changes = _scaled([row.difference, row.low, row.high], scale)
            decimals = min(1, decimals_for(changes)) if entry.unit != "%" else 1
            written = number(changes[0], decimals, language, signed=True)
            interval = _interval(changes[1], changes[2], decimals, language)
            cells.append(written if interval == ABSENT else f"{written}  {interval}")
        made.add_row(*cells)
    return made


def year_table(comparison: Comparison, scenario: str, language: Language) -> Table:
    """Return the difference of jobs present by year."""
    columns = [(text("year", language), "left"), (text("difference", language) + " (ETP)", "right")]
    if language == "en":
        columns[1] = (text("difference", language) + " (FTE)", "right")
    columns.append((text("interval", language), "right"))
    made = table(text("by_year", language), columns)
    for entry in comparison.years:
        row = entry.row
        if (row.scenario, row.indicator, row.zone) == (scenario, "jobs_present", ALL_ZONES):
            decimals = min(1, decimals_for([row.difference, row.low, row.high]))
            made.add_row(
                entry.year,
                number(row.difference, decimals, language, signed=True),
                _interval(row.low, row.high, decimals, language),
            )
    return made


def run_table(values: Mapping[str, float | None], language: Language) -> Table:
    """Return the territory's indicators of a single run, grouped by theme."""
    columns = [(text("indicator", language), "left"), (text("unit", language), "left")]
    columns.append((text("value", language), "right"))
    made = table("", columns)
    for theme in load_themes().values():
        chosen = [e for e in load_indicators().values() if e.theme == theme.key and e.key in values]
        chosen = [entry for entry in chosen if not entry.difference_only]
        if not chosen:
            continue
        made.add_row(f"[bold]{getattr(theme, f'label_{language}')}[/bold]")
        for entry in chosen:
            unit, scale = _unit_and_scale(entry, language)
            level = _scaled([values[entry.key]], scale)
            decimals = entry.decimals if scale == 1.0 else 1
            label: str = getattr(entry, f"label_{language}")
            made.add_row(_indented(label), unit, number(level[0], decimals, language))
        made.add_section()
    return made
