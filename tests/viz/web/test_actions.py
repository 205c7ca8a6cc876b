"""What gestures do to the state, and how the lever panel shows and sets levers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.procurement.levers import AWARD_WEIGHTS, Levers, load_levers
from scenarios.library import load_library
from scenarios.schema import Scenario
from viz.web.actions import Refusal, duplicate, move_lever, rename, reset_lever
from viz.web.lever_panel import panel, values, with_lever, without_lever
from viz.web.state import State

REGISTER = load_levers()
FOUR = ("access", "insertion", "full-spaser", "lowest-price")


def alone(key: str) -> Scenario:
    """Return an empty scenario, with what a lever asks for where the register refuses it alone."""
    needed = {
        "joint_purchase_lots": {"joint_purchase": 0.5},
        "sourcing_depth": {"sourcing_breadth": 0.5},
        "environmental_control": {"environmental_coverage": 0.5},
    }
    return Scenario("mine", "", Levers(needed.get(key, {})))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_lever_has_a_control_with_its_unit_bounds_and_basis(language):
    shown = [lever for theme in panel(language) for lever in theme["levers"]]
    assert [one["key"] for one in shown] and {one["key"] for one in shown} == set(REGISTER)
    assert len(shown) == len(REGISTER)
    for one in shown:
        lever = REGISTER[one["key"]]
        assert (one["low"], one["high"], one["current"]) == (lever.low, lever.high, lever.current)
        assert one["unit_label"] or one["switch"]
        assert all(one[part] for part in ("label", "sentence", "legal_basis", "cost", "lag"))
        assert 0 < one["step"] <= lever.high - lever.low


# a weight changes the others; the law caps the turnover that may be required
SET = [
    (key, end)
    for key in sorted(REGISTER)
    for end in ("low", "high")
    if key not in AWARD_WEIGHTS and (key, end) != ("required_turnover", "high")
]


@pytest.mark.parametrize(("key", "end"), SET)
def test_what_the_panel_sets_it_shows(key, end):
    value = getattr(REGISTER[key], end)
    moved = with_lever(alone(key), {"key": key, "value": value, "start": 3, "ramp": 6})
    if value == REGISTER[key].current:
        return
    shown = values(moved, "fr")[key]
    assert (shown["value"], shown["start"], shown["ramp"]) == (value, 3, 6)
    assert not shown["complex"] and shown["scoped"] == ""
    assert key not in values(without_lever(moved, key), "fr")


@given(key=st.sampled_from(AWARD_WEIGHTS), value=st.floats(0.0, 1.0))
def test_award_weights_always_sum_to_one(key, value):
    scenario = Scenario("mine", "", Levers())
    for changed in (key, AWARD_WEIGHTS[0]):
        lever = REGISTER[changed]
        wanted = min(max(value, lever.low), lever.high)
        try:
            scenario = move_lever(
                State(own=(scenario,), shown=("mine",), edited="mine"),
                {"key": changed, "value": wanted},
            ).scenario("mine")
        except Refusal:
            continue
        for month in (0, 12, 119):
            total = sum(
                scenario.levers.value(k, month)
                if scenario.levers.paths_of(k)
                else REGISTER[k].current
                for k in AWARD_WEIGHTS
            )
            assert total == pytest.approx(1.0, abs=1e-9)


def test_a_library_scenario_is_copied_before_it_is_moved():
    state = move_lever(State(), {"key": "allotment", "value": 0.9})
    assert state.shown == ("access (modifié)",) and state.edited == "access (modifié)"
    assert load_library()["access"].levers.value("allotment", 50) == 0.5
    again = move_lever(state, {"key": "allotment", "value": 0.2})
    assert again.shown == state.shown and len(again.own) == 1
    back = reset_lever(again, "allotment")
    assert "allotment" not in back.own[0].levers.changed()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "change",
    [
        {"key": "nobody", "value": 1},
        {"key": "allotment", "value": 7.0},
        {"key": "allotment", "value": float("nan")},
        {"key": "allotment"},
        {"value": 0.5},
        {"key": "allotment", "value": "much"},
        {"key": "allotment", "value": 0.5, "start": -4},
        {"key": "allotment", "value": 0.5, "scope": {"kinds": "nobody"}},
    ],
)
def test_a_gesture_that_cannot_be_is_refused_in_a_sentence(change, language):
    with pytest.raises(Refusal) as refused:
        move_lever(State(language=language), change)
    assert 20 < len(str(refused.value)) < 500 and "\n" not in str(refused.value)


def test_duplicates_have_names_of_their_own():
    state = duplicate(State(), "access")
    assert state.shown == ("access", "access (copie)") and state.edited == "access (copie)"
    twice = duplicate(state, "access")
    assert len(set(twice.shown)) == 3
    full = State().with_shown(FOUR)
    replaced = duplicate(full, "insertion")
    assert len(replaced.shown) == 4 and "insertion (copie)" in replaced.shown
    assert "insertion" not in replaced.shown


def test_a_scenario_is_renamed_where_it_stands():
    state = duplicate(State().with_shown(FOUR[:3]), "access")
    renamed = rename(state, "access (copie)", " À nous ")
    assert "À nous" in renamed.shown and "access (copie)" not in renamed.names()
    assert renamed.shown.index("À nous") == state.shown.index("access (copie)")
    for taken in ("insertion", "baseline"):
        with pytest.raises(Refusal, match="déjà pris"):
            rename(state, "access (copie)", taken)
    for bad in ("", "x" * 61, "deux\nlignes"):
        with pytest.raises(Refusal, match="1 à 60"):
            rename(state, "access (copie)", bad)
    assert rename(state, "access (copie)", "access (copie)") == state


def test_the_edited_scenario_stays_open_while_it_is_shown():
    state = replace(State().with_shown(FOUR), edited="insertion")
    assert state.with_shown(FOUR[:2]).edited == "insertion"
    assert state.with_shown(FOUR[2:]).edited == "full-spaser"
