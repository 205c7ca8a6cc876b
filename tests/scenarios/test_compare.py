"""Comparison: pairing, determinism, what is stored, and what happens when a worker dies."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from model.errors import AncrageError
from model.indicators import load_indicators
from model.procurement.levers import Levers
from scenarios import Comparison, Scenario, compare
from scenarios.pairs import PairTask, run_pair
from scenarios.pool import RunFailure, run_pairs
from scenarios.store import RunFolder, write_comparison

MORE_LOTS = Scenario("more-lots", "why", Levers({"allotment": 0.5}))
NOTHING = Scenario("nothing", "why")


def run(fake_world: ModuleType, **changes: Any) -> Comparison:
    options: dict[str, Any] = {"months": 18, "pairs": 6, "seed": 3, "workers": 1} | changes
    return compare([MORE_LOTS, NOTHING], territory="any", build=fake_world.build, **options)


def test_a_scenario_that_changes_nothing_differs_in_nothing(fake_world: ModuleType) -> None:
    found = run(fake_world)
    rows = [row for row in found.rows if row.scenario == "nothing"]
    of_territory = [row for row in rows if row.zone is not None]
    alone = sum(entry.territory_only for entry in load_indicators().values())
    assert len(of_territory) == len(load_indicators()) * 4 - alone * 3
    for row in rows:
        assert row.difference == row.low == row.high == 0.0, row.indicator
        assert row.value == row.baseline


def test_rows_tell_the_paired_difference(fake_world: ModuleType) -> None:
    found = run(fake_world)
    row = found.row("more-lots", "jobs_present")
    assert row.difference == pytest.approx(5.0 * 0.1 * 51 * 3 * 2 / 100, rel=0.2)
    assert row.low is not None and row.high is not None and row.mean_low is not None
    assert row.low < row.mean_low < row.difference < row.high  # pyright: ignore
    terms = [
        found.row("more-lots", key).difference
        for key, entry in load_indicators().items()
        if entry.kind == "decomposition"
    ]
    assert math.fsum(t or 0.0 for t in terms) == pytest.approx(row.difference)
    zones = [found.row("more-lots", "jobs_present", zone).difference for zone in found.zones]
    assert math.fsum(z or 0.0 for z in zones) == pytest.approx(row.difference)
    years = [y for y in found.years if y.row.scenario == "more-lots" and y.row.zone == "all"]
    assert sorted({y.year for y in years}) == ["2027", "2028"]


def test_results_are_the_same_to_the_bit_for_any_number_of_workers(
    fake_world: ModuleType,
) -> None:
    alone, shared = run(fake_world), run(fake_world, workers=2)
    assert alone.rows == shared.rows
    assert alone.years == shared.years
    assert (alone.monthly == shared.monthly).all()
    np.testing.assert_array_equal(alone.pair_values, shared.pair_values)
    for dimension, values in alone.group_values.items():
        np.testing.assert_array_equal(values, shared.group_values[dimension])


def test_results_do_not_depend_on_the_order_of_tasks(fake_world: ModuleType) -> None:
    tasks = [PairTask("any", seed, 12, False, (MORE_LOTS,), fake_world.build) for seed in (4, 5, 6)]
    forward = run_pairs(tasks, 1)
    backward = run_pairs(tasks[::-1], 2)[::-1]
    for one, other in zip(forward, backward, strict=True):
        assert one.seed == other.seed
        np.testing.assert_array_equal(one.values, other.values)


def test_a_pair_depends_on_its_seed_alone(fake_world: ModuleType) -> None:
    wide = run(fake_world, pairs=3, seed=3)
    single = run(fake_world, pairs=1, seed=5)
    np.testing.assert_array_equal(wide.pair_values[2], single.pair_values[0])


def test_central_hypotheses_are_those_of_the_register(fake_world: ModuleType) -> None:
    drawn = PairTask("any", 3, 12, False, (), fake_world.build).hypotheses()
    central = PairTask("any", 3, 12, True, (), fake_world.build).hypotheses()
    assert central.changed() == {} and drawn.changed()
    assert not (run(fake_world).pair_values == run(fake_world, central=True).pair_values).all()


def test_bad_calls_are_refused(fake_world: ModuleType) -> None:
    with pytest.raises(AncrageError, match="at least one scenario"):
        compare([], build=fake_world.build)
    with pytest.raises(AncrageError, match="Two scenarios are named 'nothing'"):
        compare([NOTHING, NOTHING], build=fake_world.build)
    with pytest.raises(AncrageError, match="pairs >= 1"):
        compare([NOTHING], pairs=0, build=fake_world.build)


def test_a_dead_worker_gives_one_sentence(
    fake_world: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_WORLD_DEADLY_SEED", "4")
    with pytest.raises(RunFailure, match="fewer --workers"):
        run(fake_world, pairs=3, workers=2)


def test_the_run_folder_is_whole_and_tidy(fake_world: ModuleType, tmp_path: Path) -> None:
    found = run(fake_world)
    place = write_comparison(RunFolder(tmp_path / "run"), found, ["ancrage", "compare"], 6, "read")
    names = {path.name for path in place.iterdir()}
    assert {"record.json", "results.csv", "results.parquet", "monthly.csv", "README.txt"} <= names
    assert not [name for name in names if name.startswith(".")]
    record = json.loads((place / "record.json").read_text(encoding="utf-8"))
    assert record["seeds"] == [3, 4, 5, 6, 7, 8] and record["complete"]
    assert record["scenarios"][0]["sha256"] == MORE_LOTS.digest()
    assert {"numpy", "python", "ancrage"} <= set(record["versions"])
    results = pd.read_parquet(place / "results.parquet")
    assert len(results) == len(found.rows)
    monthly = pd.read_parquet(place / "monthly.parquet")
    assert len(monthly) == 3 * 18 * 3
    one = monthly.query("scenario == 'baseline' and month == '2028-02' and zone == 'B'")
    quantity = list(monthly.columns)[3:].index("jobs_present_fte")
    assert one["jobs_present_fte"].item() == found.monthly[0, quantity, 13, 1]
    pairs = pd.read_parquet(place / "pairs.parquet")
    picked = pairs.query("seed == 4 and scenario == 'nothing' and zone == 'all'")
    assert picked["value"].iloc[0] == found.pair_values[1, 2, 0, -1]
    assert np.isfinite(results["difference"]).all()


def test_recorded_python_runs_the_comparison_again(fake_world: ModuleType, tmp_path: Path) -> None:
    found = run(fake_world)
    place = write_comparison(RunFolder(tmp_path / "run"), found, ["ancrage"], 6, "")
    lines = json.loads((place / "record.json").read_text(encoding="utf-8"))["python"]
    code = "\n".join(lines).replace("central=False,", "central=False, build=build,")
    names: dict[str, Any] = {"build": fake_world.build}
    exec(code, names)
    assert names["result"].rows == found.rows


def test_a_run_folder_is_never_half_written(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("mine", encoding="utf-8")
    with pytest.raises(AncrageError, match="cannot be written"):
        RunFolder(taken / "run")
    with pytest.raises(AncrageError, match="cannot be written"):
        RunFolder(taken)
    other = tmp_path / "documents"
    other.mkdir()
    (other / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(AncrageError, match="holds files that are not a run's"):
        RunFolder(other)
    assert [path.name for path in other.iterdir()] == ["thesis.txt"]
    RunFolder(tmp_path / "a" / "b").discard()
    assert not (tmp_path / "a").exists()


def test_a_run_replaces_an_earlier_one(fake_world: ModuleType, tmp_path: Path) -> None:
    found = run(fake_world, pairs=1)
    for _ in range(2):
        write_comparison(RunFolder(tmp_path), found, ["ancrage"], 1, "")
    assert (tmp_path / "record.json").exists()


def test_run_pair_reports_every_world(fake_world: ModuleType) -> None:
    result = run_pair(PairTask("any", 1, 30, True, (MORE_LOTS,), fake_world.build))
    assert result.values.shape == (2, len(load_indicators()), 4)
    assert result.yearly.shape[1] == 3
    assert result.monthly.shape[2] == 30
