"""The annex of a report: how far results can be believed, from what the version ships."""

from __future__ import annotations

from viz.evidence import annex_figures
from viz.report.content import Block, Heading, Paragraph
from viz.texts import Language, words_of

words = words_of("evidence")


def evidence_blocks(language: Language) -> list[Block]:
    """Return the model against published figures, what calibration learnt, what results rest on."""
    blocks: list[Block] = [
        Heading(words("evidence_title", language)),
        Paragraph(words("evidence_help", language)),
    ]
    for part, figures in annex_figures(language).items():
        blocks.append(Heading(words(f"{part}_part", language), 2))
        blocks.append(Paragraph(words(f"{part}_help", language)))
        blocks += figures
    return blocks
