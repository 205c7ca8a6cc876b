"""Which parts of a scenario are run together, and what each one's contribution follows from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from model.indicators.channels import shapley_values
from model.random_streams import uniform

Array = NDArray[np.float64]

MOST_EXACT = 6
"""Most players of whom every coalition is run; beyond, orders are drawn."""

DEFAULT_ORDERS = 8
"""Orders drawn for each pair, unless others are asked for: an even number."""


def drawn_orders(players: int, orders: int, seed: int) -> tuple[tuple[int, ...], ...]:
    """Return orders in which players join, in pairs: a drawn one, then it backwards.

    Drawn by seed of the pair, so that they differ from one pair of runs to the next; both of a
    couple of orders together estimate better than two drawn apart (antithetic permutations).
    """
    found: list[tuple[int, ...]] = []
    for number in range((orders + 1) // 2):
        draws = uniform(seed, "orders of players", number, np.arange(players))
        order = tuple(int(player) for player in np.argsort(draws, kind="stable"))
        found += [order, order[::-1]]
    return tuple(found)


def every_coalition(players: int) -> tuple[int, ...]:
    """Return all coalitions as masks: bit i says whether player i is in."""
    return tuple(range(1 << players))


def coalitions_of_orders(orders: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Return the coalitions that players who join in these orders form, each once, sorted."""
    found = {0}
    for order in orders:
        mask = 0
        for player in order:
            mask |= 1 << player
            found.add(mask)
    return tuple(sorted(found))


def exact_contributions(worth: Mapping[int, Array], players: int) -> Array:
    """Return the Shapley value of each player (n, ...) from the worth of every coalition."""
    shape = worth[0].shape
    values = np.stack([worth[mask].ravel() for mask in every_coalition(players)])
    return shapley_values(values).reshape(players, *shape)


def sampled_contributions(
    worth: Mapping[int, Array], players: int, orders: Sequence[Sequence[int]]
) -> tuple[Array, Array]:
    """Return what each player adds on average over orders (n, ...), and its sampling variance.

    The variance is that of the mean over couples of orders, NaN with a single couple. The means add
    up to the worth of all less the worth of none, since they do in each order.
    """
    couples = len(orders) // 2
    added = np.zeros((couples, players, *worth[0].shape))
    for number, order in enumerate(orders):
        mask = 0
        for player in order:
            joined = mask | 1 << player
            added[number // 2, player] += (worth[joined] - worth[mask]) / 2.0
            mask = joined
    if couples < 2:
        return added.mean(axis=0), np.full(added.shape[1:], np.nan)
    return added.mean(axis=0), added.var(axis=0, ddof=1) / couples
