"""*Achats adressables*: by year, what comes to competition, what is committed or out of reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viz.figures import style
from viz.figures.bars import PART_COLOURS, PART_INK, part_style
from viz.figures.figure import Cell, Column, Figure
from viz.numbers import number, percent
from viz.purchases import PARTS, ReachedPurchases
from viz.texts import Language, text

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TABLE = "territory"


def addressable(found: ReachedPurchases, language: Language) -> Figure:
    """Return purchases by year, all groups together."""
    meur = {part: found.amounts(part).sum(axis=1) / 1e6 for part in PARTS}
    years = found.purchases.years
    total = sum(meur.values())
    rows: list[tuple[Cell, ...]] = [
        (
            str(year),
            *(float(meur[part][y]) for part in PARTS),
            float(total[y]),
            100.0 * float(meur["renewed"][y] / total[y]),
        )
        for y, year in enumerate(years)
    ]

    def written(values: NDArray[np.float64] | float) -> str:
        return number(float(values), 0, language)

    title = text(
        "addressable_title",
        language,
        table=_TABLE,
        first=years[0],
        renewed=written(meur["renewed"][0]),
        total=written(total[0]),
        share=percent(float(meur["renewed"][0] / total[0]), language, 0),
        committed=written(meur["committed"][0]),
        out=written(meur["out_of_reach"][0]),
    )
    description = text(
        "addressable_description",
        language,
        table=_TABLE,
        first=years[0],
        last=years[-1],
        low=written(meur["renewed"].min()),
        high=written(meur["renewed"].max()),
        committed_low=written(meur["committed"].min()),
        committed_high=written(meur["committed"].max()),
        out=written(meur["out_of_reach"][0]),
    )
    return Figure(
        key="addressable",
        title=title,
        caption=_caption(found, language),
        option=_option([str(y) for y in years], meur, language, upright=True),
        columns=_columns("year", language),
        rows=tuple(rows),
        description=description,
        sources=_sources(language),
        height=380,
    )


_NARROW = {
    "query": {"maxWidth": style.NARROW},
    "option": {"yAxis": {"axisLabel": {"width": 160}}},
}
"""On a phone, names take two lines of what leaves room for the bars."""


def addressable_by_group(found: ReachedPurchases, year: int, language: Language) -> Figure:
    """Return the purchases of one year by family or kind of buyer, largest first."""
    y = found.purchases.years.index(year)
    amounts = {part: found.amounts(part)[y] / 1e6 for part in PARTS}
    whole = sum(amounts.values())
    order = [int(g) for g in np.argsort(-whole, kind="stable") if whole[g] > 0]
    labels = found.labels_fr if language == "fr" else found.labels_en
    shares = [float(amounts["renewed"][g] / whole[g]) for g in order]
    kind = "category" if found.by == "category" else "buyer_kind"
    rows: list[tuple[Cell, ...]] = [
        (
            labels[g],
            *(float(amounts[part][g]) for part in PARTS),
            float(whole[g]),
            100.0 * share,
        )
        for g, share in zip(order, shares, strict=True)
    ]
    title = text(
        "addressable_group_title",
        language,
        table=_TABLE,
        year=year,
        low=percent(min(shares), language, 0),
        high=percent(max(shares), language, 0),
        what=text(f"what_{kind}", language, table=_TABLE),
    )
    return Figure(
        key=f"addressable_by_{kind}",
        title=title,
        caption=_caption(found, language),
        option=_option(
            [labels[g] for g in order],
            {part: amounts[part][order] for part in PARTS},
            language,
            upright=False,
        ),
        columns=_columns("family" if kind == "category" else "buyer_kind", language),
        rows=tuple(rows),
        description=text(
            "addressable_group_description", language, table=_TABLE, groups=len(order)
        ),
        sources=_sources(language),
        height=110 + 33 * len(order),
    )


def _caption(found: ReachedPurchases, language: Language) -> str:
    conceded = number(sum(found.conceded_eur.values()) / 1e6, 1, language)
    return " ".join(
        (
            text("purchases_note", language),
            text("concessions_apart", language, amount=conceded),
            text("one_world", language, table=_TABLE),
        )
    )


def _sources(language: Language) -> tuple[str, ...]:
    keys = ("source_synthetic", "source_amounts", "ends_drawn")
    return tuple(text(key, language, table=_TABLE) for key in keys)


def _columns(first: str, language: Language) -> tuple[Column, ...]:
    meur = text("meur", language, table=_TABLE)
    return (
        Column(first, text(first, language, table=_TABLE)),
        *(Column(p, text(f"part_{p}", language, table=_TABLE), meur, 1) for p in PARTS),
        Column("total", text("total", language, table=_TABLE), meur, 1),
        Column("share_renewed", text("share_renewed", language, table=_TABLE), "%", 0),
    )


def _option(
    names: list[str],
    meur: dict[str, NDArray[np.float64]],
    language: Language,
    *,
    upright: bool,
) -> dict[str, object]:
    ink = {"fontSize": 12, "color": "#1a1a1a"}
    most = float(sum(meur.values()).max())
    groups = {
        "type": "category",
        "data": names,
        "axisLabel": {**ink, "hideOverlap": True},
        "axisTick": {"show": False},
    }
    if not upright:
        groups |= {
            "inverse": True,
            "axisLabel": {
                **ink,
                "interval": 0,
                "width": 190,
                "overflow": "break",
                "lineHeight": 14,
            },
        }
    amounts = {
        "type": "value",
        "name": text("meur_a_year", language, table=_TABLE),
        "nameTextStyle": {**ink, "align": "left" if upright else "right"},
        "axisLabel": {**ink, "formatter": "@number:0", "hideOverlap": True},
        "splitNumber": 4,
        "splitLine": {"lineStyle": {"color": "#e0e0e0"}},
    }
    if not upright:
        amounts |= {"nameLocation": "end", "nameGap": 6, "position": "top"}
        amounts["name"] = ""
    series: list[dict[str, object]] = []
    for part in PARTS:
        series.append(
            {
                "type": "bar",
                "name": text(f"part_{part}", language, table=_TABLE),
                "stack": "all",
                "barCategoryGap": "25%",
                "itemStyle": part_style(part),
                "label": {
                    "show": True,
                    "formatter": "@number:0",
                    "fontSize": 12,
                    "color": PART_INK[part],
                    "backgroundColor": PART_COLOURS[part],
                    "padding": [1, 2],
                },
                "labelLayout": {"hideOverlap": True},
                "data": [
                    {"value": round(float(v), 3), "label": {"show": bool(v > 0.06 * most)}}
                    for v in meur[part]
                ],
            }
        )
    return {
        "animation": False,
        "grid": {
            "left": 8,
            "right": 16 if upright else 24,
            "top": 92 if upright else 84,
            "bottom": 8,
            "containLabel": True,
        },
        "legend": {
            "top": 0,
            "left": 0,
            "itemWidth": 26,
            "itemHeight": 16,
            "itemGap": 12,
            "textStyle": {"fontSize": 13, "color": "#1a1a1a"},
        },
        "tooltip": {
            "trigger": "axis",
            "axisPointer": {"type": "shadow"},
            "confine": True,
            "valueFormatter": "@number:1",
            "textStyle": {"fontSize": 13},
        },
        "xAxis": groups if upright else amounts,
        "yAxis": amounts if upright else groups,
        "series": series,
        **({} if upright else {"media": [_NARROW]}),
    }
