"""The purchasing practice in force in one month: levers after their lag, where they act.

Effective lever = current practice + maturity × (decided - current practice): a decision takes hold
in a buyer as far as its practices are mature (`model.md` 3.2, `model/procurement/adoption.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.procurement.categories import category_index
from model.procurement.lever_paths import LeverPath
from model.procurement.levers import AWARD_WEIGHTS, FAMILIES, Lever, Levers, load_levers
from model.procurement.scopes import EVERYWHERE
from model.territory.buyers import BUYER_KINDS, Buyers

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]
Bools = NDArray[np.bool_]

PAYMENT_LEVERS = {
    "commune": "payment_days_commune",
    "epci": "payment_days_epci",
    "departement": "payment_days_departement",
    "region": "payment_days_region",
    "hospital": "payment_days_hospital",
    "state": "payment_days_state",
}
"""Lever of payment days of each buyer kind; the other kinds follow ``payment_days_other``."""

PREPARED = ("programme_months", "joint_scheme")
"""Levers that act, by what they cost, as soon as they are decided: before their lag is over."""


def obliged_buyers(buyers: Buyers, threshold_eur: float, usual_threshold_eur: float) -> Bools:
    """Return buyers under the duty of L.2111-3 (B,).

    At the threshold of today it is the data of the legal person; a lower one adds those above it,
    a higher one frees those under it.
    """
    over = buyers.total_purchases_eur > threshold_eur
    if threshold_eur < usual_threshold_eur:
        return buyers.spaser_duty | over
    if threshold_eur > usual_threshold_eur:
        return buyers.spaser_duty & over
    return np.array(buyers.spaser_duty)


@dataclass(frozen=True)
class Placed:
    """One value of a lever where it acts: buyers (B,), categories (C,), zones (Z,), all if None.

    ``decided`` is the value before the lag: what is prepared and already costs.
    """

    value: float
    decided: float
    buyers: Bools | None = None
    categories: Bools | None = None
    zones: Bools | None = None

    def holds(self, buyer: Ints, category: Ints | None) -> Bools:
        """Return which of these buyers' lots it acts on (T,); of buyers as a whole if None."""
        held = np.ones(len(buyer), dtype=bool)
        if self.buyers is not None:
            held &= self.buyers[buyer]
        if self.categories is not None:
            held &= False if category is None else self.categories[category]
        return held


class Practice:
    """Values of every lever in one month, by buyer and by lot.

    Parameters
    ----------
    placed
        Values of the levers that a scenario sets, in order: the later one holds where both act.
    maturity
        (families, B), how far decisions take hold in each buyer.
    obliged
        (B,), buyers under the duty to have a scheme.
    turnover_cap
        Highest turnover that may be required, over the lot value.
    envelope_cut
        (B,), share of each envelope that a shock takes away this month, or None.
    """

    def __init__(
        self,
        placed: dict[str, tuple[Placed, ...]],
        maturity: Floats,
        kind: Ints,
        obliged: Bools,
        turnover_cap: float,
        envelope_cut: Floats | None = None,
    ) -> None:
        self._placed, self._maturity, self._kind = placed, maturity, kind
        self.obliged, self._turnover_cap = obliged, turnover_cap
        self.envelope_cut = envelope_cut

    def affordable(self, volume_factor: Floats) -> Floats:
        """Return what buyers can afford of their base volume (B,), a cut of envelopes taken off."""
        if self.envelope_cut is None:
            return volume_factor
        return volume_factor * (1.0 - self.envelope_cut)

    def moved(self, key: str) -> bool:
        """Return whether a lever is away from current practice anywhere this month."""
        current = load_levers()[key].current
        return any(place.value != current for place in self._placed.get(key, ()))

    def single(self, key: str) -> float:
        """Return the value of a lever that acts on the whole territory."""
        value = load_levers()[key].current
        for place in self._placed.get(key, ()):
            if place.buyers is None and place.categories is None:
                value = place.value
        return value

    def current(self, key: str) -> float:
        """Return the current practice of a lever."""
        return load_levers()[key].current

    def by_zone(self, key: str, zones: int) -> Floats:
        """Return the value in effect in each zone (Z,) of a lever that acts on zones."""
        found = np.full(zones, load_levers()[key].current)
        for place in self._placed.get(key, ()):
            found[slice(None) if place.zones is None else place.zones] = place.value
        return found

    def programmes(
        self, key: str, zones: int, usual: Bools | None = None
    ) -> list[tuple[float, Bools]]:
        """Return the amounts of a lever that is shared out where it acts, and where (Z, C).

        Each path is an amount for all of its scope; what a later path holds is not its any more.

        Parameters
        ----------
        usual
            (Z,), where a path acts that names no EPCI; everywhere if not given.
        """
        entry = load_levers()[key]
        free = np.ones((zones, len(category_index())), dtype=bool)
        found: list[tuple[float, Bools]] = []
        for place in reversed(self._placed.get(key, ())):
            held = free.copy()
            where = usual if place.zones is None else place.zones
            if where is not None:
                held &= where[:, None]
            if place.categories is not None:
                held &= place.categories
            free &= ~held
            if place.value != entry.current:
                found.append((place.value - entry.current, held))
        return found[::-1]

    def preparing(self, key: str) -> Bools:
        """Return buyers in which a lever of `PREPARED` is decided, not yet in effect (B,)."""
        assert key in PREPARED, key
        found = np.zeros(len(self._kind), dtype=bool)
        for place in self._placed.get(key, ()):
            if place.decided != place.value:
                found |= True if place.buyers is None else place.buyers
        return found

    def more(self, key: str) -> float:
        """Return how far a lever of the whole territory is from current practice."""
        return self.single(key) - load_levers()[key].current

    def of_buyers(self, key: str) -> Floats:
        """Return the value in effect in each buyer (B,), narrower categories left aside."""
        return self._effective(key, np.arange(len(self._kind)), None)

    def of_lots(
        self, key: str, buyer: Ints, category: Ints, in_reach: Bools | None = None
    ) -> Floats:
        """Return the value in effect for each lot (T,) of these buyers and categories.

        Where the buyer does not run the procedure (``in_reach``, all if None) it is that of current
        practice, within the law.
        """
        found = self._effective(key, buyer, category)
        if in_reach is not None and self.moved(key):
            found = np.where(in_reach, found, load_levers()[key].current)
        if key == "required_turnover":
            np.minimum(found, self._turnover_cap, out=found)
        return found

    def payment_days(self) -> Floats:
        """Return days from invoice to payment of each buyer (B,), acceptance apart."""
        levers = [PAYMENT_LEVERS.get(kind, "payment_days_other") for kind in BUYER_KINDS]
        days = np.array([self.current(key) for key in levers])[self._kind]
        keys = sorted(set(levers))
        lever = np.array([keys.index(key) for key in levers])[self._kind]
        for number, key in enumerate(keys):
            if self.moved(key):
                days = np.where(lever == number, self.of_buyers(key), days)
        return days

    def group_of_buyers(self, key: str) -> NDArray[np.int64]:
        """Return the group of each buyer (B,): the path of a lever that acts on it, -1 if none."""
        return self._group(key, np.arange(len(self._kind)), None)

    def group_of_lots(self, key: str, buyer: Ints, category: Ints) -> NDArray[np.int64]:
        """Return the group of each lot (T,): the path of a lever that acts on it, -1 if none."""
        return self._group(key, buyer, category)

    def _group(self, key: str, buyer: Ints, category: Ints | None) -> NDArray[np.int64]:
        group = np.full(len(buyer), -1, dtype=np.int64)
        for number, place in enumerate(self._placed.get(key, ())):
            group[place.holds(buyer, category)] = number
        return group

    def _effective(self, key: str, buyer: Ints, category: Ints | None) -> Floats:
        entry = load_levers()[key]
        decided = np.full(len(buyer), entry.current)
        if not self.moved(key):
            return decided
        for place in self._placed[key]:
            if place.buyers is None and place.categories is None:
                decided.fill(place.value)
            else:
                decided[place.holds(buyer, category)] = place.value
        if entry.family == "none":
            return decided
        reached = self._maturity[FAMILIES.index(entry.family)][buyer]
        if key in AWARD_WEIGHTS:
            reached = np.where(self._leans_on_price(buyer, category), 1.0, reached)
        return entry.current + reached * (decided - entry.current)

    def _leans_on_price(self, buyer: Ints, category: Ints | None) -> Bools:
        """Return where price is decided to weigh more: falling back on it needs no means."""
        current = load_levers()["price_weight"].current
        price = np.full(len(buyer), current)
        for place in self._placed.get("price_weight", ()):
            price[place.holds(buyer, category)] = place.value
        return price > current


class LeverPlan:
    """The levers of one world, their scopes turned into masks of its buyers and categories.

    Raises
    ------
    AncrageError
        A scope names a buyer or an EPCI that the territory does not have, or matches nobody.
    """

    def __init__(self, levers: Levers, buyers: Buyers, zone_keys: Sequence[str]) -> None:
        self.levers = levers
        self._buyers, self._zone_keys = buyers, tuple(zone_keys)
        self._paths = [(load_levers()[key], path) for key, path in levers.paths]
        nobody = np.zeros(len(buyers), dtype=bool)
        self._masks = [self._masks_of(entry, path, nobody) for entry, path in self._paths]

    def _masks_of(
        self, entry: Lever, path: LeverPath, obliged: Bools
    ) -> tuple[Bools | None, Bools | None, Bools | None]:
        if path.scope == EVERYWHERE:
            return None, None, None
        scope = path.scope
        held = scope.buyers_mask(self._buyers, self._zone_keys, obliged, entry.key)
        narrows = scope.buyers or scope.kinds or scope.epci or scope.spaser
        return (
            held if narrows else None,
            scope.categories_mask() if scope.categories else None,
            np.isin(np.array(self._zone_keys), scope.epci) if scope.epci else None,
        )

    def in_force(
        self,
        month: int,
        maturity: Floats,
        obliged: Bools,
        turnover_cap: float,
        envelope_cut: Floats | None = None,
    ) -> Practice:
        """Read every lever for a month counted from the scenario's start, after its lag."""
        placed: dict[str, list[Placed]] = {}
        for (entry, path), masks in zip(self._paths, self._masks, strict=True):
            if path.scope.spaser:
                # the law may bind other buyers from one month to the next
                masks = self._masks_of(entry, path, obliged)
            value = path.value(month - entry.lag_months, entry.current)
            decided = path.value(month, entry.current)
            placed.setdefault(entry.key, []).append(Placed(value, decided, *masks))
        return Practice(
            {key: tuple(values) for key, values in placed.items()},
            maturity,
            self._buyers.kind,
            obliged,
            turnover_cap,
            envelope_cut,
        )


def current_practice(buyers: Buyers, turnover_cap: float) -> Practice:
    """Return current practice, whatever the maturity of buyers."""
    count = len(buyers)
    return Practice(
        {},
        np.zeros((len(FAMILIES), count)),
        buyers.kind,
        np.array(buyers.spaser_duty),
        turnover_cap,
    )
