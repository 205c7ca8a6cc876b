"""What chosen buyers notify each month: contracts by category of responsible purchase.

Categories are those that a scheme of responsible purchasing counts (SPASER, L.2111-3), by number of
contracts and by value, and what may keep a buyer from its targets. A contract is that of its
buyer: of a joint purchase each member counts its own part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.flows import MonthFlows
from model.indicators.recording.firms import posts_at_work
from model.procurement.levers import FAMILIES
from model.procurement.practice import Practice
from model.procurement.tenders import DIRECT
from model.random_streams import uniform
from model.state import State
from model.territory.derived import DerivedColumns
from model.territory.tables import FIRST_INCLUSIVE_KIND, KINDS
from model.territory.territory import Territory

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

COUNTED = ("all", "esus", "siae", "ea", "esat", "social", "ecological", "sme")
"""All contracts notified, then those of each category of a scheme."""

UNITS = ("number", "value")
"""Contracts are counted, or their price over their whole length is added up, EUR."""

SIAE = ("ACI", "EI", "ETTI", "AI")

OBSTACLES = (
    "called_n",
    "without_bid_n",
    "suitable_n",
    "without_structure_n",
    "reserved_n",
    "reserved_failed_n",
    "committed_eur",
    "due_eur",
    "lever_cost_eur",
    "posts_agreed_fte",
    "posts_used_fte",
    *(f"maturity_{family}" for family in FAMILIES),
)
"""What stands in the way: procedures and those without a bid; lots of trades that structures
supply and those in whose place none does; lots reserved and those without a holder; the month's
volume of needs that the buyer has not put to competition since the start, and of all its needs;
costs of levers; posts of structures of the territory agreed and at work; maturity of each family of
practices."""


@dataclass(frozen=True, slots=True, eq=False)
class BuyerMonths:
    """Months of one run.

    Attributes
    ----------
    counted
        (months, B, C, 2), by category of `COUNTED` and unit of `UNITS`.
    obstacles
        (months, B, O), in the order of `OBSTACLES`.
    """

    counted: Floats
    obstacles: Floats


class BuyerLog:
    """Keeps what B chosen buyers notify, month by month.

    Parameters
    ----------
    seed
        That of the world: it draws who is approved as ESUS.
    buyers
        Codes of buyers, as ``ancrage territory buyers`` lists them.
    """

    def __init__(
        self,
        territory: Territory,
        derived: DerivedColumns,
        h: Mapping[str, float],
        seed: int,
        buyers: Sequence[str],
    ) -> None:
        self.buyers = tuple(buyers)
        self._t, self._d, self._h, self._seed = territory, derived, h, seed
        self._rows = np.array([territory.buyers.code.index(code) for code in buyers])
        self._called = np.zeros(len(derived.buyer_of_row), dtype=bool)
        self._counted: list[Floats] = []
        self._obstacles: list[Floats] = []

    def empty_copy(self) -> BuyerLog:
        """Return a log of the same buyers that holds nothing."""
        return BuyerLog(self._t, self._d, self._h, self._seed, self.buyers)

    def copy(self) -> BuyerLog:
        """Return a log that holds the same and goes on by itself."""
        twin = self.empty_copy()
        twin._called = self._called.copy()
        twin._counted, twin._obstacles = [*self._counted], [*self._obstacles]
        return twin

    def months(self) -> BuyerMonths:
        """Return what was recorded."""
        buyers = len(self.buyers)
        return BuyerMonths(
            np.array(self._counted).reshape(-1, buyers, len(COUNTED), len(UNITS)),
            np.array(self._obstacles).reshape(-1, buyers, len(OBSTACLES)),
        )

    def record(self, state: State, flows: MonthFlows, practice: Practice) -> None:
        """Add one month."""
        self._counted.append(self._contracts(state, flows))
        self._obstacles.append(self._in_the_way(state, flows, practice))

    def _contracts(self, state: State, flows: MonthFlows) -> Floats:
        """Return contracts notified this month (B, C, 2)."""
        tenders, awards, bids = flows.tenders, flows.awards, flows.bids
        served, lot = tenders.served, tenders.served.lot
        holder = awards.of_winner(bids.firm)
        found = self._categories(state, holder)
        of_lot = {
            "all": np.ones(len(tenders), dtype=bool),
            "social": tenders.consideration,
            "ecological": tenders.environmental_clause,
            "sme": awards.of_winner(bids.small),
            **found,
        }
        # contracts of central bodies are theirs
        notified = (awards.awarded & tenders.in_reach)[lot]
        price = awards.of_winner(bids.price)[lot]
        value = served.yearly_eur * tenders.months[lot] / 12.0 * price
        counted = np.zeros((len(self._t.buyers), len(COUNTED), len(UNITS)))
        for place, name in enumerate(COUNTED):
            rows = np.flatnonzero(notified & of_lot[name][lot])
            for unit, weights in enumerate((np.ones(len(rows)), value[rows])):
                counted[:, place, unit] = np.bincount(
                    served.buyer[rows], weights=weights, minlength=len(counted)
                )
        return counted[self._rows]

    def _categories(self, state: State, holder: NDArray[np.integer]) -> dict[str, Bools]:
        """Return which holders are of each kind of enterprise (T,).

        Inclusive structures are ESUS by right; of other employers of the social economy, those
        that draw the approval. Firms from outside the territory have no kind.
        """
        firms = self._t.firms
        inside = (holder >= 0) & (holder < len(firms))
        row = np.where(inside, holder, 0)
        kind = np.where(inside, firms.kind[row], 0)
        draw = uniform(self._seed, "approved as ESUS", state.firms.key[row])
        approved = inside & firms.ess[row] & (draw < self._h["esus_share_of_ess"])
        return {
            "esus": (kind >= FIRST_INCLUSIVE_KIND) | approved,
            "siae": np.isin(kind, [KINDS.index(name) for name in SIAE]),
            "ea": kind == KINDS.index("EA"),
            "esat": kind == KINDS.index("ESAT"),
        }

    def _in_the_way(self, state: State, flows: MonthFlows, practice: Practice) -> Floats:
        """Return what stands in the way of each buyer this month (B, O)."""
        t, tenders, awards = self._t, flows.tenders, flows.awards
        reach, buyer = tenders.in_reach, tenders.buyer
        called = reach & (tenders.procedure != DIRECT)
        trade = self._d.categories.structure_supplied[tenders.category] & reach
        pair = tenders.category.astype(np.int64) * len(t.zones.keys) + tenders.zone
        book = state.contracts
        of_row = self._d.buyer_of_row
        due = book.volume_eur * state.public.volume_factor[of_row] / 12.0
        self._called[tenders.served.contract[reach[tenders.served.lot]]] = True
        by_lot = {
            "called_n": called,
            "without_bid_n": called & (awards.bids == 0),
            "suitable_n": trade,
            "without_structure_n": trade & ~self._d.has_structure[pair],
            "reserved_n": tenders.reserved & reach,
            "reserved_failed_n": tenders.reserved & reach & ~awards.awarded,
        }
        n = len(t.buyers)
        found: dict[str, Floats] = {
            name: np.bincount(buyer[mask], minlength=n).astype(np.float64)
            for name, mask in by_lot.items()
        }
        found["committed_eur"] = np.bincount(of_row, weights=due * ~self._called, minlength=n)
        found["due_eur"] = np.bincount(of_row, weights=due, minlength=n)
        found["lever_cost_eur"] = flows.lever_costs.buyers
        held = t.firms.rows_with_posts
        filled, lent = state.firms.posts_fte[held], state.firms.lent_fte[held]
        used = lent + (filled - lent) * posts_at_work(t.firms, state, flows)
        agreed = state.firms.posts_agreed_fte[held]
        found["posts_agreed_fte"] = np.full(n, agreed.sum())
        found["posts_used_fte"] = np.full(n, used.sum())
        for place, family in enumerate(FAMILIES):
            found[f"maturity_{family}"] = state.public.maturity[place]
        return np.stack([found[name] for name in OBSTACLES], axis=1)[self._rows]
