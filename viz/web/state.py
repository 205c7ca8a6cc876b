"""The whole state of a visitor as one frozen value, and its compressed form for links.

A link holds everything that was shown, so that opening it elsewhere shows the same; nothing of a
visitor stays on the server.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from model.errors import AncrageError
from model.indicators import load_dimensions, load_indicators
from model.indicators.breakdowns import EPCI
from scenarios.comparison import MOST_SCENARIOS
from scenarios.library import library_names, load_library
from scenarios.library.reading import DEFAULT_SHOCKS, shock_names
from scenarios.live.question import MOST_SHOCKS
from scenarios.schema import Scenario, scenario_of
from viz.texts import Language

Mode = Literal["strategy", "workshop", "research"]

SECTIONS: Mapping[Mode, tuple[str, ...]] = {
    "strategy": (
        "purchases",
        "results",
        "map",
        "euro",
        "gains",
        "why",
        "costs",
        "spaser",
        "resilience",
        "calendar",
        "scenarios",
    ),
    "workshop": (
        "story",
        "predict",
        "target",
        "replay",
        "why",
        "shocks",
        "tables",
        "roles",
        "vote",
        "decisions",
        "script",
    ),
    "research": ("hypotheses", "distributions", "resilience", "network", "evidence", "data"),
}
"""Sections of each mode, the first one opens it."""

MOST_SHOWN = MOST_SCENARIOS
"""Most scenarios compared at once, the baseline apart."""

HORIZONS = (24, 120)
"""Months shown: the first answers, and the decade."""

LONGEST_LINK = 60_000
"""Characters of the longest state that a link may hold."""
_LARGEST_STATE = 500_000
LONGEST_CODE = 60
"""Characters of the longest code of a firm, buyer or sector."""
LONGEST_TARGET = 80
MOST_BUYERS = 6
"""Most buyers of one SPASER table."""


@dataclass(frozen=True, slots=True)
class State:
    """What a visitor sees and has chosen.

    Attributes
    ----------
    shown
        Names of the scenarios compared, one to `MOST_SHOWN`.
    own
        Scenarios made in this visit.
    edited
        Name of the scenario whose levers are open, one of ``shown``.
    months
        Horizon shown (`HORIZONS`).
    indicator
        Indicator of trajectories, map and distributions.
    overrides
        Hypotheses edited for this visit: (key, value).
    workshop
        Answers and votes of a workshop, plain JSON values by name.
    focus
        What the network explorer stands on: a firm, buyer or sector.
    hops
        How far it looks, 1 or 2.
    breakdown
        Dimension of the tables of distributions.
    shocks
        Names of the ready shocks that strike, up to `MOST_SHOCKS`; none were chosen if empty.
    buyers
        Codes of the buyers of the SPASER table, up to `MOST_BUYERS`.
    target
        What is looked for on that page, as the command line takes it.
    """

    language: Language = "fr"
    mode: Mode = "strategy"
    section: str = "purchases"
    shown: tuple[str, ...] = ("access",)
    own: tuple[Scenario, ...] = ()
    edited: str = "access"
    months: int = 24
    indicator: str = "jobs_present"
    context: str = ""
    overrides: tuple[tuple[str, float], ...] = ()
    workshop: Mapping[str, Any] = field(default_factory=dict[str, Any])
    focus: str = ""
    hops: int = 1
    breakdown: str = EPCI
    shocks: tuple[str, ...] = ()
    buyers: tuple[str, ...] = ()
    target: str = ""

    @property
    def struck(self) -> tuple[str, ...]:
        """Names of the shocks to look at: those chosen, or the first one."""
        return self.shocks or DEFAULT_SHOCKS[:1]

    def with_shock(self, name: str) -> State:
        """Return the state with one more shock, in place of the oldest beyond `MOST_SHOCKS`.

        One that is there already is taken away, unless it is the last.
        """
        if name in self.struck:
            kept = tuple(one for one in self.struck if one != name) or self.struck
        else:
            kept = (*self.struck, name)[-MOST_SHOCKS:]
        return replace(self, shocks=kept)

    def with_buyer(self, code: str) -> State:
        """Return the state with one more buyer, in place of the oldest beyond `MOST_BUYERS`.

        One that is there already is taken away.
        """
        if code in self.buyers:
            return replace(self, buyers=tuple(one for one in self.buyers if one != code))
        return replace(self, buyers=(*self.buyers, code)[-MOST_BUYERS:])

    def scenario(self, name: str) -> Scenario:
        """Return a scenario by name, the visitor's own first.

        Raises
        ------
        KeyError
            There is none of this name.
        """
        for scenario in self.own:
            if scenario.name == name:
                return scenario
        return load_library()[name]

    def scenarios(self) -> tuple[Scenario, ...]:
        """Return the scenarios compared, in order."""
        return tuple(self.scenario(name) for name in self.shown)

    def names(self) -> tuple[str, ...]:
        """Return every name that can be shown: the visitor's own, then the library's."""
        own = tuple(scenario.name for scenario in self.own)
        return own + tuple(n for n in library_names() if n not in own and n != "baseline")

    def go(self, mode: Mode, section: str = "") -> State:
        """Return the state with another page open."""
        return replace(self, mode=mode, section=section or SECTIONS[mode][0])

    def with_own(self, scenario: Scenario, *, instead_of: str = "") -> State:
        """Return the state with a scenario of the visitor's, shown and open.

        It takes the place of ``instead_of`` where that one is shown (and is removed if it is the
        visitor's own), else it is added if there is room.
        """
        own = tuple(s for s in self.own if s.name not in (instead_of, scenario.name))
        shown = tuple(scenario.name if name == instead_of else name for name in self.shown)
        if scenario.name not in shown and len(shown) < MOST_SHOWN:
            shown = (*shown, scenario.name)
        return replace(self, own=(*own, scenario), shown=shown, edited=scenario.name)

    def with_shown(self, shown: tuple[str, ...]) -> State:
        """Return the state with these scenarios compared; the edited one stays open if it is."""
        kept = tuple(dict.fromkeys(n for n in shown if n in self.names()))[:MOST_SHOWN]
        kept = kept or self.shown[:1]
        return replace(self, shown=kept, edited=self.edited if self.edited in kept else kept[0])

    def free_name(self, wanted: str) -> str:
        """Return a name that no scenario has, the wanted one if it is free."""
        taken = {*self.names(), "baseline"}
        stem = wanted.strip()[:50] or "scenario"
        number = 2
        name = stem
        while name in taken:
            name = f"{stem}-{number}"
            number += 1
        return name


def scenario_table(scenario: Scenario) -> dict[str, object]:
    """Return a scenario as plain values, which `scenario_of` reads back."""
    texts = {"name": scenario.name, "why": scenario.why, "why_en": scenario.why_en}
    return {**{key: text for key, text in texts.items() if text}, **scenario.canonical()}


_PLAIN = (
    "language",
    "mode",
    "section",
    "edited",
    "months",
    "indicator",
    "context",
    "focus",
    "hops",
    "breakdown",
    "target",
)


def encode(state: State) -> str:
    """Return the state as a word for a link: URL-safe base64 of compressed JSON."""
    default = State()
    table: dict[str, object] = {
        name: getattr(state, name)
        for name in _PLAIN
        if getattr(state, name) != getattr(default, name)
    }
    if state.shown != default.shown:
        table["shown"] = list(state.shown)
    if state.shocks:
        table["shocks"] = list(state.shocks)
    if state.buyers:
        table["buyers"] = list(state.buyers)
    if state.own:
        table["own"] = [scenario_table(scenario) for scenario in state.own]
    if state.overrides:
        table["overrides"] = [list(pair) for pair in state.overrides]
    if state.workshop:
        table["workshop"] = dict(state.workshop)
    if not table:
        return ""
    packed = zlib.compress(json.dumps(table, sort_keys=True, ensure_ascii=False).encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode(word: str) -> State:
    """Return the state that a link holds.

    Raises
    ------
    AncrageError
        The word is not one of ours, too long, or holds what this version does not know.
    """
    if not word:
        return State()
    refusal = "This link cannot be read: it is cut off, too long or from another version."
    if len(word) > LONGEST_LINK:
        raise AncrageError(refusal)
    try:
        packed = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
        unpacked = zlib.decompressobj()
        raw = unpacked.decompress(packed, _LARGEST_STATE)
        if unpacked.unconsumed_tail:
            raise AncrageError(refusal)
        table = json.loads(raw)
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        raise AncrageError(refusal) from error
    if not isinstance(table, dict):
        raise AncrageError(refusal)
    try:
        return _state_of(cast("dict[str, Any]", table))
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise AncrageError(refusal) from error


def _state_of(table: Mapping[str, Any]) -> State:
    """Make a state of a link's table; what is out of range falls back to the default."""
    read = [scenario_of(dict(one), "link", {}) for one in table.get("own", ())]
    # of two scenarios of one name, the first is kept
    state = State(own=tuple({s.name: s for s in reversed(read)}.values())[::-1])
    known = state.names()
    mode = table.get("mode", state.mode)
    mode = cast("Mode", mode if mode in SECTIONS else state.mode)
    section = table.get("section", "")
    shown = tuple(name for name in table.get("shown", state.shown) if name in known)
    overrides = tuple((str(key), float(value)) for key, value in table.get("overrides", ()))
    workshop = table.get("workshop", {})
    breakdown = table.get("breakdown", EPCI)
    indicator = table.get("indicator")
    state = replace(
        state,
        language="en" if table.get("language") == "en" else "fr",
        mode=mode,
        section=section if section in SECTIONS[mode] else SECTIONS[mode][0],
        months=next((m for m in HORIZONS if m == table.get("months")), state.months),
        indicator=indicator if indicator in load_indicators() else state.indicator,
        context=str(table.get("context", "")),
        focus=str(table.get("focus", ""))[:LONGEST_CODE],
        hops=2 if table.get("hops") == 2 else 1,
        breakdown=breakdown if breakdown in load_dimensions() else EPCI,
        overrides=overrides,
        workshop=dict(workshop),
        edited=str(table.get("edited", state.edited)),
        shocks=_known_shocks(table.get("shocks", ())),
        buyers=_codes(table.get("buyers", ())),
        target=str(table.get("target", ""))[:LONGEST_TARGET],
    )
    return state.with_shown(shown or state.shown)


def _known_shocks(names: Any) -> tuple[str, ...]:
    """Return the ready shocks of a link, each once."""
    ready = shock_names()
    return tuple(dict.fromkeys(name for name in names if name in ready))[:MOST_SHOCKS]


def _codes(codes: Any) -> tuple[str, ...]:
    """Return the codes of buyers of a link, each once."""
    read = [code[:LONGEST_CODE] for code in codes if isinstance(code, str)]
    return tuple(dict.fromkeys(read))[:MOST_BUYERS]
