"""Key numbers of one scenario as a table: the main indicators against current practice."""

from __future__ import annotations

from model.indicators import Indicator, load_indicators
from scenarios.compared import Comparison
from scenarios.results import ResultRow
from viz.figures.figure import Cell, Column, Figure
from viz.figures.sources import source_lines
from viz.figures.wording import (
    caption,
    interval,
    is_provisional,
    measure,
    pairs_text,
    relative_text,
    spaced_figure,
    verdict,
    verdict_text,
    words,
)
from viz.numbers import ABSENT
from viz.texts import Language


def headline(comparison: Comparison, scenario: str, language: Language) -> Figure:
    """Return the main indicators of a scenario: levels, difference, interval, relative, verdict.

    Numbers are written, not raw: each line has its own unit.
    """
    entries = [entry for entry in load_indicators().values() if entry.main]
    rows = [comparison.row(scenario, entry.key) for entry in entries]
    names = ("unit", "baseline", "with_scenario", "difference", "interval")
    made = Figure(
        key=f"headline_{scenario}",
        title=_title(comparison, scenario, rows, language),
        caption=caption(comparison, language),
        columns=(
            Column("indicator", words("indicator", language)),
            *(Column(key, words(key, language)) for key in names),
            Column("relative", words("relative_heading", language)),
            Column("verdict", words("finding", language)),
        ),
        rows=tuple(
            _line(comparison, entry, row, language)
            for entry, row in zip(entries, rows, strict=True)
        ),
        description=words("headline_description", language),
        sources=source_lines(comparison, [entry.key for entry in entries], language),
    )
    return spaced_figure(made, language)


def _line(
    comparison: Comparison, entry: Indicator, row: ResultRow, language: Language
) -> tuple[Cell, ...]:
    written = measure(entry, [row], language)
    levels = [written.level(v) for v in (row.baseline, row.value)]
    if entry.difference_only:
        levels = [ABSENT, ABSENT]
    unit = written.level_unit
    change = written.change(row.difference)
    if (row.difference is not None and written.unit != unit) or entry.difference_only:
        change += written.suffix
    return (
        getattr(entry, f"label_{language}"),
        "" if entry.difference_only else unit,
        *levels,
        change,
        interval(row.low, row.high, written),
        relative_text(comparison, row, language),
        verdict_text(row, language),
    )


def _title(comparison: Comparison, scenario: str, rows: list[ResultRow], language: Language) -> str:
    chosen = next(s for s in comparison.scenarios if s.name == scenario)
    if chosen.changes_nothing:
        return words("headline_nothing", language, scenario=scenario)
    if is_provisional(comparison):
        pairs = pairs_text(comparison, language)
        return words("headline_provisional", language, scenario=scenario, pairs=pairs)
    verdicts = [verdict(row) for row in rows]
    counts = {side: verdicts.count(side) for side in ("up", "down")}
    zero = verdicts.count("zero") + verdicts.count("none") + verdicts.count("undefined")
    return words("headline_title", language, scenario=scenario, zero=zero, all=len(rows), **counts)
