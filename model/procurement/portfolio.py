"""The map of purchases: what each family weighs, when it comes back, and who could supply it.

Read from one world as it stands, before any choice. *Able* is what a bid asks of a firm: the means
for the lot beside what it already makes, and the turnover required (`standing.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.procurement.duties import procedures
from model.procurement.legal_calendar import rules_at
from model.procurement.levers import load_levers
from model.procurement.programme import programme_of
from model.procurement.standing import means_of
from model.procurement.tenders import DIRECT
from model.state import FIRST_YEAR
from model.territory.tables import FIRST_INCLUSIVE_KIND

if TYPE_CHECKING:
    from model.territory_model import TerritoryModel

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

HORIZON_MONTHS = 24
"""Months ahead in which what comes up for renewal is counted."""

FEW = 2
"""Able firms up to which a lot is said to have few."""


@dataclass(frozen=True, slots=True)
class Family:
    """One family of purchases (a category) of a territory.

    Attributes
    ----------
    yearly_eur, out_of_reach_eur
        Volume a year at base prices; the part bought through central bodies.
    renewed_eur
        Of the rest, what comes to competition within ``HORIZON_MONTHS``.
    median_months
        Months until half of the rest, by volume, has come to competition.
    lots, median_lot_eur
        Lots in the book that buyers tender themselves; the value over its duration of the lot in
        the middle of the volume.
    suppliers, able_firms, able_small_share
        Establishments of the territory that supply it; those able to perform the lot in the middle
        of the volume; the share of these whose enterprise is at most medium-sized.
    few_bidders_share
        Share of the volume in lots that at most ``FEW`` establishments could perform.
    structures, able_structures
        Inclusive structures (SIAE, EA, ESAT) that supply it, and those able as above.
    emissions_t
        Footprint of the product, tCO2e a year, wherever it is made.
    splittable_share
        Share of the volume in needs that can be divided into further lots.
    """

    key: str
    yearly_eur: float
    out_of_reach_eur: float
    renewed_eur: float
    median_months: float
    lots: int
    median_lot_eur: float
    suppliers: int
    able_firms: float
    able_small_share: float
    few_bidders_share: float
    structures: int
    able_structures: float
    emissions_t: float
    labour_share: float
    splittable_share: float
    structure_supplied: bool
    ess_reservable: bool
    food_share: float
    reusable: bool

    @property
    def in_reach_eur(self) -> float:
        """Volume a year that buyers put to competition themselves."""
        return self.yearly_eur - self.out_of_reach_eur

    @property
    def out_of_reach_share(self) -> float:
        """Share bought through central bodies."""
        return self.out_of_reach_eur / self.yearly_eur if self.yearly_eur else 0.0

    @property
    def renewed_share(self) -> float:
        """Share of what is in reach that comes to competition within ``HORIZON_MONTHS``."""
        return self.renewed_eur / self.in_reach_eur if self.in_reach_eur else 0.0

    @property
    def kg_per_eur(self) -> float:
        """Footprint of one EUR, kgCO2e."""
        return 1000.0 * self.emissions_t / self.yearly_eur if self.yearly_eur else 0.0


@dataclass(frozen=True)
class _Lots:
    """Lots of the book (L,): EUR a year, value over the duration, required turnover, EUR."""

    category: Ints
    need: Ints
    yearly_eur: Floats
    value_eur: Floats
    market_yearly_eur: Floats
    turnover_eur: Floats
    months_left: Ints
    in_reach: Bools


def purchase_families(world: TerritoryModel) -> tuple[Family, ...]:
    """Return the families of a world as it stands, in the order of its categories."""
    territory = world.territory
    lots = _lots(world)
    supplied = _suppliers(world)
    sectors = world.setting.derived.categories.profile.sector
    footprint = territory.sectors.footprint_kg_per_eur[sectors] / 1000.0
    splittable = territory.needs.splittable[lots.need]
    found: list[Family] = []
    for c, category in enumerate(territory.categories):
        own = np.flatnonzero(lots.category == c)
        reached = own[lots.in_reach[own]]
        yearly = float(lots.yearly_eur[own].sum())
        in_reach = float(lots.yearly_eur[reached].sum())
        soon = reached[lots.months_left[reached] <= HORIZON_MONTHS]
        # where central bodies buy all, who could supply is told of their lots
        told = reached if len(reached) else own
        weight = lots.yearly_eur[told]
        rows = supplied[c]
        able, small, inclusive = _able(world, c, rows, lots, told)
        median = _middle(able, weight)
        found.append(
            Family(
                key=category.key,
                yearly_eur=yearly,
                out_of_reach_eur=yearly - in_reach,
                renewed_eur=float(lots.yearly_eur[soon].sum()),
                median_months=_middle(lots.months_left[reached], lots.yearly_eur[reached]),
                lots=len(reached),
                median_lot_eur=_middle(lots.value_eur[told], weight),
                suppliers=len(rows),
                able_firms=median,
                able_small_share=_middle(small / np.maximum(able, 1), weight),
                few_bidders_share=float(weight[able <= FEW].sum() / max(weight.sum(), 1e-300)),
                structures=int(_inclusive(world, rows).sum()),
                able_structures=_middle(inclusive, weight),
                emissions_t=float(yearly * footprint[c]),
                labour_share=category.labour_share,
                splittable_share=float(
                    (weight * splittable[told]).sum() / max(weight.sum(), 1e-300)
                ),
                structure_supplied=category.siae_supplied,
                ess_reservable=category.ess_reservable,
                food_share=category.food_share,
                reusable=category.reusable,
            )
        )
    return tuple(found)


def _lots(world: TerritoryModel) -> _Lots:
    """Read the lot book, with what current practice and the law would require of bidders."""
    territory, state, derived = world.territory, world.state, world.setting.derived
    needs, h = territory.needs, world.hypotheses
    rows = np.flatnonzero(state.contracts.volume_eur > 0)
    need = rows % len(needs)
    yearly = state.contracts.volume_eur[rows]
    category = needs.category[need].astype(np.intp)
    years = needs.duration_months[need] / 12.0
    # thresholds are those of the whole need, its parts together
    whole = np.bincount(need, weights=yearly, minlength=len(needs))[need]
    programme = programme_of(
        needs, derived.buyer_columns, state.month, False, h, world.setting.seed
    )
    ratio = programme.market_ratio[need]
    rules = rules_at(FIRST_YEAR + state.month // 12, state.month % 12 + 1)
    procedure = procedures(
        whole * years * ratio / territory.money_scale,
        derived.categories.works[category],
        needs.buyer[need],
        derived.buyer_columns.legal,
        rules,
    )
    required = min(load_levers()["required_turnover"].current, rules.turnover_cap)
    value = yearly * years
    return _Lots(
        category=category,
        need=need,
        yearly_eur=yearly,
        value_eur=value,
        market_yearly_eur=yearly * ratio,
        turnover_eur=np.where(procedure == DIRECT, 0.0, required) * value * ratio,
        months_left=state.contracts.months_left[rows].astype(np.intp),
        in_reach=programme.in_reach[need],
    )


def _suppliers(world: TerritoryModel) -> list[Ints]:
    """Return the living establishments that supply each category."""
    territory, alive = world.territory, world.state.firms.alive
    lists, zones = territory.candidates, len(territory.zones.keys)
    found: list[Ints] = []
    for c in range(len(territory.categories)):
        # trades of structures stand in the candidate lists alone
        listed = np.unique(lists.structures[c * zones : (c + 1) * zones])
        listed = np.union1d(listed, np.unique(lists.rows[c * zones : (c + 1) * zones]))
        ordinary = np.flatnonzero((territory.firms.trades == c).any(axis=1))
        rows = np.union1d(ordinary, listed[listed >= 0]).astype(np.intp)
        found.append(rows[alive[rows]])
    return found


def _inclusive(world: TerritoryModel, rows: Ints) -> Bools:
    """Return which establishments are inclusive structures."""
    return world.territory.firms.kind[rows] >= FIRST_INCLUSIVE_KIND


def _able(
    world: TerritoryModel, category: int, rows: Ints, lots: _Lots, chosen: Ints
) -> tuple[Floats, Floats, Floats]:
    """Return how many establishments could perform each lot (L,): all, small ones, structures."""
    territory, h = world.territory, world.hypotheses
    columns = world.setting.derived.categories
    trade = territory.firms.sector[rows] == columns.trade_sector
    means = means_of(rows.astype(np.int32), trade, territory.firms, world.state.firms, h)
    trader = trade & columns.traded[category]
    output_share = np.where(trader, h["goods_margin"], 1.0)
    # the largest yearly market that leaves the firm within the load that it accepts
    spare = np.maximum(means.most_load - means.expected / means.capacity, 0.0)
    most = 12.0 * spare * means.room / output_share
    fits = lots.market_yearly_eur[chosen, None] <= most
    fits &= lots.turnover_eur[chosen, None] <= means.turnover
    whole = fits.astype(np.float64)
    inclusive = _inclusive(world, rows)
    return whole.sum(axis=1), whole @ means.small, whole @ inclusive


def _middle(values: NDArray[np.generic], weight: Floats) -> float:
    """Return the weighted median; 0 of nothing."""
    if not len(values):
        return 0.0
    order = np.argsort(values, kind="stable")
    running = np.cumsum(weight[order])
    place = int(np.count_nonzero(running < 0.5 * running[-1]))
    return float(np.asarray(values, dtype=np.float64)[order][min(place, len(order) - 1)])
