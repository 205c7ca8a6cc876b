"""The chapter on shocks: there if asked for, whole in every format."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("py_mini_racer", reason="needs the extra 'report'")
pytest.importorskip("resvg_py", reason="needs the extra 'report'")
pytest.importorskip("docx", reason="needs the extra 'report'")
pytest.importorskip("typst", reason="needs the extra 'report'")

from scenarios.compared import Comparison
from scenarios.resilience import Resilience, run
from viz.figures.figure import Figure
from viz.report import FORMATS, build_report
from viz.report.content import Heading, Paragraph, printed_table, report_of
from viz.report.shocks import shock_blocks
from viz.texts import Language

ZONES = {"A": "Zone A", "B": "Zone B", "C": "Zone C"}
Made = Callable[..., Resilience]
Course = Any
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def study(made_study: Made, course: Course) -> Resilience:
    return made_study(6, baseline=course(100, 10), more_lots=course(60, 8, None, 30))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_shock_has_its_figures_and_sentences(study: Resilience, language: Language) -> None:
    blocks = shock_blocks(study, ZONES, language)
    headings = [block.text for block in blocks if isinstance(block, Heading)]
    assert len(headings) == len(study.shocks) + 2
    keys = [block.key for block in blocks if isinstance(block, Figure)]
    for shock in study.shocks:
        for kind in ("loss_curves_jobs_share", "loss_table", "loss_differences", "trade_off"):
            assert f"{kind}_{shock.name}" in keys
    assert keys[-1] == "structure_before" and len(keys) == len(set(keys))
    strong = [b.text for b in blocks if isinstance(b, Paragraph) and b.strong]
    assert sum("« more-lots »" in s or "'more-lots'" in s for s in map(_plain, strong)) == 2


def _plain(words: str) -> str:
    return re.sub(r"[\u00a0\u202f]", " ", words)


def test_the_chapter_stands_where_shocks_were_asked_for(
    fake_comparison: Comparison, study: Resilience
) -> None:
    without = report_of(fake_comparison, ZONES, "fr")
    with_them = report_of(fake_comparison, ZONES, "fr", (), shock_blocks(study, ZONES, "fr"))
    chapters = [[b.text for b in r.blocks if isinstance(b, Heading)] for r in (without, with_them)]
    assert "Face aux chocs" not in chapters[0] and "Face aux chocs" in chapters[1]
    kept = {b.key for b in without.blocks if isinstance(b, Figure)}
    assert kept < {b.key for b in with_them.blocks if isinstance(b, Figure)}


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_holds_them(
    fake_comparison: Comparison, study: Resilience, format_: Any
) -> None:
    blocks = shock_blocks(study, ZONES, "fr")
    plain = build_report(fake_comparison, "fr", format_, zones=ZONES)
    written = build_report(fake_comparison, "fr", format_, (), blocks, zones=ZONES)
    assert len(written) > len(plain)
    if format_ == "html":
        page = written.decode("utf-8").replace("&#x27;", "'")
        for figure in (block for block in blocks if isinstance(block, Figure)):
            assert figure.title in page, figure.title


def test_paper_keeps_a_month_a_year(study: Resilience) -> None:
    figure = next(b for b in shock_blocks(study, ZONES, "fr") if isinstance(b, Figure))
    rows, note = printed_table(figure, "fr")
    assert len(rows) == 5 * 2 and all(row[0].startswith("12/") for row in rows)
    assert "décembre" in note


def test_provisional_shocks_find_nothing(made_study: Made, course: Course) -> None:
    blocks = shock_blocks(made_study(3, baseline=course(10), other=course(5)), ZONES, "fr")
    told = " ".join(b.title for b in blocks if isinstance(b, Figure))
    assert "provisoire" in told and "9 simulations" not in told
    assert not any(b.strong and "dans 9" in b.text for b in blocks if isinstance(b, Paragraph))


@pytest.fixture
def faked(
    fake_world: ModuleType, monkeypatch: pytest.MonkeyPatch, study: Resilience
) -> list[dict[str, Any]]:
    """Let the command run fake worlds, and be handed a study; return how it was asked for."""
    import scenarios.comparison
    import scenarios.single
    import viz.territories

    asked: list[dict[str, Any]] = []

    def handed(scenarios: Any, shocks: Any, **options: Any) -> Resilience:
        asked.append({"scenarios": scenarios, "shocks": shocks, **options})
        return study

    monkeypatch.setattr(scenarios.comparison, "compare", scenarios.comparison.compare)
    monkeypatch.setattr(scenarios.single, "run_one", scenarios.single.run_one)
    monkeypatch.setattr(viz.territories, "prepare_territory", None)
    fake_world.install()
    monkeypatch.setattr(viz.territories, "buyers_of", lambda name: None)
    monkeypatch.setattr(run, "resilience", handed)
    return asked


SMALL = ("--pairs", "5", "--workers", "1")


def test_the_command_runs_baseline_and_scenarios_under_each_shock(
    ancrage: Run, tmp_path: Path, faked: list[dict[str, Any]]
) -> None:
    shocks = ("--shock", "budgets", "--shock", "importations")
    code, _, err = ancrage("report", "access", *SMALL, *shocks, "--months", "48", "--out", "a.html")
    assert code == 0, err
    assert [one.name for one in faked[0]["scenarios"]] == ["baseline", "access"]
    assert [one.name for one in faked[0]["shocks"]] == ["budgets", "importations"]
    assert (faked[0]["pairs"], faked[0]["months"]) == (5, 48)
    assert "Face aux chocs" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_without_shocks_none_is_run(ancrage: Run, faked: list[dict[str, Any]]) -> None:
    code, _, err = ancrage("report", "access", *SMALL, "--months", "12")
    assert code == 0 and not faked, err


@pytest.mark.usefixtures("faked")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--shock", "budget"), "Unknown shock 'budget'"),
        (("--shock", "budgets", "--months", "12"), "strikes in month 37"),
        (("--shock", "budgets", "--shock", "budgets"), "named 'budgets'"),
    ],
)
def test_bad_shocks_are_refused_before_anything_runs(
    ancrage: Run, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    code, _, err = ancrage("report", "access", *SMALL, *arguments)
    assert code == 2 and sentence in err and len(err.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())
