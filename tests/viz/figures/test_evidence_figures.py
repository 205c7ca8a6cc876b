"""Figures of evidence: what they say of made-up studies, and of what is shipped."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from model.hypotheses import load_register
from scenarios.calibration import load_calibration
from scenarios.calibration.results import HypothesisRange
from scenarios.sensitivity import RESULTS, Sensitivity, Share, Swing, load_sensitivity
from scenarios.validation.patterns import load_patterns
from scenarios.validation.results import load_validation
from viz.evidence import annex_figures
from viz.figures.bands import LEAST, MOST, BandRow, Mark, band_option, in_band
from viz.figures.calibration import calibrated_ranges, calibration_targets
from viz.figures.figure import Figure, records
from viz.figures.patterns import TAG_ORDER, misses, patterns
from viz.figures.sensitivity import interval_sources, tornado
from viz.hypothesis_rows import label_of
from viz.pattern_labels import pattern_label, pattern_why
from viz.texts import Language, spaced

LANGUAGES: tuple[Language, ...] = ("fr", "en")
FIRST, SECOND, THIRD = sorted(load_register())[:3]


def study(swings: tuple[Swing, ...], parts: tuple[tuple[float, float, float], ...]) -> Sensitivity:
    """Return a study whose results all have these swings and shares (value, low, high)."""
    shares = tuple(
        Share(source, *part, *part, *part)
        for source, part in zip(("draws", "run", "build"), parts, strict=True)
    )
    shipped = load_sensitivity()
    results = tuple(
        replace(one, mean=20.0, low=5.0, high=40.0, swings=swings, shares=shares)
        for one in shipped.results
    )
    return replace(shipped, results=results, trial=False)


def swing(key: str, low: float, high: float) -> Swing:
    middle = (low + high) / 2.0
    return Swing(key, 1.0, 2.0, 0.0, middle, middle, low, high)


SURE = ((0.7, 0.6, 0.8), (0.2, 0.1, 0.3), (0.1, 0.0, 0.2))
UNSURE = ((0.5, 0.1, 0.9), (0.3, 0.0, 0.7), (0.2, 0.0, 0.5))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tornado_draws_what_is_told_from_zero_and_counts_the_rest(language: Language) -> None:
    told = (swing(FIRST, 10.0, 30.0), swing(SECOND, -9.0, -1.0), swing(THIRD, -4.0, 6.0))
    made = tornado(study(told, SURE), "jobs_present", language)
    drawn = json.dumps(made.option, ensure_ascii=False)
    labels = [label_of(load_register()[key], language) for key in (FIRST, SECOND, THIRD)]
    assert json.dumps(labels[0], ensure_ascii=False) in drawn
    assert json.dumps(labels[2], ensure_ascii=False) not in drawn
    assert spaced(labels[0], language) in made.title and "2" in made.title
    assert [row["swing"] for row in records(made)] == [20.0, -5.0, 1.0]
    assert ("dont 1 sans effet" if language == "fr" else "1 of them without") in made.caption


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tornado_without_any_sure_swing_has_no_chart_and_says_so(language: Language) -> None:
    made = tornado(study((swing(FIRST, -1.0, 2.0),), SURE), "price_index", language)
    assert made.option is None
    assert ("aucune hypothèse seule" if language == "fr" else "no hypothesis alone") in made.title


def test_a_source_is_said_to_prevail_only_where_its_share_is_known_to_be_larger() -> None:
    sure, unsure = (interval_sources(study((), parts), "en") for parts in (SURE, UNSURE))
    assert "60\u00a0% to 80\u00a0% from draws of chance" in sure.title
    assert "too few pairs" in unsure.title
    assert "too uncertain" in {str(row["read"]) for row in records(unsure)}
    assert {row["read"] for row in records(sure)} == {"readable"}
    assert sum(float(row["part"] or 0.0) for row in records(sure)[:3]) == pytest.approx(100.0)


def test_a_small_trial_is_said_to_be_one() -> None:
    whole = study((), SURE)
    assert "trial" not in interval_sources(whole, "en").caption
    assert "small trial" in interval_sources(replace(whole, trial=True), "en").caption


def test_places_in_the_band_and_arrows_beyond_the_scale() -> None:
    assert in_band(3.0, 2.0, 4.0) == 0.5
    rows = [
        BandRow("inside", (Mark(0.5, 0.1, 0.9),), "a", "a"),
        BandRow("far above", (Mark(40.0, 39.0, 41.0, filled=False),), "b", "b"),
        BandRow("both", (Mark(-7.0, None, None), Mark(0.2, 0.1, 0.3, 1)), "c", "c"),
    ]
    option, height = band_option(rows, "band")
    drawn = {one["id"]: one for one in option["series"]}
    assert drawn["0-0"]["data"][0][0] == 0.5
    assert drawn["1-0"]["symbol"] == "triangle" and drawn["1-0"]["symbolRotate"] == -90
    assert drawn["1-0"]["itemStyle"]["color"] == "#ffffff"
    assert drawn["1-0"]["markLine"]["data"] == []
    assert drawn["2-0"]["symbolRotate"] == 90
    assert drawn["2-0"]["data"][0][1] < 2 < drawn["2-1"]["data"][0][1]
    for one in drawn.values():
        for x, _ in one["data"]:
            assert LEAST < x < MOST
    assert height > 3 * 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_pattern_stands_in_the_figure_of_its_tag(language: Language) -> None:
    found = load_validation()
    rows = [row for tag in TAG_ORDER for row in records(patterns(found, tag, language))]
    assert len(rows) == len(load_patterns())
    for pattern in load_patterns():
        assert pattern_label(pattern, language)
        assert bool(pattern_why(pattern, language)) == bool(pattern.why)
    missed = [item for item in found.findings if not item.within]
    assert len(misses(found, language).rows) == len(missed)
    assert all(row["why"] for row in records(misses(found, language)))


def test_french_labels_are_of_patterns_and_differ_from_the_english() -> None:
    from model.toml_tables import read_toml
    from viz import pattern_labels

    french = read_toml(pattern_labels.Path(pattern_labels.__file__).with_suffix(".toml"))
    assert set(french) == {pattern.key for pattern in load_patterns()}


def test_a_range_that_the_data_narrowed_is_drawn_full_and_named() -> None:
    base = load_calibration()
    one = HypothesisRange(
        FIRST, 5.0, 0.0, 10.0, 4.0, 3.0, 5.0, 0.2, True, (3.0, 4.0, 5.0), "bids_mean", 0.5
    )
    other = replace(one, key=SECOND, low=0.5, high=9.5, ratio=0.9, identified=False)
    made = calibrated_ranges(replace(base, hypotheses=(one, other)), "en")
    assert "1 of 2 brought under" in made.title
    assert made.option is not None
    drawn = {s["id"]: s for s in made.option["series"]}  # type: ignore[attr-defined]
    assert drawn["0-0"]["itemStyle"]["color"] != "#ffffff"
    assert drawn["1-0"]["itemStyle"]["color"] == "#ffffff"
    assert drawn["0-0"]["data"][0][0] == pytest.approx(0.4)
    assert label_of(load_register()[FIRST], "en") in made.description


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_that_were_set_on_are_shown_before_and_after(language: Language) -> None:
    base = load_calibration()
    fit = replace(
        base.targets[0],
        value=3.0,
        error=1.0,
        before=5.0,
        before_low=1.0,
        before_high=9.0,
        after=3.5,
        after_low=2.0,
        after_high=5.0,
    )
    made = calibration_targets(replace(base, targets=(fit,)), language)
    assert ("1 sur 1" if language == "fr" else "1 of 1") in made.title
    assert made.option is not None
    marks = [s for s in made.option["series"] if s["id"] != "band"]  # type: ignore[attr-defined]
    assert [round(m["data"][0][0], 3) for m in marks] == [1.108, 0.652]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shipped_makes_whole_figures(language: Language) -> None:
    shipped: list[Figure] = [f for part in annex_figures(language).values() for f in part]
    shipped += [tornado(load_sensitivity(), key, language) for key in RESULTS]
    for figure in shipped:
        assert figure.title and figure.description and len(figure.sources) >= 3
        assert all(len(row) == len(figure.columns) for row in figure.rows)
        assert "{" not in figure.title + figure.caption + figure.description
        assert any("ancrage" in line for line in figure.sources)
        figure.option_json()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_every_part_and_fails_in_none(language: Language) -> None:
    from viz.web.pages.evidence import figures_of_evidence

    made = figures_of_evidence(language)
    assert [len(made[part]) for part in ("patterns", "calibration")] == [4, 2]
    assert all(figure is not None for figures in made.values() for figure in figures)
