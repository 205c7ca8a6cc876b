"""``ancrage sensitivity`` on fake worlds, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from model.hypotheses import load_register
from scenarios.pool import Interrupted
from scenarios.sensitivity import RESULTS, Plan, load_sensitivity, read_sensitivity
from scenarios.validation.report import DOCUMENT

Run = Callable[..., tuple[int, str, str]]
SMALL = ("--screening", "8", "--rows", "4", "--largest", "1", "--repeats", "5", "--months", "2")


@pytest.fixture
def faked(fake_world: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command run fake worlds, in this process."""
    import viz.territories
    from scenarios.sensitivity import study

    fake = partial(study.sensitivity, build=fake_world.build)

    def sensitivity(*arguments: Any, **further: Any) -> Any:
        return fake(*arguments, **{**further, "workers": 1})

    monkeypatch.setattr(study, "sensitivity", sensitivity)
    monkeypatch.setattr(viz.territories, "prepare_territory", lambda name: {})


def test_the_command_writes_a_run_folder_and_leaves_the_clone_alone(
    ancrage: Run, faked: None, tmp_path: Path
) -> None:
    before = DOCUMENT.read_bytes()
    code, out, _ = ancrage("sensitivity", "access", *SMALL, "--out", str(tmp_path / "s"), "--json")
    assert code == 0
    assert DOCUMENT.read_bytes() == before
    found = json.loads(out)
    assert [one["indicator"] for one in found["results"]] == list(RESULTS)
    assert found["runs"] == 8 + 20 + 10
    folder = tmp_path / "s"
    names = {path.name for path in folder.iterdir()}
    assert {
        "record.json",
        "sensitivity.json",
        "sensitivity.md",
        "swings.csv",
        "README.txt",
    } <= names
    assert read_sensitivity(folder / "sensitivity.json").scenario == "access"
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    assert record["kind"] == "sensitivity" and record["screening"] == 8
    assert "results" not in record


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "fr",
            ("Emplois présents", "D'où vient l'intervalle", "distinguable de zéro", "prévision"),
        ),
        ("en", ("Jobs present", "Where the interval comes from", "A small trial", "forecast")),
    ],
)
def test_tables_are_read_by_people_in_both_languages(
    language: str,
    words: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    ancrage: Run,
    faked: None,
) -> None:
    from scenarios.sensitivity import study

    trial = replace(load_sensitivity(), trial=True)
    monkeypatch.setattr(study, "sensitivity", lambda *_, **__: trial)
    code, out, err = ancrage("sensitivity", "--months", "24", "--lang", language)
    assert code == 0
    for word in words:
        assert word in out
    swing = next(s for one in load_sensitivity().results for s in one.told)
    entry = load_register()[swing.key]
    assert (entry.label_fr if language == "fr" else entry.label_en)[:20] in out
    assert "runs" in err


def test_an_interrupted_study_says_what_is_kept_and_leaves_no_folder(
    ancrage: Run, faked: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from scenarios.sensitivity import study

    def stop(*_: Any, on_finished: Callable[[], None], **__: Any) -> Any:
        on_finished()
        raise Interrupted((), 10)

    monkeypatch.setattr(study, "sensitivity", stop)
    code, _, err = ancrage("sensitivity", *SMALL, "--out", str(tmp_path / "s"), "--lang", "en")
    assert code == 130
    assert "1 of 38 pairs are done and kept" in err
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("full-spasr",), "full-spaser"),
        (("baseline",), "changes nothing"),
        (("--territory", "dunkerqe"), "dunkerque"),
        (("--repeats", "3"), "5<=x"),
        (("--rows", "2"), "4<=x"),
    ],
)
def test_bad_input_gives_one_sentence(
    ancrage: Run, arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    code, out, err = ancrage("sensitivity", *arguments, "--out", str(tmp_path / "s"))
    assert code == 2 and out == ""
    assert err.startswith("Error: ") and words in err
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "s").exists()


def test_the_command_runs_the_usual_plan_unless_told_otherwise() -> None:
    from viz.commands.sensitivity import command

    given = {parameter.name: parameter.default for parameter in command.params}
    usual = Plan()
    for name in ("screening", "rows", "largest", "repeats"):
        assert given[name] == getattr(usual, name)
