"""Options shared by subcommands, and checks of names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

LONGEST_MONTHS = 600
MOST_PAIRS = 1000
MOST_WORKERS = 256
LARGEST_SEED = 2**53
BREAKDOWNS = ("epci", "sector", "firm-kind", "ownership", "buyer-kind")
"""The model's dimensions, repeated here so that help loads nothing; a test compares them."""


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")(
        function
    )


def language_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--lang``."""
    return click.option(
        "--lang",
        "language",
        type=click.Choice(["fr", "en"]),
        default="fr",
        show_default=True,
        help="Language of labels and sentences.",
    )(function)


def hypothesis_values(words: Sequence[str]) -> dict[str, float]:
    """Return the values that ``KEY=VALUE`` give to hypotheses.

    Raises
    ------
    AncrageError
        A word is not of this form, or a key is given twice.
    """
    from model.errors import AncrageError

    found: dict[str, float] = {}
    for word in words:
        key, equals, value = word.partition("=")
        key = key.strip()
        if key in found:
            raise AncrageError(f"Hypothesis '{key}' is given twice.")
        try:
            found[key] = float(value)
        except ValueError as error:
            hint = f"'{word}' is not of the form KEY=VALUE with a number as value."
            raise AncrageError(hint) from error
        if not equals or not key:
            raise AncrageError(f"'{word}' is not of the form KEY=VALUE.")
    return found


def by_option(default: str | None) -> Decorator:
    """Add ``--by``."""
    return click.option(
        "--by",
        "dimension",
        type=click.Choice(BREAKDOWNS),
        default=default,
        show_default=default is not None,
        help="Print a table by EPCI, sector, kind of firm, ownership or kind of buyer.",
    )


def run_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options common to ``run`` and ``compare``."""
    return run_options_over(120)(function)


def run_options_over(months: int) -> Decorator:
    """Add the same options, so many months being simulated unless told otherwise."""
    options = (
        click.option(
            "--territory",
            default="cote-opale",
            show_default=True,
            metavar="NAME",
            help="Embedded territory (cote-opale, dunkerque).",
        ),
        click.option(
            "--months",
            type=click.IntRange(1, LONGEST_MONTHS),
            default=months,
            show_default=True,
            help="Months simulated from January 2027 on.",
        ),
        click.option(
            "--seed",
            type=click.IntRange(0, LARGEST_SEED),
            default=1,
            show_default=True,
            help="Seed of the first pair; the next ones follow.",
        ),
        click.option("--central", is_flag=True, help="Keep hypotheses at their central values."),
        click.option(
            "--out",
            type=click.Path(path_type=Path),
            default=None,
            metavar="DIR",
            help="Folder of the run.  [default: runs/<date>-<command>]",
        ),
        json_option,
        language_option,
    )

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return add


def pairs_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--pairs``."""
    return click.option(
        "--pairs",
        type=click.IntRange(1, MOST_PAIRS),
        default=10,
        show_default=True,
        help="Pairs of runs (baseline and scenario on the same draws); 30 for full intervals.",
    )(function)


def workers_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--workers``."""
    return click.option(
        "--workers",
        type=click.IntRange(1, MOST_WORKERS),
        default=None,
        help="Parallel processes.  [default: number of processors]",
    )(function)


def context_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--context``."""
    return click.option(
        "--context",
        "contexts",
        multiple=True,
        metavar="NAME",
        help="What happens around purchasing, in the baseline too (ancrage scenarios lists them).",
    )(function)


def hypothesis_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--hypothesis``."""
    return click.option(
        "--hypothesis",
        "hypotheses",
        multiple=True,
        metavar="KEY=VALUE",
        help="Keep a hypothesis at this value in every pair (ancrage hypotheses lists them).",
    )(function)


def shock_option(help_text: str) -> Decorator:
    """Add ``--shock``."""
    return click.option("--shock", "shocks", multiple=True, metavar="NAME", help=help_text)
