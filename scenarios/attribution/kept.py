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
MOST_KEPT = 600
"""Pairs in the cache; the oldest go first."""


@cache
def _code_digest() -> str:
    """Return the hash of the code of scenarios, beside that of the model in the folder's name."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.read_bytes())
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
