"""``ancrage validate`` and ``ancrage calibrate``: what they print, write and refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios.calibration import load_calibration
from scenarios.pool import Interrupted
from scenarios.validation.patterns import load_patterns
from scenarios.validation.results import SHIPPED
from scenarios.validation.run import SeedTask, SizeTask

Run = Callable[..., tuple[int, str, str]]


def in_the_middle(task: SeedTask | SizeTask) -> tuple[str, dict[str, float]]:
    if isinstance(task, SizeTask):
        return task.unit, {"establishments": 1000.0, "lm3": 1.5, "multiplier_full": 1.3}
    middle = {p.key: (p.low + p.high) / 2.0 for p in load_patterns()}
    return task.unit, middle | {"price_index": 104.0 + 0.1 * task.seed}


@pytest.fixture
def fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("scenarios.validation.run.run_unit", in_the_middle)
    monkeypatch.setattr("scenarios.calibration.run.calibrate", lambda **_: load_calibration())


def test_a_validation_prints_verdicts_and_writes_a_folder(ancrage: Run, fakes: None) -> None:
    shipped = SHIPPED.read_bytes()
    common = ("validate", "--seeds", "6", "--workers", "1", "--out", "out")
    code, out, err = ancrage(*common, "--lang", "en")
    assert code == 0 and "record.json" in err and "Traceback" not in err
    assert "The baseline against published figures — cote-opale, 6 seeds" in out
    assert out.count(" miss") == 1 and "104.35" in out and "97.00 – 103.00" in out
    whole = sum(p.tag == "predicted" for p in load_patterns())
    assert f"predicted {whole} of {whole}" in out
    code, out, _ = ancrage(*common)
    assert code == 0 and "prédit" in out and "104,35" in out and "hors de l'intervalle" in out
    code, out, _ = ancrage(*common, "--json")
    plain = json.loads(out)
    assert plain == json.loads(Path("out/record.json").read_text(encoding="utf-8"))
    assert plain["values"]["price_index"][:2] == [104.1, 104.2]
    # a run that is not the usual one leaves what is shipped alone
    assert SHIPPED.read_bytes() == shipped
    assert "6 seeds" in Path("out/validation.md").read_text(encoding="utf-8")


def test_an_interrupted_validation_says_what_is_kept(
    ancrage: Run, fakes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def stopping(task: SeedTask | SizeTask) -> tuple[str, dict[str, float]]:
        if len(done) == 4:
            raise KeyboardInterrupt
        done.append(task.unit)
        return in_the_middle(task)

    monkeypatch.setattr("scenarios.validation.run.run_unit", stopping)
    arguments = ("validate", "--seeds", "3", "--workers", "1", "--lang", "en", "--out", "out")
    code, _, err = ancrage(*arguments)
    assert code == 130 and "Interrupted: 4 of 10 units are kept" in err
    assert not Path("out").exists()
    done.clear()
    code, _, _ = ancrage(*arguments)
    assert code == 130 and len(done) == 4
    done.clear()
    assert ancrage(*arguments)[0] == 0 and len(done) == 2


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_calibration_prints_ranges_and_what_stays_unknown(
    ancrage: Run, fakes: None, language: str
) -> None:
    found = load_calibration()
    code, out, _ = ancrage("calibrate", "--points", "16", "--out", "out", "--lang", language)
    assert code == 0
    told = " ".join(out.split())
    parts = {"fr": "{} sur {} sont identifiées", "en": "{} of {} are identified"}[language]
    assert parts.format(len(found.identified), len(found.hypotheses)) in told
    names = {path.name for path in Path("out").iterdir()}
    assert names == {"calibrated.toml", "record.json", "validation.md"}
    code, out, _ = ancrage("calibrate", "--points", "16", "--out", "out", "--json")
    assert code == 0 and json.loads(out) == found.as_json()


def test_an_interrupted_calibration_leaves_no_folder(
    ancrage: Run, fakes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(**_: object) -> None:
        raise Interrupted((), 16)

    monkeypatch.setattr("scenarios.calibration.run.calibrate", stopped)
    code, _, err = ancrage("calibrate", "--points", "16", "--out", "out")
    assert code == 130 and "même commande" in err and not Path("out").exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["validate", "--territory", "dunkerqe"], "did you mean 'dunkerque'?"),
        (["validate", "--seeds", "0"], "'--seeds': 0 is not in the range"),
        (["validate", "--library", "1"], "'--library': 1 is not in the range"),
        (["calibrate", "--points", "3"], "'--points': 3 is not in the range"),
        (["calibrate", "--seed", "x"], "'x' is not a valid integer"),
    ],
)
def test_bad_input_gives_one_sentence_and_exit_code_2(
    ancrage: Run, fakes: None, arguments: list[str], expected: str
) -> None:
    code, out, err = ancrage(*arguments)
    assert code == 2 and out == "" and expected in err
    assert err.startswith("Error: ") and len(err.strip().splitlines()) == 1
    assert not Path("runs").exists()


def test_a_calibrated_hypothesis_shows_what_it_was_before(ancrage: Run) -> None:
    for one in load_calibration().hypotheses[:3]:
        code, out, _ = ancrage("hypotheses", one.key)
        assert code == 0 and f"posterior: {one.low:g} to {one.high:g}" in out
        assert f"value_before_calibration: {one.prior_value:g}" in out
    code, out, _ = ancrage("hypotheses", "acceptance_days")
    assert code == 0 and "posterior" not in out
