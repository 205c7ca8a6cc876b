"""One client whose other deliveries are held fixed: what it loses to an interruption of supplies.

The steps are the model's own, in its order (`model.economy.month`): orders, the output that stocks
allow, deliveries. Expected sales and staff stay as they are, so that the loss is that of supplies.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.economy import production
from model.networks.supply import SupplyNetwork
from model.shocks.shock import Shock, Shocks
from model.shocks.supplies import (
    SupplyCut,
    lack_of_slots,
    limit_by_stocks,
    restock,
    stock_slots_ahead,
)
from model.state import SupplyState

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.state import FirmState, State

    Floats = NDArray[np.float64]

CLIENT, SALES = 0, 100.0
MONTHS = 48
SLACK = 1e-9 * SALES
"""Rounding of sixty months of additions."""

SUBSTITUTION = 4.0
SMOOTHING = 3.0


class Client:
    """A client with one input slot and one or two suppliers, who buys a bundle outside besides.

    Parameters
    ----------
    local
        Share of its orders that suppliers of the territory get, in equal parts.
    stock
        Target stock in months of use, the month's own included.
    coefficient
        EUR of the input per EUR of output.
    """

    def __init__(
        self,
        suppliers: int = 1,
        local: float = 1.0,
        stock: float = 2.0,
        coefficient: float = 0.3,
        substitution: float = SUBSTITUTION,
        smoothing: float = SMOOTHING,
    ) -> None:
        n = 1 + suppliers
        self.substitution, self.smoothing = substitution, smoothing
        links = np.arange(1, n, dtype=np.intp)
        no = np.zeros(0, dtype=np.int32)
        self.network = SupplyNetwork(
            slots_of_firm=np.array([1] + [0] * suppliers, dtype=np.intp),
            slot_client=np.array([CLIENT], dtype=np.intp),
            slot_sector=np.zeros(1, dtype=np.int16),
            slot_coefficient=np.array([coefficient]),
            slot_stock_months=np.array([stock]),
            slot_table=no,
            link_start=np.array([0, suppliers], dtype=np.int32),
            link_slot=np.zeros(suppliers, dtype=np.intp),
            slot_outside_share=np.array([1.0 - local]),
            slot_outside_chain_fte=np.zeros(1),
            link_share=np.full(suppliers, local / suppliers),
            link_supplier=links,
            supplier_table=no[:, None],
            client_first_slot=np.zeros(1, dtype=np.intp),
            client_with_slots=np.array([CLIENT], dtype=np.intp),
        )
        self.firms = cast(
            "FirmState",
            SimpleNamespace(
                expected_demand=np.array([SALES] + [0.0] * suppliers),
                alive=np.ones(n, dtype=bool),
            ),
        )
        self.supply = SupplyState(
            inventory=np.array([stock * coefficient * SALES]),
            diverted=np.zeros(1),
            supplier=links,
            end_month=np.zeros(suppliers, dtype=np.int16),
            draws=np.zeros(suppliers, dtype=np.int16),
            found=np.zeros(0, dtype=np.intp),
        )
        self.state = cast(
            "State",
            SimpleNamespace(
                firms=self.firms, shocks=SimpleNamespace(supply_stock=np.zeros((1, n)))
            ),
        )

    def month(
        self, filled: Floats, cuts: tuple[SupplyCut, ...] = (), response: float = 0.0
    ) -> float:
        """Live a month in which suppliers deliver these parts of orders; return the output."""
        n = len(self.network.slots_of_firm)
        orders = production.place_orders(self.network, self.firms, self.supply, self.smoothing)
        expected = self.firms.expected_demand
        stock_slots_ahead(cuts, self.network, expected, orders, response)
        limit = production.limits_of_inputs(self.network, self.supply, n)
        limit_by_stocks(cuts, self.state, limit)
        output = production.produce(
            self.firms.expected_demand, self.firms, np.zeros(n), limit, ample=True
        )
        lack, usual = lack_of_slots(cuts), None
        if lack is not None:
            usual = self.network.of_clients(self.firms.expected_demand)
            usual *= self.network.slot_coefficient
        restock(cuts, self.state, output, self.smoothing, response)
        fill = np.concatenate([[1.0], filled])
        production.deliver_inputs(
            self.network,
            self.supply,
            orders,
            fill,
            output,
            self.substitution,
            0.0,
            lack,
            usual,
        )
        return float(output[CLIENT])

    def loss(self, depth: Callable[[int], float], struck: int = 1) -> float:
        """Return output lost, in months of sales, while the first suppliers deliver less."""
        suppliers = len(self.supply.supplier)
        lost = 0.0
        for month in range(MONTHS):
            filled = np.ones(suppliers)
            filled[:struck] = 1.0 - depth(month)
            lost += max(0.0, 1.0 - self.month(filled) / SALES)
        return lost

    def loss_of(self, shock: Shock, *, outside: bool, stock: float, response: float = 0.0) -> float:
        """Return output lost while a bundle of inputs from outside lacks."""
        n = len(self.network.slots_of_firm)
        cut = SupplyCut(
            place=0,
            products=("CH",),
            outside=outside,
            shocks=(shock,),
            use=np.array([0.2] + [0.0] * (n - 1)),
            stock_months=np.full(n, stock),
            slots=np.array([True]) if outside else None,
        )
        self.state.shocks.supply_stock[0] = stock * cut.use * self.firms.expected_demand
        lost = 0.0
        for month in range(MONTHS):
            now = (cut.at(month),) if month >= shock.first_month else ()
            output = self.month(np.ones(n - 1), now, response)
            lost += max(0.0, 1.0 - output / SALES)
        return lost


def course(depth: float, months: int, start: int = 3) -> Callable[[int], float]:
    """Return a depth that lasts some months."""
    return lambda month: depth if start <= month < start + months else 0.0


def interruption(depth: float, months: int, **changes: Any) -> Shock:
    table = {"kind": "import-interruption", "depth": depth, "duration_months": months}
    return Shocks([{**table, "start_month": 6, **changes}]).items[0]


DEPTHS = st.floats(0.0, 1.0)
DURATIONS = st.integers(1, 24)
STOCKS = st.floats(1.0, 6.0)
LOCALS = st.floats(0.0, 1.0)
SPEEDS = st.floats(1.0, 12.0)


def test_nothing_is_lost_where_nothing_lacks() -> None:
    """And stocks stay where they are, to the bit."""
    client = Client(2, local=0.7)
    before = client.supply.inventory.copy()
    assert client.loss(course(0.0, 12)) == 0.0
    np.testing.assert_allclose(client.supply.inventory, before, rtol=1e-14)
    assert client.loss_of(interruption(0.0, 12), outside=True, stock=2.0) == 0.0


def test_by_hand_an_interruption_whole_and_without_substitution() -> None:
    """A stock of two months, the month's own included, carries one month more than orders do."""
    client = Client(stock=2.0, substitution=1e12)
    outputs = [client.month(np.array([1.0 if k < 1 else 0.0])) for k in range(5)]
    np.testing.assert_allclose(outputs, [100.0, 100.0, 100.0, 0.0, 0.0], atol=1e-6)
    # half of a month is left in the second, nothing in two more, and what is ordered when supplies
    # are back serves the month after
    bundle = interruption(1.0, 4, recovery="sudden")
    assert Client().loss_of(bundle, outside=False, stock=1.5) == pytest.approx(3.5)


@pytest.mark.parametrize("announced", [1, 4, 6, 20])
def test_what_is_stocked_ahead_is_what_will_lack_whenever_it_is_known(announced: int) -> None:
    """The world begins with the scenario: what was known before is stocked from then on."""
    shock = interruption(0.5, 3, announced_months=announced)
    no = np.zeros(1)
    cut = SupplyCut(0, ("CH",), False, (shock,), no, no, None)
    ahead = [cut.at(month).ahead for month in range(12)]
    known = min(announced, 6)
    assert ahead == pytest.approx([0.0] * (6 - known) + [1.5 / known] * known + [0.0] * 6)


@settings(max_examples=25)
@given(
    depths=st.tuples(DEPTHS, DEPTHS),
    months=DURATIONS,
    local=LOCALS,
    stock=STOCKS,
    substitution=SPEEDS,
    smoothing=SPEEDS,
    suppliers=st.integers(1, 2),
)
def test_a_deeper_failure_of_a_supplier_costs_no_less(
    depths: tuple[float, float],
    months: int,
    local: float,
    stock: float,
    substitution: float,
    smoothing: float,
    suppliers: int,
) -> None:
    low, high = (
        Client(suppliers, local, stock, substitution=substitution, smoothing=smoothing).loss(
            course(depth, months)
        )
        for depth in sorted(depths)
    )
    assert low <= high + SLACK


@settings(max_examples=25)
@given(
    depth=DEPTHS,
    months=DURATIONS,
    longer=st.integers(1, 12),
    local=LOCALS,
    stock=STOCKS,
    substitution=SPEEDS,
    smoothing=SPEEDS,
)
def test_a_longer_failure_of_a_supplier_costs_no_less(
    depth: float,
    months: int,
    longer: int,
    local: float,
    stock: float,
    substitution: float,
    smoothing: float,
) -> None:
    short, long = (
        Client(1, local, stock, substitution=substitution, smoothing=smoothing).loss(
            course(depth, length)
        )
        for length in (months, months + longer)
    )
    assert short <= long + SLACK


@settings(max_examples=25)
@given(
    depth=DEPTHS,
    months=DURATIONS,
    local=LOCALS,
    stocks=st.tuples(STOCKS, STOCKS),
    substitution=SPEEDS,
    smoothing=SPEEDS,
)
def test_more_inventory_and_a_second_supplier_never_cost_more(
    depth: float,
    months: int,
    local: float,
    stocks: tuple[float, float],
    substitution: float,
    smoothing: float,
) -> None:
    def loss(suppliers: int, stock: float) -> float:
        client = Client(suppliers, local, stock, substitution=substitution, smoothing=smoothing)
        return client.loss(course(depth, months))

    small, large = sorted(stocks)
    assert loss(1, large) <= loss(1, small) + SLACK
    assert loss(2, small) <= loss(1, small) + SLACK


@settings(max_examples=25)
@given(
    depths=st.tuples(DEPTHS, DEPTHS),
    months=DURATIONS,
    longer=st.integers(1, 12),
    stocks=st.tuples(STOCKS, STOCKS),
    local=LOCALS,
    recovery=st.sampled_from(["sudden", "linear", "exponential", "none"]),
    recovery_months=st.integers(1, 12),
    outside=st.booleans(),
)
def test_an_interruption_from_outside_costs_more_if_deeper_or_longer_less_with_stocks(
    depths: tuple[float, float],
    months: int,
    longer: int,
    stocks: tuple[float, float],
    local: float,
    recovery: str,
    recovery_months: int,
    outside: bool,
) -> None:
    path = {"recovery": recovery, "recovery_months": recovery_months}

    def loss(depth: float, length: int, stock: float) -> float:
        client = Client(1, local, stock)
        return client.loss_of(interruption(depth, length, **path), outside=outside, stock=stock)

    (low, high), (small, large) = sorted(depths), sorted(stocks)
    assert loss(low, months, small) <= loss(high, months, small) + SLACK
    assert loss(high, months, small) <= loss(high, months + longer, small) + SLACK
    assert loss(high, months, large) <= loss(high, months, small) + SLACK


@settings(max_examples=25)
@given(
    depth=DEPTHS,
    months=st.integers(1, 12),
    ahead=st.integers(1, 6),
    responses=st.tuples(DEPTHS, DEPTHS),
    stock=STOCKS,
    outside=st.booleans(),
)
def test_knowing_ahead_never_costs_more_and_stocking_more_of_it_neither(
    depth: float,
    months: int,
    ahead: int,
    responses: tuple[float, float],
    stock: float,
    outside: bool,
) -> None:
    known = interruption(depth, months, announced_months=ahead)
    by_surprise = Client().loss_of(interruption(depth, months), outside=outside, stock=stock)
    less, more = (
        Client().loss_of(known, outside=outside, stock=stock, response=response)
        for response in sorted(responses)
    )
    assert more <= less + SLACK
    assert less <= by_surprise + SLACK
