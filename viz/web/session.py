"""One visitor: their state, and the answers to what they ask, newest first.

Everything here is a Solara reactive, so each visitor's browser tab has its own.
"""

from __future__ import annotations

import base64
import queue
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import solara

from model.errors import AncrageError
from scenarios.library.reading import load_context
from viz.web.actions import Refusal
from viz.web.services import services
from viz.web.state import HORIZONS, State

if TYPE_CHECKING:
    from scenarios.live import Answer, Question

SHORT, DECADE = HORIZONS


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What is known of the question asked last.

    ``by_horizon`` holds the best answer of each horizon; ``failure`` a sentence, or empty.
    """

    question: Question | None = None
    by_horizon: Mapping[int, Answer] = field(default_factory=dict[int, "Answer"])
    progress: float = 0.0
    running: bool = False
    failure: str = ""

    def best(self, months: int) -> Answer | None:
        """Return the answer at a horizon, none of another one."""
        return self.by_horizon.get(months)


STATE = solara.reactive(State())
ANSWERS = solara.reactive(Answers())
NOTICE = solara.reactive("")
DOWNLOAD: solara.Reactive[Mapping[str, object] | None] = solara.reactive(None)
VISITOR = solara.reactive("")


def question_of(state: State) -> Question:
    """Return what the state asks of the engine."""
    from scenarios.live import Question

    context = load_context([state.context] if state.context else [])
    return Question(
        territory=services().territory,
        scenarios=state.scenarios(),
        context=context,
        overrides=state.overrides,
    )


def horizon_of(months: int) -> int:
    """Return the horizon on screen that an answer of so many months belongs to."""
    return DECADE if months >= DECADE else SHORT


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """A question that could not be answered, with the sentence that says why."""

    question: Question
    sentence: str


class Inbox:
    """Answers on their way from the engine's thread to the visitor's own.

    The engine must not wait for a page to be drawn, so it only leaves its answers here; of those
    that are not yet drawn, the newest of each horizon replaces the others. ``asked`` is what was
    asked last: the page's own value may lag behind it.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Answer | Failure | None] = queue.SimpleQueue()
        self.asked: Question | None = None

    def put(self, item: Answer | Failure) -> None:
        """Leave an answer, or a failure."""
        self._queue.put(item)

    def failing(self, question: Question) -> Callable[[str], None]:
        """Return what leaves the sentence of a question's failure."""
        return lambda sentence: self.put(Failure(question, sentence))

    def close(self) -> None:
        """Let the reader stop."""
        self._queue.put(None)

    def take(self) -> list[Answer | Failure] | None:
        """Wait for what is there, all of it; None once closed."""
        items = [self._queue.get()]
        while not self._queue.empty():
            items.append(self._queue.get())
        return None if None in items else [item for item in items if item is not None]


def received(
    before: Answers, items: list[Answer | Failure], asked: Question | None = None
) -> Answers:
    """Return the answers after these arrived; those of another question are left out.

    ``asked`` is the question asked last, where that is not the one of ``before``: two threads write
    what the page knows, and what one of them wrote may be of a former question.
    """
    if asked is not None and asked != before.question:
        before = Answers(question=asked, running=True)
    by_horizon = dict(before.by_horizon)
    progress, running, failure = before.progress, before.running, before.failure
    for item in items:
        if item.question != before.question:
            continue
        if isinstance(item, Failure):
            failure, running = item.sentence, False
        else:
            by_horizon[horizon_of(item.months)] = item
            progress = item.done_units / max(1, item.all_units)
            running = not item.finished
    return Answers(before.question, by_horizon, progress, running, failure)


def use_engine(
    question: Question | None, known: solara.Reactive[Answers], visitor: str, refusal: str = ""
) -> Answers:
    """Ask a question whenever it changes, and return what is known of it so far.

    Parameters
    ----------
    question
        None asks nothing, and stops what was under way.
    known
        Where answers are kept; the page is drawn again when they arrive.
    visitor
        Name by which the engine knows who asks.
    refusal
        Why there is no question, if there is none.
    """
    inbox = solara.use_memo(Inbox, [])

    def listen() -> object:
        def read() -> None:
            while (items := inbox.take()) is not None:
                known.value = received(known.value, items, inbox.asked)

        threading.Thread(target=read, daemon=True).start()

        def leave() -> None:
            inbox.close()
            services().engine.forget(visitor)

        return leave

    def ask() -> None:
        inbox.asked = question
        known.value = Answers(question=question, running=question is not None, failure=refusal)
        if question is None:
            services().engine.cancel(visitor)
        else:
            services().engine.ask(visitor, question, inbox.put, inbox.failing(question))

    solara.use_effect(listen, [])
    solara.use_effect(ask, [question, refusal])
    answers = known.value
    # between a change and the effect, what is on screen would be of another scenario
    return answers if answers.question == question else Answers(question=question, running=True)


def new_visitor() -> str:
    """Return a name for the engine that nobody else has."""
    return uuid.uuid4().hex


def use_answers(state: State) -> Answers:
    """Ask what the state asks, whenever that changes, and return what is known so far."""
    visitor = solara.use_memo(new_visitor, [])
    solara.use_effect(lambda: VISITOR.set(visitor), [])
    question: Question | None
    try:
        question, refusal = question_of(state), ""
    except AncrageError as error:
        question, refusal = None, str(error)
    return use_engine(question, ANSWERS, visitor, refusal)


def change(act: Callable[[State], State]) -> None:
    """Apply a gesture to the state, or show the sentence of its refusal."""
    try:
        STATE.value = act(STATE.value)
        NOTICE.value = ""
    except Refusal as refusal:
        NOTICE.value = str(refusal)


def stop() -> None:
    """Stop computing, keep what is shown."""
    services().engine.cancel(VISITOR.value)
    ANSWERS.value = replace(ANSWERS.value, running=False)


def offer(name: str, content: bytes, kind: str) -> None:
    """Let the visitor's browser save a file of this content type."""
    encoded = base64.b64encode(content).decode()
    # a serial number, so that the same file can be saved twice
    serial = int(str((DOWNLOAD.value or {}).get("serial", 0))) + 1
    DOWNLOAD.value = {"name": name, "content": encoded, "type": kind, "serial": serial}
