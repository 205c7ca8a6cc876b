"""Tables of studies of sensitivity for the command line, and their numbers in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.hypotheses import load_register
from model.indicators import load_indicators
from scenarios.sensitivity import ResultSensitivity, Sensitivity, Share
from viz.console import table
from viz.hypothesis_rows import label_of, unit_words
from viz.numbers import decimals_for, number, percent
from viz.texts import Language, semicolon_in, words_of

if TYPE_CHECKING:
    from rich.table import Table

words = words_of("evidence")


def result_label(indicator: str, language: Language) -> str:
    """Return the label of a main result."""
    entry = load_indicators()[indicator]
    return entry.label_fr if language == "fr" else entry.label_en


def result_unit(indicator: str, language: Language) -> str:
    """Return the unit of a difference of a main result; ``""`` for an index."""
    entry = load_indicators()[indicator]
    if entry.unit == "index":
        return ""
    if entry.unit == "%":
        return "points"
    return entry.unit_fr if language == "fr" else entry.unit


def result_decimals(result: ResultSensitivity) -> int:
    """Return with how many decimals differences of a result are written: two digits at least."""
    return max(0, decimals_for([result.mean, result.low, result.high]) - 1)


def difference(
    result: ResultSensitivity, value: float, language: Language, *, unit: bool = False
) -> str:
    """Write a difference of a result, with its sign."""
    written = number(value, result_decimals(result), language, signed=True)
    name = result_unit(result.indicator, language) if unit else ""
    return f"{written}\u00a0{name}".rstrip("\u00a0")


def interval(low: str, high: str, language: Language) -> str:
    """Write an interval."""
    return f"[{low}{semicolon_in(language)}{high}]"


def value_of(value: float, language: Language) -> str:
    """Write a point of the range of a hypothesis, three digits."""
    written = f"{value:.3g}"
    plain = f"{float(written):.10f}".rstrip("0")
    return number(float(written), len(plain.partition(".")[2]), language)


def result_words(result: ResultSensitivity, language: Language) -> str:
    """Say how large a result is, draws and all hypotheses varying."""
    return words(
        "result_title",
        language,
        label=result_label(result.indicator, language),
        mean=difference(result, result.mean, language, unit=True),
        low=difference(result, result.low, language),
        high=difference(result, result.high, language),
    )


def swings_table(result: ResultSensitivity, language: Language) -> Table:
    """Return the hypotheses whose swing can be told from zero, the largest first."""
    sides = ("left", "left", "left", "right", "right", "right", "right")
    names = ("hypothesis", "grade", "acts", "from", "to", "swing", "interval")
    made = table("", [(words(n, language), s) for n, s in zip(names, sides, strict=True)])
    for swing in result.told:
        entry = load_register()[swing.key]
        ends = (difference(result, end, language) for end in (swing.low, swing.high))
        made.add_row(
            f"{label_of(entry, language)} ({unit_words(entry.unit, language)})",
            entry.grade,
            words(f"acts_{entry.acts}", language),
            value_of(swing.low_value, language),
            value_of(swing.high_value, language),
            difference(result, swing.swing, language),
            interval(*ends, language),
        )
    return made


def not_told_words(study: Sensitivity, result: ResultSensitivity, language: Language) -> list[str]:
    """Say which hypotheses do nothing that can be told, and what screening could not see."""
    lines: list[str] = []
    keys = [swing.key for swing in result.swings if not swing.told]
    if not result.told:
        lines.append(words("none_told", language))
    elif keys:
        lines.append(words("not_told", language, keys=", ".join(keys)))
    seen = difference(result, result.smallest_seen, language, unit=True).lstrip("+")
    count = study.hypotheses - len(result.swings)
    lines.append(words("not_moved", language, count=count, seen=seen))
    return lines


def share_words(share: Share, language: Language) -> str:
    """Write a share with its interval; marked where it is too uncertain to be read."""
    ends = (percent(end, language, 0) for end in (share.part_low, share.part_high))
    mark = " ?" if share.uncertain else ""
    return f"{percent(share.part, language, 0)} {interval(*ends, language)}{mark}"


def shares_table(study: Sensitivity, language: Language) -> Table:
    """Return the share of each source in the interval of each result."""
    sources = [share.source for share in study.results[0].shares]
    columns = [(words("result", language), "left")]
    columns += [(words(f"source_{source}", language), "right") for source in sources]
    made = table(words("shares_title", language), columns)
    for result in study.results:
        cells = [share_words(share, language) for share in result.shares]
        made.add_row(result_label(result.indicator, language), *cells)
    return made
