"""What is kept of each month: quantities by zone, from which every indicator is computed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from model.flows import MonthFlows
from model.indicators.ecology import direct_emissions, footprint_of_contracts
from model.indicators.records import Records
from model.procurement.contracts import Execution
from model.procurement.legal_calendar import RulesInForce
from model.procurement.practice import Practice
from model.procurement.tenders import DIRECT
from model.state import State
from model.territory.buyers import BUYER_KINDS
from model.territory.derived import DerivedColumns
from model.territory.territory import Territory

Floats = NDArray[np.float64]

LOCAL_AUTHORITIES = ("commune", "epci", "departement", "region")


class Recorder:
    """Keeps monthly quantities by zone; firm-level columns are not kept."""

    def __init__(
        self,
        territory: Territory,
        derived: DerivedColumns,
        h: Mapping[str, float],
        keep_awards: bool = False,
    ) -> None:
        self._t, self._d, self._h = territory, derived, h
        self.keeps_awards = keep_awards
        kinds = [BUYER_KINDS.index(kind) for kind in LOCAL_AUTHORITIES]
        self._local_authority = np.isin(territory.buyers.kind, kinds)
        benefit = h["benefit_short_eur"] * territory.money_scale
        self._benefit_avoided_eur = benefit * h["unemployed_per_job_elsewhere"] / h["fte_per_head"]
        self._z = len(territory.zones.keys)
        self.clear()

    def clear(self) -> None:
        """Forget the months recorded so far."""
        self._months: defaultdict[str, list[Floats]] = defaultdict(list)
        self.awards: list[dict[str, NDArray[np.generic]]] = []
        self._volume: list[Floats] = []
        self._local_volume: list[Floats] = []
        self._local_fte: list[Floats] = []

    def empty_copy(self) -> Recorder:
        """Return a recorder of the same world that has recorded nothing."""
        return Recorder(self._t, self._d, self._h, self.keeps_awards)

    def record(
        self, state: State, flows: MonthFlows, rules: RulesInForce, practice: Practice
    ) -> None:
        """Add one month under its rules and practice."""
        firm = self._firm_quantities(state, flows)
        people = self._people_quantities(state, flows)
        publicity = rules.publicity_threshold * self._t.money_scale
        tenders = self._tender_quantities(flows, publicity)
        if self.keeps_awards:
            self.awards.append(award_columns(flows, state.month, len(self._t.firms)))
        contracts = self._contract_quantities(state, flows, practice)
        for name, value in (firm | people | tenders | contracts).items():
            self._months[name].append(value)

    def records(self, start: str) -> Records:
        """Return what was recorded, by month and zone."""
        z, c = self._z, len(self._t.categories)
        quantities = {name: np.array(rows) for name, rows in self._months.items()}
        return Records(
            zones=tuple(self._t.zones.keys),
            categories=tuple(category.key for category in self._t.categories),
            start=start,
            quantities=quantities,
            contract_volume=np.array(self._volume).reshape(-1, c),
            local_volume=np.array(self._local_volume).reshape(-1, c, z),
            local_fte=np.array(self._local_fte).reshape(-1, c, z),
        )

    def _by_firm(self, values: Floats) -> Floats:
        return self._t.firms.sum_by_zone(values)

    def _firm_quantities(self, state: State, flows: MonthFlows) -> dict[str, Floats]:
        f, traced = state.firms, flows.traced
        posts = self._t.firms.posts_fte * f.alive
        present = f.fte + posts + f.clause_fte
        parts = [self._by_firm(present * part) for part in traced]
        total = self._by_firm(present)
        supported = (traced[0] + traced[1] + traced[2]) * flows.goods.output
        contributions = 1.0 - self._t.net_pay_share
        wages = flows.incomes.wages + flows.incomes.posts
        taxes = self._by_firm(
            self._t.firms.production_tax * flows.goods.output + contributions * wages
        )
        taxes += contributions * flows.outside_insertion_eur
        taxes += contributions / self._t.net_pay_share * flows.lever_pay
        zone = self._t.firms.zone
        return {
            "jobs_present_fte": total,
            "jobs_direct_fte": parts[0],
            "jobs_indirect_fte": parts[1],
            "jobs_induced_fte": parts[2],
            "jobs_other_fte": total - parts[0] - parts[1] - parts[2],
            "failures_n": np.bincount(zone[flows.failed], minlength=self._z).astype(np.float64),
            "closures_n": np.bincount(zone[flows.closed], minlength=self._z).astype(np.float64),
            "births_n": np.bincount(zone[flows.opened], minlength=self._z).astype(np.float64),
            "supported_sales_eur": self._by_firm(supported),
            "taxes_state_eur": taxes,
            "subsidies_state_eur": self._by_firm(flows.incomes.aid),
            "territorial_emissions_tco2e": self._by_firm(
                direct_emissions(self._t, state.contracts, f, flows)
            ),
            "environmental_spending_eur": self._by_firm(
                flows.environment.on_contracts + flows.environment.invested
            ),
        }

    def _people_quantities(self, state: State, flows: MonthFlows) -> dict[str, Floats]:
        zones, i = state.zones, flows.insertion
        return {
            "unemployed_heads": zones.short + zones.long,
            "unemployed_long_heads": zones.long.copy(),
            "insertion_hours_due": i.hours_due,
            "insertion_hours_executed": i.hours_executed,
            "insertion_people_n": i.entries,
            "insertion_deadweight_n": i.entries * i.deadweight,
            "insertion_exits_n": i.exits,
            "insertion_exits_work_n": np.minimum(i.exits, flows.labour.from_insertion),
            "household_income_eur": flows.household_income,
            "benefits_state_eur": flows.benefits,
            "lever_cost_buyer_eur": flows.lever_costs.of_buyers_by_zone(self._t.buyers),
            "lever_cost_departement_eur": flows.lever_costs.departement,
            "lever_cost_state_eur": flows.lever_costs.state,
        }

    def _tender_quantities(self, flows: MonthFlows, publicity_eur: float) -> dict[str, Floats]:
        t, tenders, awards, bids = self._t, flows.tenders, flows.awards, flows.bids
        n, z = len(t.firms), self._z
        # procedures of central bodies are theirs: each serves many needs
        open_call = (tenders.procedure != DIRECT) & tenders.in_reach
        with_bid = open_call & (awards.bids > 0)
        won = open_call & awards.awarded
        holder = awards.of_winner(bids.firm)
        price = awards.of_winner(bids.price)
        small = awards.of_winner(bids.small)
        inside = (holder >= 0) & (holder < n)
        row = np.where(inside, holder, 0)
        near = inside & (t.firms.zone[row] == tenders.zone)
        ess = inside & t.firms.ess[row]
        amount = tenders.amount_eur * price
        of_base = won & self._local_authority[tenders.buyer]
        of_base &= tenders.amount_eur >= publicity_eur

        def count(mask: NDArray[np.bool_], weights: Floats | None = None) -> Floats:
            chosen = None if weights is None else weights[mask]
            found = np.bincount(tenders.zone[mask], weights=chosen, minlength=z)
            return found.astype(np.float64)

        return {
            "tenders_n": count(with_bid),
            "bids_n": count(with_bid, awards.bids.astype(np.float64)),
            "single_bid_n": count(with_bid & (awards.bids == 1)),
            "unsuccessful_n": count(open_call & (awards.bids == 0)),
            "awards_n": count(won),
            "awards_eur": count(won, amount),
            "awards_epci_n": count(won & near),
            "awards_epci_eur": count(won & near, amount),
            "awards_territory_n": count(won & inside),
            "awards_territory_eur": count(won & inside, amount),
            "awards_sme_n": count(won & small),
            "awards_sme_eur": count(won & small, amount),
            "awards_ess_n": count(won & ess),
            "awards_ess_eur": count(won & ess, amount),
            "considerations_n": count(of_base & tenders.consideration),
            "considerations_base_n": count(of_base),
            "environmental_considerations_n": count(of_base & tenders.environmental_consideration),
            "environmental_clauses_n": count(of_base & tenders.environmental_clause),
            "environmental_clauses_checked_n": count(of_base & tenders.environmental_checked),
        }

    def _contract_quantities(
        self, state: State, flows: MonthFlows, practice: Practice
    ) -> dict[str, Floats]:
        t, d, x = self._t, self._d, flows.execution
        n, z, categories = len(t.firms), self._z, len(t.categories)
        rows = x.active
        zone, category = d.zone_of_row[rows], d.category_of_row[rows]
        c = state.contracts
        holder, price, share = x.holder, c.price[rows], c.output_share[rows]
        inside = holder < n
        row = np.where(inside, holder, 0)
        value = x.delivered * price
        volume = x.delivered + x.bought_outside
        output = flows.goods.output
        staff = state.firms.fte + t.firms.posts_fte * state.firms.alive + state.firms.clause_fte
        content = np.divide(staff, output, out=np.zeros(n), where=output > 0)
        spent = np.divide(self._spent_inside(flows), output, out=np.zeros(n), where=output > 0)
        fte = np.where(inside, x.delivered * share * content[row], 0.0)
        nation = 1.0 / d.categories.profile.productivity_eur[category]
        elsewhere = np.where(inside, 0.0, x.delivered * c.fte_per_eur[rows])
        elsewhere = elsewhere + x.bought_outside * nation

        def by_zone(values: Floats) -> Floats:
            return np.bincount(zone, weights=values, minlength=z)

        chain = self._chain_of_contracts(x, category, share, inside)
        self._volume.append(np.bincount(category, weights=volume, minlength=categories))
        cell = category[inside] * z + t.firms.zone[holder[inside]]
        for kept, values in ((self._local_volume, x.delivered), (self._local_fte, fte)):
            summed = np.bincount(cell, weights=values[inside], minlength=categories * z)
            kept.append(summed.reshape(categories, z))
        target = practice.of_lots("reserved_share", x.buyer, category)
        addressable = np.where(c.in_reach[rows], x.ordered, 0.0)
        chain_fte = by_zone(chain) + self._chain_of_purchases(flows)
        elsewhere_fte = by_zone(elsewhere) + chain_fte
        footprint = footprint_of_contracts(t, d, c, flows, state.firms.abatement)
        return {
            "executed_volume_eur": by_zone(volume),
            "executed_price_eur": by_zone(volume * price),
            "footprint_purchases_tco2e": by_zone(footprint.total),
            "footprint_cut_tco2e": by_zone(footprint.cut_by_clause),
            "outside_holder_fte": by_zone(elsewhere),
            "outside_chain_fte": chain_fte,
            "taxes_elsewhere_eur": elsewhere_fte * t.sectors.tax_per_fte_eur,
            "benefits_avoided_elsewhere_eur": elsewhere_fte * self._benefit_avoided_eur,
            "lm3_r1_eur": by_zone(volume * price),
            "lm3_r2_eur": by_zone(np.where(inside, value, 0.0)),
            "contract_output_eur": by_zone(np.where(inside, x.delivered * share, 0.0)),
            "lm3_r3_eur": by_zone(np.where(inside, x.delivered * share * spent[row], 0.0)),
            "reserved_eur": by_zone(np.where(c.reserved[rows], addressable, 0.0)),
            "addressable_eur": by_zone(addressable),
            "reserved_target_eur": by_zone(addressable * target),
        }

    def _spent_inside(self, flows: MonthFlows) -> Floats:
        """Return what each firm pays inside the territory: local inputs, net pay, dividends."""
        pay = (flows.incomes.wages + flows.incomes.posts) * self._t.net_pay_share
        return flows.local_inputs + pay + flows.incomes.dividends

    def _chain_of_contracts(
        self, x: Execution, category: NDArray[np.int32], share: Floats, inside: NDArray[np.bool_]
    ) -> Floats:
        """Return jobs elsewhere behind each contract, direct ones of outside holders apart, FTE.

        Behind the output of an outside holder stand its suppliers and households; the goods that
        a trader passes on, from anywhere, bring all the jobs of their producer.
        """
        sectors, columns = self._t.sectors, self._d.categories
        product = columns.profile.sector[category]
        holder_sector = np.where(share < 1.0, columns.trade_sector, product)
        behind = sectors.chain_fte - 1.0 / sectors.productivity_eur
        own = np.where(inside, 0.0, x.delivered * share) * behind[holder_sector]
        goods = x.delivered * (1.0 - share) * sectors.chain_fte[product]
        return own + goods + x.bought_outside * behind[product]

    def _chain_of_purchases(self, flows: MonthFlows) -> Floats:
        """Return jobs elsewhere behind inputs that firms and residents buy outside (Z,), FTE."""
        t, network = self._t, self._t.supply
        bought = flows.goods.slot_outside * network.slot_outside_chain_fte
        inputs = network.sum_by_client(bought)
        lump = t.firms.outside_chain_fte * flows.goods.output
        inside = self._by_firm(flows.goods.demand_households * flows.goods.fill)
        households = (flows.spent_in_zone - inside) * t.demand.outside_chain_fte
        return self._by_firm(inputs + lump) + households


def award_columns(flows: MonthFlows, month: int, firms: int) -> dict[str, NDArray[np.generic]]:
    """Return one month's tenders as columns, one row a lot; ``holder`` is -1 for outside firms."""
    tenders, awards, bids = flows.tenders, flows.awards, flows.bids
    holder = awards.of_winner(bids.firm)
    return {
        "month": np.full(len(tenders), month),
        "contract": tenders.contract,
        "category": tenders.category,
        "zone": tenders.zone,
        "buyer": tenders.buyer,
        "procedure": tenders.procedure,
        "in_reach": tenders.in_reach,
        "amount_eur": tenders.amount_eur,
        "months": tenders.months,
        "reserved": tenders.reserved,
        "consideration": tenders.consideration,
        "clause": tenders.clause,
        "social_duty": tenders.social_duty,
        "consideration_by_duty": tenders.consideration_by_duty,
        "environmental_condition": tenders.environmental_condition,
        "clause_hours": tenders.clause_hours * tenders.months,
        "environmental_clause": tenders.environmental_clause,
        "environmental_checked": tenders.environmental_checked,
        "bids": awards.bids,
        "awarded": awards.awarded,
        "holder": np.where(holder < firms, holder, -1),
        "inside": awards.awarded & (holder < firms),
        "small_or_medium": awards.of_winner(bids.small),
        "price": awards.of_winner(bids.price),
    }
