"""Guesses as people write them, codes of tables, and the memory of a workshop."""

from __future__ import annotations

import itertools
import json
import string

import pytest

from viz.workshop.codes import CodeRefused, Votes, code_of_guess, code_of_votes, read_code
from viz.workshop.guesses import Guess, GuessRefused, parse_guess
from viz.workshop.kit import table_codes
from viz.workshop.memory import HALL, Decision, Workshop, plain, workshop_of


@pytest.mark.parametrize(
    ("written", "ends"),
    [
        ("100-300", (100, 300)),
        ("300 – 100", (100, 300)),
        ("120 à 200", (120, 200)),
        ("entre 120 et 200", (120, 200)),
        ("between 120 and 200", (120, 200)),
        ("−50", (-50, -50)),
        ("-50--20", (-50, -20)),
        ("moins 50 à 20", (-50, 20)),
        ("1\u202f200 ETP", (1200, 1200)),
        ("1,5", (1.5, 1.5)),
        ("150 ± 20", (130, 170)),
        ("environ 150 etp", (150, 150)),
        ("zéro", (0, 0)),
    ],
)
def test_guesses_are_read_as_people_write_them(written: str, ends: tuple[float, float]) -> None:
    assert parse_guess(written, "ETP") == ends


def test_thousands_are_read_as_the_language_writes_them() -> None:
    assert parse_guess("1,200", french=False) == (1200, 1200)
    assert parse_guess("1,200") == (1.2, 1.2)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "abc",
        "au moins 100",
        "plus de 100",
        "1-2-3",
        "100 k€",
        "9e9",
        "9" * 12,
        "1" * 200,
        "nan",
    ],
)
def test_other_writings_are_refused(written: str) -> None:
    with pytest.raises(GuessRefused):
        parse_guess(written, "ETP")


def test_codes_come_back_whatever_way_they_are_typed() -> None:
    guess = Guess("DUNE", -50.0, 300.5)
    code = code_of_guess(guess, "ab12cd34")
    assert read_code(code, "ab12cd34") == guess
    assert read_code(f" dune  −50 / 300,5 {code[-2:]}", "ab12cd34") == guess
    votes = Votes("QUAI", (5, 0, 12))
    assert read_code(code_of_votes(votes, "q"), "q") == votes


def test_one_slip_in_a_code_or_another_question_is_noticed() -> None:
    code = code_of_guess(Guess("PORT", 120.0, 200.0), "ab12cd34")
    slips = 0
    for place, sign in itertools.product(range(len(code)), string.digits + string.ascii_uppercase):
        if code[place] in ("/", sign):
            continue
        slips += 1
        with pytest.raises(CodeRefused):
            read_code(code[:place] + sign + code[place + 1 :], "ab12cd34")
    assert slips > 300
    with pytest.raises(CodeRefused) as refused:
        read_code(code, "ab12cd35")
    assert refused.value.reason == "code_check"
    with pytest.raises(CodeRefused) as swapped:
        read_code(code.replace("120", "210"), "ab12cd34")
    assert swapped.value.reason == "code_check"


def test_codes_of_tables_are_two_letters_apart() -> None:
    assert len(table_codes()) == 8
    for one, other in itertools.combinations(table_codes(), 2):
        assert sum(a != b for a, b in zip(one, other, strict=True)) >= 2, (one, other)


def filled() -> Workshop:
    workshop = Workshop(
        step=2,
        scenario="access",
        levels=True,
        keys=False,
        tables=6,
        revealed=("story-access", "q"),
        targets={"jobs_present differences": 150.0},
        last={"before": {"name": "access", "levers": {}}, "after": "access (modifié)"},
        replay=("access", "access (modifié)"),
        question="Quel schéma ?",
        options=("Oui", "Non"),
        minority="Trop tôt.",
        decisions=(Decision("Publier", "Ville", "0,2 ETP", "2027", "Aucun"), Decision()),
    )
    workshop = workshop.with_guess("q", Guess("QUAI", 1.0, 2.0)).with_guess(
        "q", Guess("DUNE", 0, 3)
    )
    return workshop.with_votes("DUNE", (3, 1)).with_votes(HALL, (0, 2))


def test_the_memory_is_plain_json_and_comes_back_whole() -> None:
    raw = json.loads(json.dumps(plain(filled())))
    assert workshop_of(raw) == filled()
    assert plain(Workshop()) == {}
    assert filled().totals() == (3, 3)


@pytest.mark.parametrize("name", sorted(plain(filled())))
@pytest.mark.parametrize("wrong", [None, 3, -1, "x", [], [[]], [1], {}, {"a": 1}, {"DUNE": "x"}])
def test_a_wrong_memory_falls_back(name: str, wrong: object) -> None:
    kept = workshop_of({**plain(filled()), name: wrong})
    assert workshop_of(json.loads(json.dumps(plain(kept)))) == kept


def test_a_memory_is_bounded() -> None:
    workshop = Workshop()
    for number in range(50):
        workshop = workshop.with_guess(f"q{number}", Guess("DUNE", 0.0, 1.0))
    assert len(workshop.guesses) == 20 and "q49" in workshop.guesses
    raw = {"decisions": [["x" * 9999] * 9] * 999, "minority": "y" * 99999, "step": 1e9}
    kept = workshop_of(raw)
    assert len(kept.decisions) == 30 and len(kept.decisions[0].action) == 400
    assert len(kept.minority) == 1600 and kept.step == 4
