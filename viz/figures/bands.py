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
"""Ends of the scale, in widths of the band; what lies beyond stands at the end as an arrow."""

_ROW = 30
_TALL_ROW = 46
_LONG_NAME = 30
_LONGEST_NAME = 46
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
    series: list[Any] = [
        part
        for place, row in enumerate(rows)
        for order, mark in enumerate(row.marks)
        for part in _mark(row, mark, place, order)
    ]
    series.append(_band(band))
    right, narrow = _side([row.told for row in rows]), _side([row.short for row in rows])
    option = style.base(
        grid={"left": room, "right": right, "top": _HEAD, "height": height},
        xAxis={"type": "value", "min": LEAST, "max": MOST, "show": False},
        yAxis=[
            _names([row.name for row in rows], room, "left"),
            _names([row.told for row in rows], right, "right"),
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


def _clipped(value: float) -> float:
    return min(max(value, LEAST + 0.04), MOST - 0.04)


def _mark(row: BandRow, mark: Mark, place: int, order: int) -> list[Any]:
    """Return the dot of a mark with its interval; an arrow where it lies beyond the scale."""
    shade = style.colour(mark.position)
    # several marks of a row stand one above the other
    offset = 0.0 if len(row.marks) == 1 else 9.0 * (order - (len(row.marks) - 1) / 2.0)
    beyond = mark.value < LEAST or mark.value > MOST
    lines: list[Any] = []
    if mark.low is not None and mark.high is not None:
        look = {"color": shade, "width": 3, "type": "solid", "cap": "butt"}
        ends = _clipped(mark.low), _clipped(mark.high)
        if ends[1] > ends[0]:
            lines.append(
                [
                    {"coord": [ends[0], place], "lineStyle": look},
                    {"coord": [ends[1], place]},
                ]
            )
    return [
        {
            "type": "scatter",
            "id": f"{place}-{order}",
            "name": row.name,
            "data": [[_clipped(mark.value), place]],
            "symbol": "triangle" if beyond else style.symbol(mark.position),
            "symbolRotate": (90 if mark.value < LEAST else -90) if beyond else 0,
            "symbolOffset": [0, offset],
            "symbolSize": 12,
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
    ]


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
