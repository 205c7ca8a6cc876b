"""Recherche: hypotheses and what editing them changes, distributions, network, data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import solara
import solara.lab

from model.errors import AncrageError
from model.networks.neighbourhood import largest_firms
from viz.figures.by_group import by_group
from viz.figures.distribution import distribution
from viz.figures.edited import comparable, edited_effect
from viz.figures.figure import Figure
from viz.figures.network import network, sector_label
from viz.hypothesis_rows import register_rows, themes, words
from viz.reproduce import command_line, python_text, scenario_files
from viz.territory_views import territory_views
from viz.texts import Language, texts
from viz.web import research
from viz.web.components import Choice
from viz.web.components.research import (
    Action,
    AskCode,
    Badge,
    CodeBlock,
    HypothesisTable,
    PlainTable,
)
from viz.web.exports import export_all
from viz.web.pages.evidence import Evidence
from viz.web.pages.parts import FigureCard, IndicatorChoice, Progress
from viz.web.pages.research_shocks import Measures
from viz.web.registered import use_registered
from viz.web.services import services
from viz.web.session import STATE, Answers
from viz.web.state import LONGEST_CODE, State
from viz.web.studies import NO_STUDY, PAGE
from viz.web.zones import zone_names

FIRST_SECTOR = "FZ"
"""What the network explorer opens on: construction, which sells most to buyers."""


@solara.component
def Research(state: State, answers: Answers, study: Answers = NO_STUDY) -> None:
    """Show the section that is open."""
    sections: Mapping[str, Callable[[State, Answers], Any]] = {
        "hypotheses": Hypotheses,
        "distributions": Distributions,
        "network": Network,
        "evidence": Evidence,
        "data": Data,
    }
    with solara.Div(classes=["an-stack"]):
        if state.section == PAGE:
            Measures(state, study)
        else:
            sections[state.section](state, answers)


@solara.component
def EditedBadge(state: State) -> None:
    """Say on every page that hypotheses are edited for this visit."""
    Badge(
        words=research.badge(state),
        see=words("badge_open", state.language),
        back=words("back_all", state.language),
        event_see=lambda _: STATE.set(STATE.value.go("research", "hypotheses")),
        event_back=lambda _: STATE.set(research.without_hypothesis(STATE.value, "")),
    )


@solara.component
def Hypotheses(state: State, answers: Answers) -> None:
    """Show the register, and what edited values change."""
    language = state.language
    refusal, set_refusal = solara.use_state({"key": "", "words": ""})

    def edit(data: Mapping[str, Any]) -> None:
        key, value = str(data.get("key", "")), data.get("value")
        number = float(value) if isinstance(value, int | float) else None
        changed, told = research.with_hypothesis(STATE.value, key, number)
        set_refusal({"key": key if told else "", "words": told})
        STATE.value = changed

    def reset(key: str) -> None:
        set_refusal({"key": "", "words": ""})
        STATE.value = research.without_hypothesis(STATE.value, str(key))

    Effect(state, answers)
    HypothesisTable(
        texts=texts("research", language),
        language=language,
        rows=solara.use_memo(lambda: register_rows(language), [language]),
        themes=[
            {"key": key, "label": words(f"theme_{key}", language)}
            for key in sorted(set(themes().values()))
        ],
        edited=research.edited_props(state),
        refusal=refusal,
        event_edit=edit,
        event_reset=reset,
    )


@solara.component
def Effect(state: State, answers: Answers) -> None:
    """Show effects with the register and with edited values side by side, once both are known."""
    language = state.language
    registered = use_registered(state).best(state.months)
    edited = answers.best(state.months)

    def figure() -> Figure | None:
        if registered is None or edited is None:
            return None
        if not comparable(registered.comparison, edited.comparison):
            return None
        return edited_effect(registered.comparison, edited.comparison, state.indicator, language)

    made = solara.use_memo(figure, [registered, edited, state.indicator, language])
    if not state.overrides:
        solara.Div(classes=["an-card"], children=[words("effect_none", language)])
        return
    Progress(state, answers)
    IndicatorChoice(state, research.indicators(language))
    if made is None:
        solara.Div(classes=["an-card"], children=[words("effect_waiting", language)])
    else:
        FigureCard(made, language).key(made.key)


@solara.component
def Distributions(state: State, answers: Answers) -> None:
    """Show the pairs of one indicator, and its effects by group."""
    language, answer = state.language, answers.best(state.months)
    Progress(state, answers)
    with solara.Div(classes=["an-filters"]):
        IndicatorChoice(state, research.indicators(language))
        Choice(
            label=words("dimension", language),
            options=research.dimensions(language),
            value=state.breakdown,
            event_choose=lambda key: STATE.set(replace(STATE.value, breakdown=str(key))),
        )

    def figures() -> list[Figure]:
        if answer is None:
            return []
        comparison, key = answer.comparison, state.indicator
        return [
            distribution(comparison, key, language),
            by_group(comparison, key, state.breakdown, zone_names(), language),
        ]

    made = solara.use_memo(figures, [answer, state.indicator, state.breakdown, language])
    if not made:
        solara.Div(classes=["an-card"], children=[words("waiting_answer", language)])
    for figure in made:
        FigureCard(figure, language).key(figure.key)


@solara.component
def Network(state: State, answers: Answers) -> None:
    """Show who deals with whom around a firm, a buyer or a sector."""
    language, territory = state.language, services().territory
    centre, hops = state.focus or FIRST_SECTOR, state.hops

    def look() -> tuple[Figure | None, dict[str, Any]]:
        views = territory_views(territory)
        choices = _network_choices(territory, centre, language)
        try:
            return network(views, centre, language, hops=hops), choices
        except AncrageError:
            return None, choices

    dependencies = [territory, centre, hops, language]
    task = solara.lab.use_task(look, dependencies=dependencies, raise_error=False)

    def focus(code: str) -> None:
        if code:
            STATE.value = replace(STATE.value, focus=str(code)[:LONGEST_CODE])

    figure, choices = task.value if task.finished and task.value else (None, {})
    with solara.Div(classes=["an-card", "an-stack"]):
        solara.HTML(
            tag="h2", classes=["an-title"], unsafe_innerHTML=words("network_title", language)
        )
        solara.Div(children=[words("network_help", language)])
        AskCode(
            label=words("network_centre", language),
            button=words("network_show", language),
            value=centre,
            options=choices.get("codes", []),
            event_ask=focus,
        )
        with solara.Div(classes=["an-filters"]):
            for key in ("sectors", "firms"):
                if choices.get(key):
                    Choice(
                        label=words(f"network_{key[:-1]}", language),
                        options=[{"key": "", "label": words("network_choose", language)}]
                        + choices[key],
                        value=centre if any(o["key"] == centre for o in choices[key]) else "",
                        event_choose=focus,
                    )
            Choice(
                label=words("network_hops", language),
                options=[
                    {"key": str(n), "label": words(f"network_hops_{n}", language)} for n in (1, 2)
                ],
                value=str(hops),
                event_choose=lambda n: STATE.set(replace(STATE.value, hops=2 if n == "2" else 1)),
            )
    if figure is not None and not figure.rows:
        told = words("network_empty", language, code=centre)
        solara.Div(classes=["an-card"], attributes={"role": "status"}, children=[told])
    elif figure is not None:
        FigureCard(figure, language).key(figure.key)
    elif task.finished:
        told = words("network_unknown", language, code=centre)
        solara.Div(classes=["an-card"], attributes={"role": "alert"}, children=[told])
    else:
        told = words("network_preparing", language)
        solara.Div(classes=["an-card"], attributes={"role": "status"}, children=[told])


def _network_choices(territory: str, centre: str, language: Language) -> dict[str, Any]:
    """Return sectors, largest firms of the sector looked at, and codes that can be typed."""
    trade = territory_views(territory).trade
    sectors = [
        {"key": code, "label": f"{code} · {sector_label(code, language)}"} for code in trade.sectors
    ]
    buyers = [
        {"key": code, "label": name}
        for code, name in zip(trade.buyer_codes, trade.buyer_names, strict=True)
    ]
    sector = centre.rpartition("-")[0] or centre
    if sector not in trade.sectors:
        sector = FIRST_SECTOR
    firms = [{"key": code, "label": code} for code in largest_firms(trade, sector)]
    return {"sectors": sectors, "firms": firms, "codes": sectors + buyers}


@solara.component
def Data(state: State, answers: Answers) -> None:
    """Show what the data of the answer on screen are, how to take them and to run them again."""
    language, answer = state.language, answers.best(state.months)
    Progress(state, answers)
    if answer is None:
        solara.Div(classes=["an-card"], children=[words("waiting_answer", language)])
        return
    comparison = answer.comparison
    with solara.Div(classes=["an-card", "an-stack"]):
        _heading("data_title", language)
        for line in research.data_words(comparison, language):
            solara.Div(children=[line])
        Action(
            label=words("download_data", language),
            key_name="data",
            primary=True,
            event_act=lambda _: export_all("data", STATE.value, answers),
        )
        solara.Div(classes=["an-soft"], children=[words("download_note", language)])
        PlainTable(
            title=words("files_title", language),
            headings=[words("file", language), words("meaning", language)],
            rows=research.files_rows(language),
            name="files",
        )
    with solara.Div(classes=["an-card", "an-stack"]):
        _heading("reproduce_title", language)
        solara.Div(children=[words("reproduce_words", language)])
        if scenario_files(comparison):
            solara.Div(children=[words("reproduce_own", language)])
        copy = {"copy": words("copy", language), "copied": words("copied", language)}
        CodeBlock(label=words("command", language), code=command_line(comparison), **copy)
        CodeBlock(label=words("python", language), code=python_text(comparison), **copy)
    with solara.Div(classes=["an-card", "an-stack"]):
        PlainTable(
            title=words("record_title", language),
            headings=[words("record_item", language), words("record_value", language)],
            rows=research.record_rows(comparison, language),
            name="record",
        )
    with solara.Div(classes=["an-card", "an-stack"]):
        _heading("licences_title", language)
        for heading, lines in research.licences(language).items():
            PlainTable(
                title=heading,
                headings=[words("source", language)],
                rows=[[line] for line in lines],
                name=heading,
            )


def _heading(key: str, language: Language) -> None:
    solara.HTML(tag="h2", classes=["an-title"], unsafe_innerHTML=words(key, language))
