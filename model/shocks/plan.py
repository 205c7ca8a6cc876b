"""The shocks of one world, their targets turned into rows of its firms, buyers and zones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError, nearest_name
from model.networks.firm_codes import row_of_firm
from model.shocks.prices import PriceRise, price_rise
from model.shocks.shock import Shock, Shocks
from model.shocks.supplies import SupplyCut, supply_cuts
from model.territory.buyers import BUYER_KINDS
from model.territory.national_accounts import load_national_accounts
from model.territory.zones import usual_site_zone

if TYPE_CHECKING:
    from model.territory.territory import Territory

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rows = NDArray[np.int32]

ACCOUNT_OF = {"investment-fall": 0, "visitor-fall": 1, "export-fall": 2}
"""Column of `FinalDemand.outside_accounts` that each fall of demand strikes."""

AGREEMENT_MONTHS = 12
"""Agreements on posts are yearly: a cut reaches a twelfth of them each month (`model.md` 1)."""


@dataclass(frozen=True)
class MonthShocks:
    """What shocks do in one month; None, or nothing, where they do nothing.

    Attributes
    ----------
    outside_demand
        (n,), part of outside demand that is left.
    set_aside
        Share of what they would spend that residents set aside.
    supplies
        Interruptions of supplies, under way or with stocks still to be restored.
    goods_left
        (C,), part of the goods of public contracts that comes, by category.
    makers_left
        (C,), part of the rest that firms from outside deliver, by category.
    capacity_left, stock_left
        (n,), part of capacity that is intact, and of stocks that is not lost this month.
    envelope_cut
        (B,), share of envelopes that is lost.
    paid
        (B,), share of what is due that is paid.
    posts_left
        (Z,), part of aided posts that the State still aids.
    prices
        What dearer inputs add to costs.
    called_back
        (n,), cash called back, months of sales.
    closing, leaving
        Rows of firms that close at the end of the month; that are to close.
    leaving_share
        Part of their clients that looks for another supplier this month, by row of ``leaving``.
    site
        FTE of demand of large sites, and the zones (Z, 1) around which they are.
    """

    outside_demand: Floats | None = None
    set_aside: float = 0.0
    supplies: tuple[SupplyCut, ...] = ()
    goods_left: Floats | None = None
    makers_left: Floats | None = None
    capacity_left: Floats | None = None
    stock_left: Floats | None = None
    envelope_cut: Floats | None = None
    paid: Floats | None = None
    posts_left: Floats | None = None
    prices: PriceRise | None = None
    called_back: Floats | None = None
    closing: Rows = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    leaving: Rows = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    leaving_share: Floats = field(default_factory=lambda: np.zeros(0))
    site: tuple[tuple[float, Bools], ...] = ()


CALM = MonthShocks()
"""A month in which nothing strikes."""


class ShockPlan:
    """The shocks of one world.

    Raises
    ------
    AncrageError
        A firm, zone, sector or buyer that the territory does not have, or a target that holds
        nobody.
    """

    def __init__(self, shocks: Shocks, territory: Territory, h: Mapping[str, float]) -> None:
        self.shocks = shocks
        self._t = territory
        self._active = tuple(one for one in shocks.items if not one.changes_nothing)
        for one in self._active:
            _check_names(one, territory)
        self._closing = {one: row_to_close(one, territory) for one in self._of("firm-closure")}
        interruptions = self._of("import-interruption")
        self.cuts = supply_cuts(interruptions, territory, h["least_binding_import"])

    def _of(self, *kinds: str) -> list[Shock]:
        return [one for one in self._active if one.kind in kinds]

    def at(self, month: int) -> MonthShocks:
        """Return what the shocks do in a month of the scenario."""
        if not self._active or month < self.shocks.first_month:
            return CALM
        supplies = tuple(cut.at(month) for cut in self.cuts if month >= cut.first_month)
        leaving, share = self._leaving(month)
        return replace(
            CALM,
            outside_demand=self._outside_demand(month),
            set_aside=sum(one.depth_at(month) for one in self._of("recession")),
            supplies=supplies,
            goods_left=self._goods_left(supplies),
            makers_left=self._makers_left(supplies),
            capacity_left=self._left_of_firms("disaster", month),
            stock_left=self._stock_left(month),
            envelope_cut=self._of_buyers("budget-cut", month),
            paid=_complement(self._of_buyers("payment-freeze", month)),
            posts_left=self._posts_left(month),
            prices=self._prices(month),
            called_back=self._called_back(month),
            closing=self._closing_rows(month),
            leaving=leaving,
            leaving_share=share,
            site=self._site(month),
        )

    # --- Targets ----------------------------------------------------------------------------------

    def _firms(self, shock: Shock) -> Floats:
        """Return 1 for firms of the sectors and zones of a shock (n,)."""
        columns, held = self._t.firms, np.ones(len(self._t.firms), dtype=bool)
        if shock.sectors:
            codes = self._t.sectors.codes
            held &= np.isin(columns.sector, [codes.index(s) for s in shock.sectors if s in codes])
        if shock.epci:
            held &= np.isin(columns.zone, [self._t.zones.keys.index(key) for key in shock.epci])
        return held.astype(np.float64)

    def _sum(self, kind: str, month: int) -> Floats | None:
        """Add up the depths of shocks of a kind on firms (n,); None if there is none."""
        parts = [(one.depth_at(month), one) for one in self._of(kind)]
        return _added(depth * self._firms(one) for depth, one in parts if depth > 0.0)

    def _left_of_firms(self, kind: str, month: int) -> Floats | None:
        return _complement(self._sum(kind, month))

    def _of_buyers(self, kind: str, month: int) -> Floats | None:
        """Add up the depths of shocks of a kind on buyers (B,)."""
        parts = [(one.depth_at(month), one) for one in self._of(kind)]
        total = _added(
            np.where(buyers_held(one, self._t), depth, 0.0) for depth, one in parts if depth > 0.0
        )
        return None if total is None else np.minimum(total, 1.0)

    # --- Demand -----------------------------------------------------------------------------------

    def _outside_demand(self, month: int) -> Floats | None:
        lost: Floats | None = None
        accounts = self._t.demand.outside_accounts[self._t.firms.sector]
        for kind, account in ACCOUNT_OF.items():
            part = self._sum(kind, month)
            if part is not None:
                part = part * accounts[:, account]
                lost = part if lost is None else lost + part
        general = sum(one.depth_at(month) for one in self._of("recession"))
        if general > 0.0:
            # what a fall of one account left is what a recession takes a share of
            left = (1.0 - general) * (1.0 if lost is None else 1.0 - lost)
            return np.maximum(np.broadcast_to(left, len(self._t.firms)), 0.0)
        return _complement(lost)

    def _site(self, month: int) -> tuple[tuple[float, Bools], ...]:
        found: list[tuple[float, Bools]] = []
        for one in self._of("large-site"):
            depth = one.depth_at(month)
            if depth > 0.0:
                zones = np.isin(np.array(self._t.zones.keys), one.epci)
                held = zones if one.epci else usual_site_zone(self._t.zones)
                found.append((depth, held[:, None]))
        return tuple(found)

    # --- Supplies ---------------------------------------------------------------------------------

    def _goods_left(self, supplies: Sequence[SupplyCut]) -> Floats | None:
        """Return the part of goods bought outside that comes, by category (C,)."""
        if not any(cut.lack for cut in supplies):
            return None
        left = np.ones(len(self._t.categories))
        for c, category in enumerate(self._t.categories):
            if category.traded:
                left[c] -= sum(cut.lack_of_goods(category.product_sector) for cut in supplies)
        return np.maximum(left, 0.0)

    def _makers_left(self, supplies: Sequence[SupplyCut]) -> Floats | None:
        """Return the part of what outside makers deliver that comes, by category (C,)."""
        if not any(cut.lack and cut.outside for cut in supplies):
            return None
        left = np.ones(len(self._t.categories))
        for c, category in enumerate(self._t.categories):
            lack = [cut.lack for cut in supplies if cut.outside]
            held = [category.product_sector in cut.products for cut in supplies if cut.outside]
            left[c] -= sum(x for x, on in zip(lack, held, strict=True) if on)
        return np.maximum(left, 0.0)

    def _prices(self, month: int) -> PriceRise | None:
        found: dict[int, float] = {}
        accounts = load_national_accounts()
        for one in self._of("input-price-rise"):
            depth = one.depth_at(month)
            if depth > 0.0:
                for code in one.sectors or accounts.sectors:
                    place = accounts.index(code)
                    found[place] = found.get(place, 0.0) + depth
        return price_rise(found, self._t) if found else None

    # --- Firms ------------------------------------------------------------------------------------

    def _stock_left(self, month: int) -> Floats | None:
        lost = [one for one in self._of("disaster") if one.start_month == month]
        if not lost:
            return None
        left = np.ones(len(self._t.firms))
        for one in lost:
            left *= 1.0 - one.depth * self._firms(one)
        return left

    def _called_back(self, month: int) -> Floats | None:
        return _added(
            one.depth / one.duration_months * self._firms(one)
            for one in self._of("failure-wave")
            if one.start_month <= month < one.end_month
        )

    def _closing_rows(self, month: int) -> Rows:
        rows = [row for one, row in self._closing.items() if one.start_month == month]
        return np.unique(np.array(rows, dtype=np.int32))

    def _leaving(self, month: int) -> tuple[Rows, Floats]:
        """Return firms that are known to close, and the part of their clients that leaves now."""
        rows: list[int] = []
        share: list[float] = []
        for one, row in self._closing.items():
            if one.first_month <= month < one.start_month:
                rows.append(row)
                share.append(1.0 / (one.start_month - month))
        return np.array(rows, dtype=np.int32), np.array(share)

    def _posts_left(self, month: int) -> Floats | None:
        left = np.ones(len(self._t.zones.keys))
        for one in self._of("integration-subsidies"):
            begun = (month - one.start_month + 1) / AGREEMENT_MONTHS
            held = np.isin(np.array(self._t.zones.keys), one.epci) if one.epci else True
            left = left - min(max(begun, 0.0), 1.0) * one.depth_at(month) * held
        return None if (left == 1.0).all() else np.maximum(left, 0.0)


def _added(parts: Iterable[Floats]) -> Floats | None:
    """Add up arrays; None if there is none."""
    total: Floats | None = None
    for part in parts:
        total = part if total is None else np.add(total, part)
    return total


def _complement(lost: Floats | None) -> Floats | None:
    return None if lost is None else np.maximum(1.0 - lost, 0.0)


def buyers_held(shock: Shock, territory: Territory) -> Bools:
    """Return which buyers a shock strikes (B,)."""
    buyers = territory.buyers
    held = np.ones(len(buyers), dtype=bool)
    if shock.buyers:
        held &= np.isin(np.array(buyers.code), shock.buyers)
    if shock.kinds:
        held &= np.isin(buyers.kind, [BUYER_KINDS.index(kind) for kind in shock.kinds])
    return held


def _check_names(shock: Shock, territory: Territory) -> None:
    """Refuse names that the territory does not have, and targets that hold nobody."""
    known = {
        "sectors": (load_national_accounts().sectors, "sector"),
        "epci": (territory.zones.keys, "EPCI"),
        "buyers": (territory.buyers.code, "buyer"),
    }
    for name, (names, what) in known.items():
        for one in getattr(shock, name):
            if one not in names:
                hint = nearest_name(one, names)
                raise AncrageError(f"Shock '{shock.kind}': there is no {what} '{one}'{hint}")
    if {"buyers", "kinds"} & set(shock.entry.reach) and not buyers_held(shock, territory).any():
        raise AncrageError(
            f"Shock '{shock.kind}': no buyer of the territory is both among "
            f"{', '.join(shock.buyers or ('all',))} and of the kinds "
            f"{', '.join(shock.kinds or ('all',))}; name others."
        )
    if shock.sectors and "origin" not in shock.entry.reach and shock.kind != "input-price-rise":
        without = [code for code in shock.sectors if code not in territory.sectors.codes]
        if without:
            raise AncrageError(
                f"Shock '{shock.kind}': sector {without[0]!r} has no firm here; name others."
            )


def row_to_close(shock: Shock, territory: Territory) -> int:
    """Return the row of the firm that a shock closes: the same in every world of a territory.

    ``"largest"`` is the firm with most staff at the opening that is no structure with posts,
    ``"systemic"`` the one of highest systemic risk.
    """
    columns = territory.firms
    within = np.ones(len(columns), dtype=bool)
    if shock.epci:
        within = np.isin(columns.zone, [territory.zones.keys.index(key) for key in shock.epci])
    if shock.firm == "largest":
        fte = np.where(within & (columns.posts_fte == 0.0), columns.fte, 0.0)
        if fte.max() == 0.0:
            raise AncrageError("Shock 'firm-closure': the EPCI named has no employer to close.")
        return int(np.argmax(fte))
    if shock.firm == "systemic":
        zones = [territory.zones.keys.index(key) for key in shock.epci] or [-1]
        risky = [_riskiest(territory, zone) for zone in zones]
        # of several zones, the largest of their riskiest firms
        return risky[int(np.argmax(columns.output_eur[risky]))]
    row = row_of_firm(territory, shock.firm)
    if columns.output_eur[row] == 0.0:
        raise AncrageError(
            f"Shock 'firm-closure': firm '{shock.firm}' makes nothing at the opening; name another."
        )
    if not within[row]:
        raise AncrageError(
            f"Shock 'firm-closure': firm '{shock.firm}' is in "
            f"{territory.zones.names[columns.zone[row]]}, not in the EPCI named; leave 'epci' out."
        )
    return row


def _riskiest(territory: Territory, zone: int) -> int:
    from model.networks.systemic_risk import most_systemic_firm

    known = territory.riskiest_rows
    if zone not in known:
        known[zone] = most_systemic_firm(territory, None if zone < 0 else zone)
    return known[zone]
