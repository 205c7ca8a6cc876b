"""``ancrage sensitivity``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from viz.options import (
    LARGEST_SEED,
    LONGEST_MONTHS,
    json_option,
    language_option,
    workers_option,
)
from viz.texts import Language

if TYPE_CHECKING:
    from scenarios.sensitivity import Sensitivity

USUAL = ("full-spaser", "cote-opale", 63, 1)
"""Scenario, territory, months and seed of the study that is shipped."""

MOST_RUNS = 100_000


@click.command()
@click.argument("scenario", default=USUAL[0])
@click.option(
    "--territory",
    default=USUAL[1],
    show_default=True,
    metavar="NAME",
    help="Embedded territory (cote-opale, dunkerque).",
)
@click.option(
    "--months",
    type=click.IntRange(1, LONGEST_MONTHS),
    default=USUAL[2],
    show_default=True,
    help="Months simulated from January 2027 on; 63 reach the end of the mandate.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, LARGEST_SEED),
    default=USUAL[3],
    show_default=True,
    help="First seed.",
)
@click.option(
    "--screening",
    type=click.IntRange(8, MOST_RUNS),
    default=120,
    show_default=True,
    help="Pairs in which all hypotheses vary at once.",
)
@click.option(
    "--rows",
    type=click.IntRange(4, MOST_RUNS),
    default=36,
    show_default=True,
    help="Rows of five pairs that share the interval out between its sources.",
)
@click.option(
    "--largest",
    type=click.IntRange(1, 100),
    default=12,
    show_default=True,
    help="Hypotheses then moved one at a time.",
)
@click.option(
    "--repeats",
    type=click.IntRange(5, MOST_RUNS),
    default=6,
    show_default=True,
    help="Seeds on which they are moved.",
)
@workers_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    metavar="DIR",
    help="Folder of the study.  [default: the clone, for the usual question; else "
    "runs/<date>-sensitivity]",
)
@json_option
@language_option
def command(
    scenario: str,
    territory: str,
    months: int,
    seed: int,
    screening: int,
    rows: int,
    largest: int,
    repeats: int,
    workers: int | None,
    out: Path | None,
    as_json: bool,
    language: Language,
) -> int:
    """Find what the main results of SCENARIO rest on, and where their intervals come from.

    All hypotheses of grade B and C vary, those that shape the territory too; those that stand out
    are then moved one at a time. SCENARIO is a name of the library or a TOML file (full-spaser).
    Finished pairs are kept: the same command goes on from them. In a clone, the usual question
    rewrites what it ships.
    """
    from scenarios.library.reading import load_scenario
    from scenarios.pool import Interrupted
    from scenarios.sensitivity import Plan
    from scenarios.sensitivity import study as studies
    from scenarios.sensitivity.outcome import SensitivityOutlet
    from viz import territories
    from viz.console import notes, print_json, progress
    from viz.readme import SENSITIVITY_FILES, readme_text
    from viz.texts import text

    chosen = load_scenario(scenario)
    plan = Plan(screening=screening, rows=rows, repeats=repeats, largest=largest)
    outlet = SensitivityOutlet.chosen(out, (scenario, territory, months, seed) == USUAL)
    done = 0
    try:
        with progress() as bar:
            preparing = bar.add_task(text("preparing", language), total=None)
            territories.prepare_territory(territory)
            bar.remove_task(preparing)
            running = bar.add_task(text("running", language, table="evidence"), total=plan.runs)

            def finished() -> None:
                nonlocal done
                done += 1
                bar.advance(running)

            study = studies.sensitivity(
                chosen,
                territory=territory,
                months=months,
                seed=seed,
                plan=plan,
                workers=workers,
                on_finished=finished,
            )
        written = outlet.write(study, ["ancrage", *sys.argv[1:]], readme_text(SENSITIVITY_FILES))
    except Interrupted:
        outlet.discard()
        told = {"done": done, "planned": plan.runs}
        click.echo(text("interrupted", language, table="evidence", **told), err=True)
        return 130
    except BaseException:
        outlet.discard()
        raise
    if as_json:
        print_json(study.as_json())
    else:
        _print(study, language)
    files = ", ".join(str(path) for path in written)
    notes().print(text("written", language, table="evidence", files=files), markup=False)
    return 0


def _print(study: Sensitivity, language: Language) -> None:
    """Print what was run, the swings of each result, then the shares of the interval."""
    from viz.console import output
    from viz.sensitivity_tables import (
        not_told_words,
        result_words,
        shares_table,
        swings_table,
        words,
    )
    from viz.texts import text

    console = output()
    told = {
        name: getattr(study, name)
        for name in ("scenario", "territory", "months", "runs", "hypotheses")
    }
    console.print(words("heading", language, **told), style="bold", markup=False)
    if study.trial:
        console.print(words("trial", language), markup=False)
    for result in study.results:
        console.print()
        console.print(result_words(result, language), style="bold", markup=False)
        if result.told:
            console.print(swings_table(result, language))
        for line in not_told_words(study, result, language):
            console.print(line, markup=False)
    console.print()
    console.print(shares_table(study, language))
    console.print(words("shares_note", language), markup=False)
    console.print(text("footer", language), markup=False)
