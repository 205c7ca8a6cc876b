"""The documentation says what the code says: tables, steps of the month, state variables."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest

from model.errors import AncrageError
from model.state import ContractState, FirmState, PublicState, ShockState, SupplyState, ZoneState
from viz.documentation import DOCUMENT, TABLES, markdown_table, rewrite, with_tables

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def odd() -> str:
    """Return the ODD protocol as it is committed."""
    return DOCUMENT.read_text(encoding="utf-8")


def test_the_tables_of_the_protocol_are_those_of_the_registers(odd: str) -> None:
    assert with_tables(odd) == odd, "docs/odd.md is stale: run python -m viz.documentation"


def test_every_table_stands_in_the_protocol(odd: str) -> None:
    found = re.findall(r"<!-- table: (\S+) -->", odd)
    assert sorted(found) == sorted(TABLES)


def test_the_schedule_lists_the_steps_of_the_month_in_their_order(odd: str) -> None:
    from model import TerritoryModel

    source = inspect.getsource(TerritoryModel.step)
    called = re.findall(
        r"(?:self\.)?((?:procurement|economy|support|recorder)\.\w+|_\w+|trace_\w+)\(", source
    )
    coded = [step for step in called if step not in ("_stocks", "_check")]
    schedule = odd.split("## 3. ")[1].split("## 4. ")[0]
    assert re.findall(r"^\| `([\w.]+)` \|", schedule, re.MULTILINE) == coded


STATES = [FirmState, SupplyState, ContractState, ZoneState, PublicState, ShockState]


@pytest.mark.parametrize("columns", STATES)
def test_every_state_variable_is_described(odd: str, columns: type) -> None:
    described = odd.split("### State variables")[1].split("## 3. ")[0]
    missing = [f.name for f in fields(columns) if f"`{f.name}`" not in described]
    assert not missing


@pytest.mark.parametrize("page", ["docs/odd.md", "docs/architecture.md", "README.md"])
def test_names_of_the_code_that_the_text_cites_exist(page: str) -> None:
    """Coefficients, columns, functions: a name gone from the code is gone from the page."""
    sources = [
        p for room in ("model", "scenarios", "viz", "tests") for p in (ROOT / room).rglob("*.*")
    ]
    known: set[str] = set()
    for path in sources:
        if path.suffix in (".py", ".toml"):
            known |= set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
            known.add(path.stem)
    text = (ROOT / page).read_text(encoding="utf-8")
    prose = re.sub(r"<!-- table.*?<!-- end -->", "", text, flags=re.DOTALL)
    # One letter before or after the line is an index of the notation (K_i, w_s), not a name.
    named = set(re.findall(r"\b[a-z]{2,}(?:_[a-z0-9]{2,})+\b", prose))
    assert named <= known, sorted(named - known)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("<!-- table: leverz -->\n<!-- end -->\n", "did you mean 'levers'"),
        ("text\n<!-- table: levers -->\n", "has no '<!-- end -->'"),
        ("text\n<!-- end -->\n", "line 2"),
        ("<!-- table: levers -->\n<!-- table: levers -->\n<!-- end -->\n", "line 2"),
    ],
)
def test_wrong_markers_are_refused(document: str, says: str) -> None:
    with pytest.raises(AncrageError, match=re.escape(says)):
        with_tables(document)


def test_a_stale_document_is_rewritten_and_its_text_kept(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("before\n<!-- table: levers -->\nold\n<!-- end -->\nafter\n", encoding="utf-8")
    assert rewrite(path)
    written = path.read_text(encoding="utf-8")
    assert written.startswith("before\n<!-- table: levers -->\n| Lever |")
    assert written.endswith("<!-- end -->\nafter\n")
    assert not rewrite(path)
    assert [p.name for p in tmp_path.iterdir()] == ["page.md"]


def test_a_missing_document_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(AncrageError, match="cannot be read"):
        rewrite(tmp_path / "none.md")


def test_cells_cannot_break_a_table() -> None:
    assert markdown_table(["a"], [["x | y\nz"]]).splitlines()[-1] == "| x \\| y z |"


def test_links_of_the_documentation_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
