"""Who does what of a contract: its holder, and the firms that it shares the work with.

Members of a grouping and subcontractors are paid by the buyer itself, at the buyer's delay: members
by the form of the contract, subcontractors by law (loi 75-1334, title II). What each has delivered
is owed to it; an advance is theirs by their share of the contract.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.state import MOST_PARTNERS, ContractState

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Performers:
    """Performers of some contracts (R,): their holders in order, then partners (E,).

    Attributes
    ----------
    firm
        int32, row of the firm, ``n`` for one from outside.
    share
        Part of the contract that it performs; those of a contract add up to 1.
    partner_line
        (E - R,), position of the contract of each partner among the R.
    place
        (E - R,), place of each partner in its row of the lot book.
    """

    firm: Ints
    share: Floats
    partner_line: Places
    place: Places

    @property
    def contracts(self) -> int:
        """How many contracts there are."""
        return len(self.firm) - len(self.place)

    @property
    def line(self) -> Places:
        """Position of the contract of each performer among the R."""
        return np.concatenate([np.arange(self.contracts), self.partner_line])

    def each[T: np.generic](self, values: NDArray[T]) -> NDArray[T]:
        """Return values by contract (R,) for each performer (E,)."""
        if len(self.place) == 0:
            return values
        return np.concatenate([values, values[self.partner_line]])

    def of_shares(self, values: Floats) -> Floats:
        """Return each performer's part (E,) of an amount by contract (R,)."""
        return self.each(values) * self.share

    def by_firm(self, parts: Floats, firms: int) -> Floats:
        """Add up parts (E,) by firm (n + 1,), outside firms last."""
        return np.bincount(self.firm, weights=parts, minlength=firms + 1)

    def by_contract(self, parts: Floats) -> Floats:
        """Add up parts (E,) by contract (R,)."""
        if len(self.place) == 0:
            return parts
        count = self.contracts
        return parts[:count] + np.bincount(
            self.partner_line, weights=parts[count:], minlength=count
        )

    def of_amounts(self, amounts: Floats, of_partners: Floats) -> Floats:
        """Return parts (E,) of amounts by contract (R,): partners' as given, the rest holders'."""
        if len(self.place) == 0:
            return amounts
        taken = np.bincount(self.partner_line, weights=of_partners, minlength=self.contracts)
        return np.concatenate([amounts - taken, of_partners])


@dataclass(frozen=True)
class Partners:
    """Firms with which the holder of each lot will share it, in places (MOST_PARTNERS, T).

    Attributes
    ----------
    firm, share
        int32 row, -1 for none, and the part of the contract that it will perform.
    small
        Whether its enterprise is micro, small or medium.
    joint
        (T,), whether they are members of a grouping that bid together, not subcontractors.
    """

    firm: Ints
    share: Floats
    small: NDArray[np.bool_]
    joint: NDArray[np.bool_]


def performers_of(contracts: ContractState, rows: NDArray[np.integer], firms: int) -> Performers:
    """Return who performs the contracts of some rows of the lot book (R,).

    A row without a holder counts as held outside, where it moves nothing.
    """
    holder = contracts.holder[rows]
    firm = np.where(holder >= 0, holder, firms).astype(np.int32)
    # partners fill the first places: a row without one there has none
    shared = np.flatnonzero(contracts.partner_share[0][rows])
    own = np.ones(len(rows))
    if len(shared) == 0:
        none = np.zeros(0, dtype=np.intp)
        return Performers(firm, own, none, none)
    shares = contracts.partner_share[:, rows[shared]]
    place, which = np.nonzero(shares)
    partner = contracts.partner[place, rows[shared[which]]]
    own[shared] = 1.0 - shares.sum(axis=0)
    return Performers(
        firm=np.concatenate([firm, partner]),
        share=np.concatenate([own, shares[place, which]]),
        partner_line=shared[which],
        place=place,
    )


def forget_partners(contracts: ContractState, rows: Ints) -> None:
    """Leave contracts to their holders alone; what partners were owed is settled by the caller."""
    shared = rows[contracts.partner_share[0][rows] > 0.0]
    contracts.partner[:, shared] = -1
    contracts.partner_share[:, shared] = 0.0
    contracts.partner_receivable_eur[:, shared] = 0.0


def withdraw_partners(contracts: ContractState, gone: NDArray[np.bool_]) -> tuple[Ints, Floats]:
    """Take firms that failed out of the contracts of others: their share falls to the holder.

    Parameters
    ----------
    gone
        (n + 1,), firms that closed.

    Returns
    -------
    Rows of the lot book (W,) and EUR (W,) that their buyers owe to the estates. An advance that
    exceeds it is lost to the buyer, as with a holder that fails.
    """
    shared = np.flatnonzero(contracts.partner_share[0] > 0.0)
    # where there is no partner, -1 reads the place of outside firms, which do not close
    place, which = np.nonzero(gone[contracts.partner[:, shared]])
    rows = shared[which].astype(np.int32)
    if len(rows) == 0:
        return rows, np.zeros(0)
    share = contracts.partner_share[place, rows]
    claim = contracts.partner_receivable_eur[place, rows]
    kept_back = share * contracts.retained_eur[rows]
    advance = share * contracts.advance_eur[rows]
    np.subtract.at(contracts.receivable_eur, rows, claim)
    np.subtract.at(contracts.retained_eur, rows, kept_back)
    np.subtract.at(contracts.advance_eur, rows, advance)
    contracts.partner_share[place, rows] = 0.0
    contracts.partner_receivable_eur[place, rows] = 0.0
    contracts.partner[place, rows] = -1
    _close_ranks(contracts, np.unique(rows))
    return rows, np.maximum(claim + kept_back - advance, 0.0)


def _close_ranks(contracts: ContractState, rows: Ints) -> None:
    """Move partners to the first places of their rows, in their order."""
    empty = contracts.partner_share[:, rows] == 0.0
    order = np.argsort(empty, axis=0, kind="stable")
    columns = (
        contracts.partner,
        contracts.partner_share,
        contracts.partner_receivable_eur,
    )
    for column in columns:
        column[:, rows] = np.take_along_axis(column[:, rows], order, axis=0)


def no_partners(lots: int) -> tuple[Ints, Floats]:
    """Return the partners (MOST_PARTNERS, T) and shares of lots that nobody shares."""
    shape = (MOST_PARTNERS, lots)
    return np.full(shape, -1, dtype=np.int32), np.zeros(shape)
