"""Finished pairs of explanations in the user's cache: the same command goes on where it was."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from model.territory.cache import load_arrays, results_folder, store_arrays
from scenarios.attribution.results import ExplainedPair

if TYPE_CHECKING:
    from scenarios.attribution.run import ExplainTask

FOLDER = "explanations"
_MAKERS = (
    "cases.py",
    "coalitions.py",
    "players.py",
    "results.py",
    "run.py",
    "worlds.py",
    "../pairs.py",
    "../run_results.py",
)
"""Code that a pair follows from."""
MOST_KEPT = 600
"""Pairs in the cache; the oldest go first."""


@cache
def _code_digest() -> str:
    """Return the hash of what makes a pair beside the model, whose own is in the folder's name."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for name in _MAKERS:
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def _folder(task: ExplainTask) -> Path:
    """Return where the pair of a task is kept."""
    key = {
        "territory": task.territory,
        "seed": task.seed,
        "months": task.months,
        "central": task.central,
        "scenario": task.scenario.canonical(),
        "context": task.context.canonical(),
        "overrides": task.overrides,
        "orders": task.orders,
        "follows": task.follows,
        "worlds": f"{task.build.__module__}.{task.build.__name__}",
        "code": _code_digest(),
    }
    return results_folder(FOLDER, f"pair{task.seed}", json.dumps(key, sort_keys=True))


def read(task: ExplainTask) -> ExplainedPair | None:
    """Return the pair of a task if it was finished before."""
    folder = _folder(task)
    with suppress(OSError, EOFError, pickle.UnpicklingError, ValueError):
        found = load_arrays(folder)
        if isinstance(found, ExplainedPair):
            return found
    return None


def write(task: ExplainTask, pair: ExplainedPair) -> None:
    """Keep a finished pair; a cache that cannot be written is not an error."""
    folder = _folder(task)
    with suppress(OSError):
        store_arrays(pair, folder)
        every = [path for path in folder.parent.iterdir() if path.is_dir()]
        for old in sorted(every, key=lambda p: p.stat().st_mtime)[:-MOST_KEPT]:
            shutil.rmtree(old, ignore_errors=True)
