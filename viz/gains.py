"""Who gains and who loses, in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from model.indicators import load_dimensions, load_indicators
from scenarios.comparison import Comparison
from scenarios.gains import WATCHED, Gain
from scenarios.results import ResultRow
from scenarios.schema import Scenario
from scenarios.statistics import PAIRS_FOR_A_BAND
from viz.numbers import ABSENT, decimals_for, number
from viz.tables import group_label, interval_text, unit_and_scale
from viz.texts import Language, text

SMALLEST_WRITTEN = 0.05
"""Effects under it, in FTE or M EUR, are in the files and not in the sentences."""


def gains_lines(
    comparison: Comparison, scenario: Scenario, zones: Mapping[str, str], language: Language
) -> list[str]:
    """Return who surely gains or loses under a scenario, a line a dimension and indicator.

    Groups keep the order of their dimension: nobody is ranked.
    """
    if scenario.changes_nothing:
        return [text("gains_nothing_changes", language)]
    if comparison.pairs < PAIRS_FOR_A_BAND:
        return [text("gains_too_few_pairs", language)]
    found = [gain for gain in comparison.gains if gain.scenario == scenario.name]
    lines = [text("gains_heading", language)]
    for dimension, keys in WATCHED.items():
        for key in keys:
            chosen = [g for g in found if (g.dimension, g.indicator) == (dimension, key)]
            lines.append(_line(dimension, key, chosen, zones, language))
    jobs = {
        "moved": "jobs_difference_relocated",
        "outside": "jobs_outside_holders",
        "net": "jobs_net",
    }
    words = {
        place: _of_row(comparison.row(scenario.name, key), language) for place, key in jobs.items()
    }
    return [*lines, text("gains_moved", language, **words)]


def _line(
    dimension: str,
    indicator: str,
    gains: Sequence[Gain],
    zones: Mapping[str, str],
    language: Language,
) -> str:
    """Return the line of one dimension and indicator."""
    entry = load_indicators()[indicator]
    label: str = getattr(entry, f"label_{language}")
    words = {
        "dimension": getattr(load_dimensions()[dimension], f"label_{language}"),
        "indicator": label[0].lower() + label[1:],
    }
    unit, scale = unit_and_scale(entry, language)
    parts: list[str] = []
    for key, side in (("gains_up", True), ("gains_down", False)):
        named = [
            f"{group_label(dimension, gain.group, zones, language)} "
            f"{_amount(gain.difference, gain.mean_low, gain.mean_high, scale, language)}"
            for gain in gains
            if gain.gains is side and abs(gain.difference) / scale >= SMALLEST_WRITTEN
        ]
        if named:
            parts.append(text(key, language, groups=", ".join(named)))
    if not parts:
        return text("gains_none", language, **words)
    return text("gains_line", language, unit=unit, parts=" ; ".join(parts), **words)


def _of_row(row: ResultRow, language: Language) -> str:
    """Write the difference of a row with the interval of its mean."""
    if row.difference is None or row.mean_low is None or row.mean_high is None:
        return ABSENT
    return _amount(row.difference, row.mean_low, row.mean_high, 1.0, language)


def _amount(value: float, low: float, high: float, scale: float, language: Language) -> str:
    numbers: list[float | None] = [value / scale, low / scale, high / scale]
    decimals = min(2 if scale > 1.0 else 1, decimals_for(numbers))
    written = number(numbers[0], decimals, language, signed=True)
    return f"{written} {interval_text(numbers[1], numbers[2], decimals, language)}"
