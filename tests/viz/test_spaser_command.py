"""``ancrage spaser``: what it prints and writes, and what it refuses, on exact worlds."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from scenarios.spaser import Spaser, SpaserRow
from viz.spaser.documents import DATA_SHEET, FORMATS, document
from viz.texts import Language

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def faked(exact_buyers: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command run exact worlds, in this process."""
    import scenarios.spaser as package
    import scenarios.spaser.run as running

    fake = partial(package.spaser, territory="any", build=exact_buyers.build, workers=1)

    def spaser(*arguments: Any, workers: Any = None, territory: Any = None, **further: Any) -> Any:
        return fake(*arguments, **further)

    monkeypatch.setattr(package, "spaser", spaser)
    monkeypatch.setattr(running, "check_buyers", lambda territory, codes: tuple(codes))
    import viz.spaser.inverse as inverse

    asked = partial(inverse.Question, build=exact_buyers.build)
    monkeypatch.setattr(inverse, "Question", asked)
    # nothing of Mesa is to be freed here
    monkeypatch.setattr(running.gc, "collect", lambda: 0)


def test_tables_are_read_by_people_in_both_languages(ancrage: Run, faked: None) -> None:
    for language, words in (
        (
            "fr",
            ("Considérations sociales", "cible", "Acheteurs réunis", "Simulation, pas prévision"),
        ),
        ("en", ("Social considerations", "target", "Buyers together", "not a forecast")),
    ):
        code, out, _ = ancrage("spaser", "one", "two", "--months", "36", "--lang", language)
        assert code == 0
        for word in words:
            assert word in out, word


def test_the_json_and_the_folder_hold_every_row(ancrage: Run, faked: None) -> None:
    code, out, _ = ancrage("spaser", "one", "--months", "24", "--json", "--folder", "f")
    assert code == 0
    found = json.loads(out)
    assert len(found["table"]) == 7 * 2 * 2
    assert set(found["table"][0]) == {field.name for field in fields(SpaserRow)}
    assert json.loads(Path("f/spaser.json").read_text())["table"] == found["table"]
    record = json.loads(Path("f/record.json").read_text())
    assert record["buyers"] == ["one"] and record["kind"] == "spaser" and record["complete"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_workbook_read_again_is_the_json(exact_study: Spaser, language: Language) -> None:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(document(exact_study, "xlsx", language)))
    names, *rows = book[DATA_SHEET].iter_rows(values_only=True)
    told = json.loads(document(exact_study, "json", language))["table"]
    assert len(rows) == len(told)
    for row, expected in zip(rows, told, strict=True):
        found = dict(zip(names, row, strict=True)) | ({"reason": row[-1] or ""})
        assert found == pytest.approx(expected, nan_ok=True) or found == expected
    shown = book.worksheets[1]
    assert shown.max_row > 28 and "one" in str(shown["A1"].value)


def test_a_document_has_a_table_for_each_figure(exact_study: Spaser) -> None:
    from docx import Document

    read = Document(io.BytesIO(document(exact_study, "docx", "fr")))
    assert len(read.tables) == 4 * len(exact_study.listed)
    assert len(read.inline_shapes) == 2 * len(exact_study.listed)
    assert read.tables[0].rows[0].cells[0].text == "Catégorie"


def test_documents_are_written_where_asked(ancrage: Run, faked: None) -> None:
    for format in FORMATS:
        code, _, _ = ancrage("spaser", "one", "--months", "12", "--out", f"t.{format}")
        assert code == 0 and Path(f"t.{format}").stat().st_size > 1000
    code, _, _ = ancrage("spaser", "one", "--months", "12", "--format", "xlsx", "--folder", "f")
    assert code == 0 and Path("f/spaser.xlsx").exists()
    assert not [p for p in Path().iterdir() if "writing" in p.name]


def test_a_template_filled_in_is_held_against_the_ranges(ancrage: Run, faked: None) -> None:
    code, _, _ = ancrage("spaser", "one", "--template", "t.csv")
    assert code == 0
    lines = (
        Path("t.csv")
        .read_text()
        .replace("one,2027,social,percent_number,", "one,2027,social,percent_number,99")
    )
    Path("t.csv").write_text(lines)
    code, out, _ = ancrage("spaser", "one", "--months", "24", "--real", "t.csv", "--json")
    (real,) = json.loads(out)["real"]
    assert code == 0 and real["verdict"] == "above" and real["value"] == 99.0
    code, out, _ = ancrage("spaser", "one", "--months", "24", "--real", "t.csv")
    assert code == 0 and "au-dessus" in out


def test_ctrl_c_keeps_finished_pairs(
    ancrage: Run, faked: None, exact_buyers: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    import scenarios.spaser as package
    from scenarios.pairs import BASELINE_SCENARIO
    from scenarios.pool import Interrupted
    from scenarios.spaser.run import SpaserTask, run_spaser_pair

    both = (BASELINE_SCENARIO, BASELINE_SCENARIO)
    tasks = [SpaserTask("any", s, 24, False, both, ("one",), exact_buyers.build) for s in (1, 2)]

    def stopped(*arguments: Any, **further: Any) -> Any:
        raise Interrupted([run_spaser_pair(task) for task in tasks], 10)

    monkeypatch.setattr(package, "spaser", stopped)
    code, _, err = ancrage("spaser", "one", "--months", "24", "--folder", "f")
    assert code == 130 and "2 of 10 pairs were finished" in err
    record = json.loads(Path("f/partial/record.json").read_text())
    assert record["pairs"] == 2 and not record["complete"]


def test_a_target_is_answered_in_both_languages(ancrage: Run, faked: None) -> None:
    options = ("--workers", "1", "--runs", "150")
    for language, words in (
        ("fr", ("atteint dans", "Marchés avec considération sociale", "Coût public net")),
        ("en", ("reached in", "Contracts with a social consideration", "Net public cost")),
    ):
        code, out, _ = ancrage(
            "spaser", "one", "--target", "social=40%@2028", *options, "--lang", language
        )
        assert code == 0
        for word in words:
            assert word in out, word
    code, out, _ = ancrage("spaser", "one", "--target", "esat=50%@2028", *options)
    assert code == 0 and "hors d'atteinte" in out and "ce qui bloque" in out


def test_what_was_found_is_written(ancrage: Run, faked: None) -> None:
    options = ("--workers", "1", "--runs", "150", "--folder", "f", "--json")
    target = ("--target", "social=20%@2028")
    code, out, _ = ancrage("spaser", "one", *target, *options, "--out", "t.xlsx")
    found = json.loads(out)
    assert code == 0 and found["status"] == "found" and found["runs"] <= 150
    assert json.loads(Path("f/target.json").read_text()) == found
    record = json.loads(Path("f/record.json").read_text())
    assert record["complete"] and record["targets"][0]["key"] == "social"
    assert Path("f/frontier.csv").exists() and Path("t.xlsx").stat().st_size > 1000
    code, _, _ = ancrage("spaser", "one", *target, *options, "--out", "t.docx")
    assert code == 0 and Path("t.docx").stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["epci-245900428", "--target", "social=130%@2030"], "a share is 100 % at most"),
        (["epci-245900428", "--target", "social=25%@2050"], "date '2050'"),
        (["epci-245900428", "--target", "socail=25%@2030"], "did you mean 'social'"),
        (["epci-24590042", "--target", "social=25%@2030"], "no buyer 'epci-24590042'"),
        (["epci-245900428", "--target", "social=25%@2030", "--runs", "5"], "5 runs are too few"),
        (["epci-245900428", "--target", "social=25%@2030", "--pairs", "3"], "at least 5 pairs"),
        (["epci-24590042"], "no buyer 'epci-24590042'; did you mean 'epci-245900428'?"),
        (["epci-245900428", "--scenario", "acces"], "did you mean 'access'?"),
        (["epci-245900428", "--months", "6"], "at least 12 months, got 6"),
        (["epci-245900428", "--format", "pdf"], "'--format': 'pdf' is not one of"),
        (["epci-245900428", "--out", "t.pdf"], "does not end in .xlsx or .docx or .json"),
        (["epci-245900428", "--out", "no/t.xlsx"], "cannot be written"),
        (["epci-245900428", "--real", "none.csv"], "none.csv: cannot be read"),
        ([], "Missing argument 'BUYER...'"),
    ],
)
def test_bad_input_is_one_sentence(ancrage: Run, arguments: list[str], expected: str) -> None:
    code, out, err = ancrage("spaser", *arguments)
    assert code == 2 and not out and expected in err
    assert len(err.strip().splitlines()) <= 3 and "Traceback" not in err
    assert not Path("runs").exists()
