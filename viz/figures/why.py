""" "Pourquoi ?": the exact terms of the jobs difference, and what may be said of them."""

from __future__ import annotations

from collections.abc import Sequence

from model.indicators.decomposition import TERMS
from model.indicators.register import DECOMPOSITION_PREFIX
from scenarios.compared import Comparison
from scenarios.results import ResultRow
from viz.figures.differences import changes_of
from viz.figures.figure import Cell, Column, Figure
from viz.figures.sources import source_lines
from viz.figures.waterfall import waterfall_option
from viz.figures.wording import (
    Measure,
    between,
    caption,
    effect,
    finding,
    is_provisional,
    lowered,
    measure_of_rows,
    relative_text,
    spaced_figure,
    verdict,
    verdict_text,
    words,
)
from viz.sentences import mirror_finding, what_changes
from viz.texts import Language, colon_in, semicolon_in

JOBS = "jobs_present"
INDICATORS = (JOBS, *(f"{DECOMPOSITION_PREFIX}{term}" for term in TERMS))


def why(comparison: Comparison, scenario: str, language: Language) -> Figure:
    """Return the waterfall of the jobs difference under one scenario, with its reasons.

    The five terms add up exactly to the difference (`model/indicators/decomposition.py`).
    """
    rows = [comparison.row(scenario, key) for key in (*INDICATORS[1:], JOBS)]
    written = measure_of_rows(rows, language)
    names = [*(_name(row, language) for row in rows[:-1]), words("term_sum", language)]
    option = waterfall_option(names, rows, written)
    notes = [] if is_provisional(comparison) else [words("waterfall_note", language)]
    made = Figure(
        key=f"why_{scenario}",
        title=_title(comparison, scenario, language),
        caption=caption(comparison, language, *notes),
        option=option,
        columns=_columns(written, language),
        rows=_rows(rows, written, language),
        description=_description(rows, written, language),
        sources=source_lines(comparison, INDICATORS, language),
        why=reasons(comparison, scenario, language),
        height=300,
    )
    return spaced_figure(made, language)


def reasons(comparison: Comparison, scenario: str, language: Language) -> tuple[str, ...]:
    """Return the sentences that the run allows: levers, then channels, then what is not sure."""
    chosen = next(s for s in comparison.scenarios if s.name == scenario)
    told = [what_changes(chosen, language)]
    if chosen.changes_nothing:
        return tuple(told)
    if is_provisional(comparison):
        return (*told, words("why_provisional", language))
    rows = {key: comparison.row(scenario, key) for key in INDICATORS}
    written = measure_of_rows(list(rows.values()), language)
    terms = [rows[key] for key in INDICATORS[1:]]
    sure = [row for row in terms if verdict(row) in ("up", "down")]
    sure.sort(key=lambda row: -abs(row.difference or 0.0))
    for row in sure:
        way = "won" if verdict(row) == "up" else "lost"
        key = f"why_{_term(row)}_{way}"
        told.append(words(key, language, low_high=between(row, written)))
    unsure = [lowered(_name(row, language)) for row in terms if verdict(row) == "zero"]
    if unsure:
        joint = semicolon_in(language)
        told.append(words("why_unsure", language, terms=joint.join(unsure)))
    total = rows[JOBS]
    share = relative_text(comparison, total, language)
    mean = written.change(total.difference)
    told.append(words("why_sum", language, mean=mean, unit=written.unit, relative=share))
    outside, net = (comparison.row(scenario, key) for key in ("jobs_outside_holders", "jobs_net"))
    ends = (outside.low, outside.high), (net.low, net.high)
    if mirror := mirror_finding(*ends, language):
        told.append(mirror)
    return tuple(told)


def _term(row: ResultRow) -> str:
    return row.indicator.removeprefix(DECOMPOSITION_PREFIX)


def _name(row: ResultRow, language: Language) -> str:
    return words(f"term_{_term(row)}", language)


def _title(comparison: Comparison, scenario: str, language: Language) -> str:
    """State the difference, then the largest sure term, if there is one."""
    row = comparison.row(scenario, JOBS)
    lead = words("why_lead", language, scenario=scenario)
    head = finding(comparison, [row], language)
    if is_provisional(comparison) or verdict(row) not in ("up", "down"):
        # what makes up an effect that is not told from zero is left to the sentences below
        return f"{lead}{head}"
    terms = [comparison.row(scenario, key) for key in INDICATORS[1:]]
    sure = [term for term in terms if verdict(term) in ("up", "down")]
    if not sure:
        return f"{lead}{head}. {words('why_no_sure_term', language)}"
    first = max(sure, key=lambda term: abs(term.difference or 0.0))
    written = measure_of_rows([first], language)
    return f"{lead}{head}. " + words(
        "why_first_term",
        language,
        term=lowered(_name(first, language)),
        low_high=between(first, written),
    )


def _columns(written: Measure, language: Language) -> tuple[Column, ...]:
    names = ("difference", "low", "high", "mean_low", "mean_high")
    return (
        Column("term", words("term", language)),
        *(written.change_column(key, words(key, language), 1) for key in names),
        Column("verdict", words("finding", language)),
    )


def _rows(
    rows: Sequence[ResultRow], written: Measure, language: Language
) -> tuple[tuple[Cell, ...], ...]:
    names = [_name(row, language) for row in rows[:-1]] + [words("term_sum", language)]
    return tuple(
        (
            name,
            *changes_of(row, written),
            verdict_text(row, language),
        )
        for name, row in zip(names, rows, strict=True)
    )


def _description(rows: Sequence[ResultRow], written: Measure, language: Language) -> str:
    names = [_name(row, language) for row in rows[:-1]] + [words("term_sum", language)]
    colon = colon_in(language)
    parts = [f"{n}{colon}{effect(row, written)}" for n, row in zip(names, rows, strict=True)]
    joint = semicolon_in(language)
    return words("waterfall_description", language, parts=joint.join(parts))
