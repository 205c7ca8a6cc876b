"""The chart of the table of a scheme: each category today, with the scenario, and its target."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from viz.figures import style
from viz.figures.figure import BASELINE_COLOUR, SCENARIO_COLOURS
from viz.numbers import number
from viz.texts import Language, words_of

if TYPE_CHECKING:
    from scenarios.spaser import SpaserRow

words = words_of("spaser")

_ROW = 40
_AROUND = 96
_LONGEST_NAME = 18


def chart_height(rows: Sequence[SpaserRow]) -> int:
    """Return the height of the chart in pixels."""
    return _ROW * len(rows) + _AROUND


def chart_option(
    rows: Sequence[SpaserRow], labels: Sequence[str], language: Language
) -> style.Option:
    """Return today, the range of the scenario and the target of categories in one year.

    Parameters
    ----------
    rows
        One a category; ``labels`` are their names.
    """
    highest = max((v for r in rows for v in (r.high, r.value, r.baseline) if v), default=1.0)
    names = ["\n".join(textwrap.wrap(label, _LONGEST_NAME)) for label in labels]
    grey, blue, red = BASELINE_COLOUR, SCENARIO_COLOURS[0], SCENARIO_COLOURS[1]
    arms = [
        [{"coord": [r.low, k]}, {"coord": [r.high, k]}]
        for k, r in enumerate(rows)
        if r.low is not None and r.high is not None
    ]
    today = _dots([r.baseline for r in rows], words("baseline", language), "rect", grey, language)
    after = _dots([r.value for r in rows], words("value", language), "circle", blue, language)
    after["markLine"] = {
        "silent": True,
        "symbol": "none",
        "label": {"show": False},
        "lineStyle": {"color": blue, "width": 4, "type": "solid", "opacity": 0.45},
        "data": arms,
    }
    target = _dots([r.target for r in rows], words("target", language), "triangle", red, language)
    target["symbolSize"] = 14
    return style.base(
        grid={"left": 8, "right": 24, "top": 40, "bottom": 34, "containLabel": True},
        legend={"show": True, "top": 0, "left": 0, "textStyle": {"fontSize": style.TEXT}},
        tooltip={"trigger": "item"},
        xAxis=style.round_axis(
            0.0,
            max(highest, 0.5),
            signed=False,
            name="%",
            nameLocation="middle",
            nameGap=28,
            nameTextStyle={"color": style.INK, "fontSize": style.TEXT},
        ),
        yAxis=style.category_axis(names, inverse=True),
        series=[today, after, target],
    )


def _dots(
    values: Sequence[float | None], name: str, symbol: str, colour: str, language: Language
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "id": name,
        "name": name,
        "symbol": symbol,
        "symbolSize": 11,
        "itemStyle": {"color": colour, "opacity": 1},
        "z": 4,
        "data": [
            {
                "value": [value, k],
                "tooltip": {"formatter": f"{name}\u00a0: {number(value, 1, language)} %"},
            }
            for k, value in enumerate(values)
            if value is not None
        ],
    }
