"""``ancrage explain``."""

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
    run_options_over,
    workers_option,
)
from viz.texts import Language

if TYPE_CHECKING:
    from scenarios.attribution import Explanation
    from scenarios.store import RunFolder

BY_EPCI = "epci"
MONTHS, ORDERS, MOST_ORDERS = 48, 8, 1000
"""Defaults repeated here so that help loads nothing; a test compares them."""


@click.command()
@click.argument("scenario")
@pairs_option
@workers_option
@context_option
@hypothesis_option
@click.option(
    "--orders",
    type=click.IntRange(2, MOST_ORDERS),
    default=ORDERS,
    show_default=True,
    help="Orders of levers drawn for each pair, an even number, where levers are more than six.",
)
@click.option(
    "--by",
    "dimension",
    type=click.Choice([BY_EPCI]),
    default=None,
    help="Print the contributions to jobs and to the local share by EPCI too.",
)
@click.option("--details", "everything", is_flag=True, help="Show every main indicator.")
@run_options_over(MONTHS)
def command(
    scenario: str,
    pairs: int,
    workers: int | None,
    contexts: tuple[str, ...],
    hypotheses: tuple[str, ...],
    orders: int,
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
    """Share out what SCENARIO changes: by lever, by channel, and for three followed cases.

    Every lever, amended rule and shock of SCENARIO (a name of the library or a TOML file) gets its
    part of each difference from the baseline, on the same draws; parts add up exactly. Up to six of
    them every combination is run, beyond that orders are drawn. Finished pairs are kept: the same
    command, interrupted, goes on.
    """
    import scenarios.attribution
    from model.errors import AncrageError
    from scenarios.comparison import edited_hypotheses
    from scenarios.library.reading import load_context, load_scenario
    from scenarios.pool import Interrupted, ignoring_interrupts
    from scenarios.store import RunFolder, default_folder
    from viz.console import notes, print_json, progress
    from viz.interrupted import keep_partial
    from viz.territories import prepare_territory
    from viz.texts import text

    if orders % 2:
        raise AncrageError(f"--orders must be an even number, got {orders}: orders go in couples.")
    chosen, context = load_scenario(scenario), load_context(contexts)
    edited = edited_hypotheses(hypothesis_values(hypotheses))
    folder = RunFolder(out or default_folder("explain"))
    try:
        with progress() as bar:
            preparing = bar.add_task(text("preparing", language), total=None)
            zone_names = prepare_territory(territory)
            bar.remove_task(preparing)
            running = bar.add_task(text("running", language), total=pairs)
            study = scenarios.attribution.explain(
                chosen,
                territory=territory,
                months=months,
                pairs=pairs,
                seed=seed,
                central=central,
                context=context,
                overrides=dict(edited),
                orders=orders,
                workers=workers,
                on_finished=lambda _: bar.advance(running),
            )
        with ignoring_interrupts():
            written = _write(folder, study, pairs)
    except Interrupted as stop:
        from scenarios.attribution.run import gather

        with ignoring_interrupts():
            what = (chosen, territory, months, central, orders, context, edited)
            keep_partial(
                folder, stop, lambda done, planned: _write(folder, gather(done, *what), planned)
            )
        if stop.finished:
            click.echo(text("interrupted_kept", language, table="explain"), err=True)
        return 130
    except BaseException:
        folder.discard()
        raise
    if as_json:
        from viz.explanations.lines import ten_lines

        lines = {name: list(ten_lines(study, name)) for name in ("fr", "en")}
        print_json(study.as_json() | {"lines": lines})
        notes().print(text("folder", language, folder=written))
    else:
        _print(study, zone_names, written, language, everything, dimension == BY_EPCI)
    return 0


def _write(folder: RunFolder, study: Explanation, planned: int) -> Path:
    from scenarios.attribution.store import write_explanation
    from viz.explanations.lines import ten_lines
    from viz.readme import EXPLAIN_FILES, readme_text

    command_line = ["ancrage", *sys.argv[1:]]
    texts = {"README.txt": readme_text(EXPLAIN_FILES)}
    for name in ("fr", "en"):
        texts[f"ten-lines-{name}.txt"] = "\n".join(ten_lines(study, name)) + "\n"
    return write_explanation(folder, study, command_line, planned, texts)


def _print(
    study: Explanation,
    zone_names: dict[str, str],
    written: Path,
    language: Language,
    everything: bool,
    by_epci: bool,
) -> None:
    """Print the ten lines, contributions and channels, then the followed cases."""
    from viz.console import output
    from viz.explanations.lines import ten_lines
    from viz.explanations.notes import method_notes
    from viz.explanations.tables import (
        BY_ZONE,
        channels_table,
        contributions_table,
        shown_indicators,
        zones_table,
    )
    from viz.explanations.words import words
    from viz.texts import text
    from viz.what_was_run import print_what_was_run

    console = output()
    print_what_was_run(console, study, language)
    if not study.players:
        console.print(words("nothing", language), markup=False)
        console.print(text("folder", language, folder=written), markup=False)
        return
    console.print(f"\n[bold]{words('lines_title', language)}[/bold]")
    for number, line in enumerate(ten_lines(study, language), start=1):
        console.print(f"{number:>2}. {line}", markup=False)
    console.print()
    for note in method_notes(study, language):
        console.print(note, markup=False)
    for indicator in shown_indicators(everything):
        console.print(contributions_table(study, indicator, language))
        if (channels := channels_table(study, indicator, language)) is not None:
            console.print(channels)
    if by_epci:
        for indicator in BY_ZONE:
            console.print(zones_table(study, indicator, zone_names, language))
    _print_cases(study, zone_names, language)
    console.print(text("folder", language, folder=written), markup=False)
    console.print(text("footer", language), markup=False)


def _print_cases(study: Explanation, zone_names: dict[str, str], language: Language) -> None:
    """Print each followed case: how it was chosen, what it lived, year by year."""
    from viz.console import output
    from viz.explanations.cases import case_rule, case_sentence
    from viz.explanations.tables import years_table
    from viz.explanations.words import words

    if not study.cases:
        return
    console = output()
    console.print(f"[bold]{words('cases_title', language)}[/bold]")
    console.print(words("case_how", language), markup=False)
    for case in study.cases:
        console.print()
        console.print(case_sentence(case, zone_names, language), markup=False)
        console.print(case_rule(case, language), markup=False)
        console.print(years_table(case, language))
