"""Fluctuating orders, works operations, contracts that end early, addressable purchases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pytest

from model import STATIONARY, TerritoryModel
from model.hypotheses import HypothesisValues
from model.ledger import Ledger
from model.procurement import month as procurement
from model.procurement.addressable import addressable_purchases
from model.procurement.concessions import concession_amounts, load_concessions
from model.procurement.contracts import ask_delivery, deliver_contracts
from model.procurement.forms import FRAMEWORK, ORDINARY, WORKS_OPERATION
from model.procurement.legal_calendar import rules_at
from model.procurement.volumes import (
    MANDATE_MONTHS,
    MANDATE_START,
    electoral_ratio,
    framework_ratio,
    is_operation,
    monthly_ratio,
    months_served,
    planned_ratio,
)
from model.random_streams import stream
from model.state import PARTS
from model.territory.buyers import BUYER_KINDS

if TYPE_CHECKING:
    from tests.conftest import FixPractice, MakeTerritory

MANY = 40_000
KEYS = stream(1, "awards of tests", np.arange(MANY))
YEARS = tuple(range(2027, 2037))


def all_of(form: int) -> np.ndarray:
    return np.full(MANY, form, dtype=np.int8)


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    return TerritoryModel(generated_territory(1_000, 3), rng=2)


# --- Volumes --------------------------------------------------------------------------------------


def test_two_operations_in_a_row_are_twice_the_mean(h: Mapping[str, float]) -> None:
    form, first = all_of(WORKS_OPERATION), np.full(MANY, 4)
    one = planned_ratio(form, KEYS, first, h, 1)
    two = planned_ratio(form, KEYS, first + 1, h, 1)
    np.testing.assert_allclose(one + two, 2.0, rtol=1e-12)
    assert one.mean() == pytest.approx(1.0, abs=0.01) and one.min() > 0.0
    assert one.std() == pytest.approx(h["operation_spread"], abs=0.01)
    third = planned_ratio(form, KEYS, first + 2, h, 1)
    assert abs(np.corrcoef(one, third)[0, 1]) < 0.02


def test_framework_orders_have_mean_one(h: Mapping[str, float]) -> None:
    whole = framework_ratio(all_of(FRAMEWORK), KEYS, h, 1)
    assert whole.mean() == pytest.approx(1.0, abs=0.01)
    assert np.log(whole).std() == pytest.approx(h["framework_estimate_spread"], abs=0.01)
    for form in (ORDINARY, WORKS_OPERATION):
        assert (framework_ratio(all_of(form), KEYS, h, 1) == 1.0).all()
    assert (planned_ratio(all_of(FRAMEWORK), KEYS, np.zeros(MANY, int), h, 1) == 1.0).all()


def test_only_framework_agreements_fluctuate_from_month_to_month(world: TerritoryModel) -> None:
    needs, h = world.territory.needs, world.hypotheses
    january, february = (monthly_ratio(needs, m, h, 1) for m in (36, 37))
    framework = needs.form == FRAMEWORK
    assert (january[~framework] == 1.0).all()
    assert (january[framework] != february[framework]).all()
    assert january[framework].mean() == pytest.approx(1.0, abs=0.05)


def test_the_electoral_cycle_has_mean_one_over_the_mandate() -> None:
    mandate = range(MANDATE_START, MANDATE_START + MANDATE_MONTHS)
    ratios = [electoral_ratio(m, 0.3, 15.0) for m in mandate]
    assert np.mean(ratios) == pytest.approx(1.0, abs=1e-12)
    assert max(ratios) == pytest.approx(1.3) and np.argmax(ratios) == MANDATE_MONTHS - 15
    assert all(electoral_ratio(m, 0.0, 15.0) == 1.0 for m in mandate)


def test_the_cycle_moves_works_of_communes_and_epci_only(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    twin = world.branch(world.levers)
    rules = rules_at(2027, 1)
    twin.state.contracts.months_left[: len(twin.territory.needs)] = 0
    twin.state.month = MANDATE_START + MANDATE_MONTHS - 15
    flat, high = (
        procurement.due_lots(
            twin.setting,
            twin.state,
            fixed_practice(twin, electoral_cycle=a),
            rules,
        )
        for a in (0.0, 0.2)
    )
    needs, buyers = twin.territory.needs, twin.territory.buyers
    council = [BUYER_KINDS.index(k) for k in ("commune", "epci")]
    moved = is_operation(needs.form[flat.need]) & np.isin(buyers.kind[flat.buyer], council)
    expected = np.where(moved, 1.0 + 0.2 * np.cos(2 * np.pi * (15 - 15) / 72), 1.0)
    lead = twin.hypotheses["electoral_lead_months"]
    assert lead == 15.0 and moved.any() and not moved.all()
    np.testing.assert_allclose(high.amount_eur / flat.amount_eur, expected, rtol=1e-12)


def test_orders_stop_at_the_maximum(world: TerritoryModel) -> None:
    twin = world.branch(world.levers)
    contracts, n = twin.state.contracts, len(twin.territory.needs)
    buyer, factor = twin.setting.derived.buyer_of_row, twin.state.public.volume_factor
    rows = np.flatnonzero(
        (contracts.maximum_eur > 0) & (contracts.holder >= 0) & (contracts.volume_eur > 0)
    )
    left = contracts.maximum_eur - contracts.ordered_eur
    huge = np.full(n, 1e6)
    execution, _ = ask_delivery(contracts, buyer, factor, len(twin.territory.firms), huge)
    asked = np.zeros(PARTS * n)
    asked[execution.active] = execution.ordered
    np.testing.assert_allclose(asked[rows], np.maximum(left[rows], 0.0), rtol=1e-9)
    again, _ = ask_delivery(contracts, buyer, factor, len(twin.territory.firms), huge)
    framework = contracts.maximum_eur[again.active] > 0
    assert again.ordered[framework] == pytest.approx(0.0, abs=1e-3)
    assert (again.ordered[~framework] > 0).all()


def test_orders_are_counted_from_the_award(world: TerritoryModel) -> None:
    """Over a run, orders of frameworks stay under their maximum and near their estimate."""
    twin = world.branch(world.levers).run(36)
    c = twin.state.contracts
    framework = (c.maximum_eur > 0) & (c.volume_eur > 0) & (c.holder >= 0)
    assert (c.ordered_eur[framework] <= c.maximum_eur[framework] * (1 + 1e-12)).all()
    served = (c.months_total - c.months_left)[framework] / 12.0
    reached = served > 0.5
    ratio = c.ordered_eur[framework][reached] / (c.volume_eur[framework] * served)[reached]
    assert 0.85 < np.median(ratio) < 1.1 and ratio.std() > 0.05


def test_circulation_off_orders_are_flat(generated_territory: MakeTerritory) -> None:
    still = TerritoryModel(generated_territory(300, 3), switches=STATIONARY, burn_in=False)
    volumes = still.run(3).records.quantities["executed_volume_eur"]
    np.testing.assert_allclose(volumes, np.broadcast_to(volumes[0], volumes.shape), rtol=1e-9)


def test_an_operation_above_the_mean_does_not_cut_the_year(world: TerritoryModel) -> None:
    """Spending that counts against the envelope is that of the mean operation."""
    works = np.tile(is_operation(world.territory.needs.form), PARTS)
    n, buyer = len(world.territory.firms), world.setting.derived.buyer_of_row
    days = np.full(len(world.territory.buyers), 30.0)
    ordered, spent = [], []
    for ratio in (1.0, 1.5):
        state = world.state.copy()
        c, public = state.contracts, state.public
        c.volume_ratio[works] = c.planned_ratio[works] = ratio
        c.backlog_eur[:] = public.spent_year[:] = 0.0
        flat = np.ones(len(world.territory.needs))
        execution, _ = ask_delivery(c, buyer, public.volume_factor, n, flat)
        deliver_contracts(c, state.firms, public, execution, np.ones(n), days, 30.0, Ledger())
        ordered.append(execution.ordered.sum())
        spent.append(public.spent_year)
    assert ordered[1] > 1.1 * ordered[0]
    np.testing.assert_allclose(spent[1], spent[0], rtol=1e-12)


# --- Renewal by default ---------------------------------------------------------------------------


def test_periods_are_renewed_by_default() -> None:
    duration, period = np.full(MANY, 48), np.full(MANY, 12)
    served = months_served(duration, period, KEYS, 0.9, 1)
    for years in (1, 2, 3):
        kept = (served > 12 * years).mean()
        assert kept == pytest.approx(0.9**years, abs=0.01)
    longer = months_served(duration, period, KEYS, 0.95, 1)
    assert (longer >= served).all(), "a higher chance never shortens a contract"
    assert (months_served(duration, period, KEYS, 1.0, 1) == 48).all()
    assert (months_served(duration, np.zeros(MANY, int), KEYS, 0.1, 1) == 48).all()


def test_contracts_that_are_not_renewed_come_back_early(world: TerritoryModel) -> None:
    def awards(chance: float) -> int:
        values = HypothesisValues({"reconduction_chance": chance})
        model = TerritoryModel(world.territory, hypotheses=values, burn_in=False, keep_awards=True)
        frame = model.run(30).awards()
        return len(frame)

    assert awards(0.85) > awards(1.0)


# --- Addressable purchases ------------------------------------------------------------------------


def test_every_year_adds_up_to_the_envelopes(world: TerritoryModel) -> None:
    needs, buyers = world.territory.needs, world.territory.buyers
    envelope = np.bincount(buyers.kind, buyers.envelope_eur, len(BUYER_KINDS))
    found = addressable_purchases(
        needs, world.state, YEARS, buyers.kind[needs.buyer], len(BUYER_KINDS), world.hypotheses, 2
    )
    total = found.renewed_eur + found.committed_eur + found.out_of_reach_eur
    np.testing.assert_allclose(total, np.tile(envelope, (len(YEARS), 1)), rtol=1e-12)
    assert (found.out_of_reach_eur.sum(axis=1) > 0).all()
    back = addressable_purchases(
        needs,
        world.state,
        YEARS,
        buyers.kind[needs.buyer],
        len(BUYER_KINDS),
        world.hypotheses,
        2,
        returned_share=1.0,
    )
    assert not back.out_of_reach_eur.any()
    np.testing.assert_allclose(back.renewed_eur + back.committed_eur, total, rtol=1e-12)


def test_the_calendar_is_that_of_the_run(world: TerritoryModel) -> None:
    """Needs announced for 2027 and 2028 are those that the run puts to competition."""
    needs, years = world.territory.needs, (2027, 2028)
    one_each = addressable_purchases(
        needs, world.state, years, np.arange(len(needs)), len(needs), world.hypotheses, 2
    )
    twin = world.branch(world.levers)
    n = len(needs)
    for y in range(2):
        called = np.zeros(n, dtype=bool)
        for _ in range(12):
            twin.step()
            assert twin.last_flows is not None
            called[twin.last_flows.tenders.need] = True
        announced = (one_each.renewed_eur[y] > 0) | (one_each.out_of_reach_eur[y] > 0)
        reached = one_each.out_of_reach_eur[y] == 0
        # failed procedures and closed holders bring further calls
        assert not (announced & reached & ~called).any() or y > 0
        assert (announced[reached] == called[reached]).mean() > 0.9


# --- Concessions ----------------------------------------------------------------------------------


def test_concessions_follow_inhabitants_and_the_unit_of_money() -> None:
    people = np.array([1_000.0, 3_000.0])
    found, scaled = concession_amounts(people), concession_amounts(people, 1024.0)
    assert set(found) == {entry.key for entry in load_concessions()}
    for entry in load_concessions():
        assert entry.grade == "C" and 0.0 <= entry.conceded_share <= 1.0
        assert entry.buyer_kind in BUYER_KINDS
        assert found[entry.key][1] == pytest.approx(3 * found[entry.key][0])
        np.testing.assert_array_equal(scaled[entry.key], 1024.0 * found[entry.key])
