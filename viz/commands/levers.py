"""``ancrage levers``."""

from __future__ import annotations

import click

from viz.options import json_option, language_option
from viz.texts import Language


@click.command()
@click.argument("key", required=False)
@json_option
@language_option
def command(key: str | None, as_json: bool, language: Language) -> None:
    """List the levers, or show all about one KEY."""
    from dataclasses import asdict

    from model.procurement.levers import load_levers
    from viz.console import chosen_entries, output, print_json, table
    from viz.numbers import lever_bounds, lever_value

    chosen = chosen_entries(load_levers(), key, "lever")
    if as_json:
        print_json([asdict(lever) for lever in chosen])
        return
    console = output()
    if key:
        lever = chosen[0]
        console.print(f"[bold]{lever.key}[/bold]  {getattr(lever, f'label_{language}')}")
        console.print(getattr(lever, f"sentence_{language}"))
        bounds = lever_bounds(lever.low, lever.high, lever.unit, language)
        lines = {
            "unit": lever.unit,
            "bounds": bounds,
            "current practice": lever_value(lever.current, lever.unit, language),
            "legal basis": lever.legal_basis,
            "who": lever.who,
            "scope": lever.scope,
            "cost": f"{lever.cost} Paid by: {lever.payer}.",
            "first effect": f"after {lever.lag_months} months",
        }
        for name, value in lines.items():
            console.print(f"  {name}: {value}", markup=False)
        return
    columns = [("key", "left"), ("Levier" if language == "fr" else "Lever", "left")]
    columns += [("bounds", "right"), ("current", "right"), ("legal basis", "left")]
    made = table("Leviers" if language == "fr" else "Levers", columns)
    for lever in chosen:
        made.add_row(
            lever.key,
            getattr(lever, f"label_{language}"),
            lever_bounds(lever.low, lever.high, lever.unit, language),
            lever_value(lever.current, lever.unit, language),
            lever.legal_basis.partition(":")[0],
        )
    console.print(made)
