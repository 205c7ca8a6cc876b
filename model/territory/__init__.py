"""Territories: what exists in them, built from data; embedded ones by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.errors import AncrageError, nearest_name

if TYPE_CHECKING:
    from model.hypotheses import HypothesisValues
    from model.territory.territory import Territory

EMBEDDED_TERRITORIES = ("cote-opale", "dunkerque")
"""Names of the territories whose tables are in the package."""


def check_territory_name(name: str) -> None:
    """Raise ``AncrageError`` with the nearest name if no embedded territory has this one."""
    if name not in EMBEDDED_TERRITORIES:
        raise AncrageError(f"unknown territory '{name}'{nearest_name(name, EMBEDDED_TERRITORIES)}")


def load_territory(name: str, hypotheses: HypothesisValues | None = None) -> Territory:
    """Return an embedded territory, built or read from the user's cache.

    Raises
    ------
    AncrageError
        Unknown name.
    """
    check_territory_name(name)
    from model.hypotheses import HypothesisValues
    from model.territory.cache import cached_territory

    return cached_territory(name, hypotheses or HypothesisValues())


def generated_territory(
    firms: int, zones: int = 4, *, seed: int = 2014, money_scale: float = 1.0
) -> Territory:
    """Return a small made-up territory for tests and benchmarks, with the embedded profiles."""
    from model.hypotheses import HypothesisValues
    from model.territory.build import build_territory
    from model.territory.generated import generated_tables

    tables = generated_tables(firms, zones, seed)
    return build_territory("generated", tables, HypothesisValues(), money_scale)
