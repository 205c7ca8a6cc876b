"""The map of purchases: amounts are the envelopes, able firms follow means, rules are data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model import TerritoryModel
from model.procurement.addressable import addressable_purchases
from model.procurement.levers import load_levers
from model.procurement.portfolio import Family, purchase_families
from model.procurement.portfolio_rules import fitting_rules, load_fitting_rules


@pytest.fixture(scope="module")
def world(generated_territory) -> TerritoryModel:
    return TerritoryModel(generated_territory(2_000), burn_in=False)


def test_families_share_the_envelopes_as_addressable_purchases_do(world: TerritoryModel) -> None:
    territory = world.territory
    families = purchase_families(world)
    assert sum(f.yearly_eur for f in families) == pytest.approx(territory.buyers.envelope_eur.sum())
    purchases = addressable_purchases(
        territory.needs,
        world.state,
        (2027,),
        territory.needs.category,
        len(territory.categories),
        world.hypotheses,
        world.setting.seed,
    )
    central = [f.out_of_reach_eur for f in families]
    assert np.allclose(purchases.out_of_reach_eur[0], central, atol=1e-3)
    for family, renewed in zip(families, purchases.renewed_eur[0], strict=True):
        # what comes up within a year also does within two
        assert renewed <= family.renewed_eur + 1e-3 <= family.in_reach_eur + 2e-3


def test_able_firms_are_suppliers_and_follow_their_means(world: TerritoryModel) -> None:
    before = purchase_families(world)
    assert any(f.able_firms > 0 for f in before)
    assert all(f.able_firms <= f.suppliers and f.structures <= f.suppliers for f in before)
    assert all(f.able_structures <= f.structures for f in before)
    assert all(0.0 <= f.able_small_share <= 1.0 for f in before)
    twin = world.branch(world.levers)
    # firms whose order book is full can take no lot
    twin.state.firms.expected_demand[:] = 10.0 * twin.state.firms.capacity_eur
    assert all(f.able_firms == 0 for f in purchase_families(twin))
    assert all(
        f.few_bidders_share == pytest.approx(1.0) for f in purchase_families(twin) if f.yearly_eur
    )


def test_families_do_not_depend_on_the_unit_of_money(generated_territory) -> None:
    one, other = (
        purchase_families(
            TerritoryModel(generated_territory(2_000, money_scale=scale), burn_in=False)
        )
        for scale in (1.0, 1024.0)
    )
    for a, b in zip(one, other, strict=True):
        assert b.yearly_eur == 1024.0 * a.yearly_eur and b.able_firms == a.able_firms
        assert b.emissions_t == pytest.approx(a.emissions_t)


def _family(**changes: object) -> Family:
    plain = Family(
        key="x",
        yearly_eur=1e6,
        out_of_reach_eur=0.0,
        renewed_eur=5e5,
        median_months=9.0,
        lots=4,
        median_lot_eur=2e5,
        suppliers=12,
        able_firms=10.0,
        able_small_share=0.2,
        few_bidders_share=0.0,
        structures=0,
        able_structures=0.0,
        emissions_t=100.0,
        labour_share=0.1,
        splittable_share=0.0,
        structure_supplied=False,
        ess_reservable=False,
        food_share=0.0,
        reusable=False,
    )
    return replace(plain, **changes)


@pytest.mark.parametrize(
    ("changes", "lever"),
    [
        ({}, "sourcing_breadth"),
        ({"out_of_reach_eur": 8e5}, "channel_return"),
        ({"few_bidders_share": 0.5}, "filiere_capacity"),
        ({"food_share": 1.0}, "quality_food"),
        ({"ess_reservable": True}, "reserved_ess_share"),
        ({"structure_supplied": True, "structures": 6, "able_structures": 2.0}, "reserved_share"),
        ({"structure_supplied": True, "structures": 6, "splittable_share": 0.7}, "allotment"),
        ({"reusable": True}, "reused_goods"),
        ({"emissions_t": 400.0}, "environmental_coverage"),
        ({"labour_share": 0.5}, "social_clause_rate"),
        ({"splittable_share": 0.9, "able_firms": 60.0, "able_small_share": 0.8}, "allotment"),
    ],
)
def test_the_lever_that_fits_follows_the_traits(changes: dict[str, object], lever: str) -> None:
    assert fitting_rules(_family(**changes))[0].lever == lever


def test_every_rule_names_a_lever_a_reason_and_a_legal_basis() -> None:
    for rule in load_fitting_rules():
        assert rule.lever in load_levers() and rule.articles
        assert rule.reason_fr != rule.reason_en and rule.short_fr and rule.short_en
    # the last rule fits all: every family has a lever
    assert not load_fitting_rules()[-1].at_least and not load_fitting_rules()[-1].at_most
