"""Lawful tenders: what levers may and may not move, one need at a time (`model.md` 4)."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import AncrageError, Levers, TerritoryModel
from model.ledger import Ledger
from model.procurement import month
from model.procurement.award import award
from model.procurement.bids import Bids, collect_bids
from model.procurement.candidates import INFORMED_SIZE, Informed
from model.procurement.legal_calendar import RulesInForce, rules_at
from model.procurement.levers import load_levers
from model.procurement.practice import LeverPlan
from model.procurement.tenders import ADAPTED, DIRECT, FORMAL, Tenders
from model.random_streams import stream
from model.state import PARTS
from model.territory.buyers import BUYER_KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.conftest import FixPractice, MakeTerritory

    Bools = NDArray[np.bool_]

shares = st.floats(0.0, 1.0)
LAW = rules_at(2027, 1)


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    """A world of which only copies of the state are changed."""
    return TerritoryModel(generated_territory(1_200, 4, 2), rng=3, burn_in=False)


class AllDue(Protocol):
    def __call__(
        self, when: tuple[int, int] = (2027, 1), **practice: float
    ) -> tuple[Tenders, TerritoryModel]: ...


@pytest.fixture
def every_need_due(world: TerritoryModel, fixed_practice: FixPractice) -> AllDue:
    """Tenders of a month in which all needs are due, and the twin that launched them."""

    def launch(
        when: tuple[int, int] = (2027, 1), **practice: float
    ) -> tuple[Tenders, TerritoryModel]:
        twin = world.branch(Levers())
        twin.state.contracts.months_left[: len(world.territory.needs)] = 0
        changed = fixed_practice(twin, **practice)
        rules = rules_at(*when)
        return month.plan(twin.setting, twin.state, changed, rules, Ledger()), twin

    return launch


def bids_for(twin: TerritoryModel, tenders: Tenders, rules: RulesInForce | None = None) -> Bids:
    return month.gather_bids(twin.setting, twin.state, tenders, rules or rules_at(2027, 1))


def in_groupings(bids: Bids) -> Bools:
    """Return the places of firms that bid as members of a grouping, those of leads included."""
    found = bids.groupings
    assert found is not None
    places = np.zeros_like(bids.valid)
    members = found.member >= 0
    lot = np.broadcast_to(found.lot, found.member.shape)
    places[lot[members], found.member_place[members]] = True
    return places


def subset(few: Bools, many: Bools) -> bool:
    return bool((few <= many).all())


# --- Required turnover ----------------------------------------------------------------------------


@given(levels=st.tuples(st.floats(0.0, 1.5), st.floats(0.0, 1.5)))
def test_less_required_turnover_never_removes_a_candidate(
    levels: tuple[float, float], every_need_due: AllDue
) -> None:
    low, high = sorted(levels)
    able: list[Bools] = []
    bidding: list[Bools] = []
    firms: list[NDArray[np.int32]] = []
    for level in (low, high):
        tenders, twin = every_need_due(required_turnover=level)
        bids = bids_for(twin, tenders)
        together = in_groupings(bids)
        able.append(np.isfinite(bids.reluctance) | together)
        bidding.append(bids.valid | together)
        firms.append(bids.firm)
    np.testing.assert_array_equal(firms[0], firms[1])
    assert subset(able[1], able[0])
    assert subset(bidding[1], bidding[0])


def test_required_turnover_does_remove_candidates(every_need_due: AllDue) -> None:
    found = {}
    for level in (0.0, 1.5):
        tenders, twin = every_need_due(required_turnover=level)
        found[level] = np.isfinite(bids_for(twin, tenders).reluctance).sum()
    assert found[1.5] < found[0.0]


def test_turnover_is_judged_on_the_lot_and_not_under_the_waiver(every_need_due: AllDue) -> None:
    """A lot of a divided need asks less turnover than the whole need."""
    tenders, twin = every_need_due(required_turnover=1.5)
    direct = tenders.procedure == DIRECT
    assert direct.any() and not tenders.required_turnover[direct].any()
    columns, n = twin.territory.firms, len(twin.territory.firms)
    bids = bids_for(twin, tenders)
    inside = np.isfinite(bids.reluctance) & (bids.firm >= 0) & (bids.firm < n)
    # members of groupings are judged on what they have together
    inside &= ~in_groupings(bids)
    turnover = columns.enterprise_turnover_eur[np.where(inside, bids.firm, 0)]
    asked = (tenders.required_turnover * tenders.amount_eur * tenders.market_ratio)[:, None]
    assert (turnover >= asked)[inside].all()


def test_the_legal_cap_of_turnover_follows_the_calendar(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    strictest = fixed_practice(world, required_turnover=1.5, turnover_cap=0.7)
    for when, cap in (((2025, 6), 2.0), ((2026, 1), 1.5)):
        assert rules_at(*when).turnover_cap == cap
    one = np.zeros(1, dtype=np.int32)
    assert strictest.of_lots("required_turnover", one, one) == 0.7
    with pytest.raises(AncrageError, match="required_turnover"):
        Levers({"required_turnover": 1.9})


# --- Nested sets: a higher lever reaches the same needs and more ----------------------------------


@given(levels=st.tuples(shares, shares))
def test_social_considerations_are_nested(
    levels: tuple[float, float], every_need_due: AllDue
) -> None:
    low, high = sorted(levels)
    few, _ = every_need_due(social_coverage=low, reserved_share=0.0)
    many, _ = every_need_due(social_coverage=high, reserved_share=0.0)
    assert subset(few.consideration, many.consideration)
    assert subset(few.clause, many.clause)
    assert subset(few.clause, few.consideration)
    np.testing.assert_array_equal(few.clause_hours[few.clause], many.clause_hours[few.clause])


@given(levels=st.tuples(st.floats(0.0, 0.05), st.floats(0.0, 0.05)))
def test_reserved_lots_are_nested_and_lawful(
    levels: tuple[float, float], every_need_due: AllDue
) -> None:
    low, high = sorted(levels)
    few, _ = every_need_due(reserved_share=low)
    many, twin = every_need_due(reserved_share=high)
    assert subset(few.reserved, many.reserved)
    d, zones = twin.setting.derived, len(twin.territory.zones.keys)
    assert d.categories.structure_supplied[many.category[many.reserved]].all()
    pair = many.category[many.reserved].astype(np.int64) * zones + many.zone[many.reserved]
    assert d.has_structure[pair].all()


@given(levels=st.tuples(shares, shares))
def test_sounded_needs_are_nested_and_hear_at_least_as_many(
    levels: tuple[float, float], every_need_due: AllDue
) -> None:
    low, high = sorted(levels)
    few, twin = every_need_due(sourcing_breadth=low)
    many, _ = every_need_due(sourcing_breadth=high)
    assert subset(few.sounded, many.sounded)
    told, more = (bids_for(twin, tenders).firm for tenders in (few, many))
    n = len(twin.territory.firms)
    inside = (told >= 0) & (told < n)
    assert (told == more)[inside].all(), "sourcing changed who already heard of a lot"


@given(levels=st.tuples(shares, shares))
def test_divided_needs_are_nested_and_keep_their_volume(
    world: TerritoryModel, levels: tuple[float, float], every_need_due: AllDue
) -> None:
    low, high = sorted(levels)
    n = len(world.territory.needs)
    divided: list[Bools] = []
    for level in (low, high):
        tenders, twin = every_need_due(allotment=level)
        volume = twin.state.contracts.volume_eur.reshape(PARTS, n)
        np.testing.assert_allclose(
            volume.sum(axis=0), world.territory.needs.annual_volume_eur, rtol=1e-12
        )
        parts = (volume > 0).sum(axis=0)
        divided.append(parts > 1)
        assert not (divided[-1] & ~world.territory.needs.splittable).any()
        lots = np.bincount(tenders.need, minlength=n)
        np.testing.assert_array_equal(lots, parts)
    assert subset(divided[0], divided[1])


def test_the_first_part_of_a_divided_need_keeps_the_key_of_the_whole(
    world: TerritoryModel, every_need_due: AllDue
) -> None:
    whole, _ = every_need_due(allotment=0.0)
    divided, _ = every_need_due(allotment=1.0)
    n = len(world.territory.needs)
    first = divided.contract < n
    np.testing.assert_array_equal(divided.key[first], whole.key)
    assert len(np.unique(divided.key)) == len(divided)
    assert (~first).sum() > 20


def test_dividing_and_merging_again_restores_the_book(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    twin = world.branch(Levers())
    n = len(world.territory.needs)
    c = twin.state.contracts
    rules = rules_at(2027, 1)
    for allotment in (1.0, 0.0):
        c.months_left[c.volume_eur > 0] = 0
        practice = fixed_practice(twin, allotment=allotment)
        month.plan(twin.setting, twin.state, practice, rules, Ledger())
    np.testing.assert_allclose(c.volume_eur[:n], world.territory.needs.annual_volume_eur)
    assert not c.volume_eur[n:].any()
    assert not c.receivable_eur[n:].any() and (c.holder[n:] == -1).all()


# --- Procedures by amount, kind and date ----------------------------------------------------------

THRESHOLDS = [
    # date, waiver (goods and services, works), formal (local, State, networks, works); EUR
    ((2025, 6), 40_000, 100_000, 221_000, 143_000, 443_000, 5_538_000),
    ((2026, 6), 60_000, 100_000, 216_000, 140_000, 432_000, 5_404_000),
]


@pytest.mark.parametrize(
    ("when", "goods", "works", "local", "state", "networks", "formal_works"),
    THRESHOLDS,
    ids=["2025", "2026"],
)
def test_procedures_follow_amount_kind_and_date(
    world: TerritoryModel,
    when: tuple[int, int],
    goods: float,
    works: float,
    local: float,
    state: float,
    networks: float,
    formal_works: float,
    every_need_due: AllDue,
) -> None:
    tenders, twin = every_need_due(when)
    is_works = twin.setting.derived.categories.works[tenders.category]
    of_state = world.territory.buyers.kind[tenders.buyer] == BUYER_KINDS.index("state")
    waiver = np.where(is_works, works, goods)
    of_network = world.territory.buyers.contracting_entity[tenders.buyer]
    assert of_network.any() and not (of_state & of_network).any()
    other = np.where(of_state, state, np.where(of_network, networks, local))
    formal = np.where(is_works, formal_works, other)
    market = tenders.amount_eur * tenders.market_ratio
    expected = np.where(market < waiver, DIRECT, np.where(market < formal, ADAPTED, FORMAL))
    np.testing.assert_array_equal(tenders.procedure, expected)
    assert {DIRECT, ADAPTED, FORMAL} <= set(expected.tolist())


def test_dividing_a_need_does_not_avoid_a_procedure(
    world: TerritoryModel, every_need_due: AllDue
) -> None:
    whole, _ = every_need_due(allotment=0.0)
    divided, _ = every_need_due(allotment=1.0)
    usual = np.zeros(len(world.territory.needs), dtype=np.int8)
    usual[whole.need] = whole.procedure
    np.testing.assert_array_equal(divided.procedure, usual[divided.need])


def test_a_direct_purchase_has_no_consideration_clause_or_advance(every_need_due: AllDue) -> None:
    tenders, _ = every_need_due(social_coverage=1.0, reserved_share=0.0)
    direct = tenders.procedure == DIRECT
    assert not tenders.consideration[direct].any()
    assert not tenders.clause[direct].any()


def test_clauses_are_only_where_they_fit(every_need_due: AllDue) -> None:
    tenders, twin = every_need_due(social_coverage=1.0, social_clause_rate=0.2)
    clause = tenders.clause
    labour = twin.setting.derived.categories.labour_share[tenders.category]
    assert clause.any() and (labour[clause] >= 0.20).all() and (tenders.months[clause] >= 3).all()
    assert not (clause & tenders.reserved).any()
    least = twin.setting.hypotheses["clause_minimum_hours"]
    hours = tenders.clause_hours * tenders.months
    assert (hours[clause] >= least * (1 - 1e-12)).all()


# --- Nobody is preferred for where it is ----------------------------------------------------------


def bids_by_place(
    world: TerritoryModel, tenders: Tenders, zone: NDArray[np.int16], rows: NDArray[np.int32]
) -> Bids:
    """Collect bids with every distance at zero: firms differ only by the zone they stand in."""
    setting = world.setting
    h = {**setting.hypotheses, "transport_cost_100km": 0.0, "bid_distance": 0.0}
    columns = replace(world.territory.firms, zone=zone)
    return collect_bids(
        tenders,
        Informed(rows, np.zeros(rows.shape), rows, np.zeros(rows.shape)),
        columns,
        world.state.firms,
        world.territory.sectors,
        setting.derived.categories,
        np.ones(len(tenders)),
        60_000.0,
        h,
        setting.seed,
    )


@given(turn=st.integers(0, 3), seed=st.integers(0, 1_000))
def test_awards_do_not_depend_on_where_bidders_are(
    world: TerritoryModel, turn: int, seed: int, every_need_due: AllDue
) -> None:
    """Move every firm to another zone: with no distance to cover, bids and winners are the same."""
    tenders, _ = every_need_due()
    rng = np.random.default_rng(seed)
    active = np.flatnonzero(world.territory.firms.fte > 0)
    rows = rng.choice(active, (len(tenders), INFORMED_SIZE)).astype(np.int32)
    zones = len(world.territory.zones.keys)
    here = world.territory.firms.zone
    moved = rng.permutation(zones).astype(np.int16)[(here + turn) % zones]
    one, other = (bids_by_place(world, tenders, zone, rows) for zone in (here, moved))
    assert one.groupings is not None and other.groupings is not None
    for first, second in ((one, other), (one.groupings, other.groupings)):
        for f in fields(first):
            if f.name != "groupings":
                found, moved_to = getattr(first, f.name), getattr(second, f.name)
                np.testing.assert_array_equal(found, moved_to, f.name)
    failures = np.zeros(len(tenders), dtype=np.int16)
    winners = [award(tenders, bids, failures).place for bids in (one, other)]
    np.testing.assert_array_equal(winners[0], winners[1])


def test_equal_bids_from_near_and_far_win_equally_often(
    world: TerritoryModel, every_need_due: AllDue
) -> None:
    """Outside bidders with the same price and quality as local ones win their fair share."""
    every, _ = every_need_due()
    lots = 4_000
    row = int(np.flatnonzero(every.procedure == ADAPTED)[0])
    names = [f.name for f in fields(Tenders) if f.name != "served"]
    one = {name: np.repeat(getattr(every, name)[[row]], lots, axis=0) for name in names}
    tenders = Tenders(served=every.served, **one)
    tenders = replace(tenders, key=stream(3, "equal bids", np.arange(lots)))
    rng = np.random.default_rng(1)
    n, shape = len(world.territory.firms), (lots, 8)
    firm = np.where(np.arange(8) < 4, 5, n) * np.ones(shape, dtype=np.int32)
    drawn = {name: rng.random(shape) for name in ("price", "technical", "environmental", "social")}
    bids = Bids(
        firm=firm.astype(np.int32),
        valid=np.ones(shape, dtype=bool),
        reluctance=rng.random(shape),
        small=np.ones(shape, dtype=bool),
        output_share=np.ones(shape),
        fte_per_eur=np.ones(shape),
        relative_intensity=np.ones(shape),
        **drawn | {"price": 0.8 + 0.4 * drawn["price"]},
    )
    won = award(tenders, bids, np.zeros(lots, dtype=np.int16)).place
    assert abs((won < 4).mean() - 0.5) < 3.5 * 0.5 / np.sqrt(lots)


def test_a_lot_without_a_bid_goes_to_an_able_firm_or_to_nobody(
    world: TerritoryModel, every_need_due: AllDue
) -> None:
    tenders, twin = every_need_due()
    bids = bids_for(twin, tenders)
    nobody = replace(bids, valid=np.zeros_like(bids.valid))
    failed_twice = np.full(len(tenders), 2, dtype=np.int16)
    awards = award(tenders, nobody, failed_twice)
    lots = np.flatnonzero(awards.awarded)
    reluctance = bids.reluctance[lots, awards.place[lots]]
    assert np.isfinite(reluctance).all()
    np.testing.assert_array_equal(reluctance, bids.reluctance[lots].min(axis=1))
    first = award(tenders, nobody, np.zeros(len(tenders), dtype=np.int16))
    assert (tenders.procedure[first.awarded] == DIRECT).all()
    n = len(world.territory.firms)
    holders = bids.firm[lots, awards.place[lots]]
    assert (holders < n).any() and (holders == n).any()


@pytest.mark.parametrize("key", ["local_bonus", "proximity_weight", "distance_weight"])
def test_a_local_preference_is_refused_with_the_lawful_levers(key: str) -> None:
    with pytest.raises(AncrageError, match=r"131562.*sourcing_breadth"):
        Levers({key: 0.1})


def test_practice_is_read_after_its_lag(world: TerritoryModel) -> None:
    """A lever decided in month 0 acts once its lag has passed, not before."""
    buyers = world.territory.buyers
    mature = np.ones_like(world.state.public.maturity)
    obliged = np.array(buyers.spaser_duty)
    for key, lever in load_levers().items():
        if key.endswith("_weight"):
            continue
        values = {key: lever.low if lever.low != lever.current else lever.high}
        if key == "joint_purchase_lots":
            values["joint_purchase"] = 1.0
        levers = Levers(values)
        plan = LeverPlan(levers, buyers, world.territory.zones.keys)

        def value(at: int, decided: LeverPlan = plan, name: str = key) -> float:
            return float(decided.in_force(at, mature, obliged, 2.0).of_buyers(name)[0])

        assert value(lever.lag_months - 1) == lever.current
        assert value(lever.lag_months) != lever.current


# --- Services reserved to the social economy ------------------------------------------------------


def test_services_of_the_social_economy_are_reserved_where_the_law_and_firms_allow(
    world: TerritoryModel, every_need_due: AllDue
) -> None:
    none, _ = every_need_due(reserved_ess_share=0.0)
    some, _ = every_need_due(reserved_ess_share=0.4)
    every, twin = every_need_due(reserved_ess_share=1.0)
    assert not none.reserved_ess.any()
    assert subset(some.reserved_ess, every.reserved_ess) and every.reserved_ess.any()
    held = every.reserved_ess
    categories = twin.setting.derived.categories
    assert categories.ess_reservable[every.category[held]].all()
    assert (every.months[held] <= LAW.reserved_ess_maximum_months).all()
    assert every.consideration[held].all() and not (held & every.reserved).any()
    bids = bids_for(twin, every)
    n = len(twin.territory.firms)
    inside = (bids.firm >= 0) & (bids.firm < n) & held[:, None]
    assert inside.any() and twin.territory.firms.ess[bids.firm[inside]].all()


def test_the_same_firm_does_not_have_a_reserved_service_twice_in_a_row(
    every_need_due: AllDue,
) -> None:
    every, twin = every_need_due(reserved_ess_share=1.0)
    row = int(np.flatnonzero(every.reserved_ess)[0])
    contract = every.contract[row]
    firm = int(next(f for f in bids_for(twin, every).firm[row] if f >= 0))
    book = twin.state.contracts
    book.holder[contract] = firm
    assert firm in bids_for(twin, every).firm[row]
    book.reserved_ess[contract] = True
    assert firm not in bids_for(twin, every).firm[row]


def test_retention_is_a_choice_and_holds_small_firms_back(
    world: TerritoryModel, every_need_due: AllDue
) -> None:
    usual, twin = every_need_due(retention_share=1.0)
    none, _ = every_need_due(retention_share=0.0)
    assert usual.retention_rate.any() and not none.retention_rate.any()
    kept, free = bids_for(twin, usual), bids_for(twin, none)
    assert subset(kept.valid, free.valid)
