"""The embedded tables are those that the script makes."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from model.data import build_input_output
from model.errors import AncrageError


def test_embedded_tables_are_what_the_script_makes(tmp_path: Path, reference_data: Path) -> None:
    build_input_output.build_tables(reference_data, tmp_path)
    embedded = files("model").joinpath("data", "input_output")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(path.name for path in embedded.iterdir())
    for name in names:
        assert (tmp_path / name).read_bytes() == embedded.joinpath(name).read_bytes(), name


def test_no_reference_folder_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANCRAGE_REFERENCE_DATA", "/nowhere")
    with pytest.raises(AncrageError, match="names no folder"):
        build_input_output.reference_folder()
    assert build_input_output.main() == 2
    assert capsys.readouterr().err.count("\n") == 1
