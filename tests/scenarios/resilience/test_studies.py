"""Studies of resilience: paired to the bit, neutral without a shock, refused in a sentence."""

from __future__ import annotations

import json
import math
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from model import Levers
from model.errors import AncrageError
from model.hypotheses import HypothesisValues, draw_run_vector
from model.shocks.shock import Shocks
from scenarios import Scenario
from scenarios.pairs import branch_of
from scenarios.resilience import Resilience, load_resilience_measures, resilience
from scenarios.resilience.results import TRADE_OFF, strike_month
from scenarios.resilience.run import ResilienceTask, run_resilience_pair
from scenarios.resilience.watched import watched_of

BASELINE = Scenario("baseline")
ACCESS = Scenario("access", levers=Levers({"allotment": 0.6, "sourcing_breadth": 0.5}))


def shock(name: str, *tables: dict[str, Any]) -> Scenario:
    return Scenario(name, shocks=Shocks(tables))


RECESSION = shock("recession", {"kind": "recession", "depth": 0.3, "start_month": 5})
IMPORTS = shock(
    "imports",
    {"kind": "import-interruption", "depth": 0.7, "start_month": 8, "announced_months": 4},
)
CLOSURE = shock("closure", {"kind": "firm-closure", "start_month": 3})
NOTHING = shock("nothing", {"kind": "recession", "depth": 0.0, "start_month": 3})
NOTHING_LATE = shock("late", {"kind": "disaster", "depth": 0.0, "start_month": 400})
EMPTY = Scenario("empty")


def study(fake_world: ModuleType, *args: Any, **changes: Any) -> Resilience:
    scenarios, shocks = args or ((BASELINE, ACCESS), (RECESSION, IMPORTS))
    options: dict[str, Any] = {"months": 14, "pairs": 2, "seed": 3, "workers": 1} | changes
    return resilience(
        scenarios, shocks, territory="any", build=fake_world.build_generated, **options
    )


@pytest.fixture(scope="module")
def usual(fake_world: ModuleType) -> Resilience:
    return study(fake_world)


def values_of(found: Resilience) -> list[tuple[str, bytes]]:
    return [
        (f"{key} {name}", values.tobytes())
        for key, by_measure in found.values.items()
        for name, values in by_measure.items()
    ]


# --- Without a shock ----------------------------------------------------------------------------


def test_no_shock_is_neutral_in_every_measure_and_zone(fake_world: ModuleType) -> None:
    found = study(fake_world, (BASELINE, ACCESS), (NOTHING, EMPTY, NOTHING_LATE), pairs=1)
    same = {"recovered": 100.0, "vulnerable_kept": 100.0}
    without = ("months_to_trough", "recovery_rate", "rose_static")
    for row in found.rows:
        if row.measure in without or row.measure.startswith("martin"):
            assert row.value is None, row
        elif row.measure != "service_on_time":
            assert row.value == same.get(row.measure, 0.0), row
    for name in ("nothing", "empty", "late"):
        assert found.strike_of(name) == 0
        assert (found.curve("access", name) == 1.0).all()
        assert not found.gap("access", name).any()
    assert all(row.value == 0.0 for row in found.trade_off)


def test_beside_others_it_is_neutral_too(fake_world: ModuleType) -> None:
    found = study(fake_world, (BASELINE,), (RECESSION, NOTHING), pairs=1)
    assert found.row("baseline", "nothing", "loss_area").value == 0.0
    lost = found.row("baseline", "recession", "loss_area").value
    assert lost is not None and lost > 1.0


# --- Pairing ------------------------------------------------------------------------------------


def test_a_branch_at_the_shock_is_the_world_that_had_it_from_the_start(
    fake_world: ModuleType, usual: Resilience
) -> None:
    for run in usual.runs:
        hypotheses = draw_run_vector(run.seed)
        parent = fake_world.build_generated("any", run.seed, hypotheses)
        for s, scenario in enumerate(usual.scenarios):
            for k, one in enumerate(usual.shocks):
                whole = branch_of(parent, scenario | one)
                whole.watch_only()  # type: ignore[attr-defined]
                whole.run(usual.months)
                lived = watched_of(whole.watched(), 0)  # type: ignore[attr-defined]
                first = one.shocks.first_month
                late = lived.since(first)
                assert run.struck[s][k].first == first
                np.testing.assert_array_equal(run.struck[s][k].values, late.values)
                np.testing.assert_array_equal(run.struck[s][k].sector_jobs, late.sector_jobs)
                calm = run.calm[s]
                np.testing.assert_array_equal(calm.values[:, :first], lived.values[:, :first])


def test_results_are_the_same_to_the_bit_for_any_number_of_workers(
    fake_world: ModuleType, usual: Resilience
) -> None:
    shared = study(fake_world, workers=2)
    assert shared.rows == usual.rows and shared.trade_off == usual.trade_off
    assert shared.structure == usual.structure
    assert values_of(shared) == values_of(usual)


def test_a_pair_depends_on_its_seed_alone(fake_world: ModuleType, usual: Resilience) -> None:
    alone = study(fake_world, pairs=1, seed=4)
    for key, by_measure in alone.values.items():
        for name, values in by_measure.items():
            np.testing.assert_array_equal(values[0], usual.values[key][name][1])


def test_shocks_do_not_depend_on_those_beside_them_nor_on_their_order(
    fake_world: ModuleType, usual: Resilience
) -> None:
    other = study(fake_world, (ACCESS, BASELINE), (IMPORTS, CLOSURE, RECESSION))
    for key, by_measure in usual.values.items():
        for name, values in by_measure.items():
            np.testing.assert_array_equal(values, other.values[key][name], err_msg=f"{key} {name}")


def test_a_context_happens_with_and_without_the_shock(fake_world: ModuleType) -> None:
    """A shock of the context takes nothing away: only what comes on top counts."""
    task = ResilienceTask(
        "any", 3, 10, True, (BASELINE,), (NOTHING,), fake_world.build_generated, RECESSION
    )
    run = run_resilience_pair(task)
    np.testing.assert_array_equal(run.calm[0].values, run.struck[0][0].values)
    world = fake_world.build_generated("any", 3, HypothesisValues())
    usual = world.branch()
    usual.watch_only()
    assert not np.array_equal(usual.run(10).watched().values, run.calm[0].values)


# --- What is told -------------------------------------------------------------------------------


def test_rows_and_curves_tell_the_same(usual: Resilience) -> None:
    for name in ("recession", "imports"):
        curve, gap = usual.curve("baseline", name), usual.gap("baseline", name)
        start = usual.strike_of(name)
        first = start if name == "recession" else 4
        assert (curve[:, :first] == 1.0).all() and not gap[:, :first].any()
        trough = usual.row("baseline", name, "trough").value
        assert trough == pytest.approx(100.0 * (1.0 - curve[:, start:].min(axis=1)).mean())
        area = usual.row("baseline", name, "loss_area").value
        assert area == pytest.approx(np.maximum(-gap, 0.0).sum(axis=1).mean() / 12.0)
    zones = sum(usual.gap("access", "recession", zone=zone).sum(axis=1) for zone in usual.zones)
    np.testing.assert_allclose(zones, usual.gap("access", "recession").sum(axis=1))


def test_the_trade_off_is_against_the_baseline_pair_by_pair(usual: Resilience) -> None:
    assert {row.measure for row in usual.trade_off} == set(TRADE_OFF)
    assert {row.scenario for row in usual.trade_off} == {"access"}
    for row in usual.trade_off:
        place = -1 if row.zone == "all" else usual.zones.index(row.zone)
        one, base = (usual.values[name, row.shock][row.measure] for name in ("access", "baseline"))
        assert row.value == pytest.approx(float((one - base)[:, place].mean()))
        assert row.low is None and row.high is None  # two pairs


def test_a_study_is_plain_json(usual: Resilience) -> None:
    found = json.loads(json.dumps(usual.as_json(), allow_nan=False))
    assert len(found["results"]) == len(usual.rows)
    assert set(found["measures"]) == set(load_resilience_measures())
    assert [one["name"] for one in found["shocks"]] == ["recession", "imports"]
    assert found["shocks"][0]["shocks"] == RECESSION.shocks.canonical()
    # worlds of tests have no largest possible loss
    told = {row["value"] for row in found["results"] if row["measure"] == "rose_static"}
    assert told == {None}


def test_unknown_names_are_no_rows(usual: Resilience) -> None:
    for call in (
        lambda: usual.row("baseline", "recession", "nothing"),
        lambda: usual.row("nobody", "recession", "trough"),
        lambda: usual.curve("baseline", "flood"),
        lambda: usual.strike_of("flood"),
    ):
        with pytest.raises(KeyError):
            call()


def test_the_strike_is_that_of_the_first_part_with_depth() -> None:
    both = RECESSION | IMPORTS | NOTHING
    assert strike_month(both) == 5 and both.shocks.first_month == 4
    assert strike_month(NOTHING) == strike_month(EMPTY) == 0


# --- Bad calls ----------------------------------------------------------------------------------

LATE = shock("late", {"kind": "recession", "depth": 0.3, "start_month": 14})

REFUSED: list[tuple[tuple[Any, ...], tuple[Any, ...], dict[str, Any], str]] = [
    ((BASELINE,), (), {}, "Nothing strikes: name at least one shock."),
    ((), (RECESSION,), {}, "name at least one scenario"),
    ((BASELINE, BASELINE), (RECESSION,), {}, "Two scenarios are named 'baseline'"),
    ((BASELINE,), (RECESSION, RECESSION), {}, "Two shocks are named 'recession'; give each its"),
    ((BASELINE,), (LATE,), {}, r"Shock 'late' strikes in month 15, after the 14 months simulated"),
    ((BASELINE,), (RECESSION,), {"months": 5}, r"strikes in month 6, after the 5 months"),
    ((BASELINE,), (NOTHING,), {"months": 0}, "months >= 1, pairs >= 1 and seed >= 0"),
    ((BASELINE,), (RECESSION,), {"pairs": 0}, "months >= 1, pairs >= 1 and seed >= 0"),
    ((BASELINE,), (RECESSION,), {"seed": -1}, "months >= 1, pairs >= 1 and seed >= 0"),
    ((BASELINE,), (RECESSION,), {"overrides": {"nobody": 1.0}}, "nobody"),
]


@pytest.mark.parametrize(("scenarios", "shocks", "changes", "said"), REFUSED)
def test_bad_calls_are_refused_in_a_sentence(
    fake_world: ModuleType,
    scenarios: tuple[Any, ...],
    shocks: tuple[Any, ...],
    changes: dict[str, Any],
    said: str,
) -> None:
    with pytest.raises(AncrageError, match=said) as caught:
        study(fake_world, scenarios, shocks, **changes)
    assert "\n" not in str(caught.value)


def test_a_shock_in_the_last_month_is_measured(fake_world: ModuleType) -> None:
    found = study(fake_world, (BASELINE,), (LATE,), months=15, pairs=1)
    by_measure = found.values["baseline", "late"]
    assert by_measure["output_trough"][0, -1] > 0.0
    assert math.isnan(by_measure["recovery_rate"][0, -1])


def test_a_scenario_and_a_shock_that_take_too_much_together_are_refused(
    fake_world: ModuleType,
) -> None:
    around = shock("crisis", {"kind": "recession", "depth": 0.8, "start_month": 4})
    with pytest.raises(AncrageError, match="that overlap take 110 % of one target"):
        study(fake_world, (BASELINE | around,), (RECESSION,), pairs=1)
