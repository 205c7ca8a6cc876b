"""Lines over time, one a scenario, with bands: what all charts of courses share."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from viz.figures import style

HEIGHT, _TOP, _FOOT = 380, 34, 46
"""Pixels: the chart, what stands above its frame, and below it."""
_LABEL = 17
_PAIR = 2
"""Current practice and one scenario: the bands of more levels are drawn by their edges alone."""
MANY_DATES = 12
"""From so many on, only years are named along the axis."""


@dataclass(frozen=True, slots=True)
class Course:
    """One line: its name, place among scenarios, and mean and ends by date."""

    name: str
    position: int
    means: list[float | None]
    lows: list[float | None]
    highs: list[float | None]


def course_option(
    courses: Sequence[Course],
    dates: style.Option,
    unit: str,
    decimals: int,
    *,
    signed: bool,
    provisional: bool,
) -> style.Option:
    """Return the option of some lines along an axis of dates.

    Lines that are ``signed`` are differences: their bands are filled and zero is drawn. Those that
    are ``provisional`` are points alone.
    """
    mark = ":signed" if signed else ""
    series: list[Any] = []
    for course in courses:
        if not provisional:
            filled = signed or course.position < 0 or len(courses) == _PAIR
            series += _band(course, filled=filled)
        series.append(_line(course, provisional))
    if signed:
        series[-1]["markLine"] = _zero_line()
    axis = _value_axis(courses, unit, signed)
    for course, offset in zip(courses, _label_offsets(courses, axis), strict=True):
        line = next(entry for entry in series if entry["id"] == course.name)
        line["endLabel"]["offset"] = [0, offset]
    names = [course.name for course in courses]
    longest = max(len(name) for name in names)
    label_room = min(150, 16 + 8 * longest)
    return style.base(
        grid={"left": 8, "right": label_room, "top": _TOP, "bottom": 8, "containLabel": True},
        tooltip={"trigger": "item", "valueFormatter": f"@number:{decimals}{mark}"},
        legend={"show": False, "data": names, "textStyle": {"fontSize": style.TEXT}},
        xAxis=dates,
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


def _value_axis(courses: Sequence[Course], unit: str, signed: bool) -> style.Option:
    """Return the axis between round numbers, so that where lines end is known before drawing."""
    ends = [
        v for c in courses for part in (c.means, c.lows, c.highs) for v in part if v is not None
    ] or [0.0]
    if signed:
        ends.append(0.0)
    low, high = min(ends), max(ends)
    if high <= low:
        low, high = low - 1.0, high + 1.0
    name = {"align": "left", "color": style.QUIET, "fontSize": style.TEXT - 1}
    parts = {"name": unit, "nameTextStyle": name, "nameGap": 14}
    return style.round_axis(low, high, signed=signed, **parts)


def _label_offsets(courses: Sequence[Course], axis: style.Option) -> list[int]:
    """Return how far each end label moves, in pixels, for none to lie on another."""
    scale = (HEIGHT - _TOP - _FOOT) / (axis["max"] - axis["min"])
    places = [(axis["max"] - (course.means[-1] or 0.0)) * scale for course in courses]
    order = sorted(range(len(places)), key=lambda place: places[place])
    moved = list(places)
    for before, after in itertools.pairwise(order):
        moved[after] = max(moved[after], moved[before] + _LABEL)
    # half of what was pushed down is given back, so that a pair parts on both sides
    shift = sum(m - p for m, p in zip(moved, places, strict=True)) / len(places)
    return [round(m - p - shift) for m, p in zip(moved, places, strict=True)]


def _band(course: Course, *, filled: bool) -> list[Any]:
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


def _line(course: Course, provisional: bool) -> style.Option:
    shade = style.colour(course.position)
    return {
        "type": "line",
        "id": course.name,
        "name": course.name,
        "data": course.means,
        "symbol": style.symbol(course.position),
        "symbolSize": 9 if provisional else 7,
        "showAllSymbol": provisional or len(course.means) <= MANY_DATES,
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
