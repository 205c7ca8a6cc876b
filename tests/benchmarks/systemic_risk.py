"""Time and error of systemic risk on demand: ``python tests/benchmarks/systemic_risk.py``.

The whole Côte d'Opale on two processes, nothing in the cache, against full passes over all links
on a sample: the 100 firms with most sales and others drawn at random.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
LARGEST, OTHERS = 100, 200
MOST_SECONDS, MOST_MB, MOST_ERROR = 300.0, 2000.0, 1e-4
RULES = ("linear", "leontief", "mixed")


def measure(rule: str, processes: int) -> dict[str, float]:
    """Compute all firms, then the sample in full; return seconds, errors and the ratio."""
    from model import load_territory
    from model.networks.firm_network import territory_network
    from model.networks.systemic_risk import RiskSolver
    from scenarios.systemic_risk import parallel_systemic_risk

    network = territory_network(load_territory("cote-opale"))
    before = os.getloadavg()[0]
    start = time.perf_counter()
    found = parallel_systemic_risk(network, rule, workers=processes)
    seconds = time.perf_counter() - start
    order = np.argsort(-network.out_strength, kind="stable")
    drawn = np.random.default_rng(1).choice(order[LARGEST:], OTHERS, replace=False)
    sample = np.concatenate([order[:LARGEST], drawn])
    spent: dict[bool, float] = {}
    for in_full in (True, False):
        solver = RiskSolver(network, rule, in_full=in_full)
        start = time.perf_counter()
        values = np.concatenate(
            [solver.of_firms(sample[i : i + 8])[0] for i in range(0, len(sample), 8)]
        )
        spent[in_full] = time.perf_counter() - start
        if in_full:
            exact = values
    peaks = [resource.getrusage(who).ru_maxrss for who in (0, resource.RUSAGE_CHILDREN)]
    return {
        "firms": len(network),
        "links": network.links,
        "s": seconds,
        "error": float(np.abs(exact - found.esri[sample]).max()),
        "bound": found.error_bound or 0.0,
        "ratio": spent[True] / spent[False],
        "mb": (peaks[0] + processes * peaks[1]) / 1024.0,
        "load": before,
    }


def document(results: dict[str, dict[str, float]]) -> str:
    """Return the table of `docs/benchmarks.md`."""
    from scenarios.provenance import machine

    first = next(iter(results.values()))
    lines = [
        f"{dt.date.today().isoformat()}; {machine()['cpu']}, two processes; "
        f"{first['firms']:,.0f} establishments, {first['links']:,.0f} pairs that trade. Asked: at "
        f"most {MOST_SECONDS:g} s, {MOST_MB:g} MB, error {MOST_ERROR:g} on the {LARGEST} firms "
        f"with most sales and {OTHERS} others.",
        "",
        "| Rule | All firms, s | Error | Bound on it | Full passes: time over time | MB | "
        "Load before | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for rule, found in results.items():
        good = (
            found["s"] <= MOST_SECONDS and found["mb"] <= MOST_MB and found["error"] <= MOST_ERROR
        )
        lines.append(
            f"| {rule} | {found['s']:.0f} | {found['error']:.1e} | {found['bound']:.1e} | "
            f"{found['ratio']:.1f} | {found['mb']:.0f} | {found['load']:.2f} | "
            f"{'reached' if good else '**missed**'} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Take the measures, print them, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="rewrite docs/benchmarks.md")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    results = {rule: measure(rule, options.workers) for rule in RULES}
    if options.write:
        from scenarios.validation.report import replace_block

        path = ROOT / "docs" / "benchmarks.md"
        text = path.read_text(encoding="utf-8")
        path.write_text(replace_block(text, "systemic-risk", document(results)), encoding="utf-8")
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
