"""Figures of an explanation: parts of levers, channels, followed cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from model.indicators.channels import channel_names
from scenarios.results import ResultRow
from scenarios.statistics import PAIRS_FOR_A_BAND
from viz.explanations.cases import case_rule, case_sentence, case_table
from viz.explanations.notes import method_notes
from viz.explanations.words import (
    HEADLINES,
    channel_rows,
    contribution_rows,
    labels_of_players,
    spread_of,
    sure_parts,
    words,
    written_as,
)
from viz.figures.differences import changes_of
from viz.figures.figure import Cell, Column, Figure
from viz.figures.sources import definition_lines, register_line
from viz.figures.waterfall import waterfall_option
from viz.figures.wording import (
    Measure,
    caption,
    effect,
    label_of,
    lowered,
    spaced_figure,
    verdict,
    verdict_text,
)
from viz.figures.wording import words as figure_words
from viz.texts import Language, colon_in, semicolon_in

if TYPE_CHECKING:
    from scenarios.attribution import Explanation
    from scenarios.attribution.cases import Case

_PLAIN, _BY_PART = 110, 34
"""Height of a waterfall: without parts, and by part, pixels."""

_NUMBERS = ("difference", "low", "high", "mean_low", "mean_high")


def contributions(study: Explanation, indicator: str, language: Language) -> Figure | None:
    """Return what each lever, rule or shock brings to one indicator; None if nothing changes."""
    if not study.players:
        return None
    rows = contribution_rows(study, indicator, language)
    made = _waterfall(study, indicator, rows, "part", language)
    errors: list[Cell] = []
    if study.orders:
        written = written_as([*rows.values(), study.total(indicator)], language)
        for name in labels_of_players(study, language):
            errors.append(written.scaled(study.contribution(name, indicator).sampling_error))
        column = written.change_column("sampling_error", words("sampling", language), 1)
        rows_of = tuple(
            (*row, error) for row, error in zip(made.rows, [*errors, None], strict=True)
        )
        made = _with(made, (*made.columns, column), rows_of)
    return spaced_figure(made, language)


def channels(study: Explanation, indicator: str, language: Language) -> Figure | None:
    """Return through what one indicator moves; None if it has no channel or nothing changes."""
    rows = channel_rows(study, indicator, language)
    if not rows or not study.players:
        return None
    return spaced_figure(_waterfall(study, indicator, rows, "channel", language), language)


def _with(made: Figure, columns: tuple[Column, ...], rows: tuple[tuple[Cell, ...], ...]) -> Figure:
    from dataclasses import replace

    return replace(made, columns=columns, rows=rows)


def _waterfall(
    study: Explanation,
    indicator: str,
    parts: Mapping[str, ResultRow],
    kind: str,
    language: Language,
) -> Figure:
    """Return the waterfall of parts of one indicator and their sum."""
    total = study.total(indicator)
    rows = [*parts.values(), total]
    names = [*parts, words("sum", language)]
    written = written_as(rows, language)
    few = study.pairs < PAIRS_FOR_A_BAND
    note = words("parts_note", language)
    notes = [] if few else [note if kind == "part" else figure_words("waterfall_note", language)]
    colon, joint = colon_in(language), semicolon_in(language)
    told = [f"{name}{colon}{effect(row, written)}" for name, row in zip(names, rows, strict=True)]
    return Figure(
        key=f"{kind}s_{indicator}",
        title=_title(study, indicator, dict(parts), kind, language),
        caption=caption(study, language, *notes),
        option=waterfall_option(names, rows, written),
        columns=_columns(written, words(kind, language), language),
        rows=tuple(
            (name, *changes_of(row, written), verdict_text(row, language))
            for name, row in zip(names, rows, strict=True)
        ),
        description=figure_words("waterfall_description", language, parts=joint.join(told)),
        sources=(
            *definition_lines([indicator], language),
            register_line(study.central, language),
        ),
        why=tuple(method_notes(study, language)),
        height=_PLAIN + _BY_PART * len(rows),
    )


def _title(
    study: Explanation,
    indicator: str,
    parts: dict[str, ResultRow],
    kind: str,
    language: Language,
) -> str:
    """State the difference, then the largest sure part, as far as the pairs carry."""
    lead = figure_words("why_lead", language, scenario=study.scenario.name)
    label = label_of(indicator, language)
    if study.pairs < PAIRS_FOR_A_BAND:
        return f"{lead}{label}{colon_in(language)}{lowered(words('line_provisional', language))}"
    total = study.total(indicator)
    spread = spread_of(total, study, language)
    head = f"{lead}{label}{colon_in(language)}{spread}"
    sure = sure_parts(parts, study, language)
    if verdict(total) not in ("up", "down", "zero"):
        return head
    if not sure:
        return f"{head}. {words(f'no_sure_{kind}', language)}"
    return f"{head}. {words(f'first_{kind}', language, part=sure[0])}"


def _columns(written: Measure, heading: str, language: Language) -> tuple[Column, ...]:
    return (
        Column("part", heading),
        *(written.change_column(key, figure_words(key, language), 1) for key in _NUMBERS),
        Column("verdict", figure_words("finding", language)),
    )


def followed_case(
    study: Explanation, case: Case, zones: Mapping[str, str], language: Language
) -> Figure:
    """Return what one followed case lived, as a sentence and a table."""
    heading, rows = case_table(case, language)
    rule = case_rule(case, language)
    one = words("case_one_pair", language, seed=study.seed)
    made = Figure(
        key=f"case_{case.kind}",
        title=case_sentence(case, zones, language),
        caption=f"{rule} {one}",
        columns=tuple(Column(f"c{place}", name) for place, name in enumerate(heading)),
        rows=tuple(tuple(row) for row in rows),
        description=words("case_how", language),
        sources=(register_line(study.central, language),),
        why=(rule, words("case_how", language)),
    )
    return spaced_figure(made, language)


def explained_figures(
    study: Explanation, zones: Mapping[str, str], language: Language
) -> list[Figure]:
    """Return every figure of an explanation: headlines, indicators with channels, cases."""
    keys = dict.fromkeys((*HEADLINES, *channel_names()))
    made = [make(study, key, language) for key in keys for make in (contributions, channels)]
    cases = [followed_case(study, case, zones, language) for case in study.cases]
    return [figure for figure in (*made, *cases) if figure is not None]


def explained_lines(study: Explanation, indicator: str, language: Language) -> tuple[str, ...]:
    """Return what "Pourquoi ?" of any figure adds about one indicator: sure parts and channels."""
    if not study.players or study.pairs < PAIRS_FOR_A_BAND:
        return ()
    joint = semicolon_in(language)
    label = lowered(label_of(indicator, language))
    told = {
        "why_levers": sure_parts(contribution_rows(study, indicator, language), study, language),
        "why_channels": sure_parts(channel_rows(study, indicator, language), study, language),
    }
    head = {"label": label, "months": study.months, "pairs": study.pairs}
    head["scenario"] = study.scenario.name
    lines = [
        words(key, language, parts=joint.join(parts), **head)
        for key, parts in told.items()
        if parts
    ]
    return tuple(lines) or (words("why_nothing_sure", language, **head),)
