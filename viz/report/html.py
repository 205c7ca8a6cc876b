"""The report as one HTML file that asks for nothing."""

from __future__ import annotations

from html import escape
from pathlib import Path

from viz.charts.svg import svg
from viz.figures.figure import Figure
from viz.report.content import (
    Block,
    Bullets,
    Code,
    Heading,
    Paragraph,
    Report,
    words,
    written_cells,
)

_WIDE, _NARROW = 760, 350
_HTML_ONLY = Path(__file__).with_name("report.css")


def as_html(report: Report) -> bytes:
    """Return the report as a whole HTML document."""
    chapters = [b for b in report.blocks if isinstance(b, Heading) and b.level == 1]
    contents = "".join(
        f'<li><a href="#part-{place}">{escape(chapter.text)}</a></li>'
        for place, chapter in enumerate(chapters)
    )
    body: list[str] = []
    place = 0
    for block in report.blocks:
        if isinstance(block, Heading) and block.level == 1:
            body.append(f'<h2 id="part-{place}">{escape(block.text)}</h2>')
            place += 1
        else:
            body.append(_block(block, report))
    style = _HTML_ONLY.read_text(encoding="utf-8")
    label = escape(words("contents", report.language))
    page = f"""<!DOCTYPE html>
<html lang="{report.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(report.title)}</title>
<style>
{style}
</style>
</head>
<body>
<header>
<p class="guard">{escape(report.guard)}</p>
<h1>{escape(report.title)}</h1>
<p class="subtitle">{escape(report.subtitle)}</p>
</header>
<nav aria-label="{label}"><ol>{contents}</ol></nav>
<main>
{"".join(body)}
</main>
<footer><p>{escape(report.guard)}</p></footer>
</body>
</html>
"""
    return page.encode("utf-8")


def _block(block: Block, report: Report) -> str:
    if isinstance(block, Heading):
        return f"<h3>{escape(block.text)}</h3>\n"
    if isinstance(block, Paragraph):
        look = ' class="finding"' if block.strong else ""
        return f"<p{look}>{escape(block.text)}</p>\n"
    if isinstance(block, Bullets):
        return f"<ul>{_items(block.items)}</ul>\n"
    if isinstance(block, Code):
        lines = "\n".join(block.lines)
        return f'<pre tabindex="0"><code>{escape(lines)}</code></pre>\n'
    return _figure(block, report)


def _items(items: tuple[str, ...]) -> str:
    return "".join(f"<li>{escape(item)}</li>" for item in items)


def _figure(figure: Figure, report: Report) -> str:
    language = report.language
    parts = [f'<p class="finding">{escape(figure.title)}</p>']
    table = _table(figure, report)
    if figure.option is not None:
        wide, narrow = (svg(figure, language, width) for width in (_WIDE, _NARROW))
        parts += [f'<div class="wide">{wide}</div>', f'<div class="narrow">{narrow}</div>']
    else:
        parts.append(table)
    if figure.why:
        parts.append(f'<ul class="why">{_items(figure.why)}</ul>')
    caption = f"<figcaption>{escape(figure.caption)}</figcaption>"
    if figure.option is not None:
        summary = escape(words("data_show", language))
        caption += f"<details><summary>{summary}</summary>{table}</details>"
    return f'<figure id="{escape(figure.key)}">{"".join(parts)}{caption}</figure>\n'


def _table(figure: Figure, report: Report) -> str:
    heads = "".join(f'<th scope="col">{escape(c.heading)}</th>' for c in figure.columns)
    lines: list[str] = []
    for row in written_cells(figure, report.language):
        cells = [f'<th scope="row">{escape(row[0])}</th>']
        cells += [f"<td>{escape(cell)}</td>" for cell in row[1:]]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    title = escape(words("data_of", report.language, title=figure.title))
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="{title}"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )
