"""Calibration statistics of the contract samples, each with its own filter (model.md 9)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import cast

import numpy as np
from numpy.typing import NDArray

from model.data.open_contracts import Contract

Row = list[object]

_PUBLICATION_EUR = 40_000.0
_CLASSES = (
    (40e3, 90e3),
    (90e3, 220e3),
    (220e3, 500e3),
    (500e3, 1e6),
    (1e6, 5.404e6),
    (5.404e6, math.inf),
)
_ALL = "building works (CPV 4521), notified July to December 2024, one row a contract"


def works_statistics(contracts: list[Contract]) -> list[Row]:
    """Return bids, single bids, same-département shares and amounts of the works sample."""
    bids = np.array([c.bids for c in contracts if c.bids is not None], dtype=float)
    published = [c for c in contracts if (c.amount_eur or 0.0) >= _PUBLICATION_EUR]
    amounts = np.array([c.amount_eur for c in published], dtype=float)
    months = np.array([c.months for c in published if c.months is not None])
    above = f"{_ALL}; amount from 40,000 EUR to 100 M EUR"
    excess = bids - 1.0
    rows: list[Row] = [
        _row("bids_mean", _ALL, bids.mean(), bids.size),
        _row("bids_single_share", _ALL, (bids == 1).mean(), bids.size),
        _row("bids_variance", _ALL, bids.var(), bids.size),
        _row(
            "bids_overdispersion",
            f"{_ALL}; 1/k of a negative binomial on bids minus one, by moments",
            (excess.var() - excess.mean()) / excess.mean() ** 2,
            bids.size,
        ),
        _row("amount_mean_eur", above, amounts.mean(), amounts.size),
        _row("amount_median_eur", above, np.median(amounts), amounts.size),
        _row("amount_log_mean", above, np.log(amounts).mean(), amounts.size),
        _row("amount_log_sd", above, np.log(amounts).std(), amounts.size),
        _row("months_median", above, np.median(months), months.size),
    ]
    rows += _same_departement(published, above)
    for low, high in _CLASSES:
        within = [c for c in published if low <= (c.amount_eur or 0.0) < high]
        label = f"{_ALL}; amount in [{low:.0f}, {high:.0f}) EUR"
        counted = np.array([c.bids for c in within if c.bids is not None], dtype=float)
        tag = f"{low / 1000:.0f}k"
        rows += [
            _row(f"bids_mean_from_{tag}", label, counted.mean(), counted.size),
            _row(f"bids_single_share_from_{tag}", label, (counted == 1).mean(), counted.size),
        ]
        rows += _same_departement(within, label, f"_from_{tag}", by_value=False)
    return rows


def sample_2022_statistics(contracts: list[Contract]) -> list[Row]:
    """Return shares of considerations, groupings, purchase orders and subcontracting, and bids."""
    label = "sample of 537 contracts in the format of 2022, 118 buyers"
    social = _flags(contracts, _has, "considerationsSociales")
    green = _flags(contracts, _has, "considerationsEnvironnementales")
    clause = _flags(contracts, _mentions, "considerationsSociales", "clause sociale")
    reserved = _flags(contracts, _mentions, "considerationsSociales", "réserv")
    orders = _flags(contracts, _mentions, "modalitesExecution", "bons de commande")
    group = np.array(
        ["pas de" not in (_text(c, "typeGroupementOperateurs") or "pas de") for c in contracts]
    )
    subcontract = np.array([_true(c.record.get("sousTraitanceDeclaree")) for c in contracts])
    amounts = np.array([c.amount_eur or 0.0 for c in contracts])
    rows: list[Row] = []
    for name, flag in (
        ("social_consideration", social),
        ("social_clause", clause),
        ("reserved", reserved),
        ("environmental_consideration", green),
        ("purchase_orders", orders),
        ("grouping", group),
        ("subcontracting_declared", subcontract),
    ):
        value = f"{label}; amounts from 1,000 EUR to 100 M EUR"
        share = amounts[flag].sum() / amounts.sum()
        rows += [
            _row(f"{name}_share_number", label, flag.mean(), flag.size),
            _row(f"{name}_share_value", value, share, flag.size),
        ]
    for kind, works in (("works", True), ("supplies_services", False)):
        own = [c.bids for c in contracts if c.cpv.startswith("45") == works]
        counted = np.array([n for n in own if n is not None], dtype=float)
        within = f"{label}; 1 to 50 bids"
        rows += [
            _row(f"bids_mean_{kind}", within, counted.mean(), counted.size),
            _row(f"bids_single_share_{kind}", within, (counted == 1).mean(), counted.size),
        ]
    return rows


def _same_departement(
    contracts: list[Contract], label: str, suffix: str = "", *, by_value: bool = True
) -> Iterable[Row]:
    known = [
        c
        for c in contracts
        if c.record["acheteur_departement_code"] and c.record["titulaire_departement_code"]
    ]
    same = np.array(
        [
            c.record["acheteur_departement_code"] == c.record["titulaire_departement_code"]
            for c in known
        ]
    )
    amounts = np.array([c.amount_eur or 0.0 for c in known])
    yield _row(f"same_departement_share_number{suffix}", label, same.mean(), same.size)
    if by_value:
        share = amounts[same].sum() / amounts.sum()
        yield _row(f"same_departement_share_value{suffix}", label, share, same.size)


def _row(name: str, label: str, value: float | np.floating, n: int) -> Row:
    return [name, label, f"{float(value):.6g}", n]


def _text(contract: Contract, field: str) -> str:
    return str(contract.record.get(field) or "").lower()


def _mentions(contract: Contract, field: str, word: str) -> bool:
    text = _text(contract, field)
    return word in text.replace("pas de " + word, "")


def _has(contract: Contract, field: str) -> bool:
    """Say whether any consideration other than "none" is declared."""
    content = contract.record.get(field)
    if not isinstance(content, dict):
        return False
    values = [v for inner in cast(dict[str, list[str]], content).values() for v in inner]
    return any(not v.lower().startswith(("pas de", "sans")) for v in values)


def _flags(
    contracts: list[Contract], test: Callable[..., bool], *arguments: str
) -> NDArray[np.bool_]:
    return np.array([test(contract, *arguments) for contract in contracts])


def _true(value: object) -> bool:
    return str(value).lower() in {"true", "1", "oui"}
