"""``ancrage validate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from viz.options import MOST_PAIRS, json_option, language_option, workers_option
from viz.texts import Language

if TYPE_CHECKING:
    from scenarios.validation.results import Finding, Validation

MOST_SEEDS = 1000


@click.command()
@click.option(
    "--territory",
    default="cote-opale",
    show_default=True,
    metavar="NAME",
    help="Embedded territory (cote-opale, dunkerque).",
)
@click.option(
    "--seeds",
    type=click.IntRange(1, MOST_SEEDS),
    default=None,
    help="Worlds, from seed 1 on.  [default: 30]",
)
@click.option("--central", is_flag=True, help="Keep every hypothesis at its central value.")
@click.option(
    "--library",
    type=click.IntRange(2, MOST_PAIRS),
    default=None,
    metavar="PAIRS",
    help="Also compare the whole library on so many pairs, for the document.",
)
@workers_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    metavar="DIR",
    help="Folder of the results.  [default: the clone, or runs/<date>-validate]",
)
@json_option
@language_option
def command(
    territory: str,
    seeds: int | None,
    central: bool,
    library: int | None,
    workers: int | None,
    out: Path | None,
    as_json: bool,
    language: Language,
) -> int:
    """Hold the baseline against published patterns, seed by seed.

    Each seed draws its own hypotheses, those that shape the territory too. Finished seeds are kept:
    the same command goes on from them. In a clone, the usual run (no --territory, --seeds or
    --central) rewrites what it ships: docs/validation.md and its figures.
    """
    from scenarios.pool import Interrupted
    from scenarios.validation.outcome import ValidationOutlet
    from scenarios.validation.run import USUAL_SEEDS, USUAL_TERRITORY, validate
    from viz.console import notes, print_json, progress
    from viz.texts import text

    usual = territory == USUAL_TERRITORY and seeds in (None, USUAL_SEEDS) and not central
    outlet = ValidationOutlet.chosen(out, usual)
    counted = [0, 0]
    try:
        with progress() as bar:
            running = bar.add_task(text("running", language, table="validation"), total=None)

            def planned(units: int, known: int) -> None:
                counted[:] = [known, units]
                bar.update(running, total=units, completed=known)

            def finished() -> None:
                counted[0] += 1
                bar.advance(running)

            found = validate(
                territory=territory,
                seeds=seeds or USUAL_SEEDS,
                central=central,
                workers=workers,
                on_planned=planned,
                on_finished=finished,
            )
        blocks = _library_blocks(library, workers, language)
    except Interrupted:
        outlet.discard()
        told = {"done": counted[0], "all": counted[1]}
        notes().print(text("interrupted", language, table="validation", **told))
        return 130
    except BaseException:
        outlet.discard()
        raise
    written = outlet.write(found, blocks)
    if as_json:
        print_json(found.as_json())
    else:
        _print(found, language)
    notes().print(
        text("written", language, table="validation", files=", ".join(map(str, written))),
        markup=False,
    )
    return 0


def _library_blocks(pairs: int | None, workers: int | None, language: Language) -> dict[str, str]:
    """Return the blocks of the document about the library, if they were asked for."""
    if pairs is None:
        return {}
    from scenarios.validation.effects import measure_effects
    from scenarios.validation.report import effects_text, library_text
    from viz.console import progress
    from viz.texts import text

    with progress() as bar:
        running = bar.add_task(text("library", language, table="validation"), total=2 * pairs)
        comparison, variances = measure_effects(
            pairs, workers=workers, on_finished=lambda: bar.advance(running)
        )
    return {
        "effects": effects_text(comparison, variances),
        "library": library_text(comparison),
    }


def _print(found: Validation, language: Language) -> None:
    """Print the table of patterns, the tally by tag, and what the tags mean."""
    from viz.console import output, table
    from viz.numbers import number
    from viz.texts import text

    def words(key: str, **values: object) -> str:
        return text(key, language, table="validation", **values)

    console = output()
    headings = ("pattern", "tag", "accepted", "value", "interval", "verdict")
    sides = ("left", "left", "right", "right", "right", "left")
    columns = [(words(key), side) for key, side in zip(headings, sides, strict=True)]
    made = table("", columns)
    for item in found.findings:
        made.add_row(*_cells(item, language))
    title = words("title", territory=found.territory, seeds=len(found.seeds))
    console.print(title, style="bold", markup=False)
    console.print(made)
    parts = [
        words("tally_part", tag=words(f"tag_{tag}"), within=within, all=whole)
        for tag, (within, whole) in found.tally().items()
    ]
    console.print(words("tally", parts=", ".join(parts)), markup=False)
    console.print(words("tags_told"), markup=False)
    console.print(words("central" if found.central else "drawn"), markup=False)
    sizes = [
        words(
            "multiplier_part",
            territory=row.territory,
            firms=number(float(row.establishments), 0, language),
            value=number(row.multiplier_full, 2, language),
        )
        for row in found.sizes
    ]
    console.print(words("multiplier", parts=", ".join(sizes)), markup=False)


def _cells(item: Finding, language: Language) -> list[str]:
    """Write a row of the table."""
    from viz.pattern_words import interval_words, pattern_value, verdict_words
    from viz.texts import text

    pattern = item.pattern
    return [
        pattern.label,
        text(f"tag_{pattern.tag}", language, table="validation"),
        interval_words(pattern, pattern.low, pattern.high, language),
        pattern_value(pattern, item.mean, language),
        interval_words(pattern, item.low, item.high, language),
        verdict_words(item, language),
    ]
