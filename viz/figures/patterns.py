"""The baseline against published patterns: a figure a tag, and what explains misses."""

from __future__ import annotations

from scenarios.validation.results import Finding, Validation
from viz.figures.bands import BandRow, Mark, band_option, in_band
from viz.figures.figure import Cell, Column, Figure
from viz.figures.wording import spaced_figure
from viz.pattern_labels import pattern_label, pattern_why
from viz.pattern_words import interval_words, pattern_value
from viz.territory_names import territory_name
from viz.texts import Language, semicolon_in, words_of

words = words_of("evidence")

TAG_ORDER = ("predicted", "calibrated", "input")
"""What counts most as evidence first."""


def patterns(found: Validation, tag: str, language: Language) -> Figure:
    """Return where the model stands against the published patterns of a tag."""
    items = [item for item in found.findings if item.pattern.tag == tag]
    rows = [row for item in items if (row := _row(item, language)) is not None]
    option, height = band_option(rows, words("accepted_band", language))
    within, whole = found.tally()[tag]
    straddling = sum(item.straddles for item in items)
    told = {"within": within, "all": whole, "straddling": straddling}
    missed = [pattern_label(one.pattern, language) for one in items if not one.within]
    joint = semicolon_in(language)
    made = Figure(
        key=f"patterns_{tag}",
        title=words(f"patterns_title_{tag}", language, **told),
        caption=_caption(found, language, words("patterns_note", language)),
        option=option,
        columns=(
            Column("pattern", words("pattern", language)),
            Column("accepted", words("accepted", language)),
            Column("value", words("model", language)),
            Column("interval", words("nine_in_ten", language)),
            Column("verdict", words("verdict", language)),
            Column("source", words("published", language)),
        ),
        rows=tuple(_line(item, language) for item in items),
        description=words("patterns_description", language, missed=joint.join(missed) or "–"),
        sources=_sources(found, language),
        height=height,
    )
    return spaced_figure(made, language)


def misses(found: Validation, language: Language) -> Figure:
    """Return the figures that the model misses, each with what explains it."""
    items = [item for item in found.findings if not item.within]
    items.sort(key=lambda item: TAG_ORDER.index(item.pattern.tag))
    made = Figure(
        key="patterns_missed",
        title=words("misses_title", language, missed=len(items), all=len(found.findings)),
        caption=_caption(found, language, words("misses_note", language)),
        columns=(
            Column("pattern", words("pattern", language)),
            Column("tag", words("tag", language)),
            Column("accepted", words("accepted", language)),
            Column("value", words("model", language)),
            Column("why", words("explanation", language)),
        ),
        rows=tuple(_explained(item, language) for item in items),
        description=words("misses_description", language),
        sources=_sources(found, language),
    )
    return spaced_figure(made, language)


def _row(item: Finding, language: Language) -> BandRow | None:
    """Return a row in widths of the accepted range; None for what has no value."""
    p = item.pattern
    if item.mean is None:
        return None
    ends = [None if end is None else in_band(end, p.low, p.high) for end in (item.low, item.high)]
    value = pattern_value(p, item.mean, language)
    accepted = interval_words(p, p.low, p.high, language)
    mark = Mark(
        in_band(item.mean, p.low, p.high),
        ends[0],
        ends[1],
        position=0 if item.within else 1,
        filled=item.within,
    )
    told = words("against", language, value=value, accepted=accepted)
    return BandRow(pattern_label(p, language), (mark,), told, value)


def _line(item: Finding, language: Language) -> tuple[Cell, ...]:
    p = item.pattern
    return (
        pattern_label(p, language),
        interval_words(p, p.low, p.high, language),
        pattern_value(p, item.mean, language),
        interval_words(p, item.low, item.high, language),
        _verdict(item, language),
        p.source,
    )


def _explained(item: Finding, language: Language) -> tuple[Cell, ...]:
    p = item.pattern
    return (
        pattern_label(p, language),
        words(f"tag_{p.tag}", language),
        interval_words(p, p.low, p.high, language),
        pattern_value(p, item.mean, language),
        pattern_why(p, language) or words("no_explanation", language),
    )


def _verdict(item: Finding, language: Language) -> str:
    told = words("within" if item.within else "missed", language)
    return f"{told}, {words('straddles', language)}" if item.straddles else told


def _caption(found: Validation, language: Language, note: str) -> str:
    """Say what was run, and when the program was as it is here."""
    drawn = words("validation_central" if found.central else "validation_drawn", language)
    told = {
        "territory": territory_name(found.territory, language),
        "first": found.seeds[0],
        "last": found.seeds[-1],
    }
    return f"{words('validation_run', language, **told)} {drawn} {note}"


def _sources(found: Validation, language: Language) -> tuple[str, ...]:
    version = found.versions.get("ancrage", "")
    return (
        words("source_patterns", language),
        words("source_again", language, command="ancrage validate", version=version),
        words("simulation", language),
    )
