"""Texts as data: keys to French and English."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["fr", "en"]


@cache
def _table(name: str) -> dict[str, dict[str, str]]:
    path = Path(__file__).with_name(f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def text(key: str, language: Language, *, table: str = "cli", **values: object) -> str:
    """Return a text of a table (a file of this folder) with its places filled in."""
    return _table(table)[key][language].format(**values)


def texts(table: str, language: Language) -> dict[str, str]:
    """Return all texts of a table in one language, places not filled in."""
    return {key: entry[language] for key, entry in _table(table).items()}
