"""The hypothesis register: what it refuses, and how a pair draws from it."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest

from model.errors import AncrageError
from model.hypotheses import (
    LEVELS,
    HypothesisValues,
    draw_build_vector,
    draw_run_vector,
    draw_whole_vector,
    load_register,
)
from model.hypotheses.register import Hypothesis, read_register, with_calibration
from model.hypotheses.values import prior_quantile, quantile

ENTRY = """
[[hypothesis]]
key = "{key}"
symbol = "x"
value = {value}
unit = "1"
low = 0.0
high = 1.0
distribution = "uniform"
source = "none"
grade = "{grade}"
acts = "run"
drives = "nothing"
label_fr = "x"
label_en = "x"
"""


def entry(key: str = "x", value: float = 0.5, grade: str = "C") -> str:
    return ENTRY.format(key=key, value=value, grade=grade)


def test_entries_are_sourced_and_within_their_bounds() -> None:
    for key, found in load_register().items():
        assert found.low <= found.value <= found.high, key
        assert found.source and found.label_fr and found.label_en and found.drives, key


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((entry(value=2.0),), "needs low <= value <= high"),
        ((entry("a"), entry("a")), "'a' is defined twice"),
        ((entry(grade="D"),), "grade must be one of A, B, C"),
        ((entry().replace("symbol", "sybmol"),), "did you mean 'symbol'"),
        ((entry().replace('source = "none"', ""),), "missing field 'source'"),
        (("key = ",), "not valid TOML"),
    ],
)
def test_a_bad_register_is_refused_in_one_sentence(
    tmp_path: Path, texts: tuple[str, ...], expected: str
) -> None:
    for number, text in enumerate(texts):
        name = "register.toml" if number == 0 else f"register_{number}.toml"
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(AncrageError, match=expected):
        read_register(tmp_path)


def test_all_files_beside_the_register_are_read_in_order_of_key(tmp_path: Path) -> None:
    (tmp_path / "register.toml").write_text(entry("b"), encoding="utf-8")
    (tmp_path / "register_more.toml").write_text(entry("a"), encoding="utf-8")
    assert list(read_register(tmp_path)) == ["a", "b"]


def test_central_values_by_default_and_changes_are_checked() -> None:
    values = HypothesisValues()
    register = load_register()
    assert dict(values) == {key: found.value for key, found in register.items()}
    key = next(iter(register))
    changed = values.with_values({key: register[key].high})
    assert changed[key] == register[key].high
    assert changed.changed() == {key: register[key].high}
    assert values.changed() == {}
    with pytest.raises(AncrageError, match="out of bounds"):
        values.with_values({key: register[key].high + 1.0})
    with pytest.raises(AncrageError, match=f"did you mean '{key}'"):
        values.with_values({key + "x": 0.0})


def test_values_are_hashable_and_survive_copies() -> None:
    values = draw_run_vector(3)
    for twin in (copy.deepcopy(values), pickle.loads(pickle.dumps(values))):
        assert twin == values
        assert hash(twin) == hash(values)
        assert twin.digest() == values.digest()
        assert dict(twin) == dict(values)
    assert values.digest() != HypothesisValues().digest()


def test_a_pair_draws_run_time_grades_b_and_c_only_within_bounds() -> None:
    register = load_register()
    vectors = [draw_run_vector(index) for index in range(400)]
    assert vectors[7] == draw_run_vector(7)
    for key, found in register.items():
        drawn = np.array([vector[key] for vector in vectors])
        assert drawn.min() >= found.low and drawn.max() <= found.high, key
        if not found.varies or found.low == found.high:
            assert (drawn == found.value).all(), key
            continue
        middle = (found.low + found.high) / 2.0
        width = found.high - found.low
        if found.posterior is not None:
            within = (found.posterior.low <= drawn) & (drawn <= found.posterior.high)
            assert 0.85 < within.mean() < 0.95, key
            continue
        if found.distribution == "triangular":
            middle = (found.low + found.value + found.high) / 3.0
        assert abs(drawn.mean() - middle) < 0.08 * width, key
        assert drawn.std() > 0.1 * width, key


def test_what_shapes_the_territory_is_drawn_apart_from_behaviour() -> None:
    register = load_register()
    run, build, whole = draw_run_vector(5), draw_build_vector(5), draw_whole_vector(5)
    for key, found in register.items():
        other = build if found.acts == "build" else run
        assert whole[key] == other[key], key
    moved = {key for key in register if build[key] != register[key].value}
    assert moved == {
        key
        for key, found in register.items()
        if found.acts == "build" and found.uncertain and found.low < found.high
    }
    assert build != draw_build_vector(6)


def calibrated(**changes: object) -> dict[str, Hypothesis]:
    table: dict[str, object] = {
        "key": "x",
        "value": 0.6,
        "low": 0.4,
        "high": 0.8,
        "quantiles": [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
    }
    return with_calibration({"x": plain_entry()}, [table | changes])


def plain_entry() -> Hypothesis:
    return Hypothesis(
        "x", "x", 0.5, "1", 0.0, 1.0, "triangular", "none", "C", "run", "nothing", "x", "x"
    )


def test_a_calibrated_entry_draws_from_its_quantiles_and_keeps_its_bounds() -> None:
    found = calibrated()["x"]
    assert (found.low, found.value, found.high, found.prior_value) == (0.0, 0.6, 1.0, 0.5)
    assert [quantile(found, level) for level in LEVELS] == [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert quantile(found, 0.0) == 0.3 and quantile(found, 1.0) == 0.9
    assert quantile(found, 0.15) == pytest.approx(0.45)
    assert prior_quantile(found, 0.5) == 0.5


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"key": "y"}, "'y': is not a hypothesis that pairs of runs draw"),
        ({"quantiles": [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.1]}, "outside the bounds"),
        ({"quantiles": [0.3, 0.5, 0.4, 0.6, 0.7, 0.8, 0.9]}, "out of order"),
        ({"quantiles": [0.3]}, "out of order"),
        ({"values": 1.0}, "did you mean 'value'"),
    ],
)
def test_a_bad_calibration_is_refused_in_one_sentence(
    changes: dict[str, object], expected: str
) -> None:
    with pytest.raises(AncrageError, match=expected):
        calibrated(**changes)
