"""Single failures of many firms: only firms whose loss has risen enough pass it on.

Most firms are small and the map of losses is monotone, so a cascade can be followed from below:
what has not been passed on is known, and so is what it could still do.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from model.networks.cascades import MOST_PASSES, Replace, Spread, still_changing

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

MOST_FOLLOWED = 0.15
"""Share of links from which a pass over all of them is faster than to follow some."""

SMALLEST_RISE = 1e-6
"""Rise of total passings on in a round, at which they are nearly summed up."""

LONGEST_LIFE = 1e4
"""Largest total of passings on, per unit of loss, from which no error bound is given."""

ROUNDING = 1e-12
"""By how much sums of shares may miss their value."""

WIDER = (1.0, 4.0, 16.0, 64.0, 256.0)
"""Widths that are tried, of the interval that must hold the losses under replaceability."""


@dataclass(frozen=True)
class FrontierMap:
    """A map of losses cut for single failures: firms that pass losses on, and firms that count.

    Attributes
    ----------
    spread
        The map onto firms that pass their loss on or whose loss counts at the end.
    firms
        (f,), rows of these firms in the network: first the targets of ``spread``, in its order,
        then firms that only pass on.
    by_column, by_row
        (rows × f), its coefficients; ``by_row_of_targets`` those of targets alone.
    links_of
        (f,), entries of each column.
    position
        (n,), place of each firm in ``firms``, -1 others.
    """

    spread: Spread
    firms: Ints
    by_column: Any
    by_row: Any
    by_row_of_targets: Any
    links_of: Ints
    position: Ints


def frontier_map(spread: Spread, counts: Bools) -> FrontierMap:
    """Cut a map; ``counts`` (n,) says of which firms the loss matters at the end."""
    passes_on = np.zeros(spread.firms, dtype=bool)
    passes_on[spread.matrix.indices] = True
    kept = spread.restricted(passes_on | counts)
    only_passing = passes_on.copy()
    only_passing[kept.targets] = False
    firms = np.concatenate([kept.targets, np.flatnonzero(only_passing)])
    position = np.full(spread.firms, -1, dtype=np.intp)
    position[firms] = np.arange(len(firms))
    by_column: Any = csc_array(csc_array(kept.matrix)[:, firms])
    return FrontierMap(
        spread=kept,
        firms=firms,
        by_column=by_column,
        by_row=csr_array(by_column),
        by_row_of_targets=csr_array(by_column[:, : len(kept.targets)]),
        links_of=np.diff(by_column.indptr),
        position=position,
    )


def failures(
    cut: FrontierMap, failing: Ints, threshold: float, replace: Replace | None = None
) -> tuple[Floats, Floats]:
    """Return the losses (f, b) when each of some firms fails alone, and what was not passed on.

    A firm passes its loss on when it has risen by more than ``threshold`` since it last did, in
    any of the cascades. The second value (b,) is the largest rise not passed on.

    Parameters
    ----------
    replace
        Factors of replaceability from losses of ``cut.firms``.
    """
    spread, b = cut.spread, len(failing)
    targets = len(spread.targets)
    at = cut.position[failing]
    known = at >= 0
    at, columns = at[known], np.arange(b)[known]
    loss = np.zeros((len(cut.firms), b))
    loss[at, columns] = 1.0
    sent = np.zeros_like(loss)
    sums = np.zeros((spread.ranks[-1], b))
    # firms that only pass on have no more to pass once they did, unless others replace them
    senders = len(cut.firms)
    for _ in range(MOST_PASSES):
        part = loss[:senders]
        rise = (part if replace is None else replace(part) * part) - sent[:senders]
        active = _rows_over(rise, threshold)
        if not len(active):
            return loss, np.maximum(rise.max(axis=0, initial=0.0), 0.0)
        if cut.links_of[active].sum() > MOST_FOLLOWED * cut.by_column.nnz:
            sums += (cut.by_row if senders > targets else cut.by_row_of_targets) @ rise
            sent[:senders] += rise
            spread.raise_all(loss[:targets], sums)
        else:
            rows = _follow(cut.by_column[:, active], rise[active], sums)
            sent[active] += rise[active]
            spread.raise_to(loss[:targets], rows, sums)
        loss[at, columns] = 1.0
        if replace is None:
            senders = targets
    raise still_changing()


def _rows_over(values: Floats, threshold: float) -> Ints:
    """Return rows with a value over a threshold: rows are too short to be reduced one by one."""
    row = np.flatnonzero(values.ravel() > threshold) // values.shape[1]
    return row[np.flatnonzero(np.diff(row, prepend=-1))]


def _follow(links: Any, rise: Floats, sums: Floats) -> Ints:
    """Add what rises of some firms do to the sums of rows; return the rows they touch, in order."""
    touched = np.zeros(links.shape[0], dtype=bool)
    touched[links.indices] = True
    rows = np.flatnonzero(touched)
    place = np.cumsum(touched) - 1
    few = csc_array(
        (links.data, place[links.indices], links.indptr), shape=(len(rows), links.shape[1])
    )
    sums[rows] += few @ rise
    return rows


def lives(cut: FrontierMap) -> Floats | None:
    """Return how much a loss of 1 everywhere adds up to as it is passed on (f,), or None.

    The smallest ``v = 1 + map(v)`` where the map takes the largest row of each firm. Let ``x`` be
    losses that were passed on, ``y = map(x)`` what they lead to and ``y - x <= e`` what was not.
    The map is monotone and ``map(x + d) <= map(x) + map(d)``, so the true losses are at most
    ``x + e v``, and at most ``y + e (v - 1)``: the map of ``x + e v`` is not over it. It does not
    depend on who fails. None where the sum does not end: a closed circuit of firms without
    any supplier (or client) outside it keeps a loss for ever.
    """
    v = np.ones((len(cut.firms), 1))
    while float(v.max(initial=1.0)) < LONGEST_LIFE:
        longer = _longer(cut, v)
        rise = float(np.max(longer - v, initial=0.0))
        v = longer
        if rise < SMALLEST_RISE:
            # a hundredth more covers what would still come: checked, not taken for granted
            wider = 1.01 * v
            if (_longer(cut, wider) <= wider).all():
                return wider[:, 0]
    return None


def _longer(cut: FrontierMap, v: Floats) -> Floats:
    """Return ``1 + map(v)``, without the limit of 1 that losses have."""
    found = np.zeros_like(v)
    sums = np.asarray(cut.by_row @ v)
    ranks = cut.spread.ranks
    for start, end in pairwise(ranks):
        np.maximum(found[: end - start], sums[start:end], out=found[: end - start])
    return 1.0 + found


def widths(
    cut: FrontierMap, loss: Floats, failing: Ints, left: Floats, life: Floats, replace: Replace
) -> Floats:
    """Return by how much the true losses may exceed ``loss`` (f, b) under replaceability.

    Any losses that the map does not raise are at least the true ones, the smallest such: wider and
    wider ones are tried, the first that passes is the bound. Infinite where none does.
    """
    targets = len(cut.spread.targets)
    at = cut.position[failing]
    known = at >= 0
    found = np.full_like(loss, np.inf)
    for factor in WIDER:
        open_columns = np.flatnonzero(np.isinf(found).any(axis=0))
        if not len(open_columns):
            break
        part = loss[:, open_columns]
        over = np.minimum(part + factor * left[open_columns] * life[:, None], 1.0)
        over[targets:] = part[targets:]
        again = np.zeros_like(over)
        sums = cast("Floats", cut.by_row @ (replace(over) * over))
        cut.spread.raise_all(again[:targets], sums)
        risen = again > over + ROUNDING
        inside = known[open_columns]
        risen[at[open_columns][inside], np.flatnonzero(inside)] = False
        passed = ~risen.any(axis=0)
        found[:, open_columns[passed]] = (over - part)[:, passed]
    return found
