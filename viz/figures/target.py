"""A target drawn on a trajectory, and in how many simulations it is reached."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np

from model.indicators import load_indicators
from scenarios.compared import Comparison
from viz.figures import style
from viz.figures.figure import Figure
from viz.figures.guesses import asked_unit, workshop_words
from viz.figures.trajectories import Show, quarter_name, trajectories
from viz.figures.wording import (
    is_provisional,
    label_of,
    lowered,
    measure,
    pairs_text,
    spaced_figure,
)
from viz.numbers import decimals_for, number
from viz.texts import Language

SERIES = "target"
"""Id of the line of the target."""


def level_unit(indicator: str, language: Language) -> tuple[str, float]:
    """Return the unit in which a level is asked, and its scale."""
    unit, scale = asked_unit(indicator, language)
    return ("%" if load_indicators()[indicator].unit == "%" else unit), scale


def reached(comparison: Comparison, indicator: str, target: float, show: Show) -> tuple[int, int]:
    """Return in how many simulations the last quarter reaches a target, and of how many.

    Parameters
    ----------
    comparison
        Of one scenario.
    target
        In the indicator's own unit; at most it where less is better, else at least it (a fall
        where the target of a difference is negative and no direction is better).
    """
    place = list(load_indicators()).index(indicator)
    values = comparison.quarterly_values[:, 1, -1, place]
    if show == "differences":
        values = values - comparison.quarterly_values[:, 0, -1, place]
    values = values[np.isfinite(values)]
    met = values <= target if at_most(indicator, target, show) else values >= target
    return int(met.sum()), len(values)


def at_most(indicator: str, target: float, show: Show) -> bool:
    """Return whether a target is met from above."""
    direction = load_indicators()[indicator].direction
    if direction in ("up", "down"):
        return direction == "down"
    return show == "differences" and target < 0.0


def target_figure(
    comparison: Comparison, indicator: str, target: float, language: Language, show: Show
) -> Figure:
    """Return the trajectory of the one scenario of a comparison with a target, asked unit."""
    entry = load_indicators()[indicator]
    if entry.difference_only:
        show = "differences"
    unit, scale = (asked_unit if show == "differences" else level_unit)(indicator, language)
    figure = trajectories(comparison, indicator, language, show)
    name = comparison.scenarios[0].name
    points = comparison.trajectory(name, indicator)
    written = measure(entry, [point.row for point in points], language)
    drawn = target * scale / (written.scale if show == "differences" else written.level_scale)
    decimals = min(2, max(0, decimals_for([target]) - 1))
    signed = show == "differences"
    told = number(target, decimals, language, signed=signed) + (f"\u00a0{unit}" if unit else "")
    label = workshop_words("target_short", language, target=told)
    title = _title(comparison, indicator, target * scale, told, language, show)
    made = replace(
        figure,
        key=f"target_{indicator}",
        title=title,
        option=_with_line(figure, drawn, label, len(points)),
        description=f"{figure.description} {label}.",
        why=(title,),
    )
    return spaced_figure(made, language)


def _title(
    comparison: Comparison, indicator: str, target: float, told: str, language: Language, show: Show
) -> str:
    """Say in how many simulations the target is reached."""
    values: dict[str, object] = {
        "label": label_of(indicator, language),
        "inline": lowered(label_of(indicator, language)),
        "target": told,
        "scenario": comparison.scenarios[0].name,
    }
    if is_provisional(comparison):
        return workshop_words(
            "target_provisional", language, **values, pairs=pairs_text(comparison, language)
        )
    count, of = reached(comparison, indicator, target, show)
    label = comparison.trajectory(comparison.scenarios[0].name, indicator)[-1].label
    values |= {"quarter": quarter_name(label, language), "count": count, "all": of}
    if of == 0:
        return workshop_words("target_undefined", language, **values)
    key = "target_never" if count == 0 else "target_always" if count == of else "target_reached"
    return workshop_words(f"{key}_{show}", language, **values)


def _with_line(figure: Figure, target: float, label: str, quarters: int) -> style.Option:
    """Return the option with a straight line, which the axis makes room for."""
    option: dict[str, Any] = json.loads(figure.option_json())
    option["series"].append(
        {
            "type": "line",
            "id": SERIES,
            "name": label,
            "data": [target] * quarters,
            "symbol": "none",
            "silent": True,
            "lineStyle": {"color": style.INK, "type": [2, 4], "width": 3},
            "itemStyle": {"color": style.INK},
            "endLabel": {
                "show": True,
                "formatter": "{a}",
                "color": style.INK,
                "fontSize": style.TEXT,
                "fontWeight": "bold",
            },
            "labelLayout": {"moveOverlap": "shiftY"},
            "z": 4,
        }
    )
    grid = option["grid"]
    grid["right"] = max(grid["right"], min(200, 16 + 8 * len(label)))
    option["legend"]["data"].append(label)
    for part in option.get("media", []):
        part["option"]["series"].append({"id": SERIES, "endLabel": {"show": False}})
    return option
