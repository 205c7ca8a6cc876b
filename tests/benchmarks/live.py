"""Answer times and memory of the live engine: ``python tests/benchmarks/live.py``.

No browser. Times are from the moment a lever was moved, once worlds and baselines are ready.
"""

from __future__ import annotations

import argparse
import json
import os
import threading
import time
from pathlib import Path

import numpy as np

from model.procurement.levers import Levers
from scenarios import Scenario
from scenarios.library.reading import load_shock
from scenarios.live import Answer, Engine, Question

TERRITORY = "cote-opale"
MEGABYTE = 1e6


def resident_mb(process: int) -> float:
    """Return the memory that a process holds."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


class Clock:
    """Asks one question and notes when each answer comes."""

    def __init__(self, engine: Engine, visitor: str, question: Question) -> None:
        self.answers: dict[str, float] = {}
        self._finished = threading.Event()
        self._asked = time.monotonic()
        engine.ask(visitor, question, self._note, self._fail)

    def _note(self, answer: Answer) -> None:
        elapsed = time.monotonic() - self._asked
        self.answers[f"{answer.months} months x {answer.pairs}"] = round(elapsed, 2)
        if answer.finished:
            self._finished.set()

    def _fail(self, sentence: str) -> None:
        self.answers[sentence] = float("nan")
        self._finished.set()

    def wait(self) -> dict[str, float]:
        """Return seconds to each answer, once all have come."""
        self._finished.wait(600.0)
        return self.answers


def measure_shocks(engine: Engine) -> dict[str, object]:
    """Ask what shocks do: at first, with another shock, and under another scenario."""
    found: dict[str, object] = {}
    for words, value, shock in (
        ("one scenario, one shock", 0.45, "plus-grand-employeur"),
        ("then another shock", 0.45, "importations"),
        ("then another scenario", 0.55, "importations"),
    ):
        question = Question(TERRITORY, (moved(value),), shocks=(load_shock(shock),))
        found[words] = Clock(engine, "struck", question).wait()
    found["visitor's results MB"] = round(engine._dispatcher.bytes_of("struck") / MEGABYTE, 1)
    return found


def moved(value: float) -> Scenario:
    """Return a scenario that nobody has asked for yet."""
    return Scenario("moved", levers=Levers({"allotment": value}))


def wait_until_ready(engine: Engine) -> float:
    """Wait until worlds and baselines are ready; return the seconds it took."""
    started = time.monotonic()
    dispatcher = engine._dispatcher
    while not all(
        dispatcher._shelf.has(need.series, need.seed)
        for stage in dispatcher._warm
        for need in stage.needs
    ):
        time.sleep(0.2)
    return round(time.monotonic() - started, 1)


def main() -> None:
    """Measure and print as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--only-shocks", action="store_true")
    options = parser.parse_args()
    engine = Engine(warm=TERRITORY)
    parent = os.getpid()
    try:
        first = Clock(engine, "early", Question(TERRITORY, (moved(0.2),), stages=((24, 1),)))
        found: dict[str, object] = {"first answer of a cold server": first.wait()}
        found["seconds until ready"] = wait_until_ready(engine)
        workers = engine._crew.process_ids
        found["workers ready MB"] = [round(resident_mb(worker)) for worker in workers]
        found["with shocks"] = measure_shocks(engine)
        found["workers after shocks MB"] = [round(resident_mb(worker)) for worker in workers]
        if options.only_shocks:
            print(json.dumps(found, indent=1))
            return
        before = resident_mb(parent)
        found["one visitor"] = Clock(engine, "one", Question(TERRITORY, (moved(0.5),))).wait()
        found["parent grew MB"] = round(resident_mb(parent) - before, 1)
        found["visitor's results MB"] = round(engine._dispatcher.bytes_of("one") / MEGABYTE, 1)
        short = ((24, 1), (24, 5))
        clocks = [
            Clock(
                engine, f"visitor {n}", Question(TERRITORY, (moved(0.3 + 0.02 * n),), stages=short)
            )
            for n in range(options.visitors)
        ]
        answers = [list(clock.wait().values()) for clock in clocks]
        firsts, seconds = ([times[place] for times in answers] for place in (0, 1))
        found[f"{options.visitors} visitors at once"] = {
            "first answer p50": round(float(np.median(firsts)), 2),
            "first answer p95": round(float(np.quantile(firsts, 0.95)), 2),
            "five pairs p95": round(float(np.quantile(seconds, 0.95)), 2),
        }
        found["workers at the end MB"] = [round(resident_mb(worker)) for worker in workers]
    finally:
        engine.close()
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
