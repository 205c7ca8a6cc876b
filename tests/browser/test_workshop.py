"""A workshop by keyboard alone, from the page's opening to the record of decisions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe

from viz.web.state import State
from viz.web.workshop import actions, sheets

WAIT = 60_000
"""Milliseconds for a first answer."""

SMALLEST = """() => [...document.querySelectorAll(".an-app *")].filter((e) =>
  [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) &&
  e.getBoundingClientRect().width > 2
).map((e) => {
  const chart = e.closest(".an-chart");
  const zoom = chart ? new DOMMatrix(getComputedStyle(chart).transform).a : 1;
  return [parseFloat(getComputedStyle(e).fontSize) * zoom, e.textContent.trim().slice(0, 40)];
}).filter(([size]) => size < 23.9)"""


def tab_to(page, selector: str) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"Tab does not reach {selector}")


def at(page, screen: str) -> None:
    """Wait for a screen whose heading has the focus."""
    page.wait_for_selector(f'#an-screen[data-screen="{screen}"]:focus')


def test_a_workshop_runs_by_keyboard_alone(site, visit):
    page = visit(site.url, State())
    keys = page.keyboard
    tab_to(page, "[data-mode=workshop]")
    keys.press("Enter")
    page.wait_for_selector('#an-screen[data-screen="story-0"]')
    keys.press("ArrowRight")
    at(page, "story-1")
    keys.press("?")
    page.wait_for_selector("#an-help-title:focus")
    keys.press("Escape")
    page.wait_for_selector("#an-help-title", state="detached")
    at(page, "story-1")
    assert page.locator("[data-figure]").count() == 0
    keys.press("r")
    page.wait_for_selector('[data-figure="jobs_present_differences"]', timeout=WAIT)
    for screen in ("story-2", "story-3", "story-4", "predict-0"):
        keys.press("ArrowRight")
        at(page, screen)
    tab_to(page, "[data-field=guess]")
    keys.type("100-300 r?")
    keys.press("Enter")
    page.wait_for_selector(".an-notice")
    assert page.locator("[data-figure], #an-help-title").count() == 0
    keys.press("Control+a")
    keys.type("100-300")
    keys.press("Enter")
    page.wait_for_selector('[data-guess="DUNE"]')
    tab_to(page, "[data-act=reveal]")
    keys.press("Enter")
    page.wait_for_selector('[data-figure="guesses_jobs_present"]', timeout=WAIT)
    for screen in ("target", "replay", "why", "shocks", "tables", "roles", "vote", "decisions"):
        keys.press("ArrowRight")
        at(page, f"{screen}-0")
    tab_to(page, "[data-act=add]")
    keys.press("Enter")
    page.wait_for_selector('[data-cell="action-0"]:focus')
    keys.type("Publier la programmation")
    keys.press("Tab")
    keys.type("Ville")
    keys.press("Tab")
    page.wait_for_function("() => new URL(location.href).searchParams.get('s').length > 60")
    page.wait_for_timeout(500)
    again = visit(page.url)
    assert again.locator('[data-cell="action-0"]').input_value() == "Publier la programmation"
    assert again.locator('[data-cell="pilot-0"]').input_value() == "Ville"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_filled_screens_are_large_and_accessible(site, visit, language):
    state = replace(State(language=language).go("workshop", "predict"), shown=("access",))
    state = actions.reveal(actions.add_guess(state, "DUNE", "100-300"))
    state = sheets.write_option(sheets.write_option(state, 0, "A"), 1, "B")
    state = sheets.count_votes(state, "DUNE", 0, "3")
    state = sheets.write_decision(state, 0, "action", "A")
    state = actions.reveal(state.go("workshop", "vote")).go("workshop", "predict")
    page = visit(site.url, state)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_selector("[data-figure]", timeout=WAIT)
    for section in ("predict", "vote", "decisions"):
        page.click(f"[data-section={section}]")
        page.wait_for_selector(f'#an-screen[data-screen="{section}-0"]')
        page.wait_for_timeout(500)
        assert page.evaluate(SMALLEST) == []
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
