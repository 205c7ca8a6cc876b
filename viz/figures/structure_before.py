"""What purchasing looks like before any shock, by scenario: a table with paired differences."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from model.structure import Measure, load_measures, load_themes
from scenarios.resilience import Resilience, load_resilience_measures
from scenarios.resilience.results import summary
from scenarios.results import ALL_ZONES, BASELINE
from scenarios.statistics import number_or_none
from viz.figures.figure import Cell, Column, Figure
from viz.figures.loss_curves import month_name
from viz.figures.struck import (
    caption,
    few,
    name_of,
    others,
    provisional_title,
    quoted,
    run_lines,
    shown,
    words,
)
from viz.figures.wording import spaced_figure
from viz.figures.wording import words as figure_words
from viz.numbers import ABSENT, number
from viz.texts import Language, semicolon_in

Ends = tuple[float | None, float | None, float | None]
"""A value with the ends of its interval."""

_HEADLINE = "three_able"
"""Measure that the title tells where nothing is compared."""


def structure_before(
    study: Resilience,
    language: Language,
    *,
    research: bool = False,
    zone: str = ALL_ZONES,
    names: Mapping[str, str] | None = None,
) -> Figure | None:
    """Return measures of structure the month before the first shock, a column a scenario.

    None where the worlds have no structure. Numbers are written, not raw.

    Parameters
    ----------
    research
        Also the measures that only Recherche shows.
    zone, names
        Key of an EPCI for its own measures, and names of zones by key.
    """
    values = {(r.scenario, r.measure): r for r in study.structure if r.zone == zone}
    known = {
        key: entry
        for key, entry in load_measures().items()
        if (research or entry.audience == "all") and (study.scenarios[0].name, key) in values
    }
    if not known:
        return None
    changes = {
        (one.name, key): _difference(study, one.name, key, zone)
        for one, _ in others(study)
        for key in known
    }
    first = min(shock.shocks.first_month for shock in study.shocks)
    month = month_name(study, max(0, first - 1))
    place = "" if zone == ALL_ZONES else f"{(names or {}).get(zone, zone)}. "
    rows: list[tuple[Cell, ...]] = []
    for key, entry in known.items():
        levels: list[Cell] = []
        for one, _ in shown(study):
            row = values[one.name, key]
            levels.append(_written((row.value, row.low, row.high), entry, language))
        less = [
            _written(changes[one.name, key], entry, language, signed=True)
            for one, _ in others(study)
        ]
        theme = load_themes()[entry.theme]
        head = (theme.label_fr, entry.label_fr, entry.unit_fr)
        if language == "en":
            head = (theme.label_en, entry.label_en, entry.unit)
        rows.append((head[1], head[0], head[2], *levels, *less))
    lines = tuple(_definition(entry, language) for entry in known.values())
    made = Figure(
        key="structure_before" if zone == ALL_ZONES else f"structure_before_{zone}",
        title=place + _title(study, values[study.scenarios[0].name, _HEADLINE], changes, language),
        caption=caption(study, None, language, words("structure_note", language, month=month)),
        columns=(
            Column("measure", words("measure", language)),
            Column("theme", words("theme", language)),
            Column("unit", figure_words("unit", language)),
            *(Column(one.name, name_of(one.name, language)) for one, _ in shown(study)),
            *(
                Column(f"less_{one.name}", words("less_baseline", language, scenario=one.name))
                for one, _ in others(study)
            ),
        ),
        rows=tuple(rows),
        description=words("structure_description", language, month=month, count=len(rows)),
        sources=(*lines, *run_lines(study, language)),
    )
    return spaced_figure(made, language)


def _difference(study: Resilience, scenario: str, measure: str, zone: str) -> Ends:
    """Return a measure under a scenario less that of current practice, pair by pair."""
    order = [one.name for one in study.scenarios]
    s, base = order.index(scenario), order.index(BASELINE)
    each = [
        run.structure[s].get((measure, zone), math.nan)
        - run.structure[base].get((measure, zone), math.nan)
        for run in study.runs
    ]
    mean = load_resilience_measures()["lasting_loss"]
    parts = summary(np.array(each)[:, None], mean)
    value, low, high = (number_or_none(float(part[0])) for part in parts)
    return value, low, high


def _written(ends: Ends, entry: Measure, language: Language, *, signed: bool = False) -> str:
    value, low, high = ends
    if value is None:
        return ABSENT
    middle = number(value, entry.decimals, language, signed=signed)
    if low is None or high is None:
        return middle
    if entry.unit == "%" and not signed:
        low, high = max(low, 0.0), min(high, 100.0)
    inside = [number(end, entry.decimals, language, signed=signed) for end in (low, high)]
    return f"{middle} [{inside[0]}\u00a0;\u00a0{inside[1]}]"


def _title(
    study: Resilience,
    headline: object,
    changes: Mapping[tuple[str, str], Ends],
    language: Language,
) -> str:
    if few(study):
        return provisional_title(study, words("structure_what", language), language)
    if not changes:
        ends = [getattr(headline, end) for end in ("value", "low", "high")]
        told = _written((ends[0], ends[1], ends[2]), load_measures()[_HEADLINE], language)
        return words("structure_title_alone", language, share=told)
    parts: list[str] = []
    for one, _ in others(study):
        found = [ends for (name, _), ends in changes.items() if name == one.name]
        up = sum(1 for _, low, _ in found if low is not None and low > 0.0)
        down = sum(1 for _, _, high in found if high is not None and high < 0.0)
        values = {"scenario": quoted(one.name, language), "up": up, "down": down}
        key = "structure_part" if up or down else "structure_part_zero"
        parts.append(words(key, language, all=len(found), **values))
    return words("structure_title", language, parts=semicolon_in(language).join(parts))


def _definition(entry: Measure, language: Language) -> str:
    label, told = entry.label_fr, entry.definition_fr
    if language == "en":
        label, told = entry.label_en, entry.definition_en
    return figure_words("source_definition", language, label=label, definition=told)
