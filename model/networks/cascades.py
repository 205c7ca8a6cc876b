"""How a loss spreads over a network of firms: the two maps of systemic risk and their iteration.

Everything is written in losses, ``1 - h``: they start at the direct loss and rise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from model.errors import AncrageError
from model.networks.firm_network import ANY_SECTOR, FirmNetwork

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

Rule = Literal["linear", "leontief", "mixed"]
RULES: tuple[Rule, ...] = get_args(Rule)

TOLERANCE = 1e-8
"""Largest change of a level at which full passes stop."""

MOST_PASSES = 100_000
"""Passes after which a cascade is given up: closed circuits of trade converge slowly."""


class Spread:
    """A map of losses: each firm's is the largest of its rows' weighted sums of others' losses.

    Rows are ordered by their rank within their firm, firms by their number of rows, largest first:
    the rows of one rank are then one block, and the largest is a few whole-array comparisons.

    Attributes
    ----------
    matrix
        (rows × n), coefficients.
    targets
        Firms that have rows, in the order of rows of the first rank.
    ranks
        First row of each rank, and the number of rows.
    """

    def __init__(self, row_firm: Ints, row: Ints, column: Ints, value: Floats, n: int) -> None:
        """Take the firm of each row, and entries as (row, column, value)."""
        rows_of = np.bincount(row_firm, minlength=n)
        by_firm = np.argsort(row_firm, kind="stable")
        first = np.cumsum(rows_of) - rows_of
        rank = np.empty(len(row_firm), dtype=np.intp)
        rank[by_firm] = np.arange(len(row_firm)) - np.repeat(first, rows_of)
        order = np.lexsort((row_firm, -rows_of[row_firm], rank))
        place = np.empty(len(order), dtype=np.intp)
        place[order] = np.arange(len(order))
        counts = np.bincount(rank)
        self.ranks: list[int] = [0, *np.cumsum(counts).tolist()]
        self.row_firm: Ints = row_firm[order]
        self.targets: Ints = self.row_firm[: counts[0] if len(counts) else 0]
        self.matrix: Any = csr_array((value, (place[row], column)), shape=(len(order), n))
        self.firms = n

    def raise_all(self, loss: Floats, sums: Floats) -> None:
        """Raise losses of targets (targets, b), in place, to the sums of their rows (rows, b)."""
        for start, end in zip(self.ranks[:-1], self.ranks[1:], strict=True):
            part = loss[: end - start]
            np.maximum(part, sums[start:end], out=part)
        # sums of shares may pass 1 by a rounding
        np.minimum(loss, 1.0, out=loss)

    def raise_to(self, loss: Floats, rows: Ints, sums: Floats) -> None:
        """Raise losses of targets, in place, to the sums of some rows; ``rows`` in order."""
        cuts = np.searchsorted(rows, self.ranks)
        for start, low, high in zip(self.ranks[:-1], cuts[:-1], cuts[1:], strict=True):
            chosen = rows[low:high]
            place = chosen - start
            found = np.maximum(loss[place], sums[chosen])
            loss[place] = np.minimum(found, 1.0, out=found)

    def restricted(self, firms: Bools) -> Spread:
        """Return the map onto some firms only."""
        kept = firms[self.row_firm]
        entries = self.matrix.tocoo()
        there = kept[entries.row]
        place = np.cumsum(kept) - 1
        return Spread(
            self.row_firm[kept],
            place[entries.row[there]].astype(np.intp),
            entries.col[there].astype(np.intp),
            entries.data[there],
            self.firms,
        )


def downstream_map(network: FirmNetwork, rule: Rule) -> Spread:
    """Return what losses of suppliers do to clients.

    One row for each (client, essential sector of suppliers) with entries
    ``L_ij = W_ij / (inputs of j from the sector of i)``, and one for each client with entries
    ``M_ij = W_ij / in_j`` of inputs that are not essential. Purchases from outside suppliers are
    in both denominators.

    Raises
    ------
    AncrageError
        The rule is ``mixed`` and the network does not say which inputs are essential.
    """
    n, width = len(network), len(network.sectors)
    if rule == "linear":
        essential = np.zeros(network.links, dtype=bool)
    elif rule == "leontief":
        essential = np.ones(network.links, dtype=bool)
    elif network.essential is None:
        raise AncrageError(
            "The rule 'mixed' needs the essential inputs of each firm: give the column "
            "'essential_sectors' in the file of firms, or take 'linear' or 'leontief'."
        )
    else:
        essential = network.essential
    bought = network.in_strength
    bought += np.bincount(network.outside_client, weights=network.outside_weight, minlength=n)
    slot = network.client.astype(np.int64) * width + network.sector[network.supplier]
    slots, slot_of_link = np.unique(slot, return_inverse=True)
    of_slot = np.bincount(slot_of_link, weights=network.weight, minlength=len(slots))
    named = network.outside_sector != ANY_SECTOR
    outside = network.outside_client[named].astype(np.int64) * width
    outside += network.outside_sector[named]
    found = np.minimum(np.searchsorted(slots, outside), max(len(slots) - 1, 0))
    same = slots[found] == outside if len(slots) else np.zeros(0, dtype=bool)
    of_slot += np.bincount(
        found[same], weights=network.outside_weight[named][same], minlength=len(slots)
    )
    share = np.where(
        essential, network.weight / of_slot[slot_of_link], network.weight / bought[network.client]
    )
    # the row of inputs that are not essential comes after all sectors of its client
    code = np.where(essential, slot + network.client, network.client * (width + 1) + width)
    rows, row = np.unique(code, return_inverse=True)
    return Spread((rows // (width + 1)).astype(np.intp), row, network.supplier, share, n)


def upstream_map(network: FirmNetwork) -> Spread:
    """Return what losses of clients do to suppliers: one row each, entries ``W_ij / out_i``."""
    share = network.weight / network.out_strength[network.supplier]
    suppliers, row = np.unique(network.supplier, return_inverse=True)
    return Spread(suppliers, row, network.client, share, len(network))


Replace = Callable[[Floats], Floats]
"""From losses (n, b) to replaceability factors σ (n, b)."""


def replaceability_factor(network: FirmNetwork, firms: Ints | None = None) -> Replace:
    """Return σ of the market shares that are left.

    ``sigma_i = min(1, out_i / sum over the sector of i of h_d,l out_l)``: the loss of a supplier
    weighs less, the more of its sector still works.

    Parameters
    ----------
    firms
        Rows (f,) whose losses will be given; the others lose nothing. All, in order, without.
    """
    rows = np.arange(len(network)) if firms is None else firms
    width, out = len(network.sectors), network.out_strength
    of_sector = np.bincount(network.sector, weights=out, minlength=width)[:, None]
    sector, share = network.sector[rows], out[rows][:, None]
    members: Any = csr_array((share[:, 0], (sector, np.arange(len(rows)))), (width, len(rows)))

    def factor(loss: Floats) -> Floats:
        left = np.maximum(of_sector - np.asarray(members @ loss), 0.0)[sector]
        # a sum of parts may miss its whole by a rounding
        return np.where(left > share, share / np.maximum(left, 1e-300), 1.0)

    return factor


def full_passes(
    spread: Spread, direct: Floats, replace: Replace | None = None, tolerance: float = TOLERANCE
) -> Floats:
    """Return the losses (n, b) that direct losses (n, b) lead to, by passes over all links.

    ``loss = max(direct, map(sigma × loss))`` from the direct loss on, until no loss changes by
    ``tolerance`` or more in a pass.

    Raises
    ------
    AncrageError
        The passes do not converge.
    """
    loss = direct.copy()
    for _ in range(MOST_PASSES):
        sent = loss if replace is None else replace(loss) * loss
        before = loss[spread.targets]
        after = before.copy()
        sums = cast("Floats", spread.matrix @ sent)
        spread.raise_all(after, sums)
        loss[spread.targets] = after
        if float(np.max(after - before, initial=0.0)) < tolerance:
            return loss
    raise still_changing()


def still_changing() -> AncrageError:
    """Return the refusal of a network whose losses do not settle."""
    return AncrageError(
        f"The losses still change after {MOST_PASSES} passes: firms that trade in closed circuits "
        "with almost no other supplier or client; leave these firms out."
    )
