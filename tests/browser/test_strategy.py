"""Stratégie in a real browser: comparisons, levers, links, visitors side by side."""

from __future__ import annotations

import re
from dataclasses import replace

from viz.web.state import State, decode

RESULTS = replace(State(), section="results")


CONCLUDED = """(key) => !/provisoire/i.test(
  document.querySelector(`figure[data-figure="${key}"] .an-finding`).innerText)"""


def state_of(page):
    """Return the state that the page's address holds."""
    found = re.search(r"[?&]s=([^&#]+)", page.url)
    return decode(found[1]) if found else State()


def reached(page) -> str:
    """Return how far the answer on screen goes: "24 mois, 5 paires"."""
    return page.locator(".an-progress-words").inner_text().split(" ;")[0]


def open_theme(page, lever: str):
    """Open the theme that holds a lever, and return the lever's part of the panel."""
    part = page.locator(f"[data-lever='{lever}']")
    theme = page.locator(".an-theme", has=part)
    if theme.get_attribute("open") is None:
        theme.locator("summary").first.click()
    return part


def set_slider(part, value: float) -> None:
    """Move a slider as a hand does: what it shows meanwhile, then the value let go."""
    part.locator("input[type=range]").evaluate(
        """(slider, value) => {
          slider.value = value;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
          slider.dispatchEvent(new Event("change", { bubbles: true }));
        }""",
        value,
    )


def test_the_first_comparison_is_shown_and_says_what_it_is(site, visit, answered, figures_shown):
    page = visit(site.url)
    page.wait_for_selector("figure[data-figure] .an-chart svg")
    assert page.locator("[data-section][aria-current=page]").inner_text() == "Achats"
    page.click("[data-section=results]")
    answered(page, pairs=5)
    page.wait_for_selector("figure[data-figure=why_access] svg")
    for key in ("differences", "why_access"):
        page.wait_for_function(CONCLUDED, arg=key)
    shown = figures_shown(page)
    results = {"jobs_present_differences", "differences", "headline_access", "why_access"}
    assert results <= set(shown)
    finding = re.compile("dans 9 simulations sur 10|distinguable de zéro|en hausse|en baisse", re.I)
    for key in results:
        assert finding.search(shown[key]["title"]), (key, shown[key]["title"])
        assert "paires de simulations" in shown[key]["caption"], key
    assert "Simulation, pas prévision" in page.locator(".an-footnote").first.inner_text()
    assert "Ne peut fonder" in page.locator("footer").inner_text()


def test_a_lever_moved_makes_a_copy_and_brings_an_answer_of_it(site, visit, answered):
    page = visit(site.url, RESULTS)
    answered(page)
    before = page.url
    part = open_theme(page, "allotment")
    set_slider(part, 0.8)
    page.wait_for_selector("[data-scenario='access (modifié)']")
    page.wait_for_function("(url) => location.href !== url", arg=before)
    # nothing of the former scenario is left on screen, and the answer to the new one arrives
    answered(page, pairs=5)
    state = state_of(page)
    assert state.shown == ("access (modifié)",)
    assert state.own[0].levers.value("allotment", 119) == 0.8
    assert "80" in part.locator("output").inner_text()
    words = page.locator("[data-scenario] p").inner_text()
    assert "allotissement plus fin" in words.lower() and "80" in words
    assert page.locator("figure[data-figure='headline_access (modifié)']").count() == 1
    assert page.locator("figure[data-figure='headline_access']").count() == 0
    # what the law or the register refuses is said, and the page goes on
    part.locator("details summary").click()
    exact = part.locator("input[type=number]").first
    exact.fill("500")
    exact.press("Tab")
    page.wait_for_selector("[role=alert] >> text=Ce réglage n'est pas possible")
    assert state_of(page).own[0].levers.value("allotment", 119) == 0.8


def test_four_scenarios_are_compared_and_no_fifth(site, visit, answered, figures_shown):
    page = visit(site.url, RESULTS)
    for count, name in enumerate(("insertion", "full-spaser", "lowest-price"), start=2):
        page.select_option("select[data-act=add]", name)
        page.wait_for_selector(f"[data-scenario='{name}']")
        assert page.locator("[data-scenario]").count() == count
    assert page.locator("select[data-act=add]").is_disabled()
    answered(page, pairs=5)
    page.wait_for_selector(
        "figure[data-figure='why_lowest-price'] svg, figure[data-figure='why_lowest-price'] table"
    )
    names = state_of(page).shown
    assert names == ("access", "insertion", "full-spaser", "lowest-price")
    words = " ".join(figures_shown(page)["differences"]["words"])
    assert all(name in words for name in names)
    before = page.url
    page.locator("[data-scenario='insertion'] .an-menu summary").click()
    page.locator("[data-scenario='insertion'] [data-act=remove]").click()
    page.wait_for_selector("[data-scenario='insertion']", state="detached")
    page.wait_for_function("(url) => location.href !== url", arg=before)
    assert state_of(page).shown == ("access", "full-spaser", "lowest-price")


def test_a_link_opens_the_same_state_and_figures_elsewhere(
    site, visit, answered, settled, figures_shown
):
    page = visit(site.url, replace(RESULTS, shown=("access", "insertion"), edited="insertion"))
    answered(page)
    set_slider(open_theme(page, "sourcing_breadth"), 0.35)
    page.wait_for_selector("[data-scenario='insertion (modifié)']")
    answered(page, pairs=5)
    other = visit(page.url)
    answered(other, pairs=5)
    assert state_of(other) == state_of(page)
    # both go on to more pairs: what they show of the same number must be the same
    for _ in range(40):
        settled(page)
        settled(other)
        at = [reached(page), reached(other)]
        shown = [figures_shown(page), figures_shown(other)]
        if at == [reached(page), reached(other)] and at[0] == at[1]:
            break
        page.wait_for_timeout(250)
    assert at[0] == at[1]
    assert shown[0] == shown[1]
    assert "headline_insertion (modifié)" in shown[0]


def test_two_visitors_never_see_each_other_s_scenarios(site, visit, answered):
    one, two = visit(site.url, RESULTS), visit(site.url, RESULTS)
    set_slider(open_theme(one, "allotment"), 0.9)
    one.wait_for_selector("[data-scenario='access (modifié)']")
    answered(one)
    answered(two)
    assert "(modifié)" not in two.content()
    assert "(modifié)" not in two.evaluate("document.documentElement.outerHTML")
    assert state_of(two) == RESULTS
    two.click("[data-section=scenarios]")
    two.wait_for_selector(".an-library li")
    assert "(modifié)" not in two.content()
    two.reload()
    two.wait_for_selector(".an-library li")
    assert "(modifié)" not in two.content()


def test_both_languages(site, visit, answered, figures_shown):
    page = visit(site.url, RESULTS)
    answered(page, pairs=5)
    page.wait_for_selector("figure[data-figure=differences] svg")
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert page.title() == "Comparer – Ancrage"
    french = figures_shown(page)
    page.click("[data-tool=language]")
    page.wait_for_function("document.documentElement.lang === 'en'")
    answered(page)
    assert page.title() == "Compare – Ancrage"
    assert state_of(page).language == "en"
    page.wait_for_function(
        "(title) => document.querySelector('[data-figure=differences] .an-finding').innerText"
        " !== title",
        arg=french["differences"]["title"],
    )
    english = figures_shown(page)
    assert set(english) == set(french)
    assert all(english[key]["title"] != french[key]["title"] for key in french)
    assert "A simulation, not a forecast" in page.locator("footer").inner_text()
    page.click("[data-tool=language]")
    page.wait_for_function("document.documentElement.lang === 'fr'")


def test_the_address_of_a_link_cut_short_opens_the_start_with_a_sentence(site, visit):
    page = visit(site.url + "?s=eJzabc")
    assert "Ce lien ne se lit pas" in page.locator("[role=alert]").inner_text()
    assert page.locator("[data-section][aria-current=page]").inner_text() == "Achats"
    page.click("[role=alert] button")
    page.wait_for_selector("[role=alert]", state="detached")


def test_maps_of_several_scenarios_each_say_of_which(site, visit, answered, figures_shown):
    names = ("access", "insertion")
    page = visit(site.url, replace(State(), section="map", shown=names))
    answered(page)
    page.wait_for_selector("figure[data-figure=map_jobs_present_insertion] svg")
    titles = {key: figure["title"] for key, figure in figures_shown(page).items()}
    assert all(name in titles[f"map_jobs_present_{name}"] for name in names)


def test_a_spaser_target_that_cannot_be_is_refused_beside_the_form(site, visit):
    page = visit(site.url, replace(State(), section="spaser"))
    page.locator("[data-buyer]").first.check()
    page.wait_for_selector("[data-act=seek]:enabled")
    page.fill("[data-act=value]", "130")
    page.select_option("[data-act=year]", "2029")
    page.click("[data-act=seek]")
    said = page.wait_for_selector(".an-spaser [role=alert]").inner_text()
    assert "130 %" in said and "100 %" in said
    page.wait_for_function("location.search.length > 1")
    state = decode(page.url.split("s=")[1])
    assert len(state.buyers) == 1 and state.target == "social_number>=130@2029"
