"""With circulation off and no lever, every month repeats the last (`model.md` 7.1)."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from model import STATIONARY, TerritoryModel
from model.hypotheses import HypothesisValues, draw_run_vector
from model.territory.territory import Territory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.conftest import MakeTerritory

MONTHS = 120
TOLERANCE = 1e-9
CALENDAR = {"months_left", "spent_year"}
"""Columns of state that count months, or add up since January."""

# A column that is zero at the opening is compared with what passes through it each month.
SCALE = {
    "diverted": lambda m: np.ones(1),
    "buyer_cash": lambda m: m.territory.buyers.envelope_eur / 12.0,
    "backlog_eur": lambda m: m.state.contracts.volume_eur,
    "retained_eur": lambda m: m.state.contracts.volume_eur,
    "advance_eur": lambda m: m.state.contracts.volume_eur,
}


def stationary(territory: Territory, hypotheses: HypothesisValues, rng: int) -> TerritoryModel:
    return TerritoryModel(
        territory,
        rng=rng,
        hypotheses=hypotheses,
        switches=STATIONARY,
        burn_in=False,
        verify=True,
    )


def columns(model: TerritoryModel) -> dict[str, NDArray[Any]]:
    """Copy every column of the state, except those that count months."""
    found: dict[str, NDArray[Any]] = {}
    for part in ("firms", "supply", "contracts", "zones", "public"):
        held = getattr(model.state, part)
        for field in fields(held):
            if field.name not in CALENDAR:
                found[f"{part}.{field.name}"] = np.array(getattr(held, field.name), copy=True)
    return found


def furthest(model: TerritoryModel, before: dict[str, NDArray[Any]]) -> dict[str, float]:
    """Return how far any row of each column moved, over its own size; accounts apart."""
    moved: dict[str, float] = {}
    for name, now in columns(model).items():
        if name == "public.accounts":
            continue
        was = before[name].astype(np.float64)
        short = name.partition(".")[2]
        size = np.abs(SCALE[short](model) if short in SCALE else was)
        gap = np.abs(now.astype(np.float64) - was)
        over = np.divide(gap, size, out=np.where(gap > 0, np.inf, 0.0), where=size > 0)
        moved[name] = float(over.max(initial=0.0))
    return moved


CASES = [
    pytest.param(300, 3, 1, None, id="300-firms"),
    pytest.param(600, 1, 2, 4, id="one-zone-vector-4"),
    pytest.param(1_500, 5, 3, 11, id="five-zones-vector-11"),
]


@pytest.mark.parametrize(("firms", "zones", "seed", "vector"), CASES)
def test_every_column_of_state_is_constant(
    generated_territory: MakeTerritory, firms: int, zones: int, seed: int, vector: int | None
) -> None:
    hypotheses = HypothesisValues() if vector is None else draw_run_vector(vector)
    model = stationary(generated_territory(firms, zones, seed), hypotheses, seed)
    opening = columns(model)
    for _ in range(MONTHS):
        model.step()
        moved = furthest(model, opening)
        worst = max(moved, key=lambda name: moved[name])
        assert moved[worst] <= TOLERANCE, f"{worst} moved by {moved[worst]:.1e}"


@pytest.mark.parametrize(("firms", "zones", "seed", "vector"), CASES)
def test_every_recorded_series_is_constant(
    generated_territory: MakeTerritory, firms: int, zones: int, seed: int, vector: int | None
) -> None:
    hypotheses = HypothesisValues() if vector is None else draw_run_vector(vector)
    model = stationary(generated_territory(firms, zones, seed), hypotheses, seed).run(MONTHS)
    records = model.records
    series = dict(records.quantities)
    series |= {
        "contract_volume": records.contract_volume,
        "local_volume": records.local_volume,
        "local_fte": records.local_fte,
    }
    for name, values in series.items():
        size = np.abs(values[0]).max()
        gap = np.abs(values - values[0]).max()
        assert gap <= TOLERANCE * max(size, 1e-300), f"{name} moved by {gap / size:.1e}"
    for name in ("jobs_direct_fte", "jobs_indirect_fte", "jobs_induced_fte"):
        assert series[name][0].sum() > 0, f"{name} is constant because it is empty"


def test_money_flows_between_accounts_are_constant(generated_territory: MakeTerritory) -> None:
    model = stationary(generated_territory(), HypothesisValues(), 1)
    accounts = [model.state.public.accounts.copy()]
    for _ in range(24):
        model.step()
        accounts.append(model.state.public.accounts.copy())
    flows = np.diff(np.array(accounts), axis=0)
    assert np.abs(flows).max() > 0
    np.testing.assert_allclose(flows, flows[0] * np.ones_like(flows), rtol=1e-8, atol=1e-3)


COUNTS_OVER_A_THRESHOLD = ("firms_short_of_cash_n", "firms_dependent_n")
"""Firms beyond a threshold: one that stands on it counts whole for the least move."""


@pytest.mark.parametrize("step", [0.01, -0.01])
@pytest.mark.parametrize(("firms", "zones", "seed"), [(300, 3, 1), (1_000, 4, 2)])
def test_a_small_step_of_demand_causes_no_business_cycle(
    generated_territory: MakeTerritory, firms: int, zones: int, seed: int, step: float
) -> None:
    """No series leaves the span between its old and its final level by over twice the step."""
    model = stationary(generated_territory(firms, zones, seed), HypothesisValues(), seed)
    model.step()
    model.state.firms.outside_demand *= 1.0 + step
    model.run(MONTHS)
    moved = 0
    for name, by_zone in model.records.quantities.items():
        series = by_zone.sum(axis=1)
        old, final = series[0], series[-1]
        if old == 0.0:
            assert final == 0.0, f"{name} appeared"
            continue
        low, high = min(old, final), max(old, final)
        past = max((series - high).max(), (low - series).max())
        if name in COUNTS_OVER_A_THRESHOLD:
            past -= 1.0
        overshoot = past / abs(old)
        assert overshoot <= 2.0 * abs(step), f"{name} overshoots by {overshoot:.1%}"
        moved += abs(final / old - 1.0) > abs(step) / 4.0
    assert moved >= 5, "the step reached nothing"


def test_the_whole_territory_is_stationary(cote_opale: Territory) -> None:
    model = stationary(cote_opale, HypothesisValues(), 1)
    opening = columns(model)
    model.run(12)
    moved = furthest(model, opening)
    worst = max(moved, key=lambda name: moved[name])
    assert moved[worst] <= TOLERANCE, f"{worst} moved by {moved[worst]:.1e}"
