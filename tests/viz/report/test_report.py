"""The report in its three formats: opened, read back, and saying the same numbers."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("py_mini_racer", reason="needs the extra 'report'")
pytest.importorskip("resvg_py", reason="needs the extra 'report'")
docx = pytest.importorskip("docx", reason="needs the extra 'report'")
typst = pytest.importorskip("typst", reason="needs the extra 'report'")

from scenarios.compared import Comparison  # noqa: E402
from viz.commands import report as command  # noqa: E402
from viz.figures.wording import measure_of_rows  # noqa: E402
from viz.outlines import Outlines  # noqa: E402
from viz.report import FORMATS, build_report  # noqa: E402
from viz.report.content import report_of, written_cells  # noqa: E402
from viz.report.territory import territory_figures  # noqa: E402
from viz.texts import Language  # noqa: E402

ZONES = {"A": "Zone A", "B": "Zone B", "C": "Zone C"}
GUARD = "Ne peut fonder ni la définition d'un besoin ni l'analyse d'une offre"
Run = Callable[..., tuple[int, str, str]]


class Page(HTMLParser):
    """Collects what the tests ask of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def key_numbers(comparison: Comparison) -> list[str]:
    """Numbers that every format must hold: jobs, with their interval."""
    row = comparison.row("more-lots", "jobs_present")
    written = measure_of_rows([row], "fr")
    return [written.change(v) for v in (row.difference, row.low, row.high)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_html_is_one_accessible_file(fake_comparison: Comparison, language: Language) -> None:
    written = build_report(fake_comparison, language, "html", zones=ZONES).decode("utf-8")
    page = Page(written)
    assert page.all("html")[0]["lang"] == language
    assert not page.all("script") and not page.all("link") and not page.all("img")
    references = re.findall(r"(?:href|src|url)\s*[=(]\s*[\"']?([^\"')\s>]+)", written)
    assert all(r.startswith(("#", "http://www.w3.org/")) for r in references), references
    pictures = page.all("svg")
    assert len(pictures) > 20 and all(p["role"] == "img" and p["aria-label"] for p in pictures)
    assert len(page.all("table")) == len(page.all("figure"))
    ids = [a["id"] for _, a in page.tags if a.get("id")]
    assert len(ids) == len(set(ids))
    assert page.all("th") and all(a.get("scope") for a in page.all("th"))


def test_docx_has_headings_tables_and_alternatives(fake_comparison: Comparison) -> None:
    written = build_report(fake_comparison, "fr", "docx", zones=ZONES)
    document = docx.Document(io.BytesIO(written))
    told = "\n".join(p.text for p in document.paragraphs)
    cells = "\n".join(c.text for t in document.tables[:2] for r in t.rows for c in r.cells)
    for number in key_numbers(fake_comparison):
        assert number in told and number in cells, number
    styles = {p.style.name for p in document.paragraphs}
    assert {"Title", "Heading 1", "Heading 2", "List Bullet"} <= styles
    assert document.core_properties.language == "fr-FR" and document.core_properties.title
    assert GUARD in document.sections[0].footer.paragraphs[0].text
    for shape in document.inline_shapes:
        assert shape._inline.docPr.get("descr")
    report = report_of(fake_comparison, ZONES, "fr")
    assert len(document.tables) == len(report.figures())
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        assert 'w:tblHeader w:val="true"' in archive.read("word/document.xml").decode()


def test_pdf_is_tagged_and_says_the_same(
    fake_comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: dict[str, Any] = {}
    compiled = typst.compile

    def spy(path: str, **options: Any) -> bytes:
        handed["content"] = json.loads(Path(path).with_name("report.json").read_text("utf-8"))
        handed["headings"] = json.loads(typst.query(path, "heading", field="body"))
        return compiled(path, **options)

    monkeypatch.setattr(typst, "compile", spy)
    written = build_report(fake_comparison, "fr", "pdf", zones=ZONES)
    assert written.startswith(b"%PDF-") and b"StructTreeRoot" in written
    assert re.search(rb"/Lang\s*\(fr", written)
    everything = json.dumps(handed["content"], ensure_ascii=False)
    for number in key_numbers(fake_comparison):
        assert number in everything, number
    names = json.dumps(handed["headings"], ensure_ascii=False)
    for name in ("En bref", "Répartition des effets", "Limites", "Fiche de calcul"):
        assert name in names, name
    figures = [b for b in handed["content"]["blocks"] if b["kind"] == "figure"]
    assert all(figure["alt"] for figure in figures)


def test_the_three_formats_hold_the_same_blocks(fake_comparison: Comparison) -> None:
    report = report_of(fake_comparison, ZONES, "fr")
    page = Page(build_report(fake_comparison, "fr", "html", zones=ZONES).decode("utf-8"))
    told = "\n".join(page.text)
    for figure in report.figures():
        assert figure.title in told and figure.caption in told
        for row in written_cells(figure, "fr"):
            assert all(cell in told for cell in row), row
    for number in key_numbers(fake_comparison):
        assert number in told
    assert GUARD in told and "Simulation, pas prévision" in told


def test_figures_of_the_territory_find_their_chapter(fake_comparison: Comparison) -> None:
    extra = report_of(fake_comparison, ZONES, "fr").figures()[-1]
    report = report_of(fake_comparison, ZONES, "fr", [extra])
    headings = [block.text for block in report.blocks if hasattr(block, "level")]
    assert "Le territoire et le calendrier" in headings


def test_maps_are_drawn_where_outlines_are_known(fake_comparison: Comparison) -> None:
    assert territory_figures(fake_comparison, ZONES, "fr") == []
    squares = {
        zone: [[[x, 0.0], [x + 1.0, 0.0], [x + 1.0, 1.0], [x, 0.0]]] for x, zone in enumerate("ABC")
    }
    features = [
        {
            "type": "Feature",
            "properties": {"name": zone},
            "geometry": {"type": "Polygon", "coordinates": rings},
        }
        for zone, rings in squares.items()
    ]
    outlines = Outlines("t", {"type": "FeatureCollection", "features": features}, None, 0.7, True)
    maps = territory_figures(fake_comparison, ZONES, "fr", outlines=outlines)
    assert len(maps) == 1  # the other scenario changes nothing
    assert maps[0].title.count(fake_comparison.scenarios[0].name) == 1
    told = build_report(fake_comparison, "fr", "html", maps, zones=ZONES).decode("utf-8")
    assert maps[0].title in told.replace("&#x27;", "'")


def test_provisional_reports_find_nothing(early_comparison: Comparison) -> None:
    told = build_report(early_comparison, "fr", "html", zones=ZONES).decode("utf-8")
    assert "Provisoire" in told and "provisoire (3 paires)" in told
    assert "dans 9 simulations sur 10, par rapport" not in told


@pytest.fixture
def faked(fake_world: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command run fake worlds."""
    import scenarios.comparison
    import scenarios.single
    import viz.territories

    monkeypatch.setattr(scenarios.comparison, "compare", scenarios.comparison.compare)
    monkeypatch.setattr(scenarios.single, "run_one", scenarios.single.run_one)
    monkeypatch.setattr(viz.territories, "prepare_territory", None)
    fake_world.install()
    monkeypatch.setattr(viz.territories, "buyers_of", lambda name: None)


SMALL = ("--pairs", "5", "--months", "12", "--workers", "1")


@pytest.mark.usefixtures("faked")
def test_the_command_writes_one_file(ancrage: Run, tmp_path: Path) -> None:
    code, out, err = ancrage("report", "access", *SMALL, "--out", "essai.html")
    assert code == 0 and out == "" and "essai.html" in err
    assert [path.name for path in tmp_path.iterdir()] == ["essai.html"]
    code, _, err = ancrage("report", "access", *SMALL, "--format", "docx", "--lang", "en")
    assert code == 0 and (tmp_path / "report.docx").is_file(), err


@pytest.mark.usefixtures("faked")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("acess",), "access"),
        (("access", "--out", "a.odt"), "does not end in .html or .pdf or .docx"),
        (("access", "--out", "a.pdf", "--format", "html"), "does not end in .html"),
        (("access", "--out", "nowhere/a.pdf"), "cannot be written"),
        (("access", "insertion", "reserved", "climat", "egalim"), "at most 4 scenarios"),
        (("access", "--context", "pluie"), "pluie"),
    ],
)
def test_bad_input_is_refused_before_anything_runs(
    ancrage: Run, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    code, _, err = ancrage("report", *arguments, *SMALL)
    assert code == 2 and sentence in err and len(err.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("faked")
def test_missing_packages_give_one_sentence(
    ancrage: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import viz.report.build

    monkeypatch.setattr(viz.report.build, "find_spec", lambda name: None)
    code, _, err = ancrage("report", "access", *SMALL)
    assert code == 2 and "pip install 'ancrage[report]'" in err
    assert not list(tmp_path.iterdir())


def test_formats_of_the_command_are_those_of_the_report() -> None:
    assert command.FORMATS == FORMATS
