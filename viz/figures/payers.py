"""Net public cost by payer, and what a net job costs where that can be said."""

from __future__ import annotations

from scenarios.compared import Comparison
from viz.figures.differences import difference_columns, difference_rows
from viz.figures.dots import Dot, Panel, dot_option
from viz.figures.figure import Figure
from viz.figures.sources import source_lines
from viz.figures.wording import (
    caption,
    effect,
    finding,
    is_provisional,
    label_of,
    measure_of_rows,
    spaced_figure,
    words,
)
from viz.numbers import number
from viz.texts import Language, colon_in, semicolon_in

PAYERS = (
    "public_cost_buyers",
    "public_cost_departement",
    "public_cost_state",
    "public_cost",
)


def payers(comparison: Comparison, language: Language) -> Figure:
    """Return the net cost of each payer under each scenario, cumulated over the horizon."""
    every = [comparison.row(s.name, key) for key in PAYERS for s in comparison.scenarios]
    written = measure_of_rows(every, language)
    panels = [
        Panel(
            label_of(key, language),
            written,
            tuple(
                Dot(scenario.name, place, comparison.row(scenario.name, key))
                for place, scenario in enumerate(comparison.scenarios)
            ),
        )
        for key in PAYERS
    ]
    option, height = dot_option(panels, language, shared_scale=True)
    notes = [] if is_provisional(comparison) else [words("dots_note", language)]
    colon, joint = colon_in(language), semicolon_in(language)
    told = [
        f"{panel.heading}, {dot.name}{colon}{effect(dot.row, written)}"
        for panel in panels
        for dot in panel.dots
    ]
    totals = [comparison.row(scenario.name, PAYERS[-1]) for scenario in comparison.scenarios]
    made = Figure(
        key="payers",
        title=finding(comparison, totals, language),
        caption=caption(comparison, language, *notes),
        option=option,
        columns=difference_columns(language),
        rows=difference_rows(comparison, panels),
        description=f"{joint.join(told)}.",
        sources=source_lines(comparison, PAYERS, language),
        why=(words("payers_why", language), *cost_lines(comparison, language)),
        height=height,
    )
    return spaced_figure(made, language)


def cost_lines(comparison: Comparison, language: Language) -> list[str]:
    """Say what one additional net FTE-year costs, or that it cannot be said."""
    lines: list[str] = []
    if is_provisional(comparison):
        return lines
    nothing = {s.name for s in comparison.scenarios if s.changes_nothing}
    for cost in comparison.costs:
        if cost.scenario in nothing:
            continue
        per_year = cost.public_cost_eur_per_net_fte_year
        if per_year is None:
            lines.append(words("payers_no_cost", language, scenario=cost.scenario))
        else:
            written = f"{number(round(per_year, -2), 0, language)}\u00a0€"
            lines.append(words("payers_cost", language, scenario=cost.scenario, cost=written))
    return lines
