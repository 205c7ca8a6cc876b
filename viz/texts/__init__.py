"""Texts as data: keys to French and English, one table a file."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")

_NARROW, _NO_BREAK = "\u202f", "\u00a0"


@cache
def _table(name: str) -> dict[str, dict[str, str]]:
    path = Path(__file__).with_name(f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def text(key: str, language: Language, *, table: str = "cli", **values: object) -> str:
    """Return a text of a table (a file of this folder) with its places filled in."""
    return _table(table)[key][language].format(**values)


def spaced(words: str, language: Language) -> str:
    """Return a French text with the no-break spaces that its punctuation asks for."""
    if language == "en":
        return words
    words = re.sub(r"«\s*", f"«{_NARROW}", words)
    words = re.sub(r"\s*»", f"{_NARROW}»", words)
    words = re.sub(r" (?=[;?!])", _NARROW, words)
    words = re.sub(r" (?=:)", _NO_BREAK, words)
    return re.sub(r"(?<=\d) (?=[%€]|M€|k€|ETP)", _NO_BREAK, words)


class Words(Protocol):
    """Returns a text of one table, its places filled in, spaced as French asks."""

    def __call__(self, key: str, language: Language, **values: object) -> str: ...


def words_of(table: str) -> Words:
    """Return what returns the texts of a table, spaced."""

    def words(key: str, language: Language, **values: object) -> str:
        return spaced(text(key, language, table=table, **values), language)

    return words


def colon_in(language: Language) -> str:
    """Return the colon of a language, with its spaces."""
    return " : " if language == "fr" else ": "


def semicolon_in(language: Language) -> str:
    """Return the semicolon of a language, with its spaces."""
    return " ; " if language == "fr" else "; "


def texts(table: str, language: Language) -> dict[str, str]:
    """Return all texts of a table in one language, spaced, places not filled in."""
    return {key: spaced(entry[language], language) for key, entry in _table(table).items()}
