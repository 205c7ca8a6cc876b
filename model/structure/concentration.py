"""How few suppliers a buyer has in a category, and how few sell to firms (`facts.md` 4.9)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Concentration:
    """How the value of each cell is shared between its suppliers (K,).

    Attributes
    ----------
    value
        EUR of the cell.
    suppliers
        How many have a part of it.
    hhi
        Herfindahl index Σ s², between 1/suppliers and 1; NaN of an empty cell.
    largest
        Share of the first supplier; NaN of an empty cell.
    """

    value: Floats
    suppliers: Places
    hhi: Floats
    largest: Floats

    @property
    def effective(self) -> Floats:
        """Number of equal suppliers that would give the same index."""
        return 1.0 / self.hhi


def concentration(
    cell: NDArray[np.integer], supplier: NDArray[np.integer], value: Floats, cells: int
) -> Concentration:
    """Add up what each supplier has in each cell, and tell how concentrated it is.

    Parameters
    ----------
    cell, supplier, value
        (R,), cell of 0 to ``cells`` - 1, number of the supplier and EUR of each holding; a supplier
        may have several in a cell. Holdings of nothing are left out.
    """
    kept = np.flatnonzero(value > 0.0)
    width = int(supplier.max(initial=0)) + 1
    code = cell[kept].astype(np.int64) * width + supplier[kept]
    pair, place = np.unique(code, return_inverse=True)
    held = np.bincount(place, weights=value[kept], minlength=len(pair))
    home = pair // width
    total = np.bincount(home, weights=held, minlength=cells)
    share = held / total[home]
    hhi = np.bincount(home, weights=share**2, minlength=cells)
    largest = np.zeros(cells)
    np.maximum.at(largest, home, share)
    empty = total <= 0.0
    return Concentration(
        value=total,
        suppliers=np.bincount(home, minlength=cells),
        hhi=np.where(empty, np.nan, hhi),
        largest=np.where(empty, np.nan, largest),
    )
