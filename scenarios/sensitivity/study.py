"""A study of sensitivity: what the main results rest on, and where their intervals come from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError
from scenarios import provenance
from scenarios.comparison import check_scenarios, default_workers
from scenarios.pairs import WorldBuilder
from scenarios.schema import Scenario
from scenarios.sensitivity.design import (
    RESULTS,
    SOURCES,
    Move,
    Plan,
    Point,
    moves,
    screening_points,
    share_points,
)
from scenarios.sensitivity.ranges import drawn_ranges, drawn_values
from scenarios.sensitivity.results import ResultSensitivity, Screened, Sensitivity, Swing
from scenarios.sensitivity.run import Task, build_unkept, finished_runs, run_all
from scenarios.sensitivity.screening import Screening, largest, screen
from scenarios.sensitivity.shares import shares
from scenarios.statistics import paired_statistics

Array = NDArray[np.float64]

START = "2027-01"
"""First month of scenarios."""


def sensitivity(
    scenario: Scenario,
    *,
    territory: str = "cote-opale",
    months: int = 63,
    seed: int = 1,
    plan: Plan | None = None,
    workers: int | None = None,
    on_finished: Callable[[], None] | None = None,
    build: WorldBuilder = build_unkept,
    keep: bool = True,
) -> Sensitivity:
    """Study what the main results of a scenario rest on.

    First all hypotheses of grade B and C vary at once, those that act at build too; those that
    stand out are then moved one at a time from the 5 % to the 95 % point of what ensembles draw,
    others at their central value. ``on_finished`` is called for each run. With ``keep``, finished
    runs stay in the user's cache and are taken up by the same study.

    Raises
    ------
    AncrageError
        Too small a plan, or a scenario that the territory cannot have.
    scenarios.pool.Interrupted
        Ctrl-C; finished runs are kept.
    """
    sized = plan or Plan()
    sized.check()
    if months < 1 or seed < 0:
        raise AncrageError("A study of sensitivity needs months >= 1 and seed >= 0.")
    if scenario.changes_nothing:
        raise AncrageError(
            f"Scenario '{scenario.name}' changes nothing: its results are 0 whatever is assumed."
        )
    if build is build_unkept:
        check_scenarios(territory, [scenario])
    kept = finished_runs(territory) if keep and build is build_unkept else None
    crew = workers or default_workers()

    def run(at: Sequence[Point | Move]) -> Array:
        tasks = [Task(territory, scenario, months, one, build) for one in at]
        return run_all(tasks, crew, kept, on_finished)

    apart = screening_points(sized, seed)
    rows = share_points(sized, seed)
    varied = [*apart, *(point for row in rows for point in row)]
    values = run(varied)
    screened = _screened(varied, values)
    keys = largest(screened, list(drawn_ranges()), sized.largest)
    pairs = moves(keys, drawn_ranges(), sized.repeats, seed)
    moved = run([one for pair in pairs for one in pair])
    if kept is not None:
        kept.drop_older()
    by_row = values[len(apart) :].reshape(sized.rows, len(SOURCES) + 2, len(RESULTS))
    by_key = moved.reshape(len(keys), sized.repeats, 2, len(RESULTS))
    return Sensitivity(
        written=dt.datetime.now(dt.UTC).date().isoformat(),
        territory=territory,
        scenario=scenario.name,
        months=months,
        start=START,
        seed=seed,
        screening=sized.screening,
        screening_seeds=sized.screening_seeds,
        rows=sized.rows,
        repeats=sized.repeats,
        largest=len(keys),
        runs=len(values) + moved.shape[0],
        hypotheses=len(drawn_ranges()),
        trial=sized.runs < Plan().runs,
        versions=provenance.versions(),
        sha256={"data": provenance.data_digest(), "code": provenance.code_digest()},
        results=tuple(
            _result(r, by_row[:, :, r], screened, keys, by_key) for r in range(len(RESULTS))
        ),
    )


def _screened(points: Sequence[Point], values: Array) -> Screening:
    """Screen all hypotheses on every run in which they vary together."""
    ranges = drawn_ranges()
    central = np.array([span.central for span in ranges.values()])
    width = np.array([span.high - span.low for span in ranges.values()])
    positions = np.empty((len(points), len(ranges)))
    for i, point in enumerate(points):
        drawn = drawn_values(point.run, point.build)
        positions[i] = (np.array([drawn[key] for key in ranges]) - central) / width
    return screen(positions, values, np.array([point.seed for point in points]))


def _result(
    r: int, by_row: Array, screened: Screening, keys: Sequence[str], by_key: Array
) -> ResultSensitivity:
    """Put together what there is on one result; ``by_row`` are its values, (rows, 5)."""
    # the two points of a row that share nothing are runs like any other
    apart = by_row[:, :2].ravel()
    names = list(drawn_ranges())
    found = [
        Screened(names[int(k)], float(screened.swing[k, r]), float(screened.error[k, r]))
        for k in np.argsort(-np.abs(screened.ratio[:, r]), kind="stable").tolist()
    ]
    low, high = np.quantile(apart, [0.05, 0.95])
    return ResultSensitivity(
        indicator=RESULTS[r],
        mean=float(apart.mean()),
        low=float(low),
        high=float(high),
        screened=tuple(found),
        swings=swings(keys, by_key[:, :, :, r]),
        shares=shares(by_row, SOURCES),
    )


def swings(keys: Sequence[str], values: Array) -> tuple[Swing, ...]:
    """Return the swing of each hypothesis, the largest first.

    ``values`` are (H, seeds, 2): one result at the low and the high point.
    """
    ranges = drawn_ranges()
    found: list[Swing] = []
    for k, key in enumerate(keys):
        told = paired_statistics(values[k, :, 0], values[k, :, 1])
        found.append(
            Swing(
                key=key,
                low_value=ranges[key].low,
                high_value=ranges[key].high,
                at_low=float(told.baseline),
                at_high=float(told.value),
                swing=float(told.difference),
                low=float(told.mean_low),
                high=float(told.mean_high),
            )
        )
    return tuple(sorted(found, key=lambda one: -abs(one.swing)))
