"""The command line as tests of its output call it; small made-up comparisons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from model.indicators import load_indicators
from model.procurement.levers import Levers
from scenarios import Scenario, compare
from scenarios.compared import Comparison
from scenarios.comparison import summarise
from scenarios.pairs import BASELINE_SCENARIO, PairResult, PairTask, run_pair
from viz.cli import run

MORE_LOTS = Scenario("more-lots", "pourquoi", Levers({"allotment": 0.5}))
NOTHING = Scenario("nothing", "pourquoi")

Shifted = Callable[..., Comparison]


@pytest.fixture
def ancrage(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """Run the command in this process from an empty folder: (exit code, output, errors)."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture(scope="session")
def fake_comparison(fake_world: ModuleType) -> Comparison:
    """Two scenarios, one of which changes nothing, over eighteen months of fake worlds."""
    return compare(
        [MORE_LOTS, NOTHING], territory="any", build=fake_world.build, months=18, pairs=6, workers=1
    )


@pytest.fixture(scope="session")
def early_comparison(fake_world: ModuleType) -> Comparison:
    """Too few pairs for a finding."""
    return compare(
        [MORE_LOTS, NOTHING], territory="any", build=fake_world.build, months=12, pairs=3, workers=1
    )


@pytest.fixture(scope="session")
def shifted(fake_world: ModuleType) -> Shifted:
    """Make a comparison of one scenario whose indicators differ by given means and spreads."""

    def make(pairs: int = 8, **differences: tuple[float, float]) -> Comparison:
        places = list(load_indicators())
        finished: list[PairResult] = []
        for number in range(pairs):
            task = PairTask("any", 1 + number, 12, True, (MORE_LOTS,), fake_world.build)
            result = run_pair(task)
            base = result.runs[0]
            values, quarterly = base.values.copy(), base.quarterly.copy()
            side = 1.0 if number % 2 else -1.0
            for key, (mean, spread) in differences.items():
                values[places.index(key)] += mean + side * spread
                quarterly[..., places.index(key)] += mean + side * spread
            run = replace(base, values=values, quarterly=quarterly)
            finished.append(replace(result, runs=(base, run)))
        return summarise(finished, [MORE_LOTS], "any", True, BASELINE_SCENARIO)

    return make
