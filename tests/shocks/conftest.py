"""Worlds with and without shocks, and what differs between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pytest
from hypothesis import strategies as st

from model import TerritoryModel
from model.errors import AncrageError
from model.indicators.watcher import Watcher
from model.shocks.register import RECOVERIES, load_shock_kinds
from model.shocks.shock import Shocks

if TYPE_CHECKING:
    from model.economy.switches import Switches
    from model.state import State
    from model.territory.territory import Territory
    from tests.conftest import MakeTerritory

DEPTHS = {"firm-closure": (1.0, 1.0), "input-price-rise": (0.0, 3.0), "failure-wave": (0.0, 6.0)}
"""Bounds of depths that tests draw, where they are not shares."""


class BurntIn(Protocol):
    """Returns a burnt-in world of 300 firms, the same object each time: branch it, never run it."""

    def __call__(self, seed: int = 1, switches: Switches | None = None) -> TerritoryModel: ...


@pytest.fixture(scope="session")
def burnt_in(generated_territory: MakeTerritory) -> BurntIn:
    """Worlds in January 2027, each made once a session."""
    made: dict[tuple[int, Switches | None], TerritoryModel] = {}

    def make(seed: int = 1, switches: Switches | None = None) -> TerritoryModel:
        if (seed, switches) not in made:
            made[seed, switches] = TerritoryModel(
                generated_territory(), rng=seed, switches=switches, verify=True
            )
        return made[seed, switches]

    return make


def _states_differ(one: State, other: State) -> list[str]:
    found = [] if one.month == other.month else ["month"]
    for part in ("firms", "supply", "contracts", "zones", "public", "shocks"):
        a, b = getattr(one, part), getattr(other, part)
        for f in fields(a):
            first, second = getattr(a, f.name), getattr(b, f.name)
            if first.shape != second.shape or first.tobytes() != second.tobytes():
                found.append(f"{part}.{f.name}")
    return found


def _records_differ(one: TerritoryModel, other: TerritoryModel) -> list[str]:
    if isinstance(one.recorder, Watcher):
        return []
    a, b = one.records, other.records
    names = [k for k, v in a.quantities.items() if v.tobytes() != b.quantities[k].tobytes()]
    for name in ("contract_volume", "local_volume", "local_fte"):
        if getattr(a, name).tobytes() != getattr(b, name).tobytes():
            names.append(name)
    return names


@pytest.fixture(scope="session")
def worlds_differ() -> Callable[[TerritoryModel, TerritoryModel], list[str]]:
    """Columns of state and records of two worlds that are not bit for bit the same."""

    def differ(one: TerritoryModel, other: TerritoryModel) -> list[str]:
        return _states_differ(one.state, other.state) + _records_differ(one, other)

    return differ


@pytest.fixture(scope="session")
def code_of_firm() -> Callable[[Territory, int], str]:
    """Synthetic identifier of a row of firms: its sector, and its place in it."""
    return _code_of_firm


def _code_of_firm(t: Territory, row: int) -> str:
    of_sector = np.flatnonzero(t.firms.sector == t.firms.sector[row])
    place = 1 + int(np.searchsorted(of_sector, row))
    return f"{t.sectors.codes[int(t.firms.sector[row])]}-{place:04d}"


class Strategies(Protocol):
    """Makes the strategy of possible shocks of a territory."""

    def __call__(self, last_start: int = 4) -> st.SearchStrategy[Shocks]: ...


def _table(draw: st.DrawFn, names: Mapping[str, list[str]], last_start: int) -> dict[str, object]:
    entry = load_shock_kinds()[draw(st.sampled_from(sorted(load_shock_kinds())))]
    low, high = DEPTHS.get(entry.key, (entry.low, min(entry.high, 200.0)))
    recovery = draw(st.sampled_from(RECOVERIES))
    found: dict[str, object] = {
        "kind": entry.key,
        "depth": draw(st.sampled_from([low, high]) | st.floats(low, high)),
        "start_month": draw(st.integers(0, last_start)),
        "duration_months": draw(st.integers(1, 5)),
        "recovery": recovery,
        "recovery_months": draw(st.integers(0, 6)),
    }
    if entry.announced and draw(st.booleans()):
        found["announced_months"] = draw(st.integers(1, 4))
    for field in entry.reach:
        if field == "origin":
            found[field] = draw(st.sampled_from(["abroad", "outside"]))
        elif field == "firm":
            found[field] = draw(st.sampled_from(["largest", *names["firm"]]))
        elif field == "kinds" and "buyers" in found:
            continue  # perhaps nobody is both
        elif draw(st.booleans()) and not (field == "epci" and "firm" in found):
            found[field] = draw(
                st.lists(st.sampled_from(names[field]), min_size=1, max_size=3, unique=True)
            )
    return found


@pytest.fixture(scope="session")
def lawful_shocks(generated_territory: MakeTerritory) -> Strategies:
    """One to four shocks together that the territory of 300 firms can have."""

    t = generated_territory()
    present = sorted({t.sectors.codes[s] for s in t.firms.sector.tolist()})
    names = {
        "sectors": present,
        "epci": list(t.zones.keys),
        "buyers": list(t.buyers.code),
        "kinds": ["commune", "epci", "hospital"],
        "firm": [_code_of_firm(t, int(row)) for row in np.flatnonzero(t.firms.output_eur)[::15]],
    }

    @st.composite
    def shocks(draw: st.DrawFn, last_start: int) -> Shocks:
        found = Shocks()
        for _ in range(draw(st.integers(1, 4))):
            one = _table(draw, names, last_start)
            try:
                found |= Shocks([one])
            except AncrageError as error:
                # together they would take more than all of something
                assert "that overlap take" in str(error), error
        return found

    def make(last_start: int = 4) -> st.SearchStrategy[Shocks]:
        return shocks(last_start)

    return make


@pytest.fixture(scope="session")
def watch() -> Callable[[TerritoryModel, int], list[Any]]:
    """Run a world month by month and keep its flows."""

    def follow(world: TerritoryModel, months: int) -> list[Any]:
        found: list[Any] = []
        for _ in range(months):
            world.step()
            found.append(world.last_flows)
        return found

    return follow
