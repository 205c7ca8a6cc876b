"""What a command keeps of runs that Ctrl-C interrupted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from scenarios.pool import Interrupted
    from scenarios.store import RunFolder


def keep_partial(
    folder: RunFolder, stop: Interrupted, write: Callable[[Sequence[Any], int], Path]
) -> None:
    """Write the finished pairs of an interrupted run under ``partial/``, and say how many.

    ``write`` is given them and the number planned, and returns where it wrote them.
    """
    if not stop.finished:
        folder.discard()
        click.echo(f"Interrupted: none of {stop.planned} pairs was finished.", err=True)
        return
    place = write(stop.finished, stop.planned)
    click.echo(
        f"Interrupted: {len(stop.finished)} of {stop.planned} pairs were finished and kept in "
        f"{place}.",
        err=True,
    )
