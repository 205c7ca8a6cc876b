"""``ancrage report``."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from viz.options import (
    LARGEST_SEED,
    LONGEST_MONTHS,
    MOST_PAIRS,
    MOST_WORKERS,
    language_option,
    shock_option,
)
from viz.texts import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.progress import Progress

    from scenarios.attribution import Explanation
    from scenarios.schema import Scenario
    from viz.report import Format
    from viz.report.content import Block

FORMATS: tuple[Format, ...] = ("html", "pdf", "docx")
"""Repeated here so that help loads nothing; a test compares them."""


@click.command()
@click.argument("scenario", nargs=-1)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMATS),
    default=None,
    help="Format of the report.  [default: that of --out, else html]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="File of the report.  [default: report.<format>]",
)
@click.option(
    "--pairs",
    type=click.IntRange(1, MOST_PAIRS),
    default=10,
    show_default=True,
    help="Pairs of runs (baseline and scenario on the same draws); 30 for full intervals.",
)
@click.option(
    "--months",
    type=click.IntRange(1, LONGEST_MONTHS),
    default=120,
    show_default=True,
    help="Months simulated from January 2027 on.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, LARGEST_SEED),
    default=1,
    show_default=True,
    help="Seed of the first pair; the next ones follow.",
)
@click.option("--central", is_flag=True, help="Keep hypotheses at their central values.")
@click.option(
    "--context",
    "contexts",
    multiple=True,
    metavar="NAME",
    help="What happens around purchasing, in the baseline too (ancrage scenarios lists them).",
)
@shock_option(
    "Add what a shock does under current practice and each scenario; repeat it for several, each "
    "by itself (ancrage scenarios lists them)."
)
@click.option(
    "--explain",
    "explained",
    is_flag=True,
    help="Add what each lever and channel brings, over four years at most (ancrage explain).",
)
@click.option(
    "--spaser",
    "buyers",
    multiple=True,
    metavar="BUYER",
    help="Add the SPASER table of a buyer under the first scenario; repeat it for several (ancrage "
    "territory buyers lists them).",
)
@click.option(
    "--territory",
    default="cote-opale",
    show_default=True,
    metavar="NAME",
    help="Embedded territory (cote-opale, dunkerque).",
)
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    default=None,
    help="Parallel processes.  [default: number of processors]",
)
@language_option
def command(
    scenario: tuple[str, ...],
    format_name: str | None,
    out: Path | None,
    pairs: int,
    months: int,
    seed: int,
    central: bool,
    contexts: tuple[str, ...],
    shocks: tuple[str, ...],
    explained: bool,
    buyers: tuple[str, ...],
    territory: str,
    workers: int | None,
    language: Language,
) -> int:
    """Write the printable report of a comparison of each SCENARIO with current practice.

    One to four scenarios, names of the library or TOML files. The same figures and words as on the
    screen, in one file. With no SCENARIO: access, insertion and full-spaser.
    """
    from model.errors import AncrageError
    from scenarios.comparison import MOST_SCENARIOS, check_names, compare
    from scenarios.library.reading import (
        DEFAULT_COMPARISON,
        load_context,
        load_scenario,
        load_shocks,
    )
    from scenarios.pool import Interrupted
    from scenarios.resilience.run import check_shocks
    from viz.console import notes, progress
    from viz.report import build_report
    from viz.report.build import check_installed
    from viz.report.territory import territory_figures
    from viz.territories import buyers_of, prepare_territory
    from viz.texts import text

    format_ = _format_of(format_name, out)
    chosen = [load_scenario(name) for name in scenario or DEFAULT_COMPARISON]
    check_names(chosen)
    if len(chosen) > MOST_SCENARIOS:
        raise AncrageError(f"A report holds at most {MOST_SCENARIOS} scenarios, got {len(chosen)}.")
    context = load_context(contexts)
    struck = load_shocks(shocks)
    if struck:
        check_shocks(struck, months)
    check_installed(format_)
    if buyers:
        from scenarios.spaser.run import check_buyers, check_numbers

        check_numbers(months, pairs, seed)
        check_buyers(territory, buyers)
    path = out or Path(f"report.{format_}")
    _check_writable(path)
    try:
        with progress() as bar:
            preparing = bar.add_task(text("preparing", language), total=None)
            zones = prepare_territory(territory)
            bar.remove_task(preparing)
            running = bar.add_task(text("running", language), total=pairs)
            runs = _Runs(territory, months, pairs, seed, central, context, workers)
            comparison = compare(
                chosen, **runs.options(), on_finished=lambda _: bar.advance(running)
            )
            blocks = _shocks(chosen, struck, runs, zones, language, bar)
            reasons = _explained(chosen if explained else [], runs, zones, language, bar)
            scheme = _scheme(chosen[0], buyers, runs, language, bar)
            bar.add_task(text("drawing", language, table="report"), total=None)
            extra = territory_figures(comparison, zones, language, buyers=buyers_of(territory))
            written = build_report(
                comparison, language, format_, extra, blocks, reasons, scheme, zones=zones
            )
    except Interrupted:
        click.echo("Interrupted; nothing was written.", err=True)
        return 130
    _write(path, written)
    notes().print(text("written", language, table="report", path=path), markup=False)
    return 0


@dataclass(frozen=True)
class _Runs:
    """What a comparison and a study of resilience both run."""

    territory: str
    months: int
    pairs: int
    seed: int
    central: bool
    context: Scenario
    workers: int | None

    def options(self) -> dict[str, Any]:
        """Return them as options of either."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def _shocks(
    chosen: list[Scenario],
    shocks: tuple[Scenario, ...],
    runs: _Runs,
    zones: Mapping[str, str],
    language: Language,
    bar: Progress,
) -> list[Block]:
    """Run each shock under current practice and each scenario; return what the report says."""
    if not shocks:
        return []
    from scenarios.pairs import BASELINE_SCENARIO
    from scenarios.resilience import run
    from scenarios.results import BASELINE
    from viz.report.shocks import shock_blocks
    from viz.territories import buyers_of
    from viz.texts import text

    named = [scenario.name for scenario in chosen]
    every = [*([] if BASELINE in named else [BASELINE_SCENARIO]), *chosen]
    running = bar.add_task(text("running_shocks", language, table="report"), total=runs.pairs)
    study = run.resilience(
        every, shocks, **runs.options(), on_finished=lambda _: bar.advance(running)
    )
    known = buyers_of(runs.territory)
    names = dict(zip(known.code, known.name, strict=True)) if known is not None else {}
    return shock_blocks(study, zones, language, buyers=names)


def _explained(
    chosen: list[Scenario],
    runs: _Runs,
    zones: Mapping[str, str],
    language: Language,
    bar: Progress,
) -> list[Block]:
    """Explain each scenario; return what the report says."""
    if not chosen:
        return []
    from scenarios.attribution import run
    from viz.report.explained import explained_blocks
    from viz.texts import text

    options = runs.options() | {"months": min(runs.months, run.DEFAULT_MONTHS)}
    studies: list[Explanation] = []
    for scenario in chosen:
        words = text("running_explained", language, table="report", scenario=scenario.name)
        running = bar.add_task(words, total=runs.pairs)
        studies.append(
            run.explain(scenario, **options, on_finished=lambda _, at=running: bar.advance(at))
        )
    return explained_blocks(studies, zones, language)


def _scheme(
    scenario: Scenario, buyers: tuple[str, ...], runs: _Runs, language: Language, bar: Progress
) -> list[Block]:
    """Run the SPASER table of some buyers; return what the report says of it."""
    if not buyers:
        return []
    from scenarios import spaser as of_spaser
    from viz.spaser.documents import spaser_blocks
    from viz.texts import text

    running = bar.add_task(text("running_spaser", language, table="report"), total=runs.pairs)
    table = of_spaser.spaser(
        buyers, scenario, **runs.options(), on_finished=lambda _: bar.advance(running)
    )
    return spaser_blocks(table, language)


def _format_of(name: str | None, out: Path | None) -> Format:
    """Return the format asked for, or that of the file's name.

    Raises
    ------
    AncrageError
        The file's name says another format than the one asked for, or none that is known.
    """
    from model.errors import AncrageError

    ending = out.suffix.removeprefix(".").lower() if out else ""
    if name is None and not ending:
        return FORMATS[0]
    found = name or ending
    if found not in FORMATS or (ending and ending != found):
        raise AncrageError(
            f"File '{out}' does not end in .{name or (' or .'.join(FORMATS))}; "
            "rename it or change --format."
        )
    return found


def _check_writable(path: Path) -> None:
    """Refuse early a place that cannot be written."""
    from model.errors import AncrageError

    folder = path.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK) or path.is_dir():
        raise AncrageError(f"Report '{path}' cannot be written; choose another file with --out.")


def _write(path: Path, content: bytes) -> None:
    """Write beside, then rename: the file is whole or absent."""
    from model.errors import AncrageError

    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise AncrageError(f"Report '{path}' cannot be written ({error.strerror}).") from error
