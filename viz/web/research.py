"""What the research mode does to the state, and what it says of an answer: pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from model.hypotheses import load_register
from model.indicators import load_dimensions, load_indicators
from scenarios import provenance
from scenarios.compared import Comparison
from viz.figures.wording import seeds_text
from viz.hypothesis_rows import refusal_of, value_words, words
from viz.readme import COMPARISON_FILES, STATUSES, source_lines
from viz.sentences import edited_words
from viz.texts import Language, spaced
from viz.web.state import State


def with_hypothesis(state: State, key: str, value: float | None) -> tuple[State, str]:
    """Return the state with a hypothesis edited, or the same with the sentence of a refusal.

    The register's value takes the edit away.
    """
    if refusal := refusal_of(key, value, state.language):
        return state, refusal
    assert value is not None
    kept = tuple(pair for pair in state.overrides if pair[0] != key)
    if value != load_register()[key].value:
        kept = tuple(sorted((*kept, (key, float(value)))))
    return replace(state, overrides=kept), ""


def without_hypothesis(state: State, key: str) -> State:
    """Return the state with a hypothesis back at the register's value; all of them for ``""``."""
    kept = tuple(pair for pair in state.overrides if key and pair[0] != key)
    return replace(state, overrides=kept)


def edited_props(state: State) -> dict[str, dict[str, Any]]:
    """Return the edited hypotheses by key, with their value written."""
    return {
        key: {"value": value, "words": value_words(value, state.language)}
        for key, value in state.overrides
    }


def badge(state: State) -> str:
    """Say how many hypotheses are edited; empty if none."""
    count = len(state.overrides)
    if not count:
        return ""
    return words("badge_one" if count == 1 else "badge_many", state.language, n=count)


def indicators(language: Language) -> list[dict[str, str]]:
    """Return every indicator by label, as choices."""
    entries = load_indicators().values()
    return [{"key": e.key, "label": str(getattr(e, f"label_{language}"))} for e in entries]


def dimensions(language: Language) -> list[dict[str, str]]:
    """Return every breakdown, as choices."""
    return [
        {"key": key, "label": str(getattr(entry, f"label_{language}"))}
        for key, entry in load_dimensions().items()
    ]


def data_words(comparison: Comparison, language: Language) -> list[str]:
    """Say what the data on screen are of."""
    drawn = "hypotheses_central" if comparison.central else "hypotheses_drawn"
    lines = [
        words(
            "data_words",
            language,
            scenarios=", ".join(scenario.name for scenario in comparison.scenarios),
            territory=comparison.territory,
            months=comparison.months,
            start=comparison.start,
            pairs=comparison.pairs,
            seeds=seeds_text(comparison, language),
            hypotheses=words(drawn, language),
        )
    ]
    if comparison.overrides:
        lines.append(spaced(edited_words(comparison.overrides, language), language))
    return lines


def files_rows(language: Language) -> list[list[str]]:
    """Return the files of an export and what each holds."""
    names = [*COMPARISON_FILES, "reproduce.txt", "README.txt"]
    return [[name, words(f"file_{name.replace('.', '_')}", language)] for name in names]


def record_rows(comparison: Comparison, language: Language) -> list[list[str]]:
    """Return what of the run record matters to run it again."""
    versions = provenance.versions()
    lines = [
        [words("record_version", language), versions["ancrage"]],
        [words("record_python", language), f"{versions['python']}, {versions['numpy']}"],
        [words("record_data", language), provenance.data_digest()],
        [words("record_code", language), provenance.code_digest()],
    ]
    lines += [
        [words("record_scenario", language, name=scenario.name), scenario.digest()]
        for scenario in comparison.scenarios
    ]
    if not comparison.context.changes_nothing:
        lines.append([words("record_context", language), comparison.context.name])
    if comparison.overrides:
        told = ", ".join(f"{key}={value!r}" for key, value in comparison.overrides)
        lines.append([words("record_edited", language), told])
    return lines


def licences(language: Language) -> Mapping[str, list[str]]:
    """Return the lines of sources and licences under a heading each."""
    return {
        words(f"licences_status_{status}", language): [
            line.removeprefix("- ") for line in source_lines(status)
        ]
        for status in STATUSES
    }
