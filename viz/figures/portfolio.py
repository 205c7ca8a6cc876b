"""*Cartographie des achats*: families of purchases, who could supply them, and what lever fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from model.procurement.categories import load_categories
from model.procurement.levers import load_levers
from model.procurement.portfolio import Family
from model.procurement.portfolio_rules import FittingRule, fitting_rules
from model.state import FIRST_YEAR
from viz.figures.bars import PART_COLOURS, part_style
from viz.figures.figure import Cell, Column, Figure
from viz.numbers import number, percent
from viz.texts import Language, text
from viz.words import law_words

if TYPE_CHECKING:
    from viz.territory_views import TerritoryViews

_TABLE = "territory"
_SHOWN = 16
"""Families in the chart, the largest; the table holds all."""
_BESIDE = 112
"""Width left for what stands beside the bars, pixels."""


def portfolio(views: TerritoryViews, language: Language) -> Figure:
    """Return the map of purchases of a territory."""
    families = sorted(views.families, key=lambda family: -family.yearly_eur)
    families = [family for family in families if family.yearly_eur > 0]
    notes = [text(key, language, table=_TABLE) for key in ("portfolio_caption", "one_world")]
    return Figure(
        key="portfolio",
        title=_title(families, language),
        caption=" ".join(notes),
        option=_option(families, language),
        columns=_columns(language),
        rows=tuple(_row(family, views.month, language) for family in families),
        description=_description(families, language),
        sources=tuple(
            text(key, language, table=_TABLE)
            for key in ("source_synthetic", "source_amounts", "source_footprint")
        ),
        why=(text("portfolio_levers_note", language, table=_TABLE),),
        height=110 + 46 * min(_SHOWN, len(families)),
    )


def family_label(key: str, language: Language) -> str:
    """Return the name of a family of purchases."""
    return next(str(getattr(c, f"label_{language}")) for c in load_categories() if c.key == key)


def fitting_reason(rule: FittingRule, family: Family, language: Language) -> str:
    """Return why a lever fits a family, with the family's own figures."""
    values: dict[str, str] = {
        "out_of_reach_share": percent(family.out_of_reach_share, language, 0),
        "few_bidders_share": percent(family.few_bidders_share, language, 0),
        "splittable_share": percent(family.splittable_share, language, 0),
        "labour_share": percent(family.labour_share, language, 0),
        "able_small_share": percent(family.able_small_share, language, 0),
        "structures": number(family.structures, 0, language),
        "able_structures": number(family.able_structures, 0, language),
        "able_firms": number(family.able_firms, 0, language),
        "suppliers": number(family.suppliers, 0, language),
        "median_lot_eur": f"{number(family.median_lot_eur / 1e3, 0, language)} k€",
        "kg_per_eur": f"{number(family.kg_per_eur, 2, language)} kgCO2e/€",
    }
    sentence: str = getattr(rule, f"reason_{language}")
    return sentence.format(**values)


def lever_label(key: str, language: Language) -> str:
    """Return the name of a lever."""
    return str(getattr(load_levers()[key], f"label_{language}"))


def _title(families: Sequence[Family], language: Language) -> str:
    total = sum(family.yearly_eur for family in families)
    running, top = 0.0, 0
    for family in families:
        if running >= total / 2:
            break
        running, top = running + family.yearly_eur, top + 1
    inclusive = [f for f in families if f.able_structures >= 1]
    few = [f for f in families if f.few_bidders_share >= 0.15]

    def meur(chosen: Sequence[Family]) -> str:
        return number(sum(f.yearly_eur for f in chosen) / 1e6, 0, language)

    return text(
        "portfolio_title",
        language,
        table=_TABLE,
        top=top,
        families=len(families),
        total=meur(families),
        inclusive=len(inclusive),
        inclusive_meur=meur(inclusive),
        few=len(few),
        few_meur=meur(few),
    )


def _columns(language: Language) -> tuple[Column, ...]:
    def named(key: str, unit: str = "", decimals: int | None = None) -> Column:
        return Column(key, text(key, language, table=_TABLE), unit, decimals)

    meur, tonnes = (text(key, language, table=_TABLE) for key in ("meur_a_year", "tonnes"))
    return (
        named("family"),
        named("yearly_meur", meur, 1),
        named("central_share", "%", 0),
        named("renewed_24", "%", 0),
        named("median_date"),
        named("usual_lot", text("keur", language, table=_TABLE), 0),
        named("suppliers", "", 0),
        named("able_firms", "", 0),
        named("structures", "", 0),
        named("able_structures", "", 0),
        named("emissions", tonnes, 0),
        named("intensity", "kgCO2e/€", 2),
        named("fitting_lever"),
        named("fitting_reason"),
        named("legal_basis"),
        named("other_levers"),
    )


def _row(family: Family, month: int, language: Language) -> tuple[Cell, ...]:
    rules = fitting_rules(family)
    best, others = rules[0], rules[1:3]
    reached = family.in_reach_eur > 0
    return (
        family_label(family.key, language),
        family.yearly_eur / 1e6,
        100.0 * family.out_of_reach_share,
        100.0 * family.renewed_share if reached else None,
        _quarter(month + family.median_months) if reached else "",
        family.median_lot_eur / 1e3,
        family.suppliers,
        family.able_firms,
        family.structures,
        family.able_structures,
        family.emissions_t,
        family.kg_per_eur,
        lever_label(best.lever, language),
        fitting_reason(best, family, language),
        law_words(best.articles, language),
        "\u202f; ".join(lever_label(rule.lever, language) for rule in others),
    )


def _quarter(month: float) -> str:
    """Return the quarter of a month counted from January 2024, ``"2027-T1"``."""
    whole = int(month)
    return f"{FIRST_YEAR + whole // 12}-T{whole % 12 // 3 + 1}"


def _option(families: Sequence[Family], language: Language) -> dict[str, object]:
    shown = families[:_SHOWN]
    ink = {"fontSize": 12, "color": "#1a1a1a"}
    series: list[dict[str, object]] = [
        {
            "type": "bar",
            "name": text(f"bar_{part}", language, table=_TABLE),
            "stack": "all",
            "barWidth": 16,
            "itemStyle": part_style(part),
            "data": [
                {
                    "value": round(_parts(family)[part] / 1e6, 3),
                    "tooltip": {"formatter": _tooltip(family, language)},
                }
                for family in shown
            ],
        }
        for part in PART_COLOURS
    ]
    series.append(
        {
            "type": "bar",
            "stack": "all",
            "silent": True,
            "tooltip": {"show": False},
            "data": [
                {"value": 0, "label": {"formatter": _beside(family, language)}} for family in shown
            ],
            "label": {**ink, "show": True, "position": "right", "distance": 6, "lineHeight": 15},
        }
    )
    return {
        "animation": False,
        "grid": {"left": 4, "right": _BESIDE, "top": 92, "bottom": 8, "containLabel": True},
        "legend": {
            "top": 0,
            "left": 0,
            "itemWidth": 26,
            "itemHeight": 14,
            "itemGap": 10,
            "data": [text(f"bar_{part}", language, table=_TABLE) for part in PART_COLOURS],
            "textStyle": {"fontSize": 13, "color": "#1a1a1a"},
        },
        "tooltip": {"trigger": "item", "confine": True, "textStyle": {"fontSize": 13}},
        "xAxis": {
            "type": "value",
            "position": "top",
            "splitNumber": 3,
            "axisLabel": {**ink, "formatter": "@number:0", "hideOverlap": True},
            "splitLine": {"lineStyle": {"color": "#e0e0e0"}},
        },
        "yAxis": {
            "type": "category",
            "inverse": True,
            "name": text("meur_a_year", language, table=_TABLE),
            "nameLocation": "start",
            "nameGap": 8,
            "nameTextStyle": {**ink, "align": "right", "padding": [0, 12, 0, 0]},
            "axisTick": {"show": False},
            "data": [_name(family, language) for family in shown],
            "axisLabel": {
                **ink,
                "interval": 0,
                "width": 142,
                "overflow": "break",
                "lineHeight": 14,
            },
        },
        "series": series,
    }


def _parts(family: Family) -> dict[str, float]:
    return {
        "renewed": family.renewed_eur,
        "committed": family.in_reach_eur - family.renewed_eur,
        "out_of_reach": family.out_of_reach_eur,
    }


def _name(family: Family, language: Language) -> str:
    """Write a family in short, with the lever that fits below."""
    name = family_label(family.key, language).split(" (")[0].split(",")[0]
    lever: str = getattr(fitting_rules(family)[0], f"short_{language}")
    return f"{name}\n→ {lever}"


def _beside(family: Family, language: Language) -> str:
    """Write able firms, inclusive structures and footprint, beside the bar."""
    kilotonnes = family.emissions_t / 1e3
    lines = [
        text(
            "beside_firms",
            language,
            table=_TABLE,
            able=number(family.able_firms, 0, language),
        )
    ]
    if family.able_structures >= 1:
        count = number(family.able_structures, 0, language)
        lines[0] += f" · ◆ {count}"
    lines.append(f"{number(kilotonnes, 0 if kilotonnes >= 10 else 1, language)} ktCO2e")
    return "\n".join(lines)


def _tooltip(family: Family, language: Language) -> str:
    label = family_label(family.key, language)
    able, amount = number(family.able_firms, 0, language), family.yearly_eur / 1e6
    colon = "\u00a0: " if language == "fr" else ": "
    lines = [
        f"<b>{label}</b>",
        f"{number(amount, 1, language)} {text('meur_a_year', language, table=_TABLE)}",
        f"{text('able_firms', language, table=_TABLE)}{colon}{able}",
        f"{text('able_structures', language, table=_TABLE)}{colon}"
        f"{number(family.able_structures, 0, language)}",
        f"{text('fitting_lever', language, table=_TABLE)}{colon}"
        f"{lever_label(fitting_rules(family)[0].lever, language)}",
    ]
    return "<br/>".join(lines)


def _description(families: Sequence[Family], language: Language) -> str:
    able = [family.able_firms for family in families]
    amounts = [family.yearly_eur / 1e6 for family in families]
    largest = families[0]
    return text(
        "portfolio_description",
        language,
        table=_TABLE,
        families=min(_SHOWN, len(families)),
        total=len(families),
        least=number(min(able), 0, language),
        most=number(max(able), 0, language),
        low=number(min(amounts), 1, language),
        high=number(max(amounts), 1, language),
        largest=family_label(largest.key, language),
        largest_meur=number(amounts[0], 0, language),
        largest_able=number(largest.able_firms, 0, language),
    )
