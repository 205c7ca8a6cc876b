"""Which figures each section of Stratégie shows, and of what they are made."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from model.indicators import load_indicators
from model.indicators.breakdowns import BUYER_KIND, EPCI, FIRM_KIND, OWNERSHIP, SECTOR
from scenarios.statistics import PAIRS_FOR_A_BAND
from viz.figures.addressable import addressable, addressable_by_group
from viz.figures.calendar import calendar
from viz.figures.differences import differences
from viz.figures.epci_map import epci_map
from viz.figures.euro_path import euro_path
from viz.figures.figure import Figure
from viz.figures.gains import gains
from viz.figures.headline import headline
from viz.figures.payers import payers
from viz.figures.portfolio import portfolio
from viz.figures.territory_facts import territory_facts
from viz.figures.trajectories import trajectories
from viz.figures.why import why
from viz.outlines import Outlines, read_outlines, schematic_outlines
from viz.purchases import YEARS
from viz.territory_views import territory_views
from viz.texts import Language
from viz.web.services import services
from viz.web.state import State
from viz.web.zones import zone_names

if TYPE_CHECKING:
    from model.territory import Territory
    from scenarios.comparison import Comparison
    from scenarios.live import Answer

Maker = Callable[[], Figure]

FIRST_YEAR = YEARS[0]

logger = logging.getLogger(__name__)


def comparison_section(state: State, comparison: Comparison) -> Sequence[Maker]:
    """Return what makes the figures of a section of a comparison, in order."""
    language, zones = state.language, zone_names()
    names = [scenario.name for scenario in comparison.scenarios]
    edited = state.edited if state.edited in names else names[0]
    if state.section == "results" and comparison.pairs < PAIRS_FOR_A_BAND:
        # nothing can be concluded yet: points at once, the rest with the next answer
        return (
            lambda: trajectories(comparison, state.indicator, language),
            _for(headline, comparison, edited, language),
        )
    if state.section == "results":
        return (
            lambda: trajectories(comparison, state.indicator, language),
            lambda: differences(comparison, language),
            *(_for(headline, comparison, name, language) for name in (edited,)),
            *(_for(why, comparison, name, language) for name in names),
            *_levels(comparison, state.indicator, language),
        )
    if state.section == "euro":
        runs = ("baseline", *names)
        return [_for_run(comparison, run, language) for run in runs]
    if state.section == "gains":
        dimensions = (FIRM_KIND, OWNERSHIP, SECTOR, EPCI, BUYER_KIND)
        return [
            (lambda d=dimension: gains(comparison, edited, d, zones, language))
            for dimension in dimensions
        ]
    if state.section == "map":
        return [
            (
                lambda name=name: epci_map(
                    comparison, name, state.indicator, zones, outlines(), language
                )
            )
            for name in names
        ]
    if state.section == "costs":
        return (lambda: payers(comparison, language),)
    return ()


def territory_section(state: State) -> Sequence[Maker]:
    """Return what makes the figures of a section that no comparison is needed for."""
    language = state.language
    if state.section == "purchases":
        views = territory_views(services().territory)
        return (
            lambda: portfolio(views, language),
            lambda: addressable(views.by_category, language),
            lambda: addressable_by_group(views.by_category, FIRST_YEAR, language),
            lambda: addressable_by_group(views.by_buyer_kind, FIRST_YEAR, language),
            lambda: territory_facts(_territory(), language),
        )
    if state.section == "calendar":
        law = state.scenario(state.edited).law
        return (lambda: calendar(_territory().buyers, language, law),)
    return ()


def _territory() -> Territory:
    from model.territory import load_territory

    return load_territory(services().territory)


@cache
def outlines() -> Outlines:
    """Return the shapes of the server's maps: the user's, or schematic cells."""
    keys = tuple(zone_names())
    path = services().outlines
    return schematic_outlines(keys) if path is None else read_outlines(path, keys)


def _levels(comparison: Comparison, indicator: str, language: Language) -> Sequence[Maker]:
    """Return the maker of levels, for indicators whose level has a meaning."""
    if load_indicators()[indicator].difference_only:
        return ()
    return (lambda: trajectories(comparison, indicator, language, show="levels"),)


def _for(
    make: Callable[[Comparison, str, Language], Figure],
    comparison: Comparison,
    name: str,
    language: Language,
) -> Maker:
    return lambda: make(comparison, name, language)


def _for_run(comparison: Comparison, run: str, language: Language) -> Maker:
    return lambda: euro_path(comparison, language, run)


NEEDS_ANSWER = ("results", "map", "euro", "gains", "costs")
"""Sections that show a comparison; the others show the territory and the law."""


def figures_of(state: State, answer: Answer | None) -> list[Figure]:
    """Return the figures of the section that is open; those of a comparison need an answer."""
    return [figure for figure in made_figures(state, answer) if figure is not None]


def made_figures(state: State, answer: Answer | None) -> list[Figure | None]:
    """Return the figures of the section that is open, None for one that could not be made."""
    if state.section in NEEDS_ANSWER:
        makers = () if answer is None else comparison_section(state, answer.comparison)
    else:
        makers = territory_section(state)
    return [_made(make) for make in makers]


def _made(make: Maker) -> Figure | None:
    """Make a figure; one that fails is logged, the page and the others stay."""
    try:
        return make()
    except Exception:
        logger.exception("A figure could not be made.")
        return None


def indicator_choices(language: Language) -> list[dict[str, str]]:
    """Return the indicators that trajectories and maps can show."""
    return [
        {"key": key, "label": getattr(entry, f"label_{language}")}
        for key, entry in load_indicators().items()
        if entry.kind in ("stock", "flow", "ratio")
    ]
