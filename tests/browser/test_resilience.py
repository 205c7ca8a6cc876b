"""Servers that go down and runs that fail leave the visitor with a page."""

from __future__ import annotations

from dataclasses import replace

from scenarios.library import load_library
from scenarios.schema import scenario_of
from viz.web.state import State, decode

RESULTS = replace(State(), section="results")

ELSEWHERE = scenario_of(
    {
        "name": "ailleurs",
        "why": "Un EPCI qui n'est pas sur ce territoire.",
        "levers": {"allotment": {"value": 0.5, "scope": {"epci": ["246200729"]}}},
    },
    "test",
    {},
)
"""Lawful everywhere, but no run on this server's territory can take it."""


def test_a_run_that_fails_says_so_and_the_page_lives(site, visit, answered):
    state = replace(RESULTS, own=(ELSEWHERE,), shown=("ailleurs",), edited="ailleurs")
    page = visit(site.url, state)
    page.wait_for_selector("[role=alert] >> text=Ce calcul a échoué")
    said = page.locator("[role=alert] span").inner_text()
    assert "246200729" in said and "Traceback" not in said
    assert page.locator("figure[data-figure]").count() == 0
    page.select_option("select[data-act=add]", "access")
    page.locator("[data-scenario=ailleurs] .an-menu summary").click()
    page.locator("[data-scenario=ailleurs] [data-act=remove]").click()
    answered(page)
    assert page.locator("[role=alert]").count() == 0


def test_a_restarted_server_opens_the_link_as_it_was(own_site, visit, answered, figures_shown):
    own = replace(load_library()["access"], name="à moi")
    state = replace(
        RESULTS, language="en", own=(own,), shown=("à moi", "insertion"), edited="à moi"
    )
    page = visit(own_site.url, state, forgiven=r"WebSocket|ERR_CONNECTION|Failed to fetch|50\d")
    answered(page, pairs=1)
    link = page.url
    own_site.stop(at_once=True)
    own_site.start()
    page.goto(link)
    page.wait_for_selector("[data-scenario='à moi']")
    answered(page, pairs=1)
    assert page.url == link
    assert decode(link.split("s=")[1]) == state
    page.wait_for_selector("figure[data-figure] svg")
    assert page.locator("[role=alert]").count() == 0
