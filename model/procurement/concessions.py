"""Services that public bodies concede, listed apart: outside tenders and the base of a SPASER."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError, nearest_name
from model.territory.buyers import BUYER_KINDS
from model.toml_tables import check_fields, read_toml


@dataclass(frozen=True, slots=True)
class Concession:
    """An entry of `concessions.toml`; meanings and units of the fields are at its head."""

    key: str
    buyer_kind: str
    eur_per_inhabitant: float
    conceded_share: float
    source: str
    grade: str
    label_fr: str
    label_en: str


@cache
def load_concessions() -> tuple[Concession, ...]:
    """Return the conceded services, in the order of the file."""
    document = read_toml(Path(__file__).with_name("concessions.toml"))
    return tuple(_concession(table) for table in document["concession"])


def _concession(table: Mapping[str, Any]) -> Concession:
    where = f"concessions.toml, concession '{table.get('key', '?')}'"
    check_fields(table, (field.name for field in fields(Concession)), (), where)
    kind = str(table["buyer_kind"])
    if kind not in BUYER_KINDS:
        raise AncrageError(f"{where}: unknown kind '{kind}'{nearest_name(kind, BUYER_KINDS)}")
    return Concession(**table)


def concession_amounts(
    population: NDArray[np.float64], money_scale: float = 1.0
) -> dict[str, NDArray[np.float64]]:
    """Return the turnover of each conceded service by zone (Z,), EUR a year.

    Parameters
    ----------
    population
        (Z,), inhabitants of the zones.
    """
    return {
        entry.key: population * entry.eur_per_inhabitant * entry.conceded_share * money_scale
        for entry in load_concessions()
    }
