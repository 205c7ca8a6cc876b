"""Dots with two intervals, in panels one under the other: differences, payers, who gains.

A panel has its own scale unless all share one; beside each dot stands its number in words, so that
nothing is read off the axis alone.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scenarios.results import ResultRow
from viz.figures import style
from viz.figures.wording import Measure, interval, verdict
from viz.texts import Language

_ROW = 27
_TALL_ROW = 44
"""Height of a line whose name takes three lines on a phone."""
_LONG_NAME = 26
_LONGEST_NAME = 42
"""What three lines hold; the table has the whole name."""
_HEAD = 26
_FOOT = 30
_GAP = 8


@dataclass(frozen=True, slots=True)
class Dot:
    """One line of a panel: a name, its place among scenarios (look) and its row of results."""

    name: str
    position: int
    row: ResultRow


@dataclass(frozen=True, slots=True)
class Panel:
    """Some dots in one unit, under a heading; ``short`` is the heading on a phone if not empty."""

    heading: str
    written: Measure
    dots: tuple[Dot, ...]
    short: str = ""


def dot_option(
    panels: Sequence[Panel],
    language: Language,
    *,
    shared_scale: bool = False,
    of_mean: bool = False,
) -> tuple[style.Option, int]:
    """Return the option of the panels and its height in pixels.

    A dot is filled where its interval (of one simulation, or ``of_mean``) excludes zero.
    """
    ends = [_ends(panel) for panel in panels]
    if shared_scale:
        common = min(low for low, _ in ends), max(high for _, high in ends)
        ends = [common] * len(panels)
    names = [dot.name for panel in panels for dot in panel.dots]
    longest = max(len(name) for name in names)
    line_height = _TALL_ROW if longest > _LONG_NAME else _ROW
    room = min(250, 16 + 7 * longest)
    narrow_room = min(room, 118)
    beside = [_told(dot, panel.written) for panel in panels for dot in panel.dots]
    short = [_short(dot, panel.written) for panel in panels for dot in panel.dots]
    wide_side, narrow_side = _side(beside), _side(short)
    grids: list[Any] = []
    titles: list[Any] = []
    x_axes: list[Any] = []
    y_axes: list[Any] = []
    series: list[Any] = []
    top = 0
    for place, (panel, (low, high)) in enumerate(zip(panels, ends, strict=True)):
        height = line_height * len(panel.dots)
        last = place == len(panels) - 1
        titles.append(_heading(panel, top))
        grids.append({"left": room, "right": wide_side, "top": top + _HEAD, "height": height})
        show_scale = last or not shared_scale
        x_axes.append(_scale(panel, place, low, high, show_scale))
        y_axes += _sides(panel, place, room)
        series += _series(panel, place, of_mean)
        top += _HEAD + height + (_FOOT if show_scale else _GAP)
    narrow: dict[str, Any] = {
        "title": [{"text": _with_unit(panel.short or panel.heading, panel)} for panel in panels],
        "grid": [{"left": narrow_room, "right": narrow_side} for _ in panels],
        "yAxis": [
            part
            for panel in panels
            for part in (
                {
                    "axisLabel": {"width": narrow_room - 10},
                    "data": [_cut(dot.name) for dot in panel.dots],
                },
                {"data": [_short(dot, panel.written) for dot in panel.dots]},
            )
        ],
    }
    option = style.base(
        title=titles,
        grid=grids,
        xAxis=x_axes,
        yAxis=y_axes,
        series=series,
        tooltip={"trigger": "item"},
        media=[{"query": {"maxWidth": style.NARROW}, "option": narrow}],
    )
    return option, top + 4


def _side(told: Sequence[str]) -> int:
    """Return the room in pixels that numbers beside dots take."""
    return 18 + round(6.3 * max(len(words) for words in told))


def _ends(panel: Panel) -> tuple[float, float]:
    """Return the ends of a panel's scale: zero and all intervals are inside."""
    values = [0.0]
    for dot in panel.dots:
        row = dot.row
        found = (row.difference, row.low, row.high, row.mean_low, row.mean_high)
        values += [v for v in map(panel.written.scaled, found) if v is not None]
    low, high = min(values), max(values)
    margin = 0.02 * (high - low) or 1.0
    return low - margin, high + margin


def _heading(panel: Panel, top: int) -> style.Option:
    return {
        "text": _with_unit(panel.heading, panel),
        "left": 0,
        "top": top + 3,
        "padding": 0,
        "textStyle": {"fontSize": style.TEXT, "fontWeight": "bold", "color": style.INK},
    }


def _with_unit(heading: str, panel: Panel) -> str:
    return f"{heading} ({panel.written.unit})" if panel.written.unit else heading


def _scale(panel: Panel, place: int, low: float, high: float, shown: bool) -> style.Option:
    made = style.round_axis(low, high, gridIndex=place)
    made["axisLabel"] |= {"show": shown, "margin": 6}
    return made


def _sides(panel: Panel, place: int, room: int) -> list[Any]:
    """Return the names on the left and the numbers in words on the right."""
    common: dict[str, Any] = {
        "gridIndex": place,
        "inverse": True,
        "axisLine": {"show": False},
        "splitLine": {"show": False},
    }
    left = style.category_axis([dot.name for dot in panel.dots], **common)
    left["axisLabel"] = style.axis_label(
        color=style.INK, interval=0, width=room - 10, overflow="break", lineHeight=14
    )
    right = style.category_axis(
        [_told(dot, panel.written) for dot in panel.dots], **common, position="right"
    )
    right["axisLabel"] = style.axis_label(color=style.INK, interval=0)
    return [left, right]


def _cut(name: str) -> str:
    """Return a name that three lines of a phone hold."""
    return textwrap.shorten(name, _LONGEST_NAME, placeholder="…")


def _told(dot: Dot, written: Measure) -> str:
    row = dot.row
    if row.low is None:
        return written.change(row.difference)
    return f"{written.change(row.difference)}  {interval(row.low, row.high, written)}"


def _short(dot: Dot, written: Measure) -> str:
    """Return the interval alone where there is room for one thing only."""
    row = dot.row
    if row.low is None:
        return written.change(row.difference)
    return interval(row.low, row.high, written)


def _series(panel: Panel, place: int, of_mean: bool) -> list[Any]:
    made: list[Any] = []
    for line, dot in enumerate(panel.dots):
        shade = style.colour(dot.position)
        sure = verdict(dot.row, of_mean=of_mean) in ("up", "down")
        shape = style.symbol(dot.position)
        value = panel.written.scaled(dot.row.difference)
        made.append(
            {
                "type": "scatter",
                "id": f"{place}-{line}",
                "name": dot.name,
                "xAxisIndex": place,
                "yAxisIndex": 2 * place,
                "data": [] if value is None else [[value, line]],
                "symbol": shape,
                "symbolSize": 12,
                "itemStyle": {
                    "color": shade if sure else "#ffffff",
                    "borderColor": shade,
                    "borderWidth": 2,
                    "opacity": 1,
                },
                "tooltip": {"formatter": f"{dot.name} : {_told(dot, panel.written)}"},
                "z": 4,
                "markLine": _whiskers(panel, dot, line, first=line == 0),
            }
        )
    return made


def _whiskers(panel: Panel, dot: Dot, line: int, *, first: bool) -> style.Option:
    """Return the thin interval of one simulation, the thick one of the mean, and zero once."""
    row, shade = dot.row, style.colour(dot.position)
    data: list[Any] = []
    if first:
        zero = {"color": style.INK, "width": 1.5, "type": "solid"}
        data.append({"xAxis": 0, "lineStyle": zero})
    for low, high, width in ((row.low, row.high, 2), (row.mean_low, row.mean_high, 7)):
        ends = panel.written.scaled(low), panel.written.scaled(high)
        if ends[0] is None or ends[1] is None or dot.row.difference is None:
            continue
        look: style.Option = {"color": shade, "width": width, "type": "solid", "cap": "butt"}
        if width > 2:
            look["opacity"] = 0.55
        data.append([{"coord": [ends[0], line], "lineStyle": look}, {"coord": [ends[1], line]}])
    return {"silent": True, "symbol": "none", "label": {"show": False}, "data": data}
