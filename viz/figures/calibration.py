"""What calibration learnt: ranges before and after, and the figures that it was held to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.hypotheses import load_register
from scenarios.validation.patterns import Pattern, load_patterns
from viz.figures.bands import BandRow, Mark, band_option, in_band
from viz.figures.figure import Cell, Column, Figure
from viz.figures.wording import spaced_figure
from viz.hypothesis_rows import label_of, unit_words
from viz.numbers import percent
from viz.pattern_labels import pattern_label
from viz.pattern_words import interval_words, pattern_value
from viz.sensitivity_tables import value_of
from viz.territory_names import territory_name
from viz.texts import Language, semicolon_in, words_of

if TYPE_CHECKING:
    from scenarios.calibration import Calibration
    from scenarios.calibration.results import HypothesisRange, TargetFit

words = words_of("evidence")

NINE_IN_TEN = 1.645
"""Standard deviations either way that hold nine cases out of ten of a normal error."""


def calibrated_ranges(found: Calibration, language: Language) -> Figure:
    """Return the range of each hypothesis that a figure sees, after the data, in that before."""
    rows = [_range_row(one, language) for one in found.hypotheses]
    option, height = band_option(rows, words("prior_band", language))
    counts = {"identified": len(found.identified), "seen": len(found.hypotheses)}
    unseen = words("unseen", language, unseen=len(found.screened), candidates=found.candidates)
    made = Figure(
        key="calibrated_ranges",
        title=words("ranges_title", language, **counts, under=_ratio(found, language)),
        caption=_caption(found, language, f"{words('ranges_note', language)} {unseen}"),
        option=option,
        columns=(
            Column("hypothesis", words("hypothesis", language)),
            Column("key", words("key", language)),
            Column("unit", words("unit", language)),
            Column("before", words("range_before", language)),
            Column("after", words("range_after", language)),
            Column("ratio", words("ratio", language), decimals=2),
            Column("used", words("used", language)),
            Column("moves", words("moves", language)),
            Column("held", words("held", language)),
        ),
        rows=tuple(_range_line(found, one, language) for one in found.hypotheses),
        description=words(
            "ranges_description",
            language,
            names=semicolon_in(language).join(
                label_of(load_register()[one.key], language) for one in found.identified
            )
            or "–",
        ),
        sources=_sources(found, language),
        height=height,
    )
    return spaced_figure(made, language)


def calibration_targets(found: Calibration, language: Language) -> Figure:
    """Return the figures that hypotheses were set on, over the ranges before and after."""
    register = {pattern.key: pattern for pattern in load_patterns()}
    rows = [_target_row(fit, register[fit.key], language) for fit in found.targets]
    option, height = band_option(rows, words("target_band", language))
    closer = sum(abs(fit.after - fit.value) <= abs(fit.before - fit.value) for fit in found.targets)
    narrower = sum(_width_after(fit) < _width_before(fit) for fit in found.targets)
    counts = {"closer": closer, "narrower": narrower, "all": len(found.targets)}
    made = Figure(
        key="calibration_targets",
        title=words("targets_title", language, **counts),
        caption=_caption(found, language, words("targets_note", language)),
        option=option,
        columns=(
            Column("pattern", words("pattern", language)),
            Column("published", words("published_value", language)),
            Column("before", words("target_before", language)),
            Column("after", words("target_after", language)),
            Column("fit", words("emulated", language)),
        ),
        rows=tuple(_target_line(fit, register[fit.key], language) for fit in found.targets),
        description=words("targets_description", language),
        sources=_sources(found, language),
        height=height,
    )
    return spaced_figure(made, language)


# --- Ranges -------------------------------------------------------------------------------------


def _range_row(one: HypothesisRange, language: Language) -> BandRow:
    """Return a row in widths of the range before the data."""
    low, high = one.prior_low, one.prior_high
    mark = Mark(
        in_band(one.value, low, high),
        in_band(one.low, low, high),
        in_band(one.high, low, high),
        position=0 if one.identified else -1,
        filled=one.identified,
    )
    ends = f"{value_of(one.low, language)} – {value_of(one.high, language)}"
    told = words("of_before", language, range=ends, ratio=percent(one.ratio, language, 0))
    name = label_of(load_register()[one.key], language)
    return BandRow(name, (mark,), told, percent(one.ratio, language, 0))


def _range_line(found: Calibration, one: HypothesisRange, language: Language) -> tuple[Cell, ...]:
    entry = load_register()[one.key]
    before = (one.prior_value, one.prior_low, one.prior_high)
    after = (one.value, one.low, one.high)
    moved = next(pattern for pattern in load_patterns() if pattern.key == one.moves)
    tried = [known for known in found.coverage if known.key == one.key and known.truths]
    share = percent(one.share, language, 0)
    return (
        label_of(entry, language),
        one.key,
        unit_words(entry.unit, language),
        _ranged(before, language),
        _ranged(after, language),
        one.ratio,
        words("used_yes" if one.identified else "used_no", language),
        f"{pattern_label(moved, language)} ({share})",
        percent(tried[0].share, language, 0) if tried else "–",
    )


def _ranged(numbers: tuple[float, float, float], language: Language) -> str:
    value, low, high = (value_of(number, language) for number in numbers)
    return f"{value} [{low}{semicolon_in(language)}{high}]"


# --- Figures ------------------------------------------------------------------------------------


def _target_row(fit: TargetFit, pattern: Pattern, language: Language) -> BandRow:
    """Return a row in widths of the published figure's own error, before above after."""
    low, high = (fit.value + side * NINE_IN_TEN * fit.error for side in (-1.0, 1.0))

    def mark(value: float, ends: tuple[float, float], position: int) -> Mark:
        bounds = [in_band(end, low, high) for end in ends]
        return Mark(in_band(value, low, high), bounds[0], bounds[1], position)

    marks = (
        mark(fit.before, (fit.before_low, fit.before_high), -1),
        mark(fit.after, (fit.after_low, fit.after_high), 0),
    )
    before = pattern_value(pattern, fit.before, language)
    after = pattern_value(pattern, fit.after, language)
    told = words("before_after", language, before=before, after=after)
    return BandRow(pattern_label(pattern, language), marks, told, after)


def _target_line(fit: TargetFit, pattern: Pattern, language: Language) -> tuple[Cell, ...]:
    def ranged(value: float, low: float, high: float) -> str:
        ends = interval_words(pattern, low, high, language)
        return f"{pattern_value(pattern, value, language)} [{ends}]"

    error = pattern_value(pattern, fit.error, language)
    return (
        pattern_label(pattern, language),
        f"{pattern_value(pattern, fit.value, language)} ± {error}",
        ranged(fit.before, fit.before_low, fit.before_high),
        ranged(fit.after, fit.after_low, fit.after_high),
        percent(fit.fit, language, 0),
    )


def _width_before(fit: TargetFit) -> float:
    return fit.before_high - fit.before_low


def _width_after(fit: TargetFit) -> float:
    return fit.after_high - fit.after_low


# --- Both ---------------------------------------------------------------------------------------


def _ratio(found: Calibration, language: Language) -> str:
    return percent(found.identified_under, language, 0)


def _caption(found: Calibration, language: Language, note: str) -> str:
    first, second, check = found.points
    told = {
        "territory": territory_name(found.territory, language),
        "months": found.months,
        "seed": found.seed,
        "first": first,
        "second": second,
        "check": check,
    }
    return f"{words('calibration_run', language, **told)} {note}"


def _sources(found: Calibration, language: Language) -> tuple[str, ...]:
    version = found.versions.get("ancrage", "")
    lines = [words("source_calibration", language)]
    if found.covered == found.covered:  # not NaN: some known truths were tried
        covered = percent(found.covered, language, 0)
        lines.append(words("source_coverage", language, covered=covered))
    if found.ridges:
        pairs = semicolon_in(language).join(
            f"{ridge.first} / {ridge.second}" for ridge in found.ridges[:6]
        )
        lines.append(words("source_ridges", language, pairs=pairs))
    return (
        *lines,
        words("source_again", language, command="ancrage calibrate", version=version),
        words("simulation", language),
    )
