"""What the command line needs of a territory."""

from __future__ import annotations

from viz.readme import readme_text

__all__ = ["prepare_territory", "readme_text"]


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
