"""Customers of hit suppliers: a random sample of suppliers loses capacity, and who buys of them?

The published pair is of Barrot and Sauvagnat 2016 (doi 10.1093/qje/qjw018): after a natural
disaster sales of the suppliers struck grow by 5 points less, those of their customers by 2
(`facts.md` 4). Their customers are those that take a tenth of a supplier's sales, which accounts
must name. Firms are compared with themselves on the same draws, with and without the loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import override

import numpy as np
from numpy.typing import NDArray

from model import TerritoryModel
from model.random_streams import uniform
from model.shocks.plan import CALM, MonthShocks, ShockPlan
from model.shocks.shock import Shocks

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

STRUCK_SHARE = 0.03
"""Part of suppliers that is struck: few enough that a major customer has rarely two of them."""

DEPTH = 0.23
"""Part of capacity that is lost; with a fifth of it idle, sales of the year fall by about 5 %."""

MAJOR = 0.10
"""Part of a supplier's sales from which a customer is one that published accounts name."""

STRUCK_MONTHS = 6
"""Months at full loss; sales are followed for a year, as published quarters are."""

FOLLOWED_MONTHS = 12

PUBLISHED_POINTS = 5.0
"""Loss of growth of the suppliers struck to which what customers lose is scaled, points."""


class SampleStrike(ShockPlan):
    """A loss of capacity of given firms from now on, which no shock of the register can name."""

    def __init__(self, plan: ShockPlan, model: TerritoryModel, struck: Bools) -> None:
        # a shock of no reach makes the month look at what strikes
        placeholder = Shocks([{"kind": "disaster", "depth": 1.0, "start_month": 0}])
        super().__init__(placeholder, model.territory, model.hypotheses)
        self.cuts = plan.cuts
        self._left = np.where(struck, 1.0 - DEPTH, 1.0)

    @override
    def at(self, month: int) -> MonthShocks:
        """Return the loss of the month, and nothing else."""
        if month >= STRUCK_MONTHS:
            return CALM
        return MonthShocks(capacity_left=self._left)


@dataclass(frozen=True, slots=True)
class HitSuppliers:
    """What a strike did, points of yearly sales of the mean firm.

    ``suppliers`` and ``customers`` count firms struck and their major customers that are not;
    ``supplier_loss`` and ``customer_loss`` are losses of growth, negative.
    """

    suppliers: int
    customers: int
    supplier_loss: float
    customer_loss: float

    @property
    def scaled(self) -> float:
        """What customers lose where the suppliers struck lose 5 points, a share of sales."""
        if self.supplier_loss >= 0.0:
            return float("nan")
        return -PUBLISHED_POINTS / 100.0 * self.customer_loss / self.supplier_loss


def strike_suppliers(model: TerritoryModel) -> HitSuppliers:
    """Strike suppliers of a world that has just been burnt in, and follow who buys of them."""
    firms, network = model.state.firms, model.territory.supply
    supplier = model.state.supply.supplier
    selling = np.zeros(len(firms.alive), dtype=bool)
    selling[supplier] = True
    eligible = selling & firms.alive & (firms.expected_demand > 0.0)
    draw = uniform(model.setting.seed, "hit suppliers", firms.key)
    struck = eligible & (draw < STRUCK_SHARE)
    assert model.last_flows is not None
    part = model.last_flows.link_orders / np.maximum(firms.expected_demand[supplier], 1e-300)
    named = struck[supplier] & (part >= MAJOR)
    customer = np.zeros_like(struck)
    customer[network.slot_client[network.link_slot[named]]] = True
    customer &= ~struck & firms.alive
    calm, hit = model.branch(), model.branch()
    hit.shock_plan = SampleStrike(model.shock_plan, model, struck)
    before, after = _sales(calm), _sales(hit)
    followed = before > 0.0
    change = np.divide(after, before, out=np.ones_like(before), where=followed) - 1.0
    # a firm that closed in one of the two and was opened anew is another firm
    same = followed & (calm.state.firms.generation == hit.state.firms.generation)
    same &= calm.state.firms.generation == firms.generation
    return HitSuppliers(
        suppliers=int(struck.sum()),
        customers=int(customer.sum()),
        supplier_loss=_mean(change, struck & same),
        customer_loss=_mean(change, customer & same),
    )


def _sales(model: TerritoryModel) -> Floats:
    """Run a year; return what each firm sold, EUR at base prices (n,)."""
    total = np.zeros(len(model.state.firms.alive))
    for _ in range(FOLLOWED_MONTHS):
        model.step()
        assert model.last_flows is not None
        total += model.last_flows.goods.output
    return total


def _mean(values: Floats, of: Bools) -> float:
    return float(values[of].mean()) if of.any() else float("nan")
