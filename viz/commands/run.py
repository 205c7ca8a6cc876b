"""``ancrage run``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from viz.options import by_option, run_options, shock_option
from viz.texts import Language


@click.command()
@click.argument("scenario", default="baseline")
@click.option(
    "--verify",
    is_flag=True,
    help="Check every accounting identity each month; stop at the first that fails.",
)
@shock_option("What strikes (ancrage scenarios lists them).")
@by_option(None)
@run_options
def command(
    scenario: str,
    verify: bool,
    shocks: tuple[str, ...],
    dimension: str | None,
    territory: str,
    months: int,
    seed: int,
    central: bool,
    out: Path | None,
    as_json: bool,
    language: Language,
) -> int:
    """Simulate one world under one SCENARIO (default: baseline), after its burn-in.

    One run is one draw, not a result: use ``ancrage compare`` for effects.
    """
    from scenarios.library import load_scenario
    from scenarios.library.reading import load_context
    from scenarios.single import run_one, write_run
    from scenarios.store import RunFolder, default_folder
    from viz.console import notes, output, print_json, progress
    from viz.readme import RUN_FILES, readme_text
    from viz.sentences import what_changes
    from viz.tables import run_group_table, run_table
    from viz.territories import prepare_territory
    from viz.texts import text

    chosen = load_scenario(scenario)
    if shocks:
        chosen |= load_context((), shocks)
    folder = RunFolder(out or default_folder("run"))
    try:
        with progress() as bar:
            preparing = bar.add_task(text("preparing", language), total=None)
            zone_names = prepare_territory(territory)
            bar.remove_task(preparing)
            running = bar.add_task(text("running", language), total=months)
            done = run_one(
                chosen,
                territory=territory,
                months=months,
                seed=seed,
                central=central,
                verify=verify,
                on_month=lambda month: bar.update(running, completed=month),
            )
        command_line = ["ancrage", *sys.argv[1:]]
        written = write_run(folder, done, command_line, readme_text(RUN_FILES))
    except BaseException:
        folder.discard()
        raise
    if as_json:
        print_json(done.as_json())
        notes().print(text("folder", language, folder=written))
        return 0
    console = output()
    heading = text(
        "heading",
        language,
        territory=territory,
        months=months,
        start=done.records.start,
        pairs=f"scénario {chosen.name}" if language == "fr" else f"scenario {chosen.name}",
        seed=seed,
    )
    console.print(f"[bold]{heading}[/bold]")
    console.print(what_changes(chosen, language), markup=False)
    values = {str(r["indicator"]): r["value"] for r in done.values() if r["zone"] == "all"}
    console.print(run_table(values, language))  # pyright: ignore[reportArgumentType]
    if dimension is not None:
        console.print(run_group_table(done.values(), dimension, zone_names, language))
    if verify:
        console.print(text("verified", language, months=months))
    console.print(text("one_run", language), markup=False)
    console.print(text("folder", language, folder=written), markup=False)
    return 0
