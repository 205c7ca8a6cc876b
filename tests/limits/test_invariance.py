"""Order of rows, unit of money, identical firms: what must not matter (`model.md` 7.6)."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from model import STATIONARY, Levers, TerritoryModel
from model.hypotheses import HypothesisValues
from model.state import PARTS, State
from model.territory import build
from model.territory.buyers import Communes, load_communes
from model.territory.tables import TERRITORY_FILES, read_rows, tables_from_rows
from model.territory.territory import Territory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.conftest import MakeTerritory

    Floats = NDArray[np.float64]

MOVING = Levers(
    {
        "sourcing_breadth": 1.0,
        "facilitators_fte": 30,
        "allotment": 0.5,
        "social_coverage": 0.6,
        "reserved_share": 0.02,
        "advance_rate_sme": 0.3,
        "required_turnover": 0.2,
        "price_weight": 0.25,
        "environmental_weight": 0.3,
        "environmental_coverage": 0.8,
        "environmental_stringency": 0.4,
        "environmental_control": 0.7,
        "quality_food": 0.6,
        "reused_goods": 0.6,
        "training": 1.0,
        "filiere_capacity": 1e6,
        "filiere_productivity": 1e6,
        "filiere_innovation": 5e5,
        "filiere_matchmaking": 5e5,
        "training_places_building": 100,
        "insertion_posts": 0.5,
        "insertion_exits": 1.0,
        "insertion_partnerships": 1.0,
        "large_site_fte": 60,
    }
)


def state_columns(state: State) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {}
    for part in ("firms", "supply", "contracts", "zones", "public"):
        held = getattr(state, part)
        found |= {f"{part}.{f.name}": getattr(held, f.name) for f in fields(held)}
    return found


# --- Rows in another order ------------------------------------------------------------------------


def shuffled(rows: list[Any], seed: int) -> list[Any]:
    return [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]


def build_dunkerque(seed: int | None, monkeypatch: pytest.MonkeyPatch) -> Territory:
    """Build Dunkerque from its tables, their rows in the order of a seed."""
    rows = {key: read_rows(key) for key in TERRITORY_FILES}
    listed = read_rows("territories")
    codes = [row["epci"] for row in listed if row["territory"] == "dunkerque"]
    known = load_communes()
    if seed is not None:
        rows = {key: shuffled(found, seed) for key, found in rows.items()}
        codes = shuffled(codes, seed)
        order = np.random.default_rng(seed).permutation(len(known.code))
        known = Communes(
            code=tuple(known.code[i] for i in order),
            name=tuple(known.name[i] for i in order),
            epci=tuple(known.epci[i] for i in order),
            population=known.population[order],
        )
    with monkeypatch.context() as patch:
        patch.setattr(build, "load_communes", lambda: known)
        tables = tables_from_rows("dunkerque", codes, rows)
        return build.build_territory("dunkerque", tables, HypothesisValues())


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Return what is not bit for bit the same in two values made of dataclasses and arrays."""
    if is_dataclass(one):
        return [
            found
            for f in fields(one)
            for found in differences(
                getattr(one, f.name), getattr(other, f.name), f"{path}.{f.name}"
            )
        ]
    if isinstance(one, np.ndarray):
        return [] if one.dtype == other.dtype and one.tobytes() == other.tobytes() else [path]
    return [] if one == other else [path]


@pytest.mark.parametrize("seed", [1, 2])
def test_rows_in_another_order_give_the_same_world(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    usual, other = (build_dunkerque(s, monkeypatch) for s in (None, seed))
    assert differences(usual, other) == []
    one, two = (TerritoryModel(t, rng=4, levers=MOVING, burn_in=False) for t in (usual, other))
    assert differences(one.run(3).state, two.run(3).state) == []


# --- Another unit of money ------------------------------------------------------------------------

BY_MONEY = {"contracts.fte_per_eur": -1}
PURE_NUMBERS = {
    *("firms.alive", "firms.generation", "firms.key", "firms.fte", "firms.clause_fte"),
    *("firms.intact", "firms.cost_rise"),
    *("firms.unit_cost", "firms.household_share", "firms.visibility", "firms.experience"),
    *("firms.environmental_pull", "firms.abatement"),
    *("firms.posts_fte", "firms.posts_agreed_fte", "firms.lent_fte", "firms.borrowed_fte"),
    *("firms.support_pending", "firms.support_effect", "public.supporting"),
    *("firms.cash_target", "supply.diverted", "supply.found"),
    *("firms.exit_month", "supply.supplier", "supply.end_month", "supply.draws"),
    *("public.volume_factor", "public.tracer", "public.household_tracer"),
    *("public.maturity", "public.opening_maturity", "public.scheme"),
}
PURE_PARTS = {"contracts", "zones"}
MONEY = {
    *("volume_eur", "backlog_eur", "receivable_eur", "retained_eur", "advance_eur"),
    *("partner_receivable_eur", "cash"),
    *("ordered_eur", "maximum_eur"),
}


def power_of_money(name: str) -> int:
    """Return 1 for a column in euros, 0 for one that no currency touches, -1 for one per euro."""
    part, _, column = name.partition(".")
    if name in BY_MONEY:
        return BY_MONEY[name]
    if name in PURE_NUMBERS or (part in PURE_PARTS and column not in MONEY):
        return 0
    return 1


def both(
    generated_territory: MakeTerritory, scale: float, levers: Levers, seed: int, months: int
) -> tuple[TerritoryModel, TerritoryModel]:
    worlds = [
        TerritoryModel(
            generated_territory(400, 3, seed, unit), rng=seed, levers=levers, burn_in=False
        )
        for unit in (1.0, scale)
    ]
    return worlds[0].run(months), worlds[1].run(months)


@pytest.mark.parametrize("levers", [Levers(), MOVING], ids=["current", "moving"])
@pytest.mark.parametrize("seed", [1, 5])
def test_money_times_1024_changes_no_decision_and_scales_exactly(
    generated_territory: MakeTerritory, levers: Levers, seed: int
) -> None:
    one, other = both(generated_territory, 1024.0, levers, seed, 36)
    scaled = state_columns(other.state)
    for name, column in state_columns(one.state).items():
        power = power_of_money(name)
        expected = column * 1024.0**power if power else column
        assert expected.tobytes() == scaled[name].tobytes(), name
    assert (one.state.firms.generation > 0).any(), "no firm was renewed"
    assert one.state.firms.abatement.any() == (levers == MOVING), "no firm cut its emissions"
    for name, series in one.records.quantities.items():
        factor = 1024.0 if name.endswith("_eur") else 1.0
        np.testing.assert_array_equal(series * factor, other.records.quantities[name], name)


@pytest.mark.parametrize("levers", [Levers(), MOVING], ids=["current", "moving"])
def test_money_times_1000_leaves_aggregates_to_rounding(
    generated_territory: MakeTerritory, levers: Levers
) -> None:
    one, other = both(generated_territory, 1000.0, levers, 1, 36)
    np.testing.assert_array_equal(one.state.contracts.holder, other.state.contracts.holder)
    np.testing.assert_array_equal(one.state.firms.generation, other.state.firms.generation)
    for name, series in one.records.quantities.items():
        factor = 1000.0 if name.endswith("_eur") else 1.0
        total, found = series.sum(axis=1) * factor, other.records.quantities[name].sum(axis=1)
        np.testing.assert_allclose(found, total, rtol=1e-9, atol=1e-9 * np.abs(total).max())


# --- Firms split into identical ones --------------------------------------------------------------


def split_firms(t: Territory, parts: int) -> Territory:
    """Return the territory with every firm, and every need, in ``parts`` equal ones.

    The c-th part of a client buys from the c-th parts of its suppliers.
    """
    n, supply = len(t.firms), t.supply

    def rows(columns: Any, extensive: tuple[str, ...]) -> dict[str, Any]:
        found = {}
        for f in fields(columns):
            value = getattr(columns, f.name)
            if isinstance(value, np.ndarray) and len(value) == n and f.name not in GROUPS:
                value = np.repeat(value, parts, axis=0)
                found[f.name] = value / parts if f.name in extensive else value
        return found

    slot, copy = _copies(supply.slot_client, np.arange(supply.slots), parts)
    owner = supply.slot_client[supply.link_slot]
    link, link_copy = _copies(owner, np.arange(supply.links), parts)
    place = np.empty((supply.slots, parts), dtype=np.intp)
    place[slot, copy] = np.arange(len(slot))
    counts = np.diff(supply.link_start)[slot]
    slots_of_firm = np.repeat(supply.slots_of_firm, parts)
    first = np.cumsum(slots_of_firm) - slots_of_firm
    with_slots = np.flatnonzero(slots_of_firm > 0)
    network = replace(
        supply,
        slots_of_firm=slots_of_firm,
        slot_client=supply.slot_client[slot] * parts + copy,
        link_start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        link_slot=place[supply.link_slot[link], link_copy],
        link_supplier=supply.link_supplier[link] * parts + link_copy,
        link_share=supply.link_share[link],
        client_with_slots=with_slots,
        client_first_slot=first[with_slots],
        **{
            f.name: getattr(supply, f.name)[slot]
            for f in fields(supply)
            if f.name.startswith("slot_") and f.name not in ("slot_client",)
        },
    )
    needs = {f.name: np.repeat(getattr(t.needs, f.name), parts) for f in fields(t.needs)}
    needs["annual_volume_eur"] = needs["annual_volume_eur"] / parts
    held = {f.name: np.repeat(getattr(t.contracts, f.name), parts) for f in fields(t.contracts)}
    which = np.tile(np.arange(parts), len(t.contracts.holder))
    held["holder"] = np.where(
        held["holder"] < n, held["holder"] * parts + which * (held["holder"] >= 0), n * parts
    ).astype(np.int32)
    weights = ("household_weight", "outside_weight")
    return replace(
        t,
        firms=replace(t.firms, **rows(t.firms, ("fte", "posts_fte", "output_eur"))),
        supply=network,
        demand=replace(t.demand, **rows(t.demand, weights)),
        needs=replace(t.needs, **needs),
        contracts=replace(t.contracts, **held),
    )


GROUPS = ("household_share", "outside_demand_eur", "household_kernel", "outside_accounts")


def _copies(
    owner: NDArray[Any], rows: NDArray[Any], parts: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and copies sorted by owner, then copy, then row."""
    row, copy = np.repeat(rows, parts), np.tile(np.arange(parts), len(rows))
    order = np.lexsort((row, copy, owner[row]))
    return row[order], copy[order]


COUNTS_OF_FIRMS = (
    "firms_active_n",
    "firms_supplying_n",
    "firms_short_of_cash_n",
    "firms_dependent_n",
    "public_share_sum_n",
    "running_n",
    "performed_territory_n",
    "performed_epci_n",
)
"""Counts of firms and of their contracts: they grow with the number of parts."""

OF_SINGLE_HOLDERS = ("concentration_squares_eur", "concentration_top_eur")
"""What a split is meant to change: how much one holder has."""


@pytest.mark.parametrize("parts", [2, 3, 10])
def test_splitting_identical_firms_changes_nothing(
    generated_territory: MakeTerritory, parts: int
) -> None:
    """Exact with tenders and circulation frozen, also while demand and capacity are shaken."""
    whole = generated_territory(300, 3, 2)
    n = len(whole.firms)
    rng = np.random.default_rng(parts)
    demand, capacity = rng.uniform(0.6, 1.6, n), rng.uniform(0.7, 1.1, n)
    worlds = []
    for territory, k in ((whole, 1), (split_firms(whole, parts), parts)):
        world = TerritoryModel(territory, switches=STATIONARY, burn_in=False, verify=True)
        world.state.firms.outside_demand *= np.repeat(demand, k)
        world.state.firms.capacity_eur *= np.repeat(capacity, k)
        worlds.append(world.run(24))
    one, many = worlds
    for name in ("fte", "cash", "expected_demand", "capacity_eur", "payable_firms"):
        total = getattr(many.state.firms, name).reshape(n, parts).sum(axis=1)
        known = getattr(one.state.firms, name)
        np.testing.assert_allclose(total, known, rtol=1e-9, atol=1e-9 * known.max(), err_msg=name)
    book = many.state.contracts.receivable_eur.reshape(PARTS, -1, parts).sum(axis=2).ravel()
    np.testing.assert_allclose(book, one.state.contracts.receivable_eur, rtol=1e-9, atol=1e-6)
    for name, series in one.records.quantities.items():
        if name in OF_SINGLE_HOLDERS:
            continue
        found, size = many.records.quantities[name], np.abs(series).max()
        expected = series * parts if name in COUNTS_OF_FIRMS else series
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * size, err_msg=name)
    jobs = one.records.quantities["jobs_present_fte"].sum(axis=1)
    assert abs(jobs[-1] / jobs[0] - 1.0) > 0.001, "the shock reached nothing"
