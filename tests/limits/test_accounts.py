"""No euro lost, nobody lost (`model.md` 7.2): `verify`, and an accounting of our own.

The audit below reads stocks and physical flows only, never the ledger: what is billed must be paid
or owed, what is owed must be claimed, and every head must be in one place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import IdentityError, Levers, Switches, TerritoryModel
from model.economy import money
from model.hypotheses import HypothesisValues, draw_run_vector, load_register
from model.procurement.levers import load_levers

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from model.flows import MonthFlows
    from model.state import State
    from model.territory.territory import Territory
    from tests.conftest import MakeTerritory

    Floats = NDArray[np.float64]

TOLERANCE = 1e-9

PRACTICES = {
    "current": Levers(),
    "advances": Levers({"advance_rate_sme": 0.6, "payment_days_hospital": 0}),
    "late payers": Levers(
        {key: 90 for key in load_levers() if key.startswith("payment_days")}
        | {"required_turnover": 1.5}
    ),
    "everything moves": Levers(
        {
            "allotment": {"steps": [[0, 1.0], [14, 0.0], [30, 0.5]]},
            "sourcing_breadth": 1.0,
            "social_coverage": 1.0,
            "social_clause_rate": 0.2,
            "facilitators_fte": {"value": 60, "ramp_months": 12},
            "reserved_share": 0.05,
            "required_turnover": 0.0,
            "payment_days_commune": {"steps": [[6, 0], [20, 90]]},
        }
    ),
    "support": Levers(
        {
            "filiere_capacity": {"steps": [[0, 2e6], [20, 0]]},
            "filiere_productivity": 1e6,
            "filiere_innovation": 3e5,
            "filiere_matchmaking": 5e5,
            "training_places_building": 300,
            "training_places_industry": {"steps": [[0, 100], [18, 0]]},
            "insertion_posts": {"steps": [[0, 1.0], [12, -0.3]]},
            "insertion_exits": 1.0,
            "insertion_partnerships": 1.0,
            "large_site_fte": {"steps": [[0, 200], [24, 0]]},
            "social_coverage": 1.0,
            "facilitators_fte": 30,
        }
    ),
}


def fragile() -> HypothesisValues:
    """Return hypotheses under which many firms close and few have cash."""
    register = load_register()
    return HypothesisValues(
        {
            "exit_hazard": register["exit_hazard"].high,
            "overdraft_months": register["overdraft_months"].low,
            "cash_days_median": register["cash_days_median"].low,
            "birth_chance": register["birth_chance"].high,
        }
    )


class Audit:
    """Follows a model from outside, month by month."""

    def __init__(self, model: TerritoryModel) -> None:
        self.model = model
        self.total = self._money()
        self.worth = self._net_worth()
        self.owed_by_buyers = self._owed_by_buyers()
        self.buyer_cash = model.state.public.buyer_cash.copy()
        self.accounts = model.state.public.accounts.copy()

    # --- Stocks -----------------------------------------------------------------------------------

    def _money(self) -> float:
        s = self.model.state
        cash = (s.firms.cash, s.zones.cash, s.public.buyer_cash, s.public.accounts)
        return float(sum(stock.sum() for stock in cash))

    def _claims_on_buyers(self) -> Floats:
        c = self.model.state.contracts
        return c.receivable_eur + c.retained_eur - c.advance_eur

    def _owed_by_buyers(self) -> Floats:
        rows = self.model.setting.derived.buyer_of_row
        buyers = len(self.model.state.public.buyer_cash)
        return np.bincount(rows, weights=self._claims_on_buyers(), minlength=buyers)

    def _net_worth(self) -> Floats:
        f, c = self.model.state.firms, self.model.state.contracts
        n = len(f.cash)
        # a partner is owed what it delivered, and its share of the rest; its holder what is left
        besides = self._claims_on_buyers() - c.receivable_eur
        of_partners = c.partner_receivable_eur + c.partner_share * besides
        left = self._claims_on_buyers() - of_partners.sum(axis=0)
        firm = np.concatenate([c.holder[None], c.partner])
        claims = np.concatenate([left[None], of_partners])
        place = np.where(firm >= 0, firm, n).ravel()
        on_buyers = np.bincount(place, weights=claims.ravel(), minlength=n + 1)[:n]
        claims = f.receivable_firms + f.receivable_outside + on_buyers
        return f.cash + claims - f.payable_firms - f.payable_outside

    # --- One month --------------------------------------------------------------------------------

    def month(self) -> None:
        """Simulate a month and check everything that can be checked from outside."""
        self.model.step()
        assert self.model.last_flows is not None
        self.flows: MonthFlows = self.model.last_flows
        self._check_money()
        self._check_claims()
        self._check_deliveries()
        self._check_households_and_state()
        self._check_buyers()
        if not self.model.setting.switches.demography:
            self._check_profits()
        self._check_people()
        self._check_the_closed()
        self.worth = self._net_worth()
        self.owed_by_buyers = self._owed_by_buyers()
        self.buyer_cash = self.model.state.public.buyer_cash.copy()
        self.accounts = self.model.state.public.accounts.copy()

    def _last(self, name: str) -> Floats:
        return self.model.records.quantities[name][-1]

    def _check_money(self) -> None:
        turnover = float(self._last("household_income_eur").sum())
        assert abs(self._money() - self.total) <= TOLERANCE * max(turnover, abs(self.total))

    def _check_claims(self) -> None:
        """What firms owe each other is what suppliers and estates are owed; nothing is negative."""
        s = self.model.state
        owed = s.firms.payable_firms.sum()
        claimed = s.firms.receivable_firms.sum() + s.public.liquidation_claims[0]
        assert abs(owed - claimed) <= TOLERANCE * owed
        for name in ("payable", "receivable"):
            for side in ("firms", "outside"):
                stock = getattr(s.firms, f"{name}_{side}")
                assert stock.min() >= -TOLERANCE * stock.max(), f"{name}_{side}"
        c = s.contracts
        for name in (
            "receivable_eur",
            "retained_eur",
            "advance_eur",
            "backlog_eur",
            "clause_hours",
        ):
            stock = getattr(c, name)
            assert stock.min() >= -TOLERANCE * max(stock.max(), 1.0), name
        without = (c.holder < 0) | (c.volume_eur == 0)
        for name in ("receivable_eur", "retained_eur", "advance_eur", "backlog_eur"):
            assert not getattr(c, name)[without].any(), f"{name} of a lot without a holder"

    def _check_deliveries(self) -> None:
        """What suppliers deliver arrives; what is asked is delivered, late, or bought outside."""
        g, x = self.flows.goods, self.flows.execution
        sent = float((g.demand_firms * g.fill).sum())
        assert abs(float(g.slot_local.sum()) - sent) <= TOLERANCE * sent
        late = x.asked - x.delivered - x.bought_outside
        assert late.min() >= -TOLERANCE * max(x.asked.max(), 1.0)
        assert (x.bought_outside >= 0).all()
        # a closed holder's late deliveries are struck off with its contract
        open_still = self.model.state.contracts.holder[x.active] == x.holder
        backlog = self.model.state.contracts.backlog_eur[x.active]
        np.testing.assert_allclose(backlog[open_still], late[open_still], rtol=1e-9, atol=1e-3)

    def _check_households_and_state(self) -> None:
        m = self.model
        np.testing.assert_allclose(
            m.state.zones.cash, self._last("household_income_eur"), rtol=TOLERANCE
        )
        income = self._last("taxes_state_eur") - self._last("subsidies_state_eur")
        income = income - self._last("benefits_state_eur") - m.setting.closure.transfers_eur
        income = income - self._last("lever_cost_state_eur")
        expected = float(income.sum() - m.state.public.envelope_eur.sum() / 12.0)
        moved = m.state.public.accounts - self.accounts
        size = float(self._last("taxes_state_eur").sum())
        assert abs(moved[0] - expected) <= TOLERANCE * size, "State"
        departement = -float(self._last("lever_cost_departement_eur").sum())
        assert abs(moved[1] - departement) <= TOLERANCE * size, "département"

    def _check_buyers(self) -> None:
        """A buyer's cash moves by its grant less what it is billed and does not yet owe."""
        m, x = self.model, self.flows.execution
        buyers = len(self.buyer_cash)
        price = m.state.contracts.price[x.active]
        billed = (x.delivered + x.bought_outside) * price
        bills = np.bincount(x.buyer, weights=billed, minlength=buyers)
        grant = m.state.public.envelope_eur / 12.0
        owed = self._owed_by_buyers() - self.owed_by_buyers
        gap = m.state.public.buyer_cash - self.buyer_cash - (grant - bills + owed)
        levers = float(self._last("lever_cost_buyer_eur").sum())
        size = float(grant.sum())
        # an advance not recovered from a firm that failed is lost to its buyer: cash already left
        lost = -(float(gap.sum()) + levers)
        if len(self.flows.closed):
            assert lost >= -TOLERANCE * size
        else:
            assert abs(lost) <= TOLERANCE * size

    def _check_profits(self) -> None:
        """Each firm's net worth moves by sales less costs and dividends, row by row."""
        m, g, x = self.model, self.flows.goods, self.flows.execution
        t, s = m.territory, m.state
        n = len(s.firms.cash)
        price, share = s.contracts.price[x.active], s.contracts.output_share[x.active]
        who, by = x.performers, x.delivered_by
        contracts = np.bincount(who.firm, weights=by * price[who.line], minlength=n + 1)[:n]
        goods = np.bincount(who.firm, weights=by * (1.0 - share[who.line]), minlength=n + 1)[:n]
        sales = (g.demand_firms + g.demand_households + g.demand_outside) * g.fill + contracts
        client = t.supply.slot_client
        inputs = np.bincount(client, weights=g.slot_local + g.slot_outside, minlength=n)
        inputs = inputs + t.firms.outside_input * g.output + goods
        posts = s.firms.posts_fte * s.firms.alive
        pay = self.flows.incomes.wages + self.flows.incomes.posts
        taxes = (t.firms.production_tax + t.firms.capital) * g.output
        aid = self.flows.incomes.aid
        assert (aid >= t.firms.post_subsidy_eur * posts - 1e-9).all()
        # owners are never paid out of an overdraft
        owners = self.flows.incomes.owners
        assert (owners >= 0.0).all()
        assert (owners <= np.maximum(s.firms.cash + owners, 0.0) * (1 + TOLERANCE)).all()
        green = self.flows.environment.on_contracts + self.flows.environment.invested
        expected = sales - inputs - pay - taxes + aid - owners - green
        # grants pay a part of the equipment; people on posts lent are paid to their structure
        expected += self.flows.support.grants - self.flows.support.equipment
        cost = m.hypotheses["insertion_worker_cost_eur"] * t.money_scale
        expected += cost * (s.firms.lent_fte - s.firms.borrowed_fte)
        size = np.abs(self.worth) + sales + 1.0
        gap = np.abs(self._net_worth() - self.worth - expected) / size
        assert gap.max() <= 1e-8, f"firm {int(gap.argmax())}: {gap.max():.1e} of its worth"

    def _check_people(self) -> None:
        m = self.model
        t, zones = m.territory, m.state.zones
        jobs = np.bincount(t.firms.zone, weights=m.state.firms.fte, minlength=len(zones.short))
        at_work = zones.employed.sum(axis=0)
        np.testing.assert_allclose(
            at_work, jobs / HypothesisValues()["fte_per_head"], rtol=TOLERANCE
        )
        residents = zones.employed[:-1].sum(axis=1) + zones.short + zones.long
        residents = residents + zones.posts + zones.clause + t.labour.exogenous_heads
        residents = residents + zones.inactive + zones.training.sum(axis=(0, 1))
        assert np.abs(zones.trained.sum(axis=0)).max() <= 1e-6, "skills moved, not made"
        assert (zones.siae <= zones.posts * (1 + TOLERANCE)).all()
        known = t.zones.labour_force_heads + t.labour.inactive_heads
        np.testing.assert_allclose(residents, known, rtol=TOLERANCE)
        for name in ("short", "long", "inactive", "posts", "siae", "clause", "training"):
            assert getattr(zones, name).min() >= -1e-9, name

    def _check_the_closed(self) -> None:
        """A closed firm holds no money, no claim, no staff, no contract and no customers."""
        s = self.model.state
        closed = ~s.firms.alive
        for name in (
            *("cash", "receivable_firms", "receivable_outside", "payable_firms"),
            *("payable_outside", "fte", "clause_fte", "household_share", "outside_demand"),
        ):
            assert not getattr(s.firms, name)[closed].any(), name
        for held in (s.contracts.holder, s.contracts.partner):
            assert not (np.append(closed, False)[held] & (held >= 0)).any()


@pytest.mark.parametrize("practice", PRACTICES)
@pytest.mark.parametrize(
    ("firms", "zones", "seed", "hard"),
    [(300, 3, 1, False), (700, 5, 2, True), (1_200, 2, 3, False)],
)
def test_all_accounts_close_over_four_years(
    generated_territory: MakeTerritory,
    practice: str,
    firms: int,
    zones: int,
    seed: int,
    hard: bool,
) -> None:
    model = TerritoryModel(
        generated_territory(firms, zones, seed),
        rng=seed,
        levers=PRACTICES[practice],
        hypotheses=fragile() if hard else draw_run_vector(seed),
        burn_in=False,
        verify=True,
    )
    audit = Audit(model)
    for _ in range(48):
        audit.month()
    closures = model.records.quantities["closures_n"].sum()
    assert closures > (50 if hard else 10), "no firm closed: the audit saw nothing"


@pytest.mark.parametrize("practice", PRACTICES)
def test_every_firm_earns_what_it_sells_less_what_it_pays(
    generated_territory: MakeTerritory, practice: str
) -> None:
    model = TerritoryModel(
        generated_territory(600, 4, 5),
        rng=7,
        levers=PRACTICES[practice],
        switches=Switches(demography=False),
        burn_in=False,
        verify=True,
    )
    audit = Audit(model)
    for _ in range(36):
        audit.month()


@given(data=st.data(), vector=st.integers(0, 10_000), seed=st.integers(1, 10_000))
def test_accounts_close_under_any_levers_and_hypotheses(
    generated_territory: MakeTerritory,
    lawful_levers: st.SearchStrategy[Levers],
    data: st.DataObject,
    vector: int,
    seed: int,
) -> None:
    """Long enough for the longest lag to pass: every mechanism may be on."""
    levers = data.draw(lawful_levers)
    model = TerritoryModel(
        generated_territory(),
        rng=seed,
        levers=levers,
        hypotheses=draw_run_vector(vector),
        burn_in=False,
        verify=True,
    )
    audit = Audit(model)
    for _ in range(30):
        audit.month()


# --- The checks of `verify` catch faults ----------------------------------------------------------

EURO = 1.0
"""Fault put into one payment of a month in which some 30 M EUR change hands."""


def faulty_month(
    territory: Territory, monkeypatch: pytest.MonkeyPatch, fault: Callable[[State], None]
) -> TerritoryModel:
    """Return a checked model in which something goes wrong once, after dividends are paid."""
    model = TerritoryModel(territory, burn_in=False, verify=True)
    pay_dividends = money.pay_dividends

    def then_fail(*arguments: Any) -> Any:
        paid = pay_dividends(*arguments)
        fault(model.state)
        return paid

    monkeypatch.setattr(money, "pay_dividends", then_fail)
    return model


def lose_cash(state: State) -> None:
    state.firms.cash[3] -= EURO


def give_to_residents(state: State) -> None:
    state.zones.cash[1] += EURO


def lose_grant(state: State) -> None:
    state.public.buyer_cash[0] -= EURO


def owe_nobody(state: State) -> None:
    state.firms.payable_firms[5] += EURO


def forget_claim(state: State) -> None:
    state.firms.receivable_firms[np.argmax(state.firms.receivable_firms)] -= EURO


def lose_person(state: State) -> None:
    state.zones.short[1] -= 0.01


FAULTS = [
    pytest.param(lose_cash, "2027-01: account 'firms' moved by", id="cash"),
    pytest.param(give_to_residents, "account 'households' moved by", id="gift"),
    pytest.param(lose_grant, "account 'buyers' moved by", id="grant"),
    pytest.param(owe_nobody, "account 'claims between firms'", id="debt"),
    pytest.param(forget_claim, "account 'claims between firms'", id="claim"),
    pytest.param(lose_person, "account 'people of Zone 2'", id="person"),
]


@pytest.mark.parametrize(("fault", "message"), FAULTS)
def test_verify_names_the_account_that_fails(
    generated_territory: MakeTerritory,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[State], None],
    message: str,
) -> None:
    model = faulty_month(generated_territory(), monkeypatch, fault)
    with pytest.raises(IdentityError, match=message):
        model.step()


def test_verify_sees_a_payment_booked_but_not_made(
    generated_territory: MakeTerritory, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = TerritoryModel(generated_territory(), burn_in=False, verify=True)
    settle_trade = money.settle_trade

    def with_a_tax_nobody_pays(*arguments: Any, **further: Any) -> Any:
        arguments[-1].pay("households", "state", "a tax", EURO)
        return settle_trade(*arguments, **further)

    monkeypatch.setattr(money, "settle_trade", with_a_tax_nobody_pays)
    with pytest.raises(IdentityError, match="account 'households'"):
        model.step()


def test_without_verify_a_fault_goes_unseen(
    generated_territory: MakeTerritory, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = faulty_month(generated_territory(), monkeypatch, lose_cash)
    model.verify = False
    model.step()
