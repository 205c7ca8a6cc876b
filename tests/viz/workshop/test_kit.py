"""Story, roles and script as data: both languages, the glossary, sources, ninety minutes."""

from __future__ import annotations

import re
from pathlib import Path

import viz.workshop
from model.indicators import load_indicators
from scenarios.library import load_library
from viz.web.state import HORIZONS, MOST_SHOWN, SECTIONS
from viz.workshop.kit import MINUTES, roles, script, story, story_scenarios

FORBIDDEN = re.compile(
    r"cré(?:e|és?|ation d'emploi)|\bcreated?\b|bonus local|marché à bons de commande|"
    r"prévoit|montre que|shows that",
    re.IGNORECASE,
)


def test_the_story_has_five_steps_of_one_comparison() -> None:
    assert len(story()) == 5
    assert len(story_scenarios()) <= MOST_SHOWN
    for step in story():
        assert set(step.scenarios) <= set(load_library())
        assert step.indicator in load_indicators() and step.months in HORIZONS
        assert step.question.fr.endswith("?") and step.question.en.endswith("?")


def test_the_story_tells_no_result_in_advance() -> None:
    for step in story():
        for told in (step.question, step.look):
            assert not re.search(r"\d", told.fr + told.en), step.key


def test_the_script_takes_ninety_minutes_on_known_screens() -> None:
    assert sum(part.minutes for part in script()) == MINUTES
    assert {part.screen for part in script()} <= set(SECTIONS["workshop"])


def test_five_roles_know_published_figures() -> None:
    assert [role.key for role in roles()] == [
        "elected",
        "buyer",
        "inclusive",
        "craftswoman",
        "funder",
    ]
    for role in roles():
        assert role.ask.fr.endswith("?") and len(role.knows) >= 3
        for known in role.knows:
            assert re.match(r"facts \d(\.\d+)?", known.source)
            assert known.publisher.fr and known.publisher.en


def test_the_kit_keeps_to_the_glossary() -> None:
    for path in Path(viz.workshop.__file__).parent.glob("*.toml"):
        found = FORBIDDEN.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path.name}: {found}"
