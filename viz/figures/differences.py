"""Paired differences with intervals, several indicators and scenarios."""

from __future__ import annotations

from collections.abc import Sequence

from model.indicators import load_indicators
from scenarios.compared import Comparison
from scenarios.results import ResultRow
from viz.figures.dots import Dot, Panel, dot_option
from viz.figures.figure import Cell, Column, Figure
from viz.figures.sources import source_lines
from viz.figures.wording import (
    Measure,
    caption,
    effect,
    inline,
    is_provisional,
    label_of,
    measure,
    pairs_text,
    relative_of,
    spaced_figure,
    verdict,
    words,
)
from viz.texts import Language, semicolon_in

DEFAULT_DIFFERENCES = (
    "jobs_present",
    "insertion_hours",
    "local_share_territory_value",
    "sme_share_number",
    "bids_per_tender",
    "public_cost",
)
"""Indicators compared unless others are asked for."""


def differences(
    comparison: Comparison,
    language: Language,
    indicators: Sequence[str] = DEFAULT_DIFFERENCES,
) -> Figure:
    """Return the differences of some indicators under each scenario, a panel an indicator."""
    panels: list[Panel] = []
    for key in indicators:
        rows = [comparison.row(scenario.name, key) for scenario in comparison.scenarios]
        written = measure(load_indicators()[key], rows, language)
        dots = tuple(Dot(row.scenario, place, row) for place, row in enumerate(rows))
        panels.append(Panel(label_of(key, language), written, dots))
    option, height = dot_option(panels, language)
    notes = [] if is_provisional(comparison) else [words("dots_note", language)]
    made = Figure(
        key="differences",
        title=_title(comparison, indicators, language),
        caption=caption(comparison, language, *notes),
        option=option,
        columns=difference_columns(language),
        rows=difference_rows(comparison, panels),
        description=_description(panels, language),
        sources=source_lines(comparison, indicators, language),
        height=height,
    )
    return spaced_figure(made, language)


def joined(parts: Sequence[str], language: Language) -> str:
    """Join names: commas, and a word before the last."""
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + words("and", language) + parts[-1]


def _title(comparison: Comparison, indicators: Sequence[str], language: Language) -> str:
    if is_provisional(comparison):
        return words("differences_provisional", language, pairs=pairs_text(comparison, language))
    told: dict[str, list[str]] = {}
    for scenario in comparison.scenarios:
        sides: dict[str, list[str]] = {"up": [], "down": []}
        for key in indicators:
            found = verdict(comparison.row(scenario.name, key))
            if found in ("up", "down"):
                sides[found].append(inline(label_of(key, language)))
        changes = [
            words(verb, language, labels=joined(sides[side], language))
            for side, verb in (("up", "raises"), ("down", "lowers"))
            if sides[side]
        ]
        # scenarios of the same effects are named together
        name = words("quoted", language, name=scenario.name)
        found_words = ", ".join(changes) or words("no_effect_seen", language)
        told.setdefault(found_words, []).append(name)
    parts = [
        words("differences_part", language, scenarios=joined(names, language), changes=changes)
        for changes, names in told.items()
    ]
    joint = semicolon_in(language)
    return words("differences_title", language, parts=joint.join(parts))


def _description(panels: Sequence[Panel], language: Language) -> str:
    lines = [
        words(
            "line",
            language,
            label=panel.heading,
            scenario=dot.name,
            effect=effect(dot.row, panel.written),
        )
        for panel in panels
        for dot in panel.dots
    ]
    joint = semicolon_in(language)
    return words("differences_description", language, lines=joint.join(lines))


def difference_columns(language: Language) -> tuple[Column, ...]:
    """Return the columns of a table of differences in several units."""
    names = ("low", "high", "mean_low", "mean_high")
    return (
        Column("label", words("indicator", language)),
        Column("name", words("scenario", language)),
        Column("unit", words("unit", language)),
        Column("difference", words("difference", language), decimals=2, signed=True),
        *(Column(key, words(key, language), decimals=2, signed=True) for key in names),
        Column("relative", words("relative_heading", language), "%", 2, signed=True),
    )


def difference_rows(
    comparison: Comparison, panels: Sequence[Panel]
) -> tuple[tuple[Cell, ...], ...]:
    """Return one row a dot, in the order of `difference_columns`."""
    return tuple(
        (
            panel.heading,
            dot.name,
            panel.written.unit,
            *changes_of(dot.row, panel.written),
            percent_of(comparison, dot.row),
        )
        for panel in panels
        for dot in panel.dots
    )


def changes_of(row: ResultRow, written: Measure) -> tuple[float | None, ...]:
    """Return the difference and its intervals in the unit written."""
    found = (row.difference, row.low, row.high, row.mean_low, row.mean_high)
    return tuple(written.scaled(v) for v in found)


def percent_of(comparison: Comparison, row: ResultRow) -> float | None:
    """Return the relative difference in per cent."""
    share = relative_of(comparison, row)
    return None if share is None else 100.0 * share
