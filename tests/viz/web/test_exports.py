"""Exports: from the answer on screen and no other, complete, under plain names."""

from __future__ import annotations

import csv
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

from model.errors import AncrageError
from model.procurement.levers import Levers
from scenarios import Scenario
from scenarios.compared import Comparison
from scenarios.live import Answer, Question
from viz.texts import Language, text
from viz.web import exports
from viz.web.exports import KINDS, everything, export_all, made, name_of, table_csv, titled
from viz.web.session import DOWNLOAD, NOTICE, Answers
from viz.web.state import State, decode

OWN = Scenario("À moi / ../x", "pourquoi", Levers({"allotment": 0.5}))


@pytest.fixture
def state() -> State:
    return State(own=(OWN,), shown=(OWN.name,), edited=OWN.name)


@pytest.fixture
def answer(fake_comparison: Comparison) -> Answer:
    """An answer made of a comparison of fake worlds, its first scenario the visitor's own."""
    comparison = replace(fake_comparison, scenarios=(OWN, fake_comparison.scenarios[1]))
    question = Question("any", comparison.scenarios)
    return Answer(question, comparison, 0, 24, comparison.pairs, 1, 1, True)


@pytest.fixture(autouse=True)
def _nothing_said() -> Iterator[None]:
    NOTICE.value, DOWNLOAD.value = "", None
    yield
    NOTICE.value, DOWNLOAD.value = "", None


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "background", lambda work: work())


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def test_the_zip_holds_everything(engine: Any, state: State, answer: Answer) -> None:
    files = opened(everything(state, answer))
    assert {"record.json", "README.txt", "results.csv", "link.txt", "reproduce.txt"} <= set(files)
    assert decode(files["link.txt"].decode().strip()) == state
    record = json.loads(files["record.json"])
    assert [s["name"] for s in record["scenarios"]] == [OWN.name, "nothing"]
    assert record["command"].startswith("ancrage compare scenarios/")
    frame = pd.read_parquet(io.BytesIO(files["results.parquet"]))
    assert set(frame["scenario"]) == {OWN.name, "nothing"} and "unit" in frame
    pictures = [name for name in files if name.endswith(".svg")]
    assert len(pictures) >= 8
    for name in pictures:
        assert ElementTree.fromstring(files[name]).tag.endswith("svg")
        assert name.replace(".svg", ".csv") in files
    assert [name for name in files if name.endswith(".toml")]


def test_no_name_of_the_zip_comes_from_a_visitor(engine: Any, state: State, answer: Answer) -> None:
    with zipfile.ZipFile(io.BytesIO(everything(state, answer))) as archive:
        names = archive.namelist()
    assert len(names) == len(set(names))
    for name in names:
        assert not name.startswith("/") and ".." not in name and "\\" not in name
        assert name.isascii() and " " not in name


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_file_names_are_plain(kind: str, answer: Answer) -> None:
    name = name_of(kind, answer)
    assert "/" not in name and name.isascii() and len(name) < 90
    assert name.endswith(".zip" if kind in ("zip", "data") else f".{kind}")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_without_an_answer_a_sentence_says_so(language: Language, at_once: None) -> None:
    export_all("zip", State(language=language), Answers())
    assert NOTICE.value == text("export_needs_answer", language, table="web")
    assert DOWNLOAD.value is None


def test_an_answer_of_another_horizon_is_not_exported(
    state: State, answer: Answer, at_once: None
) -> None:
    export_all("data", replace(state, months=120), Answers(by_horizon={24: answer}))
    assert NOTICE.value and DOWNLOAD.value is None


def test_data_are_offered_and_the_notice_goes(state: State, answer: Answer, at_once: None) -> None:
    export_all("data", state, Answers(by_horizon={24: answer}))
    assert NOTICE.value == ""
    assert DOWNLOAD.value is not None and DOWNLOAD.value["type"] == "application/zip"


def test_work_is_off_the_thread_of_events(
    state: State, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, seen = threading.Event(), threading.Event()

    def slow(*_: object) -> bytes:
        gate.wait(10.0)
        seen.set()
        return b""

    monkeypatch.setattr(exports, "made", slow)
    export_all("data", state, Answers(by_horizon={24: answer}))
    assert NOTICE.value and not seen.is_set()
    gate.set()
    assert seen.wait(10.0)


@pytest.mark.parametrize("kind", ["html", "pdf", "docx"])
def test_reports_are_made(
    kind: str, engine: Any, state: State, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # worlds made up have no map
    monkeypatch.setattr(exports, "_of_territory", lambda *_: [])
    content = made(kind, state, answer)
    assert content.startswith({"html": b"<!", "pdf": b"%PDF", "docx": b"PK"}[kind])


def test_a_missing_extra_is_one_sentence(
    state: State, answer: Answer, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> bytes:
        raise AncrageError("Reports need further packages: pip install 'ancrage[report]'")

    monkeypatch.setattr(exports, "made", missing)
    export_all("pdf", state, Answers(by_horizon={24: answer}))
    assert "ancrage[report]" in NOTICE.value and DOWNLOAD.value is None


def test_a_failure_is_one_sentence_and_the_page_lives(
    state: State, answer: Answer, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(exports, "made", broken)
    export_all("zip", state, Answers(by_horizon={24: answer}))
    assert NOTICE.value and "secret" not in NOTICE.value


def test_tables_open_in_a_spreadsheet(engine: Any, state: State, answer: Answer) -> None:
    figure = exports.export_figures(state, answer)[0]
    french = table_csv(figure, "fr").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(french), delimiter=";"))
    assert len(rows) == len(figure.rows) + 1
    assert "\r\n" in french
    numbers = [
        c
        for row, cells in zip(rows[1:], figure.rows, strict=True)
        for c, cell in zip(row, cells, strict=True)
        if isinstance(cell, float)
    ]
    assert numbers and not any("." in number for number in numbers)


def test_pictures_bear_title_and_caption(engine: Any, state: State, answer: Answer) -> None:
    figure = next(f for f in exports.export_figures(state, answer) if f.option)
    figure = replace(figure, title="Une <fin> & un long titre " * 12)
    drawn = titled('<svg width="1" height="1"></svg>', figure, "fr")
    tree = ElementTree.fromstring(drawn)
    assert "Une <fin>" in "".join(tree.itertext())
    assert "pas prévision" in "".join(tree.itertext())
