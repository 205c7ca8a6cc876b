"""Effects of each kind of shock: exact where it strikes, of the right sign where they emerge."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from model import TerritoryModel
from model.economy.switches import STATIONARY
from model.shocks.plan import ACCOUNT_OF
from model.shocks.shock import Shocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.flows import MonthFlows
    from model.territory.territory import Territory
    from tests.shocks.conftest import BurntIn

    Floats = NDArray[np.float64]
    Watch = Callable[[TerritoryModel, int], list[MonthFlows]]

START = 2

SHOCKS: dict[str, dict[str, Any]] = {
    "exports": {"kind": "export-fall", "depth": 0.5},
    "recession": {"kind": "recession", "depth": 0.3},
    "budgets": {"kind": "budget-cut", "depth": 0.4},
    "posts": {"kind": "integration-subsidies", "depth": 0.6},
    "disaster": {"kind": "disaster", "depth": 0.5},
    "failures": {"kind": "failure-wave", "depth": 2.0},
}


def shocks_of(table: dict[str, Any], **changes: Any) -> Shocks:
    return Shocks([{"start_month": START, **table, **changes}])


class Pair:
    """A world without and with a shock, month by month."""

    def __init__(
        self, parent: TerritoryModel, watch: Watch, shocks: Shocks, months: int = START + 2
    ) -> None:
        self.calm, self.struck = parent.branch(), parent.branch(shocks=shocks)
        self.before = self.calm.state.copy()
        self.without, self.with_it = watch(self.calm, months), watch(self.struck, months)

    def first(self) -> tuple[MonthFlows, MonthFlows]:
        """Return flows of the month in which it strikes."""
        return self.without[START], self.with_it[START]


# --- Exact, in the month in which it strikes ----------------------------------------------------


@pytest.mark.parametrize("kind", ACCOUNT_OF)
@pytest.mark.parametrize("sectors", [(), ("CA", "GZ", "IZ")])
def test_a_fall_of_one_account_takes_its_share_of_it_and_leaves_the_others(
    burnt_in: BurntIn, watch: Watch, kind: str, sectors: tuple[str, ...]
) -> None:
    narrowed = {"sectors": list(sectors)} if sectors else {}
    pair = Pair(burnt_in(), watch, shocks_of({"kind": kind, "depth": 0.5, **narrowed}))
    t, (calm, struck) = pair.calm.territory, pair.first()
    share = t.demand.outside_accounts[t.firms.sector][:, ACCOUNT_OF[kind]]
    held = np.isin(t.firms.sector, [t.sectors.codes.index(code) for code in sectors])
    lost = 0.5 * share * (held if sectors else True)
    assert lost.max() > 0.0 and lost.min() == 0.0
    expected = calm.goods.demand_outside * (1.0 - lost)
    np.testing.assert_allclose(struck.goods.demand_outside, expected, rtol=1e-12)
    # what is bought by others is what it was: the fall reaches them from the month after on
    for name in ("demand_firms", "demand_households", "demand_contracts"):
        np.testing.assert_array_equal(getattr(struck.goods, name), getattr(calm.goods, name))
    np.testing.assert_array_equal(struck.consumption, calm.consumption)
    assert struck.goods.output.sum() < calm.goods.output.sum()


def test_a_recession_takes_its_share_of_every_private_account(
    burnt_in: BurntIn, watch: Watch
) -> None:
    pair = Pair(burnt_in(), watch, shocks_of(SHOCKS["recession"]))
    calm, struck = pair.first()
    outside = 0.7 * calm.goods.demand_outside
    np.testing.assert_allclose(struck.goods.demand_outside, outside, rtol=1e-12)
    np.testing.assert_allclose(struck.consumption, 0.7 * calm.consumption, rtol=1e-12)
    np.testing.assert_allclose(struck.set_aside, 0.3 * calm.consumption, rtol=1e-12)
    for name in ("demand_firms", "demand_contracts"):
        np.testing.assert_array_equal(getattr(struck.goods, name), getattr(calm.goods, name))


def test_a_recession_takes_its_share_of_what_a_fall_of_exports_left(
    burnt_in: BurntIn, watch: Watch
) -> None:
    both = shocks_of(SHOCKS["recession"]) | shocks_of(SHOCKS["exports"])
    pair = Pair(burnt_in(), watch, both)
    t, (calm, struck) = pair.calm.territory, pair.first()
    exports = t.demand.outside_accounts[t.firms.sector][:, 2]
    expected = calm.goods.demand_outside * 0.7 * (1.0 - 0.5 * exports)
    np.testing.assert_allclose(struck.goods.demand_outside, expected, rtol=1e-12)


def test_a_cut_of_budgets_reaches_orders_of_its_buyers_alone(
    burnt_in: BurntIn, watch: Watch
) -> None:
    code = burnt_in().territory.buyers.code[0]
    pair = Pair(burnt_in(), watch, shocks_of(SHOCKS["budgets"], buyers=[code]))
    calm, struck = (one.execution for one in pair.first())
    np.testing.assert_array_equal(calm.active, struck.active)
    own = calm.buyer == 0
    assert own.any() and not own.all()
    np.testing.assert_allclose(struck.ordered[own], 0.6 * calm.ordered[own], rtol=1e-12)
    np.testing.assert_array_equal(struck.ordered[~own], calm.ordered[~own])
    public = pair.struck.state.public
    assert (public.cut_year[1:] == 0.0).all()
    monthly = pair.before.public.envelope_eur[0] / 12.0
    assert public.cut_year[0] == pytest.approx(2 * 0.4 * monthly)


def test_a_disaster_takes_stocks_at_once_and_capacity_until_it_is_repaired(
    burnt_in: BurntIn, watch: Watch
) -> None:
    t = burnt_in().territory
    table = shocks_of(SHOCKS["disaster"], epci=[t.zones.keys[1]], recovery_months=3)
    world, calm = burnt_in().branch(shocks=table), burnt_in().branch()
    held = t.firms.zone == 1
    watch(world, START)
    watch(calm, START)
    stock = world.state.supply.inventory.copy()
    intact: list[Floats] = []
    for month in range(5):
        before = world.state.firms.capacity_eur.copy()
        flows = watch(world, 1)[0]
        intact.append(world.state.firms.intact.copy())
        assert (flows.goods.output <= before * intact[-1] * (1.0 + 1e-12)).all()
        if month == 0:
            allowed = 0.5 * stock / t.supply.slot_coefficient
            limit = t.supply.of_clients(flows.goods.output) * (1.0 - 1e-12)
            of_zone = t.supply.of_clients(held.astype(float)) > 0.0
            assert (limit[of_zone] <= allowed[of_zone]).all()
    np.testing.assert_allclose([one[held].mean() for one in intact], [0.5, 0.625, 0.75, 0.875, 1.0])
    assert all((one[~held] == 1.0).all() for one in intact)


def test_credit_is_called_back_in_equal_parts_over_the_duration(
    burnt_in: BurntIn, watch: Watch
) -> None:
    table = shocks_of(SHOCKS["failures"], duration_months=4)
    pair = Pair(burnt_in(), watch, table, months=12)
    called = [flows.shocks.called_back for flows in pair.with_it]
    assert [one is not None for one in called] == [START <= k < START + 4 for k in range(12)]
    assert sum(float(one[0]) for one in called if one is not None) == pytest.approx(2.0)
    failed, usual = (
        sum(len(one.failed) for one in flows) for flows in (pair.with_it, pair.without)
    )
    assert failed > 2 * usual + 10


def test_posts_fall_by_a_twelfth_of_the_cut_a_month_and_come_back(
    burnt_in: BurntIn, watch: Watch
) -> None:
    table = shocks_of(SHOCKS["posts"], duration_months=14, recovery="sudden")
    world, t = burnt_in().branch(shocks=table), burnt_in().territory
    held, agreed, filled = t.firms.rows_with_posts, list[float](), list[float]()
    for _ in range(30):
        world.step()
        agreed.append(world.state.firms.posts_agreed_fte[held].sum())
        filled.append(world.state.firms.posts_fte[held].sum())
    usual = t.firms.posts_fte[held].sum()
    left = [1.0] * START + [1.0 - 0.6 * min(k + 1, 12) / 12 for k in range(14)] + [1.0] * 14
    np.testing.assert_allclose(np.array(agreed) / usual, left, rtol=1e-9)
    # contracts end in their time: people leave no faster than posts, and come back slowly
    assert filled[START + 13] < 0.6 * usual and filled[START + 15] < 0.9 * usual
    assert (np.array(filled[: START + 14]) >= np.array(agreed[: START + 14]) - 1e-9).all()
    assert filled[-1] > 0.9 * usual


def test_structures_come_back_after_a_whole_cut(burnt_in: BurntIn, watch: Watch) -> None:
    """Where no post was left, capacity returns with posts."""
    table = shocks_of(SHOCKS["posts"], depth=1.0, duration_months=13, recovery="sudden")
    pair = Pair(burnt_in(), watch, table, months=14)
    held, firms = pair.calm.territory.firms.rows_with_posts, pair.struck.state.firms
    assert (firms.posts_agreed_fte[held] == 0.0).all() and (firms.capacity_eur[held] == 0.0).all()
    watch(pair.struck, 30)
    watch(pair.calm, 30)
    usual = pair.calm.state.firms
    assert firms.posts_fte[held].sum() == pytest.approx(usual.posts_fte[held].sum(), rel=0.02)
    capacity = firms.capacity_eur[held] / usual.capacity_eur[held]
    assert (capacity > 0.8).all() and (capacity < 1.25).all()


# --- Payments -----------------------------------------------------------------------------------


def test_a_frozen_buyer_pays_later_the_same_total(burnt_in: BurntIn, watch: Watch) -> None:
    """With contracts that go on, everything is paid in the end, to the cent."""
    parent = burnt_in(1, STATIONARY)
    table = shocks_of(
        {"kind": "payment-freeze", "depth": 1.0, "duration_months": 3}, kinds=["commune"]
    )
    pair = Pair(parent, watch, table, months=START)
    t, rows = parent.territory, parent.setting.derived.buyer_of_row
    frozen = t.buyers.kind[rows] == 0
    gaps: list[float] = []
    for month in range(60):
        watch(pair.calm, 1)
        watch(pair.struck, 1)
        owed = pair.struck.state.contracts.receivable_eur - pair.calm.state.contracts.receivable_eur
        gaps.append(float(owed[frozen].sum()))
        if month == 0:
            assert (owed[frozen] >= -1e-6).all() and gaps[0] > 1e3
            np.testing.assert_allclose(owed[~frozen], 0.0, atol=1e-6)
    assert gaps[0] < gaps[1] < gaps[2]
    assert all(later < earlier for earlier, later in pairwise(gaps[2:9]))
    assert abs(gaps[-1]) < 0.01
    paid = pair.struck.state.public.buyer_cash - pair.calm.state.public.buyer_cash
    np.testing.assert_allclose(paid, 0.0, atol=0.01)


def test_firms_wait_for_their_money_and_public_service_goes_on(
    burnt_in: BurntIn, watch: Watch
) -> None:
    table = shocks_of({"kind": "payment-freeze", "depth": 1.0, "duration_months": 3})
    pair = Pair(burnt_in(), watch, table, months=START + 1)
    calm, struck = pair.first()
    np.testing.assert_array_equal(struck.execution.delivered, calm.execution.delivered)
    cash = pair.struck.state.firms.cash.sum() - pair.calm.state.firms.cash.sum()
    assert cash < 0.0
    buyers = pair.struck.state.public.buyer_cash - pair.calm.state.public.buyer_cash
    assert (buyers >= -1e-6).all() and buyers.max() > 0.0


# --- Closures -----------------------------------------------------------------------------------


def busy_firm(world: TerritoryModel) -> int:
    """Return a firm of the opening with contracts and clients."""
    t, state = world.territory, world.state
    n = len(t.firms)
    held = state.contracts.holder[(state.contracts.holder >= 0) & (state.contracts.holder < n)]
    clients = np.bincount(state.supply.supplier, minlength=n)
    score = np.bincount(held, minlength=n) * np.minimum(clients, 40)
    score *= state.firms.alive & (state.firms.generation == 0)
    assert score.max() > 0
    return int(np.argmax(score))


def test_closing_a_firm_closes_it_alone_and_puts_its_contracts_to_competition(
    burnt_in: BurntIn, watch: Watch, code_of_firm: Callable[[Territory, int], str]
) -> None:
    parent = burnt_in()
    row = busy_firm(parent)
    closure = {"kind": "firm-closure", "firm": code_of_firm(parent.territory, row)}
    pair = Pair(parent, watch, shocks_of(closure), months=START)
    held = np.flatnonzero(pair.struck.state.contracts.holder == row)
    clients = (pair.struck.state.supply.supplier == row).sum()
    assert len(held) > 1 and clients > 10
    calm, struck = watch(pair.calm, 1)[0], watch(pair.struck, 1)[0]
    assert set(struck.closed.tolist()) - set(calm.closed.tolist()) == {row}
    assert row not in struck.failed
    firms, contracts = pair.struck.state.firms, pair.struck.state.contracts
    assert not firms.alive[row] and firms.fte[row] == 0.0 and firms.cash[row] == 0.0
    assert not (contracts.holder == row).any() and not (contracts.partner == row).any()
    assert (pair.struck.state.supply.supplier == row).sum() < 0.5 * clients
    # but for those that ended that month anyway
    tendered = set(struck.tenders.served.contract.tolist())
    for _ in range(2):
        tendered |= set(watch(pair.struck, 1)[0].tenders.served.contract.tolist())
    assert set(held.tolist()) <= tendered


def test_the_largest_employer_closes_in_every_world_of_a_territory(burnt_in: BurntIn) -> None:
    t = burnt_in().territory
    free = np.where(t.firms.posts_fte == 0.0, t.firms.fte, 0.0)
    for seed in (1, 2):
        world = burnt_in(seed).branch(shocks=shocks_of({"kind": "firm-closure"})).run(START + 1)
        flows = world.last_flows
        assert flows is not None and int(np.argmax(free)) in flows.closed
    for zone, key in enumerate(t.zones.keys):
        world = burnt_in().branch(shocks=shocks_of({"kind": "firm-closure"}, epci=[key]))
        rows = world.shock_plan.at(START).closing
        best = np.where(t.firms.zone == zone, free, 0.0)
        assert rows.tolist() == [int(np.argmax(best))]


def test_an_announced_closure_empties_the_firm_of_clients_and_bids(
    burnt_in: BurntIn, watch: Watch, code_of_firm: Callable[[Territory, int], str]
) -> None:
    parent = burnt_in()
    row = busy_firm(parent)
    closure = {"kind": "firm-closure", "firm": code_of_firm(parent.territory, row)}
    known = shocks_of(closure, start_month=8, announced_months=8)
    world, calm = parent.branch(shocks=known), parent.branch()
    clients: list[int] = []
    usual: list[int] = []
    for flows in watch(world, 8):
        bidders = flows.bids.firm[flows.bids.valid]
        assert row not in bidders
        assert world.state.firms.visibility[row] == 0.0
    for other, kept in ((parent.branch(shocks=known), clients), (calm, usual)):
        for _ in range(8):
            other.step()
            kept.append(int((other.state.supply.supplier == row).sum()))
    assert all(later <= earlier for earlier, later in pairwise(clients))
    assert clients[-1] < 0.2 * usual[-1]
    assert world.state.firms.alive[row]
    world.step()
    assert not world.state.firms.alive[row]
