"""Interruptions of supplies from outside: stocks that are used up, then output that is limited.

Products of one set of shocks are one bundle: they lack in the same proportion, so that the scarcest
of them limits as any other. A firm holds a stock of the bundle as it does of inputs that are
followed link by link (`model.md` 3.8); what it buys is what comes, and it pays for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.shocks.shock import Shock
from model.territory.national_accounts import NationalAccounts, load_national_accounts
from model.territory.regional import by_sector

if TYPE_CHECKING:
    from model.networks.supply import SupplyNetwork
    from model.state import State
    from model.territory.territory import Territory

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class SupplyCut:
    """One bundle of products from outside.

    Attributes
    ----------
    place
        Position of its stock in the state.
    products
        Codes of the products; ``outside`` whether those of the rest of the country lack too.
    use
        (n,), EUR of them per EUR of output that are bought apart from input slots; a product worth
        less than ``least_binding_import`` is done without.
    slots
        (slots,), whether the slot's input is one of them, None unless ``outside``.
    stock_months
        (n,), target stock in months of use, the month's own included.
    lack
        Share that does not come this month.
    ahead
        Months of use that firms would stock this month for what is announced.
    """

    place: int
    products: tuple[str, ...]
    outside: bool
    shocks: tuple[Shock, ...]
    use: Floats
    stock_months: Floats
    slots: Bools | None
    lack: float = 0.0
    ahead: float = 0.0

    @property
    def first_month(self) -> int:
        """First month in which anything about it changes."""
        return min(one.first_month for one in self.shocks)

    def at(self, month: int) -> SupplyCut:
        """Return the bundle as it is in a month of the scenario."""
        ahead = 0.0
        for one in self.shocks:
            if one.first_month <= month < one.start_month:
                months = one.start_month - one.first_month
                ahead += one.depth * one.duration_months / months
        return replace(
            self, lack=min(1.0, sum(one.depth_at(month) for one in self.shocks)), ahead=ahead
        )

    def lack_of_goods(self, product: str) -> float:
        """Return the share of a product bought outside that does not come this month."""
        if product not in self.products:
            return 0.0
        return self.lack * (1.0 if self.outside else _abroad_shares()[product])


@cache
def _abroad_shares() -> dict[str, float]:
    """Return the part of each product used in France that is made abroad."""
    n = load_national_accounts()
    imported = (n.technical_imported * n.output_eur).sum(axis=1)
    imported = imported + n.final_demand_imported_eur.sum(axis=1)
    made = n.sales_eur.sum(axis=1) + n.final_demand_eur[:, :5].sum(axis=1)
    share = imported / np.maximum(imported + made, 1e-300)
    return dict(zip(n.sectors, share.tolist(), strict=True))


def supply_cuts(
    shocks: Sequence[Shock], territory: Territory, least_binding: float
) -> tuple[SupplyCut, ...]:
    """Return the bundles of products that shocks cut, each with the shocks that strike it."""
    accounts = load_national_accounts()
    groups: dict[tuple[tuple[Shock, ...], bool], list[str]] = {}
    for code in accounts.sectors:
        for outside in (False, True):
            hit = tuple(
                one
                for one in shocks
                if (not one.sectors or code in one.sectors) and (one.origin == "outside") is outside
            )
            if hit:
                groups.setdefault((hit, outside), []).append(code)
    return tuple(
        _bundle(place, tuple(products), outside, hit, territory, least_binding)
        for place, ((hit, outside), products) in enumerate(groups.items())
    )


def _bundle(
    place: int,
    products: tuple[str, ...],
    outside: bool,
    shocks: tuple[Shock, ...],
    territory: Territory,
    least_binding: float,
) -> SupplyCut:
    accounts, columns = load_national_accounts(), territory.firms
    rows = [accounts.index(code) for code in products]
    clients = [accounts.index(code) for code in territory.sectors.codes]
    table = accounts.technical_imported[np.ix_(rows, clients)]
    slots = None
    if outside:
        table = table + _lumped(products, territory, accounts)
        codes = territory.sectors.codes
        of_slots = [codes.index(code) for code in products if code in codes]
        slots = np.isin(territory.supply.slot_sector, of_slots)
    table = np.where(table >= least_binding, table, 0.0)
    total = table.sum(axis=0)
    months = (table * _stock_months(products, territory)[:, None]).sum(axis=0)
    held = np.where(total > 0.0, months / np.maximum(total, 1e-300), 1.0)
    return SupplyCut(
        place=place,
        products=products,
        outside=outside,
        shocks=shocks,
        use=total[columns.sector] * columns.input_scale,
        stock_months=held[columns.sector],
        slots=slots,
    )


def _stock_months(products: tuple[str, ...], territory: Territory) -> Floats:
    """Return the target stock of each product (P,): that of input slots where some hold it."""
    codes, network = territory.sectors.codes, territory.supply
    months = by_sector("stock_months", products).copy()
    for p, code in enumerate(products):
        held = (
            network.slot_sector == codes.index(code) if code in codes else np.zeros(0, dtype=bool)
        )
        if held.any():
            months[p] = network.slot_stock_months[int(np.argmax(held))]
    return months


def _lumped(products: tuple[str, ...], territory: Territory, accounts: NationalAccounts) -> Floats:
    """Return domestic inputs of products (P, S) that no input slot of the sector holds."""
    codes, network = territory.sectors.codes, territory.supply
    clients = [accounts.index(code) for code in codes]
    rows = [accounts.index(code) for code in products]
    followed = np.zeros((len(codes), len(codes)), dtype=bool)
    followed[network.slot_sector, territory.firms.sector[network.slot_client]] = True
    table = accounts.technical_domestic[np.ix_(rows, clients)].copy()
    for p, code in enumerate(products):
        if code in codes:
            table[p, followed[codes.index(code)]] = 0.0
    return table


def open_stocks(cuts: Sequence[SupplyCut], state: State, month: int) -> None:
    """Give firms their usual stock of the bundles that anything happens to from this month on."""
    for cut in cuts:
        if cut.first_month == month:
            stock = cut.stock_months * cut.use
            stock *= state.firms.expected_demand
            state.shocks.supply_stock[cut.place] = stock


def carry_stocks_over(
    before: Sequence[SupplyCut], cuts: Sequence[SupplyCut], state: State, month: int
) -> None:
    """Make room for the stocks of bundles, in place of those of a former plan.

    A bundle of the same products keeps its stock; one that other shocks opened has its usual one.
    """
    former = {(cut.products, cut.outside): state.shocks.supply_stock[cut.place] for cut in before}
    state.shocks.supply_stock = np.zeros((len(cuts), len(state.firms.alive)))
    for cut in cuts:
        kept = former.get((cut.products, cut.outside))
        if kept is not None:
            state.shocks.supply_stock[cut.place] = kept
        elif cut.first_month < month:
            open_stocks([cut], state, cut.first_month)


def limit_by_stocks(cuts: Sequence[SupplyCut], state: State, limit: Floats) -> None:
    """Lower the output that inputs allow each firm (n,), in place, to what its stocks allow."""
    for cut in cuts:
        stock = state.shocks.supply_stock[cut.place]
        allowed = np.divide(stock, cut.use, out=np.full_like(stock, np.inf), where=cut.use > 0.0)
        np.minimum(limit, allowed, out=limit)


def restock(
    cuts: Sequence[SupplyCut],
    state: State,
    output: Floats,
    smoothing_months: float,
    response: float,
) -> Floats:
    """Receive what comes and use up what was made of; return purchases beyond use, EUR (n,).

    Orders follow the rule of other inputs, ``max(0, a·x̂ + (m·a·x̂ - stock)/τ)``; while supplies
    lack, none gets more than the share left of its usual use. Firms that know of a lack to come
    stock a part (``response``) of it ahead.
    """
    expected = state.firms.expected_demand
    beyond = np.zeros_like(output)
    for cut in cuts:
        stock = state.shocks.supply_stock[cut.place]
        use = cut.use * expected
        order = np.maximum(use + (cut.stock_months * use - stock) / smoothing_months, 0.0)
        if cut.ahead > 0.0:
            order = np.maximum(order, use) + response * cut.ahead * use
        if cut.lack > 0.0:
            order = np.minimum(order, (1.0 - cut.lack) * use)
        used = np.minimum(cut.use * output, stock + order)
        change = (order - used) * state.firms.alive
        stock += change
        np.maximum(stock, 0.0, out=stock)
        beyond += change
    return beyond


def stock_slots_ahead(
    cuts: Sequence[SupplyCut],
    network: SupplyNetwork,
    expected: Floats,
    orders: Floats,
    response: float,
) -> None:
    """Add to orders of slots (slots,), in place, what clients stock of what they know will lack.

    It is a part (``response``) of what they buy outside, on top of usual use at least.
    """
    for cut in cuts:
        if cut.slots is not None and cut.ahead > 0.0:
            use = network.of_clients(expected) * network.slot_coefficient
            ahead = response * cut.ahead * network.slot_outside_share
            more = np.maximum(orders, use) + ahead * use
            np.copyto(orders, more, where=cut.slots)


def lack_of_slots(cuts: Sequence[SupplyCut]) -> Floats | None:
    """Return the share of what slots buy outside that does not come (slots,); None for nothing."""
    parts = [np.where(cut.slots, cut.lack, 0.0) for cut in cuts if cut.slots is not None]
    lacks = [cut.lack for cut in cuts if cut.slots is not None]
    return np.minimum(np.sum(parts, axis=0), 1.0) if any(lacks) else None
