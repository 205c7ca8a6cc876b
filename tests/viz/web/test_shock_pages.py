"""Pages about shocks: asked only where they are shown, drawn without a browser, exported."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import solara

from model.procurement.levers import Levers
from scenarios import Scenario
from scenarios.compared import Comparison
from scenarios.library.reading import DEFAULT_SHOCKS, load_shock, shock_names
from scenarios.live import Answer
from scenarios.resilience import Resilience, resilience
from viz.figures.systemic_firms import FirmsAtRisk
from viz.outlines import Outlines
from viz.reproduce import command_line
from viz.web.exports import everything
from viz.web.pages.research import Research
from viz.web.pages.strategy import Strategy
from viz.web.pages.workshop import Workshop
from viz.web.session import STATE, Answers
from viz.web.state import State, decode, encode
from viz.web.studies import is_open, ready_shocks, shock_choices, study_question, use_study
from viz.web.workshop import actions

MORE = Scenario("more-lots", "pourquoi", Levers({"allotment": 0.5}))
EMPLOYER, IMPORTS, BUDGETS = DEFAULT_SHOCKS
NAMES = {"A": "Zone A", "B": "Zone B", "C": "Zone C"}


@pytest.fixture(scope="session")
def make_study(fake_world: ModuleType) -> Callable[..., Resilience]:
    """Make the study that a state asks, of fake worlds."""

    @cache
    def make(pairs: int = 5, shocks: tuple[str, ...] = (EMPLOYER,)) -> Resilience:
        return resilience(
            [Scenario("baseline"), MORE],
            [load_shock(name) for name in shocks],
            territory="any",
            months=84,
            pairs=pairs,
            workers=1,
            build=fake_world.build,
        )

    return make


@pytest.fixture
def zones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names and shapes of the zones of fake worlds."""
    square = [[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]]
    cells = [
        {
            "type": "Feature",
            "properties": {"name": zone},
            "geometry": {"type": "Polygon", "coordinates": square},
        }
        for zone in NAMES
    ]
    collection = {"type": "FeatureCollection", "features": cells}
    shapes = Outlines("t", collection, None, 0.7, True)
    for place in ("study_figures", "pages.dependence"):
        monkeypatch.setattr(f"viz.web.{place}.zone_names", lambda: NAMES)
        monkeypatch.setattr(f"viz.web.{place}.outlines", lambda: shapes)
    monkeypatch.setattr("viz.web.pages.research_shocks.zone_names", lambda: NAMES)


def state_of(mode: Any, section: str, **changes: Any) -> State:
    shown = State(own=(MORE,), shown=(MORE.name,), edited=MORE.name)
    return replace(shown.go(mode, section), **changes)


def known(state: State, study: Resilience) -> Answers:
    """Return what a page knows once a study is there."""
    asked = study_question(state)
    answer = Answer(asked, None, 1, study.months, study.pairs, 1, 4, False, study)
    return Answers(asked, {24: answer}, 0.25)


def below(widget: Any) -> Iterator[Any]:
    """Walk the widgets of a page."""
    yield widget
    for child in getattr(widget, "children", ()):
        if not isinstance(child, str):
            yield from below(child)


def drawn(element: Any, trait: str) -> list[Any]:
    """Draw a page; return the values of a trait of its widgets."""
    box, context = solara.render(element, handle_error=False)
    found = [getattr(widget, trait) for widget in below(box) if widget.has_trait(trait)]
    context.close()
    return found


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_shows_each_shock_and_what_was_there_before(
    engine: Any, zones: None, make_study: Callable[..., Resilience], language: Any
) -> None:
    state = state_of("strategy", "resilience", language=language, shocks=(EMPLOYER, BUDGETS))
    study = make_study(shocks=(EMPLOYER, BUDGETS))
    made = drawn(Strategy(state, Answers(), known(state, study)), "figure")
    keys = [figure["key"] for figure in made]
    assert len(set(keys)) == len(keys)
    for shock in (EMPLOYER, BUDGETS):
        of_shock = [key for key in keys if shock in key]
        # curves, table, differences, trade-off, a map of the baseline and of the scenario
        assert len(of_shock) == 6, of_shock
    assert all(figure["title"] and figure["rows"] for figure in made)
    words = " ".join(f"{figure['title']} {figure['caption']}" for figure in made)
    assert not any(word in words for word in ("HHI", "Martin", "Rose", "ESRI"))


def test_under_five_pairs_nothing_is_concluded(
    engine: Any, zones: None, make_study: Callable[..., Resilience]
) -> None:
    state = state_of("strategy", "resilience")
    made = drawn(Strategy(state, Answers(), known(state, make_study(pairs=1))), "figure")
    assert len(made) == 2
    assert all("provisoire" in figure["title"] for figure in made)


def test_nothing_is_shown_before_an_answer(engine: Any) -> None:
    for mode, page in (("strategy", Strategy), ("research", Research)):
        state = state_of(mode, "resilience")
        asked = Answers(study_question(state), running=True)
        assert drawn(page(state, Answers(), asked), "figure") == []


def test_shocks_are_asked_only_while_a_page_shows_them(engine: Any) -> None:
    def asking(state: State) -> list[Any]:
        @solara.component
        def Page() -> None:
            use_study(state)
            solara.Text("")

        engine.asked.clear()
        _, context = solara.render(Page(), handle_error=False)
        found = [*engine.asked.values()]
        context.close()
        return found

    assert asking(state_of("strategy", "results")) == []
    assert asking(state_of("workshop", "shocks")) == []
    (question,) = asking(state_of("strategy", "resilience"))
    assert question.shocks == (load_shock(EMPLOYER),) and question.scenarios == (MORE,)
    (question,) = asking(state_of("workshop", "shocks", shocks=(BUDGETS,)))
    assert question.shocks == (load_shock(BUDGETS),)


def test_shocks_are_chosen_two_at_most_and_kept_in_the_link(engine: Any) -> None:
    state = State()
    assert encode(state) == "" and state.struck == (EMPLOYER,)
    two = state.with_shock(BUDGETS)
    assert two.struck == (EMPLOYER, BUDGETS)
    assert two.with_shock(IMPORTS).struck == (BUDGETS, IMPORTS)
    assert two.with_shock(EMPLOYER).struck == (BUDGETS,)
    assert state.with_shock(EMPLOYER).struck == (EMPLOYER,)  # the last one stays
    assert decode(encode(two)) == two
    assert decode(encode(replace(state, shocks=(BUDGETS, "nonsense")))).shocks == (BUDGETS,)


def test_shocks_that_cannot_strike_here_are_not_offered(
    engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from viz.web import studies

    studies._ready.cache_clear()
    assert [one.name for one in ready_shocks()] == [*shock_names()]
    studies._ready.cache_clear()
    monkeypatch.setattr(studies, "zone_names", lambda: {"245900428": "Dunkerque"})
    names = {one.name for one in ready_shocks()}
    studies._ready.cache_clear()
    assert not names & {"inondation", "incendie"} and set(DEFAULT_SHOCKS) <= names


def test_chosen_shocks_stand_with_the_three_that_always_do(engine: Any) -> None:
    first, others = shock_choices(replace(State(), shocks=("energie",)))
    assert {one["key"] for one in first} == {*DEFAULT_SHOCKS, "energie"}
    assert [one["key"] for one in first if one["pressed"]] == ["energie"]
    assert not any(one["pressed"] for one in others) and len(first + others) == len(shock_names())


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_workshop_shows_one_figure_once_a_shock_is_pressed(
    engine: Any, make_study: Callable[..., Resilience], language: Any
) -> None:
    state = state_of("workshop", "shocks", language=language)
    assert not is_open(state) and drawn(Workshop(state, Answers()), "figure") == []
    struck = actions.strike(state, IMPORTS)
    assert is_open(struck)
    study = make_study(shocks=(IMPORTS,))
    (figure,) = drawn(Workshop(struck, Answers(), known(struck, study)), "figure")
    assert figure["option"] and MORE.name in figure["title"]
    buttons = [b for part in drawn(Workshop(struck, Answers()), "buttons") for b in part]
    assert [b["key"] for b in buttons if b.get("pressed")] == [IMPORTS]
    assert actions.strike(struck, IMPORTS).shocks == ()


def test_a_key_opens_the_screen_of_shocks_then_goes_through_them() -> None:
    state = State().go("workshop")
    opened = actions.press(state, "shock")
    assert opened.section == "shocks" and opened.shocks == ()
    seen = []
    for _ in range(4):
        opened = actions.press(opened, "shock")
        seen += opened.shocks
    assert seen == [EMPLOYER, IMPORTS, BUDGETS, EMPLOYER]


def test_research_shows_every_measure_and_the_lines_that_give_them(
    engine: Any, zones: None, make_study: Callable[..., Resilience]
) -> None:
    from scenarios.resilience import load_resilience_measures
    from viz.web.pages.research_shocks import measure_figures

    state, study = state_of("research", "resilience"), make_study()
    page = Research(state, Answers(), known(state, study))
    (table,) = drawn(page, "figure")
    assert len(table["rows"]) == len(load_resilience_measures()) * len(study.scenarios)
    codes = drawn(page, "code")
    assert codes[0] == command_line(study) and "resilience(" in codes[1]
    by_zone = measure_figures(study, "B", "fr")[0]
    assert by_zone is not None and {row[4] for row in by_zone.rows} == {"Zone B"}


def test_the_command_names_shocks_and_own_scenarios(make_study: Callable[..., Resilience]) -> None:
    assert command_line(make_study(pairs=2)) == (
        "ancrage resilience baseline scenarios/more-lots.toml --shock plus-grand-employeur "
        "--territory any --months 84 --pairs 2 --seed 1"
    )


def test_the_zip_holds_the_study(
    engine: Any, zones: None, make_study: Callable[..., Resilience], fake_comparison: Comparison
) -> None:
    state, study = state_of("strategy", "resilience"), make_study()
    comparison = replace(fake_comparison, scenarios=(MORE, fake_comparison.scenarios[1]))
    answer = Answer(None, comparison, 0, 24, comparison.pairs, 1, 1, True)  # pyright: ignore
    with zipfile.ZipFile(io.BytesIO(everything(state, answer, study))) as archive:
        files = {n.partition("/")[2]: archive.read(n) for n in archive.namelist()}
    record = json.loads(files["resilience/record.json"])
    assert record["command"].startswith("ancrage resilience baseline scenarios/more-lots.toml")
    assert {"resilience/results.csv", "resilience/scenarios/more-lots.toml"} <= set(files)
    assert b"resilience/" in files["README.txt"]
    assert [name for name in files if name.startswith("figures/") and "loss-curves" in name]
    with zipfile.ZipFile(io.BytesIO(everything(state, answer))) as archive:
        assert not [name for name in archive.namelist() if "/resilience/" in name]


def test_firms_that_others_depend_on_are_computed_on_request_and_lead_to_the_network(
    engine: Any, zones: None, make_study: Callable[..., Resilience], monkeypatch: pytest.MonkeyPatch
) -> None:
    from viz.web.pages.dependence import Dependence, look_at

    state = state_of("research", "resilience")
    acts = drawn(Dependence(state, research=True), "key_name")
    assert acts == ["dependence"]
    firms = FirmsAtRisk(
        esri=np.linspace(0.001, 0.02, 40),
        codes=[f"FZ-{k:04d}" for k in range(40)],
        sectors=["FZ"] * 40,
        zones=["A", "B"] * 20,
        fte=np.full(40, 12.0),
    )
    monkeypatch.setattr("viz.web.pages.dependence.known_risk", lambda _: firms)
    made = drawn(Dependence(state, research=True), "figure")
    assert len(made) == 2 and len(drawn(Dependence(state), "figure")) == 1
    (options,) = drawn(Dependence(state, research=True), "options")
    assert [one["key"] for one in options][:2] == ["", "FZ-0039"]
    look_at("FZ-0039")
    assert (STATE.value.section, STATE.value.focus) == ("network", "FZ-0039")
    STATE.value = State()
