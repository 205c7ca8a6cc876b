"""The lines at the head of what commands print: what was run, around what, how far it carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viz.sentences import edited_words, readiness, what_changes, why_of
from viz.texts import Language, text

if TYPE_CHECKING:
    from rich.console import Console

    from viz.figures.wording import Study


def print_what_was_run(console: Console, result: Study, language: Language) -> None:
    """Print the heading of a result, its context, edited hypotheses and number of pairs."""
    one = result.pairs == 1
    pairs = text("pairs_one" if one else "pairs_many", language, pairs=result.pairs)
    heading = text(
        "heading",
        language,
        territory=result.territory,
        months=result.months,
        start=result.start,
        pairs=pairs,
        seed=result.seed,
    )
    console.print(f"[bold]{heading}[/bold]")
    around = result.context
    if not around.changes_nothing:
        why = why_of(around, language)
        console.print(text("context", language, name=around.name, why=why), markup=False)
        console.print(what_changes(around, language), markup=False)
    if result.overrides:
        console.print(edited_words(result.overrides, language), markup=False)
    for line in readiness(result.pairs, result.months, result.central, language):
        console.print(line, markup=False)
