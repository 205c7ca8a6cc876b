"""Which figures the page of shocks shows, and of what they are made."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from typing import TYPE_CHECKING

from scenarios.resilience import Resilience
from scenarios.results import BASELINE
from scenarios.statistics import PAIRS_FOR_A_BAND
from viz.figures.critical_needs import critical_needs
from viz.figures.figure import Figure
from viz.figures.loss_curves import loss_curves
from viz.figures.loss_map import loss_map
from viz.figures.loss_table import loss_differences, loss_table
from viz.figures.structure_before import structure_before
from viz.figures.trade_off import trade_off
from viz.territories import buyers_of
from viz.web.figures import Maker, made_of, outlines
from viz.web.services import services
from viz.web.state import State
from viz.web.zones import zone_names

if TYPE_CHECKING:
    from model.structure import Structure


def study_figures(state: State, study: Resilience) -> list[Figure | None]:
    """Return the figures of a study: of each shock, then of what was there before."""
    language, makers = state.language, list[Maker]()
    for shock in study.shocks:
        makers += _of_shock(state, study, shock.name)
    if study.pairs >= PAIRS_FOR_A_BAND:
        makers.append(partial(structure_before, study, language))
    name = edited_in(state, study)
    detail = study.detail(name)
    if detail is not None:
        makers.append(partial(_needs, detail, state))
    return made_of(makers)


def edited_in(state: State, study: Resilience) -> str:
    """Return the scenario that is open, or the baseline where it is not in the study."""
    names = [one.name for one in study.scenarios]
    return state.edited if state.edited in names else BASELINE


def _of_shock(state: State, study: Resilience, shock: str) -> list[Maker]:
    language = state.language
    found: list[Maker] = [
        partial(loss_curves, study, shock, language),
        partial(loss_table, study, shock, language),
    ]
    if study.pairs < PAIRS_FOR_A_BAND:
        # nothing can be concluded yet: the rest comes with the next answer
        return found
    found += [
        partial(loss_differences, study, shock, language),
        partial(trade_off, study, shock, language),
    ]
    for name in dict.fromkeys((BASELINE, edited_in(state, study))):
        found.append(partial(_map, study, name, shock, state))
    return found


def _map(study: Resilience, scenario: str, shock: str, state: State) -> Figure:
    return loss_map(study, scenario, shock, zone_names(), outlines(), state.language)


def _needs(detail: Structure, state: State) -> Figure | None:
    return critical_needs(detail, zone_names(), _buyer_names(services().territory), state.language)


@cache
def _buyer_names(territory: str) -> Mapping[str, str]:
    buyers = buyers_of(territory)
    return dict(zip(buyers.code, buyers.name, strict=True))
