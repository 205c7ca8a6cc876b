"""The firms on which most others depend: computed once a server, in the background."""

from __future__ import annotations

import threading

from viz.figures.systemic_firms import FirmsAtRisk

_KNOWN: dict[str, FirmsAtRisk] = {}
_COMPUTING = threading.Lock()


def known_risk(territory: str) -> FirmsAtRisk | None:
    """Return the risk of a territory's firms if it was computed, without waiting."""
    return _KNOWN.get(territory)


def compute_risk(territory: str) -> FirmsAtRisk:
    """Return the risk of a territory's firms: at once, from the user's cache, or in minutes."""
    with _COMPUTING:
        if territory not in _KNOWN:
            _KNOWN[territory] = _computed(territory)
        return _KNOWN[territory]


def _computed(territory: str) -> FirmsAtRisk:
    from model.networks.firm_codes import firm_codes
    from model.territory import load_territory
    from scenarios.comparison import default_workers
    from scenarios.systemic_risk import territory_systemic_risk

    built = load_territory(territory)
    found = territory_systemic_risk(built, workers=default_workers())
    zones, sectors = built.zones.keys, built.sectors.codes
    return FirmsAtRisk(
        esri=found.esri,
        codes=firm_codes(built),
        sectors=[sectors[k] for k in built.firms.sector.tolist()],
        zones=[zones[k] for k in built.firms.zone.tolist()],
        fte=built.firms.fte,
    )
