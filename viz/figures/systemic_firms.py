"""Firms on which most others depend: by EPCI in plain words, and all of them for research.

Firms are told by their synthetic identifiers alone. What is at risk is an upper bound: every input
is essential, nothing is replaced and no stock helps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viz.figures import style
from viz.figures.epci_map import MAP_HEIGHT, count_option, short_name
from viz.figures.figure import Cell, Column, Figure
from viz.figures.network import sector_label
from viz.figures.struck import words
from viz.figures.wording import spaced_figure
from viz.numbers import number, percent
from viz.outlines import Outlines
from viz.texts import Language, semicolon_in, text

MOST_LISTED = 20
_MOST_IN_TABLE = 100
_LEAST_DRAWN = 1e-6
"""Under it, firms are not drawn."""
_POINTS = 200
"""Ranks drawn, evenly spread on a logarithmic scale."""


@dataclass(frozen=True, eq=False)
class FirmsAtRisk:
    """Systemic risk of n firms, and who they are.

    Attributes
    ----------
    esri
        (n,), share of sales between firms lost if the firm alone fails, 0 to 1.
    codes, sectors, zones
        Synthetic identifiers, codes of sectors and keys of EPCI (n,).
    fte
        (n,), staff.
    """

    esri: NDArray[np.float64]
    codes: Sequence[str]
    sectors: Sequence[str]
    zones: Sequence[str]
    fte: NDArray[np.float64]

    def first(self, count: int) -> list[int]:
        """Return the rows of the highest risk, highest first."""
        return [int(row) for row in np.argsort(-self.esri, kind="stable")[:count]]


def systemic_firms(
    firms: FirmsAtRisk,
    names: Mapping[str, str],
    outlines: Outlines | None,
    language: Language,
    most: int = MOST_LISTED,
) -> Figure:
    """Return the firms on which most others depend: how many in each EPCI, and a table.

    Parameters
    ----------
    names
        Names of zones by key, in territory order.
    outlines
        Shapes of EPCI; the table alone is shown without.
    """
    rows = firms.first(most)
    shares = [float(firms.esri[row]) for row in rows]
    count = {zone: sum(firms.zones[row] == zone for row in rows) for zone in names}
    values = {
        "count": len(rows),
        "low": percent(min(shares), language),
        "high": percent(max(shares), language),
    }
    lines = [f"{short_name(name)} {count[zone]}" for zone, name in names.items()]
    notes = [words("systemic_note", language), words("map_not_ranked", language)]
    if outlines is not None and outlines.schematic:
        notes.append(text("map_schematic", language, table="territory"))
    made = Figure(
        key="systemic_firms",
        title=words("systemic_firms_title", language, **values),
        caption=" ".join([*notes, words("simulation", language)]),
        option=None if outlines is None else count_option(count, names, outlines, language),
        columns=_columns(words("systemic_share", language), language),
        rows=tuple(_row(firms, row, names, language) for row in rows),
        description=words(
            "systemic_firms_description",
            language,
            lines=semicolon_in(language).join(lines),
            **values,
        ),
        sources=_sources(language),
        maps={} if outlines is None else {f"epci-{outlines.key}": outlines.epci},
        height=MAP_HEIGHT,
    )
    return spaced_figure(made, language)


def risk_curve(firms: FirmsAtRisk, names: Mapping[str, str], language: Language) -> Figure:
    """Return the index of every firm by rank, both on logarithmic scales; for research."""
    ordered = np.sort(firms.esri)[::-1]
    ranks = _ranks(int((ordered >= _LEAST_DRAWN).sum()))
    points = [[rank, 100.0 * float(ordered[rank - 1])] for rank in ranks]
    values = {
        "firms": number(len(ordered), 0, language),
        "high": percent(float(ordered[0]), language),
        "median": percent(float(np.median(ordered)), language, 4),
        "over": percent(float(np.mean(ordered > 0.01)), language, 2),
    }
    made = Figure(
        key="risk_curve",
        title=words("risk_curve_title", language, **values),
        caption=" ".join(words(k, language) for k in ("systemic_note", "simulation")),
        option=_curve(points, language) if points else None,
        columns=_columns("ESRI", language),
        rows=tuple(_row(firms, row, names, language) for row in firms.first(_MOST_IN_TABLE)),
        description=words("risk_curve_description", language, listed=_MOST_IN_TABLE, **values),
        sources=(words("source_esri", language), *_sources(language)),
    )
    return spaced_figure(made, language)


def _ranks(firms: int) -> list[int]:
    """Return ranks from 1 to a number of firms, evenly spread on a logarithmic scale."""
    if firms < 1:
        return []
    spread = np.geomspace(1, firms, min(firms, _POINTS))
    return [int(rank) for rank in np.unique(np.rint(spread).astype(np.int64))]


def _sources(language: Language) -> tuple[str, ...]:
    return (
        words("source_systemic", language),
        text("source_synthetic", language, table="territory"),
    )


def _columns(share: str, language: Language) -> tuple[Column, ...]:
    return (
        Column("firm", words("firm", language)),
        Column("sector", words("sector", language)),
        Column("zone", "EPCI"),
        Column("fte", words("staff", language), words("fte", language), 0),
        Column("share", share, "%", 2),
    )


def _row(
    firms: FirmsAtRisk, row: int, names: Mapping[str, str], language: Language
) -> tuple[Cell, ...]:
    zone = firms.zones[row]
    return (
        firms.codes[row],
        sector_label(firms.sectors[row], language),
        names.get(zone, zone),
        float(firms.fte[row]),
        100.0 * float(firms.esri[row]),
    )


def _curve(points: list[list[float]], language: Language) -> style.Option:
    below = {"nameLocation": "middle", "nameGap": 28, "nameTextStyle": {"color": style.INK}}
    above = {"nameTextStyle": {"color": style.INK, "align": "left"}}
    return style.base(
        grid={"left": 8, "right": 24, "top": 36, "bottom": 32, "containLabel": True},
        tooltip={"trigger": "item"},
        xAxis=style.value_axis("@number:0", type="log", name=words("rank", language), **below),
        yAxis=style.value_axis("@number:4", type="log", name="ESRI (%)", **above),
        series=[
            {
                "type": "line",
                "id": "esri",
                "data": points,
                "symbol": "circle",
                "symbolSize": 5,
                "lineStyle": {"color": style.colour(0), "width": 2},
                "itemStyle": {"color": style.colour(0)},
            }
        ],
    )
