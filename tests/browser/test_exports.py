"""What is saved from the page can be read back; what is loaded into it is checked."""

from __future__ import annotations

import csv
import io
import json
import re
import struct
import tomllib
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from viz.web.state import State, decode

RESULTS = replace(State(), section="results")

SCENARIO = """
name = "lots fins"
why = "Que change un allotissement plus fin ?"

[levers.allotment]
value = 0.4
"""


def saved(page, act) -> tuple[str, bytes]:
    """Return name and content of the file that a gesture saves."""
    with page.expect_download() as waiting:
        act()
    found = waiting.value
    return found.suggested_filename, Path(found.path()).read_bytes()


def load(page, name: str, content: bytes) -> None:
    """Choose a file to load."""
    file = {"name": name, "mimeType": "application/toml", "buffer": content}
    page.set_input_files("input[data-act=load]", files=[file])


def test_a_figure_is_saved_as_svg_png_and_csv(site, visit, answered):
    page = visit(site.url)
    figure = page.locator("figure[data-figure=addressable]")
    figure.locator(".an-chart svg").wait_for()
    title = figure.locator(".an-finding").inner_text()

    name, content = saved(page, figure.locator("[data-act=svg]").click)
    drawing = ET.fromstring(content)
    words = " ".join(
        "".join(t.itertext()) for t in drawing.iter("{http://www.w3.org/2000/svg}text")
    )
    assert name == "addressable.svg" and drawing.tag.endswith("svg")
    assert drawing.find("{http://www.w3.org/2000/svg}title").text == title
    assert "2036" in words and "Simulation, pas prévision" in words

    name, content = saved(page, figure.locator("[data-act=png]").click)
    width, height = struct.unpack(">II", content[16:24])
    assert name == "addressable.png" and content[:8] == b"\x89PNG\r\n\x1a\n"
    assert width == 2 * round(float(drawing.get("width")))
    assert height == 2 * round(float(drawing.get("height")))

    name, content = saved(page, figure.locator("[data-act=csv]").click)
    figure.locator("[data-act=table]").click()
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    heads = figure.locator("thead th").all_inner_texts()
    assert name == "addressable.csv" and rows[0] == heads
    assert [row[0] for row in rows[1:]] == figure.locator("tbody th").all_inner_texts()
    assert len(rows) == 11 and all(len(row) == len(heads) for row in rows)
    # decimals as a French spreadsheet reads them, and the values of the table
    value = float(rows[1][1].replace(",", "."))
    shown = figure.locator("tbody tr").first.locator("td").first.inner_text()
    assert abs(value - float(re.sub(r"\s", "", shown).replace(",", "."))) < 0.051


def test_a_scenario_is_saved_as_toml_and_loaded_again(site, visit):
    page = visit(site.url, RESULTS)
    page.locator("[data-scenario=access] .an-menu summary").click()
    name, content = saved(page, page.locator("[data-scenario=access] [data-act=save]").click)
    table = tomllib.loads(content.decode())
    assert name == "access.toml" and table["name"] == "access" and "allotment" in table["levers"]
    load(page, name, content)
    page.wait_for_selector("[data-scenario='access-2']")
    words = page.locator("[data-scenario] p").all_inner_texts()
    assert words[0] == words[1]


def test_an_own_scenario_is_renamed(site, visit):
    page = visit(site.url, RESULTS)
    load(page, "lots.toml", SCENARIO.encode())
    page.wait_for_selector("[data-scenario='lots fins']")
    page.locator("[data-scenario='lots fins'] .an-menu summary").click()
    page.fill("[data-scenario='lots fins'] input[name=name]", "petits lots")
    page.click("[data-scenario='lots fins'] [data-act=rename]")
    page.wait_for_selector("[data-scenario='petits lots']")
    assert page.locator("[data-scenario='lots fins']").count() == 0
    page.locator("[data-scenario='petits lots'] .an-menu summary").click()
    page.fill("[data-scenario='petits lots'] input[name=name]", "access")
    page.click("[data-scenario='petits lots'] [data-act=rename]")
    page.wait_for_selector("[role=alert] >> text=déjà pris")


def test_the_name_of_a_file_is_never_a_path(site, visit):
    page = visit(site.url, RESULTS)
    load(page, "../../etc/passwd.toml", SCENARIO.replace("lots fins", "../a/b").encode())
    page.wait_for_selector("[data-scenario='../a/b'], [role=alert]")
    if page.locator("[data-scenario='../a/b']").count():
        page.locator("[data-scenario='../a/b'] .an-menu summary").click()
        name, _ = saved(page, page.locator("[data-scenario='../a/b'] [data-act=save]").click)
        assert name == "a-b.toml"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("grand.toml", b"# " + 70_000 * b"x", "dépasse 64"),
        ("image.toml", b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "n'a pas été chargé"),
        ("libre.toml", "Bonjour, je ne suis pas un scénario".encode(), "n'a pas été chargé"),
        ("levier.toml", SCENARIO.replace("allotment", "alotment").encode(), "allotment"),
        ("borne.toml", SCENARIO.replace("0.4", "4.0").encode(), "n'a pas été chargé"),
    ],
    ids=["large", "binary", "text", "lever", "bounds"],
)
def test_what_cannot_be_loaded_is_refused_in_a_sentence(
    site, visit, answered, name, content, sentence
):
    page = visit(site.url, RESULTS)
    page.wait_for_selector("input[data-act=load]")
    load(page, name, content)
    page.wait_for_selector("[role=alert]")
    said = page.locator("[role=alert] span").inner_text()
    assert name in said and sentence in said
    assert "Traceback" not in said and "\n" not in said.strip() and len(said) < 400
    # the page lives: what is right is loaded, and the sentence goes away
    load(page, "lots.toml", SCENARIO.encode())
    page.wait_for_selector("[data-scenario='lots fins']")
    page.wait_for_selector("[role=alert]", state="detached")


def test_everything_is_exported_with_its_record_and_readme(site, visit, answered):
    page = visit(site.url, RESULTS)
    answered(page, pairs=5)
    page.click("[data-tool=export]")
    name, content = saved(page, page.locator("[data-export=zip]").click)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert all(not n.startswith(("/", "..")) and ".." not in Path(n).parts for n in names)
        by_name = {Path(n).name: n for n in names}
        record = json.loads(archive.read(by_name["record.json"]))
        readme = archive.read(next(n for n in names if "README" in n)).decode()
        word = archive.read(by_name["link.txt"]).decode().strip()
        drawings = [n for n in names if n.endswith(".svg")]
        for one in drawings:
            ET.fromstring(archive.read(one))
    assert name.endswith(".zip") and record
    assert "Ne peut fonder" in readme and drawings
    assert decode(word.split("s=")[-1]) == RESULTS


@pytest.mark.parametrize("kind", ["html", "pdf"])
def test_a_report_is_exported(site, visit, answered, kind):
    page = visit(site.url, RESULTS)
    answered(page, pairs=5)
    page.click("[data-tool=export]")
    name, content = saved(page, page.locator(f"[data-export={kind}]").click)
    assert name.endswith(f".{kind}")
    if kind == "html":
        text = content.decode()
        assert "<svg" in text and 'lang="fr"' in text and "Simulation, pas prévision" in text
        assert not re.search(r"""(?:src|href)=["']https?://(?!www\.w3)""", text)
    else:
        pages = PdfReader(io.BytesIO(content)).pages
        assert len(pages) >= 2
        assert "access" in "".join(page.extract_text() for page in pages)
