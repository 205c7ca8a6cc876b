"""Figures of the territory in a report: maps of effects by EPCI."""

from __future__ import annotations

from collections.abc import Mapping

from model.errors import AncrageError
from scenarios.compared import Comparison
from viz.figures.epci_map import epci_map
from viz.figures.figure import Figure
from viz.outlines import Outlines, schematic_outlines
from viz.texts import Language

MAPPED = "jobs_present"


def territory_figures(
    comparison: Comparison,
    zones: Mapping[str, str],
    language: Language,
    outlines: Outlines | None = None,
) -> list[Figure]:
    """Return one map a scenario that changes something; none where no outline is known."""
    if outlines is None:
        try:
            outlines = schematic_outlines(comparison.zones)
        except AncrageError:
            return []
    return [
        epci_map(comparison, scenario.name, MAPPED, zones, outlines, language)
        for scenario in comparison.scenarios
        if not scenario.changes_nothing
    ]
