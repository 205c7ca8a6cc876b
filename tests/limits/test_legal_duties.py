"""Every rule of the calendar that a run applies moves what it should, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pytest

from model import Levers, TerritoryModel
from model.flows import MonthFlows
from model.ledger import Ledger
from model.procurement import duties, month
from model.procurement.amendments import Amendments
from model.procurement.forms import FRAMEWORK
from model.procurement.legal_calendar import RulesInForce, load_rules, rules_at
from model.procurement.tenders import DIRECT, FORMAL, Tenders
from model.territory.buyers import BUYER_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tests.conftest import FixPractice, MakeTerritory

LAW = rules_at(2027, 1)
LARGE_EUR = 5e6
"""Running expenditure of large authorities in a small world."""
STRICT = {"social_derogation_share": 0.0, "social_duty_compliance": 1.0}


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    """A world of which only copies of the state are changed."""
    return TerritoryModel(generated_territory(1_200, 4, 2), rng=3, burn_in=False)


class Due(Protocol):
    def __call__(
        self,
        rules: RulesInForce = LAW,
        h: Mapping[str, float] | None = None,
        **practice: float,
    ) -> Tenders: ...


@pytest.fixture
def due(world: TerritoryModel, fixed_practice: FixPractice) -> Due:
    """Tenders of a month in which all needs are due, under given rules and practice."""

    def launch(
        rules: RulesInForce = LAW,
        h: Mapping[str, float] | None = None,
        **practice: float,
    ) -> Tenders:
        twin = world.branch(Levers())
        known: Any = {**twin.setting.hypotheses, **(h or {})}
        changed = fixed_practice(twin, **practice)
        twin.setting = replace(twin.setting, hypotheses=known)
        twin.state.contracts.months_left[: len(world.territory.needs)] = 0
        return month.plan(twin.setting, twin.state, changed, rules, Ledger())

    return launch


def of_kind(world: TerritoryModel, tenders: Tenders, *kinds: str) -> NDArray[np.bool_]:
    chosen = [BUYER_KINDS.index(kind) for kind in kinds]
    return np.isin(world.territory.buyers.kind[tenders.buyer], chosen)


# --- Social execution conditions ------------------------------------------------------------------


def test_every_formal_contract_has_a_social_condition_where_no_exception_holds(
    world: TerritoryModel,
    due: Due,
) -> None:
    tenders = due(h=STRICT, social_coverage=0.0, reserved_share=0.0)
    formal = tenders.procedure == FORMAL
    long = tenders.months >= 6
    assert (formal & long).any()
    np.testing.assert_array_equal(tenders.social_duty, formal & long)
    own = tenders.in_reach
    np.testing.assert_array_equal(tenders.consideration[own], (formal & long)[own])
    assert tenders.clause.any(), "a clause follows where it fits"
    np.testing.assert_array_equal(tenders.consideration_by_duty[own], tenders.consideration[own])
    wanted = due(h=STRICT, social_coverage=0.3)
    without = due(replace(LAW, social_execution_above_formal=0.0), STRICT, social_coverage=0.3)
    by_choice = wanted.consideration & ~wanted.consideration_by_duty
    np.testing.assert_array_equal(by_choice, without.consideration)
    assert (wanted.consideration & by_choice & wanted.social_duty).any()


def test_no_duty_before_august_2026_nor_if_repealed(world: TerritoryModel, due: Due) -> None:
    repealed = replace(LAW, social_execution_above_formal=0.0)
    for rules in (rules_at(2026, 8), repealed):
        tenders = due(rules, STRICT, social_coverage=0.0, reserved_share=0.0)
        own = tenders.in_reach
        assert not tenders.social_duty.any() and not tenders.consideration[own].any()


def test_short_contracts_are_exempt_as_far_as_the_law_says(world: TerritoryModel, due: Due) -> None:
    all_bound = due(replace(LAW, social_derogation_short_months=0.0), STRICT)
    fewer = due(replace(LAW, social_derogation_short_months=24.0), STRICT)
    formal = all_bound.procedure == FORMAL
    assert (formal & (all_bound.months < 24)).any()
    np.testing.assert_array_equal(all_bound.social_duty, formal)
    np.testing.assert_array_equal(fewer.social_duty, formal & (fewer.months >= 24))


def test_each_exception_frees_its_own_third_of_the_lots(h: dict[str, float]) -> None:
    key = np.arange(30_000, dtype=np.uint64)
    procedure, months = np.full(len(key), FORMAL, dtype=np.int8), np.full(len(key), 12)
    h = {**h, "social_derogation_share": 0.3}
    names = [name for name in load_rules() if name.startswith("social_derogation")][:3]
    closed = dict.fromkeys(names, 0.0)

    def bound(**open_to: float) -> NDArray[np.bool_]:
        rules = replace(LAW, **{**closed, **open_to})
        return duties.social_duty(procedure, months, key, rules, h, 1)

    assert bound().all()
    freed = [~bound(**{name: 1.0}) for name in names]
    for one in freed:
        assert one.mean() == pytest.approx(0.1, abs=0.01)
    assert not (freed[0] & freed[1]).any() and not (freed[1] & freed[2]).any()
    np.testing.assert_array_equal(~bound(**dict.fromkeys(names, 1.0)), sum(freed) > 0)


def test_buyers_do_not_all_comply_and_the_same_ones_do(world: TerritoryModel, due: Due) -> None:
    tenders = [
        due(
            h={**STRICT, "social_duty_compliance": share},
            social_coverage=0.0,
            reserved_share=0.0,
        )
        for share in (0.0, 0.3, 0.9)
    ]
    # central bodies keep current practice
    found = [t.consideration[t.in_reach] for t in tenders]
    assert not found[0].any()
    assert (found[1] <= found[2]).all() and found[1].sum() < found[2].sum()


# --- Environmental execution conditions -----------------------------------------------------------


def test_environmental_conditions_follow_the_law_and_compliance(
    world: TerritoryModel, due: Due
) -> None:
    all_comply = {"environmental_duty_compliance": 1.0}
    tenders = due(h=all_comply)
    np.testing.assert_array_equal(tenders.environmental_condition, tenders.procedure != DIRECT)
    assert not due(rules_at(2026, 8), all_comply).environmental_condition.any()
    part = due(h={"environmental_duty_compliance": 0.5}).environmental_condition
    assert 0 < part.sum() < tenders.environmental_condition.sum()


# --- Advances and retention -----------------------------------------------------------------------


def test_advances_are_at_least_the_legal_ones(world: TerritoryModel, due: Due) -> None:
    law = replace(LAW, advance_local_expenditure=LARGE_EUR)
    tenders = due(law, advance_rate_sme=0.0)
    advanced = (tenders.amount_eur > LAW.advance_threshold) & (
        tenders.months > LAW.advance_minimum_months
    )
    assert advanced.any() and not tenders.advance_rate[~advanced].any()
    state = of_kind(world, tenders, "state")
    groups = world.setting.derived.buyer_columns.legal
    large = groups.large_local(law, 1.0, world.setting.hypotheses)[tenders.buyer]
    assert large[advanced].any() and not (large & state).any()
    expected = np.where(state, 0.30, np.where(large, 0.10, 0.05)) * advanced
    own = tenders.in_reach
    np.testing.assert_array_equal(tenders.advance_rate[own], expected[own])
    np.testing.assert_array_equal(tenders.advance_rate_large, 0.05 * advanced)
    more = due(law, advance_rate_sme=0.2)
    raised = np.maximum(expected, 0.2) * advanced
    np.testing.assert_array_equal(more.advance_rate[own], raised[own])


def test_large_local_authorities_are_those_above_the_running_expenditure(
    world: TerritoryModel,
) -> None:
    groups, h = world.setting.derived.buyer_columns.legal, world.setting.hypotheses
    buyers = world.territory.buyers
    law = replace(LAW, advance_local_expenditure=LARGE_EUR)
    usual = groups.large_local(law, 1.0, h)
    kinds = {BUYER_KINDS[k] for k in buyers.kind[usual]}
    assert kinds <= {"commune", "epci", "departement", "region", "syndicate"} and usual.any()
    bound = buyers.total_purchases_eur * h["running_expenditure_ratio"] > LARGE_EUR
    np.testing.assert_array_equal(usual, groups.local & bound)
    assert not usual.all()
    everyone = groups.large_local(replace(LAW, advance_local_expenditure=0.0), 1.0, h)
    np.testing.assert_array_equal(everyone, groups.local)
    scaled = replace(groups, total_purchases_eur=groups.total_purchases_eur * 1024)
    np.testing.assert_array_equal(scaled.large_local(law, 1024.0, h), usual)


def test_larger_holders_get_the_base_advance_in_their_price(
    world: TerritoryModel, due: Due
) -> None:
    """With no fear of strain on cash, an advance moves the price of its holder alone."""
    twin = world.branch(Levers())
    calm: Any = {**twin.setting.hypotheses, "bid_cash": 0.0}
    twin.setting = replace(twin.setting, hypotheses=calm)
    tenders = due()
    without = replace(tenders, advance_rate_large=np.zeros(len(tenders)))
    found, other = (month.gather_bids(twin.setting, twin.state, t, LAW) for t in (tenders, without))
    rows = (tenders.advance_rate_large > 0)[:, None] & np.isfinite(found.reluctance)
    inside = found.firm < len(world.territory.firms)
    for side in (inside, ~inside):
        large, small = rows & ~found.small & side, rows & found.small & side
        assert (found.price < other.price)[large].any()
        assert (found.price <= other.price)[large].all()
        np.testing.assert_array_equal(found.price[small], other.price[small])


def test_larger_holders_are_paid_their_advance(world: TerritoryModel) -> None:
    twin = world.branch(Levers())
    twin.state.contracts.months_left[: len(world.territory.needs)] = 0
    twin.run(1)
    flows = twin.last_flows
    assert flows is not None
    won = flows.awards.awarded & (flows.tenders.advance_rate_large > 0)
    large = won & ~flows.awards.of_winner(flows.bids.small)
    rows = flows.tenders.contract[large]
    lasting = rows[twin.state.contracts.months_left[rows] > 1]
    assert len(lasting) and (twin.state.contracts.advance_eur[lasting] > 0).all()


def test_retention_is_of_works_put_to_competition_at_the_legal_cap(
    world: TerritoryModel, due: Due
) -> None:
    law = replace(LAW, advance_local_expenditure=LARGE_EUR)
    tenders = due(law, h={"retention_use": 1.0})
    works = world.setting.derived.categories.works[tenders.category]
    held = works & (tenders.procedure != DIRECT)
    groups = world.setting.derived.buyer_columns.legal
    large = groups.large_local(law, 1.0, world.setting.hypotheses)[tenders.buyer]
    capped = of_kind(world, tenders, "state") | large
    assert (held & capped).any() and (held & ~capped).any()
    np.testing.assert_array_equal(tenders.retention_rate, np.where(capped, 0.03, 0.05) * held)
    assert not due(h={"retention_use": 0.0}).retention_rate.any()


def test_what_is_retained_is_paid_when_the_contract_ends(world: TerritoryModel) -> None:
    """Followed row by row: retained money is the rate of all that was paid, then it is settled."""
    twin = world.branch(Levers())
    twin.verify = True
    twin.state.contracts.months_left[: len(world.territory.needs)] = 0
    twin.run(2)
    c = twin.state.contracts
    rows = np.flatnonzero((c.retention_rate > 0) & (c.months_left > 2))
    assert len(rows) and (c.retained_eur[rows] > 0).all()
    assert not c.retained_eur[c.retention_rate == 0].any()
    before, held = c.retained_eur.copy(), c.retention_rate.copy()
    twin.run(1)
    same = rows[(c.retention_rate[rows] == held[rows]) & (c.holder[rows] >= 0)]
    assert (c.retained_eur[same] > before[same]).all()
    billed = np.where(c.holder >= 0, c.retained_eur + c.receivable_eur, 0.0)
    c.months_left[:] = 0
    twin.run(1)
    settled = rows[c.renewal[rows] > 1]
    assert len(settled)
    # a month of the new contract at most
    assert (c.retained_eur[settled] < 0.5 * billed[settled]).all()


def test_less_cash_for_small_firms_with_retention(world: TerritoryModel) -> None:
    """Two worlds that differ by the legal cap alone: firms hold less cash, and a claim for it."""
    worlds = []
    for amendments in (
        Amendments(),
        Amendments(
            {
                "retention_cap": {"value": 0.0, "from": "2027-01-01"},
                "retention_cap_sme": {"value": 0.0, "from": "2027-01-01"},
            }
        ),
    ):
        twin = world.branch(Levers(), amendments=amendments)
        twin.state.contracts.months_left[: len(world.territory.needs)] = 0
        worlds.append(twin.run(4))
    usual, without = worlds
    assert usual.state.contracts.retained_eur.sum() > 0
    assert not without.state.contracts.retained_eur.any()
    kept = usual.state.contracts.retained_eur.sum()
    cash = [float(w.state.public.buyer_cash.sum()) for w in worlds]
    assert cash[0] - cash[1] == pytest.approx(kept, rel=0.02)


# --- Framework agreements -------------------------------------------------------------------------


def test_framework_agreements_have_a_longest_duration(world: TerritoryModel, due: Due) -> None:
    shorter = replace(LAW, framework_maximum_months=12.0)
    tenders, cut = due(), due(shorter)
    needs, buyers = world.territory.needs, world.territory.buyers
    framework = needs.form[tenders.need] == FRAMEWORK
    network = buyers.contracting_entity[tenders.buyer]
    bound = framework & ~network & (tenders.months > 12)
    assert bound.any() and (framework & network & (tenders.months > 12)).any()
    expected = np.where(bound, 12, tenders.months)
    np.testing.assert_array_equal(cut.months, expected)
    np.testing.assert_allclose(cut.amount_eur, cut.yearly_eur * expected / 12.0, rtol=1e-12)
    of_networks = due(replace(LAW, framework_maximum_months_utilities=12.0))
    bound = framework & network & (tenders.months > 12)
    np.testing.assert_array_equal(of_networks.months, np.where(bound, 12, tenders.months))
    assert (tenders.months <= 48).all()


# --- A moved date moves the effect ----------------------------------------------------------------


def test_a_postponed_duty_acts_from_its_new_date(world: TerritoryModel, due: Due) -> None:
    moved = Amendments({"social_execution_above_formal": {"from": "2028-01-01"}})
    usual = world.branch(Levers()).run(24)
    later = world.branch(Levers(), amendments=moved).run(24)
    one, two = (w.records.quantities["considerations_n"].sum(axis=1) for w in (usual, later))
    assert two[:12].sum() < one[:12].sum()
    bound = [_social_duties(w, due) for w in (usual, later)]
    assert bound[0][0] > 0 and bound[1][0] == 0
    assert bound[1][1] > 0


def _social_duties(world: TerritoryModel, due: Due) -> tuple[int, int]:
    """Return how many lots would be bound in June 2027 and in June 2028 if all were due."""
    found = []
    for year in (2027, 2028):
        rules = rules_at(year, 6, world.amendments)
        found.append(int(due(rules, STRICT).social_duty.sum()))
    return found[0], found[1]


def test_an_amendment_changes_nothing_before_its_date(world: TerritoryModel) -> None:
    moved = Amendments({"turnover_cap": {"value": 0.1, "from": "2028-01-01"}})
    usual = world.branch(Levers()).run(12)
    later = world.branch(Levers(), amendments=moved).run(12)
    assert usual.state.firms.cash.tobytes() == later.state.firms.cash.tobytes()
    assert usual.state.contracts.holder.tobytes() == later.state.contracts.holder.tobytes()
    usual.step(), later.step()
    asked = [world.last_flows.tenders.required_turnover.max() for world in (usual, later)]
    assert asked[1] <= 0.1 < asked[0]


def test_a_lower_threshold_obliges_more_buyers_from_its_date(world: TerritoryModel) -> None:
    lower = Amendments({"spaser_threshold": {"value": 5_000_000, "from": "2028-01-01"}})
    twin = world.branch(Levers(), amendments=lower)
    before = twin._calendar(MonthFlows())[1].obliged
    np.testing.assert_array_equal(before, world.territory.buyers.spaser_duty)
    after = twin.run(12)._calendar(MonthFlows())[1].obliged
    assert (before <= after).all() and before.sum() < after.sum()


def test_a_branch_keeps_the_law_of_its_world_unless_it_is_amended(world: TerritoryModel) -> None:
    moved = Amendments({"turnover_cap": {"value": 1.0, "from": "2028-01-01"}})
    twin = world.branch(Levers(), amendments=moved)
    assert twin.branch(Levers()).amendments == moved
    assert twin.branch(Levers(), amendments=Amendments()).amendments == Amendments()
    assert world.amendments == Amendments()
