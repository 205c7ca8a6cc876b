"""The national accounts cut where public buyers begin, so that nothing counts twice.

Public producers (administration, the public part of education and of health) are buyers in the
model, not firms. Their output leaves the table, what they buy becomes purchases, and their payroll
is set from outside. Rents that owner-occupiers pay themselves leave it too: nobody works for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.territory.national_accounts import (
    ADMINISTRATIONS,
    NationalAccounts,
    load_national_accounts,
)
from model.territory.sectors import MODEL_SECTORS

Array = NDArray[np.float64]

OUTSIDE_CONTRACTS: tuple[str, ...] = ("KZ", "LZ", "OZ", "PZ", "QZ")
"""What public producers pay for without a public contract: finance, rents, each other."""


@dataclass(frozen=True, slots=True)
class PublicPurchases:
    """What public buyers purchase by contract in France, EUR of 2014 a year.

    Attributes
    ----------
    sectors
        Codes, S = 36 of them.
    administrations
        Columns of the two arrays: O84, the public part of P85, the public part of Q.
    domestic_eur, imported_eur
        (S, 3), running purchases by supplying sector, without `OUTSIDE_CONTRACTS`.
    works_eur, works_imported_eur
        (S,), public investment in construction (row FZ alone), social landlords included.
    """

    sectors: tuple[str, ...]
    administrations: tuple[str, ...]
    domestic_eur: Array
    imported_eur: Array
    works_eur: Array
    works_imported_eur: Array

    @property
    def total_domestic_eur(self) -> Array:
        """(S,), running purchases and works."""
        return self.domestic_eur.sum(axis=1) + self.works_eur


@dataclass(frozen=True, slots=True)
class NationalDemand:
    """Uses of domestic production by sector, EUR of 2014 a year: (S,) arrays, S = 36.

    The fields from `model_firms` to `imputed_rents` and the two totals of `public` are the whole
    of the published output; `uses()` adds them up. Transfers in kind (health care, housing) are
    in `transfers_in_kind`, paid by the outside zone.

    Attributes
    ----------
    sectors
        Codes.
    firm_output
        Output of the part that stays in the table as firms: published, less public producers and
        imputed rents.
    model_firms
        Bought by firms of `MODEL_SECTORS`, the private part of education and health among them.
    other_producers
        Bought by farms and other producers that are neither firms of the model nor buyers.
    households
        Bought by households, without imputed rents, with what owner-occupiers spend on housing.
    nonprofits, transfers_in_kind, private_investment, inventories, exports
        Other final uses; `private_investment` is without public works.
    public_outside_contracts
        Bought by public producers from private ones without a public contract.
    public_output
        Excluded: made by public producers, paid by public consumption or sold.
    imputed_rents
        Excluded: row LZ alone.
    households_imported
        Bought abroad by households, not part of output.
    public
        Purchases of public buyers by contract.
    """

    sectors: tuple[str, ...]
    firm_output: Array
    model_firms: Array
    other_producers: Array
    households: Array
    nonprofits: Array
    transfers_in_kind: Array
    private_investment: Array
    inventories: Array
    exports: Array
    public_outside_contracts: Array
    public_output: Array
    imputed_rents: Array
    households_imported: Array
    public: PublicPurchases

    def exogenous(self) -> Array:
        """(S,), all demand for firms' output but that of firms of the model."""
        return (
            self.other_producers
            + self.households
            + self.nonprofits
            + self.transfers_in_kind
            + self.private_investment
            + self.inventories
            + self.exports
            + self.public_outside_contracts
            + self.public.total_domestic_eur
        )

    def uses(self) -> Array:
        """(S,), every use and excluded part: the published output."""
        return self.model_firms + self.exogenous() + self.public_output + self.imputed_rents


@dataclass(frozen=True, slots=True)
class Perimeter:
    """Which share of each sector of the table stays as firms: (S,) arrays, S = 36.

    Attributes
    ----------
    output
        Share of the output made by private producers.
    column
        Share of the sector's inputs bought by producers that are not public buyers nor
        owner-occupiers.
    row
        Share of its sales to others than public consumption that private producers make.
    government
        Sales of its private producers to public consumption (transfers in kind), EUR.
    imputed_rents_eur
        Rents that owner-occupiers pay themselves.
    """

    output: Array
    column: Array
    row: Array
    government: Array
    imputed_rents_eur: float


def national_perimeter(
    h: Mapping[str, float], accounts: NationalAccounts | None = None
) -> Perimeter:
    """Cut the table between firms and public producers.

    The public part of a sector's output goes first to public consumption; what exceeds it is sold
    to the other uses in proportion. Both parts have the sector's average inputs per EUR.

    Parameters
    ----------
    h
        Hypotheses `private_share_education`, `private_share_health`, `imputed_rent_share`.
    accounts
        The national accounts; the embedded ones by default.
    """
    national = accounts or load_national_accounts()
    count = len(national.sectors)
    private = np.ones(count)
    private[national.index("OZ")] = 0.0
    private[national.index("PZ")] = h["private_share_education"]
    private[national.index("QZ")] = h["private_share_health"]
    government = national.use("government")
    used = national.sales_eur.sum(axis=1) + national.final_demand_eur.sum(axis=1)
    elsewhere = used - government
    # A sector without output sells nothing: its share is 1 by convention.
    ratio = np.divide(private * used, elsewhere, out=np.ones(count), where=elsewhere > 0)
    row = np.minimum(1.0, ratio)
    real_estate = national.index("LZ")
    rents = h["imputed_rent_share"] * float(national.use("households")[real_estate])
    column = private.copy()
    column[real_estate] = 1.0 - rents / float(national.output_eur[real_estate])
    to_government = np.where(private < 1, private * used - row * elsewhere, government)
    return Perimeter(private, column, row, to_government, rents)


def _public_purchases(
    h: Mapping[str, float], national: NationalAccounts, public_output: Array
) -> tuple[PublicPurchases, Array]:
    """Return the purchases by contract and the (S, 3) domestic purchases before exclusions."""
    columns = [national.index(code) for code in ADMINISTRATIONS]
    domestic = national.technical_domestic[:, columns] * public_output
    imported = national.technical_imported[:, columns] * public_output
    by_contract = np.array([code not in OUTSIDE_CONTRACTS for code in national.sectors])[:, None]
    works = np.array([code == "FZ" for code in national.sectors]) * h["public_works_share"]
    purchases = PublicPurchases(
        sectors=national.sectors,
        administrations=("O84", "P85", "Q"),
        domestic_eur=domestic * by_contract,
        imported_eur=imported * by_contract,
        works_eur=national.use("fixed_investment") * works,
        works_imported_eur=national.use_imported("fixed_investment") * works,
    )
    return purchases, domestic


def national_final_demand(
    h: Mapping[str, float], accounts: NationalAccounts | None = None
) -> NationalDemand:
    """Itemise the uses of each sector's output with public producers as buyers.

    Intermediate purchases that owner-occupiers make for their own housing (repairs, insurance)
    move to households with their rents' inputs.

    Parameters
    ----------
    h
        Hypotheses of `national_perimeter` and `public_works_share`.
    accounts
        The national accounts; the embedded ones by default.

    Returns
    -------
    Uses in EUR of 2014 a year (`docs/odd.md`, perimeter against double counting).
    """
    national = accounts or load_national_accounts()
    cut = national_perimeter(h, national)
    sales = national.sales_eur
    real_estate = national.index("LZ")
    administrations = [national.index(code) for code in ADMINISTRATIONS]
    public_output = (1.0 - cut.output) * national.output_eur
    public, bought = _public_purchases(h, national, public_output[administrations])
    outside = bought - public.domestic_eur
    in_model = np.array([code in MODEL_SECTORS for code in national.sectors])
    others = ~in_model
    others[administrations] = False
    owners = sales[:, real_estate] * (1.0 - cut.column[real_estate])
    rents = np.zeros(len(national.sectors))
    rents[real_estate] = cut.imputed_rents_eur

    private = cut.row
    return NationalDemand(
        sectors=national.sectors,
        firm_output=cut.output * national.output_eur - rents,
        model_firms=private * (sales * (cut.column * in_model)).sum(axis=1),
        other_producers=private * sales[:, others].sum(axis=1),
        households=private * (national.use("households") + owners) - rents,
        nonprofits=private * national.use("nonprofits"),
        transfers_in_kind=cut.government,
        private_investment=private * (national.use("fixed_investment") - public.works_eur),
        inventories=private * national.use("inventories"),
        exports=private * national.use("exports"),
        public_outside_contracts=private * outside.sum(axis=1),
        public_output=public_output,
        imputed_rents=rents,
        households_imported=national.use_imported("households"),
        public=public,
    )
