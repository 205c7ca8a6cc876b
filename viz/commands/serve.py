"""``ancrage serve``: the web interface."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Port; 0 takes any free one.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; the default serves this machine alone.",
)
@click.option("--no-browser", is_flag=True, help="Do not open the browser.")
@click.option(
    "--territory",
    default="cote-opale",
    show_default=True,
    metavar="NAME",
    help="Embedded territory (cote-opale, dunkerque).",
)
@click.option(
    "--outlines",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="GeoJSON of communes or EPCI; without it, maps are schematic.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=None,
    help="Processes that simulate.  [default: one a processor]",
)
def command(
    port: int,
    host: str,
    no_browser: bool,
    territory: str,
    outlines: Path | None,
    workers: int | None,
) -> None:
    """Serve the web interface on this machine: strategy, workshop, research.

    It needs no network: nothing is fetched from elsewhere.
    """
    from viz.territories import prepare_territory
    from viz.web.server import serve

    prepare_territory(territory)
    serve(
        host=host,
        port=port,
        open_browser=not no_browser,
        territory=territory,
        outlines=outlines,
        workers=workers,
    )
