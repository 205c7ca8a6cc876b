"""Rows that are made when asked for: by group, by quarter, by pair."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from model.hypotheses import HypothesisValues
from model.indicators import evaluate, load_indicators
from model.procurement.levers import Levers
from scenarios import Comparison, Scenario, compare
from scenarios.run_results import measure_run, quarter_spans

MORE_LOTS = Scenario("more-lots", "why", Levers({"allotment": 0.5}))


def run(fake_world: ModuleType, pairs: int, months: int = 20) -> Comparison:
    return compare(
        [MORE_LOTS], territory="any", build=fake_world.build, pairs=pairs, months=months, workers=1
    )


def test_every_row_is_found_alone(fake_world: ModuleType) -> None:
    found = run(fake_world, 5)
    for row in found.rows:
        if row.zone is not None:
            assert found.row(row.scenario, row.indicator, row.zone) == row
        assert found.group_row(row.scenario, row.indicator, row.dimension, row.group) == row
    for wrong in (("other", "jobs_present"), ("more-lots", "x"), ("more-lots", "jobs_net", "x")):
        with pytest.raises(KeyError):
            found.row(*wrong)
    with pytest.raises(KeyError):
        found.group_row("more-lots", "jobs_present", "sector", "micro")
    with pytest.raises(KeyError):
        found.group_row("more-lots", "equity_local_variation", "epci", "A")


def test_quarters_are_evaluated_as_any_span(fake_world: ModuleType) -> None:
    world = fake_world.build("any", 3, HypothesisValues()).run(20)
    result, months = measure_run(world.records, world.records, 20)
    spans = quarter_spans(20)
    assert [span.stop - span.start for span in spans] == [3] * 6 + [2]
    for t, span in enumerate(spans):
        alone = evaluate(world.records.quantities, span)
        for k, key in enumerate(load_indicators()):
            if key in alone:
                np.testing.assert_array_equal(result.quarterly[t, k], alone[key][-1], err_msg=key)
    assert months.monthly.shape[1] == 20


def test_a_trajectory_has_levels_differences_and_their_intervals(fake_world: ModuleType) -> None:
    found = run(fake_world, 6)
    points = found.trajectory("more-lots", "jobs_present")
    assert [p.label for p in points[:5]] == ["2027-T1", "2027-T2", "2027-T3", "2027-T4", "2028-T1"]
    assert (points[-1].first_month, points[-1].months) == (18, 2)
    weighted = sum(p.months * (p.row.difference or 0.0) for p in points) / 20
    assert weighted == pytest.approx(found.row("more-lots", "jobs_present").difference)
    for point in points:
        row = point.row
        assert row.low is not None and point.value_low is not None
        assert point.value_high is not None and point.baseline_low is not None
        assert row.value is not None and point.value_low < row.value < point.value_high
        assert point.baseline_low < (row.baseline or 0.0)
    few = run(fake_world, 4).trajectory("more-lots", "jobs_present")[0]
    assert few.row.low is few.value_low is few.value_high is few.baseline_high is None
    terms = [key for key, e in load_indicators().items() if e.kind == "decomposition"]
    by_term = [found.trajectory("more-lots", key)[3].row.difference or 0.0 for key in terms]
    assert sum(by_term) == pytest.approx(points[3].row.difference)


def test_differences_of_each_pair(fake_world: ModuleType) -> None:
    found = run(fake_world, 6)
    for zone in ("all", "B"):
        differences = found.pair_differences("more-lots", "jobs_present", zone)
        assert differences.shape == (6,) and np.ptp(differences) > 0.0
        row = found.row("more-lots", "jobs_present", zone)
        assert differences.mean() == pytest.approx(row.difference)
