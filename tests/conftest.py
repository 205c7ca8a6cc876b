"""Settings, territories and reference data shared by all tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn, Protocol

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from model import Levers, TerritoryModel
    from model.procurement.practice import Practice
    from model.territory.territory import Territory
    from scenarios.spaser import Spaser

settings.register_profile(
    "ci",
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


BROWSER = "tests/browser/"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the tests in a browser, which take longest together."""
    items.sort(key=lambda item: not item.nodeid.startswith(BROWSER))


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Give each file to one worker, and all those of the browser to the same.

    They share a server, and two browsers at once slow each other down.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return BROWSER if nodeid.startswith(BROWSER) else nodeid.split("::", 1)[0]

    return ByFile(config, log)


@pytest.fixture(scope="session")
def fake_world() -> Iterator[ModuleType]:
    """The module of fake worlds, importable by name here and in spawned processes."""
    folder = str(Path(__file__).parent)
    sys.path.insert(0, folder)
    try:
        yield import_module("fake_world")
    finally:
        sys.path.remove(folder)


@pytest.fixture(scope="session")
def exact_buyers() -> ModuleType:
    """The module of worlds of two buyers whose contracts follow a few levers exactly."""
    folder = str(Path(__file__).parent)
    sys.path.insert(0, folder)
    try:
        return import_module("exact_buyers")
    finally:
        sys.path.remove(folder)


@pytest.fixture(scope="session")
def exact_study(exact_buyers: ModuleType) -> Spaser:
    """The table of both buyers over two whole years and a half."""
    return exact_buyers.study()


class MakeTerritory(Protocol):
    """Builds a made-up territory, or returns the one built before with the same arguments."""

    def __call__(
        self, firms: int = 300, zones: int = 3, seed: int = 1, money_scale: float = 1.0
    ) -> Territory: ...


@cache
def _made(firms: int, zones: int, seed: int, money_scale: float) -> Territory:
    from model import generated_territory

    return generated_territory(firms, zones, seed=seed, money_scale=money_scale)


@pytest.fixture(scope="session")
def generated_territory() -> MakeTerritory:
    """Made-up territories of 300 to 2,000 firms, each built once a session; read-only."""

    def make(
        firms: int = 300, zones: int = 3, seed: int = 1, money_scale: float = 1.0
    ) -> Territory:
        return _made(firms, zones, seed, money_scale)

    return make


class FixPractice(Protocol):
    """Makes the practice of a world in which some levers stand at given values, whole."""

    def __call__(self, world: TerritoryModel, **values: float) -> Practice: ...


@pytest.fixture(scope="session")
def fixed_practice() -> FixPractice:
    """Practices with levers at given values in every buyer, fully adopted, lags apart."""
    from model.procurement.practice import Placed, Practice

    def make(world: TerritoryModel, **values: float) -> Practice:
        buyers = world.territory.buyers
        cap = values.pop("turnover_cap", 2.0)
        placed = {key: (Placed(value, value),) for key, value in values.items()}
        mature = np.ones_like(world.state.public.maturity)
        return Practice(placed, mature, buyers.kind, np.array(buyers.spaser_duty), cap)

    return make


@pytest.fixture(scope="session")
def cote_opale() -> Territory:
    """The whole Côte d'Opale, for the few tests that need it."""
    from model import load_territory

    return load_territory("cote-opale")


@pytest.fixture(scope="session")
def h() -> dict[str, float]:
    """Central values of every registered hypothesis."""
    from model.hypotheses import HypothesisValues

    return dict(HypothesisValues())


class Missing(Protocol):
    """Leaves a test out because something is not here; never returns."""

    def __call__(self, reason: str) -> NoReturn: ...


@pytest.fixture(scope="session")
def missing() -> Missing:
    """Skip with the reason, or fail where everything is required (``ANCRAGE_REQUIRE_ALL=1``)."""

    def leave_out(reason: str) -> NoReturn:
        if os.environ.get("ANCRAGE_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)

    return leave_out


@pytest.fixture(scope="session")
def reference_data(missing: Missing) -> Path:
    """The folder of published files; skips without it, fails where everything is required."""
    folder = os.environ.get("ANCRAGE_REFERENCE_DATA")
    if not folder:
        missing("ANCRAGE_REFERENCE_DATA is unset: no published files to compare with")
    return Path(folder)


NEEDS_ANOTHER = {
    "joint_purchase_lots": ("joint_purchase", 0.5),
    "sourcing_depth": ("sourcing_breadth", 0.5),
    "environmental_control": ("environmental_coverage", 0.5),
}
"""Levers that are refused without another, and a value of that one."""


@st.composite
def _lawful_levers(draw: st.DrawFn) -> Levers:
    from model import Levers
    from model.procurement.levers import AWARD_WEIGHTS, load_levers

    changes: dict[str, object] = {}
    for key, lever in load_levers().items():
        if key in AWARD_WEIGHTS or not draw(st.booleans()):
            continue
        high = min(lever.high, 1.5) if key == "required_turnover" else lever.high
        path: dict[str, object] = {
            "value": draw(st.floats(lever.low, high)),
            "start_month": draw(st.integers(0, 8)),
            "ramp_months": draw(st.integers(0, 4)),
        }
        if "kinds" in lever.reach and draw(st.booleans()):
            kinds = draw(st.sampled_from([["commune"], ["epci", "commune"], ["hospital"]]))
            path["scope"] = {"kinds": kinds}
        changes[key] = path
    if draw(st.booleans()):
        price = draw(st.floats(0.0, 0.9))
        left = 1.0 - price
        changes |= dict(
            zip(AWARD_WEIGHTS, (price, 0.5 * left, 0.3 * left, 0.2 * left), strict=True)
        )
    for key, (other, value) in NEEDS_ANOTHER.items():
        if key in changes:
            changes[other] = value
    return Levers(changes)


@pytest.fixture(scope="session")
def lawful_levers() -> st.SearchStrategy[Levers]:
    """Lawful levers: each may change, at any value in its bounds, at some month, somewhere."""
    return _lawful_levers()
