"""A study on fake worlds, whose response to one hypothesis is known; what is shipped."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from model.errors import AncrageError
from model.hypotheses import HypothesisValues, load_register
from model.indicators import load_indicators
from model.procurement.levers import Levers
from scenarios import Scenario
from scenarios.library.reading import load_scenario
from scenarios.pairs import PairTask, run_pair
from scenarios.sensitivity import (
    RESULTS,
    Plan,
    Sensitivity,
    load_sensitivity,
    read_sensitivity,
    sensitivity,
    sensitivity_text,
)
from scenarios.sensitivity.design import Move, Point, moves, screening_points, share_points
from scenarios.sensitivity.outcome import frames
from scenarios.sensitivity.ranges import drawn_ranges, drawn_values
from scenarios.sensitivity.report import sensitivity_block
from scenarios.sensitivity.run import Task, finished_runs, measure, run_all
from scenarios.sensitivity.study import swings
from scenarios.validation.report import DOCUMENT, replace_block

MORE_LOTS = Scenario("more-lots", "pourquoi", Levers({"allotment": 0.5}))
SMALL = Plan(screening=8, screening_seeds=2, rows=4, repeats=5, largest=2)


@pytest.fixture(scope="module")
def study(fake_world: ModuleType) -> Sensitivity:
    return sensitivity(
        MORE_LOTS, territory="any", months=3, plan=SMALL, workers=1, build=fake_world.build
    )


def test_build_and_run_hypotheses_come_each_from_their_own_index() -> None:
    register, central = load_register(), HypothesisValues()
    first, other_run = drawn_values(1, 1), drawn_values(2, 1)
    changed = {key for key in first if first[key] != other_run[key]}
    assert {register[key].acts for key in changed} == {"run"}
    changed = {key for key in first if first[key] != drawn_values(1, 2)[key]}
    assert {register[key].acts for key in changed} == {"build"}
    assert set(drawn_ranges()) == {k for k, e in register.items() if e.uncertain}
    for key, span in drawn_ranges().items():
        assert register[key].low <= span.low < span.high <= register[key].high
        assert span.central == central[key]


def test_each_row_changes_one_input_and_no_two_parts_share_hypotheses() -> None:
    for first, second, *changed in share_points(SMALL, 1):
        inputs = ("seed", "run", "build")
        assert all(getattr(first, name) != getattr(second, name) for name in inputs)
        for name, point in zip(inputs, changed, strict=True):
            for other in inputs:
                expected = second if other == name else first
                assert getattr(point, other) == getattr(expected, other)
    indices = {point.run for point in screening_points(SMALL, 1)}
    indices |= {point.run for row in share_points(SMALL, 1) for point in row[:2]}
    assert len(indices) == SMALL.screening + 2 * SMALL.rows


def test_swings_of_a_linear_function_are_its_coefficients_times_the_range() -> None:
    keys = list(drawn_ranges())[:3]
    slopes = np.array([2.0, -1.0, 0.0])
    pairs = moves(keys, drawn_ranges(), 5, seed=1)
    values = np.array(
        [[slopes[keys.index(m.key)] * m.value + 10.0 * m.seed for m in pair] for pair in pairs]
    ).reshape(3, 5, 2)
    found = {one.key: one for one in swings(keys, values)}
    for key, slope in zip(keys, slopes, strict=True):
        span = drawn_ranges()[key]
        assert found[key].swing == pytest.approx(slope * (span.high - span.low), abs=1e-9)
        assert found[key].told == (slope != 0.0)


def test_a_study_runs_what_it_planned_and_holds_every_result(study: Sensitivity) -> None:
    assert study.runs == SMALL.runs == 8 + 20 + 20
    assert study.trial
    assert [one.indicator for one in study.results] == list(RESULTS)
    for result in study.results:
        assert len(result.screened) == study.hypotheses
        assert len(result.swings) == 2
        assert [share.source for share in result.shares] == ["draws", "run", "build"]
    # fake worlds know no build-time hypothesis, and a gain in which no run-time one counts
    jobs = study.result("jobs_present")
    assert jobs.shares[2].in_all == 0.0
    assert not any(swing.told for swing in jobs.swings)
    assert jobs.low <= jobs.mean <= jobs.high


def test_a_study_is_read_back_as_it_was_written(study: Sensitivity, tmp_path: Path) -> None:
    path = tmp_path / "study.json"
    path.write_text(sensitivity_text(study), encoding="utf-8")
    again = read_sensitivity(path)
    assert sensitivity_text(again) == sensitivity_text(study)
    assert again.result("jobs_net").swings[0].key == study.result("jobs_net").swings[0].key
    assert list(frames(again)) == ["swings", "screening", "shares"]
    assert len(frames(again)["screening"]) == len(RESULTS) * study.hypotheses


def test_finished_runs_are_taken_up_again(fake_world: ModuleType, tmp_path: Path) -> None:
    points = screening_points(SMALL, 1)
    tasks = [Task("any", MORE_LOTS, 3, point, fake_world.build) for point in points]
    kept = finished_runs("any")
    kept.folder = tmp_path / "kept"
    first = run_all(tasks[:5], 1, kept)
    names = sorted(path.name for path in kept.folder.iterdir())
    assert len(names) == 5
    (kept.folder / names[0]).write_text('{"jobs_pre', encoding="utf-8")  # cut short by a crash
    calls: list[None] = []
    whole = run_all(tasks, 1, kept, lambda: calls.append(None))
    assert len(calls) == len(tasks)
    assert (whole[:5] == first).all()
    assert (whole == run_all(tasks, 1, None)).all()


@pytest.mark.parametrize(
    "plan", [Plan(screening=3), Plan(rows=3), Plan(repeats=4), Plan(largest=0)]
)
def test_a_plan_that_tells_nothing_is_refused(plan: Plan) -> None:
    with pytest.raises(AncrageError, match="needs at least"):
        sensitivity(MORE_LOTS, territory="any", plan=plan)


def test_a_scenario_that_changes_nothing_is_refused(fake_world: ModuleType) -> None:
    with pytest.raises(AncrageError, match="changes nothing"):
        sensitivity(Scenario("nothing"), territory="any", build=fake_world.build)


def test_the_document_shows_what_is_shipped() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text == replace_block(text, "sensitivity", sensitivity_block(load_sensitivity()))
    assert {one.key for one in load_sensitivity().results[0].screened} <= set(load_register())
    assert json.loads(sensitivity_text(load_sensitivity()))["runs"] == load_sensitivity().runs


def test_a_run_is_the_difference_that_a_comparison_of_the_same_pair_gives() -> None:
    key, seed, months = "clause_price_premium", 3, 2
    scenario = load_scenario("access")
    central = HypothesisValues()[key]
    found = measure(Task("dunkerque", scenario, months, Move(seed, key, central)))
    pair = run_pair(PairTask("dunkerque", seed, months, True, (scenario,)))
    places = [list(load_indicators()).index(name) for name in RESULTS]
    expected = pair.values[1, places, -1] - pair.values[0, places, -1]
    assert found == pytest.approx(expected.tolist(), abs=0.0)
    # another territory is built where hypotheses that shape it are not central
    drawn = measure(Task("dunkerque", scenario, 1, Point(seed, 5, 7)))
    assert np.isfinite(drawn).all() and drawn != found
