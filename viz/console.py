"""What is printed: tables and JSON on standard output, progress and notes on standard error."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast, override

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

WIDTH = 116
"""Columns of tables where the terminal does not tell its own."""
_NARROWEST, _WIDEST = 96, 132


def output() -> Console:
    """Return the console of standard output, wide enough for a table."""
    from rich.console import Console

    class PipeAware(Console):
        """Leaves a closed pipe to the command line, where rich would exit with code 1."""

        @override
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    console = PipeAware(highlight=False)
    console.width = min(max(console.width, _NARROWEST), _WIDEST) if console.is_terminal else WIDTH
    return console


def notes() -> Console:
    """Return the console of standard error."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    return console if console.is_terminal else Console(stderr=True, highlight=False, width=WIDTH)


def table(title: str, columns: Sequence[tuple[str, str]]) -> Table:
    """Return an empty table; columns are (heading, ``"left"`` or ``"right"``)."""
    from rich import box
    from rich.table import Table

    made = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        collapse_padding=True,
        pad_edge=False,
    )
    for heading, side in columns:
        # Keys and numbers stay on one line; texts may wrap.
        justify = "right" if side == "right" else "left"
        fixed = heading == "key" or side == "right"
        made.add_column(heading, justify=justify, no_wrap=fixed, min_width=None if fixed else 9)
    return made


def progress() -> Progress:
    """Return a progress bar with time left, on standard error."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = notes()
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("·"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def finite(value: Any) -> Any:
    """Replace what JSON cannot carry (NaN, infinities) by None, in depth."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value)
        return {key: finite(item) for key, item in items.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in cast("list[Any]", value)]
    return value


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output."""
    text = json.dumps(finite(value), ensure_ascii=False, indent=1, allow_nan=False)
    sys.stdout.write(text + "\n")


def chosen_entries[T](register: Mapping[str, T], key: str | None, what: str) -> list[T]:
    """Return the entry of a key, or all of a register without one; ``what`` names it in errors.

    Raises
    ------
    AncrageError
        No entry has this key.
    """
    from model.errors import AncrageError, nearest_name

    if key is None:
        return list(register.values())
    if key not in register:
        raise AncrageError(f"Unknown {what} '{key}'{nearest_name(key, register)}")
    return [register[key]]


def print_fields(fields: Mapping[str, object]) -> None:
    """Print one field a line, by name."""
    console = output()
    for name, value in fields.items():
        console.print(f"{name}: {value}", markup=False)
