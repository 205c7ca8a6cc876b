"""The table of a scheme as a spreadsheet, a word processor's file or JSON."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, fields
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from model.errors import AncrageError
from scenarios.spaser import Spaser, SpaserRow
from viz.charts.svg import MISSING
from viz.console import finite
from viz.figures.figure import Figure
from viz.figures.spaser import (
    UNITS,
    buyer_name,
    definitions,
    pairs_words,
    spaser_means,
    spaser_real,
    spaser_table,
    spaser_two_years,
    words,
)
from viz.figures.spaser_search import found_words, search_figures
from viz.report.content import Block, Bullets, Heading, Report
from viz.texts import Language

if TYPE_CHECKING:
    from scenarios.spaser.real import Compared
    from scenarios.spaser.search import Found

Format = Literal["xlsx", "docx", "json"]

FORMATS: tuple[Format, ...] = get_args(Format)

DATA_SHEET = "data"
"""Sheet that holds the rows as JSON gives them, numbers unrounded."""

_LONGEST_SHEET_NAME = 31
_WIDEST = 60


def check_document(format: str | None, out: Path | None) -> Format | None:
    """Return the format asked for, or that of the file's name; refuse early what cannot be.

    Raises
    ------
    AncrageError
        Names of format and file differ, the place cannot be written, a package is missing.
    """
    ending = out.suffix.removeprefix(".").lower() if out else ""
    name = format or ending
    if out is not None and (name not in FORMATS or ending != name):
        raise AncrageError(
            f"File '{out}' does not end in .{format or (' or .'.join(FORMATS))}; rename it or "
            "change --format."
        )
    if out is not None and (not os.access(out.parent, os.W_OK) or out.is_dir()):
        raise AncrageError(f"'{out}' cannot be written; choose another file with --out.")
    needed = {"xlsx": "openpyxl", "docx": "docx"}.get(name)
    if needed and find_spec(needed) is None:
        raise AncrageError(MISSING)
    return next((one for one in FORMATS if one == name), None)


def buyer_figures(study: Spaser, buyer: str, language: Language) -> list[Figure]:
    """Return the tables of a buyer."""
    return [
        *(spaser_table(study, buyer, unit, language) for unit in UNITS),
        spaser_means(study, buyer, language),
        spaser_two_years(study, buyer, language),
    ]


def document(
    study: Spaser,
    format: Format,
    language: Language,
    compared: Sequence[Compared] = (),
    further: Sequence[Figure] = (),
) -> bytes:
    """Return the table as the content of a file.

    Raises
    ------
    AncrageError
        The extra ``report`` is not installed.
    """
    if format == "json":
        value = study.as_json() | {"real": [asdict(one) for one in compared]}
        text = json.dumps(finite(value), ensure_ascii=False, indent=1, allow_nan=False)
        return (text + "\n").encode()
    if format == "docx":
        from viz.report.docx import as_docx

        return as_docx(_report(study, language, compared, further))
    return _workbook(study, language, compared, further)


def search_document(found: Found, format: Format, language: Language) -> bytes:
    """Return what a search found as the content of a file.

    Raises
    ------
    AncrageError
        The extra ``report`` is not installed.
    """
    if format == "json":
        text = json.dumps(finite(found.as_json()), ensure_ascii=False, indent=1, allow_nan=False)
        return (text + "\n").encode()
    figures = search_figures(found, language)
    if format == "xlsx":
        book, sheet = _new_workbook()
        sheet.title = "SPASER"
        for figure in figures:
            _add_figure(sheet, figure)
            for line in figure.why:
                sheet.append([_safe(line)])
        return _saved(book)
    from viz.report.docx import as_docx

    report = Report(
        title=words("document_title", language),
        subtitle=found_words(found, language)[0],
        guard=words("guard", language),
        language=language,
        blocks=tuple(figures),
    )
    return as_docx(report)


def spaser_blocks(
    study: Spaser,
    language: Language,
    compared: Sequence[Compared] = (),
    further: Sequence[Figure] = (),
) -> list[Block]:
    """Return what a report says of a scheme, buyer by buyer."""
    blocks: list[Block] = []
    for buyer in study.listed:
        blocks.append(Heading(buyer_name(study, buyer, language), 2))
        blocks += buyer_figures(study, buyer, language)
    if compared:
        blocks.append(spaser_real(study, compared, language))
    blocks += further
    return [*blocks, Heading(words("definitions", language), 2), Bullets(definitions(language))]


def _report(
    study: Spaser, language: Language, compared: Sequence[Compared], further: Sequence[Figure]
) -> Report:
    blocks = spaser_blocks(study, language, compared, further)
    return Report(
        title=words("document_title", language),
        subtitle=_subtitle(study, language),
        guard=words("guard", language),
        language=language,
        blocks=tuple(blocks),
    )


def _subtitle(study: Spaser, language: Language) -> str:
    return words(
        "document_subtitle",
        language,
        buyers=", ".join(study.names),
        scenario=study.scenario.name,
        pairs=pairs_words(study, language),
    )


def _workbook(
    study: Spaser, language: Language, compared: Sequence[Compared], further: Sequence[Figure]
) -> bytes:
    """Return a workbook: definitions, a sheet a buyer, two years, real values, data."""
    book, first = _new_workbook()
    first.title = words("sheet_definitions", language)
    lines = [words("document_title", language), _subtitle(study, language)]
    for line in (*lines, words("guard", language), "", *definitions(language)):
        first.append([_safe(line)])
    first.column_dimensions["A"].width = 120
    taken = {first.title, DATA_SHEET}
    for buyer in study.listed:
        sheet = book.create_sheet(_sheet_name(buyer_name(study, buyer, language), taken))
        for figure in buyer_figures(study, buyer, language)[:-1]:
            _add_figure(sheet, figure)
    sheet = book.create_sheet(_sheet_name(words("sheet_two_years", language), taken))
    for buyer in study.listed:
        _add_figure(sheet, spaser_two_years(study, buyer, language))
    if compared:
        sheet = book.create_sheet(_sheet_name(words("sheet_real", language), taken))
        _add_figure(sheet, spaser_real(study, compared, language))
    for figure in further:
        _add_figure(book.create_sheet(_sheet_name(figure.key, taken)), figure)
    data = book.create_sheet(DATA_SHEET)
    names = [field.name for field in fields(SpaserRow)]
    data.append(names)
    for row in study.rows:
        data.append([getattr(row, name) for name in names])
    return _saved(book)


def _new_workbook() -> tuple[Any, Any]:
    """Return a workbook and its first sheet."""
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise AncrageError(MISSING) from error
    book = Workbook()
    return book, book.active


def _saved(book: Any) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that a sheet may have, not yet taken."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", name)[:_LONGEST_SHEET_NAME].strip()
    found, number = plain, 2
    while found.lower() in {one.lower() for one in taken}:
        found = f"{plain[: _LONGEST_SHEET_NAME - 4]} ({number})"
        number += 1
    taken.add(found)
    return found


def _safe(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell


def _add_figure(sheet: Any, figure: Figure) -> None:
    """Add the table of a figure under its title, with its caption below."""
    from openpyxl.styles import Alignment, Font

    if sheet.max_row > 1:
        sheet.append([])
    sheet.append([_safe(figure.title)])
    sheet.cell(sheet.max_row, 1).font = Font(bold=True, size=13)
    sheet.append([_safe(column.heading) for column in figure.columns])
    for cell in sheet[sheet.max_row]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    for row in figure.rows:
        sheet.append([_safe(cell) if isinstance(cell, str) else cell for cell in row])
        for place, column in enumerate(figure.columns, 1):
            if column.decimals is not None:
                dots = "." + "0" * column.decimals if column.decimals else ""
                sheet.cell(sheet.max_row, place).number_format = f"#,##0{dots}"
    for place in range(1, len(figure.columns) + 1):
        texts = [row[place - 1] for row in figure.rows]
        longest = max((len(t) for t in texts if isinstance(t, str)), default=0)
        letter = sheet.cell(1, place).column_letter
        width = max(12, min(longest, _WIDEST))
        sheet.column_dimensions[letter].width = max(sheet.column_dimensions[letter].width, width)
    sheet.append([_safe(figure.caption)])
    sheet.cell(sheet.max_row, 1).font = Font(italic=True)


def write_document(path: Path, content: bytes) -> None:
    """Write a file beside, then put it in its place.

    Raises
    ------
    AncrageError
        It cannot be written there.
    """
    beside = path.with_name(f".{path.name}.writing")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise AncrageError(
            f"'{path}' cannot be written ({error.strerror}); choose another file with --out."
        ) from error
