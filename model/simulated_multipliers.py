"""Multipliers that the agent-based model itself converges to (`model.md` 7.3).

Final demand of one sector steps up in one copy of the economy, the model runs until it rests
again, and the effect is the difference from the undisturbed copy, per unit of the step. Nothing
here knows of an inverse: suppliers, staff and residents answer by their own rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.economy.switches import Switches
from model.errors import AncrageError
from model.hypotheses import HypothesisValues
from model.territory.closed_economy import closed_economy, counted_jobs
from model.territory.input_output import (
    LARGEST_SPLIT,
    InputOutput,
    Multipliers,
    MultiplierSet,
    household_closure,
    multiplier_set_as_json,
    multipliers,
)
from model.territory_model import TerritoryModel

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

STEP = 0.1
"""Step in final demand, share of the output of the firm that gets it; a tenth at each retry."""

RETRIES = 5
"""Smaller steps tried when the step was more than stocks could serve."""

AT_REST = 1e-7
"""Largest surprise of any firm, share of the step, in a month that counts as rest."""

MONTHS_OF_REST = 3
"""Months in a row that must count as rest: a cycle may cross its mean."""

MOST_MONTHS = 30_000
"""Months after which an economy that has not come to rest is given up."""

SLOTS_OF_A_RUN = 150_000
"""Input slots of one run, near what a processor's cache holds; sectors share runs up to it."""


@dataclass(frozen=True, slots=True)
class SimulatedMultipliers:
    """What the model converges to: ``type2`` is None where the table has no household column.

    ``months1`` and ``months2`` are the months that the slowest run took to come to rest.
    """

    type1: MultiplierSet
    type2: MultiplierSet | None
    months1: int
    months2: int


def simulated_multipliers(
    io: InputOutput, split: int = 1, *, on_trials: Callable[[int], None] | None = None
) -> SimulatedMultipliers:
    """Find type I and type II multipliers by simulation, every sector split into firms.

    Parameters
    ----------
    io
        The table, without sectors of zero output.
    split
        Firms in each sector.
    on_trials
        Called with the number of trials just finished: one a sector and type.

    Raises
    ------
    AncrageError
        If rounds of spending do not end or do so too slowly, or the split is out of bounds.
    """
    if not 1 <= split * len(io.sectors) <= LARGEST_SPLIT:
        raise AncrageError(
            f"{len(io.sectors)} sectors cannot be simulated in {split} firms each: split into 1 to "
            f"{max(LARGEST_SPLIT // len(io.sectors), 1)}"
        )
    multipliers(io)
    _, without_households = household_closure(io)
    tell = on_trials or _nobody_listens
    type1, months1 = _simulate(io, split, False, tell)
    if without_households:
        return SimulatedMultipliers(type1, None, months1, 0)
    type2, months2 = _simulate(io, split, True, tell)
    return SimulatedMultipliers(type1, type2, months1, months2)


def simulated_as_json(simulated: SimulatedMultipliers, analytic: Multipliers) -> dict[str, object]:
    """Return the multipliers as plain lists, with the largest relative gap to the analytic ones."""
    return {
        "type1": multiplier_set_as_json(simulated.type1),
        "type2": multiplier_set_as_json(simulated.type2),
        "months": {"type1": simulated.months1, "type2": simulated.months2},
        "largest_gap": {
            "type1": largest_gap(simulated.type1, analytic.type1),
            "type2": largest_gap(simulated.type2, analytic.type2),
        },
    }


def largest_gap(simulated: MultiplierSet | None, analytic: MultiplierSet | None) -> float | None:
    """Return the largest relative gap between two sets, None if one is missing."""
    if simulated is None or analytic is None:
        return None
    gaps = [0.0]
    for name in ("output", "value_added", "employment"):
        found, wanted = getattr(simulated, name), getattr(analytic, name)
        # a multiplier near 0 among large ones is compared with the mean one
        scale = np.maximum(np.abs(wanted), 1e-6 * np.abs(wanted).mean())
        gap = np.abs(found - wanted)
        gaps.append(float(np.divide(gap, scale, out=np.zeros_like(gap), where=scale > 0).max()))
    return max(gaps)


def _nobody_listens(_: int) -> None:
    """Take a number of finished trials and do nothing."""


def _simulate(
    io: InputOutput, split: int, households: bool, tell: Callable[[int], None]
) -> tuple[MultiplierSet, int]:
    """Run every sector's trial, several to a run; return the multipliers and the longest run."""
    count = len(io.sectors)
    slots = int((io.technical > 0).sum()) * split
    together = max(1, SLOTS_OF_A_RUN // max(slots, 1) - 1)
    effects = np.zeros((3, count))
    longest = 0
    for first in range(0, count, together):
        tried = np.arange(first, min(first + together, count))
        effects[:, tried], months = _effects(io, split, tried, households)
        longest = max(longest, months)
        tell(len(tried))
    return MultiplierSet(*effects), longest


def _effects(io: InputOutput, split: int, tried: Ints, households: bool) -> tuple[Floats, int]:
    """Return effects (3, trials) on output, value added and jobs, and months to rest.

    The step is made again, smaller, where a supplier could not serve it from stock: the first
    months would be rationed and the answer would no longer be in proportion.
    """
    territory = closed_economy(io, split, zones=len(tried) + 1, households=households)
    switches = Switches(
        tenders=False, links=False, demography=False, households=households, ample=True
    )
    # the quickest expectations that the register admits
    fast = HypothesisValues({"expectation_speed": 0.5})
    copy_size = len(io.sectors) * split
    # in copy 1, 2… the step goes to the first firm of the sector tried; copy 0 is undisturbed
    rows = (1 + np.arange(len(tried))) * copy_size + tried * split
    for attempt in range(RETRIES):
        model = TerritoryModel(territory, hypotheses=fast, switches=switches, burn_in=False)
        step = STEP * 0.1**attempt * territory.firms.output_eur[rows]
        model.state.firms.outside_demand[rows] += step
        months = _run_to_rest(model, step)
        if months:
            return _measure(model, counted_jobs(io), step), months
    raise AncrageError(
        f"the simulated economy of {io.sectors[int(tried[0])]} and others cannot serve the "
        "smallest step in demand from stocks; check outputs that are close to zero"
    )


def _run_to_rest(model: TerritoryModel, step: Floats) -> int:
    """Run until no firm or resident is surprised any more; return months, 0 if one was rationed."""
    noise = 1e-14 * float(model.territory.firms.output_eur.max())
    tolerance = np.maximum(AT_REST * step, noise)
    rested = 0
    for month in range(1, MOST_MONTHS + 1):
        model.step()
        model.whole_record.clear()
        flows = model.last_flows
        assert flows is not None
        if float(flows.goods.fill.min()) < 1.0 - 1e-9:
            return 0
        rested = rested + 1 if (_surprise(model) <= tolerance).all() else 0
        if rested == MONTHS_OF_REST:
            return month
    raise AncrageError(
        f"the simulated economy had not come to rest after {MOST_MONTHS} months: it keeps "
        f"{model.territory.spectral_radius:.4f} of each unit it spends; read the analytic "
        "multipliers"
    )


def _surprise(model: TerritoryModel) -> Floats:
    """Return the largest gap of the month in each copy but the undisturbed one (trials,).

    Gaps between what firms expected and sold, bought and used, and what residents earned and spent.
    """
    flows, firms = model.last_flows, model.territory.firms
    assert flows is not None
    network = model.territory.supply
    output = flows.goods.output
    used = network.sum_by_client(network.slot_coefficient) * output
    gap = np.abs(flows.local_inputs - used)
    np.maximum(gap, np.abs(output - model.state.firms.expected_demand), out=gap)
    by_copy = np.maximum.reduceat(gap, firms.zone_start)
    if model.setting.switches.households:
        np.maximum(by_copy, np.abs(flows.household_income - flows.consumption), out=by_copy)
    return by_copy[1:]


def _measure(model: TerritoryModel, counted: NDArray[np.bool_], step: Floats) -> Floats:
    """Return output, value added and jobs of each copy over the undisturbed one, by step."""
    flows, firms = model.last_flows, model.territory.firms
    assert flows is not None
    output = flows.goods.output
    bought = flows.local_inputs + firms.outside_input * output
    jobs = np.where(counted[firms.sector], model.state.firms.fte, 0.0)
    columns = (output, output - bought, jobs)
    return np.stack([_over_undisturbed(c, len(step) + 1) / step for c in columns])


def _over_undisturbed(values: Floats, copies: int) -> Floats:
    """Return what each copy has over the first (copies - 1,), firm by firm to save digits."""
    by_copy = values.reshape(copies, -1)
    return (by_copy[1:] - by_copy[0]).sum(axis=1)
