"""``ancrage calibrate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from viz.options import LARGEST_SEED, json_option, language_option, workers_option
from viz.texts import Language

if TYPE_CHECKING:
    from scenarios.calibration.results import Calibration

_FEWEST, _MOST = 8, 100_000


@click.command()
@click.option(
    "--points",
    type=click.IntRange(_FEWEST, _MOST),
    default=None,
    help="Worlds of the first design.  [default: 256]",
)
@click.option(
    "--second",
    type=click.IntRange(_FEWEST, _MOST),
    default=None,
    help="Worlds of the second, where the first do not rule hypotheses out.  [default: 128]",
)
@click.option(
    "--check",
    type=click.IntRange(_FEWEST, _MOST),
    default=None,
    help="Worlds with the calibrated ranges, afterwards.  [default: 40]",
)
@click.option(
    "--seed",
    type=click.IntRange(0, LARGEST_SEED),
    default=1,
    show_default=True,
    help="Seed of the design.",
)
@workers_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    metavar="DIR",
    help="Folder of the results.  [default: the clone, or runs/<date>-calibrate]",
)
@json_option
@language_option
def command(
    points: int | None,
    second: int | None,
    check: int | None,
    seed: int,
    workers: int | None,
    out: Path | None,
    as_json: bool,
    language: Language,
) -> int:
    """Calibrate run-time assumptions (grade C) on published figures, on the Côte d'Opale.

    Takes about half an hour. Finished worlds are kept: the same command goes on from them. In a
    clone, the usual calibration (no --points, --second, --check or --seed) rewrites what the model
    draws from; any other is written to a folder and changes nothing.
    """
    from scenarios.calibration.outcome import CalibrationOutlet
    from scenarios.calibration.run import USUAL_SIZES, Progress, calibrate
    from scenarios.pool import Interrupted
    from viz.console import notes, print_json, progress
    from viz.texts import text

    usual = (points, second, check, seed) == (None, None, None, 1)
    outlet = CalibrationOutlet.chosen(out, usual)
    chosen = (points, second, check)
    sizes = tuple(given or one for given, one in zip(chosen, USUAL_SIZES, strict=True))
    counted = [0, 0]
    try:
        with progress() as bar:
            running = bar.add_task("", total=None)

            def stage(number: int, units: int, known: int) -> None:
                counted[:] = [known, units]
                told = text(f"stage_{number}", language, table="validation")
                bar.update(running, description=told, total=units, completed=known)

            def finished() -> None:
                counted[0] += 1
                bar.advance(running)

            found = calibrate(
                sizes=sizes, seed=seed, workers=workers, progress=Progress(stage, finished)
            )
    except Interrupted:
        outlet.discard()
        told = {"done": counted[0], "all": counted[1]}
        notes().print(text("interrupted", language, table="validation", **told), markup=False)
        return 130
    except BaseException:
        outlet.discard()
        raise
    written = outlet.write(found)
    if as_json:
        print_json(found.as_json())
    else:
        _print(found, language)
    files = ", ".join(map(str, written))
    notes().print(text("written", language, table="validation", files=files), markup=False)
    return 0


def _print(found: Calibration, language: Language) -> None:
    """Print ranges before and after, and figures before and after."""
    from model.hypotheses import load_register
    from scenarios.validation.patterns import load_patterns
    from viz.console import output, table
    from viz.hypothesis_rows import label_of, value_words
    from viz.numbers import number, percent
    from viz.pattern_words import interval_words, pattern_value
    from viz.texts import text

    def words(key: str, **values: object) -> str:
        return text(key, language, table="validation", **values)

    console = output()
    register, patterns = load_register(), {one.key: one for one in load_patterns()}
    columns = [("hypothesis", "left"), ("prior", "right"), ("posterior", "right")]
    columns += [("ratio", "right"), ("used", "left"), ("moves", "left")]
    made = table(words("ranges"), [(words(key), side) for key, side in columns])
    for one in found.hypotheses:
        bounds = (one.prior_low, one.prior_high, one.low, one.high)
        low, high, after_low, after_high = (value_words(bound, language) for bound in bounds)
        made.add_row(
            label_of(register[one.key], language),
            f"{low} – {high}",
            f"{after_low} – {after_high}",
            number(one.ratio, 2, language),
            words("yes") if one.identified else "",
            f"{patterns[one.moves].label} ({percent(one.share, language, 0)})",
        )
    console.print(made)
    columns = [("pattern", "left"), ("published", "right"), ("before", "right"), ("after", "right")]
    made = table(words("figures"), [(words(key), side) for key, side in columns])
    for fit in found.targets:
        pattern = patterns[fit.key]
        made.add_row(
            pattern.label,
            f"{pattern_value(pattern, fit.value, language)} ± "
            f"{pattern_value(pattern, fit.error, language)}",
            interval_words(pattern, fit.before_low, fit.before_high, language),
            interval_words(pattern, fit.after_low, fit.after_high, language),
        )
    console.print(made)
    counts = {"identified": len(found.identified), "seen": len(found.hypotheses)}
    unseen = {"unseen": len(found.screened), "all": found.candidates}
    console.print(words("unknown", **counts, **unseen), markup=False)
    if found.covered == found.covered:
        truths = max(one.truths for one in found.coverage)
        share = percent(found.covered, language, 0)
        console.print(words("covered", truths=truths, share=share), markup=False)
