"""Support to firms of chosen trades and zones: capacity, productivity, innovation, matchmaking.

A budget buys actions for firms drawn among those that can take part. An action does not act at
once, and fades: each month a share of what is pending starts to act, and what acts decays. No
action says what becomes of jobs: capacity lets a firm bid for more, productivity makes it cheaper
with fewer people.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from model.random_streams import exponential, purpose_key, uniform
from model.state import FirmState
from model.territory.territory import Firms

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Indices = NDArray[np.intp]
Bools = NDArray[np.bool_]

SUPPORT_KINDS = ("capacity", "productivity", "innovation", "matchmaking")
"""Kinds of support, rows of the columns of support of firms."""

CAPACITY, PRODUCTIVITY, INNOVATION, MATCHMAKING = range(4)

LOAD_WITHOUT_WISH = 0.7
"""Expected demand over capacity under which firms hardly ask for help to equip."""

MOST_SUPPORTED = 0.5
"""Action pending or acting beyond which a firm is not supported again."""


def small_firms(columns: Firms, firms: FirmState, least: float) -> Bools:
    """Return which firms (n,) support is for: small and medium ones, not structures.

    ``least`` is the own staff of the smallest firm that takes part, FTE.
    """
    small = (columns.enterprise_class <= 1) | (firms.generation > 0)
    return small & firms.alive & (firms.fte >= least) & (columns.posts_fte == 0.0)


def eligible_firms(
    columns: Firms, firms: FirmState, small: Bools, kind: int, held: Bools, own_part: float
) -> Ints:
    """Return the rows of firms that can be given an action of support.

    Those of ``small`` (n,) that supply a category in the scope, in its zones; not those that still
    have an action of this kind or that cannot pay their own part.

    Parameters
    ----------
    held
        (Z, C), zones and categories of the scope.
    own_part
        What an action costs the firm itself, EUR.
    """
    given = firms.support_pending[kind] + firms.support_effect[kind]
    rows = np.flatnonzero(small & (given < MOST_SUPPORTED) & (firms.cash >= own_part))
    # no trade, -1, reads the further column
    zones, categories = held.shape
    wide = np.zeros((zones, categories + 1), dtype=bool)
    wide[:, :-1] = held
    first = columns.zone.take(rows).astype(np.intp) * (categories + 1)
    within = np.zeros(len(rows), dtype=bool)
    for trade in columns.trades.take(rows, axis=0).T:
        within |= wide.take(first + trade, mode="wrap")
    return rows[np.flatnonzero(within)].astype(np.int32)


def wish_for_support(firms: FirmState, kind: int, rows: Ints) -> Floats:
    """Return how much each firm of ``rows`` wants an action of a kind, the weight of the race.

    Firms short of capacity ask for help to equip; nothing tells who asks for the other kinds.
    """
    if kind != CAPACITY:
        return np.ones(len(rows))
    load = firms.expected_demand[rows] / np.maximum(firms.capacity_eur[rows], 1e-300)
    return np.maximum(load - LOAD_WITHOUT_WISH, 0.01)


def draw_firms(
    eligible: Ints,
    weight: Floats,
    key: NDArray[np.uint64],
    number: float,
    programme: int,
    kind: int,
    seed: int,
    month: int,
) -> Ints:
    """Return the rows, among eligible ones, that get an action this month, by a keyed race.

    ``number`` is a mean: its fraction is drawn, once a programme and month. ``weight`` is by
    eligible row, ``key`` by firm (n,).
    """
    name = SUPPORT_KINDS[kind]
    further = uniform(seed, "one more firm supported", purpose_key(name), programme, month)
    places = int(number) + int(float(further.item()) < number % 1.0)
    if places >= len(eligible):
        return eligible
    if places == 0:
        return eligible[:0]
    time = exponential(seed, f"support to {name}", key[eligible], month) / weight
    return np.sort(eligible[np.argpartition(time, places - 1)[:places]])


def advance(firms: FirmState, kind: int, h: Mapping[str, float]) -> tuple[Indices, Floats, Floats]:
    """Let pending actions of a kind start to act and those that act fade, in place.

    Returns
    -------
    Rows of firms that have an action of the kind; what starts to act this month, and what acted
    before, by such row.
    """
    rows = np.flatnonzero(firms.support_pending[kind] + firms.support_effect[kind] > 0.0)
    pending, before = firms.support_pending[kind, rows], firms.support_effect[kind, rows]
    started = pending / h["support_ramp_months"]
    firms.support_pending[kind, rows] = pending - started
    kept = 0.5 ** (1.0 / h["support_half_life_months"])
    firms.support_effect[kind, rows] = before * kept + started
    return rows, started, before


def build_capacity(
    firms: FirmState, rows: Indices, started: Floats, h: Mapping[str, float], money_scale: float
) -> None:
    """Raise capacity by what the equipment that starts to serve can make, in place.

    Unused, it wears off as any capacity beyond what demand asks.
    """
    equipment = h["support_grant_capacity_eur"] / h["support_cofinancing"] * money_scale
    firms.capacity_eur[rows] += started * (equipment * h["capacity_per_equipment"] / 12.0)


def raise_productivity(
    firms: FirmState, rows: Indices, before: Floats, gain: float, rent_sharing: float
) -> None:
    """Move productivity of some rows to today's support, with pay and unit cost, in place.

    Output per FTE is multiplied by 1 + gain × support; pay follows with the elasticity
    ``rent_sharing``, and unit cost falls by what labour costs less.
    """
    after = firms.support_effect[PRODUCTIVITY, rows]
    factor = (1.0 + gain * after) / (1.0 + gain * before)
    labour = firms.labour_cost_eur[rows] / firms.productivity_eur[rows]
    firms.productivity_eur[rows] *= factor
    firms.labour_cost_eur[rows] *= factor**rent_sharing
    firms.unit_cost[rows] += firms.labour_cost_eur[rows] / firms.productivity_eur[rows] - labour


def more_exports(
    columns: Firms, firms: FirmState, export_share: Floats, h: Mapping[str, float]
) -> Floats:
    """Return what clients abroad and elsewhere ask beyond the usual of cheaper firms (n,), EUR.

    ``exports × ((1 - fall of the price)^-elasticity - 1)``: the fall of unit cost is passed on.

    Parameters
    ----------
    export_share
        (S,), share of exports in demand from outside, by sector.
    """
    more = np.zeros(len(columns))
    rows = np.flatnonzero(firms.support_effect[PRODUCTIVITY] > 0.0)
    gained = 1.0 + h["support_productivity_gain"] * firms.support_effect[PRODUCTIVITY, rows]
    labour = firms.labour_cost_eur[rows] / firms.productivity_eur[rows]
    fall = labour * (gained ** (1.0 - h["rent_sharing"]) - 1.0)
    response = (1.0 - np.minimum(fall, 0.5)) ** -h["export_price_elasticity"] - 1.0
    more[rows] = firms.outside_demand[rows] * export_share[columns.sector[rows]] * response
    return more


def after_innovation(
    score: Floats, firms: FirmState, rows: NDArray[np.integer], h: Mapping[str, float]
) -> Floats:
    """Return scores in [0, 1] of some rows after support to innovation: nearer to the best."""
    nearer = h["support_innovation_gain"] * firms.support_effect[INNOVATION, rows]
    return score + nearer * (1.0 - score)
