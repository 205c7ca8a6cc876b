"""Numbers in words and texts as data."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import viz.texts
from model.procurement.amendments import Amendments
from model.procurement.levers import Levers
from scenarios import Scenario
from viz.numbers import ABSENT, decimals_for, lever_value, number, percent
from viz.sentences import jobs_finding, what_changes

FORBIDDEN = ("créé", "création d'emploi", "bonus local", "marché à bons de commande")


@pytest.mark.parametrize(
    ("value", "decimals", "language", "signed", "expected"),
    [
        (1234567.891, 1, "fr", False, "1\u202f234\u202f567,9"),
        (1234567.891, 1, "en", False, "1,234,567.9"),
        (-3.0, 0, "fr", True, "−3"),
        (3.0, 0, "fr", True, "+3"),
        (-0.0001, 2, "fr", True, "0,00"),
        (None, 0, "fr", False, ABSENT),
        (float("nan"), 0, "fr", False, ABSENT),
    ],
)
def test_numbers_are_written_as_people_write_them(
    value: float | None, decimals: int, language: viz.texts.Language, signed: bool, expected: str
) -> None:
    assert number(value, decimals, language, signed=signed) == expected


def test_decimals_show_three_significant_digits() -> None:
    assert [decimals_for([v]) for v in (1234.0, 123.0, 12.3, 1.23, 0.0)] == [0, 0, 1, 2, 0]


def test_shares_and_lever_values() -> None:
    assert percent(0.1234, "fr") == "12,3\u00a0%"
    assert lever_value(0.002, "share of addressable spend", "fr") == "0,2\u00a0%"
    assert lever_value(61, "days", "fr") == "61\u00a0jours"


def test_every_text_stands_in_both_languages_without_forbidden_words() -> None:
    folder = Path(viz.texts.__file__).parent
    for path in folder.glob("*.toml"):
        for key, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
            assert set(entry) == {"fr", "en"} and all(entry.values()), key
            assert not any(word in entry["fr"].lower() for word in FORBIDDEN), key


def test_findings_say_zero_when_zero_is_inside() -> None:
    assert jobs_finding(None, None, "fr") == ""
    assert "non distinguable de zéro" in jobs_finding(-3.0, 40.0, "fr")
    assert "entre +120 et +310 ETP" in jobs_finding(120.0, 310.0, "fr")
    assert "aucune différence" in jobs_finding(0.0, 0.0, "fr")


def test_amendments_of_the_law_are_told_with_their_dates() -> None:
    law = Amendments(
        {
            "turnover_cap": {"value": 1.0, "from": "2028-01-01"},
            "social_execution_above_formal": {"from": "2029-01-01"},
            "standstill_days": {"value": 15, "from": "2030-01-01"},
            "spaser_threshold": {"value": 20_000_000, "from": "2028-01-01"},
        }
    )
    told = what_changes(Scenario("x", law=law), "fr").replace("\u00a0", " ")
    assert "1,5 × valeur du lot → 1 × valeur du lot (au 01/01/2028)" in told
    assert "oui → non (au 01/01/2027) → oui (au 01/01/2029)" in told
    assert "; seuil du SPASER : 50\u202f000\u202f000 EUR HT par an → " in told
    assert "15 jours (au 01/01/2030) [non simulé]" in told
    assert "pratiques actuelles" not in told
    both = what_changes(Scenario("x", levers=Levers({"allotment": 0.5}), law=law), "en")
    assert "Against current practice" in both and "The law is amended" in both
    assert "; SPASER threshold: " in both


def test_changes_are_told_in_one_sentence() -> None:
    steps = {"payment_days_hospital": {"steps": [[0, 50], [24, 30]]}}
    told = what_changes(Scenario("x", levers=Levers(steps)), "fr").replace("\u00a0", " ")
    assert "61 jours → 50 jours → 30 jours (au mois 24)" in told
    assert (
        what_changes(Scenario("x"), "fr") == "Ce scénario ne change rien aux pratiques actuelles."
    )
