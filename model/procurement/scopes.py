"""Where a lever acts: the buyers and categories of purchase that a scenario names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError, nearest_name
from model.procurement.categories import category_index
from model.territory.buyers import BUYER_KINDS

if TYPE_CHECKING:
    from model.territory.buyers import Buyers

Bools = NDArray[np.bool_]

SPASER_SCOPES = ("obliged", "not-obliged", "newly-obliged")
"""Buyers under the duty of L.2111-3, the others, and those that a change of the law adds."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Names that narrow a lever down; an empty field does not narrow.

    Attributes
    ----------
    buyers
        Codes of buyers, as ``ancrage territory buyers`` lists them.
    kinds
        Kinds of buyers.
    epci
        EPCI codes: buyers whose seat is there.
    categories
        Categories of purchase.
    spaser
        One of ``SPASER_SCOPES``, or empty.
    """

    buyers: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    epci: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    spaser: str = ""

    def canonical(self) -> dict[str, object]:
        """Return the fields that narrow, as plain values."""
        lists = {
            "buyers": self.buyers,
            "kinds": self.kinds,
            "epci": self.epci,
            "categories": self.categories,
        }
        found: dict[str, object] = {name: list(value) for name, value in lists.items() if value}
        return found | ({"spaser": self.spaser} if self.spaser else {})

    def buyers_mask(
        self, buyers: Buyers, zone_keys: Sequence[str], obliged: Bools, lever: str
    ) -> Bools:
        """Return which buyers the scope holds (B,).

        Parameters
        ----------
        obliged
            (B,), buyers under the duty this month.

        Raises
        ------
        AncrageError
            A buyer or an EPCI that the territory does not have, or a scope that holds nobody.
        """
        for name, known, what in (
            ("buyers", buyers.code, "buyer"),
            ("epci", zone_keys, "EPCI"),
        ):
            for one in getattr(self, name):
                if one not in known:
                    hint = nearest_name(one, known)
                    raise AncrageError(
                        f"Lever '{lever}': the territory has no {what} '{one}'{hint}"
                    )
        held = np.ones(len(buyers), dtype=bool)
        if self.buyers:
            held &= np.isin(np.array(buyers.code), self.buyers)
        if self.kinds:
            held &= np.isin(buyers.kind, [BUYER_KINDS.index(kind) for kind in self.kinds])
        if self.epci:
            zones = [i for i, key in enumerate(zone_keys) if key in self.epci]
            held &= np.isin(buyers.zone, zones)
        if not held.any():
            raise AncrageError(
                f"Lever '{lever}': its scope {self.canonical()} matches no buyer of the territory; "
                "name other buyers, kinds or EPCI."
            )
        if self.spaser == "obliged":
            held = held & obliged
        elif self.spaser == "not-obliged":
            held = held & ~obliged
        elif self.spaser == "newly-obliged":
            held = held & obliged & ~buyers.spaser_duty
        return held

    def categories_mask(self) -> Bools:
        """Return which categories the scope holds (C,)."""
        known = list(category_index())
        if not self.categories:
            return np.ones(len(known), dtype=bool)
        return np.isin(np.array(known), self.categories)


EVERYWHERE = Scope()


def parse_scope(lever: str, raw: object, reach: Sequence[str]) -> Scope:
    """Make a scope of the ``scope`` table of a lever's path.

    Raises
    ------
    AncrageError
        Unknown field, one that the lever cannot have, an unknown kind or category, an empty list.
    """
    if not isinstance(raw, Mapping):
        raise AncrageError(f"Lever '{lever}': 'scope' must be a table, got {raw!r}.")
    table = cast("Mapping[str, object]", raw)
    known = tuple(f.name for f in fields(Scope))
    values: dict[str, object] = {}
    for name, value in table.items():
        if name not in known:
            raise AncrageError(
                f"Lever '{lever}': unknown field '{name}' of 'scope'{nearest_name(name, known)}"
            )
        if name not in reach:
            possible = ", ".join(reach) or "nothing: it acts on the whole territory"
            raise AncrageError(
                f"Lever '{lever}' cannot be narrowed by '{name}'; it can by {possible}."
            )
        values[name] = _spaser(lever, value) if name == "spaser" else _names(lever, name, value)
    scope = Scope(**values)  # pyright: ignore[reportArgumentType]
    _check_known(lever, "kind", scope.kinds, BUYER_KINDS)
    _check_known(lever, "category", scope.categories, tuple(category_index()))
    return scope


def _names(lever: str, field: str, raw: object) -> tuple[str, ...]:
    items = cast("Sequence[object]", raw) if isinstance(raw, list | tuple) else ()
    if not items or not all(isinstance(item, str) for item in items):
        raise AncrageError(
            f"Lever '{lever}': scope '{field}' must be a list of at least one name, got {raw!r}."
        )
    return tuple(sorted({str(item) for item in items}))


def _spaser(lever: str, raw: object) -> str:
    if raw not in SPASER_SCOPES:
        raise AncrageError(
            f"Lever '{lever}': scope 'spaser' must be one of {', '.join(SPASER_SCOPES)}, "
            f"got {raw!r}."
        )
    return str(raw)


def _check_known(lever: str, what: str, names: tuple[str, ...], known: tuple[str, ...]) -> None:
    for name in names:
        if name not in known:
            raise AncrageError(
                f"Lever '{lever}': unknown {what} '{name}' in its scope{nearest_name(name, known)}"
            )
