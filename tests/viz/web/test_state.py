"""The state of a visitor and its link: everything comes back, nothing else gets in."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import AncrageError
from model.hypotheses import load_register
from model.indicators import load_indicators
from model.procurement.levers import Levers
from scenarios.library import library_names
from scenarios.schema import Scenario
from viz.web.state import HORIZONS, LONGEST_LINK, MOST_SHOWN, SECTIONS, State, decode, encode

REGISTER = {entry.key: entry for entry in load_register().values()}
INDICATORS = sorted(load_indicators())

NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]),
    min_size=1,
    max_size=20,
).filter(lambda name: name.strip() == name and name not in (*library_names(), "baseline"))

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def plain(levers: Levers) -> Levers:
    """Return levers without those that stand at current practice, as a file holds them."""
    return Levers(levers.canonical())


@st.composite
def overrides(draw: st.DrawFn) -> tuple[tuple[str, float], ...]:
    """Edited hypotheses within their bounds."""
    keys = draw(st.lists(st.sampled_from(sorted(REGISTER)), max_size=3, unique=True))
    return tuple(
        (key, draw(st.floats(REGISTER[key].low, REGISTER[key].high))) for key in sorted(keys)
    )


@pytest.fixture(scope="session")
def states(lawful_levers: st.SearchStrategy[Any]) -> st.SearchStrategy[State]:
    """Any state that gestures can lead to."""

    @st.composite
    def any_state(draw: st.DrawFn) -> State:
        names = draw(st.lists(NAMES, max_size=2, unique=True))
        own = tuple(
            Scenario(name, draw(st.text("aé ?", max_size=9)).strip(), plain(draw(lawful_levers)))
            for name in names
        )
        mode = draw(st.sampled_from(sorted(SECTIONS)))
        state = State(
            language=draw(st.sampled_from(["fr", "en"])),
            mode=mode,
            section=draw(st.sampled_from(SECTIONS[mode])),
            own=own,
            months=draw(st.sampled_from(HORIZONS)),
            indicator=draw(st.sampled_from(INDICATORS)),
            overrides=draw(overrides()),
            workshop=draw(st.dictionaries(st.text(max_size=6), PLAIN, max_size=3)),
            focus=draw(st.text(max_size=8)),
        )
        shown = st.lists(st.sampled_from(state.names()), min_size=1, max_size=6)
        state = state.with_shown(tuple(draw(shown)))
        return replace(state, edited=draw(st.sampled_from(state.shown)))

    return any_state()


@given(data=st.data())
def test_a_link_brings_everything_back(states: st.SearchStrategy[State], data: st.DataObject):
    state = data.draw(states)
    word = encode(state)
    assert decode(word) == state
    assert encode(decode(word)) == word
    assert set(word) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(data=st.data())
def test_a_mangled_link_is_refused_or_read_as_another_state(
    states: st.SearchStrategy[State], data: st.DataObject
):
    word = encode(data.draw(states))
    place = data.draw(st.integers(0, len(word)))
    cut = data.draw(st.integers(0, 6))
    mangled = word[:place] + data.draw(st.text(max_size=6)) + word[place + cut :]
    for one in (mangled, word[:place]):
        try:
            read = decode(one)
        except AncrageError as error:
            assert "link" in str(error)
        else:
            assert isinstance(read, State) and 1 <= len(read.shown) <= MOST_SHOWN


def word_of(table: object) -> str:
    """Return the word of any JSON value, as a stranger could make one."""
    packed = zlib.compress(json.dumps(table).encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


FIELDS = sorted(State.__dataclass_fields__)


@given(table=st.dictionaries(st.sampled_from(FIELDS), PLAIN, max_size=5) | PLAIN)
def test_a_stranger_s_table_is_refused_or_made_good(table: object):
    try:
        state = decode(word_of(table))
    except AncrageError:
        return
    assert state.mode in SECTIONS and state.section in SECTIONS[state.mode]
    assert state.months in HORIZONS and state.language in ("fr", "en")
    assert state.indicator in INDICATORS
    assert state.edited in state.shown and set(state.shown) <= set(state.names())
    assert len({s.name for s in state.own}) == len(state.own)


def test_two_scenarios_of_one_name_in_a_link_are_one():
    one = {"name": "lots", "why": "?", "levers": {"allotment": 0.5}}
    state = decode(word_of({"own": [one, one], "shown": ["lots"]}))
    assert [s.name for s in state.own] == ["lots"]


@pytest.mark.parametrize("megabytes", [1, 50])
def test_a_link_that_unpacks_to_much_is_refused(megabytes: int):
    packed = zlib.compress(b'{"focus": "' + b"a" * (megabytes * 1_000_000) + b'"}', 9)
    word = base64.urlsafe_b64encode(packed).decode()
    with pytest.raises(AncrageError, match="link"):
        decode(word)
    with pytest.raises(AncrageError, match="too long"):
        decode("A" * (LONGEST_LINK + 1))


def test_at_most_four_are_shown_and_one_at_least():
    many = tuple(library_names())[:6]
    state = State().with_shown(many)
    assert len(state.shown) <= MOST_SHOWN
    assert state.with_shown(()).shown == state.shown[:1]
    assert state.with_shown(("nobody",)).shown == state.shown[:1]


def test_free_names_are_free():
    state = State(own=(Scenario("x", ""), Scenario("x-2", "")))
    assert state.free_name("x") == "x-3"
    assert state.free_name("baseline") == "baseline-2"
    assert state.free_name("  ") == "scenario"
