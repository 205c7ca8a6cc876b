"""Time and memory on demand: ``python tests/benchmarks/speed.py [--quick] [--json FILE]``.

Each measure runs in a fresh process, on one BLAS thread. Other programs that use the machine slow
it down: the load before each measure is kept with it. `docs/benchmarks.md` holds the figures.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
DECADE = 120

TARGETS: dict[str, tuple[float, str]] = {
    "build_cold_s": (6.0, "build of the Côte d'Opale, nothing in the cache, s"),
    "decade_s": (2.5, "a decade of the Côte d'Opale alone, s (aim 2.0)"),
    "peak_mb": (700.0, "memory peak of a process that builds and runs that decade, MB"),
    "decade_5k_s": (0.45, "a decade of 5,000 generated establishments, s"),
    "ratio_5k_to_25k": (5.75, "5 k to 25 k establishments: time over time (4 times at most 4.6)"),
    "ratio_25k_to_100k": (4.6, "25 k to 100 k establishments: time over time"),
    "compare_s": (75.0, "`ancrage compare` without argument on two cores, s"),
    "resilience_s": (200.0, "`ancrage resilience` without argument (4 scenarios, 3 shocks), s"),
    "help_s": (0.4, "`ancrage --help`, s"),
}
"""Most that is accepted of each figure."""


def load() -> float:
    """Return the machine's load over the last minute, or NaN where the system does not tell."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return float("nan")


def environment(cache: str | None = None) -> dict[str, str]:
    """Return the environment of a measured process."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    found = os.environ | dict.fromkeys(names, "1") | {"PYTHONPATH": str(ROOT)}
    return found | ({"XDG_CACHE_HOME": cache} if cache else {})


def in_fresh_process(measure: str, *arguments: str, cache: str | None = None) -> dict[str, float]:
    """Run one of the measures below in a process of its own."""
    command = [sys.executable, __file__, "--measure", measure, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(cache), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def measure_build() -> dict[str, float]:
    """Build the Côte d'Opale; the caller gives an empty cache."""
    from model import load_territory

    start = time.perf_counter()
    territory = load_territory("cote-opale")
    seconds = time.perf_counter() - start
    links = len(territory.supply.link_slot)
    return {"s": seconds, "firms": len(territory.firms), "links": links}


def measure_decade(firms: str, runs: str) -> dict[str, float]:
    """Run decades of one burnt-in world, each a branch of it; 0 firms is the Côte d'Opale."""
    import gc
    import resource

    from model import Levers, TerritoryModel, generated_territory, load_territory

    n = int(firms)
    if n:
        territory = generated_territory(n, max(4, round(12 * n / 35_000)))
    else:
        territory = load_territory("cote-opale")
    world = TerritoryModel(territory, rng=1)
    times: list[float] = []
    for _ in range(int(runs)):
        branch = world.branch(Levers())
        start = time.perf_counter()
        branch.run(DECADE)
        times.append(time.perf_counter() - start)
        del branch
        gc.collect()
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "s": statistics.median(times),
        "fastest_s": min(times),
        "peak_mb": kilobytes / 1024.0,
        "firms": len(territory.firms),
        "links": len(territory.supply.link_slot),
    }


def timed_command(*arguments: str, runs: int) -> float:
    """Return the median wall time of the command line."""
    times: list[float] = []
    start_cli = "import sys; from viz.cli import main; sys.argv[0] = 'ancrage'; main()"
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, "-c", start_cli, *arguments],
                cwd=folder,
                env=environment(),
                capture_output=True,
                check=True,
            )
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def machine() -> dict[str, object]:
    """Return what the figures depend on."""
    sys.path.insert(0, str(ROOT))
    from scenarios.provenance import machine as described
    from scenarios.provenance import versions

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {**described(), "cores": cores, "versions": versions()}


def all_measures(quick: bool, say: Callable[[str], None]) -> dict[str, object]:
    """Take every measure; ``quick`` leaves out 100 k establishments and the comparison."""
    runs = "3" if quick else "7"
    figures: dict[str, float] = {}
    loads: dict[str, float] = {}

    def note(name: str, value: float) -> None:
        figures[name] = round(value, 3)
        say(f"{name} {figures[name]} (load before {loads.get(name, load()):.2f})")

    builds: list[float] = []
    loads["build_cold_s"] = load()
    for _ in range(3):
        with tempfile.TemporaryDirectory() as cache:
            builds.append(in_fresh_process("build", cache=cache)["s"])
    note("build_cold_s", statistics.median(builds))
    loads["decade_s"] = load()
    whole = in_fresh_process("decade", "0", runs)
    note("decade_s", whole["s"])
    note("decade_fastest_s", whole["fastest_s"])
    # the peak is that of one decade, building included, not of several
    with tempfile.TemporaryDirectory() as cache:
        note("peak_mb", in_fresh_process("decade", "0", "1", cache=cache)["peak_mb"])
    note("firms", whole["firms"])
    note("links", whole["links"])
    loads["decade_5k_s"] = load()
    by_size = {5_000: in_fresh_process("decade", "5000", runs)["s"]}
    note("decade_5k_s", by_size[5_000])
    for size, repeats in ((25_000, "5"), (100_000, "3")):
        if quick and size > 25_000:
            continue
        loads[f"decade_{size // 1000}k_s"] = load()
        by_size[size] = in_fresh_process("decade", str(size), repeats)["s"]
        note(f"decade_{size // 1000}k_s", by_size[size])
    note("ratio_5k_to_25k", by_size[25_000] / by_size[5_000])
    if 100_000 in by_size:
        note("ratio_25k_to_100k", by_size[100_000] / by_size[25_000])
    note("help_s", timed_command("--help", runs=5))
    if not quick:
        loads["compare_s"] = load()
        note("compare_s", timed_command("compare", "--workers", "2", "--out", "run", runs=1))
        loads["resilience_s"] = load()
        note("resilience_s", timed_command("resilience", "--workers", "2", "--out", "run", runs=1))
    return {
        "date": dt.date.today().isoformat(),
        "machine": machine(),
        "figures": figures,
        "load_before": loads,
        "reached": {
            key: figures[key] <= most for key, (most, _) in TARGETS.items() if key in figures
        },
    }


def document(result: dict[str, object]) -> str:
    """Return the table of `docs/benchmarks.md`."""
    figures, loads, described = result["figures"], result["load_before"], result["machine"]
    assert isinstance(figures, dict) and isinstance(loads, dict) and isinstance(described, dict)
    packages = ", ".join(f"{name} {version}" for name, version in described["versions"].items())
    lines = [
        f"{result['date']}; {described['cpu']}, {described['cores']} cores, "
        f"{described['system']}; {packages}. {figures['firms']:,.0f} establishments and "
        f"{figures['links']:,.0f} links in the Côte d'Opale.",
        "",
        "| Measure | Asked, at most | Reached | Load before | |",
        "|---|---|---|---|---|",
    ]
    for key, (most, label) in TARGETS.items():
        if key not in figures:
            continue
        verdict = "reached" if figures[key] <= most else "**missed**"
        before = f"{loads[key]:.2f}" if key in loads else ""
        lines.append(f"| {label} | {most:g} | {figures[key]:g} | {before} | {verdict} |")
    others = [key for key in figures if key not in TARGETS and key not in ("firms", "links")]
    lines += ["", "Also: " + ", ".join(f"{key} {figures[key]:g}" for key in others) + "."]
    return "\n".join(lines)


def main() -> None:
    """Take the measures, print them, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="neither 100 k firms nor compare")
    parser.add_argument("--json", type=Path, help="file to write the result to")
    parser.add_argument("--write", action="store_true", help="rewrite docs/benchmarks.md")
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        name, *arguments = options.measure
        measures = {"build": measure_build, "decade": measure_decade}
        print(json.dumps(measures[name](*arguments)))
        return
    result = all_measures(options.quick, lambda line: print(line, file=sys.stderr, flush=True))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if options.write:
        from scenarios.validation.report import replace_block

        path = ROOT / "docs" / "benchmarks.md"
        text = replace_block(path.read_text(encoding="utf-8"), "speed", document(result))
        path.write_text(text, encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
