"""The chapter on shocks of a report: what each takes under each scenario, and what stood before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from model.errors import AncrageError
from scenarios.resilience import Resilience
from scenarios.resilience.store import python_lines
from scenarios.results import BASELINE
from viz.figures.before_after import before_after
from viz.figures.critical_needs import critical_needs
from viz.figures.figure import Figure
from viz.figures.loss_curves import loss_curves
from viz.figures.loss_map import loss_map
from viz.figures.loss_table import loss_differences, loss_table
from viz.figures.struck import few, run_lines, shown
from viz.figures.structure_before import structure_before
from viz.figures.trade_off import trade_off
from viz.outlines import Outlines, schematic_outlines
from viz.report.content import Block, Bullets, Code, Heading, Paragraph, words
from viz.sentences import what_changes
from viz.shocks import shock_label
from viz.texts import Language, spaced


def shock_blocks(
    study: Resilience,
    zones: Mapping[str, str],
    language: Language,
    *,
    outlines: Outlines | None = None,
    buyers: Mapping[str, str] | None = None,
) -> list[Block]:
    """Return what a report says of shocks, one after the other, then of what stood before.

    There is no map where no outline is known.

    Parameters
    ----------
    zones, buyers
        Names of EPCI by key, and of buyers by code.
    """
    shapes = outlines or _known_outlines(study)
    blocks: list[Block] = []
    for shock in study.shocks:
        blocks.append(Heading(shock_label(shock, language), 2))
        blocks.append(Paragraph(spaced(what_changes(shock, language), language)))
        if not few(study):
            told = [before_after(study, s.name, shock.name, language) for s, _ in shown(study)]
            blocks += [Paragraph(sentence, strong=True) for sentence in told]
        blocks += _figures(study, shock.name, zones, shapes, language)
    before = list(_before(study, zones, buyers or {}, language))
    if before:
        blocks += [Heading(words("before_shocks", language), 2), *before]
    return [*blocks, *_rests(study, blocks, language)]


def _figures(
    study: Resilience,
    shock: str,
    zones: Mapping[str, str],
    shapes: Outlines | None,
    language: Language,
) -> Iterator[Figure]:
    yield loss_curves(study, shock, language)
    yield loss_table(study, shock, language)
    for made in (loss_differences(study, shock, language), trade_off(study, shock, language)):
        if made is not None:
            yield made
    if shapes is not None:
        for scenario, _ in shown(study):
            yield loss_map(study, scenario.name, shock, zones, shapes, language)


def _before(
    study: Resilience, zones: Mapping[str, str], buyers: Mapping[str, str], language: Language
) -> Iterator[Figure]:
    structure = structure_before(study, language)
    if structure is not None:
        yield structure
    if BASELINE not in [one.name for one in study.scenarios]:
        return
    detail = study.detail(BASELINE)
    needs = (
        None if detail is None else critical_needs(detail, zones, buyers, language, seed=study.seed)
    )
    if needs is not None:
        yield needs


def _rests(study: Resilience, blocks: list[Block], language: Language) -> list[Block]:
    """Return what these figures are defined as and rest on, and how to run them again."""
    said = set(run_lines(study, language)[1:])
    lines = [
        line
        for block in blocks
        if isinstance(block, Figure)
        for line in block.sources
        if line not in said
    ]
    for shock in study.shocks:
        told = {"scenario": shock.name, "digest": shock.digest()}
        lines.append(words("record_scenario", language, **told))
    return [
        Heading(words("shocks_rest", language), 2),
        Bullets(tuple(dict.fromkeys(lines))),
        Paragraph(words("record_python", language), strong=True),
        Code(tuple(python_lines(study, study.pairs))),
    ]


def _known_outlines(study: Resilience) -> Outlines | None:
    try:
        return schematic_outlines(study.zones)
    except AncrageError:
        return None
