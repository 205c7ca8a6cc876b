"""What a shock takes by EPCI at the worst moment, with intervals; losses are written as falls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from scenarios.resilience import Resilience, load_resilience_measures
from viz.figures.epci_map import (
    MAP_HEIGHT,
    ends_of,
    short_name,
    verdict_words,
    zone_columns,
    zone_option,
)
from viz.figures.figure import Figure
from viz.figures.struck import (
    as_result,
    caption,
    felt,
    few,
    provisional_title,
    quoted,
    source_lines,
    title_of_shock,
    words,
    written_as,
)
from viz.figures.wording import spaced_figure
from viz.outlines import Outlines
from viz.texts import Language, semicolon_in, text

Lost = Literal["trough", "jobs_lost_worst"]


def loss_map(
    study: Resilience,
    scenario: str,
    shock: str,
    names: Mapping[str, str],
    outlines: Outlines,
    language: Language,
    measure: Lost = "trough",
) -> Figure:
    """Return the map of what a shock takes from jobs in each EPCI under a scenario.

    Zones stand in the order of the territory; one whose interval holds zero is grey and hatched.

    Parameters
    ----------
    names
        Names of zones by key.
    """
    entry = load_resilience_measures()[measure]
    rows = {
        zone: as_result(study.row(scenario, shock, measure, zone), times=-1.0)
        for zone in study.zones
    }
    written = written_as(entry, list(rows.values()), language)
    sure = {zone: _sign(study, scenario, shock, zone) for zone in rows}
    lines = [
        f"{short_name(names.get(zone, zone))} {ends_of(row, written)}" for zone, row in rows.items()
    ]
    notes = [words(f"map_note_{measure}", language)]
    if not few(study):
        notes += [words("map_hatched", language), words("felt_note", language)]
    if outlines.schematic:
        notes.append(text("map_schematic", language, table="territory"))
    made = Figure(
        key=f"loss_map_{measure}_{shock}_{scenario}",
        title=_title(study, scenario, shock, sure, language),
        caption=caption(study, shock, language, *notes),
        option=zone_option(rows, written, sure, names, outlines),
        columns=zone_columns(written),
        rows=tuple(
            (
                names.get(zone, zone),
                written.scaled(row.difference),
                written.scaled(row.low),
                written.scaled(row.high),
                verdict_words(None if few(study) else sure[zone], language),
            )
            for zone, row in rows.items()
        ),
        description=words(
            "map_description",
            language,
            scenario=quoted(scenario, language),
            unit=written.unit,
            lines=semicolon_in(language).join(lines),
        ),
        sources=source_lines(study, [measure], language),
        maps={f"epci-{outlines.key}": outlines.epci},
        height=MAP_HEIGHT,
    )
    return spaced_figure(made, language)


def _title(
    study: Resilience, scenario: str, shock: str, sure: Mapping[str, int], language: Language
) -> str:
    name = title_of_shock(study, shock, language)
    if few(study):
        what = f"{name}, {words('map_what', language)}"
        return provisional_title(study, what, language)
    hit = sum(1 for sign in sure.values() if sign < 0)
    values: dict[str, object] = {
        "shock": name,
        "scenario": quoted(scenario, language),
        "zones": len(sure),
    }
    if not hit:
        return words("map_title_none", language, **values)
    return words("map_title", language, hit=hit, rest=len(sure) - hit, **values)


def _sign(study: Resilience, scenario: str, shock: str, zone: str) -> int:
    found = felt(study, scenario, shock, zone=zone)
    return -1 if found == "down" and not few(study) else 0
