"""Studies of resilience in words: names, numbers, intervals, captions and sources.

Losses are written without a sign, differences with one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from scenarios.resilience import Measure, Resilience, ResilienceRow, load_resilience_measures
from scenarios.resilience.results import summary
from scenarios.results import ALL_ZONES, BASELINE, ResultRow
from scenarios.schema import Scenario
from viz.figures import wording
from viz.figures.sources import register_line, run_line
from viz.figures.wording import caption as study_caption
from viz.figures.wording import is_provisional, lowered, pairs_text, seeds_text
from viz.figures.wording import words as figure_words
from viz.numbers import ABSENT, decimals_for, number
from viz.sentences import shocks_told
from viz.shocks import shock_label
from viz.texts import Language, words_of

words = words_of("resilience")
"""Texts of the figures of resilience."""

Row = ResilienceRow
Found = Literal["undefined", "provisional", "censored", "none", "zero", "sure"]

Felt = Literal["none", "zero", "up", "down"]

SERVICE = "service"

MONTHS_FELT = 24
"""Months from the strike on whose mean tells whether there is an effect."""


def name_of(scenario: str, language: Language) -> str:
    """Return the name of a scenario on screen; the baseline is current practice."""
    return figure_words("baseline", language) if scenario == BASELINE else scenario


def quoted(scenario: str, language: Language) -> str:
    """Return the name of a scenario in a sentence."""
    if scenario == BASELINE:
        return lowered(name_of(scenario, language))
    return figure_words("quoted", language, name=name_of(scenario, language))


def shown(study: Resilience) -> list[tuple[Scenario, int]]:
    """Return the scenarios with their place, which gives their look: -1 for the baseline."""
    found: list[tuple[Scenario, int]] = []
    place = 0
    for one in study.scenarios:
        is_baseline = one.name == BASELINE
        found.append((one, -1 if is_baseline else place))
        place += not is_baseline
    return found


def others(study: Resilience) -> list[tuple[Scenario, int]]:
    """Return the scenarios that are compared with the baseline; none where it was not run."""
    every = shown(study)
    if all(place >= 0 for _, place in every):
        return []
    return [(one, place) for one, place in every if place >= 0]


def shock_of(study: Resilience, shock: str) -> Scenario:
    """Return a shock of the study; raises KeyError for an unknown name."""
    for one in study.shocks:
        if one.name == shock:
            return one
    raise KeyError(shock)


def title_of_shock(study: Resilience, shock: str, language: Language) -> str:
    """Return the short label of a shock of the study."""
    return shock_label(shock_of(study, shock), language)


def label_of(measure: Measure, language: Language) -> str:
    """Return the label of a measure."""
    return measure.label_fr if language == "fr" else measure.label_en


def unit_of(measure: Measure, language: Language) -> str:
    """Return the unit of a measure."""
    return measure.unit_fr if language == "fr" else measure.unit


def found_in(row: Row) -> Found:
    """Say what the interval of a row allows to say of it."""
    timed = load_resilience_measures()[row.measure].statistic == "median"
    if row.value is None:
        return "censored" if timed and row.measure != "months_to_trough" else "undefined"
    if row.low is None and row.high is None and not timed:
        return "provisional"
    if row.low is None or row.high is None:
        return "sure"
    if row.low == row.high == 0.0:
        return "none"
    return "zero" if row.low <= 0.0 <= row.high and not timed else "sure"


def decimals_of(row: Row) -> int:
    """Return the decimals of a measure; one more where an end that excludes zero would be zero."""
    decimals = load_resilience_measures()[row.measure].decimals
    ends = [abs(end) for end in (row.low, row.high) if end is not None]
    return decimals + (found_in(row) == "sure" and any(0.0 < e < 0.5 * 10**-decimals for e in ends))


def value_cell(row: Row, language: Language, *, signed: bool = False) -> str:
    """Write a value with its interval: "1 100 [900 ; 1 300]"."""
    found = found_in(row)
    if found == "censored":
        return words("not_regained", language)
    if row.value is None:
        return ABSENT
    decimals = decimals_of(row)
    middle = number(row.value, decimals, language, signed=signed)
    if row.low is None and row.high is None:
        return middle
    ends = [
        words("beyond", language) if end is None else number(end, decimals, language, signed=signed)
        for end in (row.low, row.high)
    ]
    return f"{middle} [{ends[0]}\u00a0;\u00a0{ends[1]}]"


def between(row: Row, language: Language) -> str:
    """Write the interval of a loss: "entre 900 et 1 300"."""
    decimals = decimals_of(row)
    ends = [number(end, decimals, language) for end in (row.low, row.high)]
    return words("between", language, low=ends[0], high=ends[1])


def as_result(row: Row, *, times: float = 1.0) -> ResultRow:
    """Return a row as one of a comparison, so that charts of differences show it.

    ``times`` -1 turns a loss into a change.
    """
    low, high = sorted_ends(row.low, row.high, times)
    return ResultRow(
        scenario=row.scenario,
        indicator=row.measure,
        zone=None if row.zone == ALL_ZONES else row.zone,
        dimension=ALL_ZONES if row.zone == ALL_ZONES else "epci",
        group=row.zone,
        baseline=None,
        value=None,
        difference=None if row.value is None else times * row.value,
        low=low,
        high=high,
        mean_low=None,
        mean_high=None,
        relative=None,
    )


def sorted_ends(
    low: float | None, high: float | None, times: float
) -> tuple[float | None, float | None]:
    """Return the ends of an interval multiplied by a number, the lower one first."""
    if low is None or high is None:
        return None, None
    return min(low * times, high * times), max(low * times, high * times)


def written_as(measure: Measure, rows: Sequence[ResultRow], language: Language) -> wording.Measure:
    """Return how rows of a measure are written where they are shown together."""
    decimals = max(0, decimals_for([v for r in rows for v in (r.difference, r.low, r.high)]) - 1)
    unit = unit_of(measure, language)
    return wording.Measure(unit, 1.0, decimals, unit, 1.0, decimals, language)


def caption(study: Resilience, shock: str | None, language: Language, *notes: str) -> str:
    """Say what strikes, what was run, how far it carries, and how marks are read."""
    told = [] if shock is None else [shocks_told(shock_of(study, shock).shocks, language)]
    end = words("simulation", language)
    return " ".join([*told, study_caption(study, language, *notes), end])


def provisional_title(study: Resilience, what: str, language: Language) -> str:
    """Return the title of a figure of too few pairs: no finding."""
    return words("provisional", language, what=what, pairs=pairs_text(study, language))


def source_lines(study: Resilience, measures: Sequence[str], language: Language) -> tuple[str, ...]:
    """Return definitions, shocks, hypotheses and run of a figure, a line each."""
    known = load_resilience_measures()
    return (*(definition(known[key], language) for key in measures), *run_lines(study, language))


def run_lines(study: Resilience, language: Language) -> tuple[str, ...]:
    """Return the line of hypotheses, that of the pairs and that of the run."""
    return (
        words("source_pairs", language, seeds=seeds_text(study, language)),
        register_line(study.central, language),
        run_line(study, language),
    )


def definition(measure: Measure, language: Language) -> str:
    """Return the line that defines a measure."""
    told = measure.definition_fr if language == "fr" else measure.definition_en
    return figure_words(
        "source_definition", language, label=label_of(measure, language), definition=told
    )


def felt(
    study: Resilience,
    scenario: str,
    shock: str,
    quantity: str = "jobs_present_fte",
    zone: str = ALL_ZONES,
) -> Felt:
    """Say whether a shock surely lowers or raises a quantity in the two years that follow it.

    A worst moment is a loss or nothing, in every simulation: it cannot tell an effect from noise.
    The mean gap of these months can, as it has both signs where there is none. ``SERVICE`` is the
    part of the public volume due that is delivered on time.
    """
    start = study.strike_of(shock)
    if quantity == SERVICE:
        kept = study.curve(scenario, shock, "on_time_eur", zone)
        gap = kept / np.maximum(study.curve(scenario, shock, "due_eur", zone), 1e-9) - 1.0
    else:
        gap = study.gap(scenario, shock, quantity, zone)
    gap = gap[:, start : start + MONTHS_FELT]
    if not gap.any():
        return "none"
    mean = load_resilience_measures()["lasting_loss"]
    _, low, high = summary(gap.mean(axis=1)[:, None], mean)
    if low[0] > 0.0 or high[0] < 0.0:
        return "up" if low[0] > 0.0 else "down"
    return "zero"


def few(study: Resilience) -> bool:
    """Whether there are too few pairs for an interval or a finding."""
    return is_provisional(study)
