"""The chapter of a report that explains: ten lines, contributions, channels, followed cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scenarios.attribution import Explanation
from scenarios.attribution.store import python_lines
from viz.explanations.lines import ten_lines
from viz.explanations.notes import method_notes
from viz.explanations.words import HEADLINES, words
from viz.figures.contributions import channels, contributions, followed_case
from viz.report.content import Block, Bullets, Code, Heading, Paragraph
from viz.report.content import words as report_words
from viz.texts import Language


def explained_blocks(
    studies: Sequence[Explanation], zones: Mapping[str, str], language: Language
) -> list[Block]:
    """Return what a report says of each scenario that was explained."""
    blocks: list[Block] = []
    for study in studies:
        blocks.append(Heading(study.scenario.name, 2))
        blocks.append(Bullets(ten_lines(study, language)))
        if not study.players:
            continue
        blocks.append(Bullets(tuple(method_notes(study, language))))
        for indicator in HEADLINES:
            for make in (contributions, channels):
                if (figure := make(study, indicator, language)) is not None:
                    blocks.append(figure)
        if study.cases:
            blocks.append(Paragraph(words("cases_title", language), strong=True))
            blocks += [followed_case(study, case, zones, language) for case in study.cases]
        blocks.append(Paragraph(report_words("record_python", language), strong=True))
        blocks.append(Code(tuple(python_lines(study, study.pairs))))
    return blocks
