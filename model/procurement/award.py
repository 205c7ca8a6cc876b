"""Award: the most advantageous valid bid, by the weights of the lot (`model.md` 4.6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.procurement.bids import Bids
from model.procurement.tenders import DIRECT, Tenders

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

DIRECT_AFTER_FAILURES = 2
"""Failed procedures after which the buyer negotiates with one able firm (art. R.2122-2)."""


AWARDED, RELAUNCHED, DEFERRED, ABANDONED = 0, 1, 2, 3
"""What becomes of a lot: it has a holder, is called again, is put off, or was given up."""


@dataclass(frozen=True)
class Awards:
    """Result of each lot (T,): winner's place among the bids (-1: none), number of valid bids,
    whether the holder was chosen without a valid bid, and what becomes of the lot."""

    place: Ints
    bids: Ints
    negotiated: Bools
    fate: NDArray[np.int8]

    @property
    def awarded(self) -> Bools:
        """Whether the lot found a holder."""
        return self.place >= 0

    def of_winner[T: np.generic](self, values: NDArray[T]) -> NDArray[T]:
        """Return what a column of bids (T, candidates) holds for each winner (T,).

        The first candidate's value stands where a lot found none.
        """
        return values[np.arange(len(self.place)), np.maximum(self.place, 0)]


def award(tenders: Tenders, bids: Bids, failures: NDArray[np.integer]) -> Awards:
    """Choose the holder of each lot.

    Score = Σ weight × (lowest price/price, technical, environmental, social); ties go to the first
    candidate of the race. Direct purchases without a bid, and lots whose procedure failed
    ``DIRECT_AFTER_FAILURES`` times, go to the able firm that was nearest to bid, wherever it is.
    """
    valid = bids.valid
    count = valid.sum(axis=1).astype(np.int32)
    lowest = np.where(valid, bids.price, np.inf).min(axis=1)
    price_score = lowest[:, None] / bids.price
    w = tenders.weights
    score = w[:, 0, None] * np.where(valid, price_score, 0.0)
    score = score + w[:, 1, None] * bids.technical
    score = score + w[:, 2, None] * bids.environmental
    score = score + w[:, 3, None] * bids.social
    place = np.argmax(np.where(valid, score, -np.inf), axis=1).astype(np.int32)
    place = np.where(count > 0, place, -1)
    direct = tenders.procedure == DIRECT
    nearest = np.argmin(bids.reluctance, axis=1).astype(np.int32)
    has_able = np.isfinite(bids.reluctance).any(axis=1)
    negotiated = (count == 0) & has_able & (direct | (failures >= DIRECT_AFTER_FAILURES))
    place = np.where(negotiated, nearest, place).astype(np.int32)
    fate = np.where(place >= 0, AWARDED, RELAUNCHED).astype(np.int8)
    return Awards(place=place, bids=count, negotiated=negotiated, fate=fate)
