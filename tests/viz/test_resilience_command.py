"""``ancrage resilience``, and shocks given to other commands, on fake worlds and real refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from scenarios.resilience import load_resilience_measures
from scenarios.results import ALL_ZONES

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def faked(fake_world: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands run fake worlds, in this process."""
    import scenarios.comparison
    import scenarios.resilience
    import viz.territories

    fake = partial(scenarios.resilience.resilience, build=fake_world.build, workers=1)

    def resilience(*arguments: Any, workers: int | None = None, **further: Any) -> Any:
        return fake(*arguments, **further)

    compared = partial(scenarios.comparison.compare, build=fake_world.build, workers=1)

    def compare(*arguments: Any, workers: int | None = None, **further: Any) -> Any:
        return compared(*arguments, **further)

    monkeypatch.setattr(scenarios.resilience, "resilience", resilience)
    monkeypatch.setattr(scenarios.comparison, "compare", compare)
    names = {"A": "Zone A", "B": "Zone B", "C": "Zone C"}
    monkeypatch.setattr(viz.territories, "prepare_territory", lambda name: names)


def shock_file(folder: Path, body: str, name: str = "mine") -> str:
    """Write a file with shocks; return its path."""
    path = folder / f"{name}.toml"
    path.write_text(f'name = "{name}"\nwhy = "x"\n{body}\n', encoding="utf-8")
    return str(path)


def test_the_json_has_a_row_for_each_scenario_shock_zone_and_measure(
    ancrage: Run, faked: None
) -> None:
    code, out, _ = ancrage(
        "resilience",
        "baseline",
        "access",
        "--shock",
        "budgets",
        "--shock",
        "recession",
        "--pairs",
        "6",
        "--months",
        "60",
        "--json",
    )
    assert code == 0
    found = json.loads(out)
    rows = found["results"]
    assert set(rows[0]) == {"scenario", "shock", "zone", "measure", "value", "low", "high"}
    seen = {(r["scenario"], r["shock"], r["zone"], r["measure"]) for r in rows}
    assert len(seen) == len(rows)
    for scenario in ("baseline", "access"):
        for shock in ("budgets", "recession"):
            for name, measure in load_resilience_measures().items():
                zones = (ALL_ZONES, "A", "B", "C") if measure.zones else (ALL_ZONES,)
                assert {(scenario, shock, zone, name) for zone in zones} <= seen
    assert {row["scenario"] for row in found["against_baseline"]} == {"access"}


def test_tables_are_read_by_people_in_both_languages(ancrage: Run, faked: None) -> None:
    options = ("--shock", "budgets", "--pairs", "5", "--months", "60", "--by", "epci")
    for language, words in (
        (
            "fr",
            ("Emplois perdus au pire moment", "Zone B", "Par EPCI", "Simulation, pas prévision"),
        ),
        ("en", ("Jobs lost at the worst moment", "Zone B", "By EPCI", "not a forecast")),
    ):
        code, out, _ = ancrage("resilience", "baseline", *options, "--lang", language)
        assert code == 0
        for word in words:
            assert word in out
        assert "HHI" not in out and "Martin" not in out
    _, out, _ = ancrage("resilience", "baseline", *options, "--lang", "en", "--details")
    assert "Lasting gap" in out


def test_the_run_folder_holds_results_and_what_it_takes_to_run_again(
    ancrage: Run, faked: None, tmp_path: Path
) -> None:
    folder = tmp_path / "study"
    options = ("--shock", "budgets", "--pairs", "2", "--months", "48", "--out", str(folder))
    code, _, _ = ancrage("resilience", "access", *options)
    assert code == 0
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    assert [shock["name"] for shock in record["shocks"]] == ["budgets"]
    assert record["shocks"][0]["shocks"][0]["kind"] == "budget-cut"
    for name in ("results.csv", "pairs.parquet", "curves.csv", "README.txt"):
        assert (folder / name).is_file()
    compile("\n".join(record["python"]), "record", "exec")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('[[shocks]]\nkind = "floods"\ndepth = 0.1', "Unknown kind of shock 'floods'"),
        ('[[shocks]]\nkind = "recession"\ndepth = 1.5', "out of bounds: 0 to 1"),
        ('[[shocks]]\nkind = "recession"\ndepth = 0.1\nduration_months = -1', "from 1 to 600"),
        ('[[shocks]]\nkind = "recession"\ndepth = 0.1\nepci = ["x"]', "cannot be narrowed"),
        ('[[shocks]]\nkind = "firm-closure"\nfirm = "CH-9999"', "no firm 'CH-9999'"),
        ('[[shocks]]\nkind = "disaster"\ndepth = 0.1\nepci = ["x"]', "no EPCI 'x'"),
        ('[[shocks]]\nkind = "export-fall"\ndepth = 0.1\nsectors = ["XX"]', "no sector 'XX'"),
        ('[[shocks]]\nkind = "payment-freeze"\ndepth = 1\nbuyers = ["me"]', "no buyer 'me'"),
        (
            '[[shocks]]\nkind = "recession"\ndepth = 0.6\n[[shocks]]\nkind = "recession"\n'
            "depth = 0.6\nstart_month = 40",
            "take 120 % of one target",
        ),
        ('[[shocks]]\nkind = "recession"\ndepth = 0.1\nstart_month = 119', "strikes in month 120"),
        ("[levers]\nallotment = 0.5", "nothing strikes"),
        (
            '[levers]\nallotment = 0.5\n[[shocks]]\nkind = "recession"\ndepth = 0.1',
            "a shock only strikes",
        ),
    ],
)
def test_bad_shocks_give_one_sentence_and_write_nothing(
    ancrage: Run, tmp_path: Path, body: str, words: str
) -> None:
    path = shock_file(tmp_path, body)
    code, out, errors = ancrage(
        "resilience", "baseline", "--shock", path, "--territory", "dunkerque", "--months", "100"
    )
    assert code == 2 and not out
    assert words in errors and errors.count("\n") == 1
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--shock", "budget"), "did you mean 'budgets'"),
        (("--shock", "budgets", "--shock", "budgets"), "Two shocks are named 'budgets'"),
        (("--shock", "access"), "'access' is a scenario, not a shock"),
        (("budgets",), "is a shock, not a scenario"),
        (("access", "access"), "Two scenarios are named 'access'"),
    ],
)
def test_bad_names_give_one_sentence(ancrage: Run, arguments: tuple[str, ...], words: str) -> None:
    code, _, errors = ancrage("resilience", *arguments)
    assert code == 2
    assert words in errors and errors.count("\n") == 1


def test_a_shock_strikes_in_the_baseline_of_a_comparison_too(ancrage: Run, faked: None) -> None:
    code, out, _ = ancrage(
        "compare", "access", "--shock", "recession", "--pairs", "2", "--months", "12", "--json"
    )
    assert code == 0
    assert json.loads(out)["context"] == "recession"


def test_ready_shocks_are_listed_and_described(ancrage: Run) -> None:
    code, out, _ = ancrage("scenarios", "--json")
    assert code == 0
    names = [one["name"] for one in json.loads(out)]
    assert "plus-grand-employeur" in names and "access" in names
    code, out, _ = ancrage("scenarios", "budgets", "--json")
    assert json.loads(out)[0]["shocks"][0]["depth"] == 0.08
