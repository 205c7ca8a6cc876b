"""Files that a visitor takes away: the zip of everything, the data alone, the printable report.

They are made off the visitor's own thread, from the answer on screen and from nothing else, then
handed to the browser.
"""

from __future__ import annotations

import csv
import io
import logging
import textwrap
import threading
from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, cast

from model.errors import AncrageError
from viz.evidence import annex_figures
from viz.figures.contributions import explained_figures
from viz.figures.figure import Figure
from viz.figures.trajectories import DEFAULT_TRAJECTORIES, trajectories
from viz.hypothesis_rows import words
from viz.reproduce import (
    data_files,
    explanation_files,
    file_name,
    stem_of,
    study_files,
    zipped,
)
from viz.spaser.documents import buyer_figures, document, spaser_blocks
from viz.territories import buyers_of
from viz.texts import Language, text
from viz.web.explaining import all_known
from viz.web.figures import NEEDS_ANSWER, figures_of, outlines
from viz.web.services import services
from viz.web.session import NOTICE, Answers, offer
from viz.web.spaser_study import KNOWN, table_of
from viz.web.state import State, encode
from viz.web.studies import NO_STUDY, study_of
from viz.web.study_figures import study_figures
from viz.web.zones import zone_names

if TYPE_CHECKING:
    from scenarios.compared import Comparison
    from scenarios.live import Answer
    from scenarios.resilience import Resilience
    from scenarios.spaser import Spaser
    from viz.report import Format

LOG = logging.getLogger(__name__)

ZIP = "application/zip"
KINDS = {
    "zip": ZIP,
    "data": ZIP,
    "html": "text/html",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""Content type of each kind of export."""

_WIDTH = 960
_FIGURE_FILES = {
    "figures/": "every figure of the comparison: .svg picture, .csv table",
    "link.txt": "the end of the address that opens this state again, after ?s=",
}

_SCHEME_FILES = {"spaser/": "the SPASER table of the chosen buyers: spreadsheet and JSON"}
_STUDY_FILES = {"resilience/": "what shocks do: data, record and README of their own"}
_EXPLAINED_FILES = {"explained/": "what levers and channels bring, a folder a scenario explained"}


def export_all(kind: str, state: State, answers: Answers, study: Answers = NO_STUDY) -> None:
    """Make an export of the answer on screen and offer it to the browser, in the background.

    ``kind`` is one of `KINDS`; the zip of everything holds the study of shocks too, if there is
    one. A sentence says what is missing, or that it is under way.
    """
    language = state.language
    answer = answers.best(state.months)
    if kind not in KINDS:
        return
    if answer is None:
        NOTICE.value = text("export_needs_answer", language, table="web")
        return
    NOTICE.value = words("preparing_export", language)
    shocks, scheme = study_of(study), table_of(state, KNOWN.value)
    background(lambda: _deliver(kind, state, answer, shocks, scheme))


def background(work: Callable[[], None]) -> threading.Thread:
    """Do something in a thread that knows the visitor (Solara hands its context to threads)."""
    thread = threading.Thread(target=work, name="export", daemon=True)
    thread.start()
    return thread


def _deliver(
    kind: str, state: State, answer: Answer, study: Resilience | None, scheme: Spaser | None
) -> None:
    try:
        content = made(kind, state, answer, study, scheme)
    except AncrageError as error:
        NOTICE.value = words("export_failed", state.language, reason=error)
    except Exception:
        LOG.exception("An export failed.")
        reason = words("export_broken", state.language)
        NOTICE.value = words("export_failed", state.language, reason=reason)
    else:
        NOTICE.value = ""
        offer(name_of(kind, answer), content, KINDS[kind])


def name_of(kind: str, answer: Answer) -> str:
    """Return the plain file name of an export."""
    ending = "zip" if KINDS[kind] == ZIP else kind
    data = "-data" if kind == "data" else ""
    return f"{_stem(answer)}{data}.{ending}"


def _stem(answer: Answer) -> str:
    return stem_of(scenario.name for scenario in answer.comparison.scenarios)


def made(
    kind: str,
    state: State,
    answer: Answer,
    study: Resilience | None = None,
    scheme: Spaser | None = None,
) -> bytes:
    """Return the content of an export; a SPASER table that was computed is an annex of reports.

    Raises
    ------
    AncrageError
        The extra ``report`` is not installed.
    """
    comparison, language = answer.comparison, state.language
    if kind == "zip":
        return everything(state, answer, study, scheme)
    if kind == "data":
        return zipped(data_files(comparison), _stem(answer))
    try:
        from viz.report import build_report
        from viz.report.explained import explained_blocks
    except ImportError as error:
        raise AncrageError(words("export_missing", language)) from error
    figures = _of_territory(comparison, language)
    reasons = explained_blocks(list(all_known(state).values()), zone_names(), language)
    annex = [] if scheme is None else spaser_blocks(scheme, language)
    return build_report(
        comparison,
        language,
        cast("Format", kind),
        figures,
        explained=reasons,
        scheme=annex,
        zones=zone_names(),
    )


def everything(
    state: State, answer: Answer, study: Resilience | None = None, scheme: Spaser | None = None
) -> bytes:
    """Return the zip of data, record, README, figures, the state's link and own scenarios.

    A study of shocks has its data in a folder of its own, and its figures after the others; so have
    explanations and a SPASER table. Figures of how far results can be believed come last.
    """
    comparison = answer.comparison
    listed = _FIGURE_FILES if study is None else {**_FIGURE_FILES, **_STUDY_FILES}
    if known := all_known(state):
        listed = {**listed, **_EXPLAINED_FILES}
    listed = listed if scheme is None else {**listed, **_SCHEME_FILES}
    files = data_files(comparison, listed)
    figures = export_figures(state, answer)
    if study is not None:
        files |= {f"resilience/{name}": content for name, content in study_files(study).items()}
        figures += [figure for figure in study_figures(state, study) if figure is not None]
    for name, one in known.items():
        folder = f"explained/{file_name(name, 'x').removesuffix('.x')}"
        files |= {f"{folder}/{path}": made for path, made in explanation_files(one).items()}
        figures += explained_figures(one, zone_names(), state.language)
    if scheme is not None:
        for format in ("xlsx", "json"):
            files[f"spaser/spaser.{format}"] = document(scheme, format, state.language)
        for buyer in scheme.listed:
            figures += buyer_figures(scheme, buyer, state.language)
    figures += [figure for part in annex_figures(state.language).values() for figure in part]
    for place, figure in enumerate(figures, start=1):
        # a key may hold a scenario's name, which is a visitor's text
        stem = f"figures/{place:02d}-{file_name(figure.key, 'x').removesuffix('.x')}"
        files[f"{stem}.csv"] = table_csv(figure, state.language)
        if (drawn := _picture(figure, state.language)) is not None:
            files[f"{stem}.svg"] = drawn.encode()
    files["link.txt"] = (encode(state) + "\n").encode()
    return zipped(files, _stem(answer))


def export_figures(state: State, answer: Answer) -> list[Figure]:
    """Return the figures of every page of the comparison, of each scenario, each once."""
    found: dict[tuple[str, str], Figure] = {}
    pages = [
        replace(state, mode="strategy", section=section, edited=scenario.name)
        for section in NEEDS_ANSWER
        for scenario in answer.comparison.scenarios
    ]
    made = [figure for page in pages for figure in figures_of(page, answer)]
    made += [trajectories(answer.comparison, key, state.language) for key in DEFAULT_TRAJECTORIES]
    for figure in made:
        found.setdefault((figure.key, figure.title), figure)
    return list(found.values())


def _of_territory(comparison: Comparison, language: Language) -> list[Figure]:
    """Return the figures of the report's chapter on the territory, on the server's shapes."""
    from viz.report.territory import territory_figures

    buyers = buyers_of(services().territory)
    return territory_figures(comparison, zone_names(), language, outlines=outlines(), buyers=buyers)


def table_csv(figure: Figure, language: Language) -> bytes:
    """Return the table of a figure as a spreadsheet of the reader's country opens it."""
    french = language == "fr"
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if french else ",", lineterminator="\r\n")
    writer.writerow([column.heading for column in figure.columns])
    for row in figure.rows:
        cells = ["" if cell is None else str(cell) for cell in row]
        numbers = [isinstance(cell, int | float) for cell in row]
        writer.writerow(
            [
                cell.replace(".", ",") if french and is_number else cell
                for cell, is_number in zip(cells, numbers, strict=True)
            ]
        )
    return out.getvalue().encode("utf-8-sig")


def _picture(figure: Figure, language: Language) -> str | None:
    """Return a figure as SVG with title and caption; None without chart, or without the extra."""
    if figure.option is None:
        return None
    from viz.charts.svg import svg

    try:
        drawn = svg(figure, language, _WIDTH)
    except AncrageError:
        return None
    return titled(drawn, figure, language)


def titled(drawn: str, figure: Figure, language: Language, width: int = _WIDTH) -> str:
    """Put a title above a picture and a caption below it."""
    note = f"{figure.caption} {text('footnote', language, table='web')}"
    head, top = _lines(figure.title, 18, width, 28, "600")
    foot, bottom = _lines(note, 13, width, top + figure.height + 22, "400")
    label = escape(figure.title, quote=True)
    placed = drawn.replace("<svg ", f'<svg y="{top}" ', 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{bottom}" '
        f'viewBox="0 0 {width} {bottom}" role="img" aria-label="{label}">'
        f'<title>{label}</title><rect width="100%" height="100%" fill="#ffffff"/>'
        f"{''.join(head)}{placed}{''.join(foot)}</svg>"
    )


def _lines(told: str, size: int, width: int, y: int, weight: str) -> tuple[list[str], int]:
    """Return lines of text from a height on, and where they end."""
    wrapped = textwrap.wrap(told, int(width / (size * 0.56)))
    step = round(size * 1.35)
    return [
        f'<text x="12" y="{y + k * step}" font-family="Helvetica, Arial, sans-serif" '
        f'font-size="{size}" font-weight="{weight}" fill="#1a1a1a">{escape(line)}</text>'
        for k, line in enumerate(wrapped)
    ], y + len(wrapped) * step
