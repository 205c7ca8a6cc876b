"""Figures as pictures without a browser: ECharts in V8 gives SVG, resvg makes PNG of it.

The same option, formatters (`chart.js`) and copy of ECharts serve the browser and the reports.
"""

from __future__ import annotations

import atexit
import json
import re
import sys
import threading
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from model.errors import AncrageError
from viz.figures.figure import Figure
from viz.texts import Language

if TYPE_CHECKING:
    from py_mini_racer import MiniRacer

ECHARTS = "echarts@5.4.0"
MISSING = "Reports and pictures need further packages: pip install 'ancrage[report]'"

_STUBS = """
var global = globalThis;
var setTimeout = function () {}, clearTimeout = function () {};
var console = { log: function () {}, warn: function () {}, error: function () {} };
"""
_DRAW = """
echarts.setPlatformAPI({ measureText: ancrageChart.measurer(ancrageMeasure) });
function ancrageDraw(option, maps, language, width, height) {
  for (const name of Object.keys(maps)) echarts.registerMap(name, maps[name]);
  const size = { renderer: "svg", ssr: true, width: width, height: height };
  const chart = echarts.init(null, null, size);
  const ready = ancrageChart.ready(option, language);
  ready.animation = false;
  chart.setOption(ready);
  const drawn = chart.renderToSVGString();
  chart.dispose();
  return drawn;
}
"""
_LOCK = threading.Lock()
"""V8 draws one figure at a time."""


def echarts_file() -> Path:
    """Return the copy of ECharts that solara-assets ships.

    Raises
    ------
    AncrageError
        It is not installed.
    """
    path = Path(sys.prefix) / "share/solara/cdn" / ECHARTS / "dist/echarts.min.js"
    if not path.is_file():
        raise AncrageError(MISSING)
    return path


@cache
def _context() -> MiniRacer:
    """Return the one V8 context, with ECharts loaded (0.2 s the first time)."""
    try:
        from py_mini_racer import MiniRacer
    except ImportError as error:
        raise AncrageError(MISSING) from error
    context = MiniRacer()
    # freed while threads still run: V8 may wait for ever for one once the interpreter is leaving
    atexit.register(context.close)
    own = Path(__file__).parent
    scripts = [echarts_file(), own / "measure.js", own / "chart.js"]
    context.eval(_STUBS)
    for path in scripts:
        context.eval(path.read_text(encoding="utf-8"))
    context.eval(_DRAW)
    return context


def svg(figure: Figure, language: Language, width: int = 760) -> str:
    """Draw the chart of a figure; its title and caption are left to the page.

    Raises
    ------
    AncrageError
        The extra ``report`` is not installed.
    ValueError
        The figure is a table alone.
    """
    if figure.option is None:
        raise ValueError(f"Figure '{figure.key}' has no chart.")
    maps = json.dumps(figure.maps, ensure_ascii=False)
    option = figure.option_json()
    with _LOCK:
        drawn = _context().eval(
            f"ancrageDraw({option}, {maps}, {language!r}, {int(width)}, {figure.height})"
        )
    return _described(str(drawn), figure.description)


def _described(drawn: str, description: str) -> str:
    """Give the picture a role and its text alternative; drop the ids that repeat."""
    head = re.match(r"<svg[^>]*>", drawn)
    if head is None:
        return drawn
    opening = f'{head.group(0)[:-1]} role="img" aria-label="{escape(description)}">'
    return opening + drawn[head.end() :].replace(' id="0"', "")


def png(drawn: str, *, zoom: float = 2.0) -> bytes:
    """Return the picture as PNG, in a font that is there.

    Raises
    ------
    AncrageError
        The extra ``report`` is not installed.
    """
    try:
        from resvg_py import svg_to_bytes
    except ImportError as error:
        raise AncrageError(MISSING) from error
    family = _family()
    made = svg_to_bytes(
        svg_string=drawn,
        background="#ffffff",
        zoom=zoom,
        font_family=family,
        sans_serif_family=family,
    )
    return bytes(made)


@cache
def _family() -> str | None:
    """Return a sans-serif family that this system has, in the order of likeness to Helvetica."""
    wanted = {"Liberation Sans": "LiberationSans-Regular", "DejaVu Sans": "DejaVuSans"}
    for family, name in wanted.items():
        if any(True for folder in _font_folders() for _ in folder.rglob(f"{name}.ttf")):
            return family
    return None


def _font_folders() -> Sequence[Path]:
    places = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "C:/Windows/Fonts")
    return [Path(place) for place in places if Path(place).is_dir()]
