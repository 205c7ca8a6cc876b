"""No text is cut or over another, and no page scrolls sideways, from a phone to a large screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from viz.web.state import State

SCREENS = ((1920, 1080), (1280, 800), (390, 844))

CHECKS = Path(__file__).with_name("layout.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("mode", ["strategy", "workshop", "research"])
def test_every_page_is_whole_on_every_screen(site, visit, every_section, settled, mode, language):
    names = ("access", "insertion", "full-spaser", "lowest-price")
    page = visit(site.url, State(language=language, shown=names))
    wrong = []
    for section in every_section(page, mode):
        # words are longest in French; a large screen is judged in one language
        for width, height in SCREENS if language == "fr" else SCREENS[1:]:
            page.set_viewport_size({"width": width, "height": height})
            settled(page)
            wrong += [f"{mode}/{section} {width}: {one}" for one in page.evaluate(CHECKS)]
    assert not wrong, "\n".join(wrong)
