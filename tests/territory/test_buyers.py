"""Public buyers: perimeter, envelopes, duties as data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from model.territory.buyers import (
    BUYER_KINDS,
    Buyers,
    build_buyers,
    generated_communes,
    load_communes,
)

DUNKERQUE = ("200040954", "245900428")


def zones_of(epci: tuple[str, ...] | None = None) -> dict[str, object]:
    communes = load_communes()
    keys = tuple(sorted(set(communes.epci))) if epci is None else epci
    member = np.array(communes.epci)
    angle = np.arange(len(keys), dtype=float)
    return {
        "zone_keys": keys,
        "zone_population": np.array([communes.population[member == k].sum() for k in keys]),
        "zone_lat": 50.7 + 0.02 * angle,
        "zone_lon": 1.8 + 0.05 * angle,
    }


def build(h: Mapping[str, float], zones: dict[str, object], **options: object) -> Buyers:
    return build_buyers(communes=load_communes(), h=h, seed=1, **zones, **options)  # pyright: ignore


def test_envelopes_match_the_known_size_of_public_purchasing(h: Mapping[str, float]) -> None:
    zones = zones_of()
    buyers = build(h, zones)
    per_head = buyers.envelope_eur.sum() / np.sum(zones["zone_population"])
    assert 1_400 < per_head < 1_700
    by_kind = np.bincount(buyers.kind, buyers.envelope_eur, len(BUYER_KINDS))
    assert (by_kind > 0).all()
    hospital = by_kind[BUYER_KINDS.index("hospital")] / np.sum(zones["zone_population"])
    assert hospital == pytest.approx(h["purchases_hospital_eur_per_inhabitant"])


def test_a_few_buyers_make_most_of_the_spending(h: Mapping[str, float]) -> None:
    envelope = np.sort(build(h, zones_of()).envelope_eur)[::-1]
    assert envelope[: len(envelope) // 10].sum() > 0.45 * envelope.sum()


def test_larger_communes_buy_more_a_head(h: Mapping[str, float]) -> None:
    still = {**h, "purchases_dispersion": 0.0}
    buyers = build(still, zones_of())
    communes = load_communes()
    people = dict(zip((f"commune-{c}" for c in communes.code), communes.population, strict=True))
    rows = [i for i, code in enumerate(buyers.code) if code in people]
    size = np.array([people[buyers.code[i]] for i in rows])
    per_head = buyers.envelope_eur[rows] / size
    assert (np.diff(per_head[np.argsort(size)]) >= -1e-9).all()


def test_performance_weights_are_shares(h: Mapping[str, float]) -> None:
    zones = zones_of()
    buyers = build(h, zones)
    weights = buyers.performance(len(zones["zone_keys"]))  # pyright: ignore
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-12)
    own = np.flatnonzero(buyers.kind <= 1)
    assert (weights[own, buyers.zone[own]] == 1.0).all()


def test_a_part_of_the_territory_keeps_its_communes_and_its_part_of_upper_bodies(
    h: Mapping[str, float],
) -> None:
    whole, part = build(h, zones_of()), build(h, zones_of(DUNKERQUE))
    place = {code: i for i, code in enumerate(whole.code)}
    local = [i for i, code in enumerate(part.code) if code.startswith(("commune", "epci"))]
    same = [place[part.code[i]] for i in local]
    np.testing.assert_array_equal(part.envelope_eur[local], whole.envelope_eur[same])
    assert "departement-62" not in part.code
    region = part.code.index("region-32")
    assert part.envelope_eur[region] < whole.envelope_eur[place["region-32"]]
    assert part.total_purchases_eur[region] == whole.total_purchases_eur[place["region-32"]]


def test_duty_is_data_and_does_not_follow_money(h: Mapping[str, float]) -> None:
    buyers, rich = build(h, zones_of()), build(h, zones_of(), money_scale=1024.0)
    np.testing.assert_array_equal(buyers.spaser_duty, rich.spaser_duty)
    obliged = {code for code, duty in zip(buyers.code, buyers.spaser_duty, strict=True) if duty}
    assert {"region-32", "departement-59", "departement-62", "epci-245900428"} <= obliged
    assert not any(code.startswith("commune") for code in obliged)
    np.testing.assert_array_equal(rich.envelope_eur, 1024.0 * buyers.envelope_eur)


def test_buyers_are_sorted_unique_and_read_only(h: Mapping[str, float]) -> None:
    buyers = build(h, zones_of())
    order = list(zip(buyers.kind.tolist(), buyers.code, strict=True))
    assert order == sorted(order)
    assert len(set(buyers.key.tolist())) == len(buyers)
    with pytest.raises(ValueError, match="read-only"):
        buyers.envelope_eur[0] = 0.0


def test_generated_territory_has_every_kind(h: Mapping[str, float]) -> None:
    keys = ("z1", "z2", "z3")
    population = np.array([200_000.0, 30_000.0, 1_000.0])
    communes = generated_communes(keys, population)
    member = np.array(communes.epci)
    for key, people in zip(keys, population, strict=True):
        assert communes.population[member == key].sum() == pytest.approx(people)
    buyers = build_buyers(
        keys,
        population,
        None,
        h,
        1,
        zone_lat=np.array([50.0, 50.2, 50.4]),
        zone_lon=np.array([2.0, 2.1, 2.2]),
    )
    assert set(buyers.kind.tolist()) == set(range(len(BUYER_KINDS)))
    assert 1_000 < buyers.envelope_eur.sum() / population.sum() < 2_000
