"""Names of the zones of the server's territory."""

from __future__ import annotations

from functools import cache

from viz.territories import prepare_territory
from viz.web.services import services


def zone_names() -> dict[str, str]:
    """Return the names of EPCI by code."""
    return _names(services().territory)


@cache
def _names(territory: str) -> dict[str, str]:
    return prepare_territory(territory)
