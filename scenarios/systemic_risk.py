"""Systemic risk of all firms in processes, and of territories from the user's cache."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from model.networks.cascades import Rule
from model.networks.firm_network import FirmNetwork, territory_network
from model.networks.systemic_risk import (
    RiskSolver,
    SystemicRisk,
    Weights,
    batches,
    gathered,
    systemic_risk,
)
from model.territory.cache import load_arrays, read_or_store, results_folder, store_arrays
from model.territory.territory import Territory
from scenarios.pool import Interrupted, run_tasks

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
OnProgress = Callable[[int], None]
Settings = tuple[Rule, bool, Weights]
Part = tuple[Ints, Floats, float | None]

WORTH_PROCESSES = 2000
"""Firms from which starting processes takes less time than it saves."""

BATCHES_A_TASK = 16

KEPT = 12
"""Results kept of each territory: all rules, with and without replaceability, both weights."""


def parallel_systemic_risk(
    network: FirmNetwork,
    rule: Rule = "leontief",
    replaceability: bool = False,
    weights: Weights = "out",
    workers: int = 1,
    on_progress: OnProgress | None = None,
) -> SystemicRisk:
    """Return the systemic risk of every firm, to the bit the same for any number of processes.

    Parameters
    ----------
    rule, replaceability, weights
        As in `model.networks.systemic_risk.systemic_risk`.
    workers
        Number of processes; 1, or a small network, runs in this one.
    on_progress
        Called here with the number of firms just done.

    Raises
    ------
    AncrageError
        As there.
    RunFailure
        A process died.
    """
    if workers <= 1 or len(network) < WORTH_PROCESSES:
        return systemic_risk(network, rule, replaceability, weights, on_progress)
    settings: Settings = (rule, replaceability, weights)
    RiskSolver(network, *settings)  # refuses here what processes would refuse
    folder = Path(tempfile.mkdtemp(prefix="ancrage-network-"))
    try:
        store_arrays(network, folder / "network")
        parts = _in_processes(network, folder / "network", settings, workers, on_progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return gathered(network, parts, rule, replaceability, weights)


def territory_systemic_risk(
    territory: Territory,
    rule: Rule = "leontief",
    replaceability: bool = False,
    weights: Weights = "out",
    workers: int = 1,
    on_progress: OnProgress | None = None,
) -> SystemicRisk:
    """Return the systemic risk of the firms of a territory at the opening (`territory_network`).

    What was computed once is kept in the user's cache folder, under the hash of the network, of
    the settings and of the code: later calls read it. A cache that cannot be written is no error.
    """
    network = territory_network(territory)
    key = f"{network.digest()} {rule} {replaceability} {weights}"
    folder = results_folder("systemic-risk", territory.name, key)

    def make() -> SystemicRisk:
        return parallel_systemic_risk(network, rule, replaceability, weights, workers, on_progress)

    return cast(SystemicRisk, read_or_store(folder, make, kept=KEPT))


def _in_processes(
    network: FirmNetwork,
    stored: Path,
    settings: Settings,
    workers: int,
    on_progress: OnProgress | None,
) -> list[Part]:
    """Compute all batches in processes, which read the network from a folder."""
    groups = batches(network)
    tasks = [groups[i : i + BATCHES_A_TASK] for i in range(0, len(groups), BATCHES_A_TASK)]

    def tell(parts: list[Part]) -> None:
        if on_progress is not None:
            on_progress(sum(len(rows) for rows, _, _ in parts))

    try:
        done = run_tasks(partial(_compute, stored, settings), tasks, workers, tell)
    except Interrupted:
        # a part of all firms is no result
        raise KeyboardInterrupt from None
    return [part for parts in done for part in parts]


@lru_cache(maxsize=1)
def _solver(stored: Path, settings: Settings) -> RiskSolver:
    return RiskSolver(cast(FirmNetwork, load_arrays(stored)), *settings)


def _compute(stored: Path, settings: Settings, groups: list[Ints]) -> list[Part]:
    """Compute some batches in a worker, which prepares the network once."""
    solver = _solver(stored, settings)
    return [(rows, *solver.of_firms(rows)) for rows in groups]
