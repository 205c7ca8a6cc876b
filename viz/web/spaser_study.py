"""The table of a scheme and the search for a target, computed on demand beside the comparison.

One at a time on a server: the next visitor waits. What was computed is kept for all visitors.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import solara

from model.errors import AncrageError
from scenarios.comparison import default_workers
from scenarios.library.reading import load_context
from viz.figures.spaser import words
from viz.web.services import services
from viz.web.state import State

if TYPE_CHECKING:
    from scenarios.schema import Scenario
    from scenarios.spaser import Spaser
    from scenarios.spaser.run import SpaserPair
    from scenarios.spaser.search import Found

LOG = logging.getLogger(__name__)

PAIRS = 10
SHOWN_PAIRS = (1, 5, PAIRS)
"""Pairs after which the table is drawn again."""
SEARCH_RUNS = 240
_MOST_KEPT = 8

Work = Literal["", "table", "target"]


class Cancelled(Exception):
    """The visitor no longer wants the answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a table depends on; ``target`` is empty of the table itself."""

    territory: str
    buyers: tuple[str, ...]
    scenario: Scenario
    context: str
    overrides: tuple[tuple[str, float], ...]
    target: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What a visitor knows: the table and the search of what was asked last."""

    table_of: Asked | None = None
    table: Spaser | None = None
    found_of: Asked | None = None
    found: Found | None = None
    running: Work = ""
    progress: float = 0.0
    failure: str = ""
    stop: threading.Event = field(default_factory=threading.Event)


KNOWN = solara.reactive(Known())

_ONE = threading.Lock()
_TABLES: dict[Asked, Spaser] = {}
_FOUND: dict[Asked, Found] = {}


def asked_of(state: State, target: str = "") -> Asked:
    """Return what the state asks for."""
    return Asked(
        services().territory,
        state.buyers,
        state.scenario(state.edited),
        state.context,
        state.overrides,
        target,
    )


def table_of(state: State, known: Known) -> Spaser | None:
    """Return the table that was computed for what the state shows."""
    if not state.buyers:
        return None
    asked = asked_of(state)
    return known.table if known.table_of == asked else _TABLES.get(asked)


def found_of(state: State, known: Known) -> Found | None:
    """Return what was found for the target of the state; the scenario does not matter."""
    if not state.buyers or not state.target:
        return None
    asked = _search_of(state)
    return known.found if known.found_of == asked else _FOUND.get(asked)


def _search_of(state: State) -> Asked:
    from scenarios.pairs import BASELINE_SCENARIO

    return replace(asked_of(state, state.target), scenario=BASELINE_SCENARIO)


def start_table(state: State) -> threading.Thread | None:
    """Start to compute the table of the state's buyers; a sentence says why it cannot."""
    if not state.buyers:
        KNOWN.value = replace(KNOWN.value, failure=words("page_no_buyer", state.language))
        return None
    asked = asked_of(state)
    return _start("table", asked, lambda stop: _table(asked, stop))


def start_search(state: State) -> threading.Thread | None:
    """Start to look for the target of the state; a sentence says why it cannot."""
    from scenarios.spaser.goals import parse_goals

    if not state.buyers:
        KNOWN.value = replace(KNOWN.value, failure=words("page_no_buyer", state.language))
        return None
    try:
        parse_goals([state.target])
    except AncrageError as error:
        KNOWN.value = replace(KNOWN.value, failure=str(error))
        return None
    asked = _search_of(state)
    return _start("target", asked, lambda stop: _search(asked, stop))


def stop() -> None:
    """Stop computing, keep what is shown."""
    KNOWN.value.stop.set()
    KNOWN.value = replace(KNOWN.value, running="", progress=0.0)


def _start(
    work: Work, asked: Asked, compute: Callable[[threading.Event], None]
) -> threading.Thread | None:
    """Compute in a thread that knows the visitor (Solara hands its context to threads)."""
    if KNOWN.value.running:
        return None
    event = threading.Event()
    KNOWN.value = replace(KNOWN.value, running=work, progress=0.0, failure="", stop=event)

    def run() -> None:
        failure = ""
        try:
            while not _ONE.acquire(timeout=0.2):
                _check(event)
            try:
                _check(event)
                compute(event)
            finally:
                _ONE.release()
        except Cancelled:
            return
        except AncrageError as error:
            failure = str(error)
        except Exception:
            LOG.exception("A SPASER study failed.")
            failure = words("page_failed", "fr")
        if not event.is_set():
            KNOWN.value = replace(KNOWN.value, running="", progress=0.0, failure=failure)

    thread = threading.Thread(target=run, name="spaser", daemon=True)
    thread.start()
    return thread


def _check(stop: threading.Event) -> None:
    if stop.is_set():
        raise Cancelled


def _workers() -> int:
    """Leave half of the processors to the answers of other visitors."""
    return max(1, default_workers() // 2)


def _table(asked: Asked, stop: threading.Event) -> None:
    from scenarios import spaser as of_spaser
    from scenarios.spaser.run import DEFAULT_MONTHS, check_buyers, gather

    context = load_context([asked.context] if asked.context else [])
    names = check_buyers(asked.territory, asked.buyers)
    known = (asked.buyers, names, asked.scenario, asked.territory, DEFAULT_MONTHS, False)
    done: list[SpaserPair] = []

    def on_finished(pair: SpaserPair) -> None:
        _check(stop)
        done.append(pair)
        now = replace(KNOWN.value, progress=len(done) / PAIRS)
        if len(done) in SHOWN_PAIRS[:-1]:
            first = sorted(done, key=lambda one: one.seed)
            table = gather(first, *known, context, asked.overrides)
            now = replace(now, table_of=asked, table=table)
        KNOWN.value = now

    table = of_spaser.spaser(
        asked.buyers,
        asked.scenario,
        territory=asked.territory,
        pairs=PAIRS,
        context=context,
        overrides=dict(asked.overrides),
        workers=_workers(),
        on_finished=on_finished,
    )
    _keep(_TABLES, asked, table)
    KNOWN.value = replace(KNOWN.value, table_of=asked, table=table)


def _search(asked: Asked, stop: threading.Event) -> None:
    from scenarios.spaser import search as searching
    from scenarios.spaser.evaluator import Question
    from scenarios.spaser.goals import parse_goals

    context = load_context([asked.context] if asked.context else [])
    goals = parse_goals([asked.target])
    question = Question(
        asked.buyers,
        goals,
        asked.territory,
        PAIRS,
        context=context,
        overrides=asked.overrides,
    )
    done = [0]

    def on_run(number: int) -> None:
        _check(stop)
        done[0] += number
        KNOWN.value = replace(KNOWN.value, progress=min(1.0, done[0] / SEARCH_RUNS))

    found = searching.search(question, runs=SEARCH_RUNS, workers=_workers(), on_run=on_run)
    _keep(_FOUND, asked, found)
    KNOWN.value = replace(KNOWN.value, found_of=asked, found=found)


def _keep[T](kept: dict[Asked, T], asked: Asked, result: T) -> None:
    """Keep a result for all visitors, in place of the oldest."""
    while len(kept) >= _MOST_KEPT:
        del kept[next(iter(kept))]
    kept[asked] = result
