"""Guesses of tables against what was simulated: one line a table, the interval across all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from model.indicators import load_indicators
from scenarios.compared import Comparison
from scenarios.results import ResultRow
from viz.figures import style
from viz.figures.figure import Column, Figure
from viz.figures.sources import source_lines
from viz.figures.wording import (
    caption,
    finding,
    spaced_figure,
    words,
)
from viz.numbers import decimals_for, number
from viz.texts import Language, semicolon_in, words_of
from viz.workshop.guesses import Guess

_ROW = 30
_SCALE = 1e6
"""Amounts are asked in millions of euros."""


workshop_words = words_of("workshop")
"""Texts of the workshop."""


def asked_unit(indicator: str, language: Language) -> tuple[str, float]:
    """Return the unit in which an indicator's difference is asked, and its scale.

    It does not depend on results, so that it gives nothing away.
    """
    entry = load_indicators()[indicator]
    if entry.unit.startswith("EUR"):
        return ("M€" if language == "fr" else "€M"), _SCALE
    if entry.unit == "%":
        return words("points", language), 1.0
    if entry.unit in ("ratio", "index"):
        return "", 1.0
    return (entry.unit_fr if language == "fr" else entry.unit), 1.0


def guesses(
    comparison: Comparison, indicator: str, answers: Sequence[Guess], language: Language
) -> Figure:
    """Return the guesses on the one scenario of a comparison, with its mean and interval.

    Under five pairs the simulation is a hollow point, and nothing is said of who was near.
    """
    scenario = comparison.scenarios[0].name
    row = comparison.row(scenario, indicator)
    unit, scale = asked_unit(indicator, language)
    mean, low, high = (
        None if v is None else v / scale for v in (row.difference, row.low, row.high)
    )
    decimals = _decimals([mean, low, high], answers)
    simulated = workshop_words("simulated", language)
    hits = _hits(row, scale, answers, language)
    suffix = f"\u00a0{unit}" if unit else ""
    told = [
        f"{one.table} {_range(one.low, one.high, decimals, language)}{suffix}" for one in answers
    ]
    told.append(f"{simulated} {_range(low, high, decimals, language, mean)}{suffix}")
    joint = semicolon_in(language)
    change: dict[str, Any] = {"unit": unit, "decimals": decimals, "signed": True}
    made = Figure(
        key=f"guesses_{indicator}",
        title=finding(comparison, [row], language),
        caption=f"{hits} {caption(comparison, language)}".strip(),
        option=_option(answers, (mean, low, high), simulated, unit, decimals, language),
        columns=(
            Column("table", workshop_words("table", language)),
            Column("low", workshop_words("from", language), **change),
            Column("mean", words("difference", language), **change),
            Column("high", workshop_words("to", language), **change),
        ),
        rows=(
            *((one.table, one.low, None, one.high) for one in answers),
            (simulated, low, mean, high),
        ),
        description=f"{joint.join(told)}.",
        sources=source_lines(comparison, [indicator], language),
        why=(hits,) if hits else (),
        height=70 + _ROW * (len(answers) + 1),
    )
    return spaced_figure(made, language)


def _hits(row: ResultRow, scale: float, answers: Sequence[Guess], language: Language) -> str:
    """Say how many tables were near; nothing without an interval or a guess."""
    if row.low is None or row.high is None or row.difference is None or not answers:
        return ""
    low, high, mean = row.low / scale, row.high / scale, row.difference / scale
    near = sum(one.low <= high and one.high >= low for one in answers)
    around = sum(one.low <= mean <= one.high for one in answers)
    return workshop_words("hits", language, near=near, around=around, all=len(answers))


def _decimals(ends: Sequence[float | None], answers: Sequence[Guess]) -> int:
    values = [*ends, *(one.low for one in answers), *(one.high for one in answers)]
    return max(0, min(2, decimals_for(values)), min(2, decimals_for(list(ends)) - 1))


def _range(
    low: float | None,
    high: float | None,
    decimals: int,
    language: Language,
    mean: float | None = None,
) -> str:
    """Write a number or a range in the unit asked."""
    if low is None or high is None:
        return number(mean, decimals, language, signed=True)
    if low == high:
        return number(low, decimals, language, signed=True)
    ends = [number(end, decimals, language, signed=True) for end in (low, high)]
    if mean is None:
        return workshop_words("range", language, low=ends[0], high=ends[1])
    middle = number(mean, decimals, language, signed=True)
    return f"{middle}  [{ends[0]} ; {ends[1]}]"


def _option(
    answers: Sequence[Guess],
    simulation: tuple[float | None, float | None, float | None],
    simulated: str,
    unit: str,
    decimals: int,
    language: Language,
) -> style.Option:
    mean, low, high = simulation
    known = [v for v in simulation if v is not None]
    values = [0.0, *known, *(v for one in answers for v in (one.low, one.high))]
    margin = 0.04 * (max(values) - min(values)) or 1.0
    names = [*(one.table for one in answers), simulated]
    right = [_range(one.low, one.high, decimals, language) for one in answers]
    right.append(_range(low, high, decimals, language, mean))
    axis = {"inverse": True, "axisLine": {"show": False}}
    left_axis = style.category_axis(names, **axis)
    left_axis["axisLabel"] = style.axis_label(color=style.INK, interval=0, fontWeight="bold")
    right_axis = style.category_axis(right, **axis, position="right")
    right_axis["axisLabel"] = style.axis_label(color=style.INK, interval=0)
    scale = style.round_axis(min(values) - margin, max(values) + margin)
    scale |= {"name": unit, "nameLocation": "middle", "nameGap": 24}
    scale["nameTextStyle"] = {"color": style.QUIET, "fontSize": style.TEXT - 1}
    return style.base(
        grid={"left": 8, "right": 8, "top": 8, "bottom": 22, "containLabel": True},
        xAxis=scale,
        yAxis=[left_axis, right_axis],
        tooltip={"trigger": "item"},
        series=[
            _tables(answers),
            _simulation(simulation, len(answers)),
        ],
    )


def _tables(answers: Sequence[Guess]) -> style.Option:
    """Return the guesses: a dot where it is one number, a line where it is a range."""
    ranges: list[Any] = [
        [{"coord": [one.low, line]}, {"coord": [one.high, line]}]
        for line, one in enumerate(answers)
        if one.high > one.low
    ]
    shade = style.colour(-1)
    return {
        "type": "scatter",
        "id": "tables",
        "data": [[(one.low + one.high) / 2.0, line] for line, one in enumerate(answers)],
        "symbol": "circle",
        "symbolSize": 9,
        "itemStyle": {"color": shade, "opacity": 1},
        "z": 3,
        "markLine": {
            "silent": True,
            "symbol": "none",
            "label": {"show": False},
            "lineStyle": {"color": shade, "width": 4, "type": "solid"},
            "data": ranges,
        },
    }


def _simulation(
    simulation: tuple[float | None, float | None, float | None], line: int
) -> style.Option:
    """Return the simulation: its interval across all lines, its mean as a diamond."""
    mean, low, high = simulation
    shade = style.colour(0)
    sure = low is not None and high is not None
    made: dict[str, Any] = {
        "type": "scatter",
        "id": "simulation",
        "data": [] if mean is None else [[mean, line]],
        "symbol": "diamond",
        "symbolSize": 15,
        "itemStyle": {
            "color": shade if sure else "#ffffff",
            "borderColor": shade,
            "borderWidth": 2,
            "opacity": 1,
        },
        "z": 4,
    }
    lines: list[Any] = [{"xAxis": 0, "lineStyle": {"color": style.INK, "width": 1.5}}]
    if sure:
        made["markArea"] = {
            "silent": True,
            "itemStyle": {
                "color": shade,
                "opacity": 0.16,
                "borderColor": shade,
                "borderWidth": 1,
            },
            "data": [[{"xAxis": low}, {"xAxis": high}]],
        }
        lines.append(
            [
                {"coord": [low, line], "lineStyle": {"color": shade, "width": 4}},
                {"coord": [high, line]},
            ]
        )
    if mean is not None and sure:
        look = {"color": shade, "width": 2, "type": "dashed"}
        lines.append({"xAxis": mean, "lineStyle": look})
    made["markLine"] = {
        "silent": True,
        "symbol": "none",
        "label": {"show": False},
        "lineStyle": {"type": "solid"},
        "data": lines,
    }
    return made
