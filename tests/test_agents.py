"""Agents: views of rows, as any Mesa model has them, that cost nothing until asked for."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from model import Buyer, Firm, SocialEnterprise, TerritoryModel
from model.hypotheses import HypothesisValues, load_register
from model.procurement.levers import Levers
from tests.conftest import MakeTerritory


@pytest.fixture
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    return TerritoryModel(generated_territory(600, 3), burn_in=False)


def busy() -> HypothesisValues:
    """Many firms close and open."""
    return HypothesisValues({"exit_hazard": load_register()["exit_hazard"].high})


def test_agents_are_buyers_and_living_firms(world: TerritoryModel) -> None:
    kinds = {kind.__name__: len(agents) for kind, agents in world.agents_by_type.items()}
    alive = world.state.firms.alive
    social = int((alive & world.territory.firms.ess).sum())
    assert kinds == {
        "Buyer": len(world.territory.buyers),
        "Firm": int(alive.sum()) - social,
        "SocialEnterprise": social,
    }
    assert len(world.agents) == sum(kinds.values())
    assert len({agent.unique_id for agent in world.agents}) == len(world.agents)


def test_selecting_by_sector_gives_its_firms_and_no_buyer(world: TerritoryModel) -> None:
    builders = world.agents.select(lambda a: a.sector == "FZ")
    firms = world.territory.firms
    expected = world.state.firms.alive & (firms.sector == world.territory.sectors.codes.index("FZ"))
    assert sorted(a.row for a in builders) == np.flatnonzero(expected).tolist()
    assert not builders.select(agent_type=Buyer)
    assert len(builders.select(agent_type=Firm)) == len(builders)
    assert builders.agg("fte", sum) == pytest.approx(float(firms.fte[expected].sum()))


def test_attributes_read_the_columns_as_they_are_now(world: TerritoryModel) -> None:
    territory = world.territory
    firm = max(world.agents.select(agent_type=Firm), key=lambda a: len(a.contracts))
    row = firm.row
    assert firm.monthly_output_eur == territory.firms.output_eur[row]
    world.run(3)
    firms = world.state.firms
    assert world.last_flows is not None
    assert firm.monthly_output_eur == world.last_flows.goods.output[row]
    assert firm.fte == firms.fte[row] and firm.cash_eur == firms.cash[row]
    assert firm.zone in territory.zones.names
    assert firm.kind == "ordinary" or isinstance(firm, SocialEnterprise)
    assert set(firm.trades) <= {category.key for category in territory.categories}
    assert firm.enterprise_class in {"micro", "sme", "eti", "large"}
    assert repr(firm).startswith(f"<{type(firm).__name__} {firm.sector} ")
    for name in (
        "clause_fte",
        "expected_demand_eur",
        "capacity_eur",
        "productivity_eur",
        "unit_cost",
        "owed_to_it_eur",
        "owed_by_it_eur",
        "enterprise_turnover_eur",
    ):
        assert np.isfinite(getattr(firm, name))


def test_contracts_are_the_same_from_both_sides(world: TerritoryModel) -> None:
    world.run(2)
    buyers = world.agents.select(agent_type=Buyer)
    firms = world.agents.select(agent_type=Firm)
    bought = [c for buyer in buyers for c in buyer.contracts]
    held = [c for firm in firms for c in firm.contracts]
    assert held and {c.holder for c in held} <= {firm.name for firm in firms}
    inside = [c for c in bought if c.holder != "outside"]
    assert sorted(map(repr, inside)) == sorted(map(repr, held))
    for buyer in buyers:
        assert all(c.buyer == buyer.name for c in buyer.contracts)
        assert buyer.kind and buyer.zone and buyer.envelope_eur > 0
        assert buyer.total_purchases_eur >= 0 and buyer.spaser_duty in (True, False)
        assert np.isfinite(buyer.cash_eur)


def test_social_enterprises_know_their_posts(world: TerritoryModel) -> None:
    social = world.agents.select(agent_type=SocialEnterprise)
    inclusive = [a for a in social if a.inclusive]
    assert inclusive and sum(a.posts_fte for a in inclusive) > 0
    assert {a.kind for a in inclusive} <= {"ACI", "EI", "ETTI", "AI", "EA", "ESAT"}


def test_views_follow_failures_and_births(generated_territory: MakeTerritory) -> None:
    world = TerritoryModel(generated_territory(600, 3), burn_in=False, hypotheses=busy())
    before = {agent.unique_id: agent for agent in world.agents}
    closed, months = 0, 0
    while months < 36:
        world.step()
        months += 1
        assert world.last_flows is not None
        closed += len(world.last_flows.closed)
    after = {agent.unique_id: agent for agent in world.agents}
    assert closed > 0 and set(before) != set(after)
    assert all(before[number] is after[number] for number in set(before) & set(after))
    gone = [before[number] for number in set(before) - set(after)]
    assert gone
    for firm in gone:
        assert not firm.alive and firm.fte == 0.0 and firm.contracts == ()
        assert firm.monthly_output_eur == 0.0
    born = [after[number] for number in set(after) - set(before)]
    assert all(firm.alive and firm.generation > 0 for firm in born)
    assert all(agent.alive for agent in world.agents.select(agent_type=Firm))


def test_the_engine_never_builds_views(world: TerritoryModel) -> None:
    world.run(2)
    branch = world.branch(Levers())
    branch.run(1)
    assert not world.agent_roll.views and not branch.agent_roll.views


def test_reading_agents_changes_nothing(generated_territory: MakeTerritory) -> None:
    quiet, read = (TerritoryModel(generated_territory(600, 3), burn_in=False) for _ in range(2))
    for _ in range(6):
        quiet.step()
        read.step()
        read.agents.select(lambda a: a.cash_eur < 0).shuffle()
    np.testing.assert_array_equal(quiet.state.firms.cash, read.state.firms.cash)


def test_a_branch_has_views_of_its_own(world: TerritoryModel) -> None:
    firm = next(iter(world.agents.select(agent_type=Firm)))
    branch = world.branch(Levers())
    twin = next(a for a in branch.agents if a.unique_id == firm.unique_id)
    assert twin is not firm and twin.model is branch and firm.model is world


def test_attributes_are_read_only(world: TerritoryModel) -> None:
    with pytest.raises(AttributeError):
        next(iter(world.agents)).zone = "elsewhere"
    with pytest.raises(AttributeError):
        world.agents = []


def test_a_model_with_views_can_be_pickled(world: TerritoryModel) -> None:
    count = len(world.agents)
    again = pickle.loads(pickle.dumps(world))
    again.step()
    assert len(again.agents) == pytest.approx(count, abs=30)
