"""What a territory holds, by EPCI, and how far each figure is real, estimated or synthetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viz.figures.epci_map import short_name
from viz.figures.figure import Cell, Column, Figure
from viz.numbers import number
from viz.readme import STATUSES, SYNTHETIC, source_lines, sources
from viz.texts import Language, text

if TYPE_CHECKING:
    from model.territory.territory import Territory

_TABLE = "territory"
_INK = {"fontSize": 12, "color": "#1a1a1a"}
_MEASURES = ("population", "jobs", "buyers", "purchases")


def territory_facts(territory: Territory, language: Language) -> Figure:
    """Return people, jobs, buyers and purchases by EPCI, in the order of the territory."""
    zones, count = territory.zones, len(territory.zones.keys)
    firms, buyers = territory.firms, territory.buyers
    spent = buyers.envelope_eur @ buyers.performance(count) / 1e6
    columns = {
        "population": zones.population,
        "jobs": np.bincount(firms.zone, weights=firms.fte + firms.posts_fte, minlength=count),
        "buyers": np.bincount(buyers.zone, minlength=count).astype(np.float64),
        "purchases": spent,
    }
    totals = {key: float(values.sum()) for key, values in columns.items()}
    rows: list[tuple[Cell, ...]] = [
        (name, *(float(columns[key][z]) for key in _MEASURES)) for z, name in enumerate(zones.names)
    ]
    rows.append((text("total", language, table=_TABLE), *(totals[key] for key in _MEASURES)))
    written = {key: number(value, 0, language) for key, value in totals.items()}
    return Figure(
        key="territory_facts",
        title=text("facts_title", language, table=_TABLE, zones=count, **written),
        caption=text("facts_caption", language, table=_TABLE),
        option=_option(territory, columns, language),
        columns=(Column("epci", "EPCI"), *(_column(key, language) for key in _MEASURES)),
        rows=tuple(rows),
        description=text("facts_description", language, table=_TABLE, zones=count, **written),
        sources=tuple(source_lines("real")),
        height=72 + 40 * count,
    )


def data_status(language: Language) -> Figure:
    """Return how the embedded tables were come by, and what is drawn: a table without a chart."""
    counts = {status: sum(e["status"] == status for e in sources()) for status in STATUSES}
    rows: list[tuple[Cell, ...]] = [
        (
            text(f"status_{status}", language, table=_TABLE),
            text(f"status_{status}_meaning", language, table=_TABLE),
            counts[status],
            text(f"status_{status}_examples", language, table=_TABLE),
        )
        for status in STATUSES
    ]
    rows.append(
        (
            text("status_synthetic", language, table=_TABLE),
            text("status_synthetic_meaning", language, table=_TABLE),
            None,
            text("status_synthetic_examples", language, table=_TABLE),
        )
    )
    return Figure(
        key="data_status",
        title=text("status_title", language, table=_TABLE, **counts),
        caption=text("status_caption", language, table=_TABLE),
        columns=(
            Column("status", text("status", language, table=_TABLE)),
            Column("meaning", text("status_meaning", language, table=_TABLE)),
            Column("tables", text("status_tables", language, table=_TABLE), "", 0),
            Column("examples", text("status_examples", language, table=_TABLE)),
        ),
        rows=tuple(rows),
        description=text("status_description", language, table=_TABLE, synthetic=len(SYNTHETIC)),
        sources=tuple(source_lines()),
    )


def _column(key: str, language: Language) -> Column:
    unit = {
        "jobs": text("fte", language, table=_TABLE),
        "purchases": text("meur_a_year", language, table=_TABLE),
    }
    label = text(f"facts_{key}", language, table=_TABLE)
    return Column(key, label, unit.get(key, ""), 1 if key == "purchases" else 0)


def _option(
    territory: Territory, columns: dict[str, np.ndarray], language: Language
) -> dict[str, object]:
    """Return bars of purchases with people and jobs written beside them."""
    bars = []
    for z in range(len(territory.zones.keys)):
        people, jobs = (number(columns[k][z] / 1e3, 1, language) for k in ("population", "jobs"))
        amount = number(columns["purchases"][z], 0, language)
        label = text(
            "facts_beside", language, table=_TABLE, amount=amount, people=people, jobs=jobs
        )
        bars.append(
            {"value": round(float(columns["purchases"][z]), 2), "label": {"formatter": label}}
        )
    return {
        "animation": False,
        "grid": {"left": 4, "right": 124, "top": 36, "bottom": 8, "containLabel": True},
        "tooltip": {"show": False},
        "xAxis": {
            "type": "value",
            "position": "top",
            "splitNumber": 3,
            "axisLabel": {**_INK, "formatter": "@number:0", "hideOverlap": True},
            "splitLine": {"lineStyle": {"color": "#e0e0e0"}},
        },
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [short_name(name) for name in territory.zones.names],
            "name": text("meur_a_year", language, table=_TABLE),
            "nameLocation": "start",
            "nameGap": 8,
            "nameTextStyle": {**_INK, "align": "right", "padding": [0, 12, 0, 0]},
            "axisTick": {"show": False},
            "axisLabel": {
                **_INK,
                "interval": 0,
                "width": 110,
                "overflow": "break",
                "lineHeight": 14,
            },
        },
        "series": [
            {
                "type": "bar",
                "barWidth": 16,
                "itemStyle": {"color": "#0072B2"},
                "label": {**_INK, "show": True, "position": "right", "lineHeight": 15},
                "data": bars,
            }
        ],
    }
