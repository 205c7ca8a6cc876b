"""``ancrage multipliers``: the JSON it promises, and what a reader sees."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]

Z = "sector,a,b\na,20,60\nb,40,20\n"
ACCOUNTS = "sector,output,value_added,employment,compensation\na,100,30,5,20\nb,200,100,8,80\n"
DEMAND = "sector,households,government,investment,exports\na,10,0,0,10\nb,40,20,60,20\n"


@pytest.fixture
def multipliers(ancrage: Run) -> Run:
    """Run ``ancrage multipliers``: (exit code, output, errors)."""
    return partial(ancrage, "multipliers")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A table of two sectors as a user would write it."""
    made = tmp_path / "table"
    made.mkdir()
    (made / "Z.csv").write_text(Z, encoding="utf-8")
    (made / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    (made / "final_demand.csv").write_text(DEMAND, encoding="utf-8")
    return made


@pytest.mark.parametrize("split", ["1", "3", "10"])
def test_simulated_stand_under_the_same_keys(multipliers: Run, folder: Path, split: str) -> None:
    code, out, err = multipliers("--io", str(folder), "--split", split, "--simulate", "--json")
    answer = json.loads(out)
    assert code == 0 and not err and answer["sectors"] == ["a", "b"]
    assert answer["type1"]["output"] == pytest.approx([1.3 / 0.6, 1.1 / 0.6])
    for kind in ("type1", "type2"):
        for measure in ("output", "value_added", "employment"):
            exact, found = answer[kind][measure], answer["simulated"][kind][measure]
            assert found == pytest.approx(exact, rel=1e-5)
        assert answer["simulated"]["largest_gap"][kind] < 1e-5


def test_type_2_is_null_with_its_reason_without_final_demand(
    multipliers: Run, folder: Path
) -> None:
    (folder / "final_demand.csv").unlink()
    code, out, _ = multipliers("--io", str(folder), "--simulate", "--json")
    answer = json.loads(out)
    assert code == 0 and answer["type2"] is None and "final_demand.csv" in answer["type2_reason"]
    assert answer["simulated"]["type2"] is None
    code, out, _ = multipliers("--io", str(folder), "--simulate", "--lang", "en")
    assert code == 0 and "No type II: no household column" in out


def test_tables_show_the_embedded_sectors_by_name(multipliers: Run) -> None:
    code, out, _ = multipliers()
    assert code == 0 and "Construction" in out and "Type II" in out and "simulé" not in out
    assert "Secteurs sans production, écartés : UZ" in out
    assert max(len(line) for line in out.splitlines()) <= 116


def test_simulated_values_stand_beside_the_exact_ones(multipliers: Run, folder: Path) -> None:
    code, out, _ = multipliers("--io", str(folder), "--split", "2", "--simulate", "--lang", "en")
    assert code == 0 and out.split().count("2.1667") == 2
    assert "(firms in each sector: 2): type I 0.0000" in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--io", "nowhere"], "nowhere: no such folder"),
        (["--split", "0"], "0 is not in the range"),
        (["--split", "200", "--simulate"], "split into 114 or fewer"),
    ],
)
def test_bad_input_gives_one_sentence(
    multipliers: Run, arguments: list[str], expected: str
) -> None:
    code, out, err = multipliers(*arguments)
    assert code == 2 and not out and expected in err and len(err.strip().splitlines()) == 1
