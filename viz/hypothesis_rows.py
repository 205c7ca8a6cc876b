"""The hypothesis register as readers see it: themes, units in French, numbers written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from model import hypotheses
from model.hypotheses import load_register
from model.hypotheses.register import Hypothesis
from model.toml_tables import read_toml
from viz.numbers import number, shortest
from viz.texts import Language, text, words_of

words = words_of("research")
"""Texts of the research mode."""


@cache
def themes() -> Mapping[str, str]:
    """Return the theme of each hypothesis by key: the file of the register that holds it."""
    folder = Path(hypotheses.__file__).parent
    return MappingProxyType(
        {
            table["key"]: path.stem.removeprefix("register_")
            for path in sorted(folder.glob("register_*.toml"))
            for table in read_toml(path)["hypothesis"]
        }
    )


@cache
def _french_units() -> Mapping[str, str]:
    return read_toml(Path(__file__).with_name("hypothesis_units.toml"))


def unit_words(unit: str, language: Language) -> str:
    """Return a unit of the register in the reader's language."""
    return _french_units()[unit] if language == "fr" else unit


def value_words(value: float, language: Language) -> str:
    """Write the value of a hypothesis without loss."""
    return number(value, shortest(value), language)


def label_of(entry: Hypothesis, language: Language) -> str:
    """Return the label of a hypothesis."""
    return entry.label_fr if language == "fr" else entry.label_en


def distribution_words(entry: Hypothesis, language: Language) -> str:
    """Say how an hypothesis is drawn: from its bounds, or from what calibration leaves of them."""
    left = entry.posterior
    if left is None:
        return words(f"distribution_{entry.distribution}", language)
    low, high = (value_words(bound, language) for bound in (left.low, left.high))
    return text("drawn_calibrated", language, table="validation", low=low, high=high)


def register_rows(language: Language) -> list[dict[str, Any]]:
    """Return every hypothesis as plain values, by theme and key."""
    of = themes()
    entries = sorted(load_register().values(), key=lambda e: (of[e.key], e.key))
    return [
        {
            "key": entry.key,
            "symbol": entry.symbol,
            "label": label_of(entry, language),
            "value": entry.value,
            "low": entry.low,
            "high": entry.high,
            "value_words": value_words(entry.value, language),
            "bounds_words": f"{value_words(entry.low, language)} – "
            f"{value_words(entry.high, language)}",
            "unit": unit_words(entry.unit, language),
            "distribution": distribution_words(entry, language),
            "varies": words("varies_yes" if entry.varies else "varies_no", language),
            "source": entry.source,
            "grade": entry.grade,
            "acts": entry.acts,
            "theme": of[entry.key],
            "drives": entry.drives,
        }
        for entry in entries
    ]


def refusal_of(key: str, value: float | None, language: Language) -> str:
    """Return the sentence that refuses a value of a hypothesis; empty if it is admitted."""
    entry = load_register().get(key)
    if entry is None:
        return words("unknown_hypothesis", language)
    if value is None or value != value:
        return words("not_a_number", language)
    if entry.low <= value <= entry.high:
        return ""
    return words(
        "out_of_bounds",
        language,
        label=label_of(entry, language),
        low=value_words(entry.low, language),
        high=value_words(entry.high, language),
        unit=unit_words(entry.unit, language),
        value=value_words(value, language) if abs(value) < 1e15 else f"{value:g}",
    )
