"""A waterfall: parts of a difference one after the other, then their sum, with intervals."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.results import ResultRow
from viz.figures import style
from viz.figures.wording import Measure, interval

_UP, _DOWN, _SUM = style.colour(0), style.colour(1), style.colour(-1)
_WIDE, _NARROW = 170, 108


def _steps(rows: Sequence[ResultRow]) -> list[tuple[float, float]]:
    """Return where each bar starts and ends; the last one, the sum, starts at zero."""
    found: list[tuple[float, float]] = []
    reached = 0.0
    for row in rows[:-1]:
        value = row.difference or 0.0
        found.append((reached, reached + value))
        reached += value
    return [*found, (0.0, rows[-1].difference or 0.0)]


def waterfall_option(
    names: Sequence[str], rows: Sequence[ResultRow], written: Measure
) -> style.Option:
    """Return the option of a waterfall.

    Parameters
    ----------
    names, rows
        The parts, then their sum.
    """
    steps = _steps(rows)
    shades = [_DOWN if end < start else _UP for start, end in steps[:-1]] + [_SUM]
    bars = [
        {
            "value": abs(end - start),
            "itemStyle": _look(shade, end < start, provisional=rows[0].low is None),
        }
        for (start, end), shade in zip(steps, shades, strict=True)
    ]
    common = {"inverse": True, "splitLine": {"show": False}, "axisLine": {"show": False}}
    left = style.category_axis([*names], **common)
    label = {
        "color": style.INK,
        "interval": 0,
        "width": _WIDE,
        "overflow": "break",
        "lineHeight": 15,
    }
    left["axisLabel"] = style.axis_label(**label)
    right = style.category_axis(_told(rows, written), **common, position="right")
    right["axisLabel"] = style.axis_label(color=style.INK, interval=0)
    short = [
        written.change(row.difference) if row.low is None else interval(row.low, row.high, written)
        for row in rows
    ]
    bar = {"type": "bar", "stack": "terms", "stackStrategy": "all", "barWidth": 20}
    return style.base(
        aria={"enabled": True, "label": {"enabled": False}, "decal": {"show": True}},
        grid={"left": 4, "right": 4, "top": 8, "bottom": 4, "containLabel": True},
        tooltip={"show": False},
        xAxis=_scale(rows, steps),
        yAxis=[left, right],
        series=[
            {
                **bar,
                "id": "start",
                "silent": True,
                "itemStyle": {"color": "transparent", "decal": {"symbol": "none"}},
                "data": [min(start, end) for start, end in steps],
            },
            {
                **bar,
                "id": "terms",
                "data": bars,
                "markLine": _whiskers(rows, steps),
            },
        ],
        media=[
            {
                "query": {"maxWidth": style.NARROW},
                "option": {
                    "yAxis": [{"axisLabel": {"width": _NARROW}}, {"data": short}],
                },
            }
        ],
    )


def _scale(rows: Sequence[ResultRow], steps: Sequence[tuple[float, float]]) -> style.Option:
    """Return the axis: bars and intervals are whole inside, since ECharts drops cut lines."""
    ends = [0.0]
    for row, (start, end) in zip(rows, steps, strict=True):
        ends += [end, start + (row.low or 0.0), start + (row.high or 0.0)]
    return style.round_axis(min(ends), max(ends))


def _look(shade: str, falls: bool, *, provisional: bool) -> style.Option:
    """Return the look of a bar: outlined alone where nothing may be concluded yet."""
    if provisional:
        outline = {"borderColor": shade, "borderWidth": 2, "borderType": "dashed"}
        return {"color": "#ffffff", "decal": {"symbol": "none"}, **outline}
    return {"color": shade, "decal": _decal(falls)}


def _decal(falls: bool) -> style.Option:
    """Return the pattern of a term: falls are hatched, so that colour is not alone."""
    if not falls:
        return {"symbol": "none"}
    return {
        "symbol": "rect",
        "dashArrayX": [1, 0],
        "dashArrayY": [2, 4],
        "rotation": -0.785,
        "color": "rgba(255,255,255,0.65)",
    }


def _told(rows: Sequence[ResultRow], written: Measure) -> list[str]:
    if rows[0].low is None:
        return [written.change(row.difference) for row in rows]
    return [
        f"{written.change(row.difference)}  {interval(row.low, row.high, written)}" for row in rows
    ]


def _whiskers(rows: Sequence[ResultRow], steps: Sequence[tuple[float, float]]) -> style.Option:
    """Return the interval of each term, from where its bar starts; and zero."""
    zero = {"color": style.INK, "width": 1.5, "type": "solid"}
    data: list[object] = [{"xAxis": 0, "lineStyle": zero}]
    look = {"color": style.INK, "width": 2, "type": "solid"}
    for line, (row, (start, _)) in enumerate(zip(rows, steps, strict=True)):
        if row.low is None or row.high is None:
            continue
        ends = [{"coord": [start + end, line]} for end in (row.low, row.high)]
        data.append([{**ends[0], "lineStyle": look}, ends[1]])
    return {"silent": True, "symbol": "none", "label": {"show": False}, "data": data, "z": 5}
