"""The record of decisions, printed and downloaded."""

from __future__ import annotations

import csv
import io

import pytest

from scenarios.compared import Comparison
from viz.workshop.memory import Decision, Workshop
from viz.workshop.record import as_csv, as_docx, as_html, record_of

WORKSHOP = Workshop(
    question="Que faire ?",
    options=("Oui", "Non"),
    votes={"DUNE": (3, 1)},
    minority="Les moyens manquent.",
    decisions=(Decision("Recruter <2>", "EPCI", "=2+2", "2027", "Cofinancement"), Decision()),
)


def test_the_record_restates_scenarios_results_vote_and_guard(fake_comparison: Comparison) -> None:
    record = record_of(WORKSHOP, fake_comparison.scenarios, fake_comparison, "fr")
    told = " ".join(line for _, lines in record.parts for line in lines)
    assert "more-lots" in told and "Par rapport aux pratiques actuelles" in told
    assert "ne change rien aux pratiques actuelles" in told
    assert "9 simulations sur 10" in told and "graines 1 à 6" in told
    assert "3 voix sur 4" in told and "Les moyens manquent." in told
    assert record.rows == (("Recruter <2>", "EPCI", "=2+2", "2027", "Cofinancement"),)
    assert "Ne peut fonder" in record.guard


def test_nothing_is_found_before_a_result() -> None:
    record = record_of(WORKSHOP, (), None, "en")
    assert ("No result was on screen.",) in [lines for _, lines in record.parts]


def test_downloads_hold_the_record(fake_comparison: Comparison) -> None:
    record = record_of(WORKSHOP, fake_comparison.scenarios, fake_comparison, "fr")
    page = as_html(record, "fr")
    assert "Recruter &lt;2&gt;" in page and 'lang="fr"' in page and "Ne peut fonder" in page
    rows = list(csv.reader(io.StringIO(as_csv(record, "fr").lstrip("\ufeff")), delimiter=";"))
    assert rows[0][0] == "Action" and rows[1] == [
        "Recruter <2>",
        "EPCI",
        "'=2+2",
        "2027",
        "Cofinancement",
    ]
    docx = pytest.importorskip("docx")
    document = docx.Document(io.BytesIO(as_docx(record, "fr")))
    assert document.tables[0].rows[1].cells[0].text == "Recruter <2>"
    assert "Ne peut fonder" in document.sections[0].footer.paragraphs[0].text
