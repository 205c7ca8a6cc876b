"""Shocks as values: canonical, composable, in a fixed order; and the paths of their depth."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from itertools import pairwise, permutations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import Levers
from model.shocks.register import RECOVERIES, load_shock_kinds
from model.shocks.shock import Shock, Shocks, check_overlaps, parse_shock
from scenarios import Scenario
from scenarios.library.reading import load_shock, shock_names

if TYPE_CHECKING:
    from tests.shocks.conftest import Strategies

EXPORTS = {"kind": "export-fall", "depth": 0.2, "start_month": 5, "sectors": ["CH"]}
FLOOD = {"kind": "disaster", "depth": 0.3, "start_month": 2}
CLOSURE = {"kind": "firm-closure", "firm": "CA-0001", "start_month": 9}


# --- Canonical form -----------------------------------------------------------------------------


@given(data=st.data())
def test_the_canonical_form_reads_back_the_same(
    lawful_shocks: Strategies, data: st.DataObject
) -> None:
    drawn = data.draw(lawful_shocks(400))
    shocks = Shocks([one for one in drawn.items if not one.changes_nothing])
    plain = json.loads(json.dumps(shocks.canonical()))
    assert Shocks(plain) == shocks and hash(Shocks(plain)) == hash(shocks)
    assert Shocks(plain).canonical() == shocks.canonical() == drawn.canonical()
    assert [parse_shock(one.canonical()) for one in drawn.items] == list(drawn.items)


def test_what_a_table_does_not_say_is_that_of_its_kind() -> None:
    for key, kind in load_shock_kinds().items():
        one = parse_shock({"kind": key, "depth": kind.high})
        assert (one.duration_months, one.recovery, one.recovery_months) == (
            kind.duration_months,
            kind.recovery,
            kind.recovery_months,
        )
        assert one.start_month == 36 and one.announced_months == 0
        assert one.firm == ("largest" if "firm" in kind.reach else "")
        assert one.origin == ("abroad" if "origin" in kind.reach else "")
        spelled_out = {
            "kind": key,
            "depth": kind.high,
            "start_month": 36,
            "duration_months": kind.duration_months,
            "recovery": kind.recovery,
            "recovery_months": kind.recovery_months,
            "announced_months": 0,
        }
        assert parse_shock(spelled_out) == one
    assert parse_shock({"kind": "firm-closure"}).depth == 1.0


def test_a_start_is_a_month_or_a_date() -> None:
    for start, month in (("2027-01", 0), ("2027-12", 11), ("2030-01", 36), ("2032-03", 62)):
        assert parse_shock({**FLOOD, "start_month": month}) == parse_shock(
            {"kind": "disaster", "depth": 0.3, "start": start}
        )


def test_names_stand_in_order_and_once() -> None:
    one = parse_shock({**EXPORTS, "sectors": ["CH", "CA", "CH"]})
    assert one.sectors == ("CA", "CH")
    assert one == parse_shock({**EXPORTS, "sectors": ["CA", "CH"]})


# --- Together -----------------------------------------------------------------------------------


def test_together_they_are_the_same_in_any_order() -> None:
    a, b, c = (Shocks([one]) for one in (EXPORTS, FLOOD, CLOSURE))
    every = {(x | y | z) for x, y, z in permutations((a, b, c))}
    every |= {Shocks(list(tables)) for tables in permutations((EXPORTS, FLOOD, CLOSURE))}
    every |= {a | (b | c), (a | b) | (b | c), Shocks() | a | b | c | Shocks()}
    assert len(every) == 1 and len(every.pop()) == 3
    assert a | a == a and a | Shocks() == Shocks() | a == a


@settings(max_examples=40)
@given(
    tables=st.lists(st.sampled_from([EXPORTS, FLOOD, CLOSURE]), max_size=4),
    others=st.lists(st.sampled_from([EXPORTS, FLOOD, CLOSURE]), max_size=4),
)
def test_one_that_is_said_twice_strikes_once(
    tables: list[dict[str, object]], others: list[dict[str, object]]
) -> None:
    a, b = Shocks(tables), Shocks(others)
    assert a | b == b | a == Shocks([*tables, *others])
    assert len(a | b) == len({str(one) for one in (*tables, *others)})


def test_shocks_are_frozen() -> None:
    shocks = Shocks([EXPORTS])
    with pytest.raises(FrozenInstanceError):
        shocks.items = ()  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        shocks.items[0].depth = 1.0  # type: ignore[misc]


# --- In scenarios -------------------------------------------------------------------------------


def test_the_digest_changes_with_whatever_strikes() -> None:
    calm = Scenario("a")
    changes: list[dict[str, Any]] = [
        {},
        {"depth": 0.21},
        {"start_month": 6},
        {"duration_months": 11},
        {"recovery": "exponential"},
        {"recovery_months": 11},
        {"sectors": ["CA"]},
        {"epci": ["900000001"]},
    ]
    digests = {Scenario("a", shocks=Shocks([{**EXPORTS, **one}])).digest() for one in changes}
    assert len(digests) == len(changes)
    assert calm.digest() not in digests
    assert "shocks" not in calm.canonical()
    levers = Scenario("a", levers=Levers({"allotment": 0.5}))
    assert len({levers.digest(), (levers | Scenario("b", shocks=Shocks([EXPORTS]))).digest()}) == 2


def test_the_digest_is_that_of_what_happens_not_of_its_texts() -> None:
    one, other = Shocks([EXPORTS, FLOOD]), Shocks([FLOOD, EXPORTS])
    digest = Scenario("a", "why", shocks=one).digest()
    assert digest == Scenario("b", "else", shocks=other).digest()
    nothing = Shocks([{**FLOOD, "depth": 0.0}])
    assert Scenario("a", shocks=nothing).digest() == Scenario("a").digest()
    assert Scenario("a", shocks=one | nothing).digest() == digest


def test_a_recovery_at_once_or_never_has_no_months() -> None:
    for recovery in ("sudden", "none"):
        one, other = (
            Scenario("a", shocks=Shocks([{**FLOOD, "recovery": recovery, "recovery_months": k}]))
            for k in (0, 5)
        )
        assert one.digest() == other.digest() and one.shocks == other.shocks


def test_a_scenario_in_which_something_strikes_changes_something() -> None:
    assert Scenario("a").changes_nothing
    assert Scenario("a", shocks=Shocks([{**FLOOD, "depth": 0.0}])).changes_nothing
    assert not Scenario("a", shocks=Shocks([FLOOD])).changes_nothing
    both = Scenario("a", shocks=Shocks([FLOOD])) | Scenario("b", shocks=Shocks([EXPORTS]))
    assert both.shocks == Shocks([EXPORTS, FLOOD]) and both.name == "a+b"


def test_ready_shocks_only_strike_and_are_told_apart() -> None:
    ready = {name: load_shock(name) for name in shock_names()}
    assert len(ready) == 18
    assert len({one.digest() for one in ready.values()}) == 18
    for name, one in ready.items():
        assert one.name == name and one.why and one.why_en
        assert not one.shocks.changes_nothing and not one.levers.changed()
        assert one.shocks.first_month > 0


# --- First months -------------------------------------------------------------------------------


def test_the_first_month_is_that_of_the_announcement_of_what_has_depth() -> None:
    known = {**CLOSURE, "announced_months": 6}
    assert Shocks([known]).items[0].first_month == 3
    assert Shocks([{**CLOSURE, "announced_months": 12}]).items[0].first_month == 0
    assert Shocks([known, EXPORTS]).first_month == 3
    assert Shocks([FLOOD, known, EXPORTS]).first_month == 2
    assert Shocks([{**FLOOD, "depth": 0.0}, EXPORTS]).first_month == 5
    assert Shocks().first_month == Shocks([{**FLOOD, "depth": 0.0}]).first_month == 0


# --- Paths of the depth -------------------------------------------------------------------------


def path(recovery: str, months: int, duration: int = 2, depth: float = 0.6) -> list[float]:
    one = Shock("recession", depth, 3, duration, recovery, months)
    return [one.depth_at(month) for month in range(12)]


def test_depths_by_hand() -> None:
    full = [0.0, 0.0, 0.0, 0.6, 0.6]
    assert path("sudden", 0) == full + [0.0] * 7
    assert path("sudden", 5) == path("linear", 0) == path("exponential", 0) == path("sudden", 0)
    assert path("none", 0) == path("none", 5) == full + [0.6] * 7
    assert path("linear", 2) == pytest.approx([*full, 0.4, 0.2, *[0.0] * 5])
    assert path("linear", 5) == pytest.approx([*full, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0, 0.0])
    # a twentieth is left after the recovery months, and it is over at a hundredth of that
    decay = path("exponential", 4)
    assert decay[:5] == full
    assert decay[8] == pytest.approx(0.6 * 0.05)
    assert decay[6] == pytest.approx(0.6 * 0.05**0.5)


def test_an_exponential_recovery_ends() -> None:
    one = Shock("recession", 0.6, 3, 2, "exponential", 4)
    left = [one.depth_at(month) for month in range(5, 40)]
    assert min(depth for depth in left if depth > 0.0) > 0.6 * 0.0005
    assert left[-1] == 0.0 and left.index(0.0) <= 11
    assert all(depth == 0.0 for depth in left[left.index(0.0) :])


@given(
    recovery=st.sampled_from(RECOVERIES),
    months=st.integers(0, 30),
    duration=st.integers(1, 30),
    start=st.integers(0, 30),
    depth=st.floats(0.0, 1.0),
)
def test_depths_start_whole_and_only_fall(
    recovery: str, months: int, duration: int, start: int, depth: float
) -> None:
    one = Shock("recession", depth, start, duration, recovery, months)
    depths = [one.depth_at(month) for month in range(160)]
    assert depths[:start] == [0.0] * start
    assert depths[start : start + duration] == [depth] * duration
    after = depths[start:]
    assert all(0.0 <= later <= earlier for earlier, later in pairwise(after))
    assert depths[-1] == (depth if recovery == "none" else 0.0)


# --- What adds up -------------------------------------------------------------------------------


@settings(max_examples=60)
@given(data=st.data())
def test_what_is_let_through_never_takes_more_than_all_of_a_target(data: st.DataObject) -> None:
    """Against sums taken month by month, sector by sector and zone by zone."""
    names = {"sectors": ("CA", "CH", "FZ"), "epci": ("1", "2")}
    drawn: list[Shock] = []
    for _ in range(data.draw(st.integers(2, 4))):
        reach = {
            key: tuple(sorted(data.draw(st.sets(st.sampled_from(held), max_size=2))))
            for key, held in names.items()
        }
        start, length = data.draw(st.integers(0, 5)), data.draw(st.integers(1, 4))
        depth = data.draw(st.sampled_from([0.2, 0.4, 0.5, 0.6, 1.0]))
        drawn.append(
            Shock("export-fall", depth, start, length, "linear", 3, 0, **reach)  # type: ignore[arg-type]
        )
    worst = max(
        sum(
            one.depth_at(month)
            for one in drawn
            if (not one.sectors or sector in one.sectors) and (not one.epci or zone in one.epci)
        )
        for month in range(20)
        for sector in (*names["sectors"], "another")
        for zone in (*names["epci"], "another")
    )
    if worst <= 1.0 + 1e-9:
        check_overlaps(drawn)
    else:
        with pytest.raises(Exception, match="that overlap take"):
            check_overlaps(drawn)
