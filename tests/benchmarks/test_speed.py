"""The speed and memory that are asked, as tests run on demand: ``pytest -m benchmark``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import speed

pytestmark = pytest.mark.benchmark


@pytest.fixture(scope="module")
def result() -> dict[str, object]:
    if "ANCRAGE_BENCHMARKS" not in os.environ:
        pytest.skip("set ANCRAGE_BENCHMARKS=1 on a machine that does nothing else")
    return speed.all_measures(False, print)


@pytest.mark.parametrize("key", list(speed.TARGETS))
def test_a_target_is_reached(result: dict[str, object], key: str) -> None:
    figures = result["figures"]
    assert isinstance(figures, dict)
    assert figures[key] <= speed.TARGETS[key][0]
