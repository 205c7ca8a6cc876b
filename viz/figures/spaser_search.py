"""Lever sets that reach targets: what was found, the frontier of cost and reach, what blocks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from model.indicators import load_indicators
from model.procurement.levers import load_levers
from scenarios.spaser.register import load_categories, load_means
from viz.figures import style
from viz.figures.figure import SCENARIO_COLOURS, Cell, Column, Figure
from viz.figures.spaser import category_label, definitions, risk_words, words
from viz.figures.wording import label_of
from viz.numbers import lever_value, number, percent
from viz.texts import Language, semicolon_in

if TYPE_CHECKING:
    from scenarios.spaser.evaluator import SetResult
    from scenarios.spaser.goals import Goal
    from scenarios.spaser.lever_sets import LeverSet
    from scenarios.spaser.search import Found

_HEIGHT = 340


def goal_unit(goal: Goal, language: Language) -> str:
    """Return the unit of a target's value."""
    if goal.measure == "share":
        return "%"
    if goal.measure == "amount":
        return words(f"goal_unit_{goal.unit}", language)
    entry = load_indicators()[goal.key]
    return entry.unit_fr if language == "fr" else entry.unit


def goal_label(goal: Goal, language: Language) -> str:
    """Return what a target is about."""
    if goal.key not in load_categories():
        return label_of(goal.key, language)
    label = category_label(goal.key, language)
    return f"{label}, {words(f'unit_{goal.unit}', language)}"


def goal_words(goal: Goal, language: Language) -> str:
    """Write a target: "PME, en nombre de marchés ≥ 70 % en 2030"."""
    decimals = 0 if goal.value == int(goal.value) else 1
    return words(
        "goal",
        language,
        label=goal_label(goal, language),
        sign="≤" if goal.at_most else "≥",
        value=number(goal.value, decimals, language),
        unit=goal_unit(goal, language),
        date=goal.date,
    )


def set_words(moved: LeverSet, language: Language) -> str:
    """Write the levers of a set with their values; current practice for none."""
    if not len(moved):
        return words("set_none", language)
    levers, french = load_levers(), language == "fr"
    told = [
        f"{load_means()[key].label(french)} {lever_value(value, levers[key].unit, language)}"
        for key, value in _rounded(moved).items()
    ]
    return semicolon_in(language).join(told)


def _rounded(moved: LeverSet) -> dict[str, float]:
    """Return values with three significant digits, to be read."""
    return {key: float(f"{value:.3g}") for key, value in moved.values().items()}


def found_words(found: Found, language: Language) -> list[str]:
    """Return what a search found, in sentences: the finding, then what was looked at."""
    goals = semicolon_in(language).join(goal_words(g, language) for g in found.question.goals)
    base = _share(found.baseline, language)
    values: dict[str, object] = {
        "goals": goals,
        "wanted": percent(found.reach_wanted, language, 0),
        "base": base,
        "best": _share(found.best, language),
    }
    if found.chosen is not None and found.status == "found":
        values |= {
            "reach": _share(found.chosen, language),
            "levers": set_words(found.chosen.moved, language),
            "cost": _thousands(found.chosen.cost_eur, language),
            "public": _public(found.chosen, language),
        }
    lines = [words(f"search_{found.status.replace('-', '_')}", language, **values)]
    if found.status == "found" and found.chosen is not None:
        lines.append(words("search_cost", language, **values))
    for goal, risks in zip(found.question.goals, found.blocks, strict=False):
        binding = [risk for risk in risks if risk.binds]
        shown = [risk_words(risk, language) for risk in (binding or risks[:2])]
        key = "search_blocks" if binding else "search_no_block"
        told = semicolon_in(language).join(shown)
        lines.append(words(key, language, goal=goal_label(goal, language), blocks=told))
    key = "search_tried" if found.complete else "search_stopped"
    lines.append(
        words(key, language, tried=found.tried, runs=found.runs, pairs=found.question.pairs)
    )
    return lines


def _public(result: SetResult, language: Language) -> str:
    """Write net public cost with the interval of its mean; no number where zero is inside."""
    low, high = result.public_low_eur, result.public_high_eur
    if math.isnan(low) or low <= 0.0 <= high:
        return words("public_zero", language)
    ends = [_thousands(end, language, signed=True) for end in (low, high)]
    return words("public_between", language, low=ends[0], high=ends[1])


def _share(result: SetResult, language: Language) -> str:
    return percent(result.reach, language, 0)


def _thousands(value: float, language: Language, *, signed: bool = False) -> str:
    unit = "\u00a0k€" if language == "fr" else " k EUR"
    return number(value / 1e3, 0, language, signed=signed) + unit


def search_frontier(found: Found, language: Language) -> Figure:
    """Return the frontier: sets by cost, each reaching the targets more often than cheaper ones."""
    goals = found.question.goals
    columns = (
        Column("cost", words("front_cost", language), "k€", 0),
        Column("reach", words("front_reach", language), "%", 0),
        Column("public_low", words("front_public_low", language), "k€", 0, signed=True),
        Column("public_high", words("front_public_high", language), "k€", 0, signed=True),
        Column("levers", words("means", language)),
        *(
            Column(f"value_{k}", goal_label(goal, language), goal_unit(goal, language), 1)
            for k, goal in enumerate(goals)
        ),
    )
    lines = found_words(found, language)
    return Figure(
        key="spaser_frontier",
        title=lines[0],
        caption=words("front_caption", language, tried=found.tried, pairs=found.question.pairs),
        columns=columns,
        rows=tuple(_row(one, language) for one in found.frontier),
        description=_description(found, language),
        option=_option(found, language),
        why=tuple(lines[1:]),
        sources=definitions(language),
        height=_HEIGHT,
    )


def _row(one: SetResult, language: Language) -> tuple[Cell, ...]:
    return (
        one.cost_eur / 1e3,
        100.0 * one.reach,
        *(None if math.isnan(v) else v / 1e3 for v in (one.public_low_eur, one.public_high_eur)),
        set_words(one.moved, language),
        *(None if math.isnan(value) else value for value in one.values),
    )


def _description(found: Found, language: Language) -> str:
    told = [
        words(
            "front_point",
            language,
            cost=_thousands(one.cost_eur, language),
            reach=percent(one.reach, language, 0),
        )
        for one in found.frontier
    ]
    return words("front_description", language, points=semicolon_in(language).join(told))


def _points(found: Found, language: Language) -> tuple[list[list[float]], str]:
    """Return the points and what their first number is: cost, or effort where all cost the same."""
    costs = [one.cost_eur / 1e3 for one in found.frontier]
    reach = [100.0 * one.reach for one in found.frontier]
    if max(costs) - min(costs) >= 1.0:
        places, label = costs, f"{words('front_cost', language)} (k€)"
    else:
        places = [100.0 * one.moved.effort for one in found.frontier]
        label = words("front_effort", language)
    return [list(point) for point in zip(places, reach, strict=True)], label


def _option(found: Found, language: Language) -> style.Option:
    """Return points joined by steps, under the line of what is wanted."""
    points, label_of_x = _points(found, language)
    along = [place for place, _ in points]
    span = max(max(along) - min(along), 1.0)
    low, high = min([*along, 0.0]), max(along) + 0.06 * span
    wanted = 100.0 * found.reach_wanted
    label = words("front_wanted", language, wanted=percent(found.reach_wanted, language, 0))
    name = {"nameTextStyle": {"color": style.INK, "fontSize": style.TEXT - 1}}
    look: dict[str, Any] = {"color": SCENARIO_COLOURS[0], "borderColor": SCENARIO_COLOURS[0]}
    return style.base(
        grid={"left": 8, "right": 24, "top": 40, "bottom": 34, "containLabel": True},
        tooltip={"trigger": "item"},
        xAxis=style.round_axis(
            low,
            high,
            signed=False,
            name=label_of_x,
            nameLocation="middle",
            nameGap=30,
            **name,
        ),
        yAxis=style.value_axis(
            "@number:0",
            min=0,
            max=100,
            interval=20,
            name=words("front_reach", language) + " (%)",
            **(name | {"nameTextStyle": name["nameTextStyle"] | {"align": "left"}}),
        ),
        series=[
            {
                "type": "line",
                "id": "frontier",
                "step": "end",
                "data": points,
                "symbol": "circle",
                "symbolSize": 11,
                "lineStyle": {"color": SCENARIO_COLOURS[0], "width": 2},
                "itemStyle": look,
                "markLine": {
                    "silent": True,
                    "symbol": "none",
                    "data": [{"yAxis": wanted}],
                    "lineStyle": {"color": style.INK, "type": [6, 4], "width": 2},
                    "label": {
                        "formatter": label,
                        "position": "insideStartTop",
                        "color": style.INK,
                        "fontSize": style.TEXT,
                    },
                },
            }
        ],
    )


def search_levers(found: Found, language: Language) -> Figure | None:
    """Return the levers of the chosen set, each with its pilot and cost; None where none moves."""
    if found.chosen is None or not len(found.chosen.moved):
        return None
    levers, french = load_levers(), language == "fr"
    rows: list[tuple[Cell, ...]] = []
    for key, value in _rounded(found.chosen.moved).items():
        lever, means = levers[key], load_means()[key]
        rows.append(
            (
                means.label(french),
                lever_value(lever.current, lever.unit, language),
                lever_value(value, lever.unit, language),
                means.pilot(french),
                means.cost(french),
                words("scope_buyers" if "buyers" in lever.reach else "scope_all", language),
            )
        )
    keys = ("means", "today", "decided", "pilot", "cost", "scope")
    return Figure(
        key="spaser_levers",
        title=words("levers_title", language, cost=_thousands(found.chosen.cost_eur, language)),
        caption=words("levers_caption", language),
        columns=tuple(Column(key, words(key, language)) for key in keys),
        rows=tuple(rows),
        description=words("levers_description", language),
    )


def search_figures(found: Found, language: Language) -> Sequence[Figure]:
    """Return the figures of a search."""
    levers = search_levers(found, language)
    frontier = search_frontier(found, language)
    return (frontier,) if levers is None else (frontier, levers)
