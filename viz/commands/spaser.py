"""``ancrage spaser``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from viz.options import (
    LARGEST_SEED,
    LONGEST_MONTHS,
    context_option,
    hypothesis_option,
    hypothesis_values,
    json_option,
    language_option,
    pairs_option,
    workers_option,
)
from viz.texts import Language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.spaser import Spaser
    from scenarios.spaser.real import Compared
    from scenarios.store import RunFolder

FORMATS = ("xlsx", "docx", "json")
DEFAULT_SCENARIO = "full-spaser"


@click.command()
@click.argument("buyers", nargs=-1, required=True, metavar="BUYER...")
@click.option(
    "--scenario",
    default=DEFAULT_SCENARIO,
    show_default=True,
    metavar="NAME",
    help="Scenario of the table: a name of the library or a TOML file.",
)
@click.option(
    "--months",
    type=click.IntRange(1, LONGEST_MONTHS),
    default=63,
    show_default=True,
    help="Months simulated from January 2027 on; the table holds whole calendar years.",
)
@pairs_option
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMATS),
    default=None,
    help="Also write the table as a document.  [default: that of --out]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="File of the document.  [default: spaser.<format> in the folder of the run]",
)
@click.option(
    "--real",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="Hold real yearly values of a CSV file against the expected ranges.",
)
@click.option(
    "--template",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="Write an empty CSV file for real values, and simulate nothing.",
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="KEY=VALUE@DATE",
    help="Look for the least costly levers that reach this, instead of the table: a category "
    "(social=25%@2030, siae_number>=2%@2029, siae=500kEUR@2031) or an indicator "
    "(unsuccessful_share<=5%@2030-06). Repeat it for several at once.",
)
@click.option(
    "--runs",
    type=click.IntRange(1, 100_000),
    default=240,
    show_default=True,
    help="Simulated worlds that looking for a target may take.",
)
@click.option(
    "--budget",
    type=float,
    default=None,
    metavar="EUR",
    help="What levers may cost a year, all payers, to reach a target.  [default: no limit]",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=None,
    metavar="DIR",
    help="Folder of the run.  [default: runs/<date>-spaser]",
)
@click.option(
    "--territory",
    default="cote-opale",
    show_default=True,
    metavar="NAME",
    help="Embedded territory (cote-opale, dunkerque).",
)
@click.option(
    "--seed",
    type=click.IntRange(0, LARGEST_SEED),
    default=1,
    show_default=True,
    help="Seed of the first pair; the next ones follow.",
)
@click.option("--central", is_flag=True, help="Keep hypotheses at their central values.")
@context_option
@hypothesis_option
@workers_option
@json_option
@language_option
def command(
    buyers: tuple[str, ...],
    scenario: str,
    months: int,
    pairs: int,
    format_name: str | None,
    out: Path | None,
    real: Path | None,
    template: Path | None,
    targets: tuple[str, ...],
    runs: int,
    budget: float | None,
    folder: Path | None,
    territory: str,
    seed: int,
    central: bool,
    contexts: tuple[str, ...],
    hypotheses: tuple[str, ...],
    workers: int | None,
    as_json: bool,
    language: Language,
) -> int:
    """Make the SPASER table of each BUYER: shares today, simulated ranges, targets, means, risks.

    Buyers are given by their codes (ancrage territory buyers lists them); several make a joint
    scheme, whose indicators remain each buyer's own. With --target it looks for the least costly
    set of levers that reaches a target in at least 8 simulations of 10, or says what blocks it.
    """
    from model.errors import AncrageError
    from scenarios import spaser as of_spaser
    from scenarios.comparison import edited_hypotheses
    from scenarios.library.reading import load_context, load_scenario
    from scenarios.pool import Interrupted, ignoring_interrupts
    from scenarios.spaser.real import compare_real, read_real, template_text
    from scenarios.spaser.run import FIRST_YEAR, check_buyers, check_numbers, gather
    from scenarios.store import RunFolder, default_folder
    from viz.console import notes, output, print_json, progress
    from viz.figures.spaser import words
    from viz.interrupted import keep_partial
    from viz.spaser.documents import check_document, document, write_document
    from viz.texts import text

    check_numbers(months, pairs, seed)
    if template is not None:
        check_buyers(territory, buyers)
        write_document(template, template_text(buyers, FIRST_YEAR).encode())
        output().print(words("template_written", language, file=template), markup=False)
        return 0
    context = load_context(contexts)
    edited = edited_hypotheses(hypothesis_values(hypotheses))
    if targets:
        from viz.spaser.inverse import Asked, look_for

        if real is not None:
            raise AncrageError(
                "Real values are held against a table: leave out --real or --target."
            )
        asked = Asked(
            buyers, targets, territory, pairs, seed, central, context, edited, runs, budget, workers
        )
        return look_for(asked, check_document(format_name, out), out, folder, as_json, language)
    chosen = load_scenario(scenario)
    format_ = check_document(format_name, out)
    names = check_buyers(territory, buyers)
    values = () if real is None else read_real(real, buyers, months)
    kept = RunFolder(folder or default_folder("spaser"))
    try:
        with progress() as bar:
            running = bar.add_task(text("running", language), total=pairs)
            study = of_spaser.spaser(
                buyers,
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
        compared = compare_real(study, values)
        with ignoring_interrupts():
            if format_ is not None:
                content = document(study, format_, language, compared)
                place = out or kept.stage(f"spaser.{format_}")
                write_document(place, content)
            written = _write(kept, study, pairs, compared)
    except Interrupted as stop:
        with ignoring_interrupts():
            known = (buyers, names, chosen, territory, months, central, context, edited)
            keep_partial(
                kept, stop, lambda done, planned: _write(kept, gather(done, *known), planned)
            )
        return 130
    except BaseException:
        kept.discard()
        raise
    if as_json:
        print_json(study.as_json() | {"real": [vars_of(one) for one in compared]})
        notes().print(text("folder", language, folder=written), markup=False)
    else:
        _print(study, compared, written, language)
        if out is not None:
            notes().print(words("written", language, file=out), markup=False)
    return 0


def vars_of(one: Compared) -> dict[str, object]:
    """Return a comparison as plain values."""
    from dataclasses import asdict

    return asdict(one)


def _write(
    folder: RunFolder, study: Spaser, planned: int, compared: Sequence[Compared] = ()
) -> Path:
    from scenarios.spaser.store import write_spaser
    from viz.readme import SPASER_FILES, readme_text

    command_line = ["ancrage", *sys.argv[1:]]
    readme = readme_text(SPASER_FILES)
    return write_spaser(folder, study, command_line, planned, readme, compared)


def _print(study: Spaser, compared: Sequence[Compared], written: Path, language: Language) -> None:
    """Print a table a buyer, its risks, then real values."""
    from scenarios.spaser.register import load_rules
    from viz.console import output
    from viz.figures.spaser import spaser_real, words
    from viz.numbers import number
    from viz.sentences import what_changes
    from viz.spaser.tables import buyer_table, figure_table, risk_lines
    from viz.texts import text
    from viz.what_was_run import print_what_was_run

    console = output()
    print_what_was_run(console, study, language)
    changes = what_changes(study.scenario, language)
    console.print(f"{study.scenario.name}: {changes}", markup=False)
    fewest = number(load_rules().fewest_contracts, 0, language)
    for buyer in study.listed:
        console.print()
        console.print(buyer_table(study, buyer, language))
        cost = number(study.lever_cost(buyer) / 1e3, 0, language)
        console.print(words("cost_line", language, cost=cost), markup=False)
        console.print(f"[bold]{words('risks_line', language)}[/bold]")
        for line in risk_lines(study, buyer, language):
            console.print(f"- {line}", markup=False)
    console.print()
    console.print(words("base", language, fewest=fewest), markup=False)
    if compared:
        console.print(figure_table(spaser_real(study, compared, language), language))
    console.print(text("folder", language, folder=written), markup=False)
    console.print(text("footer", language), markup=False)
