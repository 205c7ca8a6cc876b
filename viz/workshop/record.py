"""The record of decisions: what was discussed, found, voted and decided, on one sheet."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass

from model.errors import AncrageError
from scenarios.compared import Comparison
from scenarios.schema import Scenario
from viz.figures.guesses import workshop_words
from viz.figures.votes import votes
from viz.figures.wording import caption, finding
from viz.sentences import what_changes
from viz.texts import Language, colon_in, spaced
from viz.workshop.memory import DECISION_FIELDS, Workshop

INDICATORS = ("jobs_present", "insertion_hours", "public_cost")
"""What the record says the simulation found."""


@dataclass(frozen=True, slots=True)
class Record:
    """The record in words.

    Attributes
    ----------
    parts
        Headings with the lines under each.
    columns, rows
        The decisions.
    guard
        What the record cannot be used for.
    """

    title: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    guard: str


def record_of(
    workshop: Workshop,
    scenarios: Sequence[Scenario],
    comparison: Comparison | None,
    language: Language,
) -> Record:
    """Return the record of a workshop, of the comparison on screen if there is one."""

    def words(key: str) -> str:
        return workshop_words(key, language)

    colon = colon_in(language)
    parts = [
        (
            words("record_tested"),
            tuple(f"{one.name}{colon}{what_changes(one, language)}" for one in scenarios),
        )
    ]
    if comparison is None:
        parts.append((words("record_found"), (words("record_no_run"),)))
    else:
        found = tuple(
            finding(
                comparison, [comparison.row(s.name, key) for s in comparison.scenarios], language
            )
            for key in INDICATORS
        )
        parts.append((words("record_found"), found))
        parts.append((words("record_run"), (caption(comparison, language),)))
    if workshop.options and workshop.totals():
        figure = votes(workshop.question, workshop.options, workshop.totals(), "", language)
        parts.append((words("record_vote"), (figure.description, f"{figure.title}.")))
    if workshop.minority:
        parts.append((words("record_minority"), (workshop.minority,)))
    return Record(
        words("title_decisions"),
        tuple((head, tuple(spaced(line, language) for line in lines)) for head, lines in parts),
        tuple(words(f"decision_{name}") for name in DECISION_FIELDS),
        tuple(
            tuple(getattr(row, name) for name in DECISION_FIELDS)
            for row in workshop.decisions
            if not row.empty
        ),
        words("record_guard"),
    )


def as_csv(record: Record, language: Language) -> str:
    """Return the decisions as CSV, then what they rest on, as spreadsheets of the language open."""
    out = io.StringIO()
    write = csv.writer(out, delimiter=";" if language == "fr" else ",", lineterminator="\n")
    write.writerow(record.columns)
    write.writerows([_plain_cell(cell) for cell in row] for row in record.rows)
    write.writerow([])
    for heading, lines in record.parts:
        write.writerows([heading, _plain_cell(line)] for line in lines)
    write.writerow([record.guard])
    return "\ufeff" + out.getvalue()


def _plain_cell(cell: str) -> str:
    """Return a cell that a spreadsheet reads as text, never as a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell


def as_html(record: Record, language: Language) -> str:
    """Return the record as one page."""
    say = html.escape
    parts = "".join(
        f"<h2>{say(heading)}</h2>" + "".join(f"<p>{say(line)}</p>" for line in lines)
        for heading, lines in record.parts
    )
    head = "".join(f'<th scope="col">{say(name)}</th>' for name in record.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{say(cell)}</td>" for cell in row) + "</tr>" for row in record.rows
    )
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{say(record.title)}</title><style>body{{font:16px/1.45 sans-serif;margin:2em auto;"
        "max-width:60em}table{border-collapse:collapse;width:100%}th,td{border:1px solid #767676;"
        "padding:6px;text-align:left;vertical-align:top;white-space:pre-line}"
        "footer{margin-top:2em;border-top:1px solid #767676}</style></head><body>"
        f"<h1>{say(record.title)}</h1><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
        f"</table>{parts}<footer><p>{say(record.guard)}</p></footer></body></html>"
    )


def as_docx(record: Record, language: Language) -> bytes:
    """Return the record as a Word document.

    Raises
    ------
    AncrageError
        The extra ``report`` is not installed.
    """
    try:
        from docx import Document
        from docx.enum.section import WD_ORIENT
    except ImportError as error:
        raise AncrageError(workshop_words("no_docx", language)) from error
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    document.add_heading(record.title, level=1)
    table = document.add_table(rows=1, cols=len(record.columns))
    table.style = "Table Grid"
    for cell, name in zip(table.rows[0].cells, record.columns, strict=True):
        cell.text = name
    for row in record.rows:
        for cell, written in zip(table.add_row().cells, row, strict=True):
            cell.text = written
    for heading, lines in record.parts:
        document.add_heading(heading, level=2)
        for line in lines:
            document.add_paragraph(line)
    section.footer.paragraphs[0].text = record.guard
    document.core_properties.title = record.title
    document.core_properties.author = ""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
