"""A calibration: it finds known truths, says what it cannot know, and is what the model draws."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model.errors import AncrageError
from model.hypotheses import Hypothesis, load_register
from model.hypotheses.register import CALIBRATED
from scenarios.calibration import Calibration, load_calibration
from scenarios.calibration.design import Space, sobol_shares, space_of_run_hypotheses
from scenarios.calibration.emulator import fit_emulator, screen
from scenarios.calibration.outcome import BLOCK, CalibrationOutlet, ranges_toml, register_path
from scenarios.calibration.point import RESPONSE, Point, run_point
from scenarios.calibration.posterior import effective, weighted_quantiles, weights
from scenarios.calibration.report import calibration_text
from scenarios.calibration.results import SHIPPED, read_calibration
from scenarios.calibration.run import Progress, calibrate
from scenarios.calibration.targets import Target, Targets, error_covariance, load_targets
from scenarios.finished import Values
from scenarios.outlet import compact_json
from scenarios.pool import Interrupted
from scenarios.validation.patterns import load_patterns
from scenarios.validation.report import DOCUMENT

NOISE = 0.02


def entry(number: int, grade: str = "C") -> Hypothesis:
    return Hypothesis(
        f"h{number}", "x", 0.4, "1", 0.0, 1.0, "triangular", "none", grade, "run", "", "x", "x"
    )


SPACE = Space((*(entry(k) for k in range(7)), entry(7, "B")))


def figures(h: dict[str, float], noise: np.ndarray) -> Values:
    """A model in four lines: h3 and h4 act only together, h5 and h6 not at all, h7 is of grade B.

    The keys are those of published patterns, so that the result can be told.
    """
    return {
        "bids_mean": h["h0"] + 0.3 * h["h1"] + NOISE * noise[0],
        "single_bid": h["h1"] * h["h2"] + 0.2 * h["h7"] + NOISE * noise[1],
        "sme_number": h["h0"] ** 2 - 0.4 * h["h2"] + NOISE * noise[2],
        "exit_rate": h["h3"] + h["h4"] + NOISE * noise[3],
    }


def simple_world(point: Point) -> tuple[str, Values]:
    noise = np.random.default_rng(point.seed).standard_normal(4)
    return point.unit, figures(dict(point.values), noise)


def targets_at(values: Values) -> Targets:
    rows = (("bids_mean", "a"), ("single_bid", "a"), ("sme_number", "b"), ("exit_rate", "c"))
    return Targets(tuple(Target(key, values[key], 0.05, one) for key, one in rows), 0.5, 3.0)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def calibrated(told: Targets, seed: int = 1, **others: object) -> Calibration:
    settings: dict[str, object] = {"sizes": (192, 64, 32), "work": simple_world, "workers": 1}
    settings["draws"] = 20_000
    return calibrate(space=SPACE, targets=told, seed=seed, **settings | others)  # pyright: ignore


TRUTH = {"h0": 0.3, "h1": 0.4, "h2": 0.6, "h3": 0.5, "h4": 0.4, "h5": 0.4, "h6": 0.4, "h7": 0.4}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Calibration:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        return calibrated(targets_at(figures(TRUTH, np.zeros(4))))


def test_a_known_truth_is_found_and_what_no_figure_sees_is_left(found: Calibration) -> None:
    ranges = {one.key: one for one in found.hypotheses}
    assert set(ranges) == {"h0", "h1", "h2", "h3", "h4"}
    assert set(found.screened) == {"h5", "h6"}
    assert ranges["h0"].identified and ranges["h0"].low < TRUTH["h0"] < ranges["h0"].high
    assert ranges["h0"].moves == "bids_mean" and ranges["h0"].ratio < 0.5
    # only their sum is known: each alone is hardly narrowed, and they are told as tied
    assert ranges["h3"].ratio > 0.6 and ranges["h4"].ratio > 0.6
    assert (found.ridges[0].first, found.ridges[0].second) == ("h3", "h4")
    assert found.ridges[0].correlation < -0.7
    for fit in found.targets:
        assert fit.fit > 0.9, fit
        assert fit.after_high - fit.after_low < fit.before_high - fit.before_low, fit
        assert fit.after_low < fit.value < fit.after_high, fit


def test_ranges_at_90_per_cent_hold_nine_truths_in_ten(found: Calibration) -> None:
    truths = sum(one.truths for one in found.coverage)
    assert len(found.coverage) == 5 and truths > 400
    assert 0.84 < found.covered < 0.96


def test_finished_points_are_taken_up_and_a_larger_design_goes_on() -> None:
    told, done = targets_at(figures(TRUTH, np.zeros(4))), [0]
    stages: list[tuple[int, int, int]] = []

    def world(point: Point) -> tuple[str, Values]:
        if done[0] == 40:
            raise KeyboardInterrupt
        done[0] += 1
        return simple_world(point)

    progress = Progress(on_stage=lambda *stage: stages.append(stage))
    settings = {"work": world, "progress": progress}
    with pytest.raises(Interrupted):
        calibrated(told, sizes=(64, 32, 8), **settings)
    done[0] = -1000
    first = calibrated(told, sizes=(64, 32, 8), **settings)
    # the same question has the same answer
    again = calibrated(told, sizes=(64, 32, 8), work=simple_world)
    assert again.as_json() == first.as_json()
    calibrated(told, sizes=(128, 32, 8), **settings)
    assert stages[:2] == [(1, 64, 0), (1, 64, 40)]
    assert (1, 128, 64) in stages


def test_figures_that_nothing_gives_are_refused() -> None:
    away = targets_at({"bids_mean": 9.0, "single_bid": 0.2, "sme_number": 0.1, "exit_rate": 0.9})
    with pytest.raises(AncrageError, match="No hypotheses within their bounds"):
        calibrated(away, sizes=(64, 8, 8))
    with pytest.raises(AncrageError, match="at least 8 points"):
        calibrated(away, sizes=(64, 4, 8))


def test_a_quadratic_surface_is_found_exactly() -> None:
    x = 2.0 * sobol_shares(6, 256, 3) - 1.0
    y = 1.0 + 2.0 * x[:, 0] - x[:, 1] + 0.5 * x[:, 0] * x[:, 1] + 0.7 * x[:, 2]
    emulator = fit_emulator(x, y)
    assert set(emulator.active.tolist()) == {0, 1, 2}
    assert emulator.fit > 0.9999
    assert emulator.predict(x) == pytest.approx(y, abs=0.02)
    # undefined rows are left out, and do not spoil the others
    holed = np.where(np.random.default_rng(4).random(256) < 0.6, y, np.nan)
    assert fit_emulator(x, holed).predict(x) == pytest.approx(y, abs=0.05)


def test_noise_lets_no_hypothesis_pass() -> None:
    rng = np.random.default_rng(5)
    x = rng.uniform(-1.0, 1.0, (300, 40))
    passed = sum(len(screen(x, rng.standard_normal(300))[0]) for _ in range(20))
    assert passed <= 3
    assert fit_emulator(x, np.full(300, 2.0)).predict(x) == pytest.approx(2.0)


def test_weights_are_those_of_a_normal_posterior() -> None:
    rng = np.random.default_rng(1)
    prior = rng.standard_normal((200_000, 1))
    weight = weights(prior, np.array([1.0]), np.array([[1.0]]))
    # a standard normal seen with error 1 at 1: mean 1/2, variance 1/2
    assert float(weight @ prior[:, 0]) == pytest.approx(0.5, abs=0.01)
    low, high = weighted_quantiles(prior, weight, (0.05, 0.95))[:, 0]
    assert (low, high) == pytest.approx((0.5 - 1.645 * 0.5**0.5, 0.5 + 1.645 * 0.5**0.5), abs=0.02)
    assert effective(np.full(10, 0.1)) == pytest.approx(10.0)


def test_figures_of_one_sample_err_together() -> None:
    rows = (Target("a", 1.0, 2.0, "x"), Target("b", 1.0, 3.0, "x"), Target("c", 1.0, 4.0, "y"))
    expected = [[4.0, 3.0, 0.0], [3.0, 9.0, 0.0], [0.0, 0.0, 16.0]]
    assert error_covariance(rows, 0.5).tolist() == expected


def test_what_is_predicted_is_never_a_target() -> None:
    tags = {pattern.key: pattern.tag for pattern in load_patterns()}
    ranges = {pattern.key: pattern for pattern in load_patterns()}
    for target in load_targets().rows:
        pattern = ranges[target.key]
        assert tags[target.key] == "calibrated", target.key
        assert pattern.low <= target.value <= pattern.high, target.key
        half = (pattern.high - pattern.low) / 2.0
        assert target.error == pytest.approx(half / 1.645, rel=0.02), target.key


def test_every_run_time_assumption_is_in_the_design_whatever_was_calibrated_before() -> None:
    space = space_of_run_hypotheses()
    assert set(space.keys) == {e.key for e in load_register().values() if e.varies}
    middle = space.values(np.full((1, len(space.keys)), 0.5))[0]
    for value, one in zip(middle, space.entries, strict=True):
        assert one.low < value < one.high
    few = np.array([0, 5])
    shares = sobol_shares(2, 8, 1)
    whole = np.full((8, len(space.keys)), 0.5)
    whole[:, few] = shares
    fast = space.fast_values(shares, few)
    width = np.array([space.entries[k].high - space.entries[k].low for k in few])
    assert np.abs(fast - space.values(whole)[:, few]).max() < (0.01 * width).max()


# --- What is shipped ------------------------------------------------------------------------------


def test_the_model_draws_from_the_shipped_ranges() -> None:
    shipped = load_calibration()
    assert register_path().read_text(encoding="utf-8") == ranges_toml(shipped)
    register = load_register()
    told = {key for key, one in register.items() if one.posterior is not None}
    assert told == {one.key for one in shipped.hypotheses}
    for one in shipped.hypotheses:
        posterior = register[one.key].posterior
        assert posterior is not None
        assert one.identified == (one.ratio < shipped.identified_under)
        assert register[one.key].value == (one.value if one.identified else one.prior_value)
        assert (posterior.low, posterior.high) == (one.low, one.high)
        assert posterior.prior_value == one.prior_value
        assert register[one.key].grade == "C"


def test_the_document_says_what_the_shipped_calibration_says() -> None:
    shipped = load_calibration()
    text = DOCUMENT.read_text(encoding="utf-8")
    block = f"<!-- generated: {BLOCK} -->\n\n{calibration_text(shipped)}\n\n<!-- end: {BLOCK} -->"
    assert block in text
    assert compact_json(shipped.as_json()) + "\n" == SHIPPED.read_text(encoding="utf-8")


def test_known_truths_of_the_model_itself_are_held() -> None:
    shipped = load_calibration()
    assert max(one.truths for one in shipped.coverage) >= 50
    assert 0.82 < shipped.covered < 0.98
    assert {fit.key for fit in shipped.targets} == set(load_targets().keys)


def test_a_point_gives_every_figure() -> None:
    _, values = run_point(Point("dunkerque", 7, (("bid_base", -0.2),), responds=True))
    missing = set(load_targets().keys) - {key for key, v in values.items() if np.isfinite(v)}
    # the small territory has few large works
    assert missing <= {"territory_building_1000k"}
    assert 0.0 < values[RESPONSE] < 100.0 and 0.02 < values["exit_rate"] < 0.12


def test_a_calibration_is_written_and_read_again(found: Calibration, tmp_path: Path) -> None:
    plain = load_calibration()
    ranges, record, document = CalibrationOutlet.chosen(tmp_path / "run", usual=True).write(plain)
    assert read_calibration(record) == plain
    assert ranges.name == CALIBRATED and calibration_text(plain) in document.read_text("utf-8")
    assert json.loads(json.dumps(found.as_json())) == found.as_json()


@pytest.mark.parametrize("change", [lambda p: p.pop("ridges"), lambda p: p.update(more=1)])
def test_a_bad_file_is_refused_in_one_sentence(
    tmp_path: Path, change: Callable[[dict[str, object]], object]
) -> None:
    plain = load_calibration().as_json()
    change(plain)
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(plain), encoding="utf-8")
    with pytest.raises(AncrageError, match="is not a calibration"):
        read_calibration(path)
