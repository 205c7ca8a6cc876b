"""Ten lines that are read aloud, made of an explanation and never beyond its intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.results import ResultRow
from scenarios.statistics import PAIRS_FOR_A_BAND
from viz.explanations.words import (
    ENABLING,
    channel_rows,
    contribution_rows,
    is_first_estimate,
    spread_of,
    sure_parts,
    words,
)
from viz.figures.wording import label_of, lowered, pairs_text, period, verdict
from viz.texts import Language, semicolon_in

if TYPE_CHECKING:
    from scenarios.attribution import Explanation

JOBS = "jobs_present"
RELOCATED = "relocated"
LOCAL = "local_share_territory_value"
HOURS = "insertion_hours"
COST = "public_cost"

MOST_PARTS = 3
"""Levers or channels named in one line: more cannot be followed by ear."""

FEWER_PARTS = 2
"""The same where a line tells the effect too."""

MOST_LINES = 10


def ten_lines(study: Explanation, language: Language) -> tuple[str, ...]:
    """Return at most ten lines: what was run, effects, who brings them, through what.

    Under five pairs nothing is concluded; where an interval holds zero, no number and no sign.
    """
    if not study.players:
        return (words("nothing", language),)
    lines = [_what(study, language)]
    if study.pairs < PAIRS_FOR_A_BAND:
        return (*lines, words("line_provisional", language), _how_to_read(study, language))
    levers = _levers(study, JOBS, language, MOST_PARTS) or words("line_no_lever", language)
    lines += [_jobs(study, language), levers, _channels(study, JOBS, language)]
    for indicator in (LOCAL, HOURS, COST):
        finding = _finding(study.total(indicator), study, language)
        levers = _levers(study, indicator, language, FEWER_PARTS)
        lines += [f"{finding} {levers}".strip(), _channels(study, indicator, language)]
    lines.append(_how_to_read(study, language))
    return tuple(line for line in lines if line)


def _what(study: Explanation, language: Language) -> str:
    count = len(study.players)
    parts = words("parts_one" if count == 1 else "parts_many", language, n=count)
    sure = study.pairs >= PAIRS_FOR_A_BAND and is_first_estimate(study)
    return words(
        "line_what",
        language,
        scenario=study.scenario.name,
        parts=parts,
        pairs=pairs_text(study, language),
        period=period(study, language),
        estimate=words("estimate", language) if sure else "",
    )


def _jobs(study: Explanation, language: Language) -> str:
    row = study.total(JOBS)
    relocated = next(one for one in study.channel_rows(JOBS) if one.group == RELOCATED)
    found = verdict(row)
    if found not in ("up", "down", "zero"):
        return _finding(row, study, language)
    return words(
        f"line_jobs_{found}",
        language,
        low_high=spread_of(row, study, language),
        relocated=spread_of(relocated, study, language),
    )


def _finding(row: ResultRow, study: Explanation, language: Language) -> str:
    keys = {"up": "sure", "down": "sure", "zero": "zero", "none": "none"}
    return words(
        f"line_{keys.get(verdict(row), 'undefined')}",
        language,
        label=label_of(row.indicator, language),
        low_high=spread_of(row, study, language),
    )


def _levers(study: Explanation, indicator: str, language: Language, most: int) -> str:
    """Say which parts surely contribute; nothing where none does."""
    parts = sure_parts(contribution_rows(study, indicator, language), study, language)
    if not parts:
        return ""
    joined = semicolon_in(language).join(parts[:most])
    whole = verdict(study.total(indicator)) in ("up", "down")
    return words("line_levers" if whole else "line_one_by_one", language, parts=joined)


def _channels(study: Explanation, indicator: str, language: Language) -> str:
    """Say which channels are sure; nothing where none is."""
    label = lowered(label_of(indicator, language))
    parts = sure_parts(channel_rows(study, indicator, language), study, language)
    if not parts:
        return ""
    joined = semicolon_in(language).join(parts[:MOST_PARTS])
    return words("line_channels", language, label=label, parts=joined)


def _how_to_read(study: Explanation, language: Language) -> str:
    known = any(player.key in ENABLING for player in study.players)
    enabling = words("line_enabling", language) if known else ""
    return words("line_read", language, enabling=enabling)
