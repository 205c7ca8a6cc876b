"""The national input-output accounts embedded in the package, read as arrays in EUR and jobs."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

import numpy as np
from numpy.typing import NDArray

from model.territory.sectors import ALL_SECTORS

Array = NDArray[np.float64]

USES: tuple[str, ...] = (
    "households",
    "nonprofits",
    "government",
    "fixed_investment",
    "inventories",
    "exports",
)
"""Uses of final demand, in the order of the columns of `NationalAccounts.final_demand_eur`."""

ADMINISTRATIONS: tuple[str, ...] = ("OZ", "PZ", "QZ")
"""Sectors whose public part is a buyer: administration, education, health and social work."""


@dataclass(frozen=True, slots=True)
class NationalAccounts:
    """France, one year, S = 36 sectors; every array is read-only and follows `sectors`.

    Source: World Input-Output Database, 2016 release, France 2014 (Timmer et al. 2015,
    doi 10.34894/PJ2M1C, CC BY 4.0); see ``model/data/SOURCES.toml``.

    Attributes
    ----------
    sectors
        Codes, S of them.
    technical_domestic, technical_imported
        (S, S), EUR of input from the row's sector per EUR of output of the column's.
    output_eur, value_added_eur
        (S,), EUR a year.
    compensation_eur, labour_compensation_eur
        (S,), EUR a year: of employees, and of all workers with the self-employed.
    taxes_on_products_eur, transport_margins_eur
        (S,), EUR a year, paid on inputs: taxes less subsidies, international transport.
    jobs, employees
        (S,), persons engaged and employees among them, heads.
    final_demand_eur, final_demand_imported_eur
        (S, 6), EUR a year, columns in the order of `USES`.
    footprint_g_per_eur_2022
        (S,), gCO2e per EUR of production at the prices of 2022, with all that it buys upstream.
    """

    sectors: tuple[str, ...]
    technical_domestic: Array
    technical_imported: Array
    output_eur: Array
    value_added_eur: Array
    compensation_eur: Array
    labour_compensation_eur: Array
    taxes_on_products_eur: Array
    transport_margins_eur: Array
    jobs: Array
    employees: Array
    final_demand_eur: Array
    final_demand_imported_eur: Array
    footprint_g_per_eur_2022: Array

    @property
    def sales_eur(self) -> Array:
        """(S, S), EUR a year that the row's sector in France sells to the column's."""
        return self.technical_domestic * self.output_eur

    def index(self, code: str) -> int:
        """Return the position of a sector."""
        return self.sectors.index(code)

    def use(self, name: str) -> Array:
        """(S,), EUR a year of domestic production that goes to one of `USES`."""
        return self.final_demand_eur[:, USES.index(name)]

    def use_imported(self, name: str) -> Array:
        """(S,), EUR a year of imports by product's sector that go to one of `USES`."""
        return self.final_demand_imported_eur[:, USES.index(name)]


def _rows(name: str) -> list[dict[str, str]]:
    path = files("model").joinpath("data", "input_output", name)
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def _frozen(array: Array) -> Array:
    array.setflags(write=False)
    return array


@cache
def load_national_accounts() -> NationalAccounts:
    """Read the embedded tables; the result is shared and its arrays are read-only."""
    sectors = tuple(s.code for s in ALL_SECTORS)
    place = {code: i for i, code in enumerate(sectors)}
    count = len(sectors)
    technical = np.zeros((2, count, count))
    for row in _rows("technical_coefficients.csv"):
        pair = place[row["supplier"]], place[row["client"]]
        technical[(0, *pair)] = float(row["domestic"])
        technical[(1, *pair)] = float(row["imported"])
    demand = np.zeros((2, count, len(USES)))
    for row in _rows("final_demand.csv"):
        cell = place[row["sector"]], USES.index(row["use"])
        demand[(0, *cell)] = float(row["domestic_eur"])
        demand[(1, *cell)] = float(row["imported_eur"])
    footprint = np.zeros(count)
    for row in _rows("emission_intensity.csv"):
        footprint[place[row["sector"]]] = float(row["footprint_g_per_eur_2022"])
    accounts = {row["sector"]: row for row in _rows("accounts.csv")}

    def column(name: str) -> Array:
        return _frozen(np.array([float(accounts[code][name]) for code in sectors]))

    technical.setflags(write=False)
    demand.setflags(write=False)
    return NationalAccounts(
        sectors=sectors,
        technical_domestic=cast(Array, technical[0]),
        technical_imported=cast(Array, technical[1]),
        output_eur=column("output_eur"),
        value_added_eur=column("value_added_eur"),
        compensation_eur=column("compensation_eur"),
        labour_compensation_eur=column("labour_compensation_eur"),
        taxes_on_products_eur=column("taxes_on_products_eur"),
        transport_margins_eur=column("transport_margins_eur"),
        jobs=column("jobs"),
        employees=column("employees"),
        final_demand_eur=cast(Array, demand[0]),
        final_demand_imported_eur=cast(Array, demand[1]),
        footprint_g_per_eur_2022=_frozen(footprint),
    )
