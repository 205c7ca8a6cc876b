"""One world under one scenario."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model.hypotheses import HypothesisValues, draw_run_vector
from model.indicators import Records, evaluate, evaluate_groups, load_indicators
from model.indicators.breakdowns import EPCI
from model.indicators.records import QUANTITIES_BY_DIMENSION, Breakdown
from scenarios import provenance
from scenarios.pairs import World, branch_of
from scenarios.results import ALL_ZONES
from scenarios.schema import Scenario
from scenarios.store import RECORD, RunFolder, write_json

if TYPE_CHECKING:
    import pandas as pd

SingleBuilder = Callable[[str, int, HypothesisValues, bool], World]


def build_single(territory: str, seed: int, hypotheses: HypothesisValues, verify: bool) -> World:
    """Build and burn in a world; with ``verify`` it checks every identity each month."""
    from model import TerritoryModel

    return TerritoryModel(territory, rng=seed, hypotheses=hypotheses, verify=verify)


@dataclass(frozen=True, slots=True, eq=False)
class SingleRun:
    """One world's records and its indicators by zone (the last column is the territory)."""

    scenario: Scenario
    territory: str
    months: int
    seed: int
    central: bool
    verified: bool
    records: Records

    def values(self) -> list[dict[str, object]]:
        """Return one row an indicator and group: the territory (``all``), EPCI, then others."""
        span = slice(0, self.months)
        rows: list[dict[str, object]] = []
        levels = evaluate(self.records.quantities, span)
        for key, entry in load_indicators().items():
            if key not in levels:
                continue
            rows.append(_row(key, ALL_ZONES, ALL_ZONES, levels[key][-1]))
            if not entry.territory_only:
                for zone, value in zip(self.records.zones, levels[key], strict=False):
                    rows.append(_row(key, EPCI, zone, value))
        for dimension, part in self.records.breakdowns.items():
            for key, by_group in evaluate_groups(part.quantities, span).items():
                for group, value in zip(part.groups, by_group, strict=True):
                    rows.append(_row(key, dimension, group, value))
        return rows

    def as_json(self) -> dict[str, object]:
        """Return the run as plain JSON values."""
        return {
            "territory": self.territory,
            "scenario": self.scenario.name,
            "months": self.months,
            "seed": self.seed,
            "central": self.central,
            "verified": self.verified,
            "start": self.records.start,
            "results": self.values(),
        }


def _row(indicator: str, dimension: str, group: str, value: float) -> dict[str, object]:
    return {
        "indicator": indicator,
        "unit": load_indicators()[indicator].unit,
        "zone": group if dimension in (ALL_ZONES, EPCI) else None,
        "dimension": dimension,
        "group": group,
        "value": float(value) if np.isfinite(value) else None,
    }


def run_one(
    scenario: Scenario,
    *,
    territory: str = "cote-opale",
    months: int = 120,
    seed: int = 1,
    central: bool = False,
    verify: bool = False,
    on_month: Callable[[int], None] | None = None,
    build: SingleBuilder = build_single,
) -> SingleRun:
    """Simulate one world: burn in, then the scenario for some months.

    ``on_month`` is called with the number of months done. With ``verify`` the world stops at the
    first identity that fails and names the account.
    """
    hypotheses = HypothesisValues() if central else draw_run_vector(seed)
    built = build(territory, seed, hypotheses, verify)
    world = branch_of(built, scenario)
    for month in range(months):
        world.run(1)
        if on_month is not None:
            on_month(month + 1)
    return SingleRun(scenario, territory, months, seed, central, verify, world.records)


def monthly_frame(run: SingleRun) -> pd.DataFrame:
    """Return one row a month and zone, a column a quantity."""
    return _monthly(run, EPCI, run.records.by(EPCI)).rename(columns={"group": "zone"})


def group_monthly_frame(run: SingleRun) -> pd.DataFrame:
    """Return one row a month, dimension and group, a column a quantity; empty where it has none."""
    import pandas as pd

    frames: list[pd.DataFrame] = []
    for dimension, part in run.records.breakdowns.items():
        frame = _monthly(run, dimension, part)
        frame.insert(1, "dimension", dimension)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _monthly(run: SingleRun, dimension: str, part: Breakdown) -> pd.DataFrame:
    import pandas as pd

    labels = (run.records.month_labels(), list(part.groups))
    index = pd.MultiIndex.from_product(labels, names=["month", "group"])
    names = QUANTITIES_BY_DIMENSION[dimension]
    columns = {name: part.quantities[name].ravel() for name in names}
    return pd.DataFrame(columns, index=index).reset_index()


def write_run(folder: RunFolder, run: SingleRun, command: Sequence[str], readme: str) -> Path:
    """Write a single run to its folder."""
    import pandas as pd

    frames = {
        "results": pd.DataFrame(run.values()),
        "monthly": monthly_frame(run),
        "monthly_by_group": group_monthly_frame(run),
    }
    for name, frame in frames.items():
        frame.to_parquet(folder.stage(f"{name}.parquet"), index=False)
        frame.to_csv(folder.stage(f"{name}.csv"), index=False)
    record: dict[str, object] = {
        "kind": "run",
        "written": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "territory": run.territory,
        "start": run.records.start,
        "months": run.months,
        "seeds": [run.seed],
        "hypotheses": "central values" if run.central else "drawn for the seed",
        "verified": run.verified,
        "scenarios": [run.scenario.record()],
        "sha256": {"data": provenance.data_digest(), "code": provenance.code_digest()},
        "versions": provenance.versions(),
        "machine": provenance.machine(),
        "command": shlex.join(command),
    }
    write_json(folder.stage(RECORD), record)
    folder.stage("README.txt").write_text(readme, encoding="utf-8")
    folder.publish()
    return folder.folder
