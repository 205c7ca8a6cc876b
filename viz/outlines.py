"""Outlines of EPCI and communes for maps: the embedded schematic ones, or a user's GeoJSON.

A user's file holds communes (INSEE codes) or EPCI (SIREN codes) in degrees (WGS 84). Communes are
joined by EPCI and borders simplified together, so that neighbours still touch.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from model.errors import AncrageError

MOST_BYTES = 20_000_000
"""Largest file that is read."""
MOST_DRAWN_BYTES = 150_000
"""Largest GeoJSON of one level that a page receives."""

_CODES = (
    *("code", "insee", "code_insee", "insee_com", "com", "codgeo", "code_commune", "com_code"),
    *("epci", "code_epci", "epci_code", "siren_epci", "siren", "code_siren"),
)
"""Properties that may hold the code of a feature, in lower case, first found first served."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Outlines:
    """Shapes to draw, each feature's ``name`` being its code.

    ``communes`` is None where the file holds EPCI. ``aspect`` is the width of a degree of longitude
    over that of latitude, ``key`` names the shapes for `registerMap`.
    """

    key: str
    epci: Json
    communes: Json | None
    aspect: float
    schematic: bool


@cache
def schematic_outlines(zones: tuple[str, ...]) -> Outlines:
    """Return the embedded cells around the centres of communes, joined by EPCI.

    Raises
    ------
    AncrageError
        A zone is not an EPCI of the embedded table.
    """
    path = resources.files("model") / "data" / "territory" / "schematic_outlines.geojson"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    epci, communes = (
        [
            _feature(f["properties"]["code"], f["geometry"])
            for f in features
            if f["properties"]["level"] == level and f["properties"]["epci"] in zones
        ]
        for level in ("epci", "commune")
    )
    missing = [zone for zone in zones if zone not in {f["properties"]["name"] for f in epci}]
    if missing:
        raise AncrageError(
            f"No outline is embedded for EPCI {missing[0]}; give a GeoJSON with --outlines."
        )
    return Outlines(
        "schematic", _collection(epci), _collection(communes), _aspect(_collection(epci)), True
    )


def read_outlines(path: Path, zones: Sequence[str]) -> Outlines:
    """Read a GeoJSON of communes or EPCI; features of other places are left out.

    Raises
    ------
    AncrageError
        One sentence: the file cannot be read, is too large, not GeoJSON, has no known code, broken
        polygons, coordinates that are not degrees, or lacks an EPCI of the territory.
    """
    raw = _bytes(path)
    found, of_communes = _shapes(_features(raw, path.name), tuple(zones), path.name)
    key = f"user-{hashlib.sha256(raw).hexdigest()[:8]}"
    by_zone: dict[str, list[Any]] = {}
    for code, (zone, shape) in found.items():
        by_zone.setdefault(zone, []).append((code, shape))
    missing = [zone for zone in zones if zone not in by_zone]
    if missing:
        raise AncrageError(
            f"{path.name}: no shape for EPCI {missing[0]}; the file must cover the territory."
        )
    import shapely

    joined = {zone: shapely.union_all([shape for _, shape in by_zone[zone]]) for zone in zones}
    epci = _light(joined)
    communes = _light({code: shape for code, (_, shape) in found.items()}) if of_communes else None
    return Outlines(key, epci, communes, _aspect(epci), False)


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise AncrageError(
                f"{path.name}: {size / 1e6:.0f} MB is too large; outlines hold at most "
                f"{MOST_BYTES // 1_000_000} MB."
            )
        return path.read_bytes()
    except OSError as error:
        raise AncrageError(f"{path.name}: cannot be read ({error.strerror}).") from error


def _features(raw: bytes, name: str) -> list[Json]:
    try:
        document = json.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise AncrageError(f"{name}: is not JSON; export the outlines as GeoJSON.") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        raise AncrageError(f"{name}: holds no features; expected a GeoJSON FeatureCollection.")
    return [feature for feature in features if isinstance(feature, dict)]


@cache
def _epci_of_commune() -> Mapping[str, str]:
    path = resources.files("model") / "data" / "territory" / "communes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["commune"]: row["epci"] for row in csv.DictReader(file)}


def _code(properties: object, known: Mapping[str, str]) -> str | None:
    """Return the first property that is a known code."""
    if not isinstance(properties, dict):
        return None
    lowered = {str(key).lower(): value for key, value in properties.items()}
    for name in _CODES:
        code = str(lowered.get(name, "")).strip()
        if code in known:
            return code
    return None


def _shapes(
    features: Sequence[Json], zones: tuple[str, ...], name: str
) -> tuple[dict[str, tuple[str, Any]], bool]:
    """Return zone and shape of each code, and whether codes are those of communes."""
    import shapely

    communes = {code: epci for code, epci in _epci_of_commune().items() if epci in zones}
    known = communes | {zone: zone for zone in zones}
    parts: dict[str, list[Any]] = {}
    for feature in features:
        code = _code(feature.get("properties"), known)
        if code is not None:
            parts.setdefault(code, []).append(_shape(feature.get("geometry"), code, name))
    if not parts:
        raise AncrageError(
            f"{name}: no property holds a code of the territory; expected INSEE codes of communes "
            "or SIREN codes of EPCI in a property such as 'code'."
        )
    # where both levels stand in one file, communes tell more
    of_communes = any(code in communes for code in parts)
    return {
        code: (known[code], shapely.union_all(shapes))
        for code, shapes in parts.items()
        if (code in communes) == of_communes
    }, of_communes


def _shape(geometry: object, code: str, name: str) -> Any:
    """Return a polygon in degrees, small defects repaired."""
    import shapely
    from shapely.geometry import shape

    broken = AncrageError(f"{name}: the polygon of {code} is broken; export the outlines again.")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise broken
    try:
        found = shape(geometry)
    except Exception as error:  # whatever shapely makes of a malformed list
        raise broken from error
    bounds = found.bounds
    if not all(math.isfinite(b) for b in bounds) or not bounds:
        raise broken
    if max(abs(bounds[0]), abs(bounds[2])) > 180.0 or max(abs(bounds[1]), abs(bounds[3])) > 90.0:
        raise AncrageError(
            f"{name}: coordinates are not degrees; export the outlines in WGS 84 (EPSG:4326)."
        )
    # shapely warns of no number where rings cross: repair first
    found = shapely.make_valid(found)
    if found.area <= 0.0:
        raise broken
    return found


def _light(shapes: Mapping[str, Any]) -> Json:
    """Return a GeoJSON under ``MOST_DRAWN_BYTES``; shared borders stay shared."""
    import numpy as np
    import shapely
    from shapely.geometry import mapping

    array = np.array(list(shapes.values()), dtype=object)
    for tolerance in (0.0, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016):
        drawn = shapely.coverage_simplify(array, tolerance) if tolerance else array
        rounded = shapely.transform(drawn, lambda at: np.round(at, 4))
        made = _collection(
            [_feature(code, mapping(s)) for code, s in zip(shapes, rounded, strict=True)]
        )
        if len(json.dumps(made, separators=(",", ":"))) <= MOST_DRAWN_BYTES:
            return made
    raise AncrageError("The outlines are too detailed to be drawn; simplify the file.")


def _feature(code: str, geometry: Mapping[str, Any]) -> Json:
    return {"type": "Feature", "properties": {"name": code}, "geometry": dict(geometry)}


def _collection(features: Sequence[Json]) -> Json:
    return {"type": "FeatureCollection", "features": list(features)}


def _aspect(shapes: Json) -> float:
    """Return the cosine of the mean latitude of the shapes' corners."""
    latitudes = [point[1] for f in shapes["features"] for point in _points(f["geometry"])]
    return round(math.cos(math.radians(sum(latitudes) / len(latitudes))), 4)


def _points(geometry: Mapping[str, Any]) -> list[Sequence[float]]:
    parts = geometry["coordinates"]
    polygons = [parts] if geometry["type"] == "Polygon" else parts
    return [point for polygon in polygons for ring in polygon for point in ring]
