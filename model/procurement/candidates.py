"""Who could bid: bounded candidate lists, and the keyed race that tells who hears of a lot.

`model.md` 4.3: establishments that supply the category, by a keyed race on nearness, size and
visibility up to a cap, over-dispersed by category, zone and need.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from model.random_streams import mix, stream, to_uniform

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

LIST_SIZE = 128
"""Most establishments kept for a (category, zone) pair, a power of 2."""

STRUCTURES_SIZE = 24
"""Most social structures kept for a (category, zone) pair."""

REST_OF_HOLDER = 0.25
"""Chance, over the usual one, that the last holder is solicited again under the waiver."""

INFORMED_SIZE = 16
"""Most establishments of the territory that hear of one lot."""


@dataclass(frozen=True)
class CandidateLists:
    """Candidates of each (category, zone of performance) pair, -1 where the list is shorter.

    Attributes
    ----------
    rows
        int32 (C × Z, LIST_SIZE), firms that supply the category.
    weight
        (C × Z, LIST_SIZE), nearness × size, visibility apart; 0 where the list is shorter.
    structures
        int32 (C × Z, STRUCTURES_SIZE), structures that a reserved lot can go to.
    market_key
        (C × Z,), key of each pair, from the names of the category and of the zone.
    overdispersion
        (C,), of the number of bids: variance = mean + overdispersion × mean².
    """

    rows: Ints
    weight: Floats
    structures: Ints
    market_key: NDArray[np.uint64]
    overdispersion: Floats


def build_candidate_lists(
    trades: NDArray[np.int16],
    supplies: NDArray[np.bool_],
    structure: NDArray[np.bool_],
    zone: NDArray[np.integer],
    fte: Floats,
    key: NDArray[np.uint64],
    distance_km: Floats,
    reach_km: float,
    size_exponent: float,
    overdispersion: Floats,
    market_key: NDArray[np.uint64],
    seed: int,
) -> CandidateLists:
    """Keep, for each category and zone, the first of a keyed race on nearness × size.

    Parameters
    ----------
    trades
        int16 (n, 2), categories supplied by ordinary firms, -1 none.
    supplies
        (n, C) for structures only: categories of each (rows of ordinary firms are False).
    structure
        (n,), firms that reserved lots can go to.
    market_key
        (C × Z,), key of each (category, zone) pair.
    distance_km
        (Z, Z); ``reach_km`` the distance over which the chance to hear of a lot falls by e.
    """
    categories, zones = supplies.shape[1], distance_km.shape[0]
    rows = np.full((categories * zones, LIST_SIZE), -1, dtype=np.int32)
    weights = np.zeros((categories * zones, LIST_SIZE))
    structures = np.full((categories * zones, STRUCTURES_SIZE), -1, dtype=np.int32)
    size = np.maximum(fte, 0.1) ** size_exponent
    for c in range(categories):
        member = ((trades == c).any(axis=1) | supplies[:, c]) & (fte > 0)
        found = np.flatnonzero(member)
        reserved = np.flatnonzero(supplies[:, c] & structure & (fte > 0))
        for z in range(zones):
            nearness = np.exp(-distance_km[z] / reach_km)
            for pool, table, limit in (
                (found, rows, LIST_SIZE),
                (reserved, structures, STRUCTURES_SIZE),
            ):
                weight = nearness[zone[pool]] * size[pool]
                race = mix(stream(seed, "candidate list", market_key[c * zones + z]), key[pool])
                time = -np.log(to_uniform(race)) / weight
                kept = np.sort(pool[np.argsort(time, kind="stable")[:limit]])
                table[c * zones + z, : len(kept)] = kept
                if table is rows:
                    weights[c * zones + z, : len(kept)] = nearness[zone[kept]] * size[kept]
    return CandidateLists(rows, weights, structures, market_key, overdispersion)


@dataclass(frozen=True)
class Informed:
    """Firms of the territory that hear of each lot, best placed first in the race.

    ``rows`` int32 (T, INFORMED_SIZE), -1 where fewer; ``distance_km`` of the same shape. ``known``
    and ``known_distance_km`` hold also those that would have heard next, whom the first can call.
    """

    rows: Ints
    distance_km: Floats
    known: Ints
    known_distance_km: Floats

    @cached_property
    def _lots_of_firm(self) -> NDArray[np.intp]:
        return np.bincount(self.rows[self.rows >= 0], minlength=1)

    def lots_heard_of(self, firms: Ints) -> NDArray[np.intp]:
        """Return how many lots of the month firms hear of, at least 1, same shape as ``firms``."""
        count = self._lots_of_firm
        known = np.minimum(firms, len(count) - 1)
        return np.where(firms == known, np.maximum(count[known], 1), 1)


def race_candidates(
    lists: CandidateLists,
    pair: NDArray[np.integer],
    reserved: NDArray[np.bool_],
    tender_key: NDArray[np.uint64],
    informed: Floats,
    attraction: Floats,
    present_holder: Ints,
    rotates: NDArray[np.bool_],
    entity_key: NDArray[np.uint64],
    zone: NDArray[np.integer],
    distance_to: Floats,
    among_ess: NDArray[np.bool_],
    barred: NDArray[np.bool_],
    ess: NDArray[np.bool_],
    seed: int,
) -> Informed:
    """Run the race of every lot of the month at once.

    Parameters
    ----------
    pair
        (T,), category × zones + zone of each lot.
    informed
        (T,), how many firms hear of the lot.
    attraction
        (n,), visibility of firms that are alive, 0 of the others.
    present_holder, rotates
        (T,), firm whose contract ends, and whether the buyer must not always go to the same one:
        under the waiver of competition several firms are solicited in turn.
    distance_to
        (T, Z), from the zone of performance.
    among_ess, barred
        (T,), lots reserved to employers of the social economy, and those that the present holder
        cannot have again because it won one like it (L.2113-16).
    ess
        (n,), employers of the social economy.
    """
    rows = lists.rows[pair]
    weight = lists.weight[pair]
    if reserved.any():
        wide = np.full((int(reserved.sum()), LIST_SIZE), -1, dtype=np.int32)
        wide[:, :STRUCTURES_SIZE] = lists.structures[pair[reserved]]
        rows[reserved] = wide
        weight[reserved] = wide >= 0
    # where the list is shorter the weight is 0: -1 reads some firm, which pulls nothing
    firm = rows.astype(np.intp)
    pull = attraction.take(firm, mode="wrap")
    pull *= weight
    turns = np.flatnonzero(rotates)
    again = np.flatnonzero(rows[turns] == present_holder[turns, None])
    lot, place = np.divmod(again, LIST_SIZE)
    pull[turns[lot], place] *= REST_OF_HOLDER
    narrowed = np.flatnonzero(among_ess)
    if len(narrowed):
        allowed = ess.take(firm[narrowed], mode="wrap")
        again = barred[narrowed, None] & (rows[narrowed] == present_holder[narrowed, None])
        pull[narrowed] *= allowed & ~again
    keys = mix(
        stream(seed, "hears of a lot", tender_key)[:, None], entity_key.take(firm, mode="wrap")
    )
    time = to_uniform(keys)
    np.negative(np.log(time, out=time), out=time)
    with np.errstate(divide="ignore"):
        time /= pull
    place, known = _first_in_race(time)
    lot = np.arange(len(pair))[:, None]
    chosen = rows[lot, place]
    heard = (np.arange(INFORMED_SIZE) < informed[:, None]) & known
    distance = distance_to[lot, zone[chosen]]
    return Informed(
        rows=np.where(heard, chosen, -1),
        distance_km=np.where(heard, distance, 0.0),
        known=np.where(known, chosen, -1),
        known_distance_km=np.where(known, distance, 0.0),
    )


def _first_in_race(time: Floats) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the places (T, INFORMED_SIZE) of the shortest times, in order, and which are finite.

    Positive floats sort as the integers of their bits. The place stands in the last bits, far below
    what tells two times apart: values are sorted three times as fast as places. ``time`` is used
    up.
    """
    bits = time.view(np.int64)
    bits &= -LIST_SIZE
    bits |= np.arange(LIST_SIZE)
    first = np.partition(bits, INFORMED_SIZE - 1, axis=1)[:, :INFORMED_SIZE]
    first.sort(axis=1)
    return first & (LIST_SIZE - 1), first < np.float64(np.inf).view(np.int64)
