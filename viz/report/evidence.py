"""The annex of a report: how far results can be believed, from what the version ships."""

from __future__ import annotations

from viz.evidence import annex_figures
from viz.figures.figure import Figure, records
from viz.report.content import Block, Bullets, Heading, Paragraph
from viz.texts import Language, words_of

words = words_of("evidence")

WHY = "why"
"""Column that explains a miss."""


def evidence_blocks(language: Language) -> list[Block]:
    """Return the model against published figures, what calibration learnt, what results rest on."""
    blocks: list[Block] = [
        Heading(words("evidence_title", language)),
        Paragraph(words("evidence_help", language)),
    ]
    for part, figures in annex_figures(language).items():
        blocks.append(Heading(words(f"{part}_part", language), 2))
        blocks.append(Paragraph(words(f"{part}_help", language)))
        for figure in figures:
            blocks += [figure] if figure.option is not None else _told(figure, language)
    return blocks


def _told(figure: Figure, language: Language) -> list[Block]:
    """Return a table as sentences where paper has no room for its last, long column."""
    if figure.columns[-1].key != WHY:
        return [figure]
    lines = [
        words(
            "missed_line",
            language,
            **{key: row[key] for key in ("pattern", "tag", "value", "accepted", WHY)},
        )
        for row in records(figure)
    ]
    return [Paragraph(figure.title, strong=True), Bullets(tuple(lines))]
