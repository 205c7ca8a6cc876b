"""Three cases followed through the first pair: a buyer, a small firm, an inclusive structure.

Each is the one in the middle: of all those for whom the scenario changes something, ordered by how
much, the median. None is chosen for what it gains.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
from numpy.typing import NDArray

from model.procurement.lever_paths import SCENARIO_START
from model.procurement.tenders import DIRECT
from scenarios.pairs import World, branch_of
from scenarios.schema import Scenario

if TYPE_CHECKING:
    from model import TerritoryModel
    from model.territory.territory import Territory

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Kind = Literal["buyer", "firm", "structure"]

SMALL_FTE = 50.0
"""Staff under which an enterprise that is micro or small and medium counts as small here."""

FIRM_MEASURES = ("won_n", "won_eur", "payment_days", "jobs_fte", "posts_fte", "cash_eur")
BUYER_MEASURES = ("awards_n", "awards_eur", "local_n", "bids_each", "payment_days")


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One buyer, firm or structure, year by year in both runs.

    Attributes
    ----------
    what
        Kind of buyer, or code of the sector.
    zone
        Key of its zone.
    considered, touched
        How many could have been chosen, and for how many of them the scenario changes what they
        are ordered by: the local awards of a buyer, the amount won by a firm.
    years
        Year and months of it that were run.
    baseline, scenario
        Measure to (years,); NaN where there is nothing to average.
    """

    kind: Kind
    what: str
    zone: str
    considered: int
    touched: int
    years: tuple[tuple[int, int], ...]
    baseline: dict[str, Array]
    scenario: dict[str, Array]


Cases = tuple[Case, ...]


def follow_cases(world: World, usual: Scenario, lived: Scenario, months: int) -> Cases:
    """Run a burnt-in world under both scenarios, choose the cases and return what they lived.

    Worlds of tests have no agents, and no cases.
    """
    if not hasattr(world, "setting"):
        return ()
    before, after = (
        _Followed(cast("TerritoryModel", branch_of(world, one)), months) for one in (usual, lived)
    )
    territory = cast("TerritoryModel", world).territory
    found = [
        _buyer(territory, before, after),
        _firm(territory, before, after, "firm"),
        _firm(territory, before, after, "structure"),
    ]
    return tuple(case for case in found if case is not None)


class _Followed:
    """Yearly sums of one run: of firms (years, n), of buyers (years, B)."""

    def __init__(self, world: TerritoryModel, months: int) -> None:
        state, t = world.state, world.territory
        self.alive = state.firms.alive.copy()
        self.generation = state.firms.generation.copy()
        count = -(-months // 12)
        first = SCENARIO_START[0]
        self.years = tuple((first + y, min(12, months - 12 * y)) for y in range(count))
        names = ("won_n", "won_eur", "days", "jobs_fte", "posts_fte", "cash_eur")
        self.firms = {name: np.zeros((count, len(t.firms))) for name in names}
        names = ("awards_n", "awards_eur", "local_n", "bids", "called", "days")
        self.buyers = {name: np.zeros((count, len(t.buyers))) for name in names}
        for month in range(months):
            world.step()
            self._add(world, month // 12)

    def _add(self, world: TerritoryModel, year: int) -> None:
        """Add one month, of firms as long as they are those of the start."""
        state, flows = world.state, world.last_flows
        assert flows is not None
        n, buyers = len(world.territory.firms), len(world.territory.buyers)
        tenders, awards, bids = flows.tenders, flows.awards, flows.bids
        holder = awards.of_winner(bids.firm)
        inside = awards.awarded & (holder >= 0) & (holder < n)
        amount = tenders.amount_eur * awards.of_winner(bids.price)
        same = self.alive & state.firms.alive & (state.firms.generation == self.generation)
        won = holder[inside]
        for name, weights in (
            ("won_n", None),
            ("won_eur", amount[inside]),
            ("days", tenders.payment_days[inside]),
        ):
            self.firms[name][year] += np.bincount(won, weights=weights, minlength=n) * same
        length = self.years[year][1]
        self.firms["jobs_fte"][year] += state.firms.present_fte() * same / length
        self.firms["posts_fte"][year] += state.firms.posts_fte * same / length
        self.firms["cash_eur"][year] = state.firms.cash * same
        called = (tenders.procedure != DIRECT) & tenders.in_reach
        awarded = called & awards.awarded
        for name, mask, weights in (
            ("awards_n", awarded, None),
            ("awards_eur", awarded, amount),
            ("local_n", awarded & inside, None),
            ("bids", called, awards.bids.astype(np.float64)),
            ("called", called, None),
            ("days", awarded, tenders.payment_days),
        ):
            of = None if weights is None else weights[mask]
            self.buyers[name][year] += np.bincount(
                tenders.buyer[mask], weights=of, minlength=buyers
            )


def median_of(change: Array, names: NDArray[np.generic]) -> int:
    """Return the place of the median of changes; of an even number, the lower one.

    Of equal changes the order of names decides.
    """
    return int(np.lexsort((names, change))[(len(change) - 1) // 2])


def _choose(change: Array, among: Bools, names: NDArray[np.generic]) -> tuple[int, int, int] | None:
    """Return the case in the middle, how many were considered, and how many touched."""
    considered = np.flatnonzero(among)
    if len(considered) == 0:
        return None
    touched = considered[change[considered] != 0.0]
    rows = touched if len(touched) else considered
    chosen = int(rows[median_of(change[rows], names[rows])])
    return chosen, len(considered), len(touched)


def _buyer(t: Territory, before: _Followed, after: _Followed) -> Case | None:
    """Choose among buyers under the duty to have a scheme that award in both runs."""

    def local_share(run: _Followed) -> Array:
        awarded = run.buyers["awards_n"].sum(axis=0)
        local = run.buyers["local_n"].sum(axis=0)
        return np.divide(local, awarded, out=np.zeros_like(local), where=awarded > 0.0)

    both = (before.buyers["awards_n"].sum(axis=0) > 0) & (after.buyers["awards_n"].sum(axis=0) > 0)
    change = local_share(after) - local_share(before)
    found = _choose(change, t.buyers.spaser_duty & both, np.array(t.buyers.code))
    if found is None:
        return None
    row, considered, touched = found
    from model.territory.buyers import BUYER_KINDS

    return Case(
        "buyer",
        BUYER_KINDS[int(t.buyers.kind[row])],
        t.zones.keys[int(t.buyers.zone[row])],
        considered,
        touched,
        before.years,
        _of_buyer(before, row),
        _of_buyer(after, row),
    )


def _of_buyer(run: _Followed, row: int) -> dict[str, Array]:
    """Return the measures of a buyer, by year."""
    sums = {name: values[:, row] for name, values in run.buyers.items()}
    return {
        "awards_n": sums["awards_n"],
        "awards_eur": sums["awards_eur"],
        "local_n": sums["local_n"],
        "bids_each": _mean(sums["bids"], sums["called"]),
        "payment_days": _mean(sums["days"], sums["awards_n"]),
    }


def _firm(
    t: Territory, before: _Followed, after: _Followed, kind: Literal["firm", "structure"]
) -> Case | None:
    """Choose among firms of the start that win in either run: small ones, or structures."""
    from model.territory.tables import ENTERPRISE_CLASSES, FIRST_INCLUSIVE_KIND

    inclusive = t.firms.kind >= FIRST_INCLUSIVE_KIND
    small = t.firms.enterprise_class <= ENTERPRISE_CLASSES.index("sme")
    small &= t.firms.fte < SMALL_FTE
    won = before.firms["won_n"].sum(axis=0) + after.firms["won_n"].sum(axis=0) > 0
    among = before.alive & won & (inclusive if kind == "structure" else small & ~inclusive)
    change = after.firms["won_eur"].sum(axis=0) - before.firms["won_eur"].sum(axis=0)
    found = _choose(change, among, t.firms.key)
    if found is None:
        return None
    row, considered, touched = found
    return Case(
        kind,
        t.sectors.codes[int(t.firms.sector[row])],
        t.zones.keys[int(t.firms.zone[row])],
        considered,
        touched,
        before.years,
        _of_firm(before, row),
        _of_firm(after, row),
    )


def _of_firm(run: _Followed, row: int) -> dict[str, Array]:
    """Return the measures of a firm, by year."""
    sums = {name: values[:, row] for name, values in run.firms.items()}
    found = {name: sums[name] for name in FIRM_MEASURES if name != "payment_days"}
    return found | {"payment_days": _mean(sums["days"], sums["won_n"])}


def _mean(total: Array, count: Array) -> Array:
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0.0)
