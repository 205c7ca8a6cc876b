"""``ancrage purchases``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from viz.options import json_option, language_option
from viz.texts import Language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viz.purchases import ReachedPurchases


@click.command()
@click.option(
    "--territory",
    default="cote-opale",
    show_default=True,
    metavar="NAME",
    help="Embedded territory (cote-opale, dunkerque).",
)
@click.option(
    "--by",
    type=click.Choice(["category", "buyer-kind"]),
    default="category",
    show_default=True,
    help="Groups of purchases.",
)
@json_option
@language_option
def command(territory: str, by: str, as_json: bool, language: Language) -> None:
    """Show which purchases choices can reach, by year from 2027 to 2036.

    Renewed in the year, committed by contracts that run, or bought through central bodies. One
    world of seed 1, at the end of its burn-in.
    """
    from model import TerritoryModel
    from viz.console import print_json
    from viz.purchases import reached_purchases

    found = reached_purchases(TerritoryModel(territory), by)
    if as_json:
        print_json(
            {
                "territory": territory,
                "by": by,
                "unit": "EUR a year at base prices",
                "purchases": _rows(found),
                "concessions": found.conceded_eur,
            }
        )
        return
    _print(found, territory, language)


def _rows(found: ReachedPurchases) -> list[dict[str, object]]:
    from viz.purchases import PARTS

    return [
        {
            "year": year,
            "group": key,
            **{f"{part}_eur": float(found.amounts(part)[y, g]) for part in PARTS},
        }
        for y, year in enumerate(found.purchases.years)
        for g, key in enumerate(found.keys)
    ]


def _print(found: ReachedPurchases, territory: str, language: Language) -> None:
    from viz.console import output, table
    from viz.numbers import number
    from viz.purchases import PARTS
    from viz.texts import text

    amounts = [found.amounts(part) / 1e6 for part in PARTS]
    headings = [(text(part, language), "right") for part in (*PARTS, "total")]

    def cells(values: Sequence[float]) -> list[str]:
        return [number(value, 1, language) for value in (*values, sum(values))]

    console = output()
    title = text("purchases_title", language, territory=territory)
    made = table(title, [(text("year", language), "left"), *headings])
    for y, year in enumerate(found.purchases.years):
        made.add_row(str(year), *cells([float(a[y].sum()) for a in amounts]))
    console.print(made)
    grouped = text(f"by_{found.by.replace('-', '_')}", language)
    first = text("purchases_first", language, by=grouped, year=found.purchases.years[0])
    made = table(first, [(grouped, "left"), *headings])
    for g, label in enumerate(found.labels_fr if language == "fr" else found.labels_en):
        values = [float(a[0, g]) for a in amounts]
        if sum(values) > 0:
            made.add_row(label, *cells(values))
    console.print(made)
    console.print(text("purchases_note", language), markup=False)
    amount = number(sum(found.conceded_eur.values()) / 1e6, 1, language)
    console.print(text("concessions_apart", language, amount=amount), markup=False)
