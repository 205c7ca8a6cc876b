"""What explanations that are known add to "Pourquoi ?" of the figures on screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from model.indicators import load_indicators
from scenarios.attribution import Explanation
from viz.figures.contributions import explained_lines
from viz.figures.figure import Figure
from viz.texts import Language

_OF_OTHERS = {"why_": "jobs_present", "moved_jobs": "jobs_present", "payers": "public_cost"}
"""Indicators of figures whose key does not name theirs."""


def indicator_of(figure: Figure) -> str:
    """Return the indicator that a figure is about; empty if it is about several."""
    for start, indicator in _OF_OTHERS.items():
        if figure.key.startswith(start):
            return indicator
    name = figure.key.removeprefix("map_")
    named = [key for key in load_indicators() if name == key or name.startswith(f"{key}_")]
    return max(named, key=len, default="")


def with_explanations(
    figures: Sequence[Figure | None], known: Mapping[str, Explanation], language: Language
) -> list[Figure | None]:
    """Return figures whose "Pourquoi ?" also says which lever and channel surely brings what.

    Parameters
    ----------
    known
        Explanations of the scenarios on screen, by name. A figure about one scenario alone takes
        that one's.
    """
    found: list[Figure | None] = []
    for figure in figures:
        indicator = "" if figure is None or not known else indicator_of(figure)
        if figure is None or not indicator:
            found.append(figure)
            continue
        alone = [name for name in known if figure.key.endswith(f"_{name}")]
        lines = [
            line
            for name in alone or known
            for line in explained_lines(known[name], indicator, language)
        ]
        found.append(replace(figure, why=(*figure.why, *lines)))
    return found
