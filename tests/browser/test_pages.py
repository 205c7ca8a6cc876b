"""Every page, in both languages: whole on every screen, and without a grave axe-core violation."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from viz.web.state import State

SCREENS = ((1920, 1080), (1280, 800), (390, 844))

CHECKS = Path(__file__).with_name("layout.js").read_text(encoding="utf-8")

GRAVE = ("serious", "critical")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("mode", ["strategy", "workshop", "research"])
def test_pages_are_whole_and_accessible(site, visit, every_section, settled, mode, language):
    # words are longest in French: it is judged with the most scenarios, and on a large screen too
    french = language == "fr"
    names = ("access", "insertion", "full-spaser", "lowest-price")[: 4 if french else 2]
    page = visit(site.url, State(language=language, shown=names))
    wrong = []
    for section in every_section(page, mode):
        where = f"{mode}/{section}"
        for width, height in SCREENS if french else SCREENS[1:]:
            page.set_viewport_size({"width": width, "height": height})
            settled(page)
            wrong += [f"{where} {width}: {one}" for one in page.evaluate(CHECKS)]
        page.set_viewport_size({"width": SCREENS[1][0], "height": SCREENS[1][1]})
        # what is folded away is judged too
        page.evaluate("document.querySelectorAll('#an-main details').forEach(d => d.open = true)")
        wrong += [f"{where}: {violation}" for violation in violations(page)]
    assert not wrong, "\n".join(wrong)


def violations(page) -> list[str]:
    """Return the grave violations of a page, each with the elements that break the rule."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{v['id']} ({v['impact']}): {v['help']}\n    "
        + "\n    ".join(node["html"][:200] for node in v["nodes"][:5])
        for v in found
        if v["impact"] in GRAVE
    ]
