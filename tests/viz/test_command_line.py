"""The command line: exit codes, sentences, JSON, speed of help, interruption."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from model.indicators import DIMENSIONS, load_indicators
from model.indicators.records import QUANTITIES_BY_DIMENSION
from model.ledger import IdentityError
from scenarios import library_names
from viz.cli import COMMANDS
from viz.options import BREAKDOWNS
from viz.tables import SHOWN

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def faked(fake_world: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command run fake worlds."""
    import scenarios.comparison
    import scenarios.single
    import viz.territories

    monkeypatch.setattr(scenarios.comparison, "compare", scenarios.comparison.compare)
    monkeypatch.setattr(scenarios.single, "run_one", scenarios.single.run_one)
    monkeypatch.setattr(viz.territories, "prepare_territory", None)
    fake_world.install()


def spawn(code: str, **environment: str) -> subprocess.Popen[str]:
    """Start Python on some code from the project's folder."""
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("arguments", [["--help"], ["levers"], ["scenarios", "--json"]])
def test_light_commands_load_no_heavy_package(arguments: list[str]) -> None:
    code = (
        "import sys, time; start = time.perf_counter()\n"
        f"from viz.cli import run; code = run({arguments!r})\n"
        "heavy = {'mesa', 'scipy', 'pandas', 'solara', 'networkx'} & set(sys.modules)\n"
        "assert code == 0 and not heavy, heavy"
    )
    process = spawn(code)
    assert process.wait(20) == 0, process.communicate()[1]
    process.communicate()


def test_help_names_every_command(ancrage: Run) -> None:
    code, out, _ = ancrage("--help")
    assert code == 0
    for name in COMMANDS:
        assert name in out
        code, help_text, _ = ancrage(name, "--help")
        assert code == 0 and "Usage: ancrage" in help_text


@pytest.mark.parametrize("command", ["scenarios", "levers", "law", "hypotheses", "indicators"])
def test_registers_print_tables_and_json(ancrage: Run, command: str) -> None:
    for language in ("fr", "en"):
        code, out, err = ancrage(command, "--lang", language)
        assert code == 0 and out and not err
    code, out, _ = ancrage(command, "--json")
    entries = json.loads(out)
    assert code == 0 and len(entries) >= 6
    key = entries[0].get("key") or entries[0]["name"]
    code, out, _ = ancrage(command, key)
    assert code == 0 and key in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["compar"], "Unknown command 'compar'; did you mean 'compare'?"),
        (["compare", "acces"], "Unknown scenario 'acces'; did you mean 'access'?"),
        (["compare", "none.toml"], "none.toml: cannot be read"),
        (["compare", "access", "--pairs", "0"], "'--pairs': 0 is not in the range"),
        (["compare", "access", "--months", "601"], "'--months': 601 is not in the range"),
        (["compare", "access", "--months", "ten"], "'ten' is not a valid integer"),
        (["compare", "access", "--workers", "0"], "'--workers': 0 is not in the range"),
        (["compare", "access", "--seed", "-1"], "'--seed': -1 is not in the range"),
        (["compare", "access", "access"], "Two scenarios are named 'access'"),
        (["run", "acces"], "did you mean 'access'?"),
        (["levers", "allotement"], "Unknown lever 'allotement'; did you mean 'allotment'?"),
        (["indicators", "bids"], "Unknown indicator 'bids'"),
        (["law", "spaser"], "did you mean 'spaser_threshold'?"),
        (["hypotheses", "clause_price"], "did you mean 'clause_price_premium'?"),
        (["compare", "--pair", "3"], "--pair"),
        (["compare", "access", "--by", "sectors"], "'--by': 'sectors' is not one of 'epci'"),
        (["run", "--by", "zone"], "'--by': 'zone' is not one of 'epci'"),
    ],
)
def test_bad_input_gives_one_sentence_and_exit_code_2(
    ancrage: Run, faked: None, arguments: list[str], expected: str
) -> None:
    code, out, err = ancrage(*arguments)
    assert code == 2 and out == ""
    assert expected in err and "Traceback" not in err
    assert err.startswith("Error: ") and len(err.strip().splitlines()) == 1
    assert list(Path.cwd().iterdir()) == []


def test_a_local_preference_is_refused(ancrage: Run, faked: None) -> None:
    text = 'name = "x"\nwhy = ""\n[levers]\nlocal_bonus = 0.1\n'
    Path("local.toml").write_text(text, encoding="utf-8")
    code, _, err = ancrage("compare", "local.toml")
    assert code == 2 and "131562" in err and "sourcing_breadth" in err


@pytest.mark.parametrize(
    ("amendment", "expected"),
    [
        ('spaser_treshold = { value = 1, from = "2028-01-01" }', "'spaser_threshold'"),
        ('spaser_threshold = { value = 1, from = "2026-01-01" }', "from 2027-01-01 to"),
        ('spaser_threshold = { value = 1, from = "January" }', "is not a date"),
        ('turnover_cap = { value = 50, from = "2028-01-01" }', "out of bounds: 0 to 10"),
    ],
)
def test_bad_amendments_of_the_law_are_refused(
    ancrage: Run, faked: None, amendment: str, expected: str
) -> None:
    Path("law.toml").write_text(f'name = "x"\nwhy = ""\n[law]\n{amendment}\n', encoding="utf-8")
    for command in ("run", "compare"):
        code, out, err = ancrage(command, "law.toml")
        assert code == 2 and out == "" and len(err.strip().splitlines()) == 1
        assert err.startswith("Error: law.toml: Legal rule") or "Unknown legal rule" in err
        assert expected in err
    assert [path.name for path in Path.cwd().iterdir()] == ["law.toml"]


def test_an_amended_law_runs_and_is_told(ancrage: Run, faked: None) -> None:
    amendment = 'turnover_cap = { value = 1.0, from = "2028-01-01" }'
    Path("law.toml").write_text(f'name = "x"\nwhy = ""\n[law]\n{amendment}\n', encoding="utf-8")
    code, out, _ = ancrage("run", "law.toml", "--months", "3", "--lang", "en", "--out", "run")
    assert code == 0 and "The law is amended" in out
    record = json.loads(Path("run/record.json").read_text(encoding="utf-8"))
    steps = [["2027-01-01", 1.5], ["2028-01-01", 1.0]]
    assert record["scenarios"][0]["law"] == {"turnover_cap": {"steps": steps}}


def test_unwritable_output_is_refused_before_computing(
    ancrage: Run, faked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scenarios.comparison.compare", None)
    Path("file").write_text("", encoding="utf-8")
    code, _, err = ancrage("compare", "access", "--out", "file/run")
    assert code == 2 and "cannot be written" in err


def compare_json(ancrage: Run, *arguments: str) -> dict[str, Any]:
    code, out, _ = ancrage("compare", *arguments, "--json", "--out", "run", "--workers", "1")
    assert code == 0
    return json.loads(out)


def test_compare_gives_the_promised_json(ancrage: Run, faked: None) -> None:
    found = compare_json(ancrage, "access", "baseline", "--pairs", "5", "--months", "6")
    assert (found["territory"], found["months"], found["pairs"]) == ("cote-opale", 6, 5)
    assert found["seed"] == 1
    assert set(found["indicators"]) == set(load_indicators())
    for entry in found["indicators"].values():
        assert {"unit", "direction"} <= set(entry)
    keys = "scenario indicator zone dimension group baseline value difference low high"
    keys += " mean_low mean_high relative"
    assert set(found["results"][0]) == set(keys.split())
    assert {row["zone"] for row in found["results"]} == {"all", "A", "B", "C", None}
    assert {row["dimension"] for row in found["results"]} == {"all", *BREAKDOWNS}
    for row in found["results"]:
        of_zone = row["dimension"] in ("all", "epci")
        assert row["zone"] == (row["group"] if of_zone else None)
    whole = [row for row in found["results"] if row["dimension"] == "all"]
    assert len(whole) == 2 * len(load_indicators())
    moved = [row for row in found["results"] if row["scenario"] == "baseline" and row["difference"]]
    assert moved == []
    assert json.loads(Path("run/record.json").read_text(encoding="utf-8"))["complete"]


def test_the_option_by_knows_the_dimensions_of_the_model() -> None:
    assert BREAKDOWNS == DIMENSIONS == tuple(SHOWN)
    for dimension, keys in SHOWN.items():
        recorded = set(QUANTITIES_BY_DIMENSION[dimension])
        assert all(load_indicators()[key].quantities() <= recorded for key in keys), dimension


@pytest.mark.parametrize(
    ("dimension", "group"),
    [
        ("epci", "Zone B"),
        ("sector", "Construction"),
        ("firm-kind", "Micro-enterprises"),
        ("ownership", "Owners outside"),
        ("buyer-kind", "Hospitals"),
    ],
)
def test_tables_by_group(ancrage: Run, faked: None, dimension: str, group: str) -> None:
    for command in (["compare", "access", "--pairs", "5", "--workers", "1"], ["run"]):
        code, out, _ = ancrage(*command, "--by", dimension, "--months", "3", "--lang", "en")
        assert code == 0
        assert group in out.partition("Who gains")[0], (command, dimension)
        assert "Shares of: (a) " in out


def test_who_gains_and_loses_is_always_said(ancrage: Run, faked: None) -> None:
    options = ["--months", "12", "--workers", "1"]
    code, out, _ = ancrage("compare", "access", "baseline", "--pairs", "8", *options)
    assert code == 0
    of_access, _, of_baseline = out.partition("Qui gagne, qui perd : ce scénario ne change rien")
    assert of_baseline and "Qui gagne, qui perd" not in of_baseline
    found = " ".join(of_access.partition("Qui gagne, qui perd : groupes dont")[2].split())
    assert "Type d'entreprise, emplois présents (ETP) : gagnent Microentreprises +" in found
    assert "EPCI, emplois présents (ETP) : gagnent Zone A +" in found
    assert "Emplois venus de titulaires d'une autre zone : " in found
    code, out, _ = ancrage("compare", "access", "--pairs", "4", *options, "--lang", "en")
    assert code == 0 and "Who gains, who loses: nothing sure under 5 pairs." in out


def test_under_five_pairs_results_are_points(ancrage: Run, faked: None) -> None:
    found = compare_json(ancrage, "access", "--pairs", "2", "--months", "3")
    assert all(row["low"] is None and row["mean_high"] is None for row in found["results"])
    code, out, _ = ancrage("compare", "access", "--pairs", "2", "--months", "3", "--workers", "1")
    assert code == 0 and "Provisoire" in out and "Dans 9 simulations" not in out


def test_compare_speaks_in_sentences_and_names_its_default(ancrage: Run, faked: None) -> None:
    code, out, err = ancrage("compare", "--pairs", "5", "--months", "30", "--workers", "1")
    assert code == 0 and "access, insertion, full-spaser" in err
    for word in (
        "Dans 9 simulations sur 10",
        "Première estimation, 5 paires",
        "Par rapport aux pratiques actuelles",
        "Emplois présents",
        "Zone A",
        "2029",
        "Simulation, pas prévision",
    ):
        assert word in out, word
    for word in ("créé", "nan", "None"):
        assert word not in out, word
    assert max(len(line) for line in out.splitlines()) <= 120
    assert list(Path("runs").iterdir())
    code, out, _ = ancrage("compare", "baseline", "--pairs", "5", "--months", "6", "--lang", "en")
    assert code == 0 and "This scenario changes nothing" in out


def test_run_shows_one_world(ancrage: Run, faked: None) -> None:
    code, out, _ = ancrage("run", "access", "--months", "4", "--out", "run")
    assert code == 0 and "un cas parmi d'autres, pas un résultat" in out
    assert Path("run/monthly.parquet").exists() and Path("run/record.json").exists()
    code, out, _ = ancrage("run", "--months", "2", "--json")
    assert code == 0 and json.loads(out)["scenario"] == "baseline"


def test_failures_of_the_program_exit_with_code_1(
    ancrage: Run, faked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_WORLD_DEADLY_SEED", "2")
    arguments = ["compare", "access", "--pairs", "3", "--months", "2", "--workers", "2"]
    code, out, err = ancrage(*arguments, "--out", "run")
    assert code == 1 and out == "" and err.startswith("Failure: A worker process died")
    assert not Path("run").exists()

    def fail(*_: object, **__: object) -> None:
        raise IdentityError("2027-03: account 'firms' moved by 2 EUR where 1 EUR was booked")

    monkeypatch.setattr("scenarios.single.run_one", fail)
    code, _, err = ancrage("run", "--verify", "--out", "run")
    assert code == 1 and "account 'firms'" in err
    assert not Path("run").exists()


def test_a_closed_pipe_is_no_error() -> None:
    code = "from viz.cli import main; main(['indicators'])"
    process = spawn(code)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.wait(20) == 0
    errors = process.stderr.read()
    process.stderr.close()
    assert errors == ""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_interrupted_runs_keep_what_is_finished(tmp_path: Path, workers: str) -> None:
    out = tmp_path / "run"
    arguments = f"compare access --pairs 60 --months 3 --workers {workers} --out".split()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "fake_world.py"), *arguments, str(out)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "FAKE_WORLD_SECONDS": "0.6"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    # workers that start on a busy machine take most of this; 60 pairs take longer than all of it
    time.sleep(12.0)
    for _ in range(3):  # an impatient user
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: parent and workers
        time.sleep(0.1)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert "of 60 pairs were finished and kept in" in err and "Traceback" not in err
    record = json.loads((out / "partial" / "record.json").read_text(encoding="utf-8"))
    assert not record["complete"] and 1 <= record["pairs"] < 60
    assert f"{record['pairs']} of 60 pairs" in err
    assert not (out / "record.json").exists()


def test_compare_runs_the_whole_library_in_a_context(ancrage: Run, faked: None) -> None:
    chosen = ("--pairs", "1", "--months", "2", "--workers", "1")
    found = compare_json(ancrage, "--all", "--context", "grand-chantier", *chosen)
    assert found["context"] == "grand-chantier"
    names = {row["scenario"] for row in found["results"]}
    assert names == set(library_names()) - {"baseline"}
    code, out, _ = ancrage("compare", "access", "--context", "baisse-IAE-20", *chosen)
    assert code == 0 and "baisse-IAE-20" in out
    assert "postes d'insertion conventionnés" in out.lower()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("access", "--context", "grand"), "did you mean 'grand-chantier'"),
        (("access", "--all"), "either scenarios or --all"),
    ],
)
def test_a_comparison_that_cannot_be_understood_is_refused(
    ancrage: Run, arguments: tuple[str, ...], expected: str
) -> None:
    code, _, err = ancrage("compare", *arguments)
    assert code == 2 and expected in err


def test_buyers_are_listed_with_the_codes_that_scopes_use(ancrage: Run) -> None:
    code, out, _ = ancrage("territory", "buyers", "dunkerque", "--json")
    rows = json.loads(out)
    assert code == 0 and {"epci-245900428"} <= {row["code"] for row in rows}
    assert any(row["spaser_duty"] for row in rows) and not all(row["spaser_duty"] for row in rows)
    code, out, _ = ancrage("territory", "buyers", "dunkerque")
    largest = max(rows, key=lambda row: row["envelope_eur"])["code"]
    listed = [line.split()[0] for line in out.splitlines() if "-" in line and line.strip()]
    assert code == 0 and next(word for word in listed if word[0] != "─") == largest
