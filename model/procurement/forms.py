"""The form of each need and the channel through which it is bought (`model.md` 1, "Need").

Channels are data (`channels.toml`). Levers of a buyer act on what it puts to competition itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import AncrageError, nearest_name
from model.procurement.categories import WORKS, category_number, load_categories
from model.random_streams import Keys, uniform
from model.territory.buyers import BUYER_KINDS
from model.toml_tables import check_fields, read_toml

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FORMS = ("ordinary", "framework", "works_operation", "global")
"""Forms by their number in ``Needs.form``."""
ORDINARY, FRAMEWORK, WORKS_OPERATION, GLOBAL = range(4)

CHANNELS = ("own", "group", "territorial_body", "national_body", "hospital_group")
"""Channels by their number in ``Needs.channel``."""
OWN, GROUP, TERRITORIAL_BODY, NATIONAL_BODY, HOSPITAL_GROUP = range(5)

GLOBAL_BUYERS = ("epci", "hospital", "landlord", "state")
"""Kinds of buyers that conclude global contracts in the model."""

PERIOD_MONTHS = 12
"""Length of one period of a contract that is renewed by default."""


@dataclass(frozen=True, slots=True)
class Channel:
    """An entry of `channels.toml`; meanings of the fields are at its head."""

    key: str
    categories: tuple[str, ...]
    share: tuple[tuple[str, float], ...]
    source: str
    grade: str


@dataclass(frozen=True, slots=True)
class Forms:
    """Columns of ``Needs`` (N,): see there."""

    form: NDArray[np.int8]
    channel: NDArray[np.int8]
    reconduction_months: NDArray[np.int16]
    revised: Bools


@cache
def load_channels() -> tuple[Channel, ...]:
    """Return the entries of `channels.toml`, checked."""
    return tuple(
        _channel(t) for t in read_toml(Path(__file__).with_name("channels.toml"))["channel"]
    )


def _channel(table: Mapping[str, Any]) -> Channel:
    where = f"channels.toml, channel '{table.get('key', '?')}'"
    check_fields(table, ("key", "categories", "share", "source", "grade"), (), where)
    for name, known in [(table["key"], CHANNELS[1:])] + [
        (kind, (*BUYER_KINDS, "all")) for kind in table["share"]
    ]:
        if name not in known:
            raise AncrageError(f"{where}: unknown name '{name}'{nearest_name(name, known)}")
    return Channel(
        key=str(table["key"]),
        categories=tuple(str(c) for c in table["categories"]),
        share=tuple((str(kind), float(value)) for kind, value in table["share"].items()),
        source=str(table["source"]),
        grade=str(table["grade"]),
    )


@cache
def channel_shares() -> Floats:
    """Return (channels, kinds, C): share of needs by number that go through each channel.

    Raises
    ------
    AncrageError
        Shares of a kind and category exceed 1.
    """
    shares = np.zeros((len(CHANNELS), len(BUYER_KINDS), len(load_categories())))
    for entry in load_channels():
        number = CHANNELS.index(entry.key)
        columns = [category_number(c) for c in entry.categories]
        for kind, value in entry.share:
            rows = range(len(BUYER_KINDS)) if kind == "all" else [BUYER_KINDS.index(kind)]
            shares[np.ix_([number], rows, columns or range(shares.shape[2]))] += value
    shares[OWN] = 1.0 - shares.sum(axis=0)
    if shares.min() < 0.0:
        raise AncrageError("channels.toml: shares of one kind and category exceed 1.")
    shares.setflags(write=False)
    return shares


def draw_forms(
    buyer_kind: NDArray[np.integer],
    category: NDArray[np.integer],
    value_eur: Floats,
    duration_months: NDArray[np.integer],
    key: Keys,
    h: Mapping[str, float],
    seed: int,
    *,
    money_scale: float = 1.0,
) -> Forms:
    """Draw form, channel, renewal by default and price revision of needs (N,).

    Works are one operation after the other, a few of the large ones as global contracts; supplies
    and services are framework agreements or ordinary contracts.

    Parameters
    ----------
    buyer_kind, category
        Position in ``BUYER_KINDS`` and of the category.
    value_eur, duration_months
        Value of a lot over its whole length, and that length.
    h
        Hypotheses ``purchase_orders_share``, ``global_contract_*``, ``reconduction_share``,
        ``revision_share``.
    """
    works = np.array([c.kind == WORKS for c in load_categories()])[category]
    orders = uniform(seed, "purchase-orders", key) < h["purchase_orders_share"]
    builds = np.isin(buyer_kind, [BUYER_KINDS.index(kind) for kind in GLOBAL_BUYERS])
    large = value_eur / money_scale >= h["global_contract_floor_eur"]
    whole = uniform(seed, "global-contract", key) < h["global_contract_share"]
    form = np.where(works, WORKS_OPERATION, np.where(orders, FRAMEWORK, ORDINARY))
    form = np.where(works & builds & large & whole, GLOBAL, form)
    long = duration_months > PERIOD_MONTHS
    renewed = uniform(seed, "renewed-by-default", key) < h["reconduction_share"]
    revised = uniform(seed, "price-revision", key) < h["revision_share"]
    return Forms(
        form=form.astype(np.int8),
        channel=_draw_channels(buyer_kind, category, key, seed),
        reconduction_months=np.where(long & renewed & ~works, PERIOD_MONTHS, 0).astype(np.int16),
        revised=long & revised,
    )


def _draw_channels(
    buyer_kind: NDArray[np.integer], category: NDArray[np.integer], key: Keys, seed: int
) -> NDArray[np.int8]:
    """Return (N,) channels, the buyer's own procedure last, so that others keep their draws."""
    order = [*range(1, len(CHANNELS)), OWN]
    bounds = np.cumsum(channel_shares()[order], axis=0)[:-1, buyer_kind, category]
    drawn = (uniform(seed, "channel", key) >= bounds).sum(axis=0)
    return np.array(order, dtype=np.int8)[drawn]


def run_by_buyer(
    channel: NDArray[np.integer], key: Keys, returned_share: float | Floats, seed: int
) -> Bools:
    """Return which needs (N,) the buyer puts to competition itself, alone or in a group.

    The others are tendered by a central body and are out of its levers' reach. ``returned_share``
    (a number or (N,)) is the share of them that come back to its own procedure at their next
    renewal; a need that comes back at a share also does at a higher one.
    """
    own = (channel == OWN) | (channel == GROUP)
    if not np.any(returned_share):
        return own
    return own | (uniform(seed, "channel return", key) < returned_share)


def market_ratio(channel: NDArray[np.integer], in_reach: Bools, h: Mapping[str, float]) -> Floats:
    """Return (N,): value of the market that is tendered over the buyer's own need."""
    ratio = np.array([1.0, *(h[f"market_ratio_{key}"] for key in CHANNELS[1:])])
    back = in_reach & (channel != GROUP)
    return np.where(back, 1.0, ratio[channel])
