"""What exists: the columns of one territory, read-only once built."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from model.networks.supply import SupplyNetwork
from model.procurement.candidates import CandidateLists
from model.procurement.categories import Category
from model.procurement.needs import Needs
from model.territory.buyers import Buyers
from model.territory.zones import Zones

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Firms:
    """One column an attribute, one row an establishment (n rows, sorted by entity key).

    Money in EUR of the base year excl. tax; flows by month.

    Attributes
    ----------
    group
        int32, zone × sectors + sector: the local market the firm sells to households in.
    fte
        Own staff; insertion posts and users of ESAT are apart in ``posts_fte``.
    usual_productivity_eur, labour_share, usual_cost
        Mean of the firm's trade: output per own FTE and month, labour cost and all costs per EUR
        of output. The trade is that of the sector unless the category of its first trade says
        otherwise (cleaning, security…).
    productivity_eur
        Output per own FTE and month.
    output_eur
        Output at the fixed point.
    labour_cost_eur, post_cost_eur
        Cost of an own FTE-month (mixed income where ``owner_operated``) and of a post-month.
    post_subsidy_eur
        State aid per post-month.
    input_scale
        Costs other than labour over those of the sector, per EUR of output.
    outside_input, production_tax, capital
        EUR per EUR of output: inputs bought outside in one lump, taxes, capital consumption.
    outside_chain_fte
        FTE-months in the rest of the country behind the lump, per EUR of output.
    unit_cost
        Cost per EUR of output at base prices: inputs, taxes, capital, labour cost/productivity.
    enterprise_multiple
        Size of the enterprise or group over that of the establishment, at least 1.
    enterprise_turnover_eur
        Yearly turnover of the enterprise or group behind the establishment.
    enterprise_class
        int8: 0 micro, 1 small and medium, 2 intermediate, 3 large.
    relative_intensity, direct_kg_per_eur
        Direct emissions per EUR of output at the opening, over that of the sector, and in kgCO2e.
    trades
        int16 (n, 2): purchase categories that the firm supplies, -1 none.
    """

    zone: NDArray[np.int16]
    sector: NDArray[np.int16]
    group: Ints
    key: NDArray[np.uint64]
    kind: NDArray[np.int8]
    fte: Floats
    posts_fte: Floats
    usual_productivity_eur: Floats
    labour_share: Floats
    usual_cost: Floats
    productivity_eur: Floats
    output_eur: Floats
    labour_cost_eur: Floats
    post_cost_eur: Floats
    post_subsidy_eur: Floats
    input_scale: Floats
    outside_input: Floats
    outside_chain_fte: Floats
    production_tax: Floats
    capital: Floats
    unit_cost: Floats
    owner_operated: Bools
    local_owned: Bools
    ess: Bools
    enterprise_multiple: Floats
    enterprise_turnover_eur: Floats
    enterprise_class: NDArray[np.int8]
    trades: NDArray[np.int16]
    technical: Floats
    social: Floats
    environmental: Floats
    relative_intensity: Floats
    direct_kg_per_eur: Floats
    visibility: Floats

    def __len__(self) -> int:
        return len(self.zone)

    @cached_property
    def zone_start(self) -> NDArray[np.intp]:
        """First row of each zone (Z,); rows are sorted by zone and no zone is empty."""
        start = np.flatnonzero(np.diff(self.zone, prepend=-1))
        assert len(start) == int(self.zone[-1]) + 1, "a zone has no establishment"
        return start

    @cached_property
    def rows_with_posts(self) -> NDArray[np.intp]:
        """Rows of structures with agreed posts."""
        return np.flatnonzero(self.posts_fte > 0.0)

    @cached_property
    def group_start(self) -> NDArray[np.intp]:
        """First row of each group that has rows; rows are sorted by group."""
        return np.flatnonzero(np.diff(self.group, prepend=-1))

    @cached_property
    def group_present(self) -> NDArray[np.int32]:
        """Groups that have rows, in order."""
        return self.group[self.group_start]

    @cached_property
    def group_size(self) -> NDArray[np.intp]:
        """Rows of each group that has some."""
        return np.diff(self.group_start, append=len(self))

    def sum_by_group(self, values: Floats, groups: int) -> Floats:
        """Sum a column of firms over each (zone, sector) group (groups,)."""
        total = np.zeros(groups)
        total[self.group_present] = np.add.reduceat(values, self.group_start)
        return total

    def of_groups(self, values: Floats) -> Floats:
        """Return a column of groups (groups,) repeated over the rows of each (n,)."""
        return np.repeat(values[self.group_present], self.group_size)

    def sum_by_zone(self, values: Floats) -> Floats:
        """Sum a column of firms over each zone (Z,)."""
        return np.add.reduceat(values, self.zone_start)


@dataclass(frozen=True)
class FinalDemand:
    """Demand that does not come from firms or buyers of the territory.

    Attributes
    ----------
    household_kernel
        (Z, Z), share of the consumption of the row's residents that is spent in the column's zone.
    household_weight
        (n,), firm's weight in its group.
    household_share
        (Z × S,), share of what is spent in a zone that goes to a group of firms; what is missing
        to one goes outside.
    outside_weight
        (n,), firm's weight in its group for private investment, visitors and exports.
    outside_demand_eur
        (Z × S,), their monthly demand to a group.
    outside_accounts
        (S, 3), shares of private investment, visitors and exports by sector.
    consumption_eur
        (Z,), monthly consumption of residents at the fixed point.
    outside_chain_fte
        FTE-months in the rest of the country per EUR that residents spend outside.
    """

    household_kernel: Floats
    household_weight: Floats
    household_share: Floats
    outside_weight: Floats
    outside_demand_eur: Floats
    outside_accounts: Floats
    consumption_eur: Floats
    outside_chain_fte: float

    def spent_in_zones(self, by_residents: Floats) -> Floats:
        """Return what residents of all zones (Z,) spend in each zone (Z,)."""
        return np.sum(by_residents[:, None] * self.household_kernel, axis=0)


@dataclass(frozen=True)
class LabourMarket:
    """Heads at the fixed point.

    Attributes
    ----------
    employed_heads
        (Z + 1, Z), residents of the row (last: outside) who work in firms of the column.
    exogenous_heads
        (Z,), residents in public, farm and outside jobs.
    short_heads, long_heads
        (Z,), unemployed for less than a year; long-term or far from work.
    inactive_heads
        (Z,), residents outside the labour force who would take a job (the halo of unemployment).
    posts_heads
        (Z,), residents on posts of structures; ``siae_heads`` those of them on insertion contracts
        (at most 24 months), the others being in EA and ESAT without limit of time.
    """

    employed_heads: Floats
    exogenous_heads: Floats
    short_heads: Floats
    long_heads: Floats
    inactive_heads: Floats
    posts_heads: Floats
    siae_heads: Floats

    @cached_property
    def workers_heads(self) -> Floats:
        """Heads at work in firms of each zone at the opening (Z,)."""
        return self.employed_heads.sum(axis=0)

    @cached_property
    def origins(self) -> Floats:
        """Share of each zone's workers by zone of residence (Z + 1, Z); 0 where nobody works."""
        return self.employed_heads / np.maximum(self.workers_heads, 1e-300)


@dataclass(frozen=True)
class OpeningContracts:
    """The lot book at the opening, one row a need; ``holder`` is n for an outside firm.

    ``output_share`` is the part of the amount that is output of the holder (the margin for a
    trader) and ``fte_per_eur`` its direct FTE-months per EUR.
    """

    holder: Ints
    output_share: Floats
    fte_per_eur: Floats
    reserved: Bools


@dataclass(frozen=True)
class Sectors:
    """Sector columns (S,) that the month needs; national coefficients of the base year.

    Attributes
    ----------
    productivity_eur
        National output per FTE and month.
    labour_share, unit_cost
        EUR of labour, and of all costs, per EUR of output.
    chain_fte
        FTE-months supported in the country, suppliers and households included, per EUR of output.
    tax_per_fte_eur
        Mean taxes and contributions of an FTE-month in the country.
    footprint_kg_per_eur, direct_kg_per_eur
        kgCO2e per EUR of product with everything upstream, and emitted by the producer itself.
        Two accounts of emissions that overlap: never to be added.
    """

    codes: tuple[str, ...]
    productivity_eur: Floats
    labour_share: Floats
    unit_cost: Floats
    chain_fte: Floats
    tax_per_fte_eur: float
    footprint_kg_per_eur: Floats
    direct_kg_per_eur: Floats


@dataclass(frozen=True)
class Territory:
    """A built territory at its exact fixed point; every array is read-only.

    ``net_pay_share`` is the part of labour cost that workers get, ``saving_rate`` the part of it
    that they do not spend. ``order_smoothing_months`` is τ of the order rule and
    ``spectral_radius`` the λ of the closed local system that it was set for. ``money_scale`` is
    EUR per EUR of the data (1).
    """

    name: str
    zones: Zones
    sectors: Sectors
    categories: tuple[Category, ...]
    firms: Firms
    supply: SupplyNetwork
    demand: FinalDemand
    labour: LabourMarket
    buyers: Buyers
    needs: Needs
    candidates: CandidateLists
    contracts: OpeningContracts
    net_pay_share: float
    saving_rate: float
    dividends_to_residents: bool
    order_smoothing_months: float
    spectral_radius: float
    money_scale: float = 1.0

    @cached_property
    def riskiest_rows(self) -> dict[int, int]:
        """Row of the firm of highest systemic risk by zone, -1 for anywhere: what was asked so far.

        It takes a second to find, and every world of a territory asks for the same.
        """
        return {}

    def __post_init__(self) -> None:
        for part in (self.firms, self.demand, self.labour, self.supply):
            for value in vars(part).values():
                if isinstance(value, np.ndarray):
                    value.setflags(write=False)
