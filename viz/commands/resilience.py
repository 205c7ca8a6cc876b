"""``ancrage resilience``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from viz.options import (
    context_option,
    hypothesis_option,
    hypothesis_values,
    pairs_option,
    run_options,
    shock_option,
    workers_option,
)
from viz.texts import Language

if TYPE_CHECKING:
    from scenarios.resilience import Resilience
    from scenarios.store import RunFolder

BY_EPCI = "epci"


@click.command()
@click.argument("scenario", nargs=-1)
@shock_option(
    "What strikes: a ready shock or a TOML file; repeat it for several, each by itself.  "
    "[default: plus-grand-employeur, importations, budgets]"
)
@pairs_option
@workers_option
@context_option
@hypothesis_option
@click.option(
    "--by",
    "dimension",
    type=click.Choice([BY_EPCI]),
    default=None,
    help="Print the main measures by EPCI too.",
)
@click.option("--details", "everything", is_flag=True, help="Show every measure.")
@run_options
def command(
    scenario: tuple[str, ...],
    shocks: tuple[str, ...],
    pairs: int,
    workers: int | None,
    contexts: tuple[str, ...],
    hypotheses: tuple[str, ...],
    dimension: str | None,
    everything: bool,
    territory: str,
    months: int,
    seed: int,
    central: bool,
    out: Path | None,
    as_json: bool,
    language: Language,
) -> int:
    """Measure what shocks do under each SCENARIO: what is lost, kept, and regained.

    Each scenario (a name of the library or a TOML file) runs without any shock and, from each shock
    on, once more with it, on the same draws. With no SCENARIO: baseline, access, insertion and
    full-spaser.
    """
    from scenarios.comparison import check_names, edited_hypotheses
    from scenarios.library.reading import (
        DEFAULT_COMPARISON,
        DEFAULT_SHOCKS,
        load_context,
        load_scenario,
        load_shocks,
    )
    from scenarios.pool import Interrupted, ignoring_interrupts
    from scenarios.resilience import resilience
    from scenarios.resilience.run import check_shocks, gather
    from scenarios.results import BASELINE
    from scenarios.store import RunFolder, default_folder
    from viz.console import notes, print_json, progress
    from viz.interrupted import keep_partial
    from viz.territories import prepare_territory
    from viz.texts import text

    chosen = [load_scenario(name) for name in scenario or (BASELINE, *DEFAULT_COMPARISON)]
    check_names(chosen)
    struck = load_shocks(shocks or DEFAULT_SHOCKS)
    check_shocks(struck, months)
    context = load_context(contexts)
    edited = edited_hypotheses(hypothesis_values(hypotheses))
    folder = RunFolder(out or default_folder("resilience"))
    try:
        with progress() as bar:
            preparing = bar.add_task(text("preparing", language), total=None)
            zone_names = prepare_territory(territory)
            bar.remove_task(preparing)
            running = bar.add_task(text("running", language), total=pairs)
            study = resilience(
                chosen,
                struck,
                territory=territory,
                months=months,
                pairs=pairs,
                seed=seed,
                central=central,
                context=context,
                overrides=dict(edited),
                workers=workers,
                on_finished=lambda _: bar.advance(running),
            )
        with ignoring_interrupts():
            written = _write(folder, study, pairs)
    except Interrupted as stop:
        with ignoring_interrupts():
            kept = (chosen, struck, territory, months, central, context, edited)
            keep_partial(
                folder, stop, lambda done, planned: _write(folder, gather(done, *kept), planned)
            )
        return 130
    except BaseException:
        folder.discard()
        raise
    if as_json:
        print_json(study.as_json())
        notes().print(text("folder", language, folder=written))
    else:
        _print(study, zone_names, written, language, everything, dimension == BY_EPCI)
    return 0


def _write(folder: RunFolder, study: Resilience, planned: int) -> Path:
    from scenarios.resilience.store import write_resilience
    from viz.readme import RESILIENCE_FILES, readme_text

    command_line = ["ancrage", *sys.argv[1:]]
    return write_resilience(folder, study, command_line, planned, readme_text(RESILIENCE_FILES))


def _print(
    study: Resilience,
    zone_names: dict[str, str],
    written: Path,
    language: Language,
    everything: bool,
    by_epci: bool,
) -> None:
    """Print a table a shock, scenarios side by side, then the structure before any."""
    from viz.console import output
    from viz.resilience_tables import measures_table, structure_table, zones_table
    from viz.sentences import what_changes, why_of
    from viz.texts import text
    from viz.what_was_run import print_what_was_run

    console = output()
    print_what_was_run(console, study, language)
    for shock in study.shocks:
        console.print()
        console.rule(f"[bold]{shock.name}[/bold]", align="left")
        console.print(why_of(shock, language), markup=False)
        console.print(what_changes(shock, language), markup=False)
        console.print(measures_table(study, shock.name, language, everything))
        if by_epci:
            console.print(zones_table(study, shock.name, zone_names, language))
    console.print()
    console.print(structure_table(study, language, everything))
    console.print(text("folder", language, folder=written), markup=False)
    console.print(text("footer", language), markup=False)
