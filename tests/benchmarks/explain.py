"""Time of an explanation: ``python tests/benchmarks/explain.py [--pairs N] [--months M]``.

Six levers, 64 coalitions a pair. Prints what a pair takes of one processor as it is run, worlds
branched where coalitions part and recorded by zone alone, and what 64 plain runs would take; then,
with ``--pairs``, the whole on two processes. Another program on the machine slows it down.
"""

from __future__ import annotations

import argparse
import os
import time

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

ASKED_S = 360.0
"""Most that ten pairs may take on two cores."""

LEVERS = {
    "allotment": 0.5,
    "sourcing_breadth": 0.5,
    "advance_rate_sme": 0.30,
    "training": 0.5,
    "dedicated_staff": 1.0,
    "social_coverage": 0.30,
}


def main() -> None:
    """Measure and print."""
    from model.procurement.levers import Levers
    from scenarios import Scenario
    from scenarios.attribution.run import DEFAULT_MONTHS, ExplainTask, explain, explain_pair
    from scenarios.pairs import BASELINE_SCENARIO, build_world, hypotheses_of

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=0)
    parser.add_argument("--months", type=int, default=DEFAULT_MONTHS)
    asked = parser.parse_args()
    scenario = Scenario("six", levers=Levers(LEVERS))
    before = time.process_time()
    pair = explain_pair(
        ExplainTask("cote-opale", 900, asked.months, False, scenario, 8, follows=False)
    )
    ours = time.process_time() - before
    before = time.process_time()
    world = build_world("cote-opale", 900, hypotheses_of(900, False))
    built = time.process_time() - before
    before = time.process_time()
    lived = BASELINE_SCENARIO | scenario
    world.branch(lived.levers).run(asked.months)
    plain = built + 64 * (time.process_time() - before)
    print(f"{pair.coalitions} coalitions, {asked.months} months: {ours:.1f} s a pair, ", end="")
    print(f"{plain:.1f} s as plain runs; ten pairs on two cores: {5 * ours:.0f} s of {ASKED_S:.0f}")
    if asked.pairs:
        begun = time.perf_counter()
        explain(scenario, months=asked.months, pairs=asked.pairs, seed=901, workers=2)
        print(f"{asked.pairs} pairs on two processes: {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
