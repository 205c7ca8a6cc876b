"""Needs that few firms of the territory could take: points by EPCI, and a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from model.structure import CriticalNeed, Structure
from model.structure.structure import FEW_ABLE
from scenarios.results import BASELINE
from viz.figures import style
from viz.figures.epci_map import short_name
from viz.figures.figure import SCENARIO_COLOURS, SCENARIO_SYMBOLS, Cell, Column, Figure
from viz.figures.portfolio import family_label
from viz.figures.struck import quoted, words
from viz.figures.wording import spaced_figure
from viz.numbers import number
from viz.texts import Language, text

_MILLION = 1e6
_ROW = 30


def critical_needs(
    structure: Structure,
    zones: Mapping[str, str],
    buyers: Mapping[str, str],
    language: Language,
    *,
    seed: int = 1,
    scenario: str = BASELINE,
) -> Figure | None:
    """Return needs larger than the mean that fewer than three firms could take.

    None where there is none. Holders are not named, only the share of the largest.

    Parameters
    ----------
    zones, buyers
        Names of zones by key, in territory order, and of buyers by code.
    seed, scenario
        The world whose structure it is.
    """
    needs = structure.critical_needs
    if not needs:
        return None
    year, month = structure.month.split("-")
    when, world = f"{month}/{year}", quoted(scenario, language)
    values = {
        "count": len(needs),
        "none": sum(need.able_firms == 0 for need in needs),
        "few": FEW_ABLE,
        "value": number(sum(need.yearly_eur for need in needs) / _MILLION, 0, language),
    }
    meur = text("meur_a_year", language, table="territory")
    made = Figure(
        key="critical_needs" if scenario == BASELINE else f"critical_needs_{scenario}",
        title=words("needs_title", language, **values),
        caption=" ".join(
            (
                words("needs_world", language, seed=seed, month=when, scenario=world),
                words("needs_note", language),
                words("simulation", language),
            )
        ),
        option=_option(needs, zones, language, meur),
        columns=(
            Column("buyer", words("need_buyer", language)),
            Column("category", words("need_category", language)),
            Column("zone", "EPCI"),
            Column("value", words("need_value", language), meur, 2),
            Column("able", words("need_able", language), decimals=0),
            Column("near", words("need_near", language), decimals=0),
            Column("largest", words("need_largest", language), "%", 0),
            Column("renewal", words("need_renewal", language)),
            Column("central", words("need_central", language)),
        ),
        rows=tuple(_row(need, zones, buyers, language) for need in needs),
        description=words("needs_description", language, **values),
        sources=(
            words("source_needs", language, few=FEW_ABLE),
            text("source_synthetic", language, table="territory"),
        ),
        height=140 + _ROW * len(zones),
    )
    return spaced_figure(made, language)


def _row(
    need: CriticalNeed, zones: Mapping[str, str], buyers: Mapping[str, str], language: Language
) -> tuple[Cell, ...]:
    year, month = need.renewal.split("-")
    known = not math.isnan(need.largest_share)
    return (
        buyers.get(need.buyer, need.buyer),
        family_label(need.category, language),
        zones.get(need.zone, need.zone),
        need.yearly_eur / _MILLION,
        float(need.able_firms),
        float(need.able_near),
        100.0 * need.largest_share if known else None,
        f"{month}/{year}",
        words("yes" if need.central else "no", language),
    )


def _option(
    needs: Sequence[CriticalNeed], zones: Mapping[str, str], language: Language, meur: str
) -> style.Option:
    """Return one row an EPCI, a point a need at its yearly value, its look the able firms."""
    places = {zone: place for place, zone in enumerate(zones)}
    series: list[Any] = []
    for able in range(FEW_ABLE):
        points = [
            {
                "value": [need.yearly_eur / _MILLION, places[need.zone]],
                "tooltip": {"formatter": _told(need, language, meur)},
            }
            for need in needs
            if need.able_firms == able and need.zone in places
        ]
        shade = SCENARIO_COLOURS[(1, 2, 0)[able]]
        series.append(
            {
                "type": "scatter",
                "id": f"able {able}",
                "name": words(f"able_{able}", language),
                "data": points,
                "symbol": SCENARIO_SYMBOLS[able],
                "symbolSize": 12,
                "itemStyle": {"color": shade, "borderColor": "#ffffff", "opacity": 0.85},
            }
        )
    names = [short_name(name) for name in zones.values()]
    axis = style.value_axis("@number:1", type="log", name=meur, nameLocation="middle", nameGap=28)
    return style.base(
        grid={"left": 8, "right": 24, "top": 40, "bottom": 30, "containLabel": True},
        legend={"show": True, "top": 0, "left": 0, "textStyle": {"fontSize": style.TEXT}},
        tooltip={"trigger": "item", "confine": True},
        xAxis=axis,
        yAxis=style.category_axis(
            names, inverse=True, splitLine={"show": True, "lineStyle": {"color": style.FAINT}}
        ),
        series=series,
        media=[
            {
                "query": {"maxWidth": style.NARROW},
                # one line each
                "option": {"grid": {"top": 20 + 25 * FEW_ABLE}},
            }
        ],
    )


def _told(need: CriticalNeed, language: Language, meur: str) -> str:
    value = number(need.yearly_eur / _MILLION, 1, language)
    able = words(f"able_{need.able_firms}", language)
    return f"{family_label(need.category, language)}<br/>{value}\u00a0{meur}<br/>{able}"
