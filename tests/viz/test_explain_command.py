"""``ancrage explain`` on fake worlds, and its ten lines on made-up results."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from model.indicators import load_indicators
from model.indicators.channels import channel_names
from model.procurement.levers import Levers
from scenarios import Scenario
from scenarios.attribution import kept
from scenarios.attribution.coalitions import DEFAULT_ORDERS
from scenarios.attribution.results import ExplainedPair, Explanation
from scenarios.attribution.run import DEFAULT_MONTHS, gather
from viz.explanations.lines import COST, HOURS, JOBS, LOCAL, MOST_LINES, ten_lines
from viz.explanations.words import channel_label
from viz.figures.figure import Figure
from viz.report.explained import explained_blocks
from viz.reproduce import explanation_files
from viz.texts import Language

Run = Callable[..., tuple[int, str, str]]
Parts = Mapping[str, tuple[float, float]]
Made = Callable[..., Explanation]
KEYS = list(load_indicators())
LEVERS = ("allotment", "training")


@pytest.fixture
def made() -> Made:
    """Explanations of two levers whose parts are given: indicator to (mean, half width) of each.

    All indicators that are not named have parts around zero.
    """

    def make(
        parts: Mapping[str, tuple[float, float]] | None = None, pairs: int = 10
    ) -> Explanation:
        scenario = Scenario("two", "pourquoi", Levers(dict.fromkeys(LEVERS, 0.5)))
        steps = np.linspace(-1.0, 1.0, pairs) if pairs > 1 else np.zeros(1)
        found: list[ExplainedPair] = []
        for number, step in enumerate(steps):
            given = np.zeros((2, len(KEYS), 2))
            given[0] = step
            for key, (mean, half) in (parts or {}).items():
                given[0, KEYS.index(key)] = mean + half * step
            channels = {
                key: np.array([given[:, KEYS.index(key), -1].sum(), *[0.0] * (len(names) - 1)])
                for key, names in channel_names().items()
            }
            base = np.full((len(KEYS), 2), 100.0)
            after = base + given.sum(axis=0)
            pair = (base, after, given, np.zeros_like(given), 4, 4, channels, ())
            found.append(ExplainedPair(number + 1, ("A",), *pair))
        return gather(found, scenario, "any", 48, True)

    return make


def claims(line: str) -> list[tuple[float, float]]:
    """Return the intervals that a French line states."""
    plain = line.replace("\u202f", "").replace("\u00a0", " ").replace("−", "-").replace(",", ".")
    return [
        (float(a), float(b)) for a, b in re.findall(r"entre ([+-][\d.]+) et ([+-][\d.]+)", plain)
    ]


def test_ten_lines_never_claim_a_sign_whose_interval_holds_zero(made: Made) -> None:
    for half in (0.5, 2.0, 8.0, 50.0):
        for pairs in (5, 12, 40):
            study = made({JOBS: (10.0, half), LOCAL: (-3.0, half), COST: (2e6, half * 1e6)}, pairs)
            lines = ten_lines(study, "fr")
            assert len(lines) <= MOST_LINES
            for line in lines:
                for low, high in claims(line):
                    assert low <= high and (low > 0.0 or high < 0.0), line
            row = study.total(JOBS)
            assert row.low is not None and row.high is not None
            sure = row.low > 0.0
            assert ("supplémentaires" in lines[1]) == sure
            assert ("non distinguable de zéro" in lines[1].partition("relocalisés")[0]) == (
                not sure
            )
            if sure:
                (low, high), *_ = claims(lines[1])
                assert (low <= row.low and high >= row.high) or pairs >= 30
    nothing_sure = ten_lines(made(), "fr")
    assert not any(claims(line) for line in nothing_sure)


def test_few_pairs_conclude_nothing_and_more_say_how_far_they_carry(made: Made) -> None:
    sure = {JOBS: (100.0, 1.0), HOURS: (5000.0, 10.0)}
    few = ten_lines(made(sure, 4), "fr")
    assert len(few) == 3 and not any(claims(line) for line in few) and "provisoires" in few[1]
    first, full = ten_lines(made(sure, 10), "fr"), ten_lines(made(sure, 30), "fr")
    assert "première estimation" in first[0] and "première estimation" not in full[0]
    assert claims(first[1])[0] == (90.0, 200.0)
    assert 98.0 < claims(full[1])[0][0] < 100.0 < claims(full[1])[0][1] < 102.0
    assert len(full) <= MOST_LINES and "allotissement" in full[2].lower()
    english = ten_lines(made(sure, 30), "en")
    assert len(english) == len(full) and "additional" in english[1]
    assert "formation" in full[-1] and "training" in english[-1]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_channel_has_a_name(language: Language) -> None:
    for indicator, names in channel_names().items():
        labels = [channel_label(indicator, name, language) for name in names]
        assert len(set(labels)) == len(labels) and all(labels)


# --- The command ----------------------------------------------------------------------------------


@pytest.fixture
def faked(fake_world: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the command run fake worlds, in this process."""
    import scenarios.attribution
    import viz.territories
    from scenarios.attribution.run import explain

    fake = partial(explain, build=fake_world.build, workers=1)

    def run(*arguments: Any, workers: int | None = None, **further: Any) -> Any:
        return fake(*arguments, **further)

    monkeypatch.setattr(scenarios.attribution, "explain", run, raising=False)
    cache = tmp_path / "cache"
    monkeypatch.setattr(kept, "results_folder", lambda what, name, key: cache / str(hash(key)))
    names = {"A": "Zone A", "B": "Zone B", "C": "Zone C"}
    monkeypatch.setattr(viz.territories, "prepare_territory", lambda name: names)


def scenario_file(folder: Path, body: str) -> str:
    path = folder / "mine.toml"
    path.write_text(f'name = "mine"\nwhy = "x"\n{body}\n', encoding="utf-8")
    return str(path)


def test_json_and_folder_hold_parts_channels_and_lines(
    ancrage: Run, faked: None, tmp_path: Path
) -> None:
    file = scenario_file(tmp_path, "[levers]\nallotment = 0.5\nadvance_rate_sme = 0.3")
    folder = tmp_path / "study"
    options = ("--pairs", "5", "--months", "4", "--json", "--out", str(folder))
    code, out, _ = ancrage("explain", file, *options)
    assert code == 0
    found = json.loads(out)
    assert found["exact"] and [p["name"] for p in found["players"]] == [
        "allotment",
        "advance_rate_sme",
    ]
    totals = {row["indicator"]: row["difference"] for row in found["totals"]}
    parts: dict[str, float] = {}
    for row in found["contributions"]:
        parts[row["indicator"]] = parts.get(row["indicator"], 0.0) + (row["difference"] or 0.0)
    assert set(totals) == set(KEYS)
    for key, total in totals.items():
        assert total is None or parts[key] == pytest.approx(total, abs=1e-9), key
    assert 1 <= len(found["lines"]["fr"]) <= MOST_LINES
    names = ("contributions.csv", "channels.csv", "cases.csv", "pairs.parquet", "README.txt")
    for name in (*names, "ten-lines-fr.txt", "ten-lines-en.txt"):
        assert (folder / name).is_file()
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    assert record["players"] == ["allotment", "advance_rate_sme"] and record["complete"]
    compile("\n".join(record["python"]), "record", "exec")


def test_tables_are_read_by_people_in_both_languages(
    ancrage: Run, faked: None, tmp_path: Path
) -> None:
    file = scenario_file(tmp_path, "[levers]\nallotment = 0.5\ntraining = 0.5")
    for language, words in (
        ("fr", ("En dix lignes", "Contributions à", "Canaux", "valeur de Shapley", "Zone B")),
        ("en", ("In ten lines", "Contributions to", "Channels", "Shapley value", "Zone B")),
    ):
        options = ("--pairs", "5", "--months", "4", "--by", "epci", "--lang", language)
        code, out, _ = ancrage("explain", file, *options)
        assert code == 0
        for word in words:
            assert word in out
    code, out, _ = ancrage("explain", "baseline", "--pairs", "1", "--months", "4")
    assert code == 0 and "rien à expliquer" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("acces",), "acces"),
        (("access", "--orders", "3"), "even number"),
        (("access", "--months", "0"), "months"),
        (("access", "--hypothesis", "nonsense=1"), "nonsense"),
        ((), "SCENARIO"),
    ],
)
def test_bad_input_gives_one_sentence_and_writes_nothing(
    ancrage: Run, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    code, out, err = ancrage("explain", *arguments)
    assert code == 2 and out == "" and words in err and len(err.strip().splitlines()) <= 2
    assert not (tmp_path / "runs").exists()


def test_defaults_are_those_of_the_study() -> None:
    from viz.commands.explain import MONTHS, ORDERS

    assert (MONTHS, ORDERS) == (DEFAULT_MONTHS, DEFAULT_ORDERS)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_reports_and_exports_hold_it(made: Made, language: Language) -> None:
    study = made({JOBS: (100.0, 1.0), HOURS: (5000.0, 9000.0)}, 10)
    blocks = explained_blocks([study], {"A": "Zone A"}, language)
    shown = [block for block in blocks if isinstance(block, Figure)]
    assert {f"parts_{JOBS}", f"channels_{JOBS}", f"parts_{COST}"} <= {one.key for one in shown}
    for figure in shown:
        assert figure.title and figure.rows and figure.description
        assert all(len(row) == len(figure.columns) for row in figure.rows)
    of_jobs = next(one for one in shown if one.key == f"parts_{JOBS}")
    # the two levers, then their sum: a first estimate tells orders of magnitude
    assert [row[1] for row in of_jobs.rows] == pytest.approx([100.0, 0.0, 100.0])
    assert claims(of_jobs.title)[:1] == [(90.0, 200.0)] or language == "en"
    files = explanation_files(study)
    assert {"contributions.csv", "two.toml", "README.txt", "ten-lines-en.txt"} <= set(files)
    assert b"explain two.toml" in files["record.json"]
