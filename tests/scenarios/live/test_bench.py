"""A worker's bench over real worlds: parts of runs add up to whole runs."""

from __future__ import annotations

import numpy as np

from model import TerritoryModel, generated_territory
from model.hypotheses import HypothesisValues
from scenarios import Scenario, load_scenario
from scenarios.library.reading import load_shock
from scenarios.live import Question
from scenarios.live.needs import Need, Stage, stages_of
from scenarios.live.worker import Bench, Done, Failed, Limits, More, Order, Seen
from scenarios.pairs import PairTask, run_pair
from scenarios.resilience.run import ResilienceTask, run_resilience_pair

TERRITORY = generated_territory(300, 3)
MOVED = load_scenario("full-spaser")


def build(_: str, seed: int, hypotheses: HypothesisValues) -> TerritoryModel:
    return TerritoryModel(TERRITORY, rng=seed, hypotheses=hypotheses)


def stages(*plan: tuple[int, int], scenario: Scenario = MOVED) -> tuple[Stage, ...]:
    return stages_of(Question("any", (scenario,), stages=plan))


def finish(bench: Bench, need: Need, months: int = 5) -> tuple[Done, int]:
    """Give the same order until the run is done; return it and the number of parts."""
    for parts in range(1, 40):
        reply = bench.work(Order(need, months))
        assert not isinstance(reply, Failed), reply
        if isinstance(reply, Done):
            return reply, parts
        assert isinstance(reply, More) and reply.month < need.target
    raise AssertionError("never done")


def assert_is_pair(found: list[Done], months: int) -> None:
    pair = run_pair(PairTask("any", 1, months, False, (MOVED,), build))
    for done, run, by_month in zip(found, pair.runs, pair.months, strict=True):
        np.testing.assert_array_equal(done.result.values, run.values)
        np.testing.assert_array_equal(done.result.yearly, run.yearly)
        np.testing.assert_array_equal(done.result.quarterly, run.quarterly)
        np.testing.assert_array_equal(done.months.monthly, by_month.monthly)
        for dimension, values in run.group_values.items():
            np.testing.assert_array_equal(done.result.group_values[dimension], values)
            kept = done.months.by_group[dimension]
            np.testing.assert_array_equal(kept, by_month.by_group[dimension])


def test_parts_of_runs_are_whole_runs_and_go_on() -> None:
    bench = Bench(build, Limits())
    short, long = stages((12, 1), (18, 1))
    found = [finish(bench, need) for need in short.needs]
    # a world and three parts of the baseline, then three parts of the scenario
    assert [parts for _, parts in found] == [4, 3]
    assert_is_pair([done for done, _ in found], 12)
    found = [finish(bench, need) for need in long.needs]
    assert [parts for _, parts in found] == [2, 2]  # from month 12 on
    assert_is_pair([done for done, _ in found], 18)
    # a shorter horizon is read from the baseline at hand; the scenario is run anew
    found = [finish(bench, need) for need in short.needs]
    assert [parts for _, parts in found] == [1, 3]
    assert_is_pair([done for done, _ in found], 12)


def test_a_scenario_brings_its_baseline_where_it_is_not_at_hand() -> None:
    bench = Bench(build, Limits(worlds=1, held=0))
    (stage,) = stages((12, 1))
    done, parts = finish(bench, stage.needs[1], months=12)
    assert parts == 3 and not done.held
    baseline, parts = finish(bench, stage.needs[0], months=12)
    assert parts == 1
    assert_is_pair([baseline, done], 12)


def test_watched_parts_are_the_pairs_of_a_study() -> None:
    asked = Question(
        "any",
        (MOVED,),
        stages=((42, 1),),
        shocks=(load_shock("budgets"), load_shock("importations-annoncees")),
    )
    (stage,) = stages_of(asked)
    runs = {}
    bench = Bench(build, Limits())
    for need in stage.needs:
        for _ in range(20):
            reply = bench.work(Order(need, 12))
            if isinstance(reply, Seen):
                break
            assert isinstance(reply, More)
        assert isinstance(reply, Seen) and not reply.held
        runs[need.series] = reply
    found = [runs[key] for key in stage.series]
    task = ResilienceTask(
        "any", 1, 42, False, asked.compared, asked.shocks, build=build, detailed=True
    )
    pair = run_resilience_pair(task)
    expected = [*pair.calm, *(one for each in pair.struck for one in each)]
    for reply, watched in zip(found, expected, strict=True):
        assert reply.run.watched.first == watched.first
        np.testing.assert_array_equal(reply.run.watched.values, watched.values)
        np.testing.assert_array_equal(reply.run.watched.sector_jobs, watched.sector_jobs)
    # the structure is that before the first shock: of the announced one, in the second place
    for scenario, reply in enumerate((found[3], found[5])):
        assert reply.run.structure == pair.structure[scenario]
        # the share of a first supplier where nothing runs is NaN, which equals nothing
        assert repr(reply.run.detail) == repr(pair.details[scenario])
