"""The table of a scheme (SPASER), its means and risks, and real values against expected ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scenarios.spaser.register import load_categories, load_obstacles, load_rules
from scenarios.statistics import PAIRS_FOR_A_BAND
from viz.figures.figure import Cell, Column, Figure
from viz.figures.spaser_chart import chart_height, chart_option
from viz.numbers import ABSENT, number, percent
from viz.sentences import readiness
from viz.texts import Language, semicolon_in, text, words_of

if TYPE_CHECKING:
    from scenarios.spaser import Spaser, SpaserRow
    from scenarios.spaser.obstacles import Risk
    from scenarios.spaser.real import Compared
    from scenarios.spaser.register import Unit

words = words_of("spaser")
"""Texts of the table of a scheme."""

UNITS: tuple[Unit, ...] = ("number", "value")


def category_label(category: str, language: Language) -> str:
    """Return the name of a category."""
    entry = load_categories()[category]
    return entry.label_fr if language == "fr" else entry.label_en


def buyer_name(study: Spaser, buyer: str, language: Language) -> str:
    """Return the name of a buyer, or of those chosen together."""
    from scenarios.spaser.results import TOGETHER

    return words("together", language) if buyer == TOGETHER else study.name_of(buyer)


def pairs_words(study: Spaser, language: Language) -> str:
    """Write the number of pairs."""
    return text("pairs_one" if study.pairs == 1 else "pairs_many", language, pairs=study.pairs)


def spaser_table(study: Spaser, buyer: str, unit: Unit, language: Language) -> Figure:
    """Return the table of a buyer in one unit: a row a category and year."""
    rows = [row for row in study.rows if (row.buyer, row.unit) == (buyer, unit)]
    money = unit == "value"
    columns = (
        Column("category", words("category", language)),
        Column("year", words("year", language)),
        Column("contracts", words("contracts", language), "", 0),
        Column("baseline", words("baseline", language), "%", 1),
        Column("value", words("value", language), "%", 1),
        Column("low", words("low", language), "%", 1),
        Column("high", words("high", language), "%", 1),
        Column(
            "amount", words(f"amount_{unit}", language), "k€" if money else "", 0 if money else 1
        ),
        Column("target", words("target", language), "%", 1),
        Column("reached", words("reached", language), "%", 0),
        Column("note", words("status", language)),
    )
    # the caption says itself what the range is
    known = text("interval_name", language)
    told = readiness(study.pairs, study.months, study.central, language)
    notes = [note for note in told if note != known]
    last = [row for row in rows if row.first_year == study.years[-1]]
    labels = [category_label(row.category, language) for row in last]
    return Figure(
        key=f"spaser_{buyer}_{unit}",
        title=_title(study, buyer, unit, rows, language),
        caption=" ".join([_caption(study, language), *notes]),
        columns=columns,
        rows=tuple(_cells(row, money, language) for row in rows),
        description=_description(last, labels, study.years[-1], language),
        option=chart_option(last, labels, language),
        sources=definitions(language),
        height=chart_height(last),
    )


def _description(
    rows: Sequence[SpaserRow], labels: Sequence[str], year: int, language: Language
) -> str:
    """Tell each category of a year in words."""

    def told(row: SpaserRow, label: str) -> str:
        ends = [ABSENT if v is None else number(v, 1, language) for v in (row.low, row.high)]
        values = {"label": label, "low": ends[0], "high": ends[1]}
        base = ABSENT if row.baseline is None else number(row.baseline, 1, language)
        return words("chart_line", language, **values, base=base)

    lines = [told(row, label) for row, label in zip(rows, labels, strict=True)]
    return words("chart", language, year=year, lines=semicolon_in(language).join(lines))


def _amount_column(unit: Unit, language: Language) -> Column:
    label = words(f"amount_{unit}", language)
    return Column("amount", label, "k€", 0) if unit == "value" else Column("amount", label, "", 1)


def _cells(row: SpaserRow, money: bool, language: Language) -> tuple[Cell, ...]:
    return (
        category_label(row.category, language),
        str(row.first_year),
        row.contracts,
        row.baseline,
        row.value,
        row.low,
        row.high,
        row.amount / 1e3 if money else row.amount,
        row.target,
        None if row.reached is None else 100.0 * row.reached,
        words(f"reason_{row.reason}", language) if row.reason else "",
    )


def _title(
    study: Spaser, buyer: str, unit: Unit, rows: Sequence[SpaserRow], language: Language
) -> str:
    last = [row for row in rows if row.first_year == study.years[-1]]
    some = sum(row.target is not None for row in last)
    key = "title_ready" if some else "title_none"
    if study.pairs < PAIRS_FOR_A_BAND:
        key = "title_provisional"
    return words(
        key,
        language,
        buyer=buyer_name(study, buyer, language),
        unit=words(f"unit_{unit}", language),
        year=study.years[-1],
        some=some,
        all=len(last),
        pairs=pairs_words(study, language),
    )


def _caption(study: Spaser, language: Language) -> str:
    rules = load_rules()
    return words(
        "caption",
        language,
        reach=percent(rules.reach, language, 0),
        fewest=number(rules.fewest_contracts, 0, language),
        pairs=pairs_words(study, language),
    )


def definitions(language: Language) -> tuple[str, ...]:
    """Return what each category counts, a sentence each."""
    french = language == "fr"
    colon = " : " if french else ": "
    return tuple(
        category_label(key, language) + colon + (e.definition_fr if french else e.definition_en)
        for key, e in load_categories().items()
    )


def risk_words(risk: Risk, language: Language) -> str:
    """Write one obstacle with its measured share."""
    entry = load_obstacles()[risk.obstacle]
    label = entry.label_fr if language == "fr" else entry.label_en
    return label.format(share=percent(risk.share, language, 0))


def risks_words(risks: Sequence[Risk], language: Language) -> str:
    """Write the obstacles that bind; the first one where none does."""
    binding = [risk_words(risk, language) for risk in risks if risk.binds]
    if binding:
        return semicolon_in(language).join(binding)
    return words("no_risk", language, first=risk_words(risks[0], language)) if risks else ""


def spaser_means(study: Spaser, buyer: str, language: Language) -> Figure:
    """Return levers, pilots, costs and risks of a buyer: a row a category and lever."""
    french, moved = language == "fr", study.moved()
    rows: list[tuple[Cell, ...]] = []
    for category in load_categories():
        of = [r for r in study.risks if (r.buyer, r.category) == (buyer, category)]
        told = risks_words(of, language)
        for means in study.means(category):
            rows.append(
                (
                    category_label(category, language),
                    means.label(french),
                    words("yes" if means.key in moved else "no", language),
                    means.pilot(french),
                    means.cost(french),
                    told,
                )
            )
            told = words("as_above", language)
    keys = ("category", "means", "used", "pilot", "cost", "risk")
    cost = number(study.lever_cost(buyer) / 1e3, 0, language) + ("\u00a0k€" if french else " k EUR")
    return Figure(
        key=f"spaser_means_{buyer}",
        title=words("means_title", language, buyer=buyer_name(study, buyer, language), cost=cost),
        caption=words("means_caption", language),
        columns=tuple(Column(key, words(key, language)) for key in keys),
        rows=tuple(rows),
        description=words("means_description", language),
    )


def spaser_two_years(study: Spaser, buyer: str, language: Language) -> Figure:
    """Return the indicators that are published every two years: a row a period and category."""
    rows = [row for row in study.two_years if row.buyer == buyer]
    columns = (
        Column("period", words("period", language)),
        Column("category", words("category", language)),
        Column("unit", words("unit", language)),
        Column("baseline", words("baseline", language), "%", 1),
        Column("value", words("value", language), "%", 1),
        Column("low", words("low", language), "%", 1),
        Column("high", words("high", language), "%", 1),
    )
    return Figure(
        key=f"spaser_two_years_{buyer}",
        title=words("two_years_title", language, buyer=buyer_name(study, buyer, language)),
        caption=words("two_years_caption", language, pairs=pairs_words(study, language)),
        columns=columns,
        rows=tuple(
            (
                f"{row.first_year}-{row.last_year}",
                category_label(row.category, language),
                words(f"unit_{row.unit}", language),
                row.baseline,
                row.value,
                row.low,
                row.high,
            )
            for row in rows
        ),
        description=words("description", language),
    )


def spaser_real(study: Spaser, compared: Sequence[Compared], language: Language) -> Figure:
    """Return real values against the range of the scenario, and what a gap may mean."""
    count = {v: sum(one.verdict == v for one in compared) for v in ("within", "above", "below")}
    key = "real_title_all" if count["within"] == len(compared) else "real_title"
    columns = (
        Column("buyer", words("buyer", language)),
        Column("year", words("year", language)),
        Column("category", words("category", language)),
        Column("unit", words("unit", language)),
        Column("real", words("real", language), "", 1),
        Column("expected", words("expected", language), "", 1),
        Column("low", words("expected_low", language), "", 1),
        Column("high", words("expected_high", language), "", 1),
        Column("verdict", words("verdict", language)),
        Column("meaning", words("meaning", language)),
    )
    return Figure(
        key="spaser_real",
        title=words(key, language, all=len(compared), **count),
        caption=words("real_caption", language),
        columns=columns,
        rows=tuple(
            (
                study.name_of(one.buyer),
                str(one.year),
                category_label(one.category, language),
                words(f"real_unit_{one.unit}", language),
                one.value,
                one.expected,
                one.low,
                one.high,
                words(f"verdict_{one.verdict}", language),
                words(f"meaning_{one.verdict}", language),
            )
            for one in compared
        ),
        description=words("description", language),
    )
