"""Recherche: every measure of resilience, how firms depend on one another, and the same numbers."""

from __future__ import annotations

from dataclasses import replace

import solara

from scenarios.resilience import Resilience
from scenarios.results import ALL_ZONES
from viz.figures.figure import Figure
from viz.figures.resilience_measures import resilience_measures
from viz.figures.structure_before import structure_before
from viz.hypothesis_rows import words
from viz.reproduce import command_line, python_text, scenario_files
from viz.texts import Language
from viz.web.components import Choice
from viz.web.components.research import CodeBlock
from viz.web.figures import made_of
from viz.web.pages.dependence import Dependence
from viz.web.pages.parts import FigureList, ShockChoice, StudyProgress
from viz.web.session import Answers
from viz.web.state import State
from viz.web.studies import study_of
from viz.web.zones import zone_names


@solara.component
def Measures(state: State, study: Answers) -> None:
    """Show all measures in one zone, and what they are made of."""
    language, found = state.language, study_of(study)
    zone, set_zone = solara.use_state(ALL_ZONES)
    made: list[Figure | None] = solara.use_memo(
        lambda: [] if found is None else measure_figures(found, zone, language),
        [found, zone, language],
    )
    ShockChoice(state)
    StudyProgress(state, study)
    if found is None:
        solara.Div(classes=["an-card"], children=[words("waiting_answer", language)])
        return
    zones = [{"key": ALL_ZONES, "label": words("zone_all", language)}]
    zones += [{"key": key, "label": zone_names().get(key, key)} for key in found.zones]
    with solara.Div(classes=["an-filters"]):
        Choice(label=words("zone", language), options=zones, value=zone, event_choose=set_zone)
    FigureList(made, language)
    Dependence(state, research=True)
    Again(state, found)


def measure_figures(study: Resilience, zone: str, language: Language) -> list[Figure | None]:
    """Return the table of all measures in a zone, and that of structure before the shock."""
    names = zone_names()

    def measures() -> Figure:
        whole = resilience_measures(study, language, names, by_zone=zone != ALL_ZONES)
        if zone == ALL_ZONES:
            return whole
        at = [column.key for column in whole.columns].index("zone")
        kept = tuple(row for row in whole.rows if row[at] == names.get(zone, zone))
        return replace(whole, rows=kept, key=f"{whole.key}_{zone}")

    def structure() -> Figure | None:
        return structure_before(study, language, research=True, zone=zone, names=names)

    return made_of([measures, structure])


@solara.component
def Again(state: State, study: Resilience) -> None:
    """Show the lines that give the same numbers."""
    language = state.language
    copy = {"copy": words("copy", language), "copied": words("copied", language)}
    with solara.Div(classes=["an-card", "an-stack"]):
        heading = words("reproduce_title", language)
        solara.HTML(tag="h2", classes=["an-title"], unsafe_innerHTML=heading)
        solara.Div(children=[words("reproduce_words", language)])
        if scenario_files(study):
            solara.Div(children=[words("reproduce_own_study", language)])
        CodeBlock(label=words("command", language), code=command_line(study), **copy)
        CodeBlock(label=words("python", language), code=python_text(study), **copy)
