# Mesa ships no types and keeps its registries private.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportPrivateUsage=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Agents as Mesa knows them: views of rows, for reading and selecting.

The state of the model is columns; a view holds a row number and reads the columns when asked, so
it is always up to date and costs nothing to the month. Views are built when ``model.agents`` is
first read and again after firms opened or closed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self, override

import mesa
import numpy as np
from mesa.agentset import _HardKeyAgentSet
from numpy.typing import NDArray

from model.territory.buyers import BUYER_KINDS
from model.territory.tables import ENTERPRISE_CLASSES, FIRST_INCLUSIVE_KIND, KINDS

if TYPE_CHECKING:
    from model.territory_model import TerritoryModel


OUTSIDE = "outside"
"""Name of the holder of a contract that no establishment of the territory holds."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One running lot of the book, as it stands this month.

    Attributes
    ----------
    buyer, holder
        Names; a holder from outside the territory is ``"outside"``.
    yearly_volume_eur
        At base prices; ``price`` is relative to them.
    clause_hours
        Insertion hours due a month.
    """

    buyer: str
    holder: str
    category: str
    zone: str
    yearly_volume_eur: float
    price: float
    months_left: int
    reserved: bool
    clause_hours: float


class View(mesa.Agent):  # pyright: ignore[reportMissingTypeArgument]
    """A row of the model's columns. Attributes are read-only."""

    model: TerritoryModel
    row: int

    @classmethod
    def of_row(cls, model: TerritoryModel, row: int, number: int, generation: int = 0) -> Self:
        """Make a view; Mesa's own registration, one agent at a time, would take seconds."""
        view = cls.__new__(cls)
        view.__dict__.update(
            model=model, unique_id=number, pos=None, row=row, generation=generation
        )
        return view

    @override
    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    @property
    def name(self) -> str:
        """Name of the agent."""
        raise NotImplementedError

    @property
    def sector(self) -> str | None:
        """Code of the activity (A38), None for buyers."""
        raise NotImplementedError

    @property
    def zone(self) -> str:
        """Name of the EPCI where it is."""
        raise NotImplementedError

    @property
    def kind(self) -> str:
        """Kind of employer or of buyer."""
        raise NotImplementedError

    @property
    def cash_eur(self) -> float:
        """Money in hand; an overdraft is negative."""
        raise NotImplementedError

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """Running contracts."""
        raise NotImplementedError


class Firm(View):
    """An establishment of the territory, and the enterprise behind it."""

    generation: int

    @property
    def alive(self) -> bool:
        """Whether the firm of this view still exists; a later one may have taken its row."""
        firms = self.model.state.firms
        return bool(firms.alive[self.row]) and int(firms.generation[self.row]) == self.generation

    def _now(self, column: NDArray[np.float64]) -> float:
        """Return the row's value now, 0 for a firm that has closed."""
        return float(column[self.row]) if self.alive else 0.0

    @property
    @override
    def sector(self) -> str:
        """Code of the activity (A38)."""
        territory = self.model.territory
        return territory.sectors.codes[territory.firms.sector[self.row]]

    @property
    @override
    def zone(self) -> str:
        """Name of the EPCI where the establishment is."""
        territory = self.model.territory
        return territory.zones.names[territory.firms.zone[self.row]]

    @property
    @override
    def kind(self) -> str:
        """``ordinary``, ``association``, ``cooperative``, … ``ACI``, ``EI``, … ``ESAT``."""
        return KINDS[self.model.territory.firms.kind[self.row]]

    @property
    @override
    def name(self) -> str:
        """Sector, EPCI code and number: establishments of the model are nobody in particular."""
        territory = self.model.territory
        zone = territory.zones.keys[territory.firms.zone[self.row]]
        return f"{self.sector} {zone} no. {self.unique_id}"

    @property
    def fte(self) -> float:
        """Own staff, FTE."""
        return self._now(self.model.state.firms.fte)

    @property
    def clause_fte(self) -> float:
        """People at work on insertion clauses of its contracts, FTE."""
        return self._now(self.model.state.firms.clause_fte)

    @property
    def monthly_output_eur(self) -> float:
        """Output of the last month simulated; of the opening before the first."""
        flows = self.model.last_flows
        if flows is None:
            return float(self.model.territory.firms.output_eur[self.row])
        return self._now(flows.goods.output)

    @property
    def expected_demand_eur(self) -> float:
        """Monthly demand that it expects."""
        return self._now(self.model.state.firms.expected_demand)

    @property
    def capacity_eur(self) -> float:
        """Monthly output that its equipment allows."""
        return self._now(self.model.state.firms.capacity_eur)

    @property
    def productivity_eur(self) -> float:
        """Output of an FTE-month."""
        return self._now(self.model.state.firms.productivity_eur)

    @property
    def unit_cost(self) -> float:
        """Cost of a euro of output at base prices."""
        return self._now(self.model.state.firms.unit_cost)

    @property
    @override
    def cash_eur(self) -> float:
        """Money in hand; an overdraft is negative."""
        return self._now(self.model.state.firms.cash)

    @property
    def owed_to_it_eur(self) -> float:
        """What clients owe it, public buyers apart."""
        firms = self.model.state.firms
        return self._now(firms.receivable_firms) + self._now(firms.receivable_outside)

    @property
    def owed_by_it_eur(self) -> float:
        """What it owes to suppliers."""
        firms = self.model.state.firms
        return self._now(firms.payable_firms) + self._now(firms.payable_outside)

    @property
    def trades(self) -> tuple[str, ...]:
        """Purchase categories that it supplies."""
        territory = self.model.territory
        return tuple(
            territory.categories[c].key for c in territory.firms.trades[self.row] if c >= 0
        )

    @property
    def enterprise_class(self) -> str:
        """Size of the enterprise behind it: ``micro``, ``sme``, ``eti`` or ``large``."""
        return ENTERPRISE_CLASSES[self.model.territory.firms.enterprise_class[self.row]]

    @property
    def enterprise_turnover_eur(self) -> float:
        """Yearly turnover of the enterprise or group behind it."""
        return float(self.model.territory.firms.enterprise_turnover_eur[self.row])

    @property
    @override
    def contracts(self) -> tuple[Contract, ...]:
        """Contracts that it holds."""
        if not self.alive:
            return ()
        book = self.model.state.contracts
        return _contracts(self.model, (book.holder == self.row) & (book.volume_eur > 0))


class SocialEnterprise(Firm):
    """An employer of the social and solidarity economy, inclusive structures among them."""

    @property
    def inclusive(self) -> bool:
        """Whether reserved lots can go to it: integration (SIAE) or disability (EA, ESAT)."""
        return bool(self.model.territory.firms.kind[self.row] >= FIRST_INCLUSIVE_KIND)

    @property
    def posts_fte(self) -> float:
        """Posts with somebody on them, FTE, beside its own staff."""
        return self._now(self.model.state.firms.posts_fte)


class Buyer(View):
    """A public buyer."""

    @property
    @override
    def sector(self) -> None:
        """None: a buyer has no activity of the table."""
        return None

    @property
    @override
    def name(self) -> str:
        """Public name."""
        return self.model.territory.buyers.name[self.row]

    @property
    @override
    def kind(self) -> str:
        """``commune``, ``epci``, ``departement``, ``region``, ``hospital``, …"""
        return BUYER_KINDS[self.model.territory.buyers.kind[self.row]]

    @property
    @override
    def zone(self) -> str:
        """Name of the EPCI of its seat, or where it buys most."""
        territory = self.model.territory
        return territory.zones.names[territory.buyers.zone[self.row]]

    @property
    def envelope_eur(self) -> float:
        """Yearly purchases performed on the territory."""
        return float(self.model.territory.buyers.envelope_eur[self.row])

    @property
    def total_purchases_eur(self) -> float:
        """Yearly purchases of the legal person, wherever performed."""
        return float(self.model.territory.buyers.total_purchases_eur[self.row])

    @property
    def spaser_duty(self) -> bool:
        """Whether it is presumed to have to adopt a scheme."""
        return bool(self.model.territory.buyers.spaser_duty[self.row])

    @property
    @override
    def cash_eur(self) -> float:
        """Envelope received and not yet spent."""
        return float(self.model.state.public.buyer_cash[self.row])

    @property
    @override
    def contracts(self) -> tuple[Contract, ...]:
        """Its running contracts."""
        book = self.model.state.contracts
        running = (book.holder >= 0) & (book.volume_eur > 0)
        return _contracts(
            self.model, running & (self.model.setting.derived.buyer_of_row == self.row)
        )


def _contracts(model: TerritoryModel, chosen: NDArray[np.bool_]) -> tuple[Contract, ...]:
    """Describe the chosen rows of the lot book."""
    book, derived, territory = model.state.contracts, model.setting.derived, model.territory
    rows = np.flatnonzero(chosen).tolist()
    return tuple(
        Contract(
            buyer=territory.buyers.name[derived.buyer_of_row[row]],
            holder=_holder_name(model, int(book.holder[row])),
            category=territory.categories[derived.category_of_row[row]].key,
            zone=territory.zones.names[derived.zone_of_row[row]],
            yearly_volume_eur=float(book.volume_eur[row]),
            price=float(book.price[row]),
            months_left=int(book.months_left[row]),
            reserved=bool(book.reserved[row]),
            clause_hours=float(book.clause_hours[row]),
        )
        for row in rows
    )


def _holder_name(model: TerritoryModel, row: int) -> str:
    """Return the name of the firm now in a row, as its view gives it."""
    if row >= len(model.territory.firms):
        return OUTSIDE
    generation = int(model.state.firms.generation[row])
    return Firm.of_row(model, row, int(firm_numbers(model)[row]), generation).name


def firm_numbers(model: TerritoryModel) -> NDArray[np.int64]:
    """Return the agent number of the firm now in each row (n,).

    Buyers have the first numbers; a new firm in a row is a new agent.
    """
    generation = model.state.firms.generation.astype(np.int64)
    rows = len(generation)
    return 1 + len(model.territory.buyers) + np.arange(rows) + generation * rows


@dataclass(slots=True)
class AgentRoll:
    """The views of a model that were built, by agent number, and of which firms."""

    views: dict[int, View] = field(default_factory=dict[int, View])
    numbers: NDArray[np.int64] = field(default_factory=lambda: np.full(0, -1))


def build_agents(model: TerritoryModel) -> _HardKeyAgentSet[View]:
    """Return Mesa's set of all agents, brought up to date: buyers, then living firms by row.

    The view of a firm that lives on stays the same object.
    """
    roll = model.agent_roll
    rows = np.flatnonzero(model.state.firms.alive)
    numbers = firm_numbers(model)[rows]
    if not roll.views or not np.array_equal(numbers, roll.numbers):
        roll.views = _views(model, roll.views, rows, numbers)
        roll.numbers = numbers
        _register(model, roll.views)
    return model._all_agents


def _views(
    model: TerritoryModel,
    known: dict[int, View],
    rows: NDArray[np.intp],
    numbers: NDArray[np.int64],
) -> dict[int, View]:
    views: dict[int, View] = {}
    for row in range(len(model.territory.buyers)):
        views[row + 1] = known.get(row + 1) or Buyer.of_row(model, row, row + 1)
    generations = model.state.firms.generation[rows].tolist()
    social = model.territory.firms.ess[rows].tolist()
    columns = zip(rows.tolist(), numbers.tolist(), generations, social, strict=True)
    for row, number, generation, is_social in columns:
        view = known.get(number)
        if view is None:
            kind = SocialEnterprise if is_social else Firm
            view = kind.of_row(model, row, number, generation)
        views[number] = view
    return views


def _register(model: TerritoryModel, views: dict[int, View]) -> None:
    """Fill the sets in which Mesa keeps its agents, at once."""
    by_type: dict[type[View], list[View]] = {}
    for view in views.values():
        by_type.setdefault(type(view), []).append(view)

    model._all_agents = _HardKeyAgentSet(views.values(), random=model.random)
    model._agents_by_type = {
        kind: _HardKeyAgentSet(members, random=model.random) for kind, members in by_type.items()
    }
