"""What is counted for a buyer: exactly the contracts of a hand-made month."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from model import TerritoryModel
from model.indicators.recording.by_buyer import COUNTED, OBSTACLES, BuyerLog
from model.procurement.tenders import DIRECT, FORMAL
from model.territory.tables import KINDS
from scenarios import load_scenario
from scenarios.pairs import branch_of


@pytest.fixture(scope="module")
def world(generated_territory: Any) -> TerritoryModel:
    return TerritoryModel(generated_territory(300, 3), burn_in=False)


def hand_made(world: TerritoryModel, holders: list[int]) -> Any:
    """Return a month of six lots, the last of which two buyers share."""
    lots = len(holders)
    rows = np.arange(lots + 1)
    served = SimpleNamespace(
        contract=rows,
        lot=np.minimum(rows, lots - 1),
        buyer=np.array([0, 0, 0, 1, 0, 0, 1]),
        yearly_eur=np.array([12.0, 24.0, 12.0, 12.0, 12.0, 12.0, 36.0]),
    )
    yes = np.ones(lots, dtype=bool)
    tenders = SimpleNamespace(
        served=served,
        buyer=np.array([0, 0, 0, 1, 0, 0]),
        category=np.zeros(lots, dtype=np.int32),
        zone=np.zeros(lots, dtype=np.int32),
        months=np.array([12, 24, 12, 12, 12, 12]),
        procedure=np.array([FORMAL, FORMAL, DIRECT, DIRECT, FORMAL, FORMAL]),
        in_reach=np.array([True, True, True, True, False, True]),
        reserved=~yes,
        consideration=np.array([True, False, False, False, True, True]),
        environmental_clause=np.array([False, True, False, False, False, False]),
        __len__=lambda: lots,
    )
    winner: dict[int, Any] = {}

    class Lots(SimpleNamespace):
        def __len__(self) -> int:
            return lots

    def of_winner(values: Any) -> Any:
        return winner[id(values)]

    bids = SimpleNamespace(firm=object(), small=object(), price=object())
    winner[id(bids.firm)] = np.array(holders)
    winner[id(bids.small)] = np.array([True, False, False, False, True, True])
    winner[id(bids.price)] = np.array([1.0, 0.5, 2.0, 1.0, 1.0, 1.0])
    awards = SimpleNamespace(awarded=yes, of_winner=of_winner, bids=np.array([1, 2, 0, 1, 3, 4]))
    costs = SimpleNamespace(buyers=np.zeros(len(world.territory.buyers)))
    return SimpleNamespace(
        tenders=Lots(**vars(tenders)),
        awards=awards,
        bids=bids,
        lever_costs=costs,
        goods=SimpleNamespace(output=np.zeros(len(world.territory.firms))),
    )


def test_shares_of_a_hand_made_month(world: TerritoryModel) -> None:
    kind = np.asarray(world.territory.firms.kind)
    siae = int(np.flatnonzero(kind == KINDS.index("ACI"))[0])
    ordinary = int(np.flatnonzero(kind == 0)[0])
    outside = len(kind) + 5
    flows = hand_made(world, [siae, ordinary, outside, siae, siae, ordinary])
    codes = world.territory.buyers.code[:2]
    log = BuyerLog(world.territory, world.setting.derived, world.hypotheses, 1, codes)
    log.record(world.state, flows, world.practice_of(36, world_rules(world)))
    months = log.months()
    number = {name: months.counted[0, :, i, 0].tolist() for i, name in enumerate(COUNTED)}
    value = {name: months.counted[0, :, i, 1].tolist() for i, name in enumerate(COUNTED)}
    # the fifth lot is a central body's; the last is a contract of each of its two members
    assert number["all"] == [4, 2] and value["all"] == [12 + 24 + 24 + 12, 12 + 36]
    assert number["siae"] == number["esus"] == [1, 1] and value["siae"] == [12, 12]
    assert number["ea"] == number["esat"] == [0, 0]
    assert number["social"] == [2, 1] and value["social"] == [24, 36]
    assert number["ecological"] == [1, 0] and value["ecological"] == [24, 0]
    assert number["sme"] == [2, 1]
    found = dict(zip(OBSTACLES, months.obstacles[0].T.tolist(), strict=True))
    assert found["called_n"] == [3, 0]
    assert found["without_bid_n"] == [0, 0]


def world_rules(world: TerritoryModel) -> Any:
    from model.procurement.legal_calendar import rules_at

    return rules_at(2027, 1, world.amendments)


def test_following_buyers_changes_nothing_else_and_adds_up(world: TerritoryModel) -> None:
    scenario = load_scenario("full-spaser")
    plain, followed = branch_of(world, scenario), branch_of(world, scenario)
    codes = world.territory.buyers.code
    followed.whole_record.follow_buyers(codes, 1)  # type: ignore[attr-defined]
    plain.run(5)
    followed.run(5)
    for name, values in plain.records.quantities.items():
        np.testing.assert_array_equal(values, followed.records.quantities[name], err_msg=name)
    counted = followed.whole_record.buyer_months().counted  # type: ignore[attr-defined]
    every = counted[:, :, 0]
    assert every.sum() > 0 and (counted <= every[:, :, None]).all()
    kinds = [COUNTED.index(name) for name in ("siae", "ea", "esat")]
    # structures are approved by right
    assert (counted[:, :, kinds].sum(axis=2) <= counted[:, :, COUNTED.index("esus")]).all()
    # what is put to competition is part of what is notified
    called = followed.records.quantities["awards_n"].sum()
    assert called <= every[:, :, 0].sum()
