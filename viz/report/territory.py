"""Figures of the territory in a report: maps of effects by EPCI, and the compliance calendar."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from model.errors import AncrageError
from model.procurement.amendments import Amendments
from scenarios.compared import Comparison
from viz.figures.calendar import calendar
from viz.figures.epci_map import epci_map
from viz.figures.figure import Figure
from viz.outlines import Outlines, schematic_outlines
from viz.texts import Language

if TYPE_CHECKING:
    from model.territory.buyers import Buyers

MAPPED = "jobs_present"


def territory_figures(
    comparison: Comparison,
    zones: Mapping[str, str],
    language: Language,
    *,
    outlines: Outlines | None = None,
    buyers: Buyers | None = None,
) -> list[Figure]:
    """Return one map a scenario that changes something, then the calendar where buyers are given.

    There is no map where no outline is known. The calendar shows the law as all scenarios together
    amend it.
    """
    shapes = outlines or _known_outlines(comparison)
    maps = [
        epci_map(comparison, scenario.name, MAPPED, zones, shapes, language)
        for scenario in comparison.scenarios
        if shapes is not None and not scenario.changes_nothing
    ]
    if buyers is None:
        return maps
    law = reduce(or_, (scenario.law for scenario in comparison.scenarios), Amendments())
    return [*maps, calendar(buyers, language, law)]


def _known_outlines(comparison: Comparison) -> Outlines | None:
    try:
        return schematic_outlines(comparison.zones)
    except AncrageError:
        return None
