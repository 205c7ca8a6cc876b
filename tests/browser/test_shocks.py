"""Shocks in a real browser: the page of Stratégie, and the workshop's buttons by keyboard."""

from __future__ import annotations

import re
from dataclasses import replace

from axe_playwright_python.sync_playwright import Axe

from viz.web.state import State, decode

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


def state_of(page) -> State:
    """Return the state that the page's address holds."""
    found = re.search(r"[?&]s=([^&#]+)", page.url)
    return decode(found[1]) if found else State()


def grave(page) -> list[str]:
    """Return the grave violations of a page."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [v["id"] for v in found if v["impact"] in ("serious", "critical")]


def test_a_shock_is_chosen_shown_kept_in_the_link_and_another_replaces_it(
    site, visit, answered, figures_shown, settled
):
    page = visit(site.url, State().go("strategy", "resilience"))
    answered(page, pairs=5, months=84)
    page.wait_for_selector("figure[data-figure=structure_before]")
    shown = figures_shown(page)
    curves = shown["loss_curves_jobs_share_plus-grand-employeur"]
    assert "plus grand employeur" in curves["title"] and "choc" in curves["words"]
    assert "provisoire" not in curves["title"]
    assert {"loss_table_plus-grand-employeur", "trade_off_plus-grand-employeur"} <= set(shown)
    page.click("[data-shock=budgets]")
    page.wait_for_selector("figure[data-figure=loss_table_budgets]", timeout=WAIT)
    page.click("[data-shock=plus-grand-employeur]")
    page.wait_for_selector("[data-shock=plus-grand-employeur][aria-pressed=false]")
    page.wait_for_selector("[data-figure$=plus-grand-employeur]", state="detached")
    page.wait_for_function("() => new URL(location.href).searchParams.get('s')")
    assert state_of(page).shocks == ("budgets",)
    answered(page, pairs=5, months=84)
    settled(page)
    again = visit(page.url)
    again.wait_for_selector("[data-shock=budgets][aria-pressed=true]")
    again.wait_for_selector("figure[data-figure=loss_table_budgets]", timeout=WAIT)


def test_the_workshop_strikes_by_keyboard_and_says_one_sentence(site, visit, settled):
    state = replace(State(), shown=("access",)).go("workshop", "predict")
    page = visit(site.url, state)
    keys = page.keyboard
    keys.press("?")
    page.wait_for_selector("#an-help-title:focus")
    assert "choc" in page.locator(".an-help").inner_text().casefold()
    keys.press("Escape")
    keys.press("c")
    page.wait_for_selector('#an-screen[data-screen="shocks-0"]')
    page.wait_for_timeout(500)
    assert page.locator("[data-figure]").count() == 0
    keys.press("c")
    page.wait_for_selector("[data-act=plus-grand-employeur][aria-pressed=true]")
    page.wait_for_selector("[data-figure]", timeout=WAIT)
    page.wait_for_function(
        "() => !/provisoire/.test(document.querySelector('.an-finding').innerText)", timeout=WAIT
    )
    settled(page)
    assert page.locator("[data-figure]").count() == 1
    told = page.locator(".an-finding").inner_text()
    assert "access" in told and "emplois" in told
    assert page.evaluate(SMALLEST) == []
    assert grave(page) == []
    keys.press("c")
    page.wait_for_selector("[data-act=importations][aria-pressed=true]")
