"""``ancrage systemic-risk``: its JSON, what a reader sees, and options that do not go together."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    edges, firms = tmp_path / "edges.csv", tmp_path / "firms.csv"
    edges.write_text("supplier,client,weight\na,c,30\nb,c,10\nc,d,20\n", encoding="utf-8")
    firms.write_text("firm,sector\na,x\nb,x\nc,y\nd,z\n", encoding="utf-8")
    return ["--network", str(edges), "--firms", str(firms)]


def test_json_gives_every_firm_highest_first(ancrage: Run, files: list[str]) -> None:
    """c fails: all is lost upstream. a: (30 + 0.75 × 20)/60. b: (10 + 0.25 × 20)/60."""
    code, out, _ = ancrage("systemic-risk", *files, "--json")
    answer = json.loads(out)
    assert code == 0 and answer["rule"] == "leontief" and answer["error_bound"] is None
    found = {row["firm"]: row["esri"] for row in answer["firms"]}
    assert found == pytest.approx({"c": 1.0, "d": 1.0, "a": 0.75, "b": 0.25})
    values = [row["esri"] for row in answer["firms"]]
    assert values == sorted(values, reverse=True) and answer["share_over_0.1"] == 1.0
    _, out, _ = ancrage("systemic-risk", *files, "--json", "--top", "2")
    assert len(json.loads(out)["firms"]) == 2


def test_both_languages(ancrage: Run, files: list[str]) -> None:
    code, out, _ = ancrage("systemic-risk", *files, "--replaceability")
    assert code == 0 and "règle leontief" in out and "remplacés" in out
    code, out, _ = ancrage("systemic-risk", *files, "--lang", "en", "--weights", "max")
    assert code == 0 and "over 10 %" in out and "larger of its sales" in out


def test_options_that_do_not_go_together(ancrage: Run, files: list[str]) -> None:
    cases = [
        ([*files, "--territory", "dunkerque"], "either --territory or --network"),
        (files[:2], "--network needs --firms"),
        (files[2:], "--firms needs --network"),
        ([*files, "--rule", "mixed"], "essential_sectors"),
        (["--territory", "dunkerqe"], "dunkerque"),
    ]
    for arguments, told in cases:
        code, out, err = ancrage("systemic-risk", *arguments)
        assert code == 2 and told in err and not out and len(err.strip().splitlines()) == 1
