"""Recorded quantities against sums made by hand from the flows of one month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from model import TerritoryModel
from model.flows import MonthFlows
from model.indicators.recording.tenders import procedure_costs
from model.procurement.tenders import ADAPTED, DIRECT, FORMAL
from model.territory.tables import KINDS
from tests.conftest import MakeTerritory


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    """A world at the end of a quarter, when slow stocks are recorded too."""
    return TerritoryModel(generated_territory(900, 4, 8), rng=2).run(3)


@pytest.fixture(scope="module")
def flows(world: TerritoryModel) -> MonthFlows:
    assert world.last_flows is not None
    return world.last_flows


def total(world: TerritoryModel, name: str) -> float:
    return float(world.records.quantities[name][-1].sum())


def contracts(world: TerritoryModel, flows: MonthFlows) -> Iterator[dict[str, Any]]:
    """Yield what each holder of a running contract did this month, then what each partner did."""
    x, c, d = flows.execution, world.state.contracts, world.setting.derived
    for entry, i in enumerate(x.performers.line):
        row, firm = x.active[i], int(x.performers.firm[entry])
        held = entry < len(x.active)
        yield {
            "contract": int(row),
            "part": float(x.performers.share[entry]),
            "category": int(d.category_of_row[row]),
            "zone": int(d.zone_of_row[row]),
            "buyer": int(d.buyer_of_row[row]),
            "holder": firm,
            "inside": firm < len(world.territory.firms),
            "delivered": float(x.delivered_by[entry]),
            "elsewhere": float(x.bought_outside[i]) if held else 0.0,
            "price": float(c.price[row]),
            "share": float(c.output_share[row]),
            "cut": float(c.environmental_cut[row]),
            "intensity": float(c.relative_intensity[row]),
            "usual": float(c.product_footprint[row]),
        }


def test_performed_is_what_establishments_of_the_place_do_themselves(
    world: TerritoryModel, flows: MonthFlows
) -> None:
    zone = world.territory.firms.zone
    found: defaultdict[str, float] = defaultdict(float)
    parts: defaultdict[str, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
    found["running_n"] = len(flows.execution.active)
    for c in contracts(world, flows):
        if not c["inside"]:
            continue
        done = c["delivered"] * c["price"] * c["share"]
        found["performed_territory_eur"] += done
        parts["performed_territory_n"][c["contract"]] += c["part"] * c["share"]
        if zone[c["holder"]] == c["zone"]:
            found["performed_epci_eur"] += done
            parts["performed_epci_n"][c["contract"]] += c["part"] * c["share"]
    assert any(c["part"] < 1.0 for c in contracts(world, flows)), "no contract is shared"
    for name, of_contract in parts.items():
        found[name] = sum(part >= 0.5 for part in of_contract.values())
    for name, value in found.items():
        assert total(world, name) == pytest.approx(value), name
    assert 0 < found["performed_epci_eur"] < found["performed_territory_eur"]
    assert found["performed_territory_eur"] < total(world, "lm3_r2_eur")


def test_what_holders_get_is_what_they_pay_out_and_keep(
    world: TerritoryModel, flows: MonthFlows
) -> None:
    t, incomes, output = world.territory, flows.incomes, flows.goods.output
    pay = outside = inside = taxes = 0.0
    for c in contracts(world, flows):
        if not c["inside"] or output[c["holder"]] == 0:
            continue
        part = c["delivered"] * c["share"] / output[c["holder"]]
        gross = part * (incomes.wages[c["holder"]] + incomes.posts[c["holder"]])
        pay += t.net_pay_share * gross
        taxes += (1 - t.net_pay_share) * gross
        taxes += c["delivered"] * c["share"] * t.firms.production_tax[c["holder"]]
        inside += part * flows.local_inputs[c["holder"]]
        outside += part * flows.outside_inputs[c["holder"]] + c["delivered"] * (1 - c["share"])
    assert total(world, "spent_net_pay_eur") == pytest.approx(pay)
    assert total(world, "spent_taxes_eur") == pytest.approx(taxes)
    assert total(world, "spent_local_inputs_eur") == pytest.approx(inside)
    assert total(world, "spent_outside_inputs_eur") == pytest.approx(outside)
    lump = t.firms.outside_input * output
    bought = t.supply.sum_by_client(flows.goods.slot_outside) + lump
    np.testing.assert_allclose(flows.outside_inputs, bought)


def test_concentration_is_the_mean_herfindahl_index_of_categories(
    world: TerritoryModel, flows: MonthFlows
) -> None:
    held: defaultdict[int, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
    by_holder: defaultdict[int, float] = defaultdict(float)
    for c in contracts(world, flows):
        if c["inside"]:
            held[c["category"]][c["holder"]] += c["delivered"]
            by_holder[c["holder"]] += c["delivered"]
    volume = squares = 0.0
    for holders in held.values():
        of_category = sum(holders.values())
        volume += of_category
        if of_category:
            squares += of_category * sum((v / of_category) ** 2 for v in holders.values())
    largest = sum(sorted(by_holder.values())[-10:])
    assert total(world, "concentration_base_eur") == pytest.approx(volume)
    assert total(world, "concentration_squares_eur") == pytest.approx(squares)
    assert total(world, "concentration_top_eur") == pytest.approx(largest)
    series = world.records.quantities["concentration_squares_eur"]
    np.testing.assert_array_equal(series[0], series[1])
    assert (series[2] != series[1]).any()


def test_footprint_follows_the_product_and_emissions_the_producer(
    world: TerritoryModel, flows: MonthFlows
) -> None:
    t = world.territory
    place = {code: i for i, code in enumerate(t.sectors.codes)}
    product = [place[c.product_sector] for c in t.categories]
    assert place["GZ"] not in product
    whole, direct = t.sectors.footprint_kg_per_eur, t.sectors.direct_kg_per_eur
    assert (direct >= 0.0).all() and (direct <= whole).all()
    footprint = avoided = 0.0
    emitted = float((t.firms.direct_kg_per_eur * flows.goods.output).sum())
    for c in contracts(world, flows):
        sector = product[c["category"]]
        own = direct[sector] * c["intensity"]
        made = c["delivered"] * c["usual"]
        footprint += made * (whole[sector] - direct[sector] + own * (1.0 - c["cut"]))
        footprint += c["elsewhere"] * whole[sector]
        avoided += made * own * c["cut"]
        if c["inside"]:
            done = c["delivered"] * c["share"]
            emitted -= t.firms.direct_kg_per_eur[c["holder"]] * done * c["cut"]
    assert not world.state.firms.abatement.any()
    assert total(world, "footprint_purchases_tco2e") == pytest.approx(footprint / 1000.0)
    assert total(world, "footprint_cut_tco2e") == pytest.approx(avoided / 1000.0) and avoided > 0
    assert total(world, "territorial_emissions_tco2e") == pytest.approx(emitted / 1000.0)


def test_fragile_firms_are_counted_at_the_end_of_a_quarter(
    world: TerritoryModel, flows: MonthFlows
) -> None:
    f = world.state.firms
    active = f.expected_demand > 0
    days = f.cash[active] / (f.expected_demand[active] * 12 / 365)
    public = flows.traced[0][active]
    assert total(world, "firms_active_n") == active.sum()
    assert total(world, "firms_short_of_cash_n") == (days < 13).sum() > 0
    assert total(world, "firms_dependent_n") == (public > 0.25).sum() > 0
    assert total(world, "public_share_sum_n") == pytest.approx(public.sum())
    series = world.records.quantities["public_share_sum_n"]
    np.testing.assert_array_equal(series[0], series[1])
    assert (series[2] != series[1]).any()


def test_posts_at_work_follow_sales(world: TerritoryModel, flows: MonthFlows) -> None:
    t, state = world.territory, world.state
    used = 0.0
    for row in np.flatnonzero(t.firms.posts_fte > 0):
        lent = state.firms.lent_fte[row]
        own = state.firms.posts_fte[row] - lent
        people = state.firms.fte[row] + own
        made = flows.goods.output[row] / state.firms.productivity_eur[row]
        used += lent + own * min(1.0, made / people)
    assert total(world, "posts_used_fte") == pytest.approx(used)
    assert total(world, "posts_agreed_fte") == pytest.approx(t.firms.posts_fte.sum())
    assert total(world, "posts_filled_fte") == pytest.approx(t.firms.posts_fte.sum())
    assert total(world, "posts_lent_fte") == pytest.approx(state.firms.lent_fte.sum()) != 0.0
    siae = list(world.records.by("firm-kind").groups).index("siae")
    kinds = np.isin(t.firms.kind, [KINDS.index(k) for k in ("ACI", "EI", "ETTI", "AI")])
    by_kind = world.records.by("firm-kind").quantities["posts_agreed_fte"][-1]
    assert by_kind[siae] == pytest.approx(t.firms.posts_fte[kinds].sum())


def test_sales_and_wins_go_to_the_firm(world: TerritoryModel, flows: MonthFlows) -> None:
    sold = flows.goods.demand_contracts * flows.goods.fill
    assert total(world, "contract_sales_eur") == pytest.approx(sold.sum())
    assert total(world, "contract_sales_eur") == pytest.approx(total(world, "contract_output_eur"))
    won = amount = 0.0
    for i in range(len(flows.tenders)):
        place = flows.awards.place[i]
        if place >= 0 and flows.bids.firm[i, place] < len(world.territory.firms):
            won += 1
            amount += flows.tenders.amount_eur[i] * flows.bids.price[i, place]
    assert total(world, "won_n") == won > 0
    assert total(world, "won_eur") == pytest.approx(amount)


def test_procedures_and_bids_cost_by_their_procedure(
    world: TerritoryModel, flows: MonthFlows, h: dict[str, float]
) -> None:
    needs = len(world.territory.needs.buyer)
    of_buyer, of_bidders = procedure_costs(flows.tenders, flows.awards, needs, h, 2.0)
    names = {FORMAL: "formal", ADAPTED: "adapted"}
    for i, procedure in enumerate(flows.tenders.procedure):
        if procedure == DIRECT:
            assert of_buyer[i] == of_bidders[i] == 0.0
            continue
        first = flows.tenders.contract[i] < needs
        key = f"procedure_cost_{names[procedure]}_eur" if first else "further_lot_cost_eur"
        assert of_buyer[i] == 2.0 * h[key]
        assert of_bidders[i] == 2.0 * h[f"bid_cost_{names[procedure]}_eur"] * flows.awards.bids[i]
    assert total(world, "procedure_cost_buyer_eur") == pytest.approx(of_buyer.sum() / 2.0)


def test_hours_and_lever_costs_by_buyer_are_those_by_zone(
    world: TerritoryModel, flows: MonthFlows
) -> None:
    records = world.records
    np.testing.assert_allclose(
        records.quantities["insertion_hours_due"][-1], flows.insertion.hours_due
    )
    np.testing.assert_allclose(
        records.quantities["insertion_hours_executed"][-1],
        flows.insertion.hours_executed,
        atol=1e-9,
    )
    assert records.by("buyer-kind").quantities["lever_cost_buyer_eur"].sum() == 0.0
    lasting = total(world, "insertion_exits_lasting_n") / total(world, "insertion_exits_work_n")
    assert lasting == pytest.approx(world.hypotheses["insertion_lasting_share"])
