"""Published patterns in the reader's language: label, and why the model differs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.toml_tables import read_toml
from viz.texts import Language, spaced

if TYPE_CHECKING:
    from scenarios.validation.patterns import Pattern


@cache
def _french() -> Mapping[str, Mapping[str, Any]]:
    return read_toml(Path(__file__).with_name("pattern_labels.toml"))


def pattern_label(pattern: Pattern, language: Language) -> str:
    """Return the label of a pattern."""
    told = str(_french()[pattern.key]["label"]) if language == "fr" else pattern.label
    return spaced(told, language)


def pattern_why(pattern: Pattern, language: Language) -> str:
    """Return what explains a miss, or what to know of a hit; code marks are left out."""
    told = str(_french()[pattern.key]["why"]) if language == "fr" else pattern.why
    return told.replace("`", "")
