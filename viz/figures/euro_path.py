"""The euro's path: from kinds of buyers to holders inside or outside, then to its first uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from model.indicators.breakdowns import BUYER_KIND
from scenarios.compared import Comparison
from scenarios.euro_flows import HOLDERS, USES, EuroFlow
from scenarios.results import BASELINE
from viz.figures import style
from viz.figures.figure import Cell, Column, Figure
from viz.figures.sources import source_lines
from viz.figures.wording import (
    caption,
    is_provisional,
    lowered,
    measure_of_rows,
    period,
    spaced_figure,
    verdict,
    words,
)
from viz.numbers import number
from viz.tables import group_label
from viz.texts import Language, semicolon_in

INSIDE, OUTSIDE = HOLDERS["paid_local_holders"], HOLDERS["paid_outside_holders"]
ADDED = "added"
"""Where negative margins come from: a flow cannot be drawn below zero."""

_MILLION = 1e6
_THINNEST = 0.012
"""Share of all purchases under which a node has no room for its name."""
_COLOURS = {
    INSIDE: "#0072B2",
    OUTSIDE: "#D55E00",
    "inputs_outside": "#D55E00",
    "taxes_and_contributions": "#6A3D9A",
}
"""What stays inside is blue, what leaves orange, what goes to public funds violet; all labelled."""


_BROKEN: style.Option = {"width": 118, "overflow": "break"}
"""Labels of both sides on a phone: short of the nodes of the middle."""


def euro_path(comparison: Comparison, language: Language, run: str = BASELINE) -> Figure:
    """Return the flow diagram of one run: current practice, or a scenario by name."""
    flows = [flow for flow in comparison.flows if flow.scenario == run]
    drawn = drawn_flows(flows)
    notes = [words("euro_note", language)]
    if any(flow.source == ADDED for flow in drawn):
        notes.append(words("euro_negative", language))
    total = sum(flow.eur_per_year for flow in flows if flow.target in (INSIDE, OUTSIDE))
    made = Figure(
        key=f"euro_path_{run}",
        title=_title(comparison, flows, run, language),
        caption=caption(comparison, language, *notes),
        option=_option(drawn, total, language),
        columns=(
            Column("source", words("flow_source", language)),
            Column("target", words("flow_target", language)),
            Column("amount", words("flow_amount", language), _unit(language), 1),
            Column("share", words("flow_share", language), "%", 1),
        ),
        rows=_rows(flows, total, language),
        description=_description(comparison, flows, language),
        sources=source_lines(comparison, [*HOLDERS, *USES], language),
        height=400,
    )
    return spaced_figure(made, language)


def drawn_flows(flows: Sequence[EuroFlow]) -> list[EuroFlow]:
    """Return flows above zero: negative margins enter holders from a source of their own."""
    found: list[EuroFlow] = []
    for flow in flows:
        if flow.eur_per_year < 0.0:
            flow = replace(flow, source=ADDED, target=flow.source, eur_per_year=-flow.eur_per_year)
        if flow.eur_per_year > 0.0:
            found.append(flow)
    return found


def _unit(language: Language) -> str:
    return "M€" if language == "fr" else "€M"


def node_name(key: str, language: Language) -> str:
    """Return the name of a node: a kind of buyer, holders or a use."""
    if key in (*HOLDERS.values(), *USES.values(), ADDED):
        return words(f"node_{key}", language)
    return group_label(BUYER_KIND, key, {}, language)


def _title(comparison: Comparison, flows: Sequence[EuroFlow], run: str, language: Language) -> str:
    """Share 100 EUR out in words; under a scenario, add how sure the change is."""
    paid = {
        side: sum(flow.eur_per_year for flow in flows if flow.target == side)
        for side in (INSIDE, OUTSIDE)
    }
    total = sum(paid.values()) or 1.0
    uses = [
        words(
            "use",
            language,
            amount=number(100.0 * flow.eur_per_year / total, 0, language),
            name=lowered(node_name(flow.target, language)),
        )
        for flow in flows
        if flow.source == INSIDE
    ]
    key = "euro_lead_baseline" if run == BASELINE else "euro_lead_scenario"
    title = words(
        "euro_title",
        language,
        lead=words(key, language, scenario=run),
        inside=number(100.0 * paid[INSIDE] / total, 0, language),
        outside=number(100.0 * paid[OUTSIDE] / total, 0, language),
        uses=", ".join(uses),
    )
    if run == BASELINE:
        return title
    return title + words("euro_change", language, change=_change(comparison, run, language))


def _change(comparison: Comparison, run: str, language: Language) -> str:
    """Say how sure the change of what holders inside are paid is, per year."""
    if is_provisional(comparison):
        return words("euro_provisional", language)
    row = comparison.row(run, "paid_local_holders")
    found = verdict(row)
    if found in ("none", "undefined"):
        return words(found, language)
    yearly = 12.0 / comparison.months
    parts = {
        name: None if value is None else value * yearly
        for name, value in (("difference", row.difference), ("low", row.low), ("high", row.high))
    }
    row = replace(row, **parts)
    written = measure_of_rows([row], language)
    ends = {"low": written.change(row.low), "high": written.change(row.high)}
    low_high = words("between", language, unit=written.suffix, **ends)
    key = "euro_change_zero" if found == "zero" else "euro_change_sure"
    return words(key, language, low_high=low_high)


def _option(flows: Sequence[EuroFlow], total: float, language: Language) -> style.Option:
    entering: dict[str, float] = {}
    leaving: dict[str, float] = {}
    for flow in flows:
        leaving[flow.source] = leaving.get(flow.source, 0.0) + flow.eur_per_year
        entering[flow.target] = entering.get(flow.target, 0.0) + flow.eur_per_year
    keys = list(dict.fromkeys([f.source for f in flows] + [f.target for f in flows]))
    data: list[style.Option] = []
    narrow: list[style.Option] = []
    for key in keys:
        amount = max(entering.get(key, 0.0), leaving.get(key, 0.0))
        first = key not in entering
        last = key in USES.values()
        named = f"{node_name(key, language)} {number(amount / _MILLION, 0, language)}"
        node = {
            "name": key,
            "depth": 0 if first else 2 if last else 1,
            "itemStyle": {"color": _COLOURS.get(key, "#4d4d4d" if first else "#0072B2")},
            # those too thin for a label are named in the table
            "label": {
                "show": amount >= _THINNEST * total,
                "formatter": named,
                "position": "right" if first else "left",
            },
        }
        data.append(node)
        aside = {**node, "label": {**node["label"], **_BROKEN}}
        narrow.append(aside if first or last else {**node, "label": _upright(key, named)})
    links = [
        {
            "source": flow.source,
            "target": flow.target,
            "value": flow.eur_per_year / _MILLION,
            "lineStyle": {"color": "source" if flow.target == INSIDE else "target"},
        }
        for flow in flows
    ]
    return style.base(
        tooltip={"trigger": "item", "valueFormatter": "@number:1"},
        series=[
            {
                "type": "sankey",
                "id": "path",
                "left": 4,
                "right": 4,
                "top": 6,
                "bottom": 6,
                "nodeWidth": 12,
                "nodeGap": 9,
                "layoutIterations": 0,
                "draggable": False,
                "emphasis": {"focus": "adjacency"},
                "lineStyle": {"opacity": 0.28, "curveness": 0.5},
                "label": {
                    "fontSize": style.TEXT,
                    "color": style.INK,
                    "fontFamily": style.FONT,
                    "textBorderColor": "#ffffff",
                    "textBorderWidth": 3,
                },
                "data": data,
                "links": links,
            }
        ],
        media=[
            {
                "query": {"maxWidth": style.NARROW},
                "option": {"series": [{"id": "path", "nodeWidth": 18, "data": narrow}]},
            }
        ],
    )


def _upright(key: str, named: str) -> style.Option:
    """Return the label of a node of the middle on a phone: along the node, inside it."""
    return {
        "show": True,
        "formatter": named,
        "position": "inside",
        "rotate": 90,
        "color": "#000000" if key == OUTSIDE else "#ffffff",
        "textBorderWidth": 0,
        "fontSize": style.TEXT - 1,
        "fontWeight": "bold",
    }


def _rows(
    flows: Sequence[EuroFlow], total: float, language: Language
) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (
            node_name(flow.source, language),
            node_name(flow.target, language),
            flow.eur_per_year / _MILLION,
            100.0 * flow.eur_per_year / total if total > 0.0 else None,
        )
        for flow in flows
    )


def _description(comparison: Comparison, flows: Sequence[EuroFlow], language: Language) -> str:
    lines = [
        words(
            "flow_line",
            language,
            source=node_name(flow.source, language),
            target=node_name(flow.target, language),
            amount=number(flow.eur_per_year / _MILLION, 0, language),
        )
        for flow in flows
    ]
    joint = semicolon_in(language)
    told = {"period": period(comparison, language), "lines": joint.join(lines)}
    return words("euro_description", language, **told)
