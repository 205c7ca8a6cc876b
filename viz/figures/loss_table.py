"""Before and after a shock: what each scenario loses, keeps and regains, and against practice."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.resilience import Resilience, ResilienceRow, load_resilience_measures
from scenarios.results import ALL_ZONES
from viz.figures.dots import Dot, Panel, dot_option
from viz.figures.figure import Cell, Column, Figure
from viz.figures.struck import (
    as_result,
    caption,
    few,
    label_of,
    name_of,
    others,
    provisional_title,
    quoted,
    shown,
    source_lines,
    title_of_shock,
    unit_of,
    value_cell,
    words,
    written_as,
)
from viz.figures.wording import effect, lowered, spaced_figure, verdict
from viz.figures.wording import words as figure_words
from viz.numbers import ABSENT, number
from viz.texts import Language, semicolon_in

BEFORE_AFTER = (
    "jobs_lost_worst",
    "months_to_trough",
    "recovery_months",
    "loss_area",
    "service_lost",
    "failures_caused",
    "bidders_lost",
    "vulnerable_kept",
)
"""Measures of the table, in plain words."""


def loss_table(study: Resilience, shock: str, language: Language) -> Figure:
    """Return a table: a line a scenario, then a line for each difference from current practice.

    Numbers are written, not raw: each column has its own unit.
    """
    known = load_resilience_measures()
    columns = [Column("scenario", figure_words("scenario", language))]
    columns += [
        Column(key, label_of(known[key], language), unit_of(known[key], language))
        for key in BEFORE_AFTER
    ]
    rows: list[tuple[Cell, ...]] = []
    for scenario, _ in shown(study):
        cells = [value_cell(study.row(scenario.name, shock, key), language) for key in BEFORE_AFTER]
        rows.append((name_of(scenario.name, language), *cells))
    against = trade_offs(study, shock)
    for scenario, _ in others(study):
        cells = [
            value_cell(against[scenario.name, key], language, signed=True)
            if (scenario.name, key) in against
            else ABSENT
            for key in BEFORE_AFTER
        ]
        rows.append((words("less_baseline", language, scenario=scenario.name), *cells))
    made = Figure(
        key=f"loss_table_{shock}",
        title=_title(study, shock, language),
        caption=caption(study, shock, language, words("table_note", language)),
        columns=tuple(columns),
        rows=tuple(rows),
        description=_description(study, shock, language),
        sources=source_lines(study, BEFORE_AFTER, language),
    )
    return spaced_figure(made, language)


_LONG = ("bidders_lost",)
"""Measures whose label is too long for a phone."""


def trade_offs(
    study: Resilience, shock: str, zone: str = ALL_ZONES
) -> dict[tuple[str, str], ResilienceRow]:
    """Return the differences from current practice under a shock, by scenario and measure."""
    return {
        (row.scenario, row.measure): row
        for row in study.trade_off
        if row.shock == shock and row.zone == zone
    }


def loss_differences(study: Resilience, shock: str, language: Language) -> Figure | None:
    """Return the losses of each scenario less those of current practice, a panel a measure.

    None where current practice or any other scenario was not run.
    """
    against = trade_offs(study, shock)
    if not against:
        return None
    known = load_resilience_measures()
    panels: list[Panel] = []
    for key in dict.fromkeys(measure for _, measure in against):
        rows = [as_result(against[scenario.name, key]) for scenario, _ in others(study)]
        written = written_as(known[key], rows, language)
        dots = tuple(
            Dot(row.scenario, place, row)
            for row, (_, place) in zip(rows, others(study), strict=True)
        )
        short = words(f"short_{key}", language) if key in _LONG else ""
        panels.append(Panel(label_of(known[key], language), written, dots, short))
    option, height = dot_option(panels, language)
    notes = [] if few(study) else [words("differences_note", language)]
    made = Figure(
        key=f"loss_differences_{shock}",
        title=_title(study, shock, language),
        caption=caption(study, shock, language, *notes),
        option=option,
        columns=(
            Column("measure", words("measure", language)),
            Column("scenario", figure_words("scenario", language)),
            Column("unit", figure_words("unit", language)),
            Column("difference", figure_words("difference", language), decimals=2, signed=True),
            Column("low", figure_words("low", language), decimals=2, signed=True),
            Column("high", figure_words("high", language), decimals=2, signed=True),
        ),
        rows=tuple(
            (p.heading, d.name, p.written.unit, d.row.difference, d.row.low, d.row.high)
            for p in panels
            for d in p.dots
        ),
        description=_told(panels, language),
        sources=source_lines(study, [panel.dots[0].row.indicator for panel in panels], language),
        height=height,
    )
    return spaced_figure(made, language)


def _told(panels: Sequence[Panel], language: Language) -> str:
    lines = [
        figure_words(
            "line",
            language,
            label=panel.heading,
            scenario=dot.name,
            effect=effect(dot.row, panel.written),
        )
        for panel in panels
        for dot in panel.dots
    ]
    told = semicolon_in(language).join(lines)
    return words("differences_description", language, lines=told)


def _title(study: Resilience, shock: str, language: Language) -> str:
    """State which losses differ surely from those of current practice, scenario by scenario."""
    name = title_of_shock(study, shock, language)
    if few(study):
        return provisional_title(study, name, language)
    against = trade_offs(study, shock)
    if not against:
        return words("table_title_alone", language, shock=name)
    parts = [_part(against, scenario.name, language) for scenario, _ in others(study)]
    told = semicolon_in(language).join(parts)
    return words("table_title", language, shock=name, parts=told)


def _part(against: dict[tuple[str, str], ResilienceRow], scenario: str, language: Language) -> str:
    known = load_resilience_measures()
    sides: dict[str, list[str]] = {"down": [], "up": []}
    rows = [row for (name, _), row in against.items() if name == scenario]
    for row in rows:
        found = verdict(as_result(row))
        if found in ("up", "down"):
            sides[found].append(lowered(label_of(known[row.measure], language)))
    changes = [
        words(f"table_{side}", language, measures=", ".join(labels))
        for side, labels in sides.items()
        if labels
    ]
    nothing = all(row.low == row.high == 0.0 for row in rows)
    key = "table_none" if nothing else "table_zero"
    told = ", ".join(changes) or words(key, language)
    return words("table_part", language, scenario=quoted(scenario, language), told=told)


def _description(study: Resilience, shock: str, language: Language) -> str:
    parts: list[str] = []
    for scenario, _ in shown(study):
        row = study.row(scenario.name, shock, "jobs_lost_worst")
        lost = number(row.value, 0, language)
        parts.append(
            words("table_line", language, scenario=name_of(scenario.name, language), lost=lost)
        )
    return words("table_description", language, lines=semicolon_in(language).join(parts))
