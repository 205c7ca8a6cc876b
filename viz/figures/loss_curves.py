"""What a shock takes month by month: jobs or output with it against without, by scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from scenarios.resilience import Resilience, ResilienceRow, load_resilience_measures
from scenarios.resilience.results import summary
from scenarios.statistics import number_or_none
from viz.figures import style
from viz.figures.courses import HEIGHT, Course, course_option
from viz.figures.figure import Cell, Column, Figure
from viz.figures.struck import (
    between,
    caption,
    felt,
    few,
    name_of,
    provisional_title,
    quoted,
    shown,
    source_lines,
    title_of_shock,
    words,
)
from viz.figures.wording import spaced_figure
from viz.figures.wording import words as figure_words
from viz.numbers import number
from viz.texts import Language, semicolon_in

Array = NDArray[np.float64]
Quantity = Literal["jobs", "output"]
As = Literal["share", "amount"]

_WATCHED = {"jobs": "jobs_present_fte", "output": "output_eur"}
_WORST = {"jobs": "jobs_lost_worst", "output": "output_trough"}
_MILLION = 1e6
_YEARS_TOLD = 18
"""Months from which on only years are named along the axis."""


def loss_curves(
    study: Resilience,
    shock: str,
    language: Language,
    quantity: Quantity = "jobs",
    shown_as: As = "share",
) -> Figure:
    """Return jobs or output with a shock against without, month by month, one line a scenario.

    Under five pairs there are points alone.

    Parameters
    ----------
    shown_as
        ``"share"`` of what is there without the shock, in %,
        or ``"amount"``: FTE, or M EUR a month.
    """
    courses, unit, decimals = _courses(study, shock, quantity, shown_as, language)
    months = [month_name(study, month) for month in range(study.months)]
    option = course_option(
        courses,
        month_axis(study, months),
        unit,
        decimals,
        signed=True,
        provisional=few(study),
    )
    _mark_shock(option, study.strike_of(shock), language)
    notes = [words("curves_note", language)]
    if not few(study):
        notes += [figure_words("band_note", language), words("felt_note", language)]
    made = Figure(
        key=f"loss_curves_{quantity}_{shown_as}_{shock}",
        title=_title(study, shock, quantity, language),
        caption=caption(study, shock, language, *notes),
        option=option,
        columns=_columns(unit, decimals, language),
        rows=_rows(courses, months),
        description=_description(study, shock, courses, months, (unit, decimals), language),
        sources=source_lines(study, [_WORST[quantity], "recovery_months"], language),
        height=HEIGHT,
    )
    return spaced_figure(made, language)


def month_name(study: Resilience, month: int) -> str:
    """Write a month of the scenario: "01/2030"."""
    year, first = (int(part) for part in study.start.split("-"))
    at = year * 12 + first - 1 + month
    return f"{at % 12 + 1:02d}/{at // 12}"


def month_axis(study: Resilience, months: Sequence[str]) -> style.Option:
    """Return an axis of months; years alone where there are many."""
    if len(months) <= _YEARS_TOLD:
        return style.category_axis([*months], boundaryGap=False)
    names = [name.split("/")[1] for name in months]
    # a year is named at its January
    first = (12 - int(study.start.split("-")[1]) + 1) % 12
    label = style.axis_label(interval=11, hideOverlap=True)
    made = style.category_axis(names, boundaryGap=False, axisLabel=label)
    return made if first == 0 else made | {"axisLabel": style.axis_label(interval="auto")}


def _courses(
    study: Resilience, shock: str, quantity: Quantity, shown_as: As, language: Language
) -> tuple[list[Course], str, int]:
    """Return the lines in the unit written, that unit and its decimals."""
    unit, scale = "%", 100.0
    if shown_as == "amount":
        euros = "M€" if language == "fr" else "€M"
        unit = words("fte", language) if quantity == "jobs" else euros
        scale = 1.0 if quantity == "jobs" else 1.0 / _MILLION
    found: list[Course] = []
    for scenario, position in shown(study):
        if shown_as == "share":
            values = study.curve(scenario.name, shock, _WATCHED[quantity]) - 1.0
        else:
            values = study.gap(scenario.name, shock, _WATCHED[quantity])
        mean, low, high = summary(scale * values, load_resilience_measures()["lasting_loss"])
        parts = ([number_or_none(v) for v in part] for part in (mean, low, high))
        found.append(Course(name_of(scenario.name, language), position, *parts))
    largest = max((abs(v) for c in found for v in c.means if v is not None), default=0.0)
    decimals = 0 if largest >= 100.0 else 1 if largest >= 10.0 else 2
    return found, unit, decimals


def _mark_shock(option: style.Option, month: int, language: Language) -> None:
    """Draw the month of the shock on the last line, beside its zero."""
    mark = cast("list[Any]", option["series"])[-1]["markLine"]
    mark["data"].append(
        {
            "xAxis": month,
            "lineStyle": {"color": style.INK, "type": "dashed", "width": 1.5},
            "label": {
                "show": True,
                "formatter": words("shock_mark", language),
                "position": "end",
                "color": style.INK,
                "fontSize": style.TEXT,
            },
        }
    )


def _title(study: Resilience, shock: str, quantity: Quantity, language: Language) -> str:
    name = title_of_shock(study, shock, language)
    if few(study):
        what = f"{name}, {words(f'curves_{quantity}', language).lower()}"
        return provisional_title(study, what, language)
    names = [one.name for one, _ in shown(study)]
    if quantity == "jobs" and len(names) == 1:
        return _title_of_one(study, names[0], shock, language)
    parts = [_part(study, one, shock, quantity, language) for one in names]
    key = "curves_title_many" if quantity == "jobs" else "output_title"
    return words(key, language, shock=name, parts=semicolon_in(language).join(parts))


def _title_of_one(study: Resilience, scenario: str, shock: str, language: Language) -> str:
    name = title_of_shock(study, shock, language)
    found = felt(study, scenario, shock)
    if found != "down":
        return words(f"curves_{found}", language, shock=name)
    lost = between(study.row(scenario, shock, "jobs_lost_worst"), language)
    regained = _regained(study.row(scenario, shock, "recovery_months"), language)
    return words("curves_title", language, shock=name, lost=lost, regained=regained)


def _part(
    study: Resilience, scenario: str, shock: str, quantity: Quantity, language: Language
) -> str:
    found = felt(study, scenario, shock, _WATCHED[quantity])
    values = {"scenario": quoted(scenario, language)}
    if found != "down":
        return words(f"curves_part_{found}", language, **values)
    values["lost"] = between(study.row(scenario, shock, _WORST[quantity]), language)
    if quantity == "output":
        return words("output_part", language, **values)
    back = study.row(scenario, shock, "recovery_months")
    values["regained"] = _regained(back, language, of_part=True)
    return words("curves_part", language, **values)


def _regained(row: ResilienceRow, language: Language, *, of_part: bool = False) -> str:
    """Say when 95 % of what is lost is back, or that it is not before the horizon ends."""
    if row.value is None:
        return words("part_never" if of_part else "regained_never", language)
    key = "part_regained" if of_part else "regained"
    return words(key, language, months=number(row.value, 0, language))


def _columns(unit: str, decimals: int, language: Language) -> tuple[Column, ...]:
    ends = {"mean": words("gap_share", language)}
    ends |= {key: figure_words(key, language) for key in ("low", "high")}
    return (
        Column("month", words("month", language)),
        Column("scenario", figure_words("scenario", language)),
        *(Column(key, label, unit, decimals + 1, signed=True) for key, label in ends.items()),
    )


def _rows(courses: Sequence[Course], months: Sequence[str]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (month, course.name, course.means[m], course.lows[m], course.highs[m])
        for course in courses
        for m, month in enumerate(months)
    )


def _description(
    study: Resilience,
    shock: str,
    courses: Sequence[Course],
    months: Sequence[str],
    written: tuple[str, int],
    language: Language,
) -> str:
    unit, decimals = written
    parts: list[str] = []
    for course in courses:
        means = [0.0 if v is None else v for v in course.means]
        at = int(np.argmin(means))
        values = {
            "worst": number(means[at], decimals, language, signed=True),
            "last": number(means[-1], decimals, language, signed=True),
            "month": months[at],
            "unit": unit,
        }
        parts.append(words("curves_course", language, scenario=course.name, **values))
    when = months[study.strike_of(shock)]
    told = semicolon_in(language).join(parts)
    name = title_of_shock(study, shock, language)
    return f"{name}. {words('curves_description', language, when=when, scenarios=told)}"
