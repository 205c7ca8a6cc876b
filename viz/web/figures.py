"""Which figures each section of Stratégie shows, and of what they are made."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from model.indicators import load_indicators
from model.indicators.breakdowns import BUYER_KIND, EPCI, FIRM_KIND, OWNERSHIP, SECTOR
from scenarios.results import BASELINE
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
from viz.figures.wording import is_provisional
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

Maker = Callable[[], Figure | None]

logger = logging.getLogger(__name__)


def comparison_section(state: State, comparison: Comparison) -> Sequence[Maker]:
    """Return what makes the figures of a section of a comparison, in order."""
    language, zones = state.language, zone_names()
    names = [scenario.name for scenario in comparison.scenarios]
    edited = state.edited if state.edited in names else names[0]
    shown = partial(trajectories, comparison, state.indicator, language)
    key_numbers = partial(headline, comparison, edited, language)
    if state.section == "results" and is_provisional(comparison):
        # nothing can be concluded yet: points at once, the rest with the next answer
        return (shown, key_numbers)
    if state.section == "results":
        single = load_indicators()[state.indicator].difference_only
        return (
            shown,
            partial(differences, comparison, language),
            key_numbers,
            *(partial(why, comparison, name, language) for name in names),
            *(() if single else (partial(shown, show="levels"),)),
        )
    if state.section == "euro":
        return [partial(euro_path, comparison, language, run) for run in (BASELINE, *names)]
    if state.section == "gains":
        return [
            partial(gains, comparison, edited, dimension, zones, language)
            for dimension in (FIRM_KIND, OWNERSHIP, SECTOR, EPCI, BUYER_KIND)
        ]
    if state.section == "map":
        shapes = outlines()
        return [
            partial(epci_map, comparison, name, state.indicator, zones, shapes, language)
            for name in names
        ]
    if state.section == "costs":
        return (partial(payers, comparison, language),)
    return ()


def territory_section(state: State) -> Sequence[Maker]:
    """Return what makes the figures of a section that no comparison is needed for."""
    language = state.language
    if state.section == "purchases":
        views = territory_views(services().territory)
        return (
            partial(portfolio, views, language),
            partial(addressable, views.by_category, language),
            partial(addressable_by_group, views.by_category, YEARS[0], language),
            partial(addressable_by_group, views.by_buyer_kind, YEARS[0], language),
            partial(territory_facts, _territory(), language),
        )
    if state.section == "calendar":
        law = state.scenario(state.edited).law
        return (partial(calendar, _territory().buyers, language, law),)
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
    return made_of(makers)


def made_of(makers: Sequence[Maker]) -> list[Figure | None]:
    """Make figures; one that fails is logged and None, the page and the others stay.

    A maker that returns None has nothing to show.
    """
    found: list[Figure | None] = []
    for make in makers:
        try:
            figure = make()
        except Exception:
            logger.exception("A figure could not be made.")
            found.append(None)
        else:
            found += [] if figure is None else [figure]
    return found


def indicator_choices(language: Language) -> list[dict[str, str]]:
    """Return the indicators that trajectories and maps can show."""
    return [
        {"key": key, "label": getattr(entry, f"label_{language}")}
        for key, entry in load_indicators().items()
        if entry.kind in ("stock", "flow", "ratio")
    ]
