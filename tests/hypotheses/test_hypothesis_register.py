"""The hypothesis register: what it refuses, and how a pair draws from it."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest

from model.errors import AncrageError
from model.hypotheses import HypothesisValues, draw_run_vector, load_register
from model.hypotheses.register import read_register

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
        if found.distribution == "triangular":
            middle = (found.low + found.value + found.high) / 3.0
        assert abs(drawn.mean() - middle) < 0.08 * width, key
        assert drawn.std() > 0.1 * width, key
