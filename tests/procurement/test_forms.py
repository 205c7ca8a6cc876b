"""Forms and channels of needs: shares of the data, who is out of reach, what bidders must serve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from model import TerritoryModel
from model.errors import AncrageError
from model.procurement import forms, month
from model.procurement.categories import load_categories
from model.procurement.forms import (
    CHANNELS,
    FRAMEWORK,
    GLOBAL,
    GROUP,
    NATIONAL_BODY,
    ORDINARY,
    OWN,
    PERIOD_MONTHS,
    WORKS_OPERATION,
    Forms,
    channel_shares,
    draw_forms,
    market_ratio,
    run_by_buyer,
)
from model.procurement.legal_calendar import rules_at
from model.procurement.plan import split_due_needs
from model.procurement.tenders import Tenders
from model.random_streams import stream
from model.territory.buyers import BUYER_KINDS

if TYPE_CHECKING:
    from tests.conftest import FixPractice, MakeTerritory

MANY = 40_000
KEYS = stream(1, "needs of tests", np.arange(MANY))
CATEGORIES = [c.key for c in load_categories()]


def drawn(h: Mapping[str, float], kind: str, category: str, value: float = 1e5) -> Forms:
    return draw_forms(
        np.full(MANY, BUYER_KINDS.index(kind)),
        np.full(MANY, CATEGORIES.index(category)),
        np.full(MANY, value),
        np.full(MANY, 24),
        KEYS,
        h,
        1,
    )


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    return TerritoryModel(generated_territory(1_000, 3), burn_in=False)


def every_need_due(
    world: TerritoryModel,
    fixed_practice: FixPractice,
    **levers: float,
) -> Tenders:
    twin = world.branch(world.levers)
    practice, rules = fixed_practice(twin, **levers), rules_at(2027, 1)
    twin.state.contracts.months_left[: len(twin.territory.needs)] = 0
    programme = month.programme_of_month(twin.setting, twin.state, practice)
    target = twin.hypotheses["split_lot_target_eur"]
    needs, h, seed = twin.territory.needs, twin.hypotheses, twin.setting.seed
    split_due_needs(twin.state.contracts, needs, programme, practice, target, h, seed)
    return month.due_lots(twin.setting, twin.state, practice, rules, programme)


# --- Draws ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "category"), [("hospital", "pharmaceuticals"), ("state", "vehicles"), ("epci", "food")]
)
def test_channels_take_their_share(h: Mapping[str, float], kind: str, category: str) -> None:
    found = np.bincount(drawn(h, kind, category).channel, minlength=len(CHANNELS)) / MANY
    shares = channel_shares()[:, BUYER_KINDS.index(kind), CATEGORIES.index(category)]
    np.testing.assert_allclose(found, shares, atol=0.01)
    np.testing.assert_allclose(channel_shares().sum(axis=0), 1.0)


def test_central_bodies_sell_no_works(h: Mapping[str, float]) -> None:
    for kind in BUYER_KINDS:
        assert set(drawn(h, kind, "roads_networks").channel.tolist()) == {OWN, GROUP}


def test_forms_follow_what_is_bought(h: Mapping[str, float]) -> None:
    services = drawn(h, "commune", "cleaning").form
    assert set(services.tolist()) == {ORDINARY, FRAMEWORK}
    assert (services == FRAMEWORK).mean() == pytest.approx(h["purchase_orders_share"], abs=0.01)
    assert set(drawn(h, "landlord", "roads_networks").form.tolist()) == {WORKS_OPERATION}
    large = drawn(h, "landlord", "roads_networks", value=1e7).form
    assert (large == GLOBAL).mean() == pytest.approx(h["global_contract_share"], abs=0.01)
    assert not (drawn(h, "commune", "roads_networks", value=1e7).form == GLOBAL).any()


def test_renewal_by_default_is_for_long_supplies_and_services(h: Mapping[str, float]) -> None:
    periods = drawn(h, "commune", "cleaning").reconduction_months
    assert set(periods.tolist()) == {0, PERIOD_MONTHS}
    assert (periods > 0).mean() == pytest.approx(h["reconduction_share"], abs=0.01)
    assert not drawn(h, "commune", "roads_networks").reconduction_months.any()


def test_a_global_contract_is_not_divided(world: TerritoryModel) -> None:
    needs = world.territory.needs
    assert not (needs.splittable & (needs.form == GLOBAL)).any()


def test_shares_over_one_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    group = forms.load_channels()[0]
    monkeypatch.setattr(forms, "load_channels", lambda: (replace(group, share=(("all", 1.2),)),))
    with pytest.raises(AncrageError, match="exceed 1"):
        forms.channel_shares.__wrapped__()


# --- Reach ----------------------------------------------------------------------------------------


def test_needs_come_back_from_central_bodies_by_the_share_asked() -> None:
    channel = np.full(MANY, NATIONAL_BODY)
    reached = [run_by_buyer(channel, KEYS, share, 1) for share in (0.0, 0.3, 0.7, 1.0)]
    assert not reached[0].any() and reached[3].all()
    assert reached[1].mean() == pytest.approx(0.3, abs=0.01)
    assert not (reached[1] & ~reached[2]).any(), "a higher share brings back the same and more"
    np.testing.assert_array_equal(
        run_by_buyer(channel, KEYS, np.full(MANY, 0.3), 1), reached[1], "a share by need"
    )


def test_who_buys_alone_has_its_own_market(h: Mapping[str, float]) -> None:
    channel = np.arange(len(CHANNELS))
    ratio = market_ratio(channel, np.isin(channel, [OWN, GROUP]), h)
    assert ratio[OWN] == 1.0 and (ratio[1:] > 1.0).all()
    back = market_ratio(channel, np.ones(len(channel), dtype=bool), h)
    assert back[GROUP] == ratio[GROUP] and (np.delete(back, GROUP) == 1.0).all()


def test_levers_leave_alone_what_is_out_of_reach(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    usual = every_need_due(world, fixed_practice)
    moved = every_need_due(
        world,
        fixed_practice,
        allotment=1.0,
        sourcing_breadth=1.0,
        price_weight=0.2,
        technical_weight=0.2,
        environmental_weight=0.3,
        social_weight=0.3,
        required_turnover=0.0,
        social_coverage=1.0,
        social_clause_rate=0.2,
        reserved_share=0.5,
        advance_rate_sme=0.6,
    )
    out, still = (np.flatnonzero(~t.in_reach) for t in (usual, moved))
    assert len(out) > 10
    np.testing.assert_array_equal(usual.contract[out], moved.contract[still])
    for name in (
        *("sounded", "weights", "required_turnover", "consideration", "clause", "clause_hours"),
        *("reserved", "advance_rate", "amount_eur", "procedure"),
    ):
        np.testing.assert_array_equal(getattr(usual, name)[out], getattr(moved, name)[still], name)
    assert moved.sounded[moved.in_reach].all() and not moved.sounded[still].all()


def test_what_comes_back_is_in_reach_at_its_own_size(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    back = every_need_due(world, fixed_practice, channel_return=1.0, sourcing_breadth=1.0)
    assert back.in_reach.all() and back.sounded.all()
    assert set(back.market_ratio.tolist()) == {1.0, world.hypotheses["market_ratio_group"]}


def test_small_firms_do_not_bid_for_the_market_of_a_national_body(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    tenders = every_need_due(world, fixed_practice, required_turnover=0.0)
    rules = rules_at(2027, 1)
    own = replace(tenders, market_ratio=np.ones(len(tenders)))
    wide = replace(tenders, market_ratio=np.full(len(tenders), 50.0))
    few, many = (month.gather_bids(world.setting, world.state, t, rules) for t in (wide, own))
    n = len(world.territory.firms)
    inside = [(b.valid & (b.firm >= 0) & (b.firm < n)).sum() for b in (few, many)]
    outside = [(b.valid & (b.firm == n)).sum() for b in (few, many)]
    assert inside[0] < inside[1] and outside[0] > outside[1]


def test_the_part_due_to_small_firms_is_that_of_the_law(
    world: TerritoryModel, fixed_practice: FixPractice
) -> None:
    needs = world.territory.needs
    setting = replace(
        world.setting,
        territory=replace(
            world.territory, needs=replace(needs, form=np.full(len(needs), GLOBAL, dtype=np.int8))
        ),
    )
    rules, practice = rules_at(2027, 1), fixed_practice(world)
    state = world.state.copy()
    state.contracts.months_left[: len(needs)] = 0
    tenders = month.due_lots(setting, state, practice, rules)
    assert rules.sme_share_global_contracts == 0.20
    assert (tenders.sme_share_due == 0.20).all()
    usual = every_need_due(world, fixed_practice)
    assert not usual.sme_share_due[needs.form[usual.need] != GLOBAL].any()
