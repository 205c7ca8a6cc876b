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
    """List the ready scenarios and contexts, or describe the given ones (names or TOML files)."""
    from scenarios.library import library_names, load_scenario
    from scenarios.library.reading import context_names, load_context
    from viz.console import output, print_json
    from viz.sentences import what_changes, why_of

    contexts = [one for one in name or context_names() if one in context_names()]
    chosen = [load_scenario(one) for one in name or library_names() if one not in contexts]
    chosen += [load_context([one]) for one in contexts]
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
