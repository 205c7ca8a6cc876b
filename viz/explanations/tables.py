"""Tables of explanations for the command line."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

from model.indicators import load_indicators
from scenarios.results import ResultRow
from viz.console import table
from viz.explanations.cases import case_table
from viz.explanations.words import HEADLINES, channel_rows, labels_of_players, words, written_as
from viz.figures.wording import Measure, interval, label_of, verdict_text
from viz.numbers import ABSENT, number
from viz.texts import Language

if TYPE_CHECKING:
    from rich.table import Table

    from scenarios.attribution import Explanation
    from scenarios.attribution.cases import Case

BY_ZONE = ("jobs_present", "local_share_epci_value")
"""Indicators whose contributions are printed by EPCI when asked for."""

_HEADING = 18
"""Widest heading of a narrow column, in characters."""


def shown_indicators(everything: bool) -> list[str]:
    """Return the indicators to print."""
    return (
        [key for key, entry in load_indicators().items() if entry.main or key in HEADLINES]
        if (everything)
        else [*HEADLINES]
    )


def _title(key: str, indicator: str, written: Measure, language: Language) -> str:
    unit = written.unit or ABSENT
    return words(key, language, indicator=label_of(indicator, language), unit=unit)


def contributions_table(study: Explanation, indicator: str, language: Language) -> Table:
    """Return the parts of each lever, rule or shock in one indicator, and their sum."""
    labels = labels_of_players(study, language)
    found = [study.contribution(name, indicator) for name in study.player_names]
    total = study.total(indicator)
    written = written_as([*(one.row for one in found), total], language)
    columns = [(words("part", language), "left"), (words("difference", language), "right")]
    columns += [(words("interval", language), "right")]
    if study.orders:
        columns.append((words("sampling", language), "right"))
    columns.append((words("finding", language), "left"))
    made = table(_title("players_title", indicator, written, language), columns)
    for one in found:
        error = written.scaled(one.sampling_error)
        noise = [f"± {number(error, written.decimals + 1, language)}"] if study.orders else []
        made.add_row(labels[one.player], *_cells(one.row, written, noise))
    made.add_section()
    made.add_row(words("sum", language), *_cells(total, written, [""] if study.orders else []))
    return made


def _cells(row: ResultRow, written: Measure, further: list[str]) -> list[str]:
    language = written.language
    ends = interval(row.low, row.high, written)
    return [written.change(row.difference), ends, *further, verdict_text(row, language)]


def channels_table(study: Explanation, indicator: str, language: Language) -> Table | None:
    """Return the channels of one indicator and their sum; None if it has none."""
    rows = channel_rows(study, indicator, language)
    if not rows:
        return None
    total = study.total(indicator)
    written = written_as([*rows.values(), total], language)
    columns = [
        (words("channel", language), "left"),
        (words("difference", language), "right"),
        (words("interval", language), "right"),
        (words("finding", language), "left"),
    ]
    made = table(_title("channels_title", indicator, written, language), columns)
    for label, row in rows.items():
        made.add_row(label, *_cells(row, written, []))
    made.add_section()
    made.add_row(words("sum", language), *_cells(total, written, []))
    return made


def zones_table(
    study: Explanation, indicator: str, zones: Mapping[str, str], language: Language
) -> Table:
    """Return the contributions to one indicator by EPCI, with their intervals."""
    labels = labels_of_players(study, language)
    rows = {
        zone: [study.contribution(name, indicator, zone).row for name in study.player_names]
        for zone in study.zones
    }
    written = written_as([row for every in rows.values() for row in every], language)
    columns = [(words("zone", language), "left")]
    columns += [(_wrapped(label), "right") for label in labels.values()]
    made = table(_title("by_zone_title", indicator, written, language), columns)
    for zone, every in rows.items():
        made.add_row(zones.get(zone, zone), *(_stacked(row, written) for row in every))
    return made


def _stacked(row: ResultRow, written: Measure) -> str:
    ends = interval(row.low, row.high, written)
    middle = written.change(row.difference)
    return middle if ends == ABSENT else f"{middle}\n{ends}"


def years_table(case: Case, language: Language) -> Table:
    """Return what a followed case lived year by year."""
    heading, rows = case_table(case, language)
    columns = [(_wrapped(name), "right" if place else "left") for place, name in enumerate(heading)]
    made = table("", columns)
    made.title = None
    for row in rows:
        made.add_row(*(cell.replace(" → ", "\n→ ") for cell in row))
    return made


def _wrapped(heading: str) -> str:
    """Return a heading over several lines, so that many columns fit."""
    return "\n".join(textwrap.wrap(heading, _HEADING))
