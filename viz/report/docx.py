"""The report as a word processor's file, to be taken up and changed."""

from __future__ import annotations

import io
from typing import Any

from model.errors import AncrageError
from viz.charts.svg import MISSING, png, svg
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
_WIDTH_CM, _HEIGHT_CM = 16.5, 21.0


def as_docx(report: Report) -> bytes:
    """Return the report as DOCX: real headings and tables, figures with text alternatives.

    Raises
    ------
    AncrageError
        The extra ``report`` is not installed.
    """
    try:
        from docx import Document
    except ImportError as error:
        raise AncrageError(MISSING) from error
    document = Document()
    _settings(document, report)
    document.add_heading(report.title, 0)
    document.add_paragraph(report.subtitle, style="Subtitle")
    document.add_paragraph(report.guard, style="Intense Quote")
    for block in report.blocks:
        _add(document, block, report)
    document.add_heading(words("data", report.language), 1)
    for figure in report.figures():
        if figure.option is not None:
            document.add_paragraph(figure.title, style="Caption")
            _add_table(document, figure, report)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _settings(document: Any, report: Report) -> None:
    """Set title, language, page, font and the footer of each page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    tag = {"fr": "fr-FR", "en": "en-GB"}[report.language]
    document.core_properties.title = report.title
    document.core_properties.author = "Ancrage"
    document.core_properties.language = tag
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10)
    language = OxmlElement("w:lang")
    for name in ("w:val", "w:eastAsia"):
        language.set(qn(name), tag)
    normal.element.get_or_add_rPr().append(language)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(2.0)
    footer = section.footer.paragraphs[0]
    footer.add_run(f"{report.guard}  {words('page', report.language)} ").font.size = Pt(8)
    run = footer.add_run()
    run.font.size = Pt(8)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)


def _add(document: Any, block: Block, report: Report) -> None:
    if isinstance(block, Heading):
        document.add_heading(block.text, block.level)
    elif isinstance(block, Paragraph):
        document.add_paragraph().add_run(block.text).bold = block.strong
    elif isinstance(block, Bullets):
        for item in block.items:
            document.add_paragraph(item, style="List Bullet")
    elif isinstance(block, Code):
        run = document.add_paragraph(style="No Spacing").add_run("\n".join(block.lines))
        run.font.name = "Courier New"
    else:
        _add_figure(document, block, report)


def _add_figure(document: Any, figure: Figure, report: Report) -> None:
    from docx.shared import Cm

    title = document.add_paragraph()
    title.add_run(figure.title).bold = True
    title.paragraph_format.keep_with_next = True
    if figure.option is None:
        _add_table(document, figure, report)
    else:
        drawn = png(svg(figure, report.language, _WIDTH), zoom=2.0)
        width = min(_WIDTH_CM, _HEIGHT_CM * _WIDTH / figure.height)
        document.add_picture(io.BytesIO(drawn), width=Cm(width))
        properties = document.inline_shapes[-1]._inline.docPr
        properties.set("descr", figure.description)
        properties.set("title", figure.title)
    for line in figure.why:
        document.add_paragraph(line, style="List Bullet")
    document.add_paragraph(figure.caption, style="Caption")


def _add_table(document: Any, figure: Figure, report: Report) -> None:
    """Add a table whose heading row is repeated on each page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    cells = [[column.heading for column in figure.columns]]
    rows, note = printed_table(figure, report.language)
    cells += rows
    table = document.add_table(rows=len(cells), cols=len(figure.columns), style="Table Grid")
    header = OxmlElement("w:tblHeader")
    header.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(header)
    for place, row in enumerate(table.rows):
        for column, (cell, text) in enumerate(zip(row.cells, cells[place], strict=True)):
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(text)
            run.font.size, run.bold = Pt(8), place == 0
            if column:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph(note)
