"""The command line as tests of its output call it; small made-up comparisons, and studies of
resilience made of given losses, without any simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from model.indicators import load_indicators
from model.indicators.watcher import WATCHED
from model.procurement.levers import Levers
from model.shocks.shock import Shocks
from model.structure import load_measures
from scenarios import Scenario, compare
from scenarios.compared import Comparison
from scenarios.comparison import summarise
from scenarios.pairs import BASELINE_SCENARIO, PairResult, PairTask, run_pair
from scenarios.resilience import Resilience
from scenarios.resilience.results import ResiliencePair
from scenarios.resilience.run import gather
from scenarios.resilience.watched import Watched
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


# --- Studies of resilience ---

Array = NDArray[np.float64]

MONTHS, START = 60, 36
ZONES = ("A", "B", "C")
SCENARIOS = {
    "baseline": Scenario("baseline"),
    "more-lots": Scenario("more-lots", "pourquoi", Levers({"allotment": 0.5})),
    "other": Scenario("other", "pourquoi", Levers({"allotment": 0.2})),
}
CLOSURE = Scenario(
    "closure",
    "Le plus grand employeur ferme.\nSans préavis.",
    why_en="The largest employer closes.\nWithout notice.",
    shocks=Shocks([{"kind": "firm-closure", "start_month": START}]),
)
CUT = Scenario(
    "cut",
    "Les budgets baissent.",
    why_en="Budgets fall.",
    shocks=Shocks([{"kind": "budget-cut", "depth": 0.08, "start_month": START}]),
)


@dataclass(frozen=True)
class Course:
    """What a scenario loses: jobs at the shock, half the range over pairs, months until all is
    back (None: never), and jobs that it adds without any shock."""

    lost: float
    spread: float = 0.0
    back: int | None = 10
    gained: float = 0.0


Made = Callable[..., Resilience]


def _quantities(jobs: Array, failures: float, suppliers: float, on_time: float) -> Array:
    """Return (W, months, Z) quantities around given jobs (months, Z)."""
    known = {
        "jobs_present_fte": jobs,
        "output_eur": 1e4 * jobs,
        "failures_n": np.full_like(jobs, failures),
        "firms_supplying_n": np.full_like(jobs, suppliers),
        "due_eur": np.full_like(jobs, 100.0),
        "on_time_eur": np.full_like(jobs, on_time),
    }
    return np.stack([known.get(name, np.full_like(jobs, 50.0)) for name in WATCHED])


def _pair(
    number: int, pairs: int, courses: Mapping[str, Course], shocks: Sequence[Scenario]
) -> ResiliencePair:
    side = 2.0 * number / max(pairs - 1, 1) - 1.0
    months = np.arange(MONTHS)[:, None]
    calm: list[Watched] = []
    struck: list[tuple[Watched, ...]] = []
    structure: list[dict[tuple[str, str], float]] = []
    for course in courses.values():
        jobs = np.full((MONTHS, len(ZONES)), 1000.0 + course.gained / len(ZONES))
        jobs += 0.1 * course.gained * side
        hit = course.lost + side * course.spread
        after = np.maximum(months[START:] - START, 0)
        left = np.ones_like(after, dtype=float)
        if course.back is not None:
            left = np.maximum(1.0 - after / course.back, 0.0)
        # the first zone bears all
        taken = hit * left * np.array([1.0, 0.0, 0.0])
        worse = 0.0 if course.lost == 0.0 else 1.0
        sectors = np.stack([jobs.sum(axis=1) / 2.0] * 2, axis=1)
        calm.append(Watched(0, _quantities(jobs, 1.0, 40.0, 95.0), sectors))
        after_shock = _quantities(
            jobs[START:] - taken, 1.0 + 0.1 * worse, 40.0 - 2.0 * worse, 95.0 - 3.0 * worse
        )
        struck.append(tuple(Watched(START, after_shock, sectors[START:]) for _ in shocks))
        places = ("all", *ZONES)
        structure.append(
            {
                (key, zone): 50.0 + 0.01 * course.gained + side
                for key, entry in load_measures().items()
                for zone in (places if entry.by_zone else ("all",))
            }
        )
    return ResiliencePair(number + 1, ZONES, tuple(calm), tuple(struck), tuple(structure))


@pytest.fixture(scope="session")
def made_study() -> Made:
    """Make a study of given courses, one a scenario, under two shocks that take the same."""

    def make(pairs: int = 8, **courses: Course) -> Resilience:
        named = {key.replace("_", "-"): course for key, course in courses.items()}
        shocks = (CLOSURE, CUT)
        runs = [_pair(number, pairs, named, shocks) for number in range(pairs)]
        scenarios = [SCENARIOS[key] for key in named]
        return gather(runs, scenarios, shocks, "any", MONTHS, central=False, real=False)

    return make


@pytest.fixture(scope="session")
def course() -> type[Course]:
    """Return what a scenario's losses are made of."""
    return Course


@pytest.fixture
def usual_study(made_study: Made) -> Resilience:
    """Two scenarios and the baseline, eight pairs: one loses surely less, one cannot be told."""
    return made_study(
        baseline=Course(100.0, 10.0),
        more_lots=Course(60.0, 8.0, gained=30.0),
        other=Course(100.0, 30.0, back=None),
    )
