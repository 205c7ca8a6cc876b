"""``ancrage indicators``."""

from __future__ import annotations

import click

from viz.options import json_option, language_option
from viz.texts import Language


@click.command()
@click.argument("key", required=False)
@json_option
@language_option
def command(key: str | None, as_json: bool, language: Language) -> None:
    """List the indicators by theme, or show all about one KEY."""
    from dataclasses import asdict

    from model.indicators import load_indicators, load_themes
    from viz.console import chosen_entries, output, print_fields, print_json, table

    chosen = chosen_entries(load_indicators(), key, "indicator")
    if as_json:
        print_json([asdict(entry) for entry in chosen])
        return
    if key:
        print_fields(asdict(chosen[0]))
        return
    console = output()
    unit = "unit_fr" if language == "fr" else "unit"
    for theme in load_themes().values():
        columns = [("key", "left"), ("label", "left"), ("unit", "left"), ("definition", "left")]
        made = table(getattr(theme, f"label_{language}"), columns)
        for entry in chosen:
            if entry.theme == theme.key:
                made.add_row(
                    entry.key,
                    getattr(entry, f"label_{language}"),
                    getattr(entry, unit),
                    getattr(entry, f"definition_{language}"),
                )
        console.print(made)
