"""Atelier in a real browser: predict, then reveal."""

from __future__ import annotations

import re
from dataclasses import replace

from viz.web.state import State, decode

PREDICT = replace(State(), mode="workshop", section="predict")


def state_of(page) -> State:
    """Return the state that the page's address holds."""
    return decode(re.search(r"[?&]s=([^&#]+)", page.url)[1])


def test_nothing_is_revealed_before_it_was_predicted(site, visit, answered):
    page = visit(site.url, PREDICT)
    answered(page, pairs=5)
    main = page.locator("#an-main")
    assert page.locator("figure[data-figure]").count() == 0
    assert "simulations sur 10" not in main.inner_html()

    for table, written in (("DUNE", "100-300"), ("QUAI", "20 à 60 ETP"), ("PORT", "−50")):
        page.select_option("[data-field=table]", table)
        page.fill("[data-field=guess]", written)
        page.press("[data-field=guess]", "Enter")
        page.wait_for_selector(f"[data-guess={table}]")
    assert page.locator("figure[data-figure]").count() == 0
    page.fill("[data-field=guess]", "beaucoup")
    page.press("[data-field=guess]", "Enter")
    page.wait_for_selector("[role=alert]")
    assert page.locator("[data-guess]").count() == 3
    page.fill("[data-field=guess]", "")

    page.click("[data-act=reveal]")
    page.wait_for_selector("figure[data-figure] svg")
    words = page.locator("figure[data-figure] .an-chart").inner_text()
    assert all(table in words for table in ("DUNE", "QUAI", "PORT"))
    # a link shows the same elsewhere, guesses and reveal included
    for _ in range(100):
        state = state_of(page)
        if state.workshop.get("guesses") and state.workshop.get("revealed"):
            break
        page.wait_for_timeout(100)
    other = visit(page.url)
    other.wait_for_selector("figure[data-figure] svg")
    assert state_of(other) == state
    words = other.locator("figure[data-figure] .an-chart").inner_text()
    assert all(table in words for table in ("DUNE", "QUAI", "PORT"))
    # hidden again, guesses are as they were
    page.click("[data-act=reveal]")
    page.wait_for_selector("figure[data-figure]", state="detached")
    page.wait_for_selector("[data-guess=PORT]")
    assert page.locator("[data-guess]").count() == 3
    # another question has none
    page.select_option(".an-choice select", "insertion_hours")
    page.wait_for_selector("[data-guess]", state="detached")
    assert page.locator("figure[data-figure]").count() == 0
