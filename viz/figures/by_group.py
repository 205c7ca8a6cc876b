"""One indicator by EPCI, sector, kind of firm, owner or kind of buyer: a table with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from model.indicators import load_dimensions, load_indicators
from model.indicators.breakdowns import EPCI
from scenarios.compared import Comparison
from scenarios.results import ResultRow
from viz.figures.differences import changes_of, percent_of
from viz.figures.figure import Cell, Column, Figure
from viz.figures.sources import source_lines
from viz.figures.wording import (
    Measure,
    caption,
    is_provisional,
    label_of,
    lowered,
    measure,
    spaced_figure,
    verdict,
    words,
)
from viz.numbers import ABSENT
from viz.tables import group_label
from viz.texts import Language, words_of

_words = words_of("research")


def rows_by_group(comparison: Comparison, indicator: str, dimension: str) -> list[ResultRow]:
    """Return the rows of each scenario by group, in the usual order of groups: never ranked."""
    groups = comparison.zones if dimension == EPCI else comparison.groups.get(dimension, ())
    rows: list[ResultRow] = []
    for scenario in comparison.scenarios:
        for group in groups:
            with suppress(KeyError):
                rows.append(comparison.group_row(scenario.name, indicator, dimension, group))
    return rows


def by_group(
    comparison: Comparison,
    indicator: str,
    dimension: str,
    zones: Mapping[str, str],
    language: Language,
) -> Figure:
    """Return the levels and differences of an indicator by group, with their intervals.

    ``zones`` names EPCI by key. The table is empty, and its title says so, where the indicator has
    no value by this dimension.
    """
    entry = load_indicators()[indicator]
    rows = rows_by_group(comparison, indicator, dimension)
    what: str = lowered(str(getattr(load_dimensions()[dimension], f"label_{language}")))
    label = lowered(label_of(indicator, language))
    written = measure(entry, rows, language)
    made = Figure(
        key=f"{indicator}_by_{dimension}",
        title=_title(comparison, rows, label, what, language),
        caption=caption(comparison, language, _words("by_group_note", language)),
        columns=_columns(written, language),
        rows=tuple(
            _line(comparison, row, written, group_label(dimension, row.group, zones, language))
            for row in rows
        ),
        description=_words("by_group_description", language, indicator=label, dimension=what),
        sources=source_lines(comparison, [indicator], language),
    )
    return spaced_figure(made, language)


def _title(
    comparison: Comparison, rows: Sequence[ResultRow], label: str, what: str, language: Language
) -> str:
    values: dict[str, object] = {"indicator": label[0].upper() + label[1:], "dimension": what}
    if not rows:
        return _words("by_group_none", language, **values)
    if is_provisional(comparison):
        return _words("by_group_provisional", language, **values)
    verdicts = [verdict(row) for row in rows]
    counts = {side: verdicts.count(side) for side in ("up", "down")}
    if not any(counts.values()):
        return _words("by_group_zero", language, **values)
    return _words("by_group_title", language, **values, **counts, all=len(rows))


def _columns(written: Measure, language: Language) -> tuple[Column, ...]:
    level = {"unit": written.level_unit, "decimals": written.level_decimals}
    change = {"unit": written.unit, "decimals": written.decimals + 1, "signed": True}
    names = ("difference", "low", "high", "mean_low", "mean_high")
    return (
        Column("scenario", words("scenario", language)),
        Column("group", words("group", language)),
        Column("baseline", words("baseline", language), **level),
        Column("with_scenario", words("with_scenario", language), **level),
        *(Column(key, words(key, language), **change) for key in names),
        Column("relative", words("relative_heading", language), "%", 1, signed=True),
        Column("verdict", words("finding", language)),
    )


def _line(comparison: Comparison, row: ResultRow, written: Measure, group: str) -> tuple[Cell, ...]:
    found = verdict(row)
    known = found in ("up", "down", "zero", "none")
    return (
        row.scenario,
        group,
        written.level_scaled(row.baseline),
        written.level_scaled(row.value),
        *changes_of(row, written),
        percent_of(comparison, row),
        words(found, written.language) if known else ABSENT,
    )
