"""Supply network around a firm, a buyer or a sector, by synthetic identifiers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from model.networks.neighbourhood import Neighbourhood, Node, neighbourhood
from model.territory.sectors import sector
from viz.figures.epci_map import short_name
from viz.figures.figure import Cell, Column, Figure
from viz.numbers import number
from viz.texts import Language, text

if TYPE_CHECKING:
    from viz.territory_views import TerritoryViews

_TABLE = "territory"
_INK = {"fontSize": 12, "color": "#1a1a1a", "textBorderColor": "#ffffff", "textBorderWidth": 2}
_COLOURS = {
    "firm": "#0072B2",
    "sector": "#0072B2",
    "buyer": "#D55E00",
    "outside": "#8a8a8a",
    "others": "#4d4d4d",
}
MOST_SHOWN = 40
_STRUCTURES = ("ACI", "EI", "ETTI", "AI", "EA", "ESAT")


def network(
    views: TerritoryViews, centre: str, language: Language, *, hops: int = 1, most: int = MOST_SHOWN
) -> Figure:
    """Return who sells to and buys from a party, in M€ a year.

    Parameters
    ----------
    centre
        ``"FZ-0123"`` a firm, ``"commune-62193"`` a buyer, ``"FZ"`` a sector.
    hops
        1, or 2 with suppliers of suppliers and clients of clients.

    Raises
    ------
    AncrageError
        There is no such party.
    """
    found = neighbourhood(views.trade, centre, hops, most)
    names = {name: node_label(node, language) for name, node in _by_name(found).items()}
    rows: list[tuple[Cell, ...]] = [
        (names[seller], names[client], eur / 1e6)
        for seller, client, eur in sorted(found.edges, key=lambda edge: -edge[2])
    ]
    bought, sold = (_amount(eur, language) for eur in (found.bought_eur, found.sold_eur))
    suppliers, clients = (
        sum(
            n.members if n.kind == "others" else 1
            for n in found.nodes
            if n.side == s and n.hop == 1
        )
        for s in (-1, 1)
    )
    values = {
        "centre": node_label(found.centre, language),
        "bought": bought,
        "sold": sold,
        "suppliers": number(suppliers, 0, language),
        "clients": number(clients, 0, language),
    }
    notes = [text("network_caption", language, table=_TABLE)]
    if hops > 1:
        notes.append(text("network_second_hop", language, table=_TABLE))
    meur = text("meur_a_year", language, table=_TABLE)
    return Figure(
        key="network",
        title=text(_title_key(found), language, table=_TABLE, **values),
        caption=" ".join(notes),
        option=_option(found, names, language) if found.edges else None,
        columns=(
            Column("seller", text("seller", language, table=_TABLE)),
            Column("client", text("client", language, table=_TABLE)),
            Column("amount", text("yearly_meur", language, table=_TABLE), meur, 3),
        ),
        rows=tuple(rows),
        description=text("network_description", language, table=_TABLE, **values),
        sources=(text("source_synthetic", language, table=_TABLE),),
        height=_height(found),
    )


def _title_key(found: Neighbourhood) -> str:
    if not found.sold_eur:
        return "network_title_bought"
    return "network_title" if found.bought_eur else "network_title_sold"


def sector_label(code: str, language: Language) -> str:
    """Return the name of a sector."""
    return str(getattr(sector(code), f"label_{language}"))


def node_label(node: Node, language: Language) -> str:
    """Name a party in full, ``"Entreprise FZ-0123 · Construction · 12 ETP · Calaisis"``."""
    if node.kind == "firm":
        key = "node_structure" if node.firm_kind in _STRUCTURES else "node_firm"
        head = text(key, language, table=_TABLE, code=node.code, kind=node.firm_kind)
        staff = f"{number(node.fte, 0 if node.fte >= 10 else 1, language)}\u00a0"
        staff += text("fte", language, table=_TABLE)
        return " · ".join((head, sector_label(node.sector, language), staff, short_name(node.zone)))
    if node.kind == "sector":
        count = text(
            "node_members", language, table=_TABLE, count=number(node.members, 0, language)
        )
        return f"{sector_label(node.sector, language)} ({count})"
    if node.kind == "buyer":
        if node.name:
            return node.name
        return f"{text(f'kind_{node.buyer_kind}', language)} ({number(node.members, 0, language)})"
    if node.kind == "others":
        return text("node_others", language, table=_TABLE, count=number(node.members, 0, language))
    return text("node_outside", language, table=_TABLE)


def _short(node: Node, language: Language) -> str:
    """Name a party for the chart."""
    trade = sector_label(node.sector, language) if node.sector else ""
    trade = re.split(r", | et | and ", trade)[0]
    if node.kind == "firm":
        return f"{node.code} · {trade}"
    return trade if node.kind == "sector" else node_label(node, language)


def _by_name(found: Neighbourhood) -> Mapping[str, Node]:
    """Return the nodes by the names that edges use."""
    return {node.name_of_edge: node for node in found.nodes}


def _amount(eur: float, language: Language) -> str:
    scale, unit = (1e6, "M€") if eur >= 1e6 else (1e3, "k€")
    return f"{number(eur / scale, 1 if scale == 1e6 else 0, language)}\u00a0{unit}"


def _height(found: Neighbourhood) -> int:
    rows = max(sum(n.side == side and n.hop == 1 for n in found.nodes) for side in (-1, 1))
    return max(260, 70 + 34 * rows)


def _option(
    found: Neighbourhood, names: Mapping[str, str], language: Language
) -> dict[str, object]:
    """Return a flow diagram of the first hop: amounts further out are not of the same size."""
    shown = {name: node for name, node in _by_name(found).items() if node.hop <= 1}
    left = int(any(node.side < 0 for node in shown.values()))
    right = any(node.side > 0 for node in shown.values())
    nodes: list[dict[str, object]] = []
    for name, node in shown.items():
        place = "right" if node.side < 0 else "left"
        if node.side == 0:
            place = "top" if left and right else "left" if left else "right"
        label: dict[str, object] = {
            "formatter": _short(node, language),
            "position": place,
            "width": 140,
            "overflow": "break",
            "lineHeight": 13,
        }
        if node.side == 0:
            label |= {"fontWeight": "bold", "width": 220}
        nodes.append(
            {
                "name": name,
                "depth": left + node.side,
                "itemStyle": {"color": _COLOURS[node.kind], "borderColor": "#ffffff"},
                "label": label,
                "tooltip": {"formatter": names[name]},
            }
        )
    links: list[dict[str, object]] = [
        {
            "source": seller,
            "target": client,
            "value": round(eur / 1e6, 6),
            "tooltip": {
                "formatter": f"{names[seller]}<br/>→ {names[client]}<br/>{_amount(eur, language)}"
            },
        }
        for seller, client, eur in found.edges
        if seller in shown and client in shown
    ]
    return {
        "animation": False,
        "tooltip": {"trigger": "item", "confine": True, "textStyle": {"fontSize": 13}},
        "series": [
            {
                "type": "sankey",
                "left": 4,
                "right": 4,
                "top": 32,
                "bottom": 20,
                "nodeWidth": 12,
                "nodeGap": 22,
                "draggable": False,
                "layoutIterations": 32,
                "lineStyle": {"color": "#9fb7c9", "opacity": 0.5, "curveness": 0.5},
                "emphasis": {"focus": "adjacency"},
                "label": _INK,
                "data": nodes,
                "links": links,
            }
        ],
    }
