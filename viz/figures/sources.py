""" "Sources et hypothèses": what a figure is defined as and rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from model.hypotheses import load_register
from model.indicators import load_bases, load_indicators, load_themes
from model.indicators.register import NO_BASE
from model.toml_tables import read_toml
from scenarios.compared import Comparison
from scenarios.provenance import version_of
from viz.figures.wording import Study, label_of, lowered, pairs_text, seeds_text, words
from viz.readme import sources
from viz.texts import Language, semicolon_in


@cache
def rests_on() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return the first hypotheses and tables of each theme of indicators."""
    return MappingProxyType(read_toml(Path(__file__).with_name("sources.toml")))


def source_lines(
    comparison: Comparison, indicators: Sequence[str], language: Language
) -> tuple[str, ...]:
    """Return definitions, hypotheses, data and run of a figure, a line each."""
    return (
        *definition_lines(indicators, language),
        *_rests(indicators, language),
        register_line(comparison.central, language),
        run_line(comparison, language),
    )


def definition_lines(indicators: Sequence[str], language: Language) -> list[str]:
    """Return one line an indicator: what it counts, and of what it is a share."""
    lines: list[str] = []
    for key in dict.fromkeys(indicators):
        entry = load_indicators()[key]
        definition: str = getattr(entry, f"definition_{language}")
        line = words(
            "source_definition", language, label=label_of(key, language), definition=definition
        )
        if entry.base != NO_BASE:
            base = load_bases()[entry.base] if language == "fr" else entry.base
            line = f"{line} {words('source_base', language, base=base)}"
        lines.append(line)
    return lines


def rests_on_lines(language: Language) -> list[str]:
    """Return the line of hypotheses of each theme, under the theme's name."""
    return [
        f"{getattr(theme, f'label_{language}')} — "
        + words("source_hypotheses_short", language, hypotheses=_hypotheses([key], language))
        for key, theme in load_themes().items()
    ]


def _hypotheses(themes: Sequence[str], language: Language) -> str:
    """Name the first hypotheses of some themes, with their grades."""
    register = load_register()
    keys = dict.fromkeys(key for theme in themes for key in rests_on()[theme]["hypotheses"])
    named = [
        f"{lowered(str(getattr(register[key], f'label_{language}')))} ({register[key].grade})"
        for key in keys
    ]
    return semicolon_in(language).join(named)


def _rests(indicators: Sequence[str], language: Language) -> list[str]:
    """Return the line of hypotheses and that of data, of the themes of some indicators."""
    themes = list(dict.fromkeys(load_indicators()[key].theme for key in indicators))
    files = dict.fromkeys(file for theme in themes for file in rests_on()[theme]["tables"])
    tables: dict[str, dict[str, Any]] = {entry["file"]: entry for entry in sources()}
    data = [
        f"{tables[file]['source']} ({tables[file]['year']}, "
        f"{words('status_' + tables[file]['status'], language)})"
        for file in files
    ]
    joint = semicolon_in(language)
    return [
        words("source_hypotheses", language, hypotheses=_hypotheses(themes, language)),
        words("source_tables", language, tables=joint.join(data)),
    ]


def register_line(central: bool, language: Language) -> str:
    """Count the hypotheses by grade, and say whether they vary from pair to pair."""
    register = load_register().values()
    drawn = sum(entry.varies for entry in register)
    key = "source_central" if central else "source_drawn"
    counts = {g.lower(): sum(entry.grade == g for entry in register) for g in "ABC"}
    told = words(key, language, n=drawn)
    return words("source_register", language, all=len(register), drawn=told, **counts)


def run_line(study: Study, language: Language) -> str:
    """Say what was run, so that it can be run again."""
    return words(
        "source_run",
        language,
        version=version_of("ancrage"),
        territory=study.territory,
        months=study.months,
        start=study.start,
        pairs=pairs_text(study, language),
        seeds=seeds_text(study, language),
    )
