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
    heading_of,
    words,
    written_cells,
)

_WIDTH = 720
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
    }
    if block.option is None:
        return made | _data(block, report) | {"kind": "figure"}
    picture = f"{len(list(folder.iterdir()))}.svg"
    (folder / picture).write_text(svg(block, report.language, _WIDTH), encoding="utf-8")
    return made | {"picture": picture}


def _data(figure: Figure, report: Report) -> dict[str, Any]:
    """Return the table of a figure as it is printed."""
    return {
        "title": figure.title,
        "columns": [heading_of(column) for column in figure.columns],
        "rows": written_cells(figure, report.language),
    }
