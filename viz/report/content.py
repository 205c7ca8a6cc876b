"""What the report says, in order, whatever it is printed as."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from model.indicators import load_indicators
from scenarios import provenance
from scenarios.compared import Comparison
from scenarios.schema import Scenario
from scenarios.store import python_lines
from viz.figures.differences import differences, joined
from viz.figures.euro_path import euro_path
from viz.figures.figure import Cell, Column, Figure
from viz.figures.gains import gains, moved_jobs
from viz.figures.headline import headline
from viz.figures.payers import cost_lines, payers
from viz.figures.sources import definition_lines, register_line, rests_on_lines, run_line
from viz.figures.trajectories import DEFAULT_TRAJECTORIES, trajectories
from viz.figures.why import why
from viz.figures.wording import finding, is_provisional, period, seeds_text
from viz.figures.wording import words as figure_words
from viz.gains import gains_lines
from viz.numbers import number
from viz.readme import STATUSES, source_lines
from viz.sentences import mirror_finding, readiness, what_changes, why_of
from viz.texts import Language, spaced, words_of

_SHARED_OUT = ("firm-kind", "epci", "buyer-kind")
"""Dimensions with a chart; the others are told in sentences."""

_LIMITS = ("forecast", "grades", "use", "local", "jobs", "many", "alone")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 (chapter) or 2."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; ``strong`` is a finding."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to copy."""

    lines: tuple[str, ...]


Block = Heading | Paragraph | Bullets | Code | Figure


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report: what stands on its first page, then its blocks."""

    title: str
    subtitle: str
    guard: str
    language: Language
    blocks: tuple[Block, ...]

    def figures(self) -> list[Figure]:
        """Return the figures in order."""
        return [block for block in self.blocks if isinstance(block, Figure)]


words = words_of("report")
"""Texts of the report."""

_LONGEST_TABLE = 60
"""Rows beyond which a printed table by quarter or month keeps one a year."""


def printed_table(figure: Figure, language: Language) -> tuple[list[list[str]], str]:
    """Return the cells of a figure's table on paper, and a note on what was left out."""
    cells = written_cells(figure, language)
    dates = {"quarter": figure_words("quarter", language, quarter=4), "month": "12/"}
    last = dates.get(figure.columns[0].key)
    if len(cells) <= _LONGEST_TABLE or last is None:
        return cells, ""
    kept = [row for row in cells if row[0].startswith(last)]
    note = "fourth_quarters" if figure.columns[0].key == "quarter" else "decembers"
    return kept, words(note, language)


def written_cells(figure: Figure, language: Language) -> list[list[str]]:
    """Return the cells of a figure's table as they are printed."""
    return [
        [_cell(cell, column, language) for cell, column in zip(row, figure.columns, strict=True)]
        for row in figure.rows
    ]


def _cell(cell: Cell, column: Column, language: Language) -> str:
    if isinstance(cell, str):
        return cell
    return number(cell, column.decimals or 0, language, signed=column.signed)


def report_of(
    comparison: Comparison,
    zones: Mapping[str, str],
    language: Language,
    extra_figures: Sequence[Figure] = (),
    shocks: Sequence[Block] = (),
    explained: Sequence[Block] = (),
    scheme: Sequence[Block] = (),
) -> Report:
    """Put the report of a comparison together; ``extra_figures`` are of the territory.

    ``shocks`` is what it says of shocks (`viz.report.shocks`), ``explained`` what it says of levers
    and channels (`viz.report.explained`), ``scheme`` the SPASER table of some buyers
    (`viz.spaser.documents.spaser_blocks`), if any.
    """
    parts = [
        _brief(comparison, language),
        _scenarios(comparison, language),
        _chapter("figures", language, _of_each(comparison, language, headline)),
        _chapter("trajectories", language, _trajectories(comparison, language)),
        _chapter("differences", language, [differences(comparison, language)]),
        _chapter("why", language, _of_each(comparison, language, why)),
        _chapter("explained", language, explained),
        _gains(comparison, zones, language),
        _chapter("payers", language, [payers(comparison, language)]),
        _chapter("euro", language, _euro(comparison, language)),
        _chapter("territory", language, extra_figures),
        _chapter("shocks", language, shocks),
        _chapter("spaser", language, scheme),
    ]
    blocks = [_printed(block, comparison, language) for part in parts for block in part]
    figures = [block for block in blocks if isinstance(block, Figure)]
    blocks += _sources(comparison, figures, language)
    blocks += [Heading(words("limits", language))]
    blocks += [Bullets(tuple(words(f"limit_{key}", language) for key in _LIMITS))]
    blocks += _record(comparison, language)
    from viz.report.evidence import evidence_blocks  # it is made of blocks defined here

    blocks += evidence_blocks(language)
    return Report(
        title=_title(comparison, language),
        subtitle=words("subtitle", language, period=period(comparison, language)),
        guard=words("guard", language),
        language=language,
        blocks=tuple(blocks),
    )


def _printed(block: Block, comparison: Comparison, language: Language) -> Block:
    """Return a figure with what all captions repeat taken out: the first chapter says it once."""
    if not isinstance(block, Figure) or is_provisional(comparison):
        return block
    notes = readiness(comparison.pairs, comparison.months, comparison.central, language)
    caption = block.caption.replace(spaced(" ".join(notes), language), "")
    return replace(block, caption=caption.replace("  ", " ").strip())


def _title(comparison: Comparison, language: Language) -> str:
    names = [figure_words("quoted", language, name=s.name) for s in comparison.scenarios]
    key = "title" if len(names) > 1 else "title_one"
    try:
        territory = words(f"territory_{comparison.territory}", language)
    except KeyError:
        territory = comparison.territory
    return words(key, language, territory=territory, scenarios=joined(names, language))


def _chapter(key: str, language: Language, blocks: Iterable[Block]) -> list[Block]:
    """Return blocks under their heading; nothing where there are none."""
    found = list(blocks)
    return [Heading(words(key, language)), *found] if found else []


def _of_each(comparison: Comparison, language: Language, make: object) -> Iterator[Block]:
    """Return one figure a scenario, under its name where there are several."""
    assert callable(make)
    for scenario in comparison.scenarios:
        if len(comparison.scenarios) > 1:
            yield Heading(scenario.name, 2)
        figure = make(comparison, scenario.name, language)
        assert isinstance(figure, Figure)
        yield figure


def _trajectories(comparison: Comparison, language: Language) -> Iterator[Block]:
    for key in DEFAULT_TRAJECTORIES:
        yield trajectories(comparison, key, language)


def _euro(comparison: Comparison, language: Language) -> Iterator[Block]:
    yield euro_path(comparison, language)
    for scenario in comparison.scenarios:
        if not scenario.changes_nothing:
            yield euro_path(comparison, language, scenario.name)


def _brief(comparison: Comparison, language: Language) -> list[Block]:
    """Return the finding on jobs, its mirror and its cost, scenario by scenario."""
    blocks: list[Block] = [Heading(words("brief", language))]
    for scenario in comparison.scenarios:
        row = comparison.row(scenario.name, "jobs_present")
        told = finding(comparison, [row], language)
        line = words("brief_scenario", language, scenario=scenario.name, told=told)
        blocks.append(Paragraph(line, strong=True))
        outside = comparison.row(scenario.name, "jobs_outside_holders")
        net = comparison.row(scenario.name, "jobs_net")
        both = (outside.low, outside.high), (net.low, net.high)
        mirror = "" if is_provisional(comparison) else mirror_finding(*both, language)
        if mirror and not scenario.changes_nothing:
            blocks.append(Paragraph(spaced(mirror, language)))
    lines = cost_lines(comparison, language)
    notes = readiness(comparison.pairs, comparison.months, comparison.central, language)
    return [*blocks, Bullets(tuple(spaced(line, language) for line in (*lines, *notes)))]


def _scenarios(comparison: Comparison, language: Language) -> list[Block]:
    blocks: list[Block] = [Heading(words("scenarios", language))]
    for scenario in comparison.scenarios:
        blocks += [Heading(scenario.name, 2), *_restated(scenario, language)]
    if not comparison.context.changes_nothing:
        blocks += [Heading(words("context", language), 2)]
        blocks += _restated(comparison.context, language)
    return blocks


def _restated(scenario: Scenario, language: Language) -> list[Block]:
    why_told = why_of(scenario, language)
    told = [" ".join(why_told.split()), what_changes(scenario, language)]
    return [Paragraph(spaced(line, language)) for line in told if line]


def _gains(comparison: Comparison, zones: Mapping[str, str], language: Language) -> list[Block]:
    blocks: list[Block] = [Heading(words("gains", language)), moved_jobs(comparison, language)]
    for scenario in comparison.scenarios:
        if scenario.changes_nothing:
            continue
        blocks.append(Heading(scenario.name, 2))
        blocks += [
            gains(comparison, scenario.name, dimension, zones, language)
            for dimension in _SHARED_OUT
        ]
        euros = "M€" if language == "fr" else "€M"
        lines = [
            spaced(line.removeprefix("- ").replace("M EUR", euros), language)
            for line in gains_lines(comparison, scenario, zones, language)
        ]
        blocks.append(Bullets(tuple(lines)))
    return blocks


def _sources(comparison: Comparison, figures: Sequence[Figure], language: Language) -> list[Block]:
    """Return what all figures rest on, each line once, and the embedded tables."""
    every = dict.fromkeys(line for figure in figures for line in figure.sources)
    about = dict.fromkeys([*rests_on_lines(language), register_line(comparison.central, language)])
    definitions = [
        line
        for key in load_indicators()
        for line in definition_lines([key], language)
        if line in every
    ]
    blocks: list[Block] = [
        Heading(words("sources", language)),
        Heading(words("sources_definitions", language), 2),
        Bullets(tuple(definitions)),
        Heading(words("sources_hypotheses", language), 2),
        Bullets((*about, run_line(comparison, language))),
        Heading(words("sources_tables", language), 2),
    ]
    for status in STATUSES:
        blocks.append(Paragraph(words(f"sources_{status}", language), strong=True))
        blocks.append(Bullets(tuple(line.removeprefix("- ") for line in source_lines(status))))
    return [*blocks, Paragraph(words("sources_synthetic", language))]


def _record(comparison: Comparison, language: Language) -> list[Block]:
    """Return all that the figures depend on, and the lines that make them again."""
    versions = ", ".join(f"{name} {version}" for name, version in provenance.versions().items())
    hypotheses = words("record_central" if comparison.central else "record_drawn", language)
    lines = [
        words(
            "record_seeds",
            language,
            territory=comparison.territory,
            months=comparison.months,
            start=comparison.start,
            seeds=seeds_text(comparison, language),
            hypotheses=hypotheses,
        ),
        words("record_version", language, versions=versions),
        words("record_data", language, digest=provenance.data_digest()),
        words("record_code", language, digest=provenance.code_digest()),
    ]
    for scenario in comparison.scenarios:
        told = {"scenario": scenario.name, "digest": scenario.digest()}
        lines.append(words("record_scenario", language, **told))
    return [
        Heading(words("record", language)),
        Bullets(tuple(lines)),
        Paragraph(words("record_python", language), strong=True),
        Code(tuple(python_lines(comparison, comparison.pairs))),
    ]
