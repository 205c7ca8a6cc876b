"""``ancrage hypotheses``."""

from __future__ import annotations

import click

from viz.options import json_option, language_option
from viz.texts import Language


@click.command()
@click.argument("key", required=False)
@json_option
@language_option
def command(key: str | None, as_json: bool, language: Language) -> None:
    """List the hypotheses, or show all about one KEY.

    Grade A: measured in France; B: literature; C: assumption. Those that act in the run and have
    grade B or C are drawn anew for each pair, unless --central.
    """
    from dataclasses import asdict

    from model.hypotheses import load_register
    from viz.console import chosen_entries, output, print_fields, print_json, table

    chosen = chosen_entries(load_register(), key, "hypothesis")
    if as_json:
        print_json([asdict(entry) for entry in chosen])
        return
    if key:
        print_fields(asdict(chosen[0]))
        return
    console = output()
    columns = [("key", "left"), ("value", "right"), ("low", "right"), ("high", "right")]
    columns += [("unit", "left"), ("grade", "left"), ("acts", "left"), ("source", "left")]
    made = table("Hypothèses" if language == "fr" else "Hypotheses", columns)
    for entry in chosen:
        values = (f"{v:g}" for v in (entry.value, entry.low, entry.high))
        made.add_row(entry.key, *values, entry.unit, entry.grade, entry.acts, entry.source)
    console.print(made)
