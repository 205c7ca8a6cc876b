"""Répartition des effets: who surely gains or loses, and which jobs only moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from model.indicators import load_dimensions, load_indicators
from scenarios.compared import Comparison
from scenarios.gains import COSTS, WATCHED
from scenarios.results import ResultRow
from viz.figures.differences import changes_of, difference_columns, difference_rows, joined
from viz.figures.dots import Dot, Panel, dot_option
from viz.figures.figure import Column, Figure
from viz.figures.sources import source_lines
from viz.figures.wording import (
    Measure,
    between,
    caption,
    effect,
    is_provisional,
    label_of,
    lowered,
    measure,
    measure_of_rows,
    pairs_text,
    plain_relative,
    spaced_figure,
    verdict,
    verdict_text,
    words,
)
from viz.tables import group_label
from viz.texts import Language, colon_in, semicolon_in

MOVED = ("jobs_present", "jobs_difference_relocated", "jobs_outside_holders", "jobs_net")
"""Jobs of the territory, those that moved in, those of outside holders, and all together."""

_LEAST = {"FTE": 0.05, "EUR": 50_000.0, "EUR at base prices": 50_000.0}
"""Effects under it are in the chart and the table, not in the title."""


_MOST_NAMED = 5
"""More groups than that are counted in the title, and named in the chart and the table."""


def gains(
    comparison: Comparison,
    scenario: str,
    dimension: str,
    zones: Mapping[str, str],
    language: Language,
    indicator: str | None = None,
) -> Figure:
    """Return the effects on the groups of a dimension, those that are sure told apart.

    ``zones`` names EPCI by key; the first indicator watched for the dimension is shown by default.
    """
    key = indicator or WATCHED[dimension][0]
    entry = load_indicators()[key]
    found = {
        group: row
        for (name, group), row in comparison.rows_of(scenario, dimension).items()
        if name == key
    }
    rows = list(found.values())
    written = measure(entry, rows, language)
    place = [s.name for s in comparison.scenarios].index(scenario)
    names = {group: group_label(dimension, group, zones, language) for group in found}
    dots = tuple(Dot(names[group], place, row) for group, row in found.items())
    what: str = getattr(load_dimensions()[dimension], f"label_{language}")
    label = lowered(label_of(key, language))
    heading = words("gains_heading", language, dimension=what, indicator=label)
    panel = Panel(heading, written, dots, short=label_of(key, language))
    option, height = dot_option([panel], language, of_mean=True)
    notes = [words("gains_note", language)]
    if not is_provisional(comparison):
        notes.insert(0, words("dots_note_mean", language))
    made = Figure(
        key=f"gains_{scenario}_{dimension}_{key}",
        title=words(
            "gains_title",
            language,
            scenario=scenario,
            indicator=label,
            told=_told(comparison, found, names, key, language),
        ),
        caption=caption(comparison, language, *notes),
        option=option,
        columns=_columns(written, language),
        rows=tuple(
            (
                dot.name,
                *changes_of(dot.row, written),
                plain_relative(dot.row),
                verdict_text(dot.row, language, of_mean=True),
            )
            for dot in dots
        ),
        description=_description(panel, language),
        sources=source_lines(comparison, [key], language),
        height=height,
    )
    return spaced_figure(made, language)


def _told(
    comparison: Comparison,
    found: Mapping[str, ResultRow],
    names: Mapping[str, str],
    indicator: str,
    language: Language,
) -> str:
    """Name the groups that surely gain or lose, in their order."""
    if is_provisional(comparison):
        return words("gains_provisional", language, pairs=pairs_text(comparison, language))
    least = _LEAST.get(load_indicators()[indicator].unit, 0.0)
    sides: dict[str, list[str]] = {"up": [], "down": []}
    for group, row in found.items():
        side = verdict(row, of_mean=True)
        if side not in sides or abs(row.difference or 0.0) < least:
            continue
        if indicator in COSTS:
            side = "down" if side == "up" else "up"
        sides[side].append(lowered_name(names[group]))
    parts = [
        words(f"gains_{side}", language, groups=_named(groups, found, language))
        for side, groups in sides.items()
        if groups
    ]
    return semicolon_in(language).join(parts) or words("gains_nobody", language)


def _named(groups: Sequence[str], found: Mapping[str, ResultRow], language: Language) -> str:
    """Name some groups, or count them where they are many."""
    if len(groups) <= _MOST_NAMED:
        return joined(groups, language)
    is_zones = all(row.zone is not None for row in found.values())
    key = "many_zones" if is_zones else "many_groups"
    return words(key, language, n=len(groups), all=len(found))


def lowered_name(name: str) -> str:
    """Return a group's name within a sentence: names of places keep their capitals."""
    head = name.split(" ", 1)[0]
    return name if head in ("CA", "CC", "CU", "Zone", "État") or head.isupper() else lowered(name)


def _columns(written: Measure, language: Language) -> tuple[Column, ...]:
    names = ("difference", "low", "high", "mean_low", "mean_high")
    return (
        Column("group", words("group", language)),
        *(written.change_column(key, words(key, language)) for key in names),
        Column("relative", words("relative_heading", language), "%", 2, signed=True),
        Column("verdict", words("finding", language)),
    )


def _description(panel: Panel, language: Language) -> str:
    colon = colon_in(language)
    lines = [f"{dot.name}{colon}{effect(dot.row, panel.written)}" for dot in panel.dots]
    joint = semicolon_in(language)
    return f"{panel.heading}. {joint.join(lines)}."


def moved_jobs(comparison: Comparison, language: Language) -> Figure:
    """Return jobs of the territory, those moved from elsewhere, those of outside holders, net."""
    panels: list[Panel] = []
    every = [comparison.row(s.name, key) for key in MOVED for s in comparison.scenarios]
    written = measure_of_rows(every, language)
    for key in MOVED:
        rows = [comparison.row(scenario.name, key) for scenario in comparison.scenarios]
        dots = tuple(Dot(row.scenario, place, row) for place, row in enumerate(rows))
        panels.append(Panel(label_of(key, language), written, dots))
    option, height = dot_option(panels, language, shared_scale=True)
    notes = [] if is_provisional(comparison) else [words("dots_note", language)]
    made = Figure(
        key="moved_jobs",
        title=_moved_title(comparison, language),
        caption=caption(comparison, language, *notes),
        option=option,
        columns=difference_columns(language),
        rows=difference_rows(comparison, panels),
        description=" ".join(_description(panel, language) for panel in panels),
        sources=source_lines(comparison, MOVED, language),
        height=height,
    )
    return spaced_figure(made, language)


def _moved_title(comparison: Comparison, language: Language) -> str:
    if is_provisional(comparison):
        return words("moved_provisional", language, pairs=pairs_text(comparison, language))
    parts: list[str] = []
    unsure: list[str] = []
    keys = dict(zip(("inside", "outside", "net"), (MOVED[0], *MOVED[2:]), strict=True))
    for scenario in comparison.scenarios:
        rows = {name: comparison.row(scenario.name, key) for name, key in keys.items()}
        if all(verdict(row) not in ("up", "down") for row in rows.values()):
            unsure.append(words("quoted", language, name=scenario.name))
            continue
        told = {name: _moved_word(row, language) for name, row in rows.items()}
        parts.append(words("moved_part", language, scenario=scenario.name, **told))
    if unsure:
        parts.append(words("moved_nothing", language, scenarios=joined(unsure, language)))
    joint = semicolon_in(language)
    return words("moved_title", language, parts=joint.join(parts))


def _moved_word(row: ResultRow, language: Language) -> str:
    if verdict(row) in ("up", "down"):
        return between(row, measure_of_rows([row], language))
    return words("none" if verdict(row) == "none" else "moved_unsure", language)
