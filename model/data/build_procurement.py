"""Compute the embedded tables of purchases from open contract data.

Run as ``python -m model.data.build_procurement`` with ANCRAGE_REFERENCE_DATA set. Writes
`model/data/procurement/*.csv` and `model/data/territory/communes.csv`; `SOURCES.toml` says what
each holds, from what, under which licence.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.data.contract_statistics import sample_2022_statistics, works_statistics
from model.data.open_contracts import (
    Contract,
    contracts_2019,
    contracts_2022,
    read_table,
    reference_folder,
    works_2024,
    write_table,
)
from model.procurement.categories import (
    WORKS,
    category_number,
    category_of_cpv,
    excluded_cpv,
    load_categories,
)

Vector = NDArray[np.float64]

DATA = Path(__file__).parent
PROFILES = DATA.parent / "procurement" / "buyer_profiles.toml"
# Weights: EUR per inhabitant of each kind (facts 2.8).
LOCAL_AUTHORITIES = {"commune": 430.0, "epci": 200.0, "departement": 80.0, "region": 26.0}

# Sectors of the counts file (A38 with health and services told apart) as in the model.
_SECTOR = {"QA": "QZ", "QB": "QZ", "RZ": "RS", "SZ": "RS"}
# NAF divisions that hide the real supplier: head offices, and public administration.
_HIDING_DIVISIONS = ("70", "84")
# A category seen in few awards takes part of its amounts from its kind of purchase.
_PRIOR_AWARDS = 30.0
_SUPPLY_PRIOR = 5.0


def main() -> None:
    """Compute and write every table."""
    folder = reference_folder()
    awards = contracts_2019(folder) + contracts_2022(folder)
    out = DATA / "procurement"
    with PROFILES.open("rb") as file:
        profiles = tomllib.load(file)
    amounts = category_amounts(awards)
    numbers = category_numbers(folder, division_split(awards), profiles)
    relative = relative_means(amounts, numbers, float(profiles["works"]["local_value_share"]))
    keys = [c.key for c in load_categories()]
    write_table(
        out / "category_amounts.csv",
        [
            "category",
            "awards",
            "median_eur",
            "log_sd",
            "mean_eur",
            "months_median",
            "relative_mean",
        ],
        ([k, *row, f"{r:.4f}"] for k, row, r in zip(keys, amounts, relative, strict=True)),
    )
    mixes = category_mixes(numbers, relative, profiles)
    write_table(
        out / "category_mix.csv",
        ["buyer_kind", "category", "number_share", "value_share"],
        (
            [kind, key, f"{n:.6f}", f"{v:.6f}"]
            for kind, (number, value) in mixes.items()
            for key, n, v in zip(keys, number, value, strict=True)
        ),
    )
    write_table(
        out / "supply_shares.csv",
        ["category", "sector", "share", "awards"],
        supply_shares(folder),
    )
    write_table(
        out / "works_sample_statistics.csv",
        ["statistic", "filter", "value", "n"],
        works_statistics(works_2024(folder)),
    )
    write_table(
        out / "contract_sample_2022_statistics.csv",
        ["statistic", "filter", "value", "n"],
        sample_2022_statistics(contracts_2022(folder)),
    )
    write_table(
        DATA / "territory" / "communes.csv",
        ["code", "name", "epci", "population", "lat", "lon"],
        (
            [r["commune"], r["name"], r["epci"], r["population"], r["lat"], r["lon"]]
            for r in sorted(
                read_table(folder / "territory" / "communes_cote_opale.csv"),
                key=lambda r: r["commune"],
            )
        ),
    )


def division_split(awards: list[Contract]) -> Mapping[str, Vector]:
    """Return, by CPV division, the shares (C,) of its awards that go to each category."""
    counts: dict[str, Vector] = {}
    for award in awards:
        key = category_of_cpv(award.cpv)
        if key is None:
            continue
        division = counts.setdefault(award.cpv[:2], np.zeros(len(load_categories())))
        division[category_number(key)] += 1.0
    return {division: n / n.sum() for division, n in counts.items()}


def category_amounts(awards: list[Contract]) -> list[list[float | int]]:
    """Return by category: awards, median, log sd, mean (EUR), median months.

    Amounts are winsorised at their 5 % and 95 % points and every moment is shrunk towards the kind
    of purchase by ``_PRIOR_AWARDS``; so a framework maximum does not make a category.
    """
    categories = load_categories()
    logs: dict[str, list[float]] = {c.key: [] for c in categories}
    months: dict[str, list[float]] = {c.key: [] for c in categories}
    for award in awards:
        key = category_of_cpv(award.cpv)
        if key is not None and award.amount_eur is not None:
            logs[key].append(math.log(award.amount_eur))
            if award.months is not None:
                months[key].append(award.months)
    kinds = {
        kind: np.concatenate([np.array(logs[c.key]) for c in categories if c.kind == kind])
        for kind in {c.kind for c in categories}
    }
    fitted = [_fit(np.array(logs[c.key]), kinds[c.kind]) for c in categories]
    counts = np.array([len(logs[c.key]) for c in categories])
    return [
        [
            int(counts[i]),
            round(math.exp(mu)),
            round(sd, 3),
            round(mean),
            round(float(np.median(months[c.key])), 1) if months[c.key] else 0,
        ]
        for i, (c, (mu, sd, mean)) in enumerate(zip(categories, fitted, strict=True))
    ]


def _fit(own: Vector, kind: Vector) -> Vector:
    """Return log mean, log sd and mean, winsorised, shrunk towards those of the kind."""

    def moments(x: Vector) -> Vector:
        clipped = np.clip(x, *np.quantile(x, [0.05, 0.95]))
        return np.array([clipped.mean(), clipped.std(), np.exp(clipped).mean()])

    if own.size < 2:
        return moments(kind)
    weight = own.size / (own.size + _PRIOR_AWARDS)
    return weight * moments(own) + (1 - weight) * moments(kind)


def category_numbers(
    folder: Path, split: Mapping[str, Vector], profiles: Mapping[str, Any]
) -> dict[str, Vector]:
    """Return by buyer kind the shares (C,) of categories in the number of awards.

    From the profile by CPV division and buyer kind (2018-19), divisions divided into categories,
    blended with the pool, the odds of works then moved to the share known for local authorities.
    """
    observed = _numbers_by_observed_kind(folder, split)
    size = len(load_categories())
    pooled = sum(observed.values(), np.zeros(size))
    prior = float(profiles["blend"]["pooled_awards"]) * pooled / pooled.sum()
    numbers: dict[str, Vector] = {}
    for kind, names in profiles["observed"].items():
        own = sum((observed[name] for name in names if name in observed), np.zeros(size))
        numbers[kind] = (own + prior) / (own + prior).sum()
    target = float(profiles["works"]["local_number_share"])
    factor = _odds(target) / _odds(_local_works(numbers))
    return {kind: _normed(_times_works(number, factor)) for kind, number in numbers.items()}


def relative_means(
    amounts: list[list[float | int]], numbers: Mapping[str, Vector], local_value_share: float
) -> Vector:
    """Return (C,): mean amount over the mean of all, works moved to their known share of value."""
    means = np.array([row[3] for row in amounts], dtype=float)
    values = {kind: _normed(number * means) for kind, number in numbers.items()}
    means = _times_works(means, _odds(local_value_share) / _odds(_local_works(values)))
    pooled = sum((numbers[kind] for kind in LOCAL_AUTHORITIES), np.zeros(means.size))
    return means / float((_normed(pooled) * means).sum())


def category_mixes(
    numbers: Mapping[str, Vector], relative: Vector, profiles: Mapping[str, Any]
) -> dict[str, tuple[Vector, Vector]]:
    """Return by buyer kind the shares (C,) of categories in awards and in value a year.

    Values are numbers times the mean amount of the category; then the shares of value of
    `buyer_profiles.toml` are put in and the rest is scaled.
    """
    set_shares = profiles["value_share"]
    mixes: dict[str, tuple[Vector, Vector]] = {}
    for kind, number in numbers.items():
        given = {**set_shares["default"], **set_shares.get(kind, {})}
        value = _impose(_normed(number * relative), given)
        mixes[kind] = (_normed(value / relative), value)
    return mixes


def _numbers_by_observed_kind(folder: Path, split: Mapping[str, Vector]) -> dict[str, Vector]:
    excluded = excluded_cpv()
    numbers: dict[str, Vector] = {}
    for row in read_table(folder / "decp" / "cpv_profile_by_buyer_kind_2018_19.csv"):
        division = row["div"]
        if division in excluded or division not in split:
            continue
        total = numbers.setdefault(row["kind"], np.zeros(len(load_categories())))
        total += float(row["n"]) * split[division]
    return numbers


def _works() -> NDArray[np.bool_]:
    return np.array([c.kind == WORKS for c in load_categories()])


def _times_works(x: Vector, factor: float) -> Vector:
    return np.where(_works(), x * factor, x)


def _normed(x: Vector) -> Vector:
    return x / x.sum()


def _odds(share: float) -> float:
    return share / (1.0 - share)


def _local_works(shares: Mapping[str, Vector]) -> float:
    """Return the share of works of local authorities, each kind by its part of local purchases."""
    total = sum(LOCAL_AUTHORITIES.values())
    works = _works()
    return sum(w * float(shares[k][works].sum()) for k, w in LOCAL_AUTHORITIES.items()) / total


def _impose(value: Vector, given: Mapping[str, float]) -> Vector:
    """Set the given shares of value and scale the others to the rest."""
    positions = np.array([category_number(key) for key in given])
    fixed = np.zeros(value.size)
    fixed[positions] = list(given.values())
    free = value.copy()
    free[positions] = 0.0
    return fixed + free * (1.0 - fixed.sum()) / free.sum()


def supply_shares(folder: Path) -> list[list[object]]:
    """Return by category the share of each supplying sector among holders, by number of awards.

    Counts of real awards by CPV division and supplier NAF (head offices and administrations left
    out), restricted to the sectors that the category names; each named sector counts a few awards
    beforehand so that none is missing where a division is thin.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for row in read_table(folder / "cpv" / "cpv2_naf_empirical_counts.csv"):
        if row["a88"] not in _HIDING_DIVISIONS:
            counts[row["div"], _SECTOR.get(row["a38"], row["a38"])] += int(row["n"])
    rows: list[list[object]] = []
    for category in load_categories():
        divisions = {prefix[:2] for prefix in category.cpv}
        own = {
            sector: sum(counts[division, sector] for division in divisions)
            for sector in category.supply_sectors
        }
        prior = _SUPPLY_PRIOR / len(own)
        total = sum(own.values()) + _SUPPLY_PRIOR
        for sector, n in own.items():
            rows.append([category.key, sector, f"{(n + prior) / total:.4f}", n])
    return rows


if __name__ == "__main__":
    main()
