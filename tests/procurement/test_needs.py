"""The book of needs: envelopes, lot sizes, staggering, identity, change of money."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from model.procurement.categories import load_categories
from model.procurement.forms import FRAMEWORK
from model.procurement.needs import Needs, build_needs, category_mix, durations_of
from model.territory.buyers import BUYER_KINDS, Buyers, build_buyers, load_communes

LOCAL = [BUYER_KINDS.index(k) for k in ("commune", "epci", "departement", "region")]
LARGE = [BUYER_KINDS.index(k) for k in ("hospital", "state")]


def coast(h: Mapping[str, float], seed: int = 1, money_scale: float = 1.0) -> Buyers:
    communes = load_communes()
    keys = tuple(sorted(set(communes.epci)))
    member = np.array(communes.epci)
    angle = np.arange(len(keys), dtype=float)
    return build_buyers(
        keys,
        np.array([communes.population[member == k].sum() for k in keys]),
        communes,
        h,
        seed,
        zone_lat=50.7 + 0.02 * angle,
        zone_lon=1.8 + 0.05 * angle,
        money_scale=money_scale,
    )


@pytest.fixture(scope="module")
def buyers(h: Mapping[str, float]) -> Buyers:
    return coast(h)


@pytest.fixture(scope="module")
def needs(buyers: Buyers, h: Mapping[str, float]) -> Needs:
    return build_needs(buyers, h, 1)


def _mean_award(needs: Needs, rows: np.ndarray) -> float:
    weight = needs.awards_per_year[rows]
    return float((needs.value_eur[rows] * weight).sum() / weight.sum())


def test_lots_of_a_buyer_add_up_to_its_envelope(buyers: Buyers, needs: Needs) -> None:
    spent = np.bincount(needs.buyer, needs.annual_volume_eur, len(buyers))
    np.testing.assert_allclose(spent, buyers.envelope_eur, rtol=1e-12)
    assert (needs.annual_volume_eur > 0).all()


def test_categories_take_their_share_of_each_kind(buyers: Buyers, needs: Needs) -> None:
    kind = buyers.kind[needs.buyer]
    for k in range(len(BUYER_KINDS)):
        own = kind == k
        spent = np.bincount(
            needs.category[own], needs.annual_volume_eur[own], len(load_categories())
        )
        target = np.where(spent > 0, category_mix()[1][k], 0.0)
        missing = 1.0 - target.sum()
        assert missing < 0.15, BUYER_KINDS[k]
        np.testing.assert_allclose(spent / spent.sum(), target / target.sum(), atol=0.01)


def test_number_and_size_of_lots(buyers: Buyers, needs: Needs) -> None:
    assert 9_500 < len(needs) < 12_500
    kind = buyers.kind[needs.buyer]
    local, large = np.isin(kind, LOCAL), np.isin(kind, LARGE)
    above = needs.value_eur >= 90_000.0
    everyone = np.ones(len(needs), dtype=bool)
    # 112-120 kEUR in 2012-15, about a quarter more in the base year, +-30 % (P3).
    assert 100_000 < _mean_award(needs, everyone) < 190_000
    local_mean = _mean_award(needs, local & above)
    assert 0.7 * 380_000 < local_mean < 1.3 * 380_000
    assert 4.5 < _mean_award(needs, large & above) / local_mean < 9.5
    works = np.array([c.kind == "works" for c in load_categories()])[needs.category]
    waived = needs.value_eur < np.where(works, 100_000.0, 60_000.0)
    awards = needs.awards_per_year
    assert 0.4 < (awards * waived).sum() / awards.sum() < 0.75


def test_works_are_44_percent_of_the_awards_of_local_authorities(
    buyers: Buyers, needs: Needs
) -> None:
    works = np.array([c.kind == "works" for c in load_categories()])[needs.category]
    local = np.isin(buyers.kind[needs.buyer], LOCAL)
    awards = needs.awards_per_year
    assert (awards * works)[local].sum() / awards[local].sum() == pytest.approx(0.44, abs=0.03)


def test_renewals_are_spread_evenly(needs: Needs) -> None:
    duration, left = needs.duration_months.astype(int), needs.months_left.astype(int)
    assert (left >= 1).all() and (left <= duration).all()
    due = [
        int(((month >= left) & ((month - left) % duration == 0)).sum()) for month in range(1, 61)
    ]
    assert np.std(due) < 0.08 * np.mean(due)
    assert np.mean(due[:12]) == pytest.approx(np.mean(due), rel=0.03)


def test_durations_are_those_of_the_category(needs: Needs) -> None:
    for c, category in enumerate(load_categories()):
        own = needs.duration_months[needs.category == c]
        assert np.isin(own, durations_of(category)).all()


def test_needs_are_sorted_and_unique(needs: Needs) -> None:
    order = np.lexsort((needs.index, needs.category, needs.buyer))
    np.testing.assert_array_equal(order, np.arange(len(needs)))
    assert np.unique(needs.key).size == len(needs)
    with pytest.raises(ValueError, match="read-only"):
        needs.annual_volume_eur[0] = 0.0


def test_places_follow_the_weights(buyers: Buyers, needs: Needs) -> None:
    zones = int(buyers.weight_zone.max()) + 1
    weights = buyers.performance(zones)
    assert (weights[needs.buyer, needs.zone] > 0).all()
    several = np.flatnonzero((weights > 0).sum(axis=1) > 3)
    rows = np.isin(needs.buyer, several)
    seen = np.bincount(needs.zone[rows], minlength=zones)
    expected = weights[needs.buyer[rows]].sum(axis=0)
    assert (np.abs(seen - expected) < 5 * np.sqrt(expected + 1)).all()


def test_only_divisible_lots_of_some_size_can_be_split(
    needs: Needs, h: Mapping[str, float]
) -> None:
    divisible = np.array([c.splittable for c in load_categories()])[needs.category]
    assert (needs.value_eur[needs.splittable] >= h["lot_split_floor_eur"]).all()
    assert divisible[needs.splittable].all()
    assert 0.1 < needs.splittable.mean() < 0.4


def test_same_seed_same_needs_other_seed_others(buyers: Buyers, h: Mapping[str, float]) -> None:
    first, again, other = (build_needs(buyers, h, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.key, again.key)
    np.testing.assert_array_equal(first.annual_volume_eur, again.annual_volume_eur)
    shared = np.intersect1d(first.key, other.key)
    assert shared.size > 0.8 * len(first), "a need's identity does not depend on the seed"
    assert not np.array_equal(first.months_left, other.months_left)


def test_another_unit_of_money_changes_no_decision(needs: Needs, h: Mapping[str, float]) -> None:
    scaled = build_needs(coast(h, money_scale=1024.0), h, 1, money_scale=1024.0)
    np.testing.assert_array_equal(scaled.annual_volume_eur, 1024.0 * needs.annual_volume_eur)
    for name in (
        "key",
        "zone",
        "duration_months",
        "months_left",
        "splittable",
        "form",
        "channel",
        "reconduction_months",
        "revised",
    ):
        np.testing.assert_array_equal(getattr(scaled, name), getattr(needs, name))


def test_purchase_orders_are_about_a_third_of_awards(needs: Needs) -> None:
    awards = needs.awards_per_year
    share = (awards * (needs.form == FRAMEWORK)).sum() / awards.sum()
    assert share == pytest.approx(0.31, abs=0.05)


def test_book_grows_with_the_territory_not_faster(h: Mapping[str, float]) -> None:
    def lots(zones: int) -> int:
        place = np.arange(zones) * 0.05
        buyers = build_buyers(
            [f"z{i:03d}" for i in range(zones)],
            np.full(zones, 60_000.0),
            None,
            h,
            1,
            zone_lat=48.0 + place,
            zone_lon=2.0 + place,
        )
        return len(build_needs(buyers, h, 1))

    assert lots(40) == pytest.approx(4 * lots(10), rel=0.1)
