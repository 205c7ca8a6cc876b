"""Who deals with whom around a party: amounts add up, whatever is summed up."""

from __future__ import annotations

import numpy as np
import pytest

from model import TerritoryModel
from model.errors import AncrageError
from model.networks.neighbourhood import (
    TradeTable,
    largest_firms,
    neighbourhood,
    trade_table,
)


@pytest.fixture(scope="module")
def world(generated_territory) -> TerritoryModel:
    made = TerritoryModel(generated_territory(600), burn_in=False)
    made.run(2)
    return made


@pytest.fixture(scope="module")
def table(world: TerritoryModel) -> TradeTable:
    return trade_table(world)


def test_the_table_holds_orders_and_contracts(world: TerritoryModel, table: TradeTable) -> None:
    assert world.last_flows is not None
    orders = 12.0 * world.last_flows.orders.sum()
    book = world.state.contracts
    held = (book.holder >= 0) & (book.volume_eur > 0)
    by_firms = table.client < table.firms
    assert table.yearly_eur[by_firms].sum() == pytest.approx(orders)
    assert table.yearly_eur[~by_firms].sum() == pytest.approx(book.volume_eur[held].sum())
    assert (table.yearly_eur > 0).all()


@pytest.mark.parametrize("hops", [1, 2])
@pytest.mark.parametrize("most", [6, 60, 10_000])
def test_amounts_of_the_centre_add_up(table: TradeTable, hops: int, most: int) -> None:
    sector = table.sectors[int(np.bincount(table.sector).argmax())]
    for centre in (largest_firms(table, sector, 1)[0], table.buyer_codes[0], sector):
        found = neighbourhood(table, centre, hops, most)
        bought = sum(eur for _, client, eur in found.edges if client == found.centre.code)
        sold = sum(eur for seller, _, eur in found.edges if seller == found.centre.code)
        assert bought == pytest.approx(found.bought_eur) and found.bought_eur > 0
        assert sold == pytest.approx(found.sold_eur)
        assert len(found.nodes) <= most + 5
        names = {node.name_of_edge for node in found.nodes}
        assert {end for a, b, _ in found.edges for end in (a, b)} <= names


def test_what_is_summed_up_is_counted(table: TradeTable) -> None:
    centre = table.buyer_codes[0]
    whole, few = (neighbourhood(table, centre, 1, most) for most in (10_000, 6))
    suppliers = [n for n in whole.nodes if n.side < 0]
    kept = [n for n in few.nodes if n.side < 0]
    others = [n for n in kept if n.kind == "others"]
    assert len(kept) - len(others) + sum(n.members for n in others) == len(suppliers)


def test_sectors_together_trade_what_firms_do(table: TradeTable) -> None:
    total = sum(neighbourhood(table, s, 1, 10_000).bought_eur for s in table.sectors)
    assert total == pytest.approx(table.yearly_eur[table.client < table.firms].sum())


@pytest.mark.parametrize("code", ["ZZ-0001", "FZ-9999", "commune-00000", "", "FZ-x"])
def test_unknown_parties_are_refused_in_one_sentence(table: TradeTable, code: str) -> None:
    with pytest.raises(AncrageError):
        neighbourhood(table, code)
