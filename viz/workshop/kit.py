"""Story, script, role cards and codes of tables, read from the files of this folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from model.toml_tables import check_fields, read_toml
from viz.texts import Language, spaced

StoryFigure = Literal["euro_path", "trajectories", "differences", "payers"]

MINUTES = 90
"""Length of the script."""


@dataclass(frozen=True, slots=True)
class Told:
    """A text in both languages."""

    fr: str
    en: str

    def words(self, language: Language) -> str:
        """Return the text, spaced as its language asks."""
        if language == "en":
            return self.en
        # digits by three stay together
        return re.sub(r"(?<=\d) (?=\d{3})", "\u202f", spaced(self.fr, language))


@dataclass(frozen=True, slots=True)
class Step:
    """One question of the story: what is shown for it is made from the run.

    Attributes
    ----------
    scenarios
        Names of the library; none where the step shows current practice.
    months
        Horizon in months.
    look
        What to look at; never a result.
    """

    key: str
    figure: StoryFigure
    scenarios: tuple[str, ...]
    indicator: str
    months: int
    question: Told
    look: Told


@dataclass(frozen=True, slots=True)
class Known:
    """A published figure that a role knows, and where it stands."""

    told: Told
    publisher: Told
    source: str


@dataclass(frozen=True, slots=True)
class Role:
    """One role card."""

    key: str
    name: Told
    who: Told
    interests: tuple[Told, ...]
    constraints: tuple[Told, ...]
    ask: Told
    knows: tuple[Known, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the script, and the screen that it stands on."""

    minutes: int
    screen: str
    title: Told
    who: Told
    does: Told


def _table(name: str) -> dict[str, Any]:
    return read_toml(Path(__file__).with_name(f"{name}.toml"))


def _told(table: dict[str, Any], key: str) -> Told:
    return Told(table[f"{key}_fr"], table[f"{key}_en"])


def _lines(table: dict[str, Any], key: str) -> tuple[Told, ...]:
    both = zip(table[f"{key}_fr"], table[f"{key}_en"], strict=True)
    return tuple(Told(fr, en) for fr, en in both)


def _both(*keys: str) -> list[str]:
    return [f"{key}_{language}" for key in keys for language in ("fr", "en")]


@cache
def story() -> tuple[Step, ...]:
    """Return the steps of the guided story."""
    found: list[Step] = []
    for table in _table("story")["step"]:
        plain = ["key", "figure", "scenarios", "indicator", "months"]
        check_fields(table, [*plain, *_both("question", "look")], (), "story.toml")
        told = _told(table, "question"), _told(table, "look")
        values = [table[name] for name in plain]
        values[2] = tuple(values[2])
        found.append(Step(*values, *told))
    return tuple(found)


def story_scenarios() -> tuple[str, ...]:
    """Return the scenarios of the whole story, which are compared at once."""
    return tuple(dict.fromkeys(name for step in story() for name in step.scenarios))


@cache
def roles() -> tuple[Role, ...]:
    """Return the role cards."""
    found: list[Role] = []
    for table in _table("roles")["role"]:
        fields = ["key", "knows", *_both("name", "who", "interests", "constraints", "ask")]
        check_fields(table, fields, (), "roles.toml")
        knows = tuple(
            Known(Told(one["fr"], one["en"]), _told(one, "publisher"), one["source"])
            for one in table["knows"]
        )
        found.append(
            Role(
                table["key"],
                _told(table, "name"),
                _told(table, "who"),
                _lines(table, "interests"),
                _lines(table, "constraints"),
                _told(table, "ask"),
                knows,
            )
        )
    return tuple(found)


@cache
def script() -> tuple[Part, ...]:
    """Return the parts of the 90-minute script, in order."""
    found: list[Part] = []
    for table in _table("script")["part"]:
        check_fields(
            table, ["minutes", "screen", *_both("title", "who", "does")], (), "script.toml"
        )
        texts = (_told(table, key) for key in ("title", "who", "does"))
        found.append(Part(table["minutes"], table["screen"], *texts))
    return tuple(found)


@cache
def table_codes() -> tuple[str, ...]:
    """Return the codes of the tables, in order."""
    return tuple(_table("tables")["codes"])


@cache
def fewest_tables() -> int:
    """Return the fewest tables of a workshop."""
    return int(_table("tables")["fewest"])
