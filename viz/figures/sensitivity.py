"""What results rest on: a tornado a result, and what their intervals come from."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import override

from model.hypotheses import load_register
from model.indicators import load_indicators
from scenarios.results import ALL_ZONES, ResultRow
from scenarios.sensitivity import ResultSensitivity, Sensitivity, Share, Swing
from viz.figures.dots import Dot, Panel, dot_option
from viz.figures.figure import Cell, Column, Figure
from viz.figures.wording import Measure, between, inline, label_of, measure, spaced_figure
from viz.hypothesis_rows import label_of as hypothesis_label
from viz.hypothesis_rows import unit_words
from viz.numbers import number, percent
from viz.sensitivity_tables import value_of
from viz.territory_names import territory_name
from viz.texts import Language, colon_in, semicolon_in, words_of

words = words_of("evidence")

_TITLES = ("tornado_none", "tornado_title_one", "tornado_title")
"""Titles for no hypothesis that stands out, one, and more."""


def tornado(study: Sensitivity, indicator: str, language: Language) -> Figure:
    """Return what hypotheses do to a result, one at a time; those told from zero are drawn."""
    result = study.result(indicator)
    rows = [_as_row(result, swing) for swing in result.swings]
    drawn = [(swing, row) for swing, row in zip(result.swings, rows, strict=True) if swing.told]
    whole = _row(result, "", result.mean, result.low, result.high)
    written = measure(load_indicators()[indicator], [*rows, whole], language)
    option, height = None, 360
    if drawn:
        dots = tuple(
            Dot(hypothesis_label(load_register()[swing.key], language), 0, row)
            for swing, row in drawn
        )
        panel = Panel(
            words("swing_of", language, label=label_of(indicator, language)), written, dots
        )
        option, height = dot_option([panel], language)
    told = {
        "label": label_of(indicator, language),
        "between": between(whole, written),
        "count": len(drawn),
    }
    if drawn:
        first = drawn[0][0]
        told["first"] = hypothesis_label(load_register()[first.key], language)
    made = Figure(
        key=f"tornado_{indicator}",
        title=words(_TITLES[min(len(drawn), 2)], language, **told),
        caption=_caption(study, language, _not_told(study, result, written, language)),
        option=option,
        columns=_swing_columns(written, language),
        rows=tuple(_swing_line(swing, written, language) for swing in result.swings),
        description=_described(drawn, written, language),
        sources=_sources(study, language),
        height=height,
    )
    return spaced_figure(made, language)


def interval_sources(study: Sensitivity, language: Language) -> Figure:
    """Return the share of the interval of each result that comes from each source."""
    percents = _percent_measure(study, language)
    panels = [
        Panel(
            label_of(result.indicator, language),
            percents,
            tuple(
                Dot(_source_name(share, language), place, _share_row(result, share))
                for place, share in enumerate(result.shares)
            ),
        )
        for result in study.results
    ]
    option, height = dot_option(panels, language, shared_scale=True)
    for axis in option["xAxis"]:
        axis |= {"min": 0, "max": 100, "interval": 25}
        axis["axisLabel"] |= {"formatter": "@number:0"}
    made = Figure(
        key="interval_sources",
        title=_shares_title(study, language),
        caption=_caption(study, language, words("shares_caption", language)),
        option=option,
        columns=(
            Column("result", words("result", language)),
            Column("source", words("source", language)),
            *(
                Column(key, words(f"share_{key}", language), "%", 0)
                for key in ("part", "part_low", "part_high", "alone", "in_all")
            ),
            Column("read", words("readable", language)),
        ),
        rows=tuple(
            _share_line(result, share, language)
            for result in study.results
            for share in result.shares
        ),
        description=words("shares_description", language),
        sources=_sources(study, language),
        height=height,
    )
    return spaced_figure(made, language)


# --- Tornado ------------------------------------------------------------------------------------


def _as_row(result: ResultSensitivity, swing: Swing) -> ResultRow:
    return _row(result, swing.key, swing.swing, swing.low, swing.high)


def _row(result: ResultSensitivity, name: str, value: float, low: float, high: float) -> ResultRow:
    """Return a difference with its interval as a row of results, to be written as they are."""
    return ResultRow(
        scenario=name,
        indicator=result.indicator,
        zone=ALL_ZONES,
        dimension=ALL_ZONES,
        group=ALL_ZONES,
        baseline=None,
        value=None,
        difference=value,
        low=low,
        high=high,
        mean_low=None,
        mean_high=None,
        relative=None,
    )


def _swing_columns(written: Measure, language: Language) -> tuple[Column, ...]:
    return (
        Column("hypothesis", words("hypothesis", language)),
        Column("key", words("key", language)),
        Column("grade", words("grade", language)),
        Column("acts", words("acts", language)),
        Column("unit", words("unit", language)),
        Column("from", words("from", language)),
        Column("to", words("to", language)),
        written.change_column("swing", words("swing", language), 1),
        written.change_column("low", words("low", language), 1),
        written.change_column("high", words("high", language), 1),
        Column("verdict", words("verdict", language)),
    )


def _swing_line(swing: Swing, written: Measure, language: Language) -> tuple[Cell, ...]:
    entry = load_register()[swing.key]
    return (
        hypothesis_label(entry, language),
        swing.key,
        entry.grade,
        words(f"acts_{entry.acts}", language),
        unit_words(entry.unit, language),
        value_of(swing.low_value, language),
        value_of(swing.high_value, language),
        written.scaled(swing.swing),
        written.scaled(swing.low),
        written.scaled(swing.high),
        words("told" if swing.told else "zero", language),
    )


def _not_told(
    study: Sensitivity, result: ResultSensitivity, written: Measure, language: Language
) -> str:
    """Say how many of those tried do nothing that can be told, and what screening cannot see."""
    silent = len(result.swings) - len(result.told)
    seen = f"{written.change(result.smallest_seen).lstrip('+')}{written.suffix}"
    count = study.hypotheses - len(result.swings)
    told = words("silent", language, silent=silent, tried=len(result.swings))
    return f"{told} {words('not_moved', language, count=count, seen=seen)}"


def _described(drawn: list[tuple[Swing, ResultRow]], written: Measure, language: Language) -> str:
    if not drawn:
        return words("none_told", language)
    lines = [
        f"{hypothesis_label(load_register()[swing.key], language)}{colon_in(language)}"
        f"{written.change(row.difference)}{written.suffix}"
        for swing, row in drawn
    ]
    return words("tornado_description", language, lines=semicolon_in(language).join(lines))


# --- Sources of the interval --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Percents(Measure):
    """Shares in per cent: without a sign, unlike differences."""

    @override
    def change(self, value: float | None) -> str:
        return number(None if value is None else 100.0 * value, 0, self.language)


def _percent_measure(study: Sensitivity, language: Language) -> Measure:
    """Return how shares are written: percent without decimals."""
    row = _share_row(study.results[0], study.results[0].shares[0])
    entry = load_indicators()["local_share_territory_value"]
    written = replace(measure(entry, [row], language), unit="%", scale=0.01, decimals=0)
    return _Percents(*(getattr(written, field.name) for field in fields(written)))


def _share_row(result: ResultSensitivity, share: Share) -> ResultRow:
    return _row(result, share.source, share.part, share.part_low, share.part_high)


def _source_name(share: Share, language: Language) -> str:
    name = words(f"source_{share.source}", language)
    return f"{name} ({words('too_uncertain', language)})" if share.uncertain else name


def _shares_title(study: Sensitivity, language: Language) -> str:
    """Say which source makes most of the interval of each result, where that can be told."""
    parts: list[str] = []
    for result in study.results:
        first, second = sorted(result.shares, key=lambda share: -share.part)[:2]
        if first.uncertain or first.part_low <= second.part_high:
            continue
        told = {
            "label": inline(label_of(result.indicator, language)),
            "source": words(f"source_{first.source}_inline", language),
            "low": percent(first.part_low, language, 0),
            "high": percent(first.part_high, language, 0),
        }
        parts.append(words("shares_part", language, **told))
    if not parts:
        return words("shares_unknown", language)
    return words("shares_found", language, parts=semicolon_in(language).join(parts))


def _share_line(result: ResultSensitivity, share: Share, language: Language) -> tuple[Cell, ...]:
    numbers = (share.part, share.part_low, share.part_high, share.alone, share.in_all)
    return (
        label_of(result.indicator, language),
        words(f"source_{share.source}", language),
        *(100.0 * value for value in numbers),
        words("too_uncertain" if share.uncertain else "readable_yes", language),
    )


# --- Both ---------------------------------------------------------------------------------------


def _caption(study: Sensitivity, language: Language, note: str) -> str:
    told = {
        name: getattr(study, name) for name in ("scenario", "months", "runs", "written", "seed")
    }
    told["territory"] = territory_name(study.territory, language)
    parts = [words("sensitivity_run", language, **told)]
    if study.trial:
        parts.append(words("trial", language))
    return " ".join((*parts, note))


def _sources(study: Sensitivity, language: Language) -> tuple[str, ...]:
    version = study.versions.get("ancrage", "")
    plan = {
        name: getattr(study, name)
        for name in ("hypotheses", "screening", "screening_seeds", "rows", "repeats", "largest")
    }
    return (
        words("source_sensitivity", language, **plan),
        words("source_again", language, command="ancrage sensitivity", version=version),
        words("simulation", language),
    )
