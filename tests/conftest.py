"""Settings and helpers shared by all tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci",
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def fake_world() -> Iterator[ModuleType]:
    """Return the module of fake worlds, importable by name here and in spawned processes."""
    folder = str(Path(__file__).parent)
    sys.path.insert(0, folder)
    try:
        yield import_module("fake_world")
    finally:
        sys.path.remove(folder)
