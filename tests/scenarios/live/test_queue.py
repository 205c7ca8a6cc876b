"""Who is served next: first answers, turns, homes of worlds and taking over."""

from __future__ import annotations

from model.procurement.levers import Levers
from scenarios import Scenario
from scenarios.live import Question
from scenarios.live.needs import Need, RunKey, stages_of
from scenarios.live.queue import Homes, Line, Waiting, choose

STAGES = ((24, 1), (24, 8), (120, 8))


def waiting(visitor: str, allotment: float, rank: int = 0, seed: int = 2) -> Waiting:
    scenario = Scenario("one", levers=Levers({"allotment": allotment}))
    question = Question("any", (scenario,), seed=seed, stages=STAGES)
    return Waiting(visitor, rank, stages_of(question)[rank:])


def serve(line: list[Waiting], workers: int, worker: int, count: int) -> list[tuple[str, Need]]:
    """Let one worker take work, each run whole, until there is no more for it."""
    met: set[tuple[RunKey, int]] = set()
    turns, homes, found = Line(), Homes(workers), []
    by_visitor = {one.visitor: one for one in line}
    for one in line:
        turns.join(one.visitor)
    for _ in range(count):
        asked = [by_visitor[visitor] for visitor in turns]
        chosen = choose(worker, asked, homes, {}, lambda n: (n.key, n.target) not in met)
        if chosen is None:
            break
        turns.served(chosen[0])
        met.add((chosen[1].key, chosen[1].target))
        found.append(chosen)
    return found


def test_first_answers_come_before_refinements() -> None:
    line = [waiting("a", 0.5, rank=1), waiting("b", 0.6), waiting("c", 0.7, rank=1)]
    served = [visitor for visitor, _ in serve(line, 1, 0, 2)]
    assert served == ["b", "b"]


def test_visitors_take_turns() -> None:
    line = [waiting(name, value, rank=1) for name, value in (("a", 0.5), ("b", 0.6), ("c", 0.7))]
    served = [visitor for visitor, _ in serve(line, 1, 0, 9)]
    assert served == ["a", "b", "c"] * 3


def test_the_baseline_of_a_seed_comes_first_and_stages_in_order() -> None:
    served = [need for _, need in serve([waiting("a", 0.5, rank=1)], 1, 0, 100)]
    assert [need.seed for need in served[:4]] == [2, 2, 3, 3]
    assert all(need.key.base == need.key.lived for need in served[:16:2])
    assert [need.target for need in served] == [24] * 16 + [120] * 16


def test_worlds_have_homes_and_an_idle_worker_takes_over_only_long_queues() -> None:
    served = [need for _, need in serve([waiting("a", 0.5, rank=1)], 2, 1, 100)]
    assert [need.seed % 2 for need in served[:8]] == [1] * 8
    others = [need for need in served if need.target == 24 and need.seed % 2 == 0]
    assert 0 < len(others) < 8  # the rest is left to its home


def test_a_run_that_a_worker_holds_is_left_to_it() -> None:
    asked = waiting("a", 0.5)
    holders = {need.key: 0 for need in asked.stages[0].needs}
    homes = Homes(2)
    for stage in asked.stages:
        for need in stage.needs:
            homes.adopt(1, need.key.world)
    chosen = choose(1, [asked], homes, holders, lambda _: True)
    assert chosen is not None and chosen[1].key not in holders
    chosen = choose(0, [asked], homes, holders, lambda _: True)
    assert chosen is not None and chosen[1].key in holders
