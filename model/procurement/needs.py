"""The needs of public buyers: every lot of the book, its value, length, place and phase.

A need is a recurring lot: a contract that is renewed when it ends, or a works operation that the
next one follows. All amounts are euros excl. tax at base prices.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from model.procurement.categories import (
    TABLES,
    WORKS,
    Category,
    category_keys,
    category_number,
    load_categories,
)
from model.procurement.forms import GLOBAL, draw_forms
from model.random_streams import Keys, exponential, mix, normal, purpose_key, uniform
from model.territory.buyers import BUYER_KINDS, Buyers

Vector = NDArray[np.float64]

# Mean lot of a kind against that of local authorities (facts 2.1, P3).
_LARGE_LOTS = "lot_factor_hospital_state"
_LOT_FACTOR = {
    "hospital": _LARGE_LOTS,
    "state": _LARGE_LOTS,
    "landlord": "lot_factor_landlord_other",
    "other": "lot_factor_landlord_other",
}
# A buyer's mean lot stays within these factors of its kind's, however small or large it is.
_SIZE_FACTOR = (0.3, 2.5)
# Supplies and services run for whole half-years, works for any number of months.
_STEP_MONTHS = 6
# Alternate scaling to category and buyer totals; the last step is the buyers'.
_SCALING_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Needs:
    """Needs, one row each, sorted by (buyer, category, index); all arrays are read-only.

    Attributes
    ----------
    key
        uint64 (N,) stable key: a hash of the buyer's key, the category's key and the index.
    buyer, category, index
        int32, int16, int32 (N,): row of the buyer, position of the category, rank within both.
    zone
        int16 (N,) zone of performance.
    annual_volume_eur
        (N,) spending a year at base prices.
    duration_months
        int16 (N,) length of one contract or works operation.
    months_left
        int16 (N,) months before the next award at start, 1 to ``duration_months``.
    splittable
        bool (N,) may be divided into further lots; a global contract may not.
    form, channel
        int8 (N,) numbers of ``FORMS`` and ``CHANNELS`` (`forms.py`).
    reconduction_months
        int16 (N,) 0, or months for which the contract is concluded: it is then renewed by default
        up to ``duration_months``.
    revised
        bool (N,) has a price revision clause; base prices being constant, it changes nothing yet.
    """

    key: Keys
    buyer: NDArray[np.int32]
    category: NDArray[np.int16]
    index: NDArray[np.int32]
    zone: NDArray[np.int16]
    annual_volume_eur: Vector
    duration_months: NDArray[np.int16]
    months_left: NDArray[np.int16]
    splittable: NDArray[np.bool_]
    form: NDArray[np.int8]
    channel: NDArray[np.int8]
    reconduction_months: NDArray[np.int16]
    revised: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.key)

    @property
    def value_eur(self) -> Vector:
        """Return (N,): value of the lot over its whole duration."""
        return self.annual_volume_eur * self.duration_months / 12.0

    @property
    def awards_per_year(self) -> Vector:
        """Return (N,): how often the need comes to competition in a year."""
        return 12.0 / self.duration_months


def build_needs(
    buyers: Buyers, h: Mapping[str, float], seed: int, *, money_scale: float = 1.0
) -> Needs:
    """Draw the needs of all buyers so that each buyer's yearly spending is its envelope.

    The number of lots of a buyer in a category is its spending over the mean spending of a lot,
    rounded at random; lot values are lognormal; then volumes are scaled in turn so that categories
    take their share of what each kind of buyer spends and, exactly, every buyer its envelope.

    Parameters
    ----------
    buyers
        The buyers, whose envelopes (EUR a year) are those of ``money_scale``.
    h
        Hypotheses ``lot_*`` and those of ``draw_forms``.
    seed
        Seed of the draws.
    money_scale
        Multiplies every amount of money that is not in ``buyers``; the needs are then the same but
        for their volumes.

    Returns
    -------
    Needs
        Sorted by (buyer, category, index).
    """
    mean_lot = _mean_lots(buyers, h, money_scale)
    number = _numbers_of_lots(buyers, mean_lot, seed)
    cell = np.repeat(np.arange(number.size), number.ravel())
    buyer, category = np.divmod(cell, number.shape[1])
    first = np.cumsum(number.ravel()) - number.ravel()
    index = np.arange(cell.size) - first[cell]
    root = np.uint64(purpose_key("need"))
    key = mix(mix(mix(root, buyers.key[buyer]), category_keys()[category]), index)
    duration = _durations(category, key, seed)
    large = np.array([_LOT_FACTOR.get(k) == _LARGE_LOTS for k in BUYER_KINDS])[buyers.kind[buyer]]
    sd = np.where(large, h["lot_log_sd_hospital_state"], h["lot_log_sd"])
    lot = np.exp(sd * normal(seed, "lot-value", key) - sd * sd / 2)
    # Relative to the buyer's envelope, so that a change of unit changes no decision.
    raw = lot * (mean_lot.ravel()[cell] / buyers.envelope_eur[buyer]) * 12.0 / duration
    volume = buyers.envelope_eur[buyer] * _scaled_shares(buyers, buyer, category, raw)
    left = 1 + np.floor(uniform(seed, "phase", key) * duration).astype(np.int64)
    value = volume * duration / 12.0
    floor = h["lot_split_floor_eur"] * money_scale
    categories = load_categories()
    divisible = np.array([c.splittable for c in categories])
    kind = buyers.kind[buyer]
    forms = draw_forms(kind, category, value, duration, key, h, seed, money_scale=money_scale)
    return Needs(
        key=_frozen(key),
        buyer=_frozen(buyer.astype(np.int32)),
        category=_frozen(category.astype(np.int16)),
        index=_frozen(index.astype(np.int32)),
        zone=_frozen(_zones(buyers, buyer, key, seed)),
        annual_volume_eur=_frozen(volume),
        duration_months=_frozen(duration.astype(np.int16)),
        months_left=_frozen(left.astype(np.int16)),
        splittable=_frozen(divisible[category] & (value >= floor) & (forms.form != GLOBAL)),
        form=_frozen(forms.form),
        channel=_frozen(forms.channel),
        reconduction_months=_frozen(forms.reconduction_months),
        revised=_frozen(forms.revised),
    )


@cache
def category_mix() -> tuple[Vector, Vector]:
    """Return (kinds, C) shares of categories in a kind's yearly number of awards and in value."""
    shape = len(BUYER_KINDS), len(load_categories())
    number, value = np.zeros(shape), np.zeros(shape)
    with (TABLES / "category_mix.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            cell = BUYER_KINDS.index(row["buyer_kind"]), category_number(row["category"])
            number[cell], value[cell] = float(row["number_share"]), float(row["value_share"])
    number /= number.sum(axis=1, keepdims=True)
    value /= value.sum(axis=1, keepdims=True)
    return _frozen(number), _frozen(value)


@cache
def relative_lots() -> Vector:
    """Return (C,): mean lot of a category over the mean lot of local authorities."""
    relative = np.ones(len(load_categories()))
    with (TABLES / "category_amounts.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            relative[category_number(row["category"])] = float(row["relative_mean"])
    return _frozen(relative)


def durations_of(category: Category) -> NDArray[np.int64]:
    """Return the possible lengths of a contract of this category, in months, equally likely."""
    low, high = category.duration_months
    return np.arange(low, high + 1, 1 if category.kind == WORKS else _STEP_MONTHS)


def _mean_lots(buyers: Buyers, h: Mapping[str, float], money_scale: float) -> Vector:
    """Return (B, C): mean value of a lot in EUR, by kind and size of buyer and by category."""
    factor = np.array([h[_LOT_FACTOR[k]] if k in _LOT_FACTOR else 1.0 for k in BUYER_KINDS])
    relative = buyers.envelope_eur / (h["lot_reference_envelope_eur"] * money_scale)
    size = np.clip(relative ** h["lot_size_elasticity"], *_SIZE_FACTOR)
    own = h["lot_mean_eur"] * money_scale * (factor[buyers.kind] * size)
    return own[:, None] * relative_lots()


def _numbers_of_lots(buyers: Buyers, mean_lot: Vector, seed: int) -> NDArray[np.int64]:
    """Return (B, C): lots alive at once, the expected number rounded at random, at least one."""
    yearly_awards = np.array([12.0 * np.mean(1.0 / durations_of(c)) for c in load_categories()])
    _, value_share = category_mix()
    expected = value_share[buyers.kind] * (buyers.envelope_eur[:, None] / mean_lot) / yearly_awards
    cells = buyers.key[:, None], category_keys()[None, :]
    number = np.floor(expected + uniform(seed, "number-of-lots", *cells)).astype(np.int64)
    empty = np.flatnonzero(number.sum(axis=1) == 0)
    if empty.size:
        race = exponential(seed, "only-lot", buyers.key[empty][:, None], category_keys()[None, :])
        with np.errstate(divide="ignore"):
            winner = np.argmin(race / expected[empty], axis=1)
        number[empty, winner] = 1
    return number


def _durations(category: NDArray[np.integer], key: Keys, seed: int) -> NDArray[np.int64]:
    """Return (N,) months, each possible length of the category equally likely."""
    options = [durations_of(c) for c in load_categories()]
    start = np.cumsum([0, *(o.size for o in options)])[:-1]
    size = np.array([o.size for o in options])
    pick = np.floor(uniform(seed, "duration", key) * size[category]).astype(np.int64)
    return np.concatenate(options)[start[category] + pick]


def _scaled_shares(
    buyers: Buyers, buyer: NDArray[np.integer], category: NDArray[np.integer], raw: Vector
) -> Vector:
    """Return (N,): each lot's share of its buyer's envelope.

    Shares of a buyer sum to 1. Categories take their value share of what their kind of buyer
    spends, as far as lots exist for it (iterative proportional fitting).
    """
    categories = len(load_categories())
    cell = buyers.kind[buyer].astype(np.int64) * categories + category
    cells = len(BUYER_KINDS) * categories
    envelope = buyers.envelope_eur / buyers.envelope_eur.sum()
    present = np.bincount(cell, minlength=cells).reshape(-1, categories) > 0
    share = np.where(present, category_mix()[1], 0.0)
    spent = np.bincount(buyers.kind, envelope, minlength=len(BUYER_KINDS))
    norm = share.sum(axis=1)
    target = (share * (spent / np.where(norm > 0, norm, 1.0))[:, None]).ravel()
    own = envelope[buyer]
    part = raw / np.bincount(buyer, raw, minlength=len(buyers))[buyer]
    for _ in range(_SCALING_ROUNDS):
        part = part * (target / np.maximum(np.bincount(cell, part * own, cells), 1e-300))[cell]
        part = part / np.bincount(buyer, part, minlength=len(buyers))[buyer]
    return part


def _zones(buyers: Buyers, buyer: NDArray[np.integer], key: Keys, seed: int) -> NDArray[np.int16]:
    """Return (N,) zones of performance drawn by the buyers' weights."""
    row = np.repeat(np.arange(len(buyers)), np.diff(buyers.weight_start))
    running = np.cumsum(buyers.weight)
    before = np.concatenate([[0.0], running])[buyers.weight_start[:-1]]
    bounds = row + np.minimum(running - before[row], 1.0)
    drawn = np.searchsorted(bounds, buyer + uniform(seed, "place", key), side="right")
    # Rounding must not carry a draw beyond its own row.
    drawn = np.clip(drawn, buyers.weight_start[buyer], buyers.weight_start[buyer + 1] - 1)
    return buyers.weight_zone[drawn]


def _frozen[T: np.generic](array: NDArray[T]) -> NDArray[T]:
    array.setflags(write=False)
    return array
