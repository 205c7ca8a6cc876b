"""Running of what a table of a scheme needs: the baseline and scenarios, buyer by buyer."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError, nearest_name
from model.indicators import Records, evaluate
from model.indicators.recording.by_buyer import BuyerMonths
from scenarios.comparison import check_scenarios, default_workers, edited_hypotheses
from scenarios.pairs import (
    BASELINE_SCENARIO,
    World,
    WorldBuilder,
    branch_of,
    build_world,
    hypotheses_of,
)
from scenarios.pool import run_tasks
from scenarios.schema import Scenario

if TYPE_CHECKING:
    from scenarios.spaser.results import Spaser

Floats = NDArray[np.float64]

FIRST_YEAR = 2027
"""Scenarios start in January of this year."""

DEFAULT_MONTHS = 63
"""Until the end of the municipal mandate, March 2032: five whole years."""

LEVER_COSTS = (
    "lever_cost_buyer_eur",
    "lever_cost_departement_eur",
    "lever_cost_state_eur",
    "subsidies_state_eur",
)
"""What levers cost to buyers, to the département and to the State, then aid to posts of structures:
recorded quantities. Price premiums are in what contracts cost, hence in net public cost only."""

AIDED = "insertion_posts"
"""The lever that aid to posts is a cost of; elsewhere it only moves with the fate of structures."""


class BuyersRecord(Protocol):
    """A record that can hold what some buyers notify."""

    def follow_buyers(self, codes: Sequence[str], seed: int) -> None:
        """Record it from now on, in this world and its branches."""
        ...

    def buyer_months(self) -> BuyerMonths:
        """Return the months since then; of a branch, since it branched."""
        ...


class BuyersWorld(World, Protocol):
    """A world whose record can hold what some buyers notify."""

    @property
    def whole_record(self) -> BuyersRecord:
        """The record of everything."""
        ...


@dataclass(frozen=True, slots=True)
class Window:
    """Some months of an indicator of the register, counted from the start of the scenario."""

    indicator: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class SpaserTask:
    """One unit of work: one seed, some scenarios, what some buyers notify.

    ``part`` numbers the units of one seed, where its scenarios are shared out.
    """

    territory: str
    seed: int
    months: int
    central: bool
    scenarios: tuple[Scenario, ...]
    buyers: tuple[str, ...]
    build: WorldBuilder = build_world
    context: Scenario = BASELINE_SCENARIO
    overrides: tuple[tuple[str, float], ...] = ()
    windows: tuple[Window, ...] = ()
    part: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class BuyersRun:
    """What one run gives.

    Attributes
    ----------
    months
        What each buyer notifies, and what stands in its way.
    costs
        EUR by quantity of `LEVER_COSTS`, over the horizon, the whole territory.
    public_cost
        Net public cost over the horizon, EUR.
    indicators
        (W,), value of each window of the task, the whole territory.
    """

    months: BuyerMonths
    costs: Floats
    public_cost: float
    indicators: Floats


@dataclass(frozen=True, slots=True, eq=False)
class SpaserPair:
    """One unit of work of one seed: a run a scenario."""

    seed: int
    runs: tuple[BuyersRun, ...] = field(repr=False)
    part: int = 0


def run_spaser_pair(task: SpaserTask) -> SpaserPair:
    """Run every scenario of one seed."""
    hypotheses = hypotheses_of(task.seed, task.central, dict(task.overrides))
    world = cast("BuyersWorld", task.build(task.territory, task.seed, hypotheses))
    world.whole_record.follow_buyers(task.buyers, task.seed)
    runs: list[BuyersRun] = []
    for scenario in task.scenarios:
        branch = cast("BuyersWorld", branch_of(world, task.context | scenario))
        branch.run(task.months)
        runs.append(_measure(branch.whole_record.buyer_months(), branch.records, task.windows))
        del branch
        # a dead Mesa model is freed only by the cycle collector
        gc.collect()
    del world
    gc.collect()
    return SpaserPair(task.seed, tuple(runs), task.part)


def _measure(months: BuyerMonths, records: Records, windows: Sequence[Window]) -> BuyersRun:
    costs = np.array([float(records.quantities[name].sum()) for name in LEVER_COSTS])
    whole = evaluate(records.quantities, slice(0, None))
    spans = {(window.first, window.last) for window in windows}
    levels = {span: evaluate(records.quantities, slice(span[0], span[1] + 1)) for span in spans}
    found = [float(levels[w.first, w.last][w.indicator][-1]) for w in windows]
    return BuyersRun(months, costs, float(whole["public_cost"][-1]), np.array(found))


def check_buyers(territory: str, codes: Sequence[str]) -> tuple[str, ...]:
    """Return the names of buyers, and refuse none, unknown ones and one given twice."""
    from model.territory import load_territory

    known = load_territory(territory).buyers
    if not codes:
        raise AncrageError("No buyer: name at least one (ancrage territory buyers lists them).")
    for code in codes:
        if code not in known.code:
            raise AncrageError(
                f"Territory '{territory}' has no buyer '{code}'{nearest_name(code, known.code)}"
            )
        if list(codes).count(code) > 1:
            raise AncrageError(f"Buyer '{code}' is named twice.")
    return tuple(known.name[known.code.index(code)] for code in codes)


def check_numbers(months: int, pairs: int, seed: int) -> None:
    """Refuse a horizon without a whole year, and numbers that make no sense."""
    if months < 12:
        raise AncrageError(
            f"A table by calendar year needs at least 12 months, got {months}; give more --months."
        )
    if pairs < 1 or seed < 0:
        raise AncrageError("A table needs pairs >= 1 and seed >= 0.")


def spaser(
    buyers: Sequence[str],
    scenario: Scenario,
    *,
    territory: str = "cote-opale",
    months: int = DEFAULT_MONTHS,
    pairs: int = 10,
    seed: int = 1,
    central: bool = False,
    context: Scenario | None = None,
    overrides: Mapping[str, float] | None = None,
    workers: int | None = None,
    on_finished: Callable[[SpaserPair], None] | None = None,
    build: WorldBuilder = build_world,
) -> Spaser:
    """Simulate what buyers notify under current practice and a scenario, on the same draws.

    Pairs, seeds and hypotheses are those of `scenarios.compare`.

    Raises
    ------
    AncrageError
        No buyer, an unknown one, less than a year, or a number or hypothesis out of bounds.
    scenarios.pool.Interrupted
        Ctrl-C; it carries the finished pairs, see `gather`.
    """
    around = context or BASELINE_SCENARIO
    check_numbers(months, pairs, seed)
    names = tuple(buyers)
    if build is build_world:
        names = check_buyers(territory, buyers)
        check_scenarios(territory, [around | scenario])
    edited = edited_hypotheses(overrides or {})
    tasks = [
        SpaserTask(
            territory,
            number,
            months,
            central,
            (BASELINE_SCENARIO, scenario),
            tuple(buyers),
            build,
            around,
            edited,
        )
        for number in range(seed, seed + pairs)
    ]
    finished = run_tasks(run_spaser_pair, tasks, workers or default_workers(), on_finished)
    return gather(finished, buyers, names, scenario, territory, months, central, around, edited)


def gather(
    finished: Sequence[SpaserPair],
    buyers: Sequence[str],
    names: Sequence[str],
    scenario: Scenario,
    territory: str,
    months: int,
    central: bool,
    context: Scenario = BASELINE_SCENARIO,
    overrides: tuple[tuple[str, float], ...] = (),
) -> Spaser:
    """Put finished pairs together, in their order."""
    from scenarios.spaser.results import Spaser, by_year, obstacles_by_year

    return Spaser(
        territory=territory,
        months=months,
        pairs=len(finished),
        seed=finished[0].seed,
        central=central,
        context=context,
        overrides=overrides,
        scenario=scenario,
        buyers=tuple(buyers),
        names=tuple(names),
        counted=np.stack([[by_year(run.months.counted) for run in pair.runs] for pair in finished]),
        obstacles=np.stack([obstacles_by_year(pair.runs[-1].months) for pair in finished]),
    )
