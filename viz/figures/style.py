"""Parts of options that all figures share: text, axes, the look of scenarios."""

from __future__ import annotations

import math
from typing import Any

from viz.figures.figure import (
    BASELINE_COLOUR,
    SCENARIO_COLOURS,
    SCENARIO_DASHES,
    SCENARIO_SYMBOLS,
)

Option = dict[str, Any]

FONT = "Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
INK = "#1f1f1f"
QUIET = "#595959"
"""Text of axes: 7:1 on white."""
LINE = "#767676"
"""Zero lines and frames: 4.5:1 on white."""
FAINT = "#d9d9d9"
"""Guide lines that carry nothing."""
TEXT = 13
NARROW = 560
"""Width in pixels under which a chart is drawn for a phone."""


def base(**parts: Any) -> Option:
    """Return an option with what every chart has."""
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT, "fontSize": TEXT, "color": INK},
        **parts,
    }


def colour(position: int) -> str:
    """Return the colour of a scenario by its place, -1 for the baseline."""
    return BASELINE_COLOUR if position < 0 else SCENARIO_COLOURS[position % len(SCENARIO_COLOURS)]


def dash(position: int) -> Any:
    """Return the dash of a scenario by its place, -1 for the baseline."""
    return "solid" if position < 0 else SCENARIO_DASHES[position % len(SCENARIO_DASHES)]


def symbol(position: int) -> str:
    """Return the symbol of a scenario by its place, -1 for the baseline."""
    return "roundRect" if position < 0 else SCENARIO_SYMBOLS[position % len(SCENARIO_SYMBOLS)]


def axis_label(**parts: Any) -> Option:
    """Return the labels of an axis."""
    return {"color": QUIET, "fontSize": TEXT - 1, "fontFamily": FONT, **parts}


def value_axis(formatter: str, **parts: Any) -> Option:
    """Return an axis of numbers, written by a mark of `chart.js`."""
    return {
        "type": "value",
        "axisLabel": axis_label(formatter=formatter, hideOverlap=True),
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "splitLine": {"lineStyle": {"color": FAINT}},
        "splitNumber": 4,
        **parts,
    }


def round_step(low: float, high: float) -> float:
    """Return a step of 1, 2 or 5 times a power of ten that divides a span in four or so."""
    rough = (high - low) / 4.0 or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1.0, 2.0, 5.0, 10.0) if power * factor >= rough)


def round_axis(low: float, high: float, *, signed: bool = True, **parts: Any) -> Option:
    """Return an axis from a round number below ``low`` to one above ``high``."""
    step = round_step(low, high)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    ends = {
        "min": math.floor(low / step + 1e-9) * step,
        "max": math.ceil(high / step - 1e-9) * step,
        "interval": step,
    }
    mark = f"@number:{decimals}:signed" if signed else f"@number:{decimals}"
    return value_axis(mark, **ends, **parts)


def category_axis(names: list[str], **parts: Any) -> Option:
    """Return an axis of names."""
    return {
        "type": "category",
        "data": names,
        "axisLabel": axis_label(),
        "axisLine": {"lineStyle": {"color": LINE}},
        "axisTick": {"show": False},
        **parts,
    }
