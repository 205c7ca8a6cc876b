"""How far results can be believed: figures of what is shipped, for screens and reports.

Nothing is run: patterns, calibration and sensitivity are those of the version.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from scenarios.calibration import load_calibration
from scenarios.sensitivity import load_sensitivity
from scenarios.validation.results import load_validation
from viz.figures.calibration import calibrated_ranges, calibration_targets
from viz.figures.figure import Figure
from viz.figures.patterns import TAG_ORDER, misses, patterns
from viz.figures.sensitivity import interval_sources, tornado
from viz.texts import Language

Maker = Callable[[], Figure]

PARTS = ("patterns", "calibration", "sensitivity")
"""Parts of the evidence, in order."""


def pattern_figures(language: Language) -> Sequence[Maker]:
    """Return what makes the figures of the model against published ones."""
    found = load_validation()
    return [
        *(partial(patterns, found, tag, language) for tag in TAG_ORDER),
        partial(misses, found, language),
    ]


def calibration_figures(language: Language) -> Sequence[Maker]:
    """Return what makes the figures of what calibration learnt."""
    found = load_calibration()
    return [
        partial(calibrated_ranges, found, language),
        partial(calibration_targets, found, language),
    ]


def sensitivity_figures(language: Language, indicators: Sequence[str]) -> Sequence[Maker]:
    """Return what makes the figures of what results rest on: a tornado for some, all shares."""
    found = load_sensitivity()
    return [
        partial(interval_sources, found, language),
        *(partial(tornado, found, indicator, language) for indicator in indicators),
    ]


def annex_figures(language: Language) -> dict[str, list[Figure]]:
    """Return the figures of each part that reports and exports take along."""
    predicted, *_, missed = pattern_figures(language)
    makers: dict[str, list[Maker]] = {
        "patterns": [predicted, missed],
        "calibration": [calibration_figures(language)[0]],
        "sensitivity": list(sensitivity_figures(language, ["jobs_present"])),
    }
    return {part: [make() for make in makers[part]] for part in PARTS}
