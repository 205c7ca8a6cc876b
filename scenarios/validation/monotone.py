"""How often a deeper or longer shock costs more, and stocks and second suppliers cost less.

``python -m scenarios.validation.monotone [--territory T] [--seeds N]`` prints the table of
`docs/validation.md`. On one client with other deliveries held fixed it is always so (a test); on a
whole territory firms meet each other's losses, contracts and draws, and it need not be.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from model import TerritoryModel, load_territory
from model.hypotheses import HypothesisValues, load_register
from model.shocks.shock import Shocks
from model.territory.territory import Territory
from scenarios.resilience.measures import quality
from scenarios.resilience.watched import watched_of

MONTHS = 36
"""Months after the shock over which the loss is added up."""

DEPTHS = (0.1, 0.2, 0.3, 0.4)
DURATIONS = (1, 2, 4, 8)
STOCKS = 1.25
"""Target stocks of inputs, over the usual ones."""

TURN = 0.9
"""Largest λ (1 + m/τ) of the order rule (`docs/odd.md` 7.7)."""

GOODS = ["BZ", "CA", "CB", "CC", "CD", "CE", "CF", "CG", "CH", "CI", "CJ", "CK", "CL", "CM"]

Losses = tuple[float, float]
"""Sums over months of max(0, 1 − Q) of output and of jobs."""


def losses(world: TerritoryModel, depth: float, duration: int) -> Losses:
    """Return what an interruption of supplies from outside costs a burnt-in world."""
    shock = {
        "kind": "import-interruption",
        "origin": "outside",
        "sectors": GOODS,
        "depth": depth,
        "duration_months": duration,
        "start_month": 0,
    }
    worlds = [world.branch(shocks=shocks) for shocks in (Shocks(), Shocks([shock]))]
    for one in worlds:
        one.watch_only()
        one.run(MONTHS)
    calm, struck = (watched_of(one.watched(), 0) for one in worlds)
    found = [
        float(np.maximum(1.0 - quality(calm.of(name), struck.of(name))[:, -1], 0.0).sum())
        for name in ("output_eur", "jobs_present_fte")
    ]
    return found[0], found[1]


def more_stocks(territory: Territory) -> Territory:
    """Return a territory whose firms aim at larger stocks of inputs, at its fixed point."""
    supply = replace(
        territory.supply, slot_stock_months=STOCKS * territory.supply.slot_stock_months
    )
    most, radius = float(supply.slot_stock_months.max()), territory.spectral_radius
    smoothing = max(territory.order_smoothing_months, radius * most / (TURN - radius))
    return replace(territory, supply=supply, order_smoothing_months=smoothing)


def comparisons(name: str, seed: int) -> Iterator[tuple[str, Losses, Losses]]:
    """Return what is compared for a seed: the loss expected to be smaller, then the other."""
    usual = load_territory(name)
    world = TerritoryModel(usual, rng=seed)
    by_depth = [losses(world, depth, 3) for depth in DEPTHS]
    for less, more in pairwise(by_depth):
        yield "deeper", less, more
    by_duration = [losses(world, 0.25, duration) for duration in DURATIONS]
    for less, more in pairwise(by_duration):
        yield "longer", less, more
    base = losses(world, 0.25, 3)
    yield "larger stocks", losses(TerritoryModel(more_stocks(usual), rng=seed), 0.25, 3), base
    entry = load_register()["second_supplier"]
    few, many = (
        losses(TerritoryModel(load_territory(name, values), rng=seed, hypotheses=values), 0.25, 3)
        for values in (
            HypothesisValues({"second_supplier": entry.low}),
            HypothesisValues({"second_supplier": entry.high}),
        )
    )
    yield "more second suppliers", many, few


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--territory", default="cote-opale")
    parser.add_argument("--seeds", type=int, default=8)
    asked = parser.parse_args()
    held: dict[str, list[tuple[bool, bool]]] = {}
    for seed in range(1, asked.seeds + 1):
        for name, less, more in comparisons(asked.territory, seed):
            pair = zip(less, more, strict=True)
            output, jobs = (small <= large for small, large in pair)
            held.setdefault(name, []).append((output, jobs))
    print("| What changes | Compared | Output: as expected | Jobs: as expected |")
    print("| --- | ---: | ---: | ---: |")
    for name, found in held.items():
        shares = [100.0 * np.mean([one[k] for one in found]) for k in range(2)]
        print(f"| {name} | {len(found)} | {shares[0]:.0f} % | {shares[1]:.0f} % |")


if __name__ == "__main__":
    main()
