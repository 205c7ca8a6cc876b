"""``ancrage scenarios``."""

from __future__ import annotations

import click

from viz.options import json_option, language_option
from viz.texts import Language


@click.command()
@click.argument("name", nargs=-1)
@json_option
@language_option
def command(name: tuple[str, ...], as_json: bool, language: Language) -> None:
    """List the ready scenarios, contexts and shocks, or describe the given ones (names, files)."""
    from scenarios.library import library_names, load_scenario
    from scenarios.library.reading import context_names, load_context, load_shock, shock_names
    from viz.console import output, print_json
    from viz.sentences import what_changes, why_of

    every = name or (*library_names(), *context_names(), *shock_names())
    chosen = [
        load_shock(one)
        if one in shock_names()
        else load_context([one])
        if one in context_names()
        else load_scenario(one)
        for one in every
    ]
    if as_json:
        print_json([scenario.record() for scenario in chosen])
        return
    from rich.padding import Padding

    console = output()
    for scenario in chosen:
        console.print(f"[bold]{scenario.name}[/bold]")
        why = why_of(scenario, language)
        for line in (*why.splitlines(), what_changes(scenario, language)):
            console.print(Padding(line, (0, 0, 0, 2)), markup=False)
        console.print()
