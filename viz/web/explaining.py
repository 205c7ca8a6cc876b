"""Explanations on request: computed once a server in the background, with progress and cancel."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from model.errors import AncrageError, AncrageFailure
from scenarios.library.reading import load_context
from viz.web.services import services
from viz.web.state import State

if TYPE_CHECKING:
    from scenarios.attribution import Explanation
    from scenarios.attribution.results import ExplainedPair
    from scenarios.schema import Scenario

LOG = logging.getLogger(__name__)

PAIRS, MORE_PAIRS = 5, 10
"""Pairs of a first explanation, the fewest for intervals, and of a better one."""

MOST_KNOWN = 8
"""Explanations kept in memory, the last ones used."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is explained: equal for visitors who ask the same."""

    territory: str
    scenario: Scenario
    context: Scenario
    overrides: tuple[tuple[str, float], ...]
    pairs: int


@dataclass(slots=True)
class Job:
    """One explanation under way."""

    asked: Asked
    visitor: str
    done: int = 0
    failure: str = ""
    finished: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """Give it up; the pairs that are finished stay in the cache."""
        self.cancelled.set()


_LOCK = threading.Lock()
_TURN = threading.Lock()
_JOBS: dict[Asked, Job] = {}
_KNOWN: OrderedDict[Asked, Explanation] = OrderedDict()


def asked_of(state: State, scenario: str, pairs: int = PAIRS) -> Asked:
    """Return what a state asks about one of its scenarios.

    Raises
    ------
    AncrageError
        The context that was chosen is not known.
    """
    context = load_context([state.context] if state.context else [])
    return Asked(services().territory, state.scenario(scenario), context, state.overrides, pairs)


def known(asked: Asked) -> Explanation | None:
    """Return an explanation if it was computed, without waiting."""
    with _LOCK:
        found = _KNOWN.get(asked)
        if found is not None:
            _KNOWN.move_to_end(asked)
        return found


def best_known(state: State, scenario: str) -> Explanation | None:
    """Return the explanation of a scenario with most pairs that is known."""
    try:
        every = [asked_of(state, scenario, pairs) for pairs in (MORE_PAIRS, PAIRS)]
    except AncrageError:
        return None
    found = (known(asked) for asked in every)
    return next((one for one in found if one is not None), None)


def all_known(state: State) -> Mapping[str, Explanation]:
    """Return what is known of the scenarios on screen, by name."""
    found = {name: best_known(state, name) for name in state.shown}
    return {name: study for name, study in found.items() if study is not None}


def job_of(asked: Asked) -> Job | None:
    """Return the job under way for this, if there is one."""
    return _JOBS.get(asked)


def start(asked: Asked, visitor: str = "") -> Job:
    """Start to explain, or return the job that does; one is computed at a time.

    What the same visitor asked before is given up.
    """
    with _LOCK:
        for former in _JOBS.values():
            if former.visitor == visitor and former.asked != asked:
                former.cancel()
        if asked not in _JOBS or _JOBS[asked].cancelled.is_set():
            _JOBS[asked] = Job(asked, visitor)
            thread = threading.Thread(target=_compute, args=(_JOBS[asked],), daemon=True)
            thread.start()
        return _JOBS[asked]


def _compute(job: Job) -> None:
    from scenarios.attribution.run import DEFAULT_MONTHS, gather

    asked = job.asked
    try:
        with _TURN:
            pairs = _run(job, DEFAULT_MONTHS)
        if pairs is not None:
            found = gather(
                pairs,
                asked.scenario,
                asked.territory,
                DEFAULT_MONTHS,
                central=False,
                context=asked.context,
                overrides=asked.overrides,
            )
            with _LOCK:
                _KNOWN[asked] = found
                while len(_KNOWN) > MOST_KNOWN:
                    _KNOWN.popitem(last=False)
    except (AncrageError, AncrageFailure) as error:
        job.failure = str(error)
    except Exception as error:
        LOG.exception("An explanation failed.")
        job.failure = type(error).__name__
    finally:
        with _LOCK:
            if _JOBS.get(asked) is job:
                _JOBS.pop(asked)
        job.finished.set()


def _run(job: Job, months: int) -> Sequence[ExplainedPair] | None:
    """Run the pairs of a job; None if it was given up."""
    from scenarios.attribution.background import run_cancellable
    from scenarios.attribution.run import tasks_of
    from scenarios.comparison import default_workers

    asked = job.asked
    tasks = tasks_of(
        asked.scenario,
        territory=asked.territory,
        months=months,
        pairs=asked.pairs,
        context=asked.context,
        overrides=dict(asked.overrides),
    )

    def count(_: object) -> None:
        job.done += 1

    return run_cancellable(tasks, default_workers(), count, job.cancelled.is_set)
