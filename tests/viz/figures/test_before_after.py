"""One sentence for the workshop: what a shock does, and how it differs from current practice."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from scenarios.resilience import Resilience
from viz.figures.before_after import before_after
from viz.texts import Language

Made = Callable[..., Resilience]
Course = Any


def told(study: Resilience, scenario: str, language: Language = "fr") -> str:
    return re.sub(r"[\u00a0\u202f]", " ", before_after(study, scenario, "closure", language))


def test_a_smaller_loss_is_told_with_its_interval(usual_study: Resilience) -> None:
    sentence = told(usual_study, "more-lots")
    assert sentence.startswith("Le plus grand employeur ferme, « more-lots » : au pire moment, ")
    assert "dont 95 % retrouvés en 10 mois (médiane)" in sentence
    assert "points de services publics interrompus" in sentence
    assert re.search(r"perte cumulée plus faible, de \d+ à \d+ années-ETP\.$", sentence)
    assert "plus forte" in told(usual_study, "other")
    assert "95 % pas retrouvés avant la fin" in told(usual_study, "other")


def test_current_practice_is_not_compared_with_itself(usual_study: Resilience) -> None:
    assert "par rapport" not in told(usual_study, "baseline")
    assert "against" not in told(usual_study, "baseline", "en")


def test_nothing_is_said_beyond_the_intervals(made_study: Made, course: Course) -> None:
    alike = made_study(baseline=course(50, 2), other=course(50, 2))
    assert told(alike, "other").endswith("pratiques actuelles, aucune différence.")
    unsure = made_study(baseline=course(2, 90), other=course(3, 150))
    sentence = told(unsure, "other")
    assert sentence.count("non distinguable de zéro") == 2 and "emplois perdus" not in sentence
    assert "aucun emploi perdu" in told(made_study(baseline=course(0)), "baseline")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_under_five_pairs_nothing_is_found(
    made_study: Made, course: Course, language: Language
) -> None:
    sentence = told(made_study(4, baseline=course(50, 2)), "baseline", language)
    assert re.search("provisoire|provisional", sentence) and "9 simulations" not in sentence
    assert not re.search(r"\d (?:emplois|jobs)", sentence)
