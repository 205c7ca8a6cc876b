"""``ancrage compare``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from viz.options import (
    by_option,
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
    from scenarios.comparison import Comparison
    from scenarios.store import RunFolder


@click.command()
@click.argument("scenario", nargs=-1)
@pairs_option
@workers_option
@click.option("--all", "whole_library", is_flag=True, help="Compare every scenario of the library.")
@click.option("--details", "everything", is_flag=True, help="Show every indicator.")
@context_option
@shock_option("What strikes, in the baseline too (ancrage scenarios lists them).")
@hypothesis_option
@by_option("epci")
@run_options
def command(
    scenario: tuple[str, ...],
    pairs: int,
    workers: int | None,
    whole_library: bool,
    everything: bool,
    contexts: tuple[str, ...],
    shocks: tuple[str, ...],
    hypotheses: tuple[str, ...],
    dimension: str,
    territory: str,
    months: int,
    seed: int,
    central: bool,
    out: Path | None,
    as_json: bool,
    language: Language,
) -> int:
    """Compare each SCENARIO (a name of the library or a TOML file) with current practice.

    Baseline and scenarios share their draws, pair by pair. With no SCENARIO: access, insertion
    and full-spaser.
    """
    from scenarios.comparison import check_names, compare, edited_hypotheses, summarise
    from scenarios.library.reading import (
        DEFAULT_COMPARISON,
        library_names,
        load_context,
        load_scenario,
    )
    from scenarios.pool import Interrupted, ignoring_interrupts
    from scenarios.store import RunFolder, default_folder
    from viz.console import notes, print_json, progress
    from viz.interrupted import keep_partial
    from viz.territories import prepare_territory
    from viz.texts import text

    if whole_library and scenario:
        raise click.UsageError("Give either scenarios or --all, not both.")
    library = tuple(name for name in library_names() if name != "baseline")
    names = library if whole_library else scenario or DEFAULT_COMPARISON
    chosen = [load_scenario(name) for name in names]
    check_names(chosen)
    context = load_context(contexts, shocks)
    edited = edited_hypotheses(hypothesis_values(hypotheses))
    folder = RunFolder(out or default_folder("compare"))
    try:
        note = notes()
        if not scenario and not whole_library:
            shown = ", ".join(DEFAULT_COMPARISON)
            note.print(text("default_choice", language, names=shown))
        with progress() as bar:
            preparing = bar.add_task(text("preparing", language), total=None)
            zone_names = prepare_territory(territory)
            bar.remove_task(preparing)
            running = bar.add_task(text("running", language), total=pairs)
            comparison = compare(
                chosen,
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
            written = _write(folder, comparison, pairs)
    except Interrupted as stop:
        with ignoring_interrupts():
            kept = (chosen, territory, central, context, edited)
            keep_partial(
                folder, stop, lambda done, planned: _write(folder, summarise(done, *kept), planned)
            )
        return 130
    except BaseException:
        folder.discard()
        raise
    if as_json:
        print_json(comparison.as_json())
        note.print(text("folder", language, folder=written))
    else:
        _print(comparison, zone_names, written, language, everything, dimension)
    return 0


def _command_line() -> list[str]:
    return ["ancrage", *sys.argv[1:]]


def _write(folder: RunFolder, comparison: Comparison, planned: int) -> Path:
    from scenarios.store import write_comparison
    from viz.readme import COMPARISON_FILES, readme_text

    readme = readme_text(COMPARISON_FILES)
    return write_comparison(folder, comparison, _command_line(), planned, readme)


def _print(
    comparison: Comparison,
    zone_names: dict[str, str],
    written: Path,
    language: Language,
    everything: bool,
    dimension: str,
) -> None:
    """Print the findings and tables of each scenario."""
    from viz.console import output
    from viz.gains import gains_lines
    from viz.numbers import number
    from viz.sentences import (
        jobs_finding,
        mirror_finding,
        what_changes,
        why_of,
    )
    from viz.tables import group_table, territory_table, year_table
    from viz.texts import text
    from viz.what_was_run import print_what_was_run

    console = output()
    print_what_was_run(console, comparison, language)
    costs = {cost.scenario: cost for cost in comparison.costs}
    for scenario in comparison.scenarios:
        console.print()
        console.rule(f"[bold]{scenario.name}[/bold]", align="left")
        why = why_of(scenario, language)
        console.print(why, markup=False)
        console.print(what_changes(scenario, language), markup=False)
        jobs = comparison.row(scenario.name, "jobs_present")
        finding = jobs_finding(jobs.low, jobs.high, language)
        if finding:
            console.print(f"[bold]{finding}[/bold]")
            outside = comparison.row(scenario.name, "jobs_outside_holders")
            net = comparison.row(scenario.name, "jobs_net")
            both = (outside.low, outside.high), (net.low, net.high)
            console.print(mirror_finding(*both, language), markup=False)
        console.print(territory_table(comparison, scenario.name, language, everything))
        cost = costs[scenario.name]
        if cost.public_cost_eur_per_net_fte_year is not None:
            per_year = number(cost.public_cost_eur_per_net_fte_year, 0, language)
            years = number(cost.net_fte_years, 0, language)
            console.print(text("cost_per_job", language, cost=per_year, years=years))
        elif comparison.pairs >= 5 and not scenario.changes_nothing:
            console.print(text("cost_per_job_none", language))
        if comparison.months > 12:
            console.print(year_table(comparison, scenario.name, language))
        console.print(group_table(comparison, scenario.name, dimension, zone_names, language))
        for line in gains_lines(comparison, scenario, zone_names, language):
            console.print(line, markup=False)
    if not everything:
        console.print(text("all_hint", language, folder=written), markup=False)
    console.print(text("folder", language, folder=written), markup=False)
    console.print(text("footer", language), markup=False)
