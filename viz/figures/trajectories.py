"""An indicator by quarter: levels, or differences from current practice, with bands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from model.indicators import load_indicators
from scenarios.compared import Comparison, TrajectoryPoint
from viz.figures import style
from viz.figures.courses import HEIGHT, MANY_DATES, Course, course_option
from viz.figures.figure import Cell, Column, Figure
from viz.figures.sources import source_lines
from viz.figures.wording import (
    Measure,
    caption,
    finding,
    is_provisional,
    label_of,
    measure,
    period,
    plain_relative,
    spaced_figure,
    words,
)
from viz.texts import Language, semicolon_in

DEFAULT_TRAJECTORIES = (
    "jobs_present",
    "insertion_hours",
    "local_share_territory_value",
    "sme_share_number",
    "purchasing_power",
    "public_cost",
)
"""Indicators shown unless others are asked for."""

Show = Literal["levels", "differences"]


def trajectories(
    comparison: Comparison, indicator: str, language: Language, show: Show = "differences"
) -> Figure:
    """Return an indicator of the territory by quarter, one line a scenario.

    Under five pairs there are points alone. An indicator whose level has no meaning is shown by
    its differences.
    """
    entry = load_indicators()[indicator]
    if entry.difference_only:
        show = "differences"
    points = {s.name: comparison.trajectory(s.name, indicator) for s in comparison.scenarios}
    rows = [point.row for of_scenario in points.values() for point in of_scenario]
    written = measure(entry, rows, language)
    courses = _courses(comparison, points, written, show, language)
    quarters = [quarter_name(p.label, language) for p in next(iter(points.values()))]
    note = [] if is_provisional(comparison) else [words("band_note", language)]
    if show == "levels" and not is_provisional(comparison):
        note.append(words("levels_note", language))
    if entry.kind == "flow":
        note.insert(0, words("flow_note", language))
    horizon = [comparison.row(s.name, indicator) for s in comparison.scenarios]
    made = Figure(
        key=f"{indicator}_{show}",
        title=finding(comparison, horizon, language),
        caption=caption(comparison, language, *note),
        option=course_option(
            courses,
            _quarter_axis(quarters),
            written.level_unit if show == "levels" else written.unit,
            written.decimals,
            signed=show == "differences",
            provisional=is_provisional(comparison),
        ),
        columns=_columns(written, language),
        rows=_rows(points, written, language),
        description=_description(comparison, indicator, courses, written, show, language),
        sources=source_lines(comparison, [indicator], language),
        height=HEIGHT,
    )
    return spaced_figure(made, language)


def quarter_name(label: str, language: Language) -> str:
    """Write a quarter: "2027-T1" as "T1 2027" or "Q1 2027"."""
    year, quarter = label.split("-")
    return f"{words('quarter', language, quarter=quarter[1:])} {year}"


def _courses(
    comparison: Comparison,
    points: dict[str, tuple[TrajectoryPoint, ...]],
    written: Measure,
    show: Show,
    language: Language,
) -> list[Course]:
    """Return the lines; levels begin with current practice."""
    found: list[Course] = []
    if show == "levels":
        first = next(iter(points.values()))
        name = words("baseline", language)
        found.append(
            _course(name, -1, first, written.level_scaled, "baseline_low", "baseline_high")
        )
    for position, scenario in enumerate(comparison.scenarios):
        of_scenario = points[scenario.name]
        if show == "levels":
            ends = written.level_scaled, "value_low", "value_high"
        else:
            ends = written.scaled, "low", "high"
        found.append(_course(scenario.name, position, of_scenario, *ends))
    return found


def _course(
    name: str,
    position: int,
    points: Sequence[TrajectoryPoint],
    scaled: Callable[[float | None], float | None],
    low: str,
    high: str,
) -> Course:
    mean = {"baseline_low": "baseline", "value_low": "value"}.get(low, "difference")
    holders = [point.row if low == "low" else point for point in points]
    return Course(
        name,
        position,
        [scaled(getattr(point.row, mean)) for point in points],
        [scaled(getattr(holder, low)) for holder in holders],
        [scaled(getattr(holder, high)) for holder in holders],
    )


def _quarter_axis(quarters: list[str]) -> style.Option:
    many = len(quarters) > MANY_DATES
    names = [name.split()[1] if many else name.replace(" ", "\n") for name in quarters]
    label = style.axis_label(hideOverlap=True, interval=3 if many else "auto", lineHeight=16)
    return style.category_axis(names, boundaryGap=False, axisLabel=label)


def _columns(written: Measure, language: Language) -> tuple[Column, ...]:
    return (
        Column("quarter", words("quarter_heading", language)),
        Column("scenario", words("scenario", language)),
        written.level_column("baseline", words("baseline", language)),
        written.level_column("value", words("with_scenario", language)),
        *(written.change_column(k, words(k, language)) for k in ("difference", "low", "high")),
        Column("relative", words("relative_heading", language), "%", 2, signed=True),
    )


def _rows(
    points: dict[str, tuple[TrajectoryPoint, ...]], written: Measure, language: Language
) -> tuple[tuple[Cell, ...], ...]:
    made: list[tuple[Cell, ...]] = []
    for scenario, of_scenario in points.items():
        for point in of_scenario:
            row = point.row
            levels = [written.level_scaled(v) for v in (row.baseline, row.value)]
            if load_indicators()[row.indicator].difference_only:
                levels = [None, None]
            changes = [written.scaled(v) for v in (row.difference, row.low, row.high)]
            quarter = quarter_name(point.label, language)
            made.append((quarter, scenario, *levels, *changes, plain_relative(row)))
    return tuple(made)


def _description(
    comparison: Comparison,
    indicator: str,
    courses: Sequence[Course],
    written: Measure,
    show: Show,
    language: Language,
) -> str:
    """Tell the ends of each line in words."""
    label = label_of(indicator, language)
    if show == "differences":
        label = words("difference_of", language, label=label)
    unit = written.unit if show == "differences" else written.level_unit
    write, scale = written.change, written.scale
    if show == "levels":
        write, scale = written.level, written.level_scale
    parts: list[str] = []
    for course in courses:
        ends = [None if v is None else v * scale for v in (course.means[0], course.means[-1])]
        values = {"first": write(ends[0]), "last": write(ends[1]), "unit": unit or label}
        parts.append(words("trajectory_course", language, scenario=course.name, **values))
    told = words(
        "trajectory_description",
        language,
        period=period(comparison, language),
        scenarios=semicolon_in(language).join(parts),
    )
    return f"{label}. {told}"
