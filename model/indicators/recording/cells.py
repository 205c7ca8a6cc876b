"""Sums over cells: one count gives a quantity by several dimensions at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.indicators.breakdowns import (
    BUYER_DIMENSIONS,
    BUYER_KIND,
    EPCI,
    FIRM_KIND,
    OWNERSHIP,
    SECTOR,
    load_groups,
    sector_groups,
)
from model.territory.buyers import BUYER_KINDS
from model.territory.derived import DerivedColumns
from model.territory.tables import ENTERPRISE_CLASSES, KINDS
from model.territory.territory import Firms, Territory

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

Recorded = dict[str, dict[str, Floats]]
"""Dimension to quantity to value of each group."""


class CellSums:
    """Quantities of one month by cell, a cell being one group of each dimension."""

    def __init__(self, dimensions: Sequence[str], shape: tuple[int, ...]) -> None:
        self.dimensions, self.shape = tuple(dimensions), shape
        self.size = int(np.prod(shape))
        self.cells: dict[str, Floats] = {}

    def add(self, name: str, code: Codes, weights: Floats | None = None) -> Floats:
        """Count rows, or add up their weights, by the cell ``code`` of each; return the cells."""
        total = np.bincount(code, weights=weights, minlength=self.size)
        self.cells[name] = total.astype(np.float64, copy=False)
        return self.cells[name]

    def by_dimension(self, zones_only: bool = False) -> Recorded:
        """Return every quantity by the groups of every dimension, or by zone alone."""
        stacked = np.array(list(self.cells.values())).reshape(len(self.cells), *self.shape)
        found: Recorded = {}
        for axis, dimension in enumerate(self.dimensions):
            if zones_only and dimension != EPCI:
                continue
            others = tuple(1 + other for other in range(len(self.shape)) if other != axis)
            found[dimension] = dict(zip(self.cells, stacked.sum(axis=others), strict=True))
        return found


def firm_kinds(firms: Firms) -> NDArray[np.int64]:
    """Return the kind of each firm (n,), a place in the groups of ``firm-kind``.

    The status comes first (inclusive structures, social economy), then the size class of the
    enterprise behind the establishment.
    """
    groups = list(load_groups(FIRM_KIND).values())
    keys = [group.key for group in groups]
    by_class = {"micro": "micro", "sme": "sme", "eti": "large", "large": "large"}
    of_class = np.array([keys.index(by_class[name]) for name in ENTERPRISE_CLASSES])
    of_status = np.full(len(KINDS), -1)
    for place, group in enumerate(groups):
        of_status[[KINDS.index(name) for name in group.members]] = place
    status = of_status[firms.kind]
    return np.where(status >= 0, status, of_class[firms.enterprise_class])


@dataclass(frozen=True)
class CellCodes:
    """Cells of firms and of purchases, computed once a run.

    ``place`` (n,) is the zone and sector of each firm; ``kind`` (n,) its kind and owner for firms
    of the opening, ``young_kind`` (n,) for those born since: they stand alone, whatever enterprise
    held their row before. ``may_move`` are the rows where the two differ. ``order_of_kind`` (n,)
    sorts rows by kind; each of ``kinds_present`` begins at its ``first_of_kind``. ``zone`` (Z,) and
    ``buyer`` (B,) add up to the cell of a purchase done in a zone for a buyer; ``contract`` is that
    of each row of the book.
    """

    groups: dict[str, tuple[str, ...]]
    sector_group: Codes
    place: Codes
    place_shape: tuple[int, int]
    kind: Codes
    young_kind: Codes
    kind_shape: tuple[int, int]
    may_move: Codes
    order_of_kind: Codes
    kinds_present: Codes
    first_of_kind: Codes
    zone: Codes
    buyer: Codes
    contract: Codes
    purchase_shape: tuple[int, int]

    @classmethod
    def of(cls, t: Territory, d: DerivedColumns) -> CellCodes:
        """Compute the cells of a territory."""
        sectors, of_sector = sector_groups(t.sectors.codes)
        kinds, owners = tuple(load_groups(FIRM_KIND)), tuple(load_groups(OWNERSHIP))
        kind = firm_kinds(t.firms)
        sized = kind <= kinds.index("large")
        young = np.where(sized, kinds.index("micro"), kind)
        owner = np.where(t.firms.local_owned, owners.index("local"), owners.index("outside"))
        kind, young = (of * len(owners) + owner for of in (kind, young))
        order = np.argsort(kind, kind="stable")
        present, first = np.unique(kind[order], return_index=True)
        buyers = len(BUYER_KINDS)
        of_zone = np.arange(len(t.zones.keys), dtype=np.intp) * buyers
        of_buyer = np.asarray(t.buyers.kind).astype(np.intp)
        return cls(
            groups={SECTOR: sectors, FIRM_KIND: kinds, OWNERSHIP: owners, BUYER_KIND: BUYER_KINDS},
            sector_group=np.array(of_sector, dtype=np.intp),
            place=t.firms.group.astype(np.intp),
            place_shape=(len(t.zones.keys), len(t.sectors.codes)),
            kind=kind.astype(np.intp),
            young_kind=young.astype(np.intp),
            kind_shape=(len(kinds), len(owners)),
            may_move=np.flatnonzero(young != kind),
            order_of_kind=order,
            kinds_present=present.astype(np.intp),
            first_of_kind=first,
            zone=of_zone,
            buyer=of_buyer,
            contract=of_zone[d.zone_of_row] + of_buyer[d.buyer_of_row],
            purchase_shape=(len(t.zones.keys), buyers),
        )

    def purchase_sums(self) -> CellSums:
        """Return empty sums of purchases."""
        return CellSums(BUYER_DIMENSIONS, self.purchase_shape)


class FirmSums:
    """Quantities of firms of one month, by place (zone, sector) and by kind (kind, owner).

    With ``zones_only`` their kinds are left aside.
    """

    def __init__(
        self,
        codes: CellCodes,
        firms: Firms,
        generation: NDArray[np.integer],
        zones_only: bool = False,
    ) -> None:
        self._codes, self._firms, self._zones_only = codes, firms, zones_only
        self._moved = codes.may_move[generation[codes.may_move] > 0]
        self._kind = codes.kind.copy()
        self._kind[self._moved] = codes.young_kind[self._moved]
        self.place = CellSums((EPCI, SECTOR), codes.place_shape)
        self.kind = CellSums((FIRM_KIND, OWNERSHIP), codes.kind_shape)

    def add_all(self, name: str, values: Floats) -> None:
        """Add up a column of all firms (n,)."""
        codes, kind = self._codes, np.zeros(self.kind.size)
        self.place.cells[name] = self._firms.sum_by_group(values, self.place.size)
        if self._zones_only:
            return
        # sums over the rows in order of kind, three times as fast as a count, then the few that
        # changed kind
        sorted_values = values.take(codes.order_of_kind)
        kind[codes.kinds_present] = np.add.reduceat(sorted_values, codes.first_of_kind)
        moved = values[self._moved]
        size = self.kind.size
        kind += np.bincount(codes.young_kind[self._moved], weights=moved, minlength=size)
        kind -= np.bincount(codes.kind[self._moved], weights=moved, minlength=size)
        self.kind.cells[name] = kind

    def add_at(self, rows: NDArray[np.integer], **values: Floats | None) -> None:
        """Add up values that only some firms have, by quantity; None counts the firms."""
        place = self._codes.place[rows]
        kind = self._kind[rows]
        for name, weights in values.items():
            self.place.add(name, place, weights)
            if not self._zones_only:
                self.kind.add(name, kind, weights)

    def add_difference(self, name: str, total: str, *parts: str) -> None:
        """Set a quantity to what is left of another without its parts."""
        for sums in (self.place,) if self._zones_only else (self.place, self.kind):
            left = sums.cells[total]
            for part in parts:
                left = left - sums.cells[part]
            sums.cells[name] = left

    def by_dimension(self) -> Recorded:
        """Return every quantity by the groups of every dimension; sectors are not yet grouped."""
        if self._zones_only:
            return self.place.by_dimension(zones_only=True)
        return self.place.by_dimension() | self.kind.by_dimension()
