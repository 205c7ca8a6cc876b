"""Tables of a comparison and of a single run."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from string import ascii_lowercase
from typing import TYPE_CHECKING

from model.indicators import (
    Indicator,
    load_bases,
    load_dimensions,
    load_groups,
    load_indicators,
    load_themes,
)
from model.indicators.register import NO_BASE
from scenarios.comparison import Comparison
from scenarios.results import ALL_ZONES, ResultRow
from viz.console import table
from viz.numbers import ABSENT, decimals_for, number, percent
from viz.texts import Language, text

if TYPE_CHECKING:
    from rich.table import Table

SHOWN: Mapping[str, tuple[str, ...]] = {
    "epci": ("jobs_present", "local_share_epci_value", "insertion_hours"),
    "sector": ("jobs_present", "jobs_supported", "public_sales"),
    "firm-kind": ("jobs_present", "public_sales", "contracts_won"),
    "ownership": ("jobs_present", "public_sales", "contracts_won"),
    "buyer-kind": ("local_share_territory_value", "sme_share_number", "price_index"),
}
"""Indicators shown by the groups of each dimension."""

SHARES = ("%", "points")
"""Units of indicators that are a part of something, or the gap between two such parts."""

_MILLION = 1e6
_LABEL = 36
"""Widest label of a line, in characters."""
_HEADING = 24
"""Widest heading of a column by group, in characters."""


class BaseNotes:
    """Marks shares with a letter, and says under the table what each is a share of."""

    def __init__(self, language: Language) -> None:
        self._language: Language = language
        self._bases: list[str] = []

    def mark(self, entry: Indicator) -> str:
        """Return the label of an indicator, with the letter of its base if it is a share."""
        label: str = getattr(entry, f"label_{self._language}")
        if entry.unit not in SHARES or entry.base == NO_BASE:
            return label
        if entry.base not in self._bases:
            self._bases.append(entry.base)
        return f"{label} ({self._letter(entry.base)})"

    def caption(self) -> str | None:
        """Return the bases by letter, or None if there is none."""
        if not self._bases:
            return None
        french = load_bases()
        words = [french[base] if self._language == "fr" else base for base in self._bases]
        notes = [f"({self._letter(b)}) {w}" for b, w in zip(self._bases, words, strict=True)]
        return text("share_of", self._language, bases=" ; ".join(notes))

    def _letter(self, base: str) -> str:
        return ascii_lowercase[self._bases.index(base)]


def _with_notes(made: Table, notes: BaseNotes) -> Table:
    made.caption = notes.caption()
    made.caption_justify = "left"
    return made


def unit_and_scale(entry: Indicator, language: Language) -> tuple[str, float]:
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


def interval_text(low: float | None, high: float | None, decimals: int, language: Language) -> str:
    if low is None or high is None:
        return ABSENT
    ends = [number(end, decimals, language, signed=True) for end in (low, high)]
    return f"[{ends[0]} ; {ends[1]}]"


def _row_cells(entry: Indicator, row: ResultRow, language: Language, notes: BaseNotes) -> list[str]:
    """Return the cells of one line of the territory's table."""
    unit, scale = unit_and_scale(entry, language)
    levels = _scaled([row.baseline, row.value], scale)
    changes = _scaled([row.difference, row.low, row.high], scale)
    level_decimals = entry.decimals if scale == 1.0 else max(1, min(2, decimals_for(levels)))
    change_decimals = min(2, max(entry.decimals, decimals_for(changes)))
    shown = [number(level, level_decimals, language) for level in levels]
    if entry.difference_only:
        shown = ["", ""]
    relative = None if entry.unit in SHARES or entry.difference_only else row.relative
    return [
        notes.mark(entry),
        unit,
        *shown,
        number(changes[0], change_decimals, language, signed=True)
        + (_difference_unit(entry, language) if changes[0] is not None else ""),
        interval_text(changes[1], changes[2], change_decimals, language),
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
    notes = BaseNotes(language)
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
            cells = _row_cells(entry, rows[entry.key], language, notes)
            made.add_row(_indented(cells[0]), *cells[1:])
        made.add_section()
    return _with_notes(made, notes)


def group_label(dimension: str, group: str, zones: Mapping[str, str], language: Language) -> str:
    """Return the name of a group; ``zones`` gives those of EPCI."""
    entry = load_groups(dimension).get(group)
    return zones.get(group, group) if entry is None else getattr(entry, f"label_{language}")


def _group_columns(
    dimension: str, language: Language, notes: BaseNotes, points: bool
) -> list[tuple[str, str]]:
    """Return the headings of a table by group; differences of shares are in ``points``."""
    label: str = getattr(load_dimensions()[dimension], f"label_{language}")
    columns = [(label, "left")]
    for key in SHOWN[dimension]:
        entry = load_indicators()[key]
        unit = unit_and_scale(entry, language)[0]
        unit = "points" if points and entry.unit == "%" else unit
        columns.append((textwrap.fill(f"{notes.mark(entry)} ({unit})", _HEADING), "right"))
    return columns


def group_table(
    comparison: Comparison,
    scenario: str,
    dimension: str,
    zones: Mapping[str, str],
    language: Language,
) -> Table:
    """Return the differences of some indicators by group, with their intervals."""
    notes = BaseNotes(language)
    columns = _group_columns(dimension, language, notes, points=True)
    made = table(text("by_group", language, dimension=columns[0][0]), columns)
    found = comparison.rows_of(scenario, dimension)
    for group in dict.fromkeys(group for _, group in found):
        cells = [group_label(dimension, group, zones, language)]
        for key in SHOWN[dimension]:
            entry, row = load_indicators()[key], found[key, group]
            _, scale = unit_and_scale(entry, language)
            changes = _scaled([row.difference, row.low, row.high], scale)
            decimals = min(1, decimals_for(changes)) if entry.unit != "%" else 1
            decimals = max(decimals, min(entry.decimals, 2))
            written = number(changes[0], decimals, language, signed=True)
            interval = interval_text(changes[1], changes[2], decimals, language)
            cells.append(written if interval == ABSENT else f"{written}  {interval}")
        made.add_row(*cells)
    return _with_notes(made, notes)


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
                interval_text(row.low, row.high, decimals, language),
            )
    return made


def run_table(values: Mapping[str, float | None], language: Language) -> Table:
    """Return the territory's indicators of a single run, grouped by theme."""
    columns = [(text("indicator", language), "left"), (text("unit", language), "left")]
    columns.append((text("value", language), "right"))
    made = table("", columns)
    notes = BaseNotes(language)
    for theme in load_themes().values():
        chosen = [e for e in load_indicators().values() if e.theme == theme.key and e.key in values]
        chosen = [entry for entry in chosen if not entry.difference_only]
        if not chosen:
            continue
        made.add_row(f"[bold]{getattr(theme, f'label_{language}')}[/bold]")
        for entry in chosen:
            unit, scale = unit_and_scale(entry, language)
            level = _scaled([values[entry.key]], scale)
            decimals = entry.decimals if scale == 1.0 else 1
            made.add_row(_indented(notes.mark(entry)), unit, number(level[0], decimals, language))
        made.add_section()
    return _with_notes(made, notes)


def run_group_table(
    rows: Sequence[Mapping[str, object]],
    dimension: str,
    zones: Mapping[str, str],
    language: Language,
) -> Table:
    """Return some indicators of a single run by group."""
    notes = BaseNotes(language)
    made = table("", _group_columns(dimension, language, notes, points=False))
    found = {(r["indicator"], r["group"]): r["value"] for r in rows if r["dimension"] == dimension}
    for group in dict.fromkeys(str(group) for _, group in found):
        cells = [group_label(dimension, group, zones, language)]
        for key in SHOWN[dimension]:
            entry, value = load_indicators()[key], found[key, group]
            scale = unit_and_scale(entry, language)[1]
            level = value / scale if isinstance(value, float) else None
            cells.append(number(level, entry.decimals if scale == 1.0 else 1, language))
        made.add_row(*cells)
    return _with_notes(made, notes)
