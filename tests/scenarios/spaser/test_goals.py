"""Targets: what is read, and each impossible or contradictory one refused in a sentence."""

from __future__ import annotations

import pytest

from model.errors import AncrageError
from scenarios.spaser.goals import parse_goals
from scenarios.spaser.register import keys_with_means


@pytest.mark.parametrize(
    ("word", "measure", "unit", "at_most", "value", "months"),
    [
        ("social=25%@2030", "share", "number", False, 25.0, (36, 47)),
        ("siae=1,5 %@2030", "share", "value", False, 1.5, (36, 47)),
        ("siae_number>=2@2027-12", "share", "number", False, 2.0, (0, 11)),
        ("siae=40 marchés@2029-06", "amount", "number", False, 40.0, (18, 29)),
        ("siae=500k€@2028", "amount", "value", False, 500e3, (12, 23)),
        ("sme<=70%@2027-03", "share", "number", True, 70.0, (0, 2)),
        ("unsuccessful_share=5%@2029", "indicator", None, True, 5.0, (24, 35)),
        ("local_share_territory_value>=60%@2036", "indicator", None, False, 60.0, (108, 119)),
        ("insertion_hours=200000 heures@2031", "indicator", None, False, 2e5, (48, 59)),
    ],
)
def test_targets_are_read(
    word: str, measure: str, unit: str | None, at_most: bool, value: float, months: tuple[int, int]
) -> None:
    (goal,) = parse_goals([word])
    assert (goal.measure, goal.unit, goal.at_most) == (measure, unit, at_most)
    assert goal.value == pytest.approx(value) and (goal.first, goal.last) == months


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["social"], "is not of the form KEY=VALUE@DATE"),
        (["social=25%"], "is not of the form KEY=VALUE@DATE"),
        (["social=beaucoup@2030"], "'beaucoup' is not a number"),
        (["social=130%@2030"], "asks for 130 %, and a share is 100 % at most"),
        (["siae=-2%@2030"], "asks for less than nothing"),
        (["insertion_hours=-5@2030"], "asks for less than nothing"),
        (["considerations_share=130@2030"], "asks for 130 %"),
        (["social=25%@2026"], "date '2026' is not a year from 2027 to 2036"),
        (["social=25%@2037"], "date '2037'"),
        (["social=25%@2030-13"], "there is no month 13"),
        (["social=25%@demain"], "date 'demain'"),
        (["socail=25%@2030"], "no lever is known to act on 'socail'; did you mean 'social'"),
        (["jobs_present=1000@2030"], "no lever is known to act on 'jobs_present'"),
        (["siae=3 tonnes@2030"], "'siae' is in %, contracts a year or EUR a year"),
        (["siae_value=3 contracts@2030"], "not in 'contracts'"),
        (["insertion_hours=30%@2030"], "'insertion_hours' is in hours, not in '%'"),
        (["local_share_epci_value=60%@2030"], "write >= or <="),
        (["social=25%@2030", "social=30%@2030"], "Two targets of 'social' are given for 2030"),
        (["social>=30%@2030", "social<=20%@2030"], "contradict each other"),
        (["social>=30%@2029", "social<=20%@2031"], "contradict each other"),
    ],
)
def test_bad_targets_are_one_sentence(words: list[str], expected: str) -> None:
    with pytest.raises(AncrageError, match=expected):
        parse_goals(words)


def test_targets_that_can_hold_together_are_read() -> None:
    words = ["social>=20%@2029", "social>=25%@2031", "social<=60%@2031", "social_value=20%@2029"]
    assert len(parse_goals(words)) == 4


def test_every_category_can_be_a_target() -> None:
    assert set(keys_with_means()) >= {"esus", "siae", "ea", "esat", "social", "ecological", "sme"}
