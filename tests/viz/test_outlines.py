"""Outlines: the schematic ones cover the territory, a user's file is read as data or refused."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from model.errors import AncrageError
from model.territory.buyers import load_communes
from viz.outlines import MOST_DRAWN_BYTES, read_outlines, schematic_outlines

ZONES = tuple(sorted(set(load_communes().epci)))
SQUARE = [[[2.0, 50.0], [2.1, 50.0], [2.1, 50.1], [2.0, 50.1], [2.0, 50.0]]]


def _codes(shapes: dict) -> list[str]:
    return [feature["properties"]["name"] for feature in shapes["features"]]


def test_every_epci_and_every_commune_has_one_schematic_shape() -> None:
    found = schematic_outlines(ZONES)
    assert sorted(_codes(found.epci)) == list(ZONES) and found.schematic
    assert found.communes is not None
    assert Counter(_codes(found.communes)) == Counter(load_communes().code)
    assert 0.6 < found.aspect < 0.66
    some = schematic_outlines(ZONES[:2])
    assert _codes(some.epci) == list(ZONES[:2])
    with pytest.raises(AncrageError, match="outlines"):
        schematic_outlines(("999999999",))


def test_cells_of_an_epci_make_its_shape_without_overlap() -> None:
    shapely = pytest.importorskip("shapely")
    from shapely.geometry import shape

    found = schematic_outlines(ZONES)
    epci_of = dict(zip(load_communes().code, load_communes().epci, strict=True))
    assert found.communes is not None
    area = Counter()
    for feature in found.communes["features"]:
        area[epci_of[feature["properties"]["name"]]] += shape(feature["geometry"]).area
    for feature in found.epci["features"]:
        whole = shape(feature["geometry"])
        assert whole.area == pytest.approx(area[feature["properties"]["name"]], rel=0.01)
    shapes = [shape(feature["geometry"]) for feature in found.epci["features"]]
    total = shapely.union_all(shapes).area
    assert total == pytest.approx(sum(s.area for s in shapes), rel=0.001)


def test_outlines_of_communes_are_joined_by_epci(reference_data: Path) -> None:
    pytest.importorskip("shapely")
    found = read_outlines(reference_data / "territory" / "communes_cote_opale.geojson", ZONES)
    assert sorted(_codes(found.epci)) == list(ZONES) and not found.schematic
    assert found.communes is not None and len(found.communes["features"]) == 367
    for shapes in (found.epci, found.communes):
        assert len(json.dumps(shapes, separators=(",", ":"))) <= MOST_DRAWN_BYTES


def _collection(*features: object) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


def _feature(code: str, coordinates: object = SQUARE, kind: str = "Polygon") -> dict[str, object]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"SIREN_EPCI": code}, "geometry": geometry}


def test_outlines_of_epci_are_taken_as_they_are(tmp_path: Path) -> None:
    pytest.importorskip("shapely")
    path = tmp_path / "epci.geojson"
    path.write_text(_collection(_feature(ZONES[0]), _feature("000000000")), encoding="utf-8")
    found = read_outlines(path, ZONES[:1])
    assert _codes(found.epci) == [ZONES[0]] and found.communes is None
    assert found.aspect == pytest.approx(0.642, abs=0.01)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("not json", "JSON"),
        ("[" * 100_000, "JSON"),
        ("[1, 2]", "features"),
        ('{"features": []}', "features"),
        (_collection(_feature("123")), "code"),
        (_collection({"properties": None, "geometry": None}, 7), "code"),
        (_collection(_feature(ZONES[0], [[[2.0, 50.0], [2.1, 50.0]]])), "broken"),
        (_collection(_feature(ZONES[0], [["a", "b"]])), "broken"),
        (_collection(_feature(ZONES[0], [])), "broken"),
        (_collection(_feature(ZONES[0], [2.0, 50.0], "Point")), "broken"),
        (_collection(_feature(ZONES[0], [[[2, 50], [2, 50], [2, 50], [2, 50]]])), "broken"),
        (
            _collection(_feature(ZONES[0], [[[6e5, 7e6], [7e5, 7e6], [7e5, 8e6], [6e5, 7e6]]])),
            "WGS 84",
        ),
        (_collection(_feature(ZONES[0])), "no shape"),
    ],
)
def test_bad_files_are_refused_in_one_sentence(tmp_path: Path, content: str, word: str) -> None:
    pytest.importorskip("shapely")
    path = tmp_path / "bad.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(AncrageError, match=word) as refused:
        read_outlines(path, ZONES)
    assert "\n" not in str(refused.value) and str(tmp_path) not in str(refused.value)


def test_large_and_absent_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.geojson"
    with path.open("wb") as file:
        file.truncate(20_000_001)
    with pytest.raises(AncrageError, match="too large"):
        read_outlines(path, ZONES)
    with pytest.raises(AncrageError, match="cannot be read"):
        read_outlines(tmp_path / "absent.geojson", ZONES)
