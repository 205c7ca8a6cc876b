"""What a scenario adds in calm times against what it saves under a shock: a cross a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scenarios.resilience import Resilience
from viz.figures import style
from viz.figures.figure import Cell, Column, Figure
from viz.figures.loss_table import trade_offs
from viz.figures.struck import (
    caption,
    few,
    others,
    provisional_title,
    quoted,
    sorted_ends,
    source_lines,
    title_of_shock,
    words,
)
from viz.figures.wording import spaced_figure
from viz.figures.wording import words as figure_words
from viz.numbers import ABSENT, number
from viz.texts import Language, semicolon_in

_HEIGHT = 420


@dataclass(frozen=True, slots=True)
class _Part:
    """A number with its interval."""

    value: float | None
    low: float | None
    high: float | None

    @property
    def sign(self) -> int:
        """1 or -1 where the interval lies above or below zero, else 0."""
        if self.low is None or self.high is None or self.low <= 0.0 <= self.high:
            return 0
        return 1 if self.low > 0.0 else -1

    def told(self, language: Language) -> str:
        if self.value is None:
            return ABSENT
        middle = number(self.value, 0, language, signed=True)
        if self.low is None or self.high is None:
            return middle
        ends = [number(end, 0, language, signed=True) for end in (self.low, self.high)]
        return f"{middle} [{ends[0]}\u00a0;\u00a0{ends[1]}]"


@dataclass(frozen=True, slots=True)
class _Cross:
    """One scenario: jobs gained without any shock (FTE), loss avoided under it (FTE-years)."""

    scenario: str
    position: int
    gained: _Part
    avoided: _Part


def trade_off(study: Resilience, shock: str, language: Language) -> Figure | None:
    """Return jobs gained without any shock against loss avoided under one, a point a scenario.

    None where current practice or any other scenario was not run.
    """
    crosses = _crosses(study, shock)
    if not crosses:
        return None
    x_label, y_label = words("gained_axis", language), words("avoided_axis", language)
    gained, avoided = words("fte", language), words("fte_years", language)
    ends = (("", "mean"), ("_low", "low"), ("_high", "high"))
    notes = [] if few(study) else [words("cross_note", language)]
    made = Figure(
        key=f"trade_off_{shock}",
        title=_title(study, crosses, shock, language),
        caption=caption(study, shock, language, *notes),
        option=_option(crosses, f"{x_label} ({gained})", f"{y_label} ({avoided})", language),
        columns=(
            Column("scenario", figure_words("scenario", language)),
            *(_column(f"gained{end}", x_label, key, gained, language) for end, key in ends),
            *(_column(f"avoided{end}", y_label, key, avoided, language) for end, key in ends),
            Column("verdict", figure_words("finding", language)),
        ),
        rows=tuple(_row(study, cross, language) for cross in crosses),
        description=words(
            "cross_description",
            language,
            lines=semicolon_in(language).join(
                words(
                    "cross_line",
                    language,
                    scenario=cross.scenario,
                    gained=cross.gained.told(language),
                    avoided=cross.avoided.told(language),
                )
                for cross in crosses
            ),
        ),
        sources=(
            words("source_gained", language),
            *source_lines(study, ["loss_area"], language),
        ),
        height=_HEIGHT,
    )
    return spaced_figure(made, language)


def _crosses(study: Resilience, shock: str) -> list[_Cross]:
    against = trade_offs(study, shock)
    found: list[_Cross] = []
    for scenario, position in others(study):
        lost = against[scenario.name, "loss_area"]
        low, high = sorted_ends(lost.low, lost.high, -1.0)
        avoided = _Part(None if lost.value is None else -lost.value, low, high)
        gained = _Part(*study.jobs_gained(scenario.name))
        found.append(_Cross(scenario.name, position, gained, avoided))
    return found


def _column(key: str, label: str, of: str, unit: str, language: Language) -> Column:
    name = label if of == "mean" else f"{label}, {figure_words(of, language).lower()}"
    return Column(key, name, unit, 0, signed=True)


def _row(study: Resilience, cross: _Cross, language: Language) -> tuple[Cell, ...]:
    numbers = (
        *(cross.gained.value, cross.gained.low, cross.gained.high),
        *(cross.avoided.value, cross.avoided.low, cross.avoided.high),
    )
    told = ABSENT if few(study) else _conclusion(cross, language)
    return (cross.scenario, *numbers, told)


_CONCLUSIONS = {
    (1, 1): "both_up",
    (1, 0): "gains_only",
    (1, -1): "gains_exposed",
    (0, 1): "saves_only",
    (0, 0): "nothing",
    (0, -1): "exposed_only",
    (-1, 1): "costs_saves",
    (-1, 0): "costs_only",
    (-1, -1): "both_down",
}
"""Text by the signs of jobs gained and of loss avoided."""


def _conclusion(cross: _Cross, language: Language) -> str:
    nothing = all((p.value, p.low, p.high) == (0.0,) * 3 for p in (cross.gained, cross.avoided))
    if nothing:
        return words("cross_same", language)
    return words(f"cross_{_CONCLUSIONS[cross.gained.sign, cross.avoided.sign]}", language)


def _title(study: Resilience, crosses: list[_Cross], shock: str, language: Language) -> str:
    name = title_of_shock(study, shock, language)
    if few(study):
        return provisional_title(study, f"{words('cross_what', language)}, {name}", language)
    parts = [
        words(
            "table_part",
            language,
            scenario=quoted(cross.scenario, language),
            told=_conclusion(cross, language),
        )
        for cross in crosses
    ]
    return words("table_title", language, shock=name, parts=semicolon_in(language).join(parts))


_LINE = 25
"""Height of a line of the legend, px."""


def _option(crosses: list[_Cross], x_label: str, y_label: str, language: Language) -> style.Option:
    x_values, y_values = _extent([c.gained for c in crosses]), _extent([c.avoided for c in crosses])
    above: dict[str, Any] = {
        "axisLine": {"show": False, "onZero": False},
        "nameGap": 14,
        "nameTextStyle": {"color": style.INK, "fontSize": style.TEXT - 1, "align": "left"},
    }
    below: dict[str, Any] = {
        "axisLine": {"show": False, "onZero": False},
        "nameLocation": "middle",
        "nameGap": 30,
        "nameTextStyle": {"color": style.INK, "fontSize": style.TEXT - 1},
    }
    series = [_cross_series(cross, language) for cross in crosses]
    zero = {"color": style.INK, "width": 1.5, "type": "solid"}
    series[0]["markLine"]["data"] += [
        {"xAxis": 0, "lineStyle": zero},
        {"yAxis": 0, "lineStyle": zero},
    ]
    return style.base(
        grid={"left": 8, "right": 24, "top": 36 + _LINE, "bottom": 34, "containLabel": True},
        # names beside crosses that lie close together would stand on one another
        legend={"show": True, "top": 0, "left": 0, "textStyle": {"fontSize": style.TEXT}},
        tooltip={"trigger": "item"},
        xAxis=style.round_axis(*x_values, name=x_label, **below),
        yAxis=style.round_axis(*y_values, name=y_label, **above),
        series=series,
        media=[
            {
                "query": {"maxWidth": style.NARROW},
                # one line each
                "option": {"grid": {"top": 36 + _LINE * len(crosses)}},
            }
        ],
    )


def _extent(parts: list[_Part]) -> tuple[float, float]:
    """Return ends of an axis with zero and all intervals inside."""
    values = [0.0] + [v for p in parts for v in (p.value, p.low, p.high) if v is not None]
    low, high = min(values), max(values)
    margin = 0.04 * (high - low) or 1.0
    return low - margin, high + margin


def _cross_series(cross: _Cross, language: Language) -> dict[str, Any]:
    shade = style.colour(cross.position)
    x, y = cross.gained, cross.avoided
    look = {"color": shade, "width": 2, "type": "solid", "cap": "butt"}
    arms: list[Any] = []
    for low, high in (((x.low, y.value), (x.high, y.value)), ((x.value, y.low), (x.value, y.high))):
        if None not in (*low, *high):
            arms.append([{"coord": [*low], "lineStyle": look}, {"coord": [*high]}])
    sure = x.sign != 0 and y.sign != 0
    told = words(
        "cross_line",
        language,
        scenario=cross.scenario,
        gained=x.told(language),
        avoided=y.told(language),
    )
    return {
        "type": "scatter",
        "id": cross.scenario,
        "name": cross.scenario,
        "data": [] if x.value is None or y.value is None else [[x.value, y.value]],
        "symbol": style.symbol(cross.position),
        "symbolSize": 13,
        "itemStyle": {
            "color": shade if sure else "#ffffff",
            "borderColor": shade,
            "borderWidth": 2,
            "opacity": 1,
        },
        "tooltip": {"formatter": told},
        "z": 4,
        "markLine": {"silent": True, "symbol": "none", "label": {"show": False}, "data": arms},
    }
