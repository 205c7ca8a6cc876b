"""Before and after one change of a lever: both against current practice, and one on the other."""

from __future__ import annotations

from model.indicators import load_indicators
from model.procurement.levers import AWARD_WEIGHTS, Levers
from scenarios.compared import Comparison
from scenarios.results import ResultRow
from scenarios.schema import Scenario
from viz.figures.differences import changes_of, difference_columns, percent_of
from viz.figures.dots import Dot, Panel, dot_option
from viz.figures.figure import Figure
from viz.figures.guesses import workshop_words
from viz.figures.sources import source_lines
from viz.figures.wording import (
    Measure,
    between,
    caption,
    effect,
    is_provisional,
    label_of,
    measure,
    pairs_text,
    spaced_figure,
    verdict,
    words,
)
from viz.sentences import what_changes
from viz.texts import Language, colon_in, semicolon_in
from viz.workshop.narrow import narrowed, rebased


def replay(
    comparison: Comparison, before: str, after: str, indicator: str, language: Language
) -> Figure:
    """Return both scenarios against current practice; the title says what the change itself does.

    That is told of the differences between both, simulation by simulation.

    Raises
    ------
    KeyError
        One of them is not in the comparison.
    """
    both = narrowed(comparison, [before, after])
    change = rebased(comparison, before, after).row(after, indicator)
    rows = [both.row(name, indicator) for name in (before, after)]
    written = measure(load_indicators()[indicator], [*rows, change], language)
    names = [workshop_words(key, language) for key in ("before", "after")]
    dots = tuple(Dot(names[k], k, row) for k, row in enumerate(rows))
    label = label_of(indicator, language)
    panel = Panel(label, written, dots)
    option, height = dot_option([panel], language)
    notes = [] if is_provisional(comparison) else [words("dots_note", language)]
    joint, colon = semicolon_in(language), colon_in(language)
    told = [f"{dot.name} ({dot.row.scenario}){colon}{effect(dot.row, written)}" for dot in dots]
    lines = [(dot.name, dot.row, percent_of(both, dot.row)) for dot in dots]
    lines.append((workshop_words("change_itself", language), change, None))
    made = Figure(
        key=f"replay_{indicator}",
        title=_title(comparison, change, written, label, language),
        caption=caption(both, language, *notes),
        option=option,
        columns=difference_columns(language),
        rows=tuple(
            (label, name, written.unit, *changes_of(row, written), relative)
            for name, row, relative in lines
        ),
        description=f"{joint.join(told)}.",
        sources=source_lines(both, [indicator], language),
        height=height,
    )
    return spaced_figure(made, language)


def _title(
    comparison: Comparison, change: ResultRow, written: Measure, label: str, language: Language
) -> str:
    if is_provisional(comparison):
        return workshop_words(
            "replay_provisional", language, label=label, pairs=pairs_text(comparison, language)
        )
    found = verdict(change)
    if found in ("undefined", "none"):
        return workshop_words(f"replay_{found}", language, label=label)
    key = "replay_zero" if found == "zero" else "replay_found"
    return workshop_words(key, language, label=label, low_high=between(change, written))


def what_moved(before: Scenario, after: Scenario, language: Language) -> tuple[str, str]:
    """Say how the levers that moved stood before, and stand after; empty where none moved."""
    changed = [scenario.levers.as_changes() for scenario in (before, after)]
    keys = {
        key for key in {**changed[0], **changed[1]} if changed[0].get(key) != changed[1].get(key)
    }
    if not keys:
        return "", ""
    if keys & set(AWARD_WEIGHTS):
        # weights are told together, as they sum to one
        keys |= set(AWARD_WEIGHTS)
    told = [
        what_changes(Scenario("one", levers=Levers(courses)), language)
        if (courses := {key: course[key] for key in course if key in keys})
        else workshop_words("replay_current", language)
        for course in changed
    ]
    return told[0], told[1]
