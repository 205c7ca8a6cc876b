"""Coefficients of firms: they add up, follow the price level, and rebuild the perimeter."""

from __future__ import annotations

import numpy as np
import pytest

from model.territory.national_accounts import load_national_accounts
from model.territory.perimeter import national_final_demand
from model.territory.sector_coefficients import (
    direct_intensity,
    goods_direct_fte_per_million,
    goods_margin_output_eur,
    sector_coefficients,
)
from model.territory.sectors import ALL_SECTORS, MODEL_SECTORS, SECTOR_INDEX, SECTORS, sector

Hypotheses = dict[str, float]


def test_sectors() -> None:
    assert len(ALL_SECTORS) == 36
    assert len(SECTORS) == 35
    assert len(MODEL_SECTORS) == 32
    assert not {"AZ", "OZ", "TZ", "UZ"} & set(MODEL_SECTORS)
    assert sector("FZ").label_fr == "Construction"
    assert all(one.label_fr and one.label_en for one in ALL_SECTORS)
    with pytest.raises(KeyError):
        sector("XX")


def test_a_euro_of_output_is_wholly_spent(h: Hypotheses) -> None:
    c = sector_coefficients(h)
    total = (
        c.a_domestic.sum(axis=0)
        + c.a_domestic_other
        + c.a_imported
        + c.taxes_on_products
        + c.labour_share
        + c.surplus_share
    )
    np.testing.assert_allclose(total, 1.0, rtol=1e-12)
    for name in ("a_domestic", "a_domestic_other", "a_imported", "employees_share"):
        assert (getattr(c, name) >= 0).all(), name
    assert (c.surplus_share > 0).all()
    assert (c.employees_share <= c.labour_share + 1e-12).all()


def test_surplus_is_published_value_added_less_labour(h: Hypotheses) -> None:
    """Real estate apart, whose imputed rents left the table."""
    c, national = sector_coefficients(h), load_national_accounts()
    rows = [national.index(code) for code in MODEL_SECTORS]
    published = (national.value_added_eur / np.maximum(national.output_eur, 1))[rows]
    others = np.arange(len(MODEL_SECTORS)) != SECTOR_INDEX["LZ"]
    np.testing.assert_allclose(
        (c.labour_share + c.surplus_share)[others], published[others], atol=1e-5
    )


def test_coefficients_rebuild_what_firms_buy(h: Hypotheses) -> None:
    c, demand = sector_coefficients(h), national_final_demand(h)
    rows = [demand.sectors.index(code) for code in MODEL_SECTORS]
    np.testing.assert_allclose(
        c.a_domestic @ demand.firm_output[rows], demand.model_firms[rows], rtol=1e-9, atol=1.0
    )
    output = np.linalg.solve(np.eye(len(rows)) - c.a_domestic, demand.exogenous()[rows])
    np.testing.assert_allclose(output, demand.firm_output[rows], rtol=1e-4)


def test_jobs_of_firms_are_the_published_ones(h: Hypotheses) -> None:
    c, national = sector_coefficients(h), load_national_accounts()
    demand = national_final_demand(h)
    rows = [national.index(code) for code in MODEL_SECTORS]
    base_year_output = demand.firm_output[rows] * h["nominal_price_factor"]
    heads = c.fte_per_eur_month * base_year_output / 12 / h["fte_per_head"]
    private = np.ones(len(rows))
    private[SECTOR_INDEX["PZ"]] = h["private_share_education"]
    private[SECTOR_INDEX["QZ"]] = h["private_share_health"]
    np.testing.assert_allclose(heads, national.jobs[rows] * private, rtol=1e-9)


def test_price_level_divides_jobs_and_multiplies_pay(h: Hypotheses) -> None:
    before = sector_coefficients({**h, "nominal_price_factor": 1.0})
    after = sector_coefficients({**h, "nominal_price_factor": 1.25})
    np.testing.assert_allclose(after.fte_per_eur_month * 1.25, before.fte_per_eur_month)
    np.testing.assert_allclose(
        after.labour_cost_eur_per_fte_month, before.labour_cost_eur_per_fte_month * 1.25
    )
    np.testing.assert_array_equal(after.labour_share, before.labour_share)
    np.testing.assert_allclose(
        after.labour_cost_eur_per_fte_month * after.fte_per_eur_month, after.labour_share
    )


def test_pay_per_job_is_plausible(h: Hypotheses) -> None:
    """Full cost of an FTE in construction and in trade, base-year EUR a month."""
    cost = sector_coefficients(h).employee_cost_eur_per_fte_month
    assert 4_500 < cost[SECTOR_INDEX["FZ"]] < 6_000
    assert 4_000 < cost[SECTOR_INDEX["GZ"]] < 5_500


def test_direct_intensity_by_hand() -> None:
    # f = (100, 50); one EUR of the first buys 0.5 of the second, one of the second 0.6 of the
    # first: the first emits 75, the second 50 - 60 < 0, floored.
    technical = np.array([[0.0, 0.6], [0.5, 0.0]])
    assert direct_intensity(np.array([100.0, 50.0]), technical).tolist() == [75.0, 0.0]


def test_footprint_exceeds_direct_emissions(h: Hypotheses) -> None:
    c = sector_coefficients(h)
    assert (c.direct_emissions_kg_per_eur >= 0).all()
    assert (c.direct_emissions_kg_per_eur <= c.footprint_kg_per_eur).all()
    # Footprints are per EUR of 2022, so the price level of 2014 does not act on them.
    other = sector_coefficients({**h, "nominal_price_factor": 1.0})
    np.testing.assert_array_equal(other.footprint_kg_per_eur, c.footprint_kg_per_eur)


def test_a_million_of_goods_carries_about_one_and_a_half_fte(h: Hypotheses) -> None:
    """Less than the 2 to 4 that is often quoted for goods: that is retail and motor trade.

    9.49 jobs per M EUR of margin x 0.9 FTE x 0.22 / 1.25 = 1.50. INSEE Focus 28 has 1.13 FTE per
    M EUR of sales in wholesale in 2012, before a decade of nominal growth.
    """
    assert goods_margin_output_eur(1_000_000, h) == pytest.approx(220_000)
    assert goods_direct_fte_per_million(h) == pytest.approx(9.4865 * 0.9 * 0.22 / 1.25, rel=1e-4)
    low = {"goods_margin": 0.15, "nominal_price_factor": 1.35, "fte_per_head": 0.86}
    high = {"goods_margin": 0.30, "nominal_price_factor": 1.15, "fte_per_head": 0.95}
    wholesale_2012 = 912.9e3 / 805e3
    assert goods_direct_fte_per_million({**h, **low}) < wholesale_2012
    assert 2 < goods_direct_fte_per_million({**h, **high}) < 4
