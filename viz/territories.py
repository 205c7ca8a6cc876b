"""What the command line needs of a territory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viz.readme import readme_text

if TYPE_CHECKING:
    from model.territory.buyers import Buyers

__all__ = ["buyers_of", "prepare_territory", "readme_text"]


def prepare_territory(name: str) -> dict[str, str]:
    """Load a territory (and so fill its cache); return the names of its zones by key.

    Raises
    ------
    AncrageError
        There is no such territory; the nearest name is suggested.
    """
    from model.territory import load_territory

    zones = load_territory(name).zones
    return dict(zip(zones.keys, zones.names, strict=True))


def buyers_of(name: str) -> Buyers:
    """Return the buyers of a territory."""
    from model.territory import load_territory

    return load_territory(name).buyers
