"""What is run: worlds in which all hypotheses vary, then some of them one at a time.

Three independent inputs make a run: the seed of its draws, the index of its run-time hypotheses
and that of its build-time ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.errors import AncrageError
from scenarios.sensitivity.ranges import Range

RESULTS = (
    "jobs_present",
    "jobs_net",
    "insertion_hours",
    "local_share_territory_value",
    "price_index",
    "public_cost",
)
"""Main results, keys of indicators; each is scenario less baseline over the horizon."""

SOURCES = ("draws", "run", "build")
"""What an interval comes from: draws of chance, run-time hypotheses, build-time hypotheses."""

FEWEST_REPEATS = 5
"""Fewest seeds for the interval of a swing."""

_SCREENING, _FIRST, _SECOND = 10_000, 20_000, 30_000
"""First index of hypotheses of each part of the design, so that no two parts share a vector."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is run.

    Attributes
    ----------
    screening
        Runs in which all hypotheses vary at once, on few seeds.
    screening_seeds
        Those seeds.
    rows
        Rows of the design that shares the interval out, of five runs each.
    repeats, largest
        Seeds on which the largest hypotheses are moved one at a time, and how many those are.
    """

    screening: int = 120
    screening_seeds: int = 4
    rows: int = 36
    repeats: int = 6
    largest: int = 12

    def check(self) -> None:
        """Refuse a plan from which nothing can be told."""
        if self.screening < 2 * self.screening_seeds or self.screening_seeds < 1:
            raise AncrageError("Screening needs at least two runs on each of its seeds.")
        if self.rows < 4:
            raise AncrageError("Sharing the interval out needs at least 4 rows.")
        if self.repeats < FEWEST_REPEATS or self.largest < 1:
            raise AncrageError(
                f"Moving hypotheses one at a time needs at least {FEWEST_REPEATS} seeds and one "
                "hypothesis."
            )

    @property
    def runs(self) -> int:
        """Runs in all: each is the baseline and the scenario."""
        return self.screening + (len(SOURCES) + 2) * self.rows + 2 * self.largest * self.repeats


@dataclass(frozen=True, slots=True)
class Point:
    """Where a run stands: seed, index of run-time and of build-time hypotheses."""

    seed: int
    run: int
    build: int


@dataclass(frozen=True, slots=True)
class Move:
    """A hypothesis moved alone, others central, on one seed."""

    seed: int
    key: str
    value: float


def screening_points(plan: Plan, seed: int) -> list[Point]:
    """Return the points of the screening: hypotheses all different, seeds in turn."""
    return [
        Point(seed + i % plan.screening_seeds, _SCREENING + i, _SCREENING + i)
        for i in range(plan.screening)
    ]


def share_points(plan: Plan, seed: int) -> list[list[Point]]:
    """Return rows of five points: two that share nothing, then the first with one input changed.

    The inputs change to those of the second point in the order of `SOURCES`.
    """
    rows: list[list[Point]] = []
    for i in range(plan.rows):
        first = Point(seed + i, _FIRST + i, _FIRST + i)
        second = Point(seed + plan.rows + i, _SECOND + i, _SECOND + i)
        rows.append(
            [
                first,
                second,
                Point(second.seed, first.run, first.build),
                Point(first.seed, second.run, first.build),
                Point(first.seed, first.run, second.build),
            ]
        )
    return rows


def moves(
    keys: Sequence[str], ranges: Mapping[str, Range], repeats: int, seed: int
) -> list[tuple[Move, Move]]:
    """Return low and high of each hypothesis on each seed: keys by keys, seeds inside."""
    found: list[tuple[Move, Move]] = []
    for key in keys:
        span = ranges[key]
        for number in range(seed, seed + repeats):
            found.append((Move(number, key, span.low), Move(number, key, span.high)))
    return found
