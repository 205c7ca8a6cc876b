"""What edited hypotheses change: each effect with the register, and with the edited values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from model.indicators import load_indicators
from scenarios.compared import Comparison
from scenarios.results import ALL_ZONES, ResultRow
from scenarios.statistics import paired_statistics
from viz.figures.dots import Dot, Panel, dot_option
from viz.figures.figure import Cell, Column, Figure
from viz.figures.sources import source_lines
from viz.figures.wording import (
    caption,
    interval,
    is_provisional,
    label_of,
    measure,
    spaced_figure,
    verdict,
    words,
)
from viz.sentences import edited_words
from viz.texts import Language, colon_in, semicolon_in, words_of

HEADLINE = "jobs_present"


_words = words_of("research")


def first_pairs(comparison: Comparison, pairs: int) -> Comparison:
    """Return a comparison of its first pairs: what is made of runs, not of monthly means."""
    if pairs >= comparison.pairs:
        return comparison
    return replace(comparison, pairs=pairs, runs=comparison.runs[:pairs])


def comparable(registered: Comparison, edited: Comparison) -> bool:
    """Whether both answer the same question but for the hypotheses."""
    same = ("territory", "months", "seed", "central", "scenarios")
    return (
        all(getattr(registered, name) == getattr(edited, name) for name in same)
        and registered.context.digest() == edited.context.digest()
        and not registered.overrides
        and bool(edited.overrides)
    )


def edited_effect(
    registered: Comparison, edited: Comparison, indicator: str, language: Language
) -> Figure:
    """Return effects before and after the edit, over the same scenarios, months and pairs.

    The chart shows one indicator; the table the main ones too, with what the edit changes in each
    pair (same seeds), and its interval.

    Raises
    ------
    ValueError
        The two answer different questions.
    """
    if not comparable(registered, edited):
        raise ValueError("The two comparisons answer different questions.")
    pairs = min(registered.pairs, edited.pairs)
    before, after = first_pairs(registered, pairs), first_pairs(edited, pairs)
    panel = _panel(before, after, indicator, language)
    option, height = dot_option([panel], language)
    main = [entry.key for entry in load_indicators().values() if entry.main]
    keys = list(dict.fromkeys([indicator, HEADLINE, *main]))
    made = Figure(
        key=f"edited_{indicator}",
        title=_title(before, after, indicator, language),
        caption=caption(after, language, _words("edited_note", language)),
        option=option,
        columns=_columns(language),
        rows=tuple(line for key in keys for line in _lines(before, after, key, language)),
        description=_description(panel, language),
        sources=(
            edited_words(after.overrides, language),
            *source_lines(after, [indicator], language),
        ),
        height=height,
    )
    return spaced_figure(made, language)


def change_row(before: Comparison, after: Comparison, scenario: str, indicator: str) -> ResultRow:
    """Return what the edit changes in the effect of a scenario, pair by pair."""
    first = before.pair_differences(scenario, indicator)
    second = after.pair_differences(scenario, indicator)
    numbers = paired_statistics(np.asarray(first), np.asarray(second)).numbers_at()
    return ResultRow(scenario, indicator, ALL_ZONES, ALL_ZONES, ALL_ZONES, *numbers)


def _panel(before: Comparison, after: Comparison, indicator: str, language: Language) -> Panel:
    dots = [
        Dot(_words(f"edited_{side}", language, scenario=scenario.name), place, row)
        for scenario in after.scenarios
        for place, (side, one) in enumerate((("before", before), ("after", after)))
        for row in [one.row(scenario.name, indicator)]
    ]
    written = measure(load_indicators()[indicator], [dot.row for dot in dots], language)
    return Panel(label_of(indicator, language), written, tuple(dots))


def _title(before: Comparison, after: Comparison, indicator: str, language: Language) -> str:
    label = label_of(indicator, language)
    if is_provisional(after):
        return _words("edited_provisional", language, indicator=label)
    parts: list[str] = []
    for scenario in after.scenarios:
        row = change_row(before, after, scenario.name, indicator)
        written = measure(load_indicators()[indicator], [row], language)
        found = verdict(row)
        sure = found in ("up", "down")
        key = "edited_part" if sure else "edited_part_none" if found == "none" else "edited_zero"
        spread = interval(row.low, row.high, written)
        unit = written.suffix
        parts.append(_words(key, language, scenario=scenario.name, interval=spread, unit=unit))
    joint = semicolon_in(language)
    return _words("edited_title", language, indicator=label, parts=joint.join(parts))


def _columns(language: Language) -> tuple[Column, ...]:
    return (
        Column("indicator", words("indicator", language)),
        Column("scenario", words("scenario", language)),
        Column("unit", words("unit", language)),
        Column("before", _words("column_before", language)),
        Column("before_interval", _words("column_before_interval", language)),
        Column("after", _words("column_after", language)),
        Column("after_interval", _words("column_after_interval", language)),
        Column("change", _words("column_change", language)),
        Column("change_interval", _words("column_change_interval", language)),
    )


def _lines(
    before: Comparison, after: Comparison, indicator: str, language: Language
) -> Iterator[tuple[Cell, ...]]:
    for scenario in after.scenarios:
        name = scenario.name
        rows = [one.row(name, indicator) for one in (before, after)]
        rows.append(change_row(before, after, name, indicator))
        written = measure(load_indicators()[indicator], rows, language)
        numbers: list[Cell] = []
        for row in rows:
            numbers += [written.change(row.difference), interval(row.low, row.high, written)]
        yield (label_of(indicator, language), name, written.unit, *numbers)


def _description(panel: Panel, language: Language) -> str:
    colon = colon_in(language)
    lines = [
        f"{dot.name}{colon}{panel.written.change(dot.row.difference)}{panel.written.suffix} "
        f"{interval(dot.row.low, dot.row.high, panel.written)}"
        for dot in panel.dots
    ]
    joint = semicolon_in(language)
    return f"{panel.heading}. {joint.join(lines)}."
