"""Values of published patterns as readers see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viz.numbers import number
from viz.texts import Language, text

if TYPE_CHECKING:
    from scenarios.validation.patterns import Pattern
    from scenarios.validation.results import Finding

_MISSING = "–"


def pattern_value(pattern: Pattern, value: float | None, language: Language) -> str:
    """Write a value of a pattern in its own form."""
    if value is None:
        return _MISSING
    if pattern.form == "percent":
        return f"{number(100.0 * value, 1, language)} %"
    if pattern.form == "raw-percent":
        return f"{number(value, 2, language)} %"
    if pattern.form == "points":
        return number(100.0 * value, 1, language)
    return number(value, 0 if pattern.form == "count" else 2, language)


def interval_words(
    pattern: Pattern, low: float | None, high: float | None, language: Language
) -> str:
    """Write two bounds of a pattern."""
    if low is None or high is None:
        return _MISSING
    unit = " %" if "percent" in pattern.form else ""
    first, second = (pattern_value(pattern, bound, language) for bound in (low, high))
    return f"{first.removesuffix(unit)} – {second}"


def verdict_words(item: Finding, language: Language) -> str:
    """Say whether the mean is in the accepted range, and the interval across a bound."""
    told = text("within" if item.within else "miss", language, table="validation")
    if item.straddles:
        told += ", " + text("straddles", language, table="validation")
    return told
