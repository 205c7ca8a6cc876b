"""``ancrage spaser --target``: look for lever sets, print and write what was found."""

from __future__ import annotations

import datetime as dt
import shlex
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scenarios import provenance
from scenarios.pool import ignoring_interrupts
from scenarios.spaser import search as searching
from scenarios.spaser.evaluator import Question
from scenarios.spaser.goals import parse_goals
from scenarios.spaser.search import Found, SearchInterrupted
from scenarios.spaser.store import write_frames
from scenarios.store import RECORD, RunFolder, default_folder, write_json
from viz.console import finite, notes, output, print_json, progress
from viz.figures.spaser import words
from viz.figures.spaser_search import found_words, search_figures, set_words
from viz.readme import TARGET_FILES, readme_text
from viz.spaser.documents import search_document, write_document
from viz.spaser.tables import figure_table
from viz.texts import Language, text

if TYPE_CHECKING:
    from scenarios.schema import Scenario
    from viz.spaser.documents import Format


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    buyers: tuple[str, ...]
    targets: tuple[str, ...]
    territory: str
    pairs: int
    seed: int
    central: bool
    context: Scenario
    overrides: tuple[tuple[str, float], ...]
    runs: int
    budget: float | None
    workers: int | None

    def question(self) -> Question:
        """Return what is asked of the search.

        Raises
        ------
        AncrageError
            A target that cannot be.
        """
        return Question(
            self.buyers,
            parse_goals(self.targets),
            self.territory,
            self.pairs,
            self.seed,
            self.central,
            self.context,
            self.overrides,
        )


def look_for(
    asked: Asked,
    format: Format | None,
    out: Path | None,
    folder: Path | None,
    as_json: bool,
    language: Language,
) -> int:
    """Look for lever sets, print and write what was found; return the exit code."""
    question = asked.question()
    kept = RunFolder(folder or default_folder("spaser"))
    try:
        with progress() as bar:
            running = bar.add_task(words("searching", language), total=asked.runs)
            found = searching.search(
                question,
                runs=asked.runs,
                budget_eur=asked.budget,
                workers=asked.workers,
                on_run=lambda number: bar.advance(running, number),
            )
        with ignoring_interrupts():
            if format is not None:
                content = search_document(found, format, language)
                write_document(out or kept.stage(f"target.{format}"), content)
            written = _write(kept, asked, found)
    except SearchInterrupted as stop:
        with ignoring_interrupts():
            _keep(kept, asked, stop.found, language)
        return 130
    except BaseException:
        kept.discard()
        raise
    if as_json:
        print_json(found.as_json())
        notes().print(text("folder", language, folder=written), markup=False)
    else:
        _print(found, written, language)
    return 0


def _keep(kept: RunFolder, asked: Asked, found: Found | None, language: Language) -> None:
    """Write what was known when Ctrl-C came, and say so."""
    if found is None:
        kept.discard()
        click.echo("Interrupted: no lever set was run.", err=True)
        return
    place = _write(kept, asked, found)
    click.echo(
        f"Interrupted: {found.runs} worlds of {found.tried} lever sets were run and kept in "
        f"{place}.",
        err=True,
    )


def _write(folder: RunFolder, asked: Asked, found: Found) -> Path:
    """Write what was found; of an interrupted search under ``partial/``. Returns its folder."""
    import pandas as pd

    under = "" if found.complete else "partial/"
    rows = [
        {
            "lever_cost_eur_a_year": one.cost_eur,
            "public_cost_eur_a_year": one.public_cost_eur,
            "public_cost_low_eur_a_year": one.public_low_eur,
            "public_cost_high_eur_a_year": one.public_high_eur,
            "reach": one.reach,
            "pairs": one.pairs,
            "levers": set_words(one.moved, "en"),
            **{f"value_{k + 1}": value for k, value in enumerate(one.values)},
        }
        for one in found.frontier
    ]
    write_frames(folder, under, {"frontier": pd.DataFrame(rows)})
    write_json(folder.stage(f"{under}target.json"), finite(found.as_json()))
    write_json(folder.stage(f"{under}{RECORD}"), _record(asked, found))
    readme = folder.stage(f"{under}README.txt")
    readme.write_text(readme_text(TARGET_FILES), encoding="utf-8")
    folder.publish()
    return folder.folder / under if under else folder.folder


def _record(asked: Asked, found: Found) -> dict[str, Any]:
    return {
        "kind": "spaser target",
        "complete": found.complete,
        "written": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "territory": asked.territory,
        "start": "2027-01",
        "months": found.question.months,
        "pairs": asked.pairs,
        "seeds": list(found.question.seeds),
        "hypotheses": "central values" if asked.central else "drawn for each seed",
        "edited_hypotheses": dict(asked.overrides),
        "context": asked.context.record(),
        "buyers": list(asked.buyers),
        "targets": [asdict(goal) for goal in found.question.goals],
        "most_runs": asked.runs,
        "budget_eur_a_year": asked.budget,
        "sha256": {"data": provenance.data_digest(), "code": provenance.code_digest()},
        "versions": provenance.versions(),
        "machine": provenance.machine(),
        "command": shlex.join(["ancrage", *sys.argv[1:]]),
    }


def _print(found: Found, written: Path, language: Language) -> None:
    """Print the finding, the frontier, the levers."""
    console = output()
    first, *others = found_words(found, language)
    console.print(f"[bold]{first}[/bold]")
    for line in others:
        console.print(line, markup=False)
    frontier, *levers = search_figures(found, language)
    console.print()
    console.print(figure_table(frontier, language, words("front_title", language)))
    for figure in levers:
        console.print(figure_table(figure, language))
    console.print(text("folder", language, folder=written), markup=False)
    console.print(text("footer", language), markup=False)
