"""The table of a scheme on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.spaser.register import load_categories
from viz.console import table
from viz.figures.spaser import UNITS, buyer_name, category_label, risks_words, words
from viz.numbers import ABSENT, number
from viz.texts import Language

if TYPE_CHECKING:
    from rich.table import Table

    from scenarios.spaser import Spaser, SpaserRow
    from viz.figures.figure import Figure


def buyer_table(study: Spaser, buyer: str, language: Language) -> Table:
    """Return a buyer's table: categories and units as lines, years as columns.

    A cell holds the mean today and with the scenario, its range, then the target or why not.
    """
    name = buyer_name(study, buyer, language)
    columns = [(words("category", language), "left"), *((str(y), "right") for y in study.years)]
    made = table(words("cell_title", language, buyer=name), columns)
    by_place = {(r.category, r.unit, r.first_year): r for r in study.rows if r.buyer == buyer}
    for category in load_categories():
        for unit in UNITS:
            label = f"{category_label(category, language)}\n{words(f'unit_{unit}', language)}"
            cells = [by_place[category, unit, year] for year in study.years]
            made.add_row(label, *(_cell(row, language) for row in cells))
    return made


def _cell(row: SpaserRow, language: Language) -> str:
    def written(value: float | None) -> str:
        return ABSENT if value is None else number(value, 1, language)

    lines = [f"{written(row.baseline)} → {written(row.value)}"]
    if row.low is not None:
        lines.append(f"[{written(row.low)} ; {written(row.high)}]")
    if row.target is not None:
        lines.append(words("cell_target", language, target=written(row.target)))
    else:
        lines.append(words(f"cell_{row.reason}", language))
    return "\n".join(lines)


def risk_lines(study: Spaser, buyer: str, language: Language) -> list[str]:
    """Return what stands in the way of a buyer, a line for categories of the same obstacles."""
    colon = " : " if language == "fr" else ": "
    by_words: dict[str, list[str]] = {}
    for category in load_categories():
        of = [r for r in study.risks if (r.buyer, r.category) == (buyer, category)]
        label = category_label(category, language)
        by_words.setdefault(risks_words(of, language), []).append(label)
    return [f"{', '.join(labels)}{colon}{told}" for told, labels in by_words.items()]


def figure_table(figure: Figure, language: Language, title: str = "") -> Table:
    """Return the table of a figure under a title; columns without decimals to the left."""
    from viz.report.content import written_cells

    columns = [
        (column.heading, "left" if column.decimals is None else "right")
        for column in figure.columns
    ]
    made = table(title or figure.title, columns)
    for column in made.columns:
        # headings and texts may wrap; numbers are short
        column.no_wrap = False
    for cells in written_cells(figure, language):
        made.add_row(*cells)
    return made
