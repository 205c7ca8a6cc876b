"""The national perimeter: every euro of output has one use, and public producers are buyers."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.territory.national_accounts import NationalAccounts, load_national_accounts
from model.territory.perimeter import (
    OUTSIDE_CONTRACTS,
    national_final_demand,
    national_perimeter,
)

# The published table is balanced to 0.05 M EUR after its own rounding.
PUBLISHED_ROUNDING_EUR = 0.06e6

Hypotheses = dict[str, float]


@st.composite
def shares(draw: st.DrawFn) -> Hypotheses:
    names = (
        "private_share_education",
        "private_share_health",
        "imputed_rent_share",
        "public_works_share",
    )
    return {name: draw(st.floats(0, 1)) for name in names}


def small_accounts() -> NationalAccounts:
    """Five sectors; construction sells 10 to each of the others and 100 to investment."""
    sectors = ("FZ", "LZ", "OZ", "PZ", "QZ")
    output = np.array([140.0, 105.0, 50.0, 100.0, 100.0])
    sales = np.zeros((5, 5))
    sales[0, 1:] = 10.0
    sales[1, 2] = 5.0
    demand = np.zeros((5, 6))
    demand[0, 3] = 100.0
    demand[1, 0] = 100.0
    demand[2, 2] = 50.0
    demand[3, [0, 2]] = 40.0, 60.0
    demand[4, [0, 2]] = 20.0, 80.0
    zero = np.zeros(5)
    return NationalAccounts(
        sectors=sectors,
        technical_domestic=sales / output,
        technical_imported=np.zeros((5, 5)),
        output_eur=output,
        value_added_eur=output - sales.sum(axis=0),
        compensation_eur=zero,
        labour_compensation_eur=zero,
        taxes_on_products_eur=zero,
        transport_margins_eur=zero,
        jobs=zero,
        employees=zero,
        final_demand_eur=demand,
        final_demand_imported_eur=np.zeros((5, 6)),
        footprint_g_per_eur_2022=zero,
    )


def test_five_sectors_by_hand() -> None:
    h = {
        "private_share_education": 0.25,
        "private_share_health": 0.6,
        "imputed_rent_share": 0.7,
        "public_works_share": 0.29,
    }
    demand = national_final_demand(h, small_accounts())
    # Construction: public administrations buy 10, 7.5 and 4 and invest 29; owner-occupiers, whose
    # rents are 70 of the 105 of real estate, buy two thirds of its 10; firms buy the rest.
    np.testing.assert_allclose(demand.public.domestic_eur[0], [10, 7.5, 4])
    assert demand.public.works_eur[0] == pytest.approx(29)
    assert demand.private_investment[0] == pytest.approx(71)
    assert demand.households[0] == pytest.approx(20 / 3)
    assert demand.model_firms[0] == pytest.approx(10 / 3 + 2.5 + 6)
    # Real estate: administrations rent 5 without a contract; households keep 30 of real rents.
    assert demand.households[1] == pytest.approx(30)
    assert demand.imputed_rents[1] == pytest.approx(70)
    assert demand.public_outside_contracts[1] == pytest.approx(5)
    # Education: private firms make 25, all for households; public schools sell them the other 15.
    assert demand.households[3] == pytest.approx(25)
    assert demand.transfers_in_kind[3] == pytest.approx(0)
    assert demand.public_output[3] == pytest.approx(75)
    # Health: private firms make 60: 20 for households, 40 paid by social security.
    assert demand.households[4] == pytest.approx(20)
    assert demand.transfers_in_kind[4] == pytest.approx(40)
    np.testing.assert_allclose(demand.uses(), small_accounts().output_eur)
    np.testing.assert_allclose(demand.firm_output, [140, 35, 0, 25, 60])


def test_every_use_is_counted_once(h: Hypotheses) -> None:
    national = load_national_accounts()
    demand = national_final_demand(h)
    np.testing.assert_allclose(
        demand.uses(), national.output_eur, rtol=0, atol=PUBLISHED_ROUNDING_EUR
    )
    np.testing.assert_allclose(
        demand.model_firms + demand.exogenous(),
        demand.firm_output,
        rtol=0,
        atol=PUBLISHED_ROUNDING_EUR,
    )


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(shares())
def test_no_double_count_whatever_the_shares(h: Hypotheses) -> None:
    national = load_national_accounts()
    demand = national_final_demand(h)
    np.testing.assert_allclose(
        demand.uses(), national.output_eur, rtol=0, atol=PUBLISHED_ROUNDING_EUR
    )
    cut = national_perimeter(h)
    assert ((cut.row >= 0) & (cut.row <= 1)).all()
    assert (cut.column >= 0).all()
    assert (demand.transfers_in_kind > -1).all()
    assert (demand.private_investment >= 0).all()


def test_only_inventories_are_negative(h: Hypotheses) -> None:
    demand = national_final_demand(h)
    for name in (
        "model_firms",
        "other_producers",
        "households",
        "nonprofits",
        "transfers_in_kind",
        "private_investment",
        "public_outside_contracts",
    ):
        assert (getattr(demand, name) >= -1e-3).all(), name


def test_public_producers_have_left_the_table(h: Hypotheses) -> None:
    demand = national_final_demand(h)
    administration = demand.sectors.index("OZ")
    assert demand.firm_output[administration] == 0
    assert demand.model_firms[administration] == 0
    assert demand.exogenous()[administration] == 0
    for code in OUTSIDE_CONTRACTS:
        row = demand.sectors.index(code)
        assert not demand.public.domestic_eur[row].any()
        assert not demand.public.imported_eur[row].any()


def test_works_leave_private_investment(h: Hypotheses) -> None:
    national = load_national_accounts()
    demand = national_final_demand(h)
    construction = national.index("FZ")
    assert demand.public.works_eur.sum() == demand.public.works_eur[construction] > 0
    np.testing.assert_allclose(
        demand.private_investment[construction] + demand.public.works_eur[construction],
        national.use("fixed_investment")[construction],
    )


def test_public_purchases_have_the_published_size(h: Hypotheses) -> None:
    """Running purchases and works of 2014, against counts of 90 to 170 bn EUR a year."""
    public = national_final_demand(h).public
    running = public.domestic_eur.sum() + public.imported_eur.sum()
    assert 60e9 < running < 85e9
    assert 115e9 < running + public.works_eur.sum() < 145e9


def test_purchases_of_administrations_equal_the_published_ones(
    h: Hypotheses, reference_data: Path
) -> None:
    path = reference_data / "io" / "public_admin_intermediate_purchases_2014_a38.csv"
    with path.open(encoding="utf-8") as file:
        published = {row["supplier"]: row for row in csv.DictReader(file)}
    # With no private school or clinic, the three columns are the published ones.
    all_public = {**h, "private_share_education": 0.0, "private_share_health": 0.0}
    public = national_final_demand(all_public).public
    for i, code in enumerate(public.sectors):
        if code not in OUTSIDE_CONTRACTS:
            row = published[code]
            expected = [float(row[f"{name}_dom"]) * 1e6 for name in ("O84", "P85", "Q")]
            np.testing.assert_allclose(public.domestic_eur[i], expected, atol=2e4)
            imported = float(row["public_imp"]) * 1e6
            np.testing.assert_allclose(public.imported_eur[i].sum(), imported, atol=2e4)
