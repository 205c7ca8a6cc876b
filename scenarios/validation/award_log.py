"""Figures of the award log, each under the filter of the source that it is held against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model import TerritoryModel
from model.procurement.bids import SATURATION_BIDDERS
from model.procurement.tenders import DIRECT, FORMAL
from model.territory.buyers import BUYER_KINDS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LOCAL = ("commune", "epci", "departement", "region")
"""Buyer kinds that the census counts as local authorities."""

NATIONAL = ("hospital", "state")

BUILDING = ("structural_building", "building_finishing", "technical_installations")
"""Categories of building works, the perimeter of the works sample (CPV 4521)."""

CENSUS_EUR = 90_000.0
OPEN_DATA_EUR = 40_000.0

SIZE_BANDS = {
    "40k": (40e3, 90e3),
    "90k": (90e3, 220e3),
    "220k": (220e3, 500e3),
    "500k": (500e3, 1e6),
    "1000k": (1e6, 5.404e6),
}
"""Bands of the works sample, EUR."""


@dataclass(frozen=True)
class AwardLog:
    """Columns of every lot of a run, one row a lot.

    ``value`` is the price paid over the whole length, EUR; ``near`` tells whether the holder sits
    in the zone (EPCI) of performance; ``buyer_kind`` is the position in ``BUYER_KINDS``;
    ``consideration`` leaves out those that the duty of August 2026 alone brings: published shares
    are of earlier years.
    """

    category: NDArray[np.int64]
    works: Bools
    building: Bools
    zone: NDArray[np.int64]
    buyer: NDArray[np.int64]
    buyer_kind: NDArray[np.int64]
    competed: Bools
    formal: Bools
    amount: Floats
    price: Floats
    value: Floats
    bids: Floats
    awarded: Bools
    inside: Bools
    near: Bools
    small: Bools
    consideration: Bools
    clause_hours: Floats

    @classmethod
    def of(cls, model: TerritoryModel) -> AwardLog:
        """Read the log of a model that kept its awards.

        Raises
        ------
        ValueError
            The model kept none.
        """
        months = model.whole_record.awards
        if not months:
            raise ValueError("the model kept no award: build it with keep_awards=True")
        column = {name: np.concatenate([m[name] for m in months]) for name in months[0]}
        # a procedure of a central body serves many needs: it is not counted with each of them
        column = {name: values[column["in_reach"].astype(bool)] for name, values in column.items()}
        t = model.territory
        keys = np.array([category.key for category in t.categories])
        works = np.array([category.kind == "works" for category in t.categories])
        category = column["category"].astype(np.int64)
        holder = column["holder"].astype(np.int64)
        inside = column["inside"].astype(bool)
        place = t.firms.zone[np.where(inside, holder, 0)]
        buyer = column["buyer"].astype(np.int64)
        amount = column["amount_eur"].astype(np.float64) / t.money_scale
        price = column["price"].astype(np.float64)
        return cls(
            category=category,
            works=works[category],
            building=np.isin(keys, BUILDING)[category],
            zone=column["zone"].astype(np.int64),
            buyer=buyer,
            buyer_kind=t.buyers.kind[buyer].astype(np.int64),
            competed=column["procedure"] != DIRECT,
            formal=column["procedure"] == FORMAL,
            amount=amount,
            price=price,
            value=amount * price,
            bids=column["bids"].astype(np.float64),
            awarded=column["awarded"].astype(bool),
            inside=inside,
            near=inside & (place == column["zone"]),
            small=column["small_or_medium"].astype(bool),
            consideration=column["consideration"].astype(bool)
            & ~column["consideration_by_duty"].astype(bool),
            clause_hours=column["clause_hours"].astype(np.float64),
        )

    def of_kinds(self, kinds: tuple[str, ...]) -> Bools:
        """Return which lots were put out by these kinds of buyer."""
        return np.isin(self.buyer_kind, [BUYER_KINDS.index(kind) for kind in kinds])


def share(part: Bools, base: Bools, weight: Floats | None = None) -> float:
    """Return the share of ``part`` in ``base``, by number or by weight; NaN of nothing."""
    if weight is None:
        weight = np.ones(len(base))
    whole = float(weight[base].sum())
    return float(weight[base & part].sum()) / whole if whole > 0 else float("nan")


def mean(values: Floats, base: Bools) -> float:
    """Return the mean over ``base``, NaN of nothing."""
    return float(values[base].mean()) if base.any() else float("nan")


def measure_awards(log: AwardLog, zone_of_dunkerque: int = -1) -> dict[str, float]:
    """Return every figure of the award log by pattern key."""
    return (
        _competition(log)
        | _access(log)
        | _places(log, zone_of_dunkerque)
        | _social(log)
        | _prices(log)
    )


def _competition(log: AwardLog) -> dict[str, float]:
    received = log.competed & (log.bids > 0)
    found: dict[str, float] = {
        "bids_mean": mean(log.bids, received),
        "single_bid": share(log.bids == 1, received),
        "single_bid_formal": share(log.bids == 1, received & log.formal),
        "unsuccessful": share(log.bids == 0, log.competed),
    }
    sample = log.building & received & (log.amount >= OPEN_DATA_EUR)
    found["bids_building"] = mean(log.bids, sample)
    found["single_bid_building"] = share(log.bids == 1, sample)
    quoted = log.building & (log.bids > 0) & (log.amount >= OPEN_DATA_EUR)
    found["bids_building_all"] = mean(log.bids, quoted)
    other = received & ~log.works & (log.amount >= OPEN_DATA_EUR)
    found["bids_supplies_services"] = mean(log.bids, other)
    found["single_bid_supplies_services"] = share(log.bids == 1, other)
    for band, (low, high) in SIZE_BANDS.items():
        of_band = log.building & received & (log.amount >= low) & (log.amount < high)
        found[f"bids_building_{band}"] = mean(log.bids, of_band)
    return found


def _access(log: AwardLog) -> dict[str, float]:
    census = log.awarded & (log.amount >= CENSUS_EUR)
    local, national = census & log.of_kinds(LOCAL), census & log.of_kinds(NATIONAL)
    local_share, national_share = share(log.small, local), share(log.small, national)
    return {
        "sme_number": share(log.small, census),
        "sme_value": share(log.small, census, log.value),
        "sme_number_local": local_share,
        "sme_number_national": national_share,
        "sme_gap": local_share - national_share,
        "sme_value_local": share(log.small, local, log.value),
        "sme_value_national": share(log.small, national, log.value),
        "mean_contract_local": mean(log.value, local) / 1e6,
        "mean_contract_ratio": mean(log.value, national) / mean(log.value, local),
        "buyer_concentration": _top_buyers(log, log.awarded & log.of_kinds(LOCAL), 0.10),
    }


def _top_buyers(log: AwardLog, base: Bools, part: float) -> float:
    """Return the share of value of the largest ``part`` of active buyers."""
    spent = np.bincount(log.buyer[base], weights=log.value[base])
    spent = np.sort(spent[spent > 0])[::-1]
    top = max(1, round(part * len(spent)))
    return float(spent[:top].sum() / spent.sum())


def _places(log: AwardLog, dunkerque: int) -> dict[str, float]:
    won = log.awarded & log.competed
    open_data = log.awarded & (log.amount >= OPEN_DATA_EUR)
    communal = open_data & log.of_kinds(("commune", "epci"))
    sample = log.building & open_data
    found = {
        "territory_number": share(log.inside, won),
        "territory_value": share(log.inside, won, log.value),
        "epci_number": share(log.near, communal),
        "epci_value": share(log.near, communal, log.value),
        "territory_building_number": share(log.inside, sample),
        "territory_building_value": share(log.inside, sample, log.value),
    }
    if dunkerque >= 0:
        own = communal & (log.zone == dunkerque)
        found["epci_number_dunkerque"] = share(log.near, own)
    for band, (low, high) in SIZE_BANDS.items():
        of_band = sample & (log.amount >= low) & (log.amount < high)
        found[f"territory_building_{band}"] = share(log.inside, of_band)
    return found


def _social(log: AwardLog) -> dict[str, float]:
    census = log.awarded & (log.amount >= CENSUS_EUR)
    local, national = census & log.of_kinds(LOCAL), census & log.of_kinds(NATIONAL)
    value = float(log.value[census].sum())
    return {
        "considerations_number": share(log.consideration, local),
        "considerations_value": share(log.consideration, local, log.value),
        "considerations_works": share(log.consideration, census & log.works),
        "considerations_national": share(log.consideration, national),
        "insertion_hours_due": float(log.clause_hours[log.awarded].sum()) / value * 1e6,
        "census_value_eur": value,
    }


def _prices(log: AwardLog) -> dict[str, float]:
    won = log.awarded & log.competed & (log.bids >= 1)
    few = won & (log.bids <= SATURATION_BIDDERS)
    many = won & (log.bids >= SATURATION_BIDDERS - 1)
    return {
        "price_per_doubling": price_slope(log, few),
        "price_per_doubling_beyond": price_slope(log, many),
        "price_one_to_more": _one_to_more(log, won),
    }


def price_slope(log: AwardLog, base: Bools) -> float:
    """Return the slope of log price on log2 bids within categories, NaN if undefined."""
    if base.sum() < 3:
        return float("nan")
    x, y = _within(log, base, np.log2(log.bids[base])), _within(log, base, np.log(log.price[base]))
    spread = float(x @ x)
    return float(x @ y) / spread if spread > 0 else float("nan")


def _one_to_more(log: AwardLog, base: Bools) -> float:
    """Return the fall of log price from one bid to several, within categories."""
    several = (log.bids[base] > 1).astype(np.float64)
    x, y = _within(log, base, several), _within(log, base, np.log(log.price[base]))
    return float(x @ y) / float(x @ x)


def _within(log: AwardLog, base: Bools, values: Floats) -> Floats:
    """Return values less their category's mean."""
    category = log.category[base]
    count = np.maximum(np.bincount(category), 1)
    return values - (np.bincount(category, weights=values) / count)[category]
