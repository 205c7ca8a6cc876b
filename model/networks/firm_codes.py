"""Synthetic identifiers of firms: the code of their sector and their rank in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError, nearest_name

if TYPE_CHECKING:
    from model.territory.territory import Territory


def firm_code(sector: str, rank: int) -> str:
    """Return the identifier of a firm, ``"FZ-0123"``."""
    return f"{sector}-{rank:04d}"


def rank_in_sector(sector: NDArray[np.int16]) -> NDArray[np.intp]:
    """Return the rank of each firm among those of its sector (n,), from 1, in the order of rows."""
    order = np.argsort(sector, kind="stable")
    size = np.bincount(sector)
    rank = np.empty(len(sector), dtype=np.intp)
    rank[order] = np.arange(len(sector)) - np.repeat(np.cumsum(size) - size, size) + 1
    return rank


def firm_codes(territory: Territory) -> tuple[str, ...]:
    """Return the identifiers of all firms of a territory (n,)."""
    names: tuple[str, ...] = territory.sectors.codes
    sectors: list[int] = territory.firms.sector.tolist()
    ranks: list[int] = rank_in_sector(territory.firms.sector).tolist()
    return tuple(firm_code(names[s], r) for s, r in zip(sectors, ranks, strict=True))


def row_of_firm(territory: Territory, code: str) -> int:
    """Return the row of the firm of an identifier.

    Raises
    ------
    AncrageError
        There is no such firm.
    """
    sector = territory.firms.sector
    return row_of_code(code, territory.sectors.codes, sector, rank_in_sector(sector))


def row_of_code(
    code: str, sectors: tuple[str, ...], of_firms: NDArray[np.int16], rank: NDArray[np.intp]
) -> int:
    """Return the row of the firm of an identifier, from sectors and ranks of firms (n,)."""
    sector, dash, number = code.rpartition("-")
    if not dash or sector not in sectors or not number.isdigit():
        hint = nearest_name(sector, sectors)
        raise AncrageError(
            f"There is no firm '{code}': firms are written like 'FZ-0123', by sector{hint}"
        )
    found = np.flatnonzero((of_firms == sectors.index(sector)) & (rank == int(number)))
    if len(found):
        return int(found[0])
    size = int((of_firms == sectors.index(sector)).sum())
    raise AncrageError(
        f"There is no firm '{code}': sector '{sector}' has firms 0001 to {size:04d}."
    )
