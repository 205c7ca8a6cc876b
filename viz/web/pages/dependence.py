"""The firms on which most others depend, on request: it takes minutes the first time."""

from __future__ import annotations

from dataclasses import replace

import solara
import solara.lab

from viz.figures.figure import Figure
from viz.figures.systemic_firms import FirmsAtRisk, risk_curve, systemic_firms
from viz.texts import Language, text
from viz.web.components import Choice
from viz.web.components.research import Action
from viz.web.figures import outlines
from viz.web.pages.parts import FigureList
from viz.web.risk import compute_risk, known_risk
from viz.web.services import services
from viz.web.session import STATE
from viz.web.state import State
from viz.web.zones import zone_names

MOST_CHOSEN = 30
"""Firms that can be looked at in the network explorer from here."""


@solara.component
def Dependence(state: State, research: bool = False) -> None:
    """Show these firms on the map and in a table; in Recherche also how risk is spread."""
    territory, language = services().territory, state.language
    asked, set_asked = solara.use_state(False)

    def find() -> FirmsAtRisk | None:
        known = known_risk(territory)
        return compute_risk(territory) if known is None and asked else known

    task = solara.lab.use_task(find, dependencies=[territory, asked], raise_error=False)
    found = task.value if task.finished else known_risk(territory)
    made: list[Figure | None] = solara.use_memo(
        lambda: [] if found is None else _figures(found, language, research),
        [found, language, research],
    )
    if found is None:
        with solara.Div(classes=["an-card", "an-stack"]):
            _heading("dependence_title", language)
            if task.error:
                words = text("figure_failed", language, table="web")
                solara.Div(attributes={"role": "alert"}, children=[words])
            elif asked:
                words = text("dependence_computing", language, table="web")
                solara.Div(attributes={"role": "status"}, children=[words])
            else:
                solara.Div(children=[text("dependence_note", language, table="web")])
                Action(
                    label=text("dependence_compute", language, table="web"),
                    key_name="dependence",
                    primary=True,
                    event_act=lambda _: set_asked(True),
                )
        return
    FigureList(made, language)
    if research:
        FirmChoice(state, found)


def _figures(firms: FirmsAtRisk, language: Language, research: bool) -> list[Figure | None]:
    from viz.web.figures import made_of

    def listed() -> Figure:
        return systemic_firms(firms, zone_names(), outlines(), language)

    def spread() -> Figure:
        return risk_curve(firms, zone_names(), language)

    return made_of([listed, spread] if research else [listed])


@solara.component
def FirmChoice(state: State, firms: FirmsAtRisk) -> None:
    """Open the network explorer on one of these firms."""
    codes = [firms.codes[row] for row in firms.first(MOST_CHOSEN)]
    with solara.Div(classes=["an-card", "an-filters"]):
        Choice(
            label=text("dependence_look", state.language, table="web"),
            options=[{"key": "", "label": text("dependence_choose", state.language, table="web")}]
            + [{"key": code, "label": code} for code in codes],
            value="",
            event_choose=lambda code: look_at(str(code)) if code in codes else None,
        )


def look_at(code: str) -> None:
    """Open the network explorer on a firm."""
    STATE.value = replace(STATE.value.go("research", "network"), focus=code)


def _heading(key: str, language: Language) -> None:
    words = text(key, language, table="web")
    solara.HTML(tag="h2", classes=["an-title"], unsafe_innerHTML=words)
