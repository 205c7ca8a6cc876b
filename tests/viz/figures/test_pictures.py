"""Figures drawn without a browser."""

from __future__ import annotations

import re

import pytest

from scenarios.compared import Comparison
from viz.figures.differences import differences
from viz.figures.euro_path import euro_path
from viz.figures.headline import headline
from viz.figures.trajectories import trajectories
from viz.figures.why import why

pytest.importorskip("py_mini_racer", reason="needs the extra 'report'")
pytest.importorskip("resvg_py", reason="needs the extra 'report'")

from viz.charts.svg import png, svg


def test_the_picture_holds_labels_and_its_text_alternative(fake_comparison: Comparison) -> None:
    figure = trajectories(fake_comparison, "jobs_present", "fr")
    drawn = svg(figure, "fr", 800)
    assert drawn.startswith('<svg width="800"') and 'role="img"' in drawn
    for label in ("more-lots", "nothing", "ETP", "2027", "Emplois présents"):
        assert label in drawn, label
    assert "NaN" not in drawn
    assert svg(figure, "fr", 800).split("<path", 1)[0] == drawn.split("<path", 1)[0]


def test_numbers_are_written_in_the_language(fake_comparison: Comparison) -> None:
    figure = differences(fake_comparison, "fr", ["local_share_territory_value"])
    french, english = (svg(figure, language, 800) for language in ("fr", "en"))
    assert re.search(r">[+−]\d+,\d+<", french) and re.search(r">[+−]\d+\.\d+<", english)


def test_narrow_pictures_keep_every_line(fake_comparison: Comparison) -> None:
    for figure in (why(fake_comparison, "more-lots", "fr"), euro_path(fake_comparison, "fr")):
        drawn = svg(figure, "fr", 340)
        assert drawn.startswith('<svg width="340"')
    assert "Relocalisés" in svg(why(fake_comparison, "more-lots", "fr"), "fr", 340)


def test_a_picture_becomes_png(fake_comparison: Comparison) -> None:
    drawn = png(svg(differences(fake_comparison, "fr"), "fr", 400), zoom=1.0)
    assert drawn.startswith(b"\x89PNG") and int.from_bytes(drawn[16:20], "big") == 400


def test_a_table_alone_has_no_picture(fake_comparison: Comparison) -> None:
    with pytest.raises(ValueError, match="has no chart"):
        svg(headline(fake_comparison, "nothing", "fr"), "fr")
