"""The list of sources covers every embedded table and is printed with every export."""

from __future__ import annotations

from pathlib import Path

import model
from viz.readme import COMPARISON_FILES, STATUSES, readme_text, sources

DATA = Path(model.__path__[0]) / "data"


def test_every_embedded_table_has_its_source_and_licence() -> None:
    listed = [entry["file"] for entry in sources()]
    assert len(listed) == len(set(listed))
    held = {
        p.relative_to(DATA).as_posix() for end in ("csv", "geojson") for p in DATA.rglob(f"*.{end}")
    }
    assert held == set(listed)
    for entry in sources():
        assert entry["status"] in STATUSES, entry["file"]
        for field in ("source", "licence", "attribution", "computed"):
            assert entry[field], entry["file"]


def test_the_readme_of_a_run_names_files_sources_and_licences() -> None:
    text = readme_text(COMPARISON_FILES)
    for entry in sources():
        assert entry["attribution"] in text and entry["licence"] in text
    for name in COMPARISON_FILES:
        assert name in text
