"""Purchase categories: complete, consistent, and assigned to establishments as said."""

from __future__ import annotations

import numpy as np
import pytest

from model.errors import AncrageError
from model.procurement.categories import (
    CATEGORY_KINDS,
    TRADE_SECTOR,
    assign_trades,
    category_keys,
    category_number,
    category_of_cpv,
    load_categories,
    specialisation_table,
    supply_table,
)
from model.random_streams import stream

MANUFACTURING = ("BZ", *(f"C{letter}" for letter in "ABCDEFGHIJKLM"))
OTHERS = "DZ EZ FZ GZ HZ IZ JA JB JC KZ LZ MA MB MC NZ PZ QZ RS"
MODEL_SECTORS = [*MANUFACTURING, *(OTHERS[i : i + 2] for i in range(0, len(OTHERS), 3))]
REQUIRED = {
    "green_spaces",
    "cleaning",
    "waste_sorting",
    "laundry",
    "catering",
    "packing",
    "building_finishing",
    "removals",
    "archives",
    "temporary_staff",
}


def test_categories_are_complete_and_consistent() -> None:
    categories = load_categories()
    keys = [c.key for c in categories]
    assert len(set(keys)) == len(keys)
    assert set(keys) >= REQUIRED
    assert len(set(category_keys().tolist())) == len(keys)
    for c in categories:
        assert c.kind in CATEGORY_KINDS
        assert c.product_sector in MODEL_SECTORS
        assert c.product_sector != TRADE_SECTOR, "the product is never trade"
        assert set(c.supply_sectors) <= set(MODEL_SECTORS)
        assert c.traded == (c.kind == "supplies" and TRADE_SECTOR in c.supply_sectors)
        assert 0.0 < c.labour_share < 1.0
        assert 1 <= c.duration_months[0] < c.duration_months[1] <= 48
        assert c.label_fr and c.label_en and c.source


def test_structures_supply_the_categories_of_the_model_document() -> None:
    assert {c.key for c in load_categories() if c.siae_supplied} == REQUIRED


def test_supply_shares_sum_to_one_over_the_named_sectors() -> None:
    for c in load_categories():
        assert {sector for sector, _ in c.supply_shares} == set(c.supply_sectors)
        assert sum(share for _, share in c.supply_shares) == pytest.approx(1.0, abs=3e-4)
    np.testing.assert_allclose(supply_table(MODEL_SECTORS).sum(axis=1), 1.0, atol=3e-4)


def test_goods_come_mostly_from_traders() -> None:
    traded = [dict(c.supply_shares) for c in load_categories() if c.traded and c.key != "fuels"]
    assert np.mean([shares["GZ"] for shares in traded]) > 0.7


def test_every_supplying_sector_has_specialised_establishments() -> None:
    for c in load_categories():
        assert {sector for sector, _ in c.specialisation} == set(c.supply_sectors), c.key
    assert (specialisation_table(MODEL_SECTORS).sum(axis=1) <= 1.0).all()


def test_longest_cpv_prefix_wins() -> None:
    assert category_of_cpv("45233140") == "roads_networks"
    assert category_of_cpv("45112700") == "green_spaces"
    assert category_of_cpv("90514000") == "waste_sorting"
    assert category_of_cpv("90911200") == "cleaning"
    assert category_of_cpv("09134200") == "fuels"
    assert category_of_cpv("66510000") is None
    prefixes = [p for c in load_categories() for p in c.cpv]
    assert len(set(prefixes)) == len(prefixes)


def test_unknown_category_names_the_nearest() -> None:
    with pytest.raises(AncrageError, match="green_spaces"):
        category_number("green_space")


def _establishments(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    sector = np.arange(n) % len(MODEL_SECTORS)
    return sector, np.zeros(n, dtype=np.int8), stream(0, "establishment", np.arange(n))


def test_trades_follow_the_specialisation_shares() -> None:
    sector, kind, key = _establishments(320_000)
    trades = assign_trades(sector, kind, key, 1, sector_codes=MODEL_SECTORS)
    table = specialisation_table(MODEL_SECTORS)
    for code in ("NZ", "FZ", "GZ"):
        s = MODEL_SECTORS.index(code)
        first = trades[sector == s, 0]
        seen = np.bincount(first[first >= 0], minlength=table.shape[1]) / first.size
        np.testing.assert_allclose(seen, table[s], atol=0.02)
    second = trades[:, 1] >= 0
    assert (trades[second, 0] >= 0).all()
    assert (trades[second, 0] != trades[second, 1]).all()
    assert (table[sector[second], trades[second, 1]] > 0).all()


def test_trades_belong_to_the_establishment_not_to_its_row() -> None:
    sector, kind, key = _establishments(4_000)
    trades = assign_trades(sector, kind, key, 3, sector_codes=MODEL_SECTORS)
    order = np.argsort(key)
    moved = assign_trades(sector[order], kind[order], key[order], 3, sector_codes=MODEL_SECTORS)
    np.testing.assert_array_equal(moved, trades[order])
    assert trades.dtype == np.int16


def test_structures_get_no_trade_here_and_large_firms_more_second_trades() -> None:
    sector, kind, key = _establishments(64_000)
    kind[::2] = 5
    size = np.where(np.arange(kind.size) % 4 == 1, 8, 1)
    trades = assign_trades(sector, kind, key, 1, sector_codes=MODEL_SECTORS, size_class=size)
    assert (trades[kind == 5] == -1).all()
    second = trades[:, 1] >= 0
    assert second[(size == 8) & (kind == 0)].mean() > 2 * second[(size == 1) & (kind == 0)].mean()
