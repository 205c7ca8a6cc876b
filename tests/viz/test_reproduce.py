"""The command and Python lines of an export give the numbers of the answer again."""

from __future__ import annotations

import json
import shlex
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model.procurement.levers import Levers
from scenarios import Scenario, load_scenario
from scenarios.compared import Comparison
from scenarios.comparison import edited_hypotheses
from scenarios.library.reading import load_context
from scenarios.live import Answer, Engine, Question
from viz.cli import run
from viz.options import hypothesis_values
from viz.reproduce import (
    command_line,
    command_words,
    data_files,
    python_text,
    scenario_files,
    toml_of,
)

OWN = Scenario("À moi / ../x", "pourquoi", Levers({"allotment": 0.5}))
EDITED = (("abandoned_chance", 0.04), ("acceptance_days", 5.0))


@pytest.fixture(scope="module")
def answer() -> Answer:
    """A live answer on the real territory: own scenario, context and edited hypotheses."""
    question = Question(
        "cote-opale",
        (load_scenario("access"), OWN),
        context=load_context(["baisse-IAE-10"]),
        overrides=EDITED,
        stages=((2, 2),),
    )
    engine = Engine(workers=2, warm=None)
    done = threading.Event()
    answers: list[Answer] = []
    failures: list[str] = []

    def keep(one: Answer) -> None:
        answers.append(one)
        if one.finished:
            done.set()

    def fail(sentence: str) -> None:
        failures.append(sentence)
        done.set()

    try:
        engine.ask("me", question, keep, fail)
        assert done.wait(120.0)
    finally:
        engine.close()
    assert not failures
    return answers[-1]


def unpack(files: dict[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def test_the_command_gives_the_same_numbers(
    answer: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    comparison = answer.comparison
    assert comparison.overrides == EDITED
    unpack(data_files(comparison), tmp_path)
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command_line(comparison))
    assert words == command_words(comparison)
    assert run([*words[1:], "--out", "again", "--json"]) == 0
    first, again = (pd.read_parquet(Path(at) / "pairs.parquet") for at in (".", "again"))
    np.testing.assert_array_equal(first["value"], again["value"])
    np.testing.assert_array_equal(first["value"], comparison.pair_values.ravel())
    pd.testing.assert_frame_equal(
        pd.read_csv("results.csv"), pd.read_csv("again/results.csv"), check_exact=True
    )
    records = [json.loads(Path(at, "record.json").read_text()) for at in (".", "again")]
    for key in ("edited_hypotheses", "seeds", "context", "months", "sha256"):
        assert records[0][key] == records[1][key]
    assert records[0]["edited_hypotheses"] == dict(EDITED)
    digests = [[one["sha256"] for one in record["scenarios"]] for record in records]
    assert digests[0] == digests[1]


def test_the_python_lines_give_the_same_numbers(answer: Answer) -> None:
    names: dict[str, object] = {}
    exec(python_text(answer.comparison), names)
    result = names["result"]
    assert isinstance(result, Comparison)
    np.testing.assert_array_equal(result.pair_values, answer.comparison.pair_values)
    np.testing.assert_array_equal(result.monthly, answer.comparison.monthly)
    assert result.overrides == EDITED


def test_edited_hypotheses_change_the_numbers(answer: Answer) -> None:
    plain = replace(answer.comparison, overrides=())
    lines = python_text(plain).replace("pairs=2", "pairs=1")
    names: dict[str, object] = {}
    exec(lines, names)
    result = names["result"]
    assert isinstance(result, Comparison)
    assert not np.array_equal(
        result.pair_values[0], answer.comparison.pair_values[0], equal_nan=True
    )


def test_own_scenarios_are_joined_under_plain_names(fake_comparison: Comparison) -> None:
    twins = replace(
        fake_comparison,
        scenarios=(OWN, replace(OWN, name="à moi x"), load_scenario("access")),
    )
    files = scenario_files(twins)
    assert all(name.startswith("scenarios/") and ".." not in name for name in files)
    assert len(files) == 2
    words = command_words(twins)
    assert [w for w in words if w.endswith(".toml")] == list(files)
    assert "access" in words and "--hypothesis" not in words and "--context" not in words


def test_a_scenario_that_only_bears_a_library_name_is_joined(fake_comparison: Comparison) -> None:
    other = replace(OWN, name="access")
    one = replace(fake_comparison, scenarios=(other,))
    assert list(scenario_files(one)) == ["scenarios/access.toml"]
    assert toml_of(other) in scenario_files(one).values()


def test_the_readme_prints_licences_units_and_files(fake_comparison: Comparison) -> None:
    files = data_files(fake_comparison)
    readme = files["README.txt"].decode()
    for name in set(files) - {"README.txt"}:
        assert name.split("/")[0].split(".")[0] in readme
    assert "icence" in readme and "_fte" in readme and "unit" in files["results.csv"].decode()[:200]
    assert "ancrage compare" in files["reproduce.txt"].decode()


@pytest.mark.parametrize(
    "word",
    [
        "abandoned_chance",
        "abandoned_chance=much",
        "abandoned_chance=nan",
        "abandoned_chance=0.9",
        "abandoned_chanse=0.02",
        "=0.02",
    ],
)
def test_bad_hypotheses_end_with_2_and_leave_nothing(
    word: str, ancrage: Callable[..., tuple[int, str, str]]
) -> None:
    code, out, err = ancrage("compare", "access", "--hypothesis", word, "--out", "runs")
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert not Path("runs").exists()


def test_a_hypothesis_given_twice_is_refused(ancrage: Callable[..., tuple[int, str, str]]) -> None:
    twice = ("--hypothesis", "abandoned_chance=0.03") * 2
    code, _, err = ancrage("compare", "access", *twice)
    assert code == 2 and "twice" in err


def test_hypotheses_are_sorted_and_checked() -> None:
    given = hypothesis_values(["acceptance_days=5", "abandoned_chance=0.04"])
    assert edited_hypotheses(given) == EDITED
