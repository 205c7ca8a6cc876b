"""Pages that explain: computed on request, given up, shown, and read by other figures."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
import solara

from model.procurement.levers import Levers
from scenarios import Scenario
from scenarios.attribution.results import ExplainedPair
from scenarios.attribution.run import explain_pair, tasks_of
from viz.figures.figure import Figure
from viz.texts import Language
from viz.web import explaining
from viz.web.explained_figures import indicator_of, with_explanations
from viz.web.pages.strategy import Strategy
from viz.web.pages.workshop import Workshop
from viz.web.session import Answers, question_of
from viz.web.state import State

LOTS = Scenario("lots", "pourquoi", Levers({"allotment": 0.5, "training": 0.5}))


@pytest.fixture
def fake_runs(
    fake_world: ModuleType, monkeypatch: pytest.MonkeyPatch, engine: Any
) -> Iterator[threading.Event]:
    """Explanations of fake worlds, as soon as the event is set."""
    go = threading.Event()

    def run(job: explaining.Job, months: int) -> list[ExplainedPair] | None:
        tasks = tasks_of(
            job.asked.scenario,
            territory="any",
            months=months,
            pairs=job.asked.pairs,
            build=fake_world.build,
        )
        found: list[ExplainedPair] = []
        for task in tasks:
            while not go.wait(0.01):
                if job.cancelled.is_set():
                    return None
            found.append(explain_pair(replace(task, months=2)))
            job.done += 1
        return found

    monkeypatch.setattr(explaining, "_run", run)
    yield go
    go.set()
    explaining._KNOWN.clear()


def state_of(section: str = "why", mode: Any = "strategy", language: Language = "fr") -> State:
    return State(mode=mode, section=section, language=language).with_own(LOTS).with_shown(("lots",))


def below(widget: Any) -> Iterator[Any]:
    yield widget
    for child in getattr(widget, "children", ()):
        if not isinstance(child, str):
            yield from below(child)


def drawn(page: Any, state: State) -> list[Any]:
    box, context = solara.render(page(state, Answers(question_of(state))), handle_error=False)
    widgets = list(below(box))
    context.close()
    return widgets


def shown(widgets: list[Any], trait: str) -> list[Any]:
    return [getattr(widget, trait) for widget in widgets if widget.has_trait(trait)]


def wait_for(job: explaining.Job) -> None:
    assert job.finished.wait(30.0)


def test_it_is_offered_computed_once_and_shown(fake_runs: threading.Event) -> None:
    state = state_of()
    asked = explaining.asked_of(state, "lots")
    widgets = drawn(Strategy, state)
    assert "Expliquer (5 paires)" in shown(widgets, "label") and not shown(widgets, "figure")
    job = explaining.start(asked, "me")
    assert explaining.start(asked, "you") is job
    widgets = drawn(Strategy, state)
    assert any("0 paires sur 5" in words for words in shown(widgets, "words") if words)
    fake_runs.set()
    wait_for(job)
    study = explaining.known(asked)
    assert study is not None and study.pairs == 5 and job.done == 5
    for language, refine in (("fr", "Affiner (10 paires)"), ("en", "Refine (10 pairs)")):
        widgets = drawn(Strategy, state_of(language=language))
        keys = [figure["key"] for figure in shown(widgets, "figure")]
        assert keys == ["parts_jobs_present", "channels_jobs_present"]
        assert refine in shown(widgets, "label")
        inner = " ".join(str(text) for text in shown(widgets, "attributes") + shown(widgets, "tag"))
        assert "ol" in inner
    widgets = drawn(Workshop, state_of(mode="workshop"))
    assert "ol" in shown(widgets, "tag")


def test_it_is_given_up_at_once_and_by_asking_something_else(fake_runs: threading.Event) -> None:
    state = state_of()
    first = explaining.start(explaining.asked_of(state, "lots"), "me")
    other = replace(state, overrides=(("bid_base", -1.0),))
    second = explaining.start(explaining.asked_of(other, "lots"), "me")
    wait_for(first)
    assert explaining.known(first.asked) is None and explaining.job_of(first.asked) is None
    begun = time.monotonic()
    second.cancel()
    wait_for(second)
    assert time.monotonic() - begun < 5.0
    assert explaining.known(second.asked) is None and second.failure == ""


def test_other_figures_read_it(fake_runs: threading.Event) -> None:
    state = state_of()
    fake_runs.set()
    wait_for(explaining.start(explaining.asked_of(state, "lots"), "me"))
    known = explaining.all_known(state)
    assert list(known) == ["lots"]
    plain = Figure("jobs_present_difference", "t", "c", (), (), "d", why=("first",))
    several = replace(plain, key="headline_lots")
    made = with_explanations([plain, several, None], known, "fr")
    assert made[0] is not None and made[0].why[0] == "first" and len(made[0].why) > 1
    assert "lots" in made[0].why[1]
    assert made[1] == several and made[2] is None
    assert with_explanations([plain], {}, "fr") == [plain]


@pytest.mark.parametrize(
    ("key", "indicator"),
    [
        ("jobs_present_levels", "jobs_present"),
        ("insertion_exits_work_difference", "insertion_exits_work"),
        ("map_local_share_epci_value_access", "local_share_epci_value"),
        ("why_access", "jobs_present"),
        ("payers", "public_cost"),
        ("differences", ""),
        ("calendar", ""),
    ],
)
def test_figures_are_known_by_their_indicator(key: str, indicator: str) -> None:
    assert indicator_of(Figure(key, "t", "c", (), (), "d")) == indicator
