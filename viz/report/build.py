"""A comparison made a report of one of three formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Literal, get_args

from model.errors import AncrageError
from scenarios.compared import Comparison
from viz.charts.svg import MISSING, echarts_file
from viz.figures.figure import Figure
from viz.report.content import Block, Report, report_of
from viz.texts import Language

Format = Literal["html", "pdf", "docx"]
FORMATS: tuple[Format, ...] = get_args(Format)


def build_report(
    comparison: Comparison,
    language: Language,
    format: Format,
    extra_figures: Sequence[Figure] = (),
    shocks: Sequence[Block] = (),
    explained: Sequence[Block] = (),
    scheme: Sequence[Block] = (),
    *,
    zones: Mapping[str, str] | None = None,
) -> bytes:
    """Return the report of a comparison as a file's content.

    Parameters
    ----------
    extra_figures
        Figures of the territory (map, calendar) for its chapter.
    shocks
        What the report says of shocks (`viz.report.shocks`), if any.
    explained
        What it says of levers and channels (`viz.report.explained`), if any.
    scheme
        The SPASER table of some buyers (`viz.spaser.documents.spaser_blocks`), if any.
    zones
        Names of EPCI by key; those of the comparison's territory by default.

    Raises
    ------
    AncrageError
        The extra ``report`` is not installed.
    """
    if zones is None:
        from viz.territories import prepare_territory

        zones = prepare_territory(comparison.territory)
    report = report_of(comparison, zones, language, extra_figures, shocks, explained, scheme)
    return _writer(format)(report)


def check_installed(format: str) -> None:
    """Refuse early a format whose packages are missing.

    Raises
    ------
    AncrageError
        The sentence says what to install.
    """
    needed = {"html": (), "pdf": ("typst",), "docx": ("docx", "resvg_py")}[format]
    if any(find_spec(name) is None for name in ("py_mini_racer", *needed)):
        raise AncrageError(MISSING)
    echarts_file()


def _writer(format: Format) -> Callable[[Report], bytes]:
    if format == "html":
        from viz.report.html import as_html

        return as_html
    if format == "pdf":
        from viz.report.pdf import as_pdf

        return as_pdf
    from viz.report.docx import as_docx

    return as_docx
