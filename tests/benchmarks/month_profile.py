"""Where the time of a month goes: ``python tests/benchmarks/month_profile.py [SCENARIO]``.

Prints a Markdown table of the steps of the month that take more than a tenth of it, and of what
they call, in the Côte d'Opale. The profiler slows small calls down: read shares, not times.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

MONTHS = 36
LARGE = 0.10
PART = 0.02
ROOT = Path(__file__).parents[2]


def main() -> None:
    """Profile some months of a scenario, past the lags of its levers, and print the table."""
    from model import TerritoryModel
    from scenarios.library import load_scenario

    scenario = load_scenario(sys.argv[1] if len(sys.argv) > 1 else "baseline")
    world = TerritoryModel(rng=1).branch(scenario.levers, amendments=scenario.law)
    world.run(24)
    profile = cProfile.Profile()
    profile.enable()
    world.run(MONTHS)
    profile.disable()
    stats = pstats.Stats(profile)
    times, callers = {}, {}
    for place, (_, _, _, total, called_by) in stats.stats.items():  # type: ignore[attr-defined]
        times[place], callers[place] = total, called_by
    step = next(p for p in times if p[2] == "step" and p[0].endswith("territory_model.py"))
    whole = times[step]

    def parts_of(caller: tuple[str, int, str], least: float) -> list[tuple[float, str, object]]:
        found = [
            (called[caller][3] / whole, p[2], p)
            for p, called in callers.items()
            if caller in called and p[0].startswith(str(ROOT / "model"))
        ]
        return sorted(
            (entry for entry in found if entry[0] >= least), reverse=True, key=lambda e: e[0]
        )

    print(f"`{scenario.name}`: share of the month\n\n| Step | Share | of which |\n|---|---|---|")
    for share, name, place in parts_of(step, LARGE):
        inner = parts_of(place, PART)  # type: ignore[arg-type]
        words = ", ".join(f"`{part}` {100 * s:.0f} %" for s, part, _ in inner)
        print(f"| `{name}` | {100 * share:.0f} % | {words} |")


if __name__ == "__main__":
    main()
