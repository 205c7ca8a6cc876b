"""``ancrage purchases``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from viz.options import json_option, language_option
from viz.texts import Language

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from model.procurement.addressable import AddressablePurchases
    from model.territory.territory import Territory

YEARS = tuple(range(2027, 2037))
COLUMNS = ("renewed", "committed", "out_of_reach")


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
    from model import TerritoryModel, load_territory
    from model.procurement.addressable import addressable_purchases
    from model.procurement.concessions import concession_amounts
    from viz.console import print_json

    found = load_territory(territory)
    keys, labels, group = _groups(found, by, language)
    world = TerritoryModel(found)
    purchases = addressable_purchases(
        found.needs,
        world.state,
        YEARS,
        group,
        len(keys),
        world.hypotheses,
        world.setting.seed,
    )
    amounts = concession_amounts(found.zones.population, found.money_scale)
    conceded = {key: float(by_zone.sum()) for key, by_zone in amounts.items()}
    if as_json:
        print_json(
            {
                "territory": territory,
                "by": by,
                "unit": "EUR a year at base prices",
                "purchases": _rows(purchases, keys),
                "concessions": conceded,
            }
        )
        return
    _print(purchases, territory, by, labels, sum(conceded.values()), language)


def _groups(
    territory: Territory, by: str, language: Language
) -> tuple[list[str], list[str], NDArray[np.integer]]:
    """Return keys and labels of the groups, and the group of each need."""
    from model.territory.buyers import BUYER_KINDS
    from viz.texts import text

    if by == "buyer-kind":
        labels = [text(f"kind_{kind}", language) for kind in BUYER_KINDS]
        return list(BUYER_KINDS), labels, territory.buyers.kind[territory.needs.buyer]
    labels = [c.label_fr if language == "fr" else c.label_en for c in territory.categories]
    return [c.key for c in territory.categories], labels, territory.needs.category


def _rows(purchases: AddressablePurchases, keys: Sequence[str]) -> list[dict[str, object]]:
    return [
        {
            "year": year,
            "group": key,
            **{f"{c}_eur": float(getattr(purchases, f"{c}_eur")[y, g]) for c in COLUMNS},
        }
        for y, year in enumerate(purchases.years)
        for g, key in enumerate(keys)
    ]


def _print(
    purchases: AddressablePurchases,
    territory: str,
    by: str,
    labels: Sequence[str],
    conceded_eur: float,
    language: Language,
) -> None:
    from viz.console import output, table
    from viz.numbers import number
    from viz.texts import text

    amounts = [getattr(purchases, f"{c}_eur") / 1e6 for c in COLUMNS]
    headings = [(text(c, language), "right") for c in (*COLUMNS, "total")]

    def cells(values: Sequence[float]) -> list[str]:
        return [number(value, 1, language) for value in (*values, sum(values))]

    console = output()
    title = text("purchases_title", language, territory=territory)
    made = table(title, [(text("year", language), "left"), *headings])
    for y, year in enumerate(purchases.years):
        made.add_row(str(year), *cells([float(a[y].sum()) for a in amounts]))
    console.print(made)
    grouped = text(f"by_{by.replace('-', '_')}", language)
    first = text("purchases_first", language, by=grouped, year=purchases.years[0])
    made = table(first, [(grouped, "left"), *headings])
    for g, label in enumerate(labels):
        values = [float(a[0, g]) for a in amounts]
        if sum(values) > 0:
            made.add_row(label, *cells(values))
    console.print(made)
    console.print(text("purchases_note", language), markup=False)
    amount = number(conceded_eur / 1e6, 1, language)
    console.print(text("concessions_apart", language, amount=amount), markup=False)
