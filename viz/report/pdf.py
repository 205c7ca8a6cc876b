"""The report as PDF: the template `report.typ` reads the content as JSON."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from model.errors import AncrageError
from viz.charts.svg import MISSING, svg
from viz.figures.figure import Figure
from viz.report.content import (
    Block,
    Bullets,
    Code,
    Heading,
    Paragraph,
    Report,
    printed_table,
    words,
)

_WIDTH = 720
_TALLEST = 1.3
"""Height over width beyond which a picture is fitted to the page's height."""
_NAMES, _NUMBERS, _VERDICT = 20, 6, 15
"""Fewest characters across the first column of a table, the others, and that of verdicts."""
_TEMPLATE = Path(__file__).with_name("report.typ")


def as_pdf(report: Report) -> bytes:
    """Return the report as a tagged PDF (PDF/UA-1), with alternatives of figures and tables.

    Raises
    ------
    AncrageError
        The extra ``report`` is not installed.
    """
    try:
        import typst
    except ImportError as error:
        raise AncrageError(MISSING) from error
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        blocks = [_block(block, report, folder) for block in report.blocks]
        tables = [_data(figure, report) for figure in report.figures() if figure.option is not None]
        content = {
            "title": report.title,
            "subtitle": report.subtitle,
            "guard": report.guard,
            "language": report.language,
            "contents": words("contents", report.language),
            "page": words("page", report.language),
            "data": words("data", report.language),
            "blocks": blocks,
            "tables": tables,
        }
        written = json.dumps(content, ensure_ascii=False)
        (folder / "report.json").write_text(written, encoding="utf-8")
        shutil.copy(_TEMPLATE, folder / _TEMPLATE.name)
        return typst.compile(str(folder / _TEMPLATE.name), pdf_standards=["ua-1"])


def _block(block: Block, report: Report, folder: Path) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "text": block.text, "level": block.level}
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "text": block.text, "strong": block.strong}
    if isinstance(block, Bullets):
        return {"kind": "bullets", "items": block.items}
    if isinstance(block, Code):
        return {"kind": "code", "text": "\n".join(block.lines)}
    made = {
        "kind": "figure",
        "title": block.title,
        "caption": block.caption,
        "alt": block.description,
        "why": block.why,
        "picture": "",
        "tall": block.height > _TALLEST * _WIDTH,
    }
    if block.option is None:
        return made | _data(block, report) | {"kind": "figure"}
    picture = f"{len(list(folder.iterdir()))}.svg"
    (folder / picture).write_text(svg(block, report.language, _WIDTH), encoding="utf-8")
    return made | {"picture": picture}


def _data(figure: Figure, report: Report) -> dict[str, Any]:
    """Return the table of a figure as it is printed."""
    rows, note = printed_table(figure, report.language)
    return {
        "title": figure.title,
        "columns": [column.heading for column in figure.columns],
        "rows": rows,
        "weights": _weights(figure, rows),
        "note": note,
    }


def _weights(figure: Figure, rows: list[list[str]]) -> list[int]:
    """Return how wide columns are to each other: by what cannot be cut, the first for its names."""
    lines = [[column.heading for column in figure.columns], *rows]
    longest = [
        max(len(word) for line in lines for word in line[place].split(" ") or [""])
        for place in range(len(figure.columns))
    ]
    least = [_VERDICT if column.key == "verdict" else _NUMBERS for column in figure.columns]
    return [
        max(width, at_least) for width, at_least in zip(longest, [_NAMES, *least[1:]], strict=True)
    ]
