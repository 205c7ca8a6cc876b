"""Contributions of the parts of a scenario: exact, additive, and of the very worlds they claim."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from model.errors import AncrageError
from model.hypotheses import HypothesisValues
from model.indicators import load_indicators
from model.indicators.channels import shapley_values
from model.procurement.amendments import Amendments
from model.procurement.levers import Levers
from model.shocks.shock import Shocks
from scenarios import Scenario
from scenarios.attribution import explain, kept
from scenarios.attribution import run as running
from scenarios.attribution.background import run_cancellable
from scenarios.attribution.cases import median_of
from scenarios.attribution.coalitions import (
    coalitions_of_orders,
    drawn_orders,
    every_coalition,
    exact_contributions,
    sampled_contributions,
)
from scenarios.attribution.players import WEIGHTS, effective, lived_by, players_of
from scenarios.attribution.run import ExplainTask, explain_pair, tasks_of
from scenarios.attribution.worlds import records_of_coalitions
from scenarios.pairs import BASELINE_SCENARIO, branch_of
from scenarios.pool import Interrupted
from scenarios.run_results import indicators_of

MIXED = Scenario(
    "mixed",
    levers=Levers(
        {
            "allotment": 0.5,
            "training": {"value": 1.0, "start_month": 2},
            "programme_months": 6,
            "joint_purchase": {"value": 0.5, "start_month": 1},
            "joint_purchase_lots": 1,
            "price_weight": 0.35,
            "technical_weight": 0.45,
            "environmental_weight": 0.12,
            "social_weight": 0.08,
            "payment_days_commune": 10,
            "required_turnover": 1.0,
        }
    ),
    law=Amendments({"turnover_cap": {"value": 1.0, "from": "2027-09-01"}}),
    shocks=Shocks([{"kind": "recession", "depth": 0.05, "start_month": 5}]),
)
KEYS = list(load_indicators())


@pytest.fixture(autouse=True)
def cache_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep finished pairs away from those of the user."""
    monkeypatch.setattr(kept, "results_folder", lambda what, name, key: tmp_path / str(hash(key)))


# --- Shapley values -------------------------------------------------------------------------------


def test_shapley_values_of_known_games() -> None:
    masks = np.arange(8)
    added = masks[:, None] & np.array([1, 2, 4])
    additive = (added > 0) @ np.array([3.0, -1.0, 0.5])
    unanimous = (masks == 7).astype(float)
    # a glove market: one left glove (player 0), two right ones
    gloves = ((masks & 1 > 0) & (masks & 6 > 0)).astype(float)
    found = shapley_values(np.stack([additive, unanimous, gloves], axis=1))
    assert found[:, 0] == pytest.approx([3.0, -1.0, 0.5])
    assert found[:, 1] == pytest.approx([1 / 3] * 3)
    assert found[:, 2] == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_drawn_orders_share_out_the_whole_and_tell_their_error() -> None:
    orders = drawn_orders(7, 8, 1)
    assert len(orders) == 8 and orders[1] == orders[0][::-1]
    assert all(sorted(order) == list(range(7)) for order in orders)
    assert drawn_orders(7, 8, 1) == orders != drawn_orders(7, 8, 2)
    masks = coalitions_of_orders(orders)
    assert masks[0] == 0 and masks[-1] == 127 and len(masks) <= 8 * 6 + 2
    draw = np.random.default_rng(1)
    game = {mask: draw.normal(size=(2,)) for mask in every_coalition(7)}
    found, variance = sampled_contributions(game, 7, orders)
    assert found.sum(axis=0) == pytest.approx(game[127] - game[0], abs=1e-12)
    assert (variance > 0.0).all()
    many, left = sampled_contributions(game, 7, drawn_orders(7, 4000, 3))
    exact = exact_contributions(game, 7)
    assert (np.abs(many - exact) < 4.0 * np.sqrt(left)).all()
    additive = {m: np.array([float(m.bit_count())]) for m in every_coalition(7)}
    parts, none = sampled_contributions(additive, 7, orders)
    assert parts == pytest.approx(1.0) and none == pytest.approx(0.0)
    assert np.isnan(sampled_contributions(game, 7, orders[:2])[1]).all()


# --- Players --------------------------------------------------------------------------------------


def test_players_are_what_changes_something() -> None:
    players = players_of(MIXED, BASELINE_SCENARIO, 24)
    firsts = {(p.kind, p.key): p.first_month for p in players}
    assert firsts == {
        ("lever", "allotment"): 3,
        ("lever", "programme_months"): 0,
        ("lever", "training"): 5,
        ("lever", "joint_purchase"): 13,
        ("lever", "joint_purchase_lots"): 13,
        ("lever", WEIGHTS): 3,
        ("lever", "payment_days_commune"): 3,
        ("law", "turnover_cap"): 8,
        ("shock", "recession"): 5,
    }
    assert players_of(Scenario("x"), BASELINE_SCENARIO, 24) == ()
    assert players_of(MIXED, MIXED, 24) == ()
    around = Scenario("around", levers=Levers({"allotment": 0.5}))
    assert "allotment" not in {p.key for p in players_of(MIXED, around, 24)}
    back = Scenario("back", levers=Levers({"allotment": 0.0}))
    assert [p.key for p in players_of(back, around, 24)] == ["allotment"]
    short = {p.key: p.first_month for p in players_of(MIXED, BASELINE_SCENARIO, 5)}
    assert short["joint_purchase"] is None and short["joint_purchase_lots"] is None


def test_lots_without_a_joint_purchase_are_the_same_world() -> None:
    players = players_of(MIXED, BASELINE_SCENARIO, 24)
    place = {player.key: i for i, player in enumerate(players)}
    lots, joint = 1 << place["joint_purchase_lots"], 1 << place["joint_purchase"]
    assert effective(lots, players, BASELINE_SCENARIO) == 0
    assert effective(lots | joint, players, BASELINE_SCENARIO) == lots | joint
    whole = (1 << len(players)) - 1
    lived = lived_by(whole, players, MIXED, BASELINE_SCENARIO)
    assert lived.digest() == MIXED.digest()
    assert lived_by(0, players, MIXED, BASELINE_SCENARIO).changes_nothing


# --- Worlds ---------------------------------------------------------------------------------------


def test_coalitions_are_to_the_bit_what_plain_runs_are(fake_world: ModuleType) -> None:
    months = 15
    world = fake_world.build_generated("any", 3, HypothesisValues())
    players = players_of(MIXED, BASELINE_SCENARIO, months)
    alone = [1 << i for i in range(len(players))]
    whole = (1 << len(players)) - 1
    wanted = {
        effective(m, players, BASELINE_SCENARIO) for m in (0, *alone[::4], 0b101010110, whole)
    }
    span = [slice(0, months)]
    found = dict(
        records_of_coalitions(
            world,
            wanted,
            players,
            lambda mask: lived_by(mask, players, MIXED, BASELINE_SCENARIO),
            months,
        )
    )
    assert set(found) == wanted and next(iter(found)) == 0
    for mask, records in found.items():
        plain = branch_of(world, lived_by(mask, players, MIXED, BASELINE_SCENARIO))
        plain.run(months)
        ours = indicators_of(found[0], records, span)
        theirs = indicators_of(found[0], plain.records, span)
        assert np.array_equal(ours, theirs, equal_nan=True), mask
        for name, values in plain.records.quantities.items():
            assert np.array_equal(values, records.quantities[name]), (mask, name)


def test_contributions_of_a_true_world_add_up_and_cases_are_followed(
    fake_world: ModuleType,
) -> None:
    two = Scenario("two", levers=Levers({"allotment": 0.5, "required_turnover": 0.0}))
    task = ExplainTask("any", 1, 14, True, two, 8, True, fake_world.build_generated)
    pair = explain_pair(task)
    assert pair.runs == pair.coalitions == 4
    difference = pair.scenario - pair.baseline
    size = np.maximum(1.0, np.maximum(np.abs(pair.scenario), np.abs(pair.baseline)))
    gap = np.abs(pair.contributions.sum(axis=0) - difference)
    known = np.isfinite(difference)
    assert (gap[known] <= 1e-9 * size[known]).all() and known.any()
    for key, parts in pair.channels.items():
        place = KEYS.index(key)
        assert parts.sum() == pytest.approx(difference[place, -1], abs=1e-9 * size[place, -1]), key
    assert pair.cases is not None and {case.kind for case in pair.cases} >= {"buyer", "firm"}
    for case in pair.cases:
        assert case.considered >= case.touched >= 0
        assert case.years == ((2027, 12), (2028, 2))
        assert set(case.baseline) == set(case.scenario)
        assert all(len(values) == 2 for values in case.baseline.values())


def test_the_median_case_is_not_the_one_that_gains_most() -> None:
    change = np.array([9.0, -1.0, 0.5, 100.0])
    assert median_of(change, np.arange(4)) == 2
    assert median_of(np.zeros(3), np.array(["c", "a", "b"])) == 2


# --- Studies --------------------------------------------------------------------------------------

LOTS = Scenario("lots", levers=Levers({"allotment": 0.5, "advance_rate_sme": 0.3}))


@pytest.fixture
def study(fake_world: ModuleType) -> Callable[..., Any]:
    def run(scenario: Scenario = LOTS, **options: Any) -> Any:
        options = {"pairs": 5, "months": 4, "workers": 1, "build": fake_world.build} | options
        return explain(scenario, territory="any", **options)

    return run


def test_statistics_of_parts_and_of_their_sum(study: Callable[..., Any]) -> None:
    found = study()
    assert found.player_names == ("allotment", "advance_rate_sme") and found.orders == 0
    parts = [found.contribution(name, "jobs_present") for name in found.player_names]
    total = found.total("jobs_present")
    assert sum(p.row.difference for p in parts) == pytest.approx(total.difference, abs=1e-9)
    assert parts[0].row.low > 0.0 and parts[0].sampling_error == 0.0
    # the other lever is nothing in fake worlds
    assert parts[1].row.low == parts[1].row.high == 0.0
    rows = found.channel_rows("jobs_present")
    assert sum(row.difference for row in rows) == pytest.approx(total.difference, abs=1e-9)
    few = study(pairs=4)
    assert few.total("jobs_present").low is None
    assert few.contribution("allotment", "jobs_present").row.mean_low is None


def test_more_than_six_parts_are_drawn(study: Callable[..., Any]) -> None:
    keys = ("sourcing_breadth", "advance_rate_sme", "training", "dedicated_staff")
    levers = dict.fromkeys(keys, 0.3) | {"allotment": 0.5, "payment_days_commune": 10}
    found = study(
        Scenario("many", levers=Levers({**levers, "required_turnover": 0.0})),
        orders=4,
        pairs=2,
        months=8,
    )
    assert len(found.players) == 7 and found.orders == 4
    assert all(pair.coalitions <= 4 * 6 + 2 for pair in found.runs)
    total = found.total("jobs_present").difference
    parts = [found.contribution(name, "jobs_present") for name in found.player_names]
    assert sum(p.row.difference for p in parts) == pytest.approx(total, abs=1e-9)
    assert all(p.sampling_error is not None and p.sampling_error >= 0.0 for p in parts)


def test_finished_pairs_are_taken_up_again(
    study: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = study(pairs=5).as_json()
    ran: list[int] = []

    def counted(task: ExplainTask) -> Any:
        ran.append(task.seed)
        if task.seed == 8:
            raise KeyboardInterrupt
        return explain_pair(task)

    monkeypatch.setattr(running, "explain_pair", counted)
    with pytest.raises(Interrupted) as stop:
        study(pairs=9)
    assert ran == [6, 7, 8] and [p.seed for p in stop.value.finished] == list(range(1, 8))
    again = study(pairs=7)
    assert ran == [6, 7, 8] and again.pairs == 7
    assert study(pairs=5).as_json() == whole


def test_nothing_to_explain_and_bad_numbers(study: Callable[..., Any]) -> None:
    nothing = study(Scenario("still", levers=Levers({"allotment": 0.0})))
    assert nothing.players == () and nothing.total("jobs_present").difference == 0.0
    for options in ({"orders": 3}, {"months": 0}, {"pairs": 0}):
        with pytest.raises(AncrageError, match="even number of orders"):
            study(**options)


def test_in_the_background_it_is_the_same_and_can_be_given_up(fake_world: ModuleType) -> None:
    tasks = tasks_of(LOTS, territory="any", months=3, pairs=2, build=fake_world.build)
    seen: list[int] = []
    found = run_cancellable(tasks, 2, lambda pair: seen.append(pair.seed), lambda: False)
    assert found is not None and sorted(seen) == [1, 2]
    for task, pair in zip(tasks, found, strict=True):
        same = explain_pair(task)
        assert np.array_equal(pair.contributions, same.contributions, equal_nan=True)
    others = tasks_of(LOTS, territory="any", months=3, seed=9, pairs=1, build=fake_world.build)
    assert run_cancellable(others, 1, lambda pair: seen.append(pair.seed), lambda: True) is None
    # those that were finished are not run again
    again = run_cancellable(tasks, 1, lambda pair: seen.append(pair.seed), lambda: False)
    assert again is not None and seen[2:] == [1, 2]
