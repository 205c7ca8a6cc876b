"""Starting the server: settings that keep everything on this machine, one engine, one page."""

from __future__ import annotations

import os
import socket
import threading
import warnings
import webbrowser
from pathlib import Path

from model.errors import AncrageError

SETTINGS = {
    # nothing leaves the machine
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_TITLE": "Ancrage",
    # a closed lid or a lost network is forgiven for ten minutes; the link keeps the rest
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",
    "SOLARA_MODE": "production",
    "SOLARA_APP": "viz.web.app",
}


def serve(
    *,
    host: str,
    port: int,
    open_browser: bool,
    territory: str,
    outlines: Path | None,
    workers: int | None,
) -> None:
    """Serve the interface until interrupted.

    Raises
    ------
    AncrageError
        The address is taken or cannot be used.
    """
    listening = _listen(host, port)
    os.environ.update(SETTINGS)
    # the engine's processes start before any thread of the server
    from scenarios.live import Engine

    engine = Engine(workers=workers, warm=territory)
    try:
        from viz.web.services import Services, install

        install(Services(engine, territory, outlines))
        prepare()
        _run(listening, host, listening.getsockname()[1], open_browser)
    finally:
        engine.close()


def prepare() -> None:
    """Refuse bad outlines before anything is served, and make what every visitor sees first."""
    from viz.territory_views import territory_views
    from viz.web.figures import outlines
    from viz.web.services import services

    outlines()
    threading.Thread(target=territory_views, args=(services().territory,), daemon=True).start()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise AncrageError(
            f"Cannot serve on {host}:{port} ({error.strerror}); choose another --port or --host."
        ) from error
    return listening


def _run(listening: socket.socket, host: str, port: int, open_browser: bool) -> None:
    import click
    import pandas  # noqa: F401  # several threads would import it at once, half loaded
    import uvicorn
    from solara.server.starlette import app

    # on this machine there is no https, and the page is in no frame of another site
    warnings.filterwarnings("ignore", message="Cookies with samesite=none require https")
    url = f"http://{'[' + host + ']' if ':' in host else host}:{port}/"

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            click.echo(f"Ancrage: {url} (Ctrl-C to stop)")
            if open_browser:
                threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    config = uvicorn.Config(app, log_level="error", lifespan="on")
    Server(config).run(sockets=[listening])
