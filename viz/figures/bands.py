"""Rows in units of a band of their own: where values lie against a published or prior range.

Every row is drawn in the same place from 0 to 1, the two ends of its band, whatever its unit;
beside it stand its numbers in words, so that nothing is read off the axis.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from viz.figures import style

LEAST, MOST = -1.0, 2.0
"""Farthest ends of the scale, in widths of the band; an arrow stands for what lies beyond."""

_NEAREST = 0.15
"""Room on either side of the band at least."""

_EDGE = 0.015
"""Part of the scale by which arrows and cut intervals stay off its ends."""

_APART = 0.32
"""Distance between the marks of a row, in heights of a row."""

_ROW = 30
_TALL_ROW = 46
_LONG_NAME = 30
_LONGEST_NAME = 40
_HEAD = 30
_FOOT = 12
_BAND = "#cfe3f2"


@dataclass(frozen=True, slots=True)
class Mark:
    """A value and its interval in widths of the band; ``position`` is its look among marks."""

    value: float
    low: float | None
    high: float | None
    position: int = 0
    filled: bool = True


@dataclass(frozen=True, slots=True)
class BandRow:
    """A row: its name, its marks, and its numbers in words, long and for a phone."""

    name: str
    marks: tuple[Mark, ...]
    told: str
    short: str


def band_option(rows: Sequence[BandRow], band: str) -> tuple[style.Option, int]:
    """Return the option of rows around their band, named ``band``, and its height in pixels."""
    longest = max(len(row.name) for row in rows)
    line = _TALL_ROW if longest > _LONG_NAME else _ROW
    room = min(290, 16 + 7 * longest)
    narrow_room = min(room, 122)
    height = line * len(rows)
    scale = _scale(rows)
    series: list[Any] = [
        _mark(row, mark, place, order, scale)
        for place, row in enumerate(rows)
        for order, mark in enumerate(row.marks)
    ]
    series.append(_band(band))
    right, narrow = _side([row.told for row in rows]), _side([row.short for row in rows])
    option = style.base(
        grid={"left": room, "right": right, "top": _HEAD, "height": height},
        xAxis={"type": "value", "min": scale[0], "max": scale[1], "show": False},
        yAxis=[
            _names([row.name for row in rows], room, "left"),
            _names([row.told for row in rows], right, "right"),
            # marks of one row stand one above the other, which names cannot say
            {"type": "value", "min": -0.5, "max": len(rows) - 0.5, "inverse": True, "show": False},
        ],
        series=series,
        tooltip={"trigger": "item"},
        media=[
            {
                "query": {"maxWidth": style.NARROW},
                "option": {
                    "grid": {"left": narrow_room, "right": narrow},
                    "yAxis": [
                        {
                            "axisLabel": {"width": narrow_room - 10},
                            "data": [_cut(row.name) for row in rows],
                        },
                        {"data": [row.short for row in rows]},
                        {},
                    ],
                },
            }
        ],
    )
    return option, _HEAD + height + _FOOT


def in_band(value: float, low: float, high: float) -> float:
    """Return where a value lies between the ends of a band: 0 at the low one, 1 at the high."""
    return (value - low) / (high - low)


def _cut(name: str) -> str:
    return textwrap.shorten(name, _LONGEST_NAME, placeholder="…")


def _side(told: Sequence[str]) -> int:
    """Return the room in pixels that words beside rows take."""
    return 18 + round(6.3 * max(len(words) for words in told))


def _names(names: list[str], room: int, side: str) -> style.Option:
    made = style.category_axis(
        names,
        inverse=True,
        axisLine={"show": False},
        splitLine={"show": side == "left", "lineStyle": {"color": style.FAINT, "width": 0.5}},
        position=side,
    )
    parts: dict[str, Any] = {"color": style.INK, "interval": 0}
    if side == "left":
        parts |= {"width": room - 10, "overflow": "break", "lineHeight": 14}
    made["axisLabel"] = style.axis_label(**parts)
    return made


def _scale(rows: Sequence[BandRow]) -> tuple[float, float]:
    """Return the ends of the scale: all that is drawn, as far as they may reach."""
    marks = [mark for row in rows for mark in row.marks]
    values = [v for mark in marks for v in (mark.value, mark.low, mark.high) if v is not None]
    low = min(-_NEAREST, *values) - 0.05
    high = max(1.0 + _NEAREST, *values) + 0.05
    return max(low, LEAST), min(high, MOST)


def _mark(
    row: BandRow, mark: Mark, place: int, order: int, scale: tuple[float, float]
) -> style.Option:
    """Return the dot of a mark with its interval; an arrow where it lies beyond the scale."""
    shade = style.colour(mark.position)
    y = place + _APART * (order - (len(row.marks) - 1) / 2.0)
    margin = _EDGE * (scale[1] - scale[0])

    def held(value: float) -> float:
        return min(max(value, scale[0] + margin), scale[1] - margin)

    beyond = mark.value < scale[0] or mark.value > scale[1]
    lines: list[Any] = []
    if mark.low is not None and mark.high is not None and held(mark.low) < held(mark.high):
        look = {"color": shade, "width": 3, "type": "solid", "cap": "butt"}
        ends = {"coord": [held(mark.low), y], "lineStyle": look}, {"coord": [held(mark.high), y]}
        lines.append(list(ends))
    return {
        "type": "scatter",
        "id": f"{place}-{order}",
        "name": row.name,
        "yAxisIndex": 2,
        "data": [[held(mark.value), y]],
        "symbol": "triangle" if beyond else style.symbol(mark.position),
        "symbolRotate": (90 if mark.value < scale[0] else -90) if beyond else 0,
        "symbolSize": 12 if len(row.marks) == 1 else 10,
        "itemStyle": {
            "color": shade if mark.filled else "#ffffff",
            "borderColor": shade,
            "borderWidth": 2,
            "opacity": 1,
        },
        "tooltip": {"formatter": f"{row.name} : {row.told}"},
        "z": 4,
        "markLine": {
            "silent": True,
            "symbol": "none",
            "label": {"show": False},
            "data": lines,
        },
    }


def _band(name: str) -> style.Option:
    """Return the band itself, its ends and its name on top."""
    edge = {"color": style.LINE, "width": 1.5, "type": "solid"}
    return {
        "type": "scatter",
        "id": "band",
        "data": [],
        "silent": True,
        "markArea": {
            "silent": True,
            "itemStyle": {"color": _BAND, "opacity": 0.75},
            "label": {
                "show": True,
                "position": "top",
                "color": style.INK,
                "fontSize": style.TEXT - 1,
                "formatter": name,
            },
            "data": [[{"xAxis": 0}, {"xAxis": 1}]],
        },
        "markLine": {
            "silent": True,
            "symbol": "none",
            "label": {"show": False},
            "data": [{"xAxis": 0, "lineStyle": edge}, {"xAxis": 1, "lineStyle": edge}],
        },
    }
