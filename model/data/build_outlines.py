"""Draw schematic outlines from the centres of communes: ``python -m model.data.build_outlines``.

Cells of the plane nearest to each centre (Voronoi), within a few kilometres of some centre, joined
by EPCI. They show where an EPCI lies, not its borders. Reads the embedded table of communes only.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

HERE = Path(__file__).parent / "territory"
REACH_KM = 4.0
"""How far from a centre a cell goes where there is no neighbour."""
CLOSING_KM = 4.0
"""Gaps between centres up to twice this are filled."""
DECIMALS = 4


def main() -> None:
    """Write `territory/schematic_outlines.geojson`: communes, then EPCI."""
    with (HERE / "communes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lat, lon = (np.array([float(row[key]) for row in rows]) for key in ("lat", "lon"))
    scale = np.array([111.32 * np.cos(np.radians(lat.mean())), 110.57])
    points = np.asarray(shapely.points(np.column_stack([lon, lat]) * scale))
    land = shapely.union_all(shapely.buffer(points, REACH_KM, quad_segs=4))
    land = shapely.buffer(shapely.buffer(land, CLOSING_KM, quad_segs=4), -CLOSING_KM, quad_segs=4)
    land = shapely.simplify(land, 0.4)
    around = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=land, ordered=True)
    # parts of the collection, in the order of the points
    cells = shapely.intersection(np.asarray(shapely.get_parts(around)), land)
    degrees = shapely.transform(cells, lambda at: np.round(at / scale, DECIMALS))
    features = [
        _feature("commune", row["commune"], row["epci"], cell)
        for row, cell in zip(rows, degrees, strict=True)
    ]
    epci = np.array([row["epci"] for row in rows])
    for key in sorted(set(epci.tolist())):
        whole = shapely.union_all(degrees[epci == key], grid_size=10.0**-DECIMALS)
        features.append(_feature("epci", key, key, whole))
    lines = ",\n".join(json.dumps(feature, separators=(",", ":")) for feature in features)
    text = '{"type":"FeatureCollection","features":[\n' + lines + "\n]}\n"
    (HERE / "schematic_outlines.geojson").write_text(text, encoding="utf-8")


def _feature(level: str, code: str, epci: str, shape: BaseGeometry) -> dict[str, object]:
    return {
        "type": "Feature",
        "properties": {"level": level, "code": code, "epci": epci},
        "geometry": mapping(shape),
    }


if __name__ == "__main__":
    main()
