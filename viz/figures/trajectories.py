"""An indicator by quarter: levels, or differences from current practice, with bands."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from model.indicators import load_indicators
from scenarios.compared import Comparison, TrajectoryPoint
from viz.figures import style
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

_HEIGHT, _TOP, _FOOT = 380, 34, 46
"""Pixels: the chart, what stands above its frame, and below it."""
_LABEL = 17
_PAIR = 2
"""Current practice and one scenario: the bands of more levels are drawn by their edges alone."""
_MANY_QUARTERS = 12
"""From so many on, only years are named along the axis."""


@dataclass(frozen=True, slots=True)
class _Course:
    """One line: its name, place among scenarios, and mean and ends by quarter."""

    name: str
    position: int
    means: list[float | None]
    lows: list[float | None]
    highs: list[float | None]


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
        option=_option(comparison, courses, quarters, written, show),
        columns=_columns(written, language),
        rows=_rows(points, written, language),
        description=_description(comparison, indicator, courses, written, show, language),
        sources=source_lines(comparison, [indicator], language),
        height=_HEIGHT,
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
) -> list[_Course]:
    """Return the lines; levels begin with current practice."""
    found: list[_Course] = []
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
) -> _Course:
    mean = {"baseline_low": "baseline", "value_low": "value"}.get(low, "difference")
    holders = [point.row if low == "low" else point for point in points]
    return _Course(
        name,
        position,
        [scaled(getattr(point.row, mean)) for point in points],
        [scaled(getattr(holder, low)) for holder in holders],
        [scaled(getattr(holder, high)) for holder in holders],
    )


def _option(
    comparison: Comparison,
    courses: Sequence[_Course],
    quarters: list[str],
    written: Measure,
    show: Show,
) -> style.Option:
    provisional = is_provisional(comparison)
    signed = ":signed" if show == "differences" else ""
    unit = written.unit if show == "differences" else written.level_unit
    series: list[Any] = []
    for course in courses:
        if not provisional:
            filled = show == "differences" or course.position < 0 or len(courses) == _PAIR
            series += _band(course, filled=filled)
        series.append(_line(course, provisional))
    if show == "differences":
        series[-1]["markLine"] = _zero_line()
    axis = _value_axis(courses, unit, show)
    for course, offset in zip(courses, _label_offsets(courses, axis), strict=True):
        line = next(entry for entry in series if entry["id"] == course.name)
        line["endLabel"]["offset"] = [0, offset]
    names = [course.name for course in courses]
    longest = max(len(name) for name in names)
    label_room = min(150, 16 + 8 * longest)
    return style.base(
        grid={"left": 8, "right": label_room, "top": _TOP, "bottom": 8, "containLabel": True},
        tooltip={"trigger": "item", "valueFormatter": f"@number:{written.decimals}{signed}"},
        legend={"show": False, "data": names, "textStyle": {"fontSize": style.TEXT}},
        xAxis=_quarter_axis(quarters),
        yAxis=axis,
        series=series,
        media=[
            {
                "query": {"maxWidth": style.NARROW},
                "option": {
                    "grid": {"right": 22, "top": _TOP + 22 * _legend_lines(names)},
                    "legend": {"show": True, "top": 0, "left": 0, "itemWidth": 34},
                    "series": [
                        {"id": course.name, "endLabel": {"show": False}} for course in courses
                    ],
                },
            }
        ],
    )


def _legend_lines(names: Sequence[str]) -> int:
    """Return how many lines a legend takes on a phone, about."""
    return 1 + sum(7 * len(name) + 50 for name in names) // 320


def _value_axis(courses: Sequence[_Course], unit: str, show: Show) -> style.Option:
    """Return the axis between round numbers, so that where lines end is known before drawing."""
    ends = [
        v for c in courses for part in (c.means, c.lows, c.highs) for v in part if v is not None
    ] or [0.0]
    if show == "differences":
        ends.append(0.0)
    low, high = min(ends), max(ends)
    if high <= low:
        low, high = low - 1.0, high + 1.0
    name = {"align": "left", "color": style.QUIET, "fontSize": style.TEXT - 1}
    parts = {"name": unit, "nameTextStyle": name, "nameGap": 14}
    return style.round_axis(low, high, signed=show == "differences", **parts)


def _label_offsets(courses: Sequence[_Course], axis: style.Option) -> list[int]:
    """Return how far each end label moves, in pixels, for none to lie on another."""
    scale = (_HEIGHT - _TOP - _FOOT) / (axis["max"] - axis["min"])
    places = [(axis["max"] - (course.means[-1] or 0.0)) * scale for course in courses]
    order = sorted(range(len(places)), key=lambda place: places[place])
    moved = list(places)
    for before, after in itertools.pairwise(order):
        moved[after] = max(moved[after], moved[before] + _LABEL)
    # half of what was pushed down is given back, so that a pair parts on both sides
    shift = sum(m - p for m, p in zip(moved, places, strict=True)) / len(places)
    return [round(m - p - shift) for m, p in zip(moved, places, strict=True)]


def _quarter_axis(quarters: list[str]) -> style.Option:
    many = len(quarters) > _MANY_QUARTERS
    names = [name.split()[1] if many else name.replace(" ", "\n") for name in quarters]
    label = style.axis_label(hideOverlap=True, interval=3 if many else "auto", lineHeight=16)
    return style.category_axis(names, boundaryGap=False, axisLabel=label)


def _band(course: _Course, *, filled: bool) -> list[Any]:
    """Return the band as two stacked lines: its low end, unseen, and its width above it."""
    widths = [
        None if low is None or high is None else high - low
        for low, high in zip(course.lows, course.highs, strict=True)
    ]
    common: dict[str, Any] = {
        "type": "line",
        "stack": f"{course.name} band",
        "stackStrategy": "all",
        "symbol": "none",
        "silent": True,
        "tooltip": {"show": False},
        "z": 1,
    }
    edge = {"width": 1, "type": style.dash(course.position), "opacity": 0.7}
    edge["color"] = style.colour(course.position)
    fill = {"color": style.colour(course.position), "opacity": 0.13 if filled else 0.0}
    return [
        {**common, "id": f"{course.name} low", "data": course.lows, "lineStyle": edge},
        {
            **common,
            "id": f"{course.name} width",
            "data": widths,
            "lineStyle": edge,
            "areaStyle": fill,
        },
    ]


def _line(course: _Course, provisional: bool) -> style.Option:
    shade = style.colour(course.position)
    return {
        "type": "line",
        "id": course.name,
        "name": course.name,
        "data": course.means,
        "symbol": style.symbol(course.position),
        "symbolSize": 9 if provisional else 7,
        "showAllSymbol": provisional or len(course.means) <= _MANY_QUARTERS,
        "itemStyle": {"color": "#ffffff" if provisional else shade, "borderColor": shade}
        | ({"borderWidth": 2} if provisional else {}),
        "lineStyle": {
            "color": shade,
            "type": style.dash(course.position),
            "width": 0 if provisional else 3,
        },
        "endLabel": {
            "show": True,
            "formatter": "{a}",
            "color": shade,
            "fontSize": style.TEXT,
            "fontWeight": "bold",
            "width": 130,
            "overflow": "truncate",
        },
        "z": 3,
    }


def _zero_line() -> style.Option:
    return {
        "silent": True,
        "symbol": "none",
        "lineStyle": {"color": style.INK, "type": "solid", "width": 1.5},
        "label": {"show": False},
        "data": [{"yAxis": 0}],
    }


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
    courses: Sequence[_Course],
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
