"""Differences of all simulations of one indicator: a stack of dots, and exact values below."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.compared import Comparison
from viz.figures import style
from viz.figures.figure import Column, Figure
from viz.figures.sources import source_lines
from viz.figures.wording import (
    Measure,
    caption,
    finding,
    is_provisional,
    measure_of_rows,
    spaced_figure,
    words,
)
from viz.texts import Language

Array = NDArray[np.float64]

_STACKS = 28
"""Stacks side by side across the range, at most about."""


def distribution(comparison: Comparison, indicator: str, language: Language) -> Figure:
    """Return the paired differences of one indicator, a panel a scenario."""
    rows = [comparison.row(scenario.name, indicator) for scenario in comparison.scenarios]
    written = measure_of_rows(rows, language)
    values = {
        s.name: comparison.pair_differences(s.name, indicator) / written.scale
        for s in comparison.scenarios
    }
    option, height = _option(values, written)
    title = finding(comparison, rows, language)
    known = [v[np.isfinite(v)] for v in values.values()]
    if len(rows) == 1 and not is_provisional(comparison):
        counts = {"positive": int((known[0] > 0.0).sum()), "all": len(known[0])}
        title = words("distribution_title", language, finding=title, **counts)
    made = Figure(
        key=f"{indicator}_distribution",
        title=title,
        caption=caption(comparison, language, words("distribution_note", language)),
        option=option,
        columns=(
            Column("seed", words("seed", language), decimals=0),
            *(written.change_column(name, name, 1) for name in values),
        ),
        rows=tuple(
            (
                str(comparison.seed + pair),
                *(
                    float(of_scenario[pair]) if math.isfinite(of_scenario[pair]) else None
                    for of_scenario in values.values()
                ),
            )
            for pair in range(comparison.pairs)
        ),
        description=_description(values, written, language),
        sources=source_lines(comparison, [indicator], language),
        height=height,
    )
    return spaced_figure(made, language)


def stacked(values: Array, step: float) -> list[tuple[float, int]]:
    """Return a place (abscissa, height in its stack) for each value, in increasing order.

    Values within ``step`` of the first of a stack join it, at their mean, so that a value alone
    stands at its own place. Wilkinson (1999), Dot plots, The American Statistician 53.
    """
    stacks: list[list[float]] = []
    for value in np.sort(values).tolist():
        if stacks and value - stacks[-1][0] < step:
            stacks[-1].append(value)
        else:
            stacks.append([value])
    return [
        (sum(stack) / len(stack), height) for stack in stacks for height in range(1, len(stack) + 1)
    ]


def _option(values: dict[str, Array], written: Measure) -> tuple[style.Option, int]:
    known = {name: v[np.isfinite(v)] for name, v in values.items()}
    every = np.concatenate([*known.values(), np.zeros(1)])
    low, high = float(every.min()), float(every.max())
    if high <= low:
        low, high = low - 1.0, high + 1.0
    step = style.round_step(low, high) * 4.0 / _STACKS
    stacks = {name: stacked(v, step) for name, v in known.items()}
    tallest = max((height for places in stacks.values() for _, height in places), default=1)
    panel = max(90, min(220, 14 * tallest + 24))
    grids: list[Any] = []
    titles: list[Any] = []
    axes: list[Any] = []
    sides: list[Any] = []
    series: list[Any] = []
    top = 0
    for place, (name, places) in enumerate(stacks.items()):
        titles.append(
            {
                "text": f"{name} ({written.unit})" if written.unit else name,
                "left": 0,
                "top": top + 3,
                "padding": 0,
                "textStyle": {"fontSize": style.TEXT, "color": style.colour(place)},
            }
        )
        grids.append({"left": 22, "right": 22, "top": top + 40, "height": panel})
        axes.append(style.round_axis(low, high, gridIndex=place))
        sides.append(
            {"type": "value", "gridIndex": place, "show": False, "min": -0.6, "max": tallest + 0.7}
        )
        space = panel / (tallest + 1.3)
        series += _series(name, place, places, known[name], written, space, (low, high))
        top += 40 + panel + 30
    option = style.base(
        title=titles, grid=grids, xAxis=axes, yAxis=sides, series=series, tooltip={"show": False}
    )
    return option, top


def _series(
    name: str,
    place: int,
    places: list[tuple[float, int]],
    values: Array,
    written: Measure,
    room: float,
    bounds: tuple[float, float],
) -> list[Any]:
    """Return the stacked dots, the ticks of exact values, zero and the mean."""
    shade = style.colour(place)
    common: dict[str, Any] = {
        "type": "scatter",
        "xAxisIndex": place,
        "yAxisIndex": place,
        "silent": True,
    }
    mean = float(values.mean()) if len(values) else 0.0
    middle = 0.5 * (bounds[0] + bounds[1])
    value = written.change(mean * written.scale)
    lines = [
        {"xAxis": 0, "lineStyle": {"color": style.INK, "width": 1.5}, "label": {"show": False}},
        {
            "xAxis": mean,
            "lineStyle": {"color": shade, "width": 4},
            "label": {
                "formatter": words("mean", written.language, value=value),
                # towards the middle: at an end of the axis it would leave the chart
                "align": "right" if mean > middle else "left",
                "color": shade,
                "fontSize": style.TEXT,
                "fontWeight": "bold",
            },
        },
    ]
    return [
        {
            **common,
            "id": f"dots {name}",
            "name": name,
            "data": [list(p) for p in places],
            "symbol": style.symbol(place),
            "symbolSize": max(4.0, min(13.0, room - 2.0)),
            "itemStyle": {"color": shade, "opacity": 0.85},
            "markLine": {
                "silent": True,
                "symbol": "none",
                "lineStyle": {"type": "solid"},
                "data": lines,
            },
        },
        {
            **common,
            "id": f"ticks {name}",
            "data": [[float(v), -0.3] for v in values],
            "symbol": "rect",
            "symbolSize": [1.5, 10],
            "itemStyle": {"color": style.INK, "opacity": 0.8},
        },
    ]


def _description(values: dict[str, Array], written: Measure, language: Language) -> str:
    parts: list[str] = []
    for name, of_scenario in values.items():
        known = of_scenario[np.isfinite(of_scenario)] * written.scale
        if len(known) == 0:
            continue
        told = words(
            "distribution_description",
            language,
            n=len(known),
            low=written.change(float(known.min())),
            high=written.change(float(known.max())),
            mean=written.change(float(known.mean())),
            unit=written.suffix,
        )
        quoted = words("quoted", language, name=name)
        parts.append(f"{quoted}{' : ' if language == 'fr' else ': '}{told}")
    return " ".join(parts)
