"""What one euro of output of a firm buys, pays and emits, at the prices of the base year.

The accounts are of 2014. A euro of output of the base year carries fewer hours than one of 2014:
jobs per EUR are divided by the nominal factor. Shares of output (inputs, pay, surplus) are ratios
of two nominal amounts and do not move; so pay *per FTE* is multiplied by the same factor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.territory.national_accounts import NationalAccounts, load_national_accounts
from model.territory.perimeter import national_perimeter
from model.territory.sectors import MODEL_SECTORS, SECTOR_INDEX

Array = NDArray[np.float64]

MONTHS = 12


@dataclass(frozen=True, slots=True)
class SectorCoefficients:
    """Coefficients of the S = 32 model sectors; (S,) arrays per EUR of output unless said.

    Inputs, taxes and value added add up to one EUR:
    Σ `a_domestic` + `a_domestic_other` + `a_imported` + `taxes_on_products`
    + `labour_share` + `surplus_share` = 1.

    Attributes
    ----------
    sectors
        Codes: `MODEL_SECTORS`.
    a_domestic
        (S, S), inputs from the row's sector, made in France by private producers.
    a_domestic_other
        Inputs made in France by sectors without firms in the model (farms) or public producers.
    a_imported
        Inputs made abroad, with international transport.
    taxes_on_products
        Taxes less subsidies on inputs. Other taxes on production are in the surplus: the source
        does not separate them.
    labour_share
        Pay of all workers, social contributions included.
    employees_share
        The part of `labour_share` that is compensation of employees; the rest is mixed income.
    surplus_share
        Gross operating surplus.
    fte_per_eur_month
        FTE needed for one EUR of output a month, base-year prices; 1 / productivity.
    labour_cost_eur_per_fte_month
        EUR a month per FTE, all workers: `labour_share` / `fte_per_eur_month`.
    employee_cost_eur_per_fte_month
        EUR a month per employee in FTE.
    footprint_kg_per_eur
        kgCO2e per EUR of product, everything upstream included, base-year prices.
    direct_emissions_kg_per_eur
        kgCO2e per EUR emitted by the producer itself.
    """

    sectors: tuple[str, ...]
    a_domestic: Array
    a_domestic_other: Array
    a_imported: Array
    taxes_on_products: Array
    labour_share: Array
    employees_share: Array
    surplus_share: Array
    fte_per_eur_month: Array
    labour_cost_eur_per_fte_month: Array
    employee_cost_eur_per_fte_month: Array
    footprint_kg_per_eur: Array
    direct_emissions_kg_per_eur: Array


def direct_intensity(footprint: Array, technical: Array) -> Array:
    """Return e = f - Aᵀ f floored at 0: a footprint less that of the inputs.

    Parameters
    ----------
    footprint
        (S,), per EUR of product, everything upstream included.
    technical
        (S, S), all inputs, domestic and imported, per EUR of the column's output. Imports are
        taken to be made as here.
    """
    return np.maximum(0.0, footprint - technical.T @ footprint)


def sector_coefficients(
    h: Mapping[str, float], accounts: NationalAccounts | None = None
) -> SectorCoefficients:
    """Compute the coefficients of firms from the national accounts.

    Imputed rents have no worker: all jobs and pay of real estate stay with the rest of it.

    Parameters
    ----------
    h
        Hypotheses of `national_perimeter`, `nominal_price_factor`, `emission_price_factor`,
        `fte_per_head`.
    accounts
        The national accounts; the embedded ones by default.
    """
    national = accounts or load_national_accounts()
    cut = national_perimeter(h, national)
    rows = np.array([national.index(code) for code in MODEL_SECTORS])
    output = national.output_eur[rows]
    bought = national.technical_domestic[:, rows]
    sold_by_firms = bought[rows] * cut.row[rows, None]
    other = bought.sum(axis=0) - sold_by_firms.sum(axis=0)
    imported = (
        national.technical_imported[:, rows].sum(axis=0)
        + national.transport_margins_eur[rows] / output
    )
    taxes = national.taxes_on_products_eur[rows] / output

    # Output with work in it: for real estate, without imputed rents.
    worked = output.copy()
    worked[SECTOR_INDEX["LZ"]] -= cut.imputed_rents_eur
    labour = national.labour_compensation_eur[rows] / worked
    employees = national.compensation_eur[rows] / worked
    surplus = 1.0 - sold_by_firms.sum(axis=0) - other - imported - taxes - labour

    price = h["nominal_price_factor"]
    fte = national.jobs[rows] * h["fte_per_head"]
    employee_fte = national.employees[rows] * h["fte_per_head"]
    per_eur_month = MONTHS * fte / (worked * price)
    # Grams per EUR of 2022 to kilograms per EUR of the base year.
    to_base_year = 1e-3 / h["emission_price_factor"]
    footprint = national.footprint_g_per_eur_2022
    direct = direct_intensity(footprint, national.technical_domestic + national.technical_imported)
    return SectorCoefficients(
        sectors=MODEL_SECTORS,
        a_domestic=sold_by_firms,
        a_domestic_other=other,
        a_imported=imported,
        taxes_on_products=taxes,
        labour_share=labour,
        employees_share=employees,
        surplus_share=surplus,
        fte_per_eur_month=per_eur_month,
        labour_cost_eur_per_fte_month=labour / per_eur_month,
        employee_cost_eur_per_fte_month=employees * worked * price / (MONTHS * employee_fte),
        footprint_kg_per_eur=footprint[rows] * to_base_year,
        direct_emissions_kg_per_eur=direct[rows] * to_base_year,
    )


def goods_margin_output_eur(price_eur: float, h: Mapping[str, float]) -> float:
    """Return the part of the price of goods that is output of the trader who sells them, EUR.

    The rest buys the good from whoever makes it, by default outside the territory.
    """
    return price_eur * h["goods_margin"]


def goods_direct_fte_per_million(h: Mapping[str, float]) -> float:
    """Return the direct FTE of a trader for one million EUR of goods sold in a year.

    About 1.5 with the central values, at the prices of the base year. INSEE Focus 28 counts
    1.13 salaried FTE per M EUR of sales in wholesale (913,000 FTE, 805 bn EUR, 2012), a third of
    the FTE of trade for 57 % of its sales, so about 1.9 in trade as a whole and 3 in retail and
    motor trade: figures of 2 to 4 per M EUR describe the latter.
    """
    coefficients = sector_coefficients(h)
    fte = coefficients.fte_per_eur_month[SECTOR_INDEX["GZ"]]
    return goods_margin_output_eur(1e6 / MONTHS, h) * float(fte)
