"""Quantities of firms: jobs, attribution, demography, liquidity, emissions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from model.flows import MonthFlows
from model.indicators.ecology import direct_emissions
from model.indicators.recording.cells import CellCodes, FirmSums
from model.state import State
from model.territory.territory import Firms, Territory

Floats = NDArray[np.float64]

SHORT_OF_CASH_DAYS = 13.0
"""Cash under which a firm is short of it: a quarter of SMEs in 2019 (`facts.md` 3.4)."""

DEPENDENT_SHARE = 0.25
"""Share of sales to public contracts from which a firm depends on them (`facts.md` 4.9)."""


def firm_sums(
    t: Territory,
    codes: CellCodes,
    present: Floats,
    state: State,
    flows: MonthFlows,
    zones_only: bool = False,
) -> FirmSums:
    """Return the quantities of firms of the month.

    Parameters
    ----------
    present
        (n,), all who work in each firm, FTE (`FirmState.present_fte`).
    zones_only
        Leave sectors, kinds and owners aside.
    """
    traced, goods = flows.traced, flows.goods
    sums = FirmSums(codes, t.firms, state.firms.generation, zones_only)
    sellers = np.flatnonzero(traced[0] > 0.0)
    sums.add_all("jobs_present_fte", present)
    sold = goods.demand_contracts[sellers] * goods.fill[sellers]
    direct = present[sellers] * traced[0][sellers]
    sums.add_at(sellers, jobs_direct_fte=direct, contract_sales_eur=sold)
    sums.add_all("jobs_indirect_fte", present * traced[1])
    sums.add_all("jobs_induced_fte", present * traced[2])
    parts = ("jobs_direct_fte", "jobs_indirect_fte", "jobs_induced_fte")
    sums.add_difference("jobs_other_fte", "jobs_present_fte", *parts)
    sums.add_all("supported_sales_eur", (traced[0] + traced[1] + traced[2]) * goods.output)
    supplying = (t.firms.trades[:, 0] >= 0) & state.firms.alive
    sums.add_all("firms_supplying_n", supplying.astype(np.float64))
    by_place = {
        "output_eur": goods.output,
        "territorial_emissions_tco2e": direct_emissions(t, state.contracts, state.firms, flows),
        "environmental_spending_eur": flows.environment.on_contracts + flows.environment.invested,
    }
    for name, values in by_place.items():
        sums.place.cells[name] = t.firms.sum_by_group(values, sums.place.size)
    sums.add_at(flows.failed, failures_n=None)
    sums.add_at(flows.closed, closures_n=None)
    sums.add_at(flows.opened, births_n=None)
    _add_winners(sums, t, flows)
    held = t.firms.rows_with_posts
    filled, lent = state.firms.posts_fte[held], state.firms.lent_fte[held]
    sums.add_at(
        held,
        posts_agreed_fte=state.firms.posts_agreed_fte[held],
        posts_filled_fte=filled,
        posts_used_fte=lent + (filled - lent) * posts_at_work(t.firms, state, flows),
        posts_lent_fte=lent,
        # the State aids posts only
        subsidies_state_eur=flows.incomes.aid[held],
    )
    return sums


def add_fragility(sums: FirmSums, state: State, flows: MonthFlows) -> None:
    """Count active firms, those short of cash and those that depend on public contracts."""
    f, public = state.firms, flows.traced[0]
    active = f.expected_demand > 0.0
    short = f.cash < SHORT_OF_CASH_DAYS * 12.0 / 365.0 * f.expected_demand
    rows = np.flatnonzero(active)
    sums.add_at(rows, firms_active_n=None, firms_short_of_cash_n=short[rows].astype(np.float64))
    sellers = np.flatnonzero((public > 0.0) & active)
    shares = public[sellers]
    dependent = (shares > DEPENDENT_SHARE).astype(np.float64)
    sums.add_at(sellers, public_share_sum_n=shares, firms_dependent_n=dependent)


def _add_winners(sums: FirmSums, t: Territory, flows: MonthFlows) -> None:
    """Add up what firms of the territory won this month, direct purchases included."""
    awards, bids = flows.awards, flows.bids
    holder = awards.of_winner(bids.firm)
    won = awards.awarded & (holder >= 0) & (holder < len(t.firms))
    amount = flows.tenders.amount_eur * awards.of_winner(bids.price)
    sums.add_at(holder[won], won_n=None, won_eur=amount[won])


def posts_at_work(firms: Firms, state: State, flows: MonthFlows) -> Floats:
    """Return the part of each structure's posts not lent that its sales keep at work, at most 1."""
    rows = firms.rows_with_posts
    people = state.firms.fte[rows] + state.firms.posts_fte[rows] - state.firms.lent_fte[rows]
    normal = state.firms.productivity_eur[rows] * people
    made = flows.goods.output[rows]
    return np.minimum(1.0, np.divide(made, normal, out=np.zeros_like(made), where=normal > 0.0))


def zone_quantities(
    t: Territory, h: Mapping[str, float], state: State, flows: MonthFlows
) -> dict[str, Floats]:
    """Return quantities by zone only: people, incomes, taxes and benefits (Z,)."""
    zones, i = state.zones, flows.insertion
    to_work = np.minimum(i.exits, flows.labour.from_insertion)
    contributions = 1.0 - t.net_pay_share
    pay = flows.incomes.wages + flows.incomes.posts
    taxes = t.firms.sum_by_zone(t.firms.production_tax * flows.goods.output + contributions * pay)
    taxes += contributions * flows.outside_insertion_eur
    taxes += contributions / t.net_pay_share * flows.lever_pay
    return {
        "unemployed_heads": zones.short + zones.long,
        "unemployed_long_heads": zones.long.copy(),
        "training_heads": zones.training.sum(axis=(0, 1)),
        "firms_helped_n": flows.support.helped.copy(),
        "insertion_people_n": i.people,
        "insertion_deadweight_n": i.people * i.deadweight,
        "insertion_exits_n": i.exits,
        "insertion_exits_posts_n": i.exits_from_posts,
        "insertion_exits_work_n": to_work,
        "insertion_exits_lasting_n": to_work * h["insertion_lasting_share"],
        "household_income_eur": flows.household_income,
        "benefits_state_eur": flows.benefits,
        "lever_cost_departement_eur": flows.lever_costs.departement,
        "lever_cost_state_eur": flows.lever_costs.state,
        "taxes_state_eur": taxes,
    }
