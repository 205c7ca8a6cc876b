"""Public buyers other than communes and EPCI: named ones of a territory, or generic ones.

A zone's purchases of one kind are shared among the bodies that serve it: those of the whole
territory or département, and those of the nearest seat of that kind.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

_TABLE = Path(__file__).parent.parent / "data" / "territory" / "public_bodies.csv"

TERRITORY, CATCHMENT = "territory", "catchment"
UPPER_KINDS = ("departement", "region", "hospital", "landlord", "syndicate", "state", "other")

# Generated territories: one seat for as many inhabitants (largest zones first), by kind.
_INHABITANTS_A_SEAT = {"hospital": 130_000, "landlord": 180_000, "syndicate": 80_000}
_GENERIC_WIDE = (
    ("departement", "Département", True),
    ("region", "Région", True),
    ("state", "State services", True),
    ("other", "Ports and mixed companies", False),
)


@dataclass(frozen=True, slots=True)
class PublicBody:
    """A legal person: whom it serves, and what the law presumes of it.

    ``share`` is its part of what the bodies of its kind buy in a zone they all serve;
    ``legal_population`` the inhabitants of its whole perimeter, or None if it is the territory's.
    ``spaser_duty`` is data, never computed from simulated volumes (model.md 1).
    ``fixed_envelope_eur`` is what it buys a year where inhabitants are no measure of it (a port).
    ``contracting_entity`` is true of networks (water, energy, transport, ports), which have higher
    thresholds; bodies of several trades count by their main one.
    """

    code: str
    name: str
    kind: str
    seat: str
    scope: str
    share: float
    legal_population: float | None
    spaser_duty: bool
    fixed_envelope_eur: float | None = None
    contracting_entity: bool = False


@cache
def load_public_bodies() -> tuple[PublicBody, ...]:
    """Return the named public bodies of the embedded territory."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(
            PublicBody(
                code=row["code"],
                name=row["name"],
                kind=row["kind"],
                seat=row["seat_epci"],
                scope=row["scope"],
                share=float(row["share"]),
                legal_population=float(row["legal_population"])
                if row["legal_population"]
                else None,
                spaser_duty=row["spaser_duty"] == "true",
                fixed_envelope_eur=float(row["fixed_envelope_eur"])
                if row["fixed_envelope_eur"]
                else None,
                contracting_entity=row["contracting_entity"] == "true",
            )
            for row in csv.DictReader(file)
        )


def bodies_of(zone_keys: Sequence[str], population: Vector) -> tuple[PublicBody, ...]:
    """Return the upper bodies of these zones: named if any is seated there, else generic."""
    seats = set(zone_keys)
    named = [body for body in load_public_bodies() if body.kind in UPPER_KINDS]
    if not any(body.seat in seats for body in named):
        return _generic_bodies(zone_keys, population)
    return tuple(body for body in named if body.seat in seats or body.kind == "region")


def spaser_epci() -> frozenset[str]:
    """Return the codes of the EPCI presumed to have the duty of L.2111-3."""
    return frozenset(b.seat for b in load_public_bodies() if b.kind == "epci" and b.spaser_duty)


def service_shares(
    bodies: Sequence[PublicBody],
    zone_keys: Sequence[str],
    departement: Sequence[str],
    lat: Vector,
    lon: Vector,
) -> Vector:
    """Return (bodies, Z): the part of a zone's purchases of its kind that each body makes.

    For each kind and zone the parts add up to 1 (or to 0 where no body of the kind serves it).
    """
    place = {key: i for i, key in enumerate(zone_keys)}
    shares = np.zeros((len(bodies), len(zone_keys)))
    for kind in dict.fromkeys(body.kind for body in bodies):
        rows = [i for i, body in enumerate(bodies) if body.kind == kind]
        seats = sorted({place[bodies[i].seat] for i in rows if bodies[i].scope == CATCHMENT})
        nearest = _nearest(np.array(seats), lat, lon) if seats else None
        for i in rows:
            body = bodies[i]
            if body.scope == TERRITORY:
                served = np.ones(len(zone_keys), dtype=bool)
            elif body.scope == CATCHMENT and nearest is not None:
                served = nearest == place[body.seat]
            else:
                served = np.array([f"departement-{d}" == body.scope for d in departement])
            shares[i] = np.where(served, body.share, 0.0)
        total = shares[rows].sum(axis=0)
        shares[rows] /= np.where(total > 0, total, 1.0)
    return shares


def _nearest(seats: NDArray[np.intp], lat: Vector, lon: Vector) -> NDArray[np.intp]:
    """Return (Z,): the nearest seat of each zone, on a local flat map."""
    stretch = np.cos(np.radians(lat.mean()))
    dy = lat[:, None] - lat[seats][None, :]
    dx = (lon[:, None] - lon[seats][None, :]) * stretch
    return seats[np.argmin(dx**2 + dy**2, axis=1)]


def _generic_bodies(zone_keys: Sequence[str], population: Vector) -> tuple[PublicBody, ...]:
    order = np.argsort(-population, kind="stable")
    largest = zone_keys[int(order[0])]
    bodies = [
        PublicBody(
            f"{kind}-generic",
            name,
            kind,
            largest,
            TERRITORY,
            1.0,
            None,
            duty,
            contracting_entity=kind == "other",
        )
        for kind, name, duty in _GENERIC_WIDE
    ]
    for kind, inhabitants in _INHABITANTS_A_SEAT.items():
        seats = max(1, min(len(zone_keys), round(float(population.sum()) / inhabitants)))
        for rank, zone in enumerate(order[:seats], start=1):
            seat = zone_keys[int(zone)]
            bodies.append(
                PublicBody(
                    f"{kind}-{seat}",
                    f"{kind.capitalize()} {rank}",
                    kind,
                    seat,
                    CATCHMENT,
                    1.0,
                    None,
                    False,
                    contracting_entity=kind == "syndicate",
                )
            )
    return tuple(bodies)
