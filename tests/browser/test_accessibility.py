"""axe-core on every page, in both languages: no serious or critical violation."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from viz.web.state import State

GRAVE = ("serious", "critical")


def violations(page) -> list[str]:
    """Return the grave violations of a page, each with the elements that break the rule."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{v['id']} ({v['impact']}): {v['help']}\n    "
        + "\n    ".join(node["html"][:200] for node in v["nodes"][:5])
        for v in found
        if v["impact"] in GRAVE
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("mode", ["strategy", "workshop", "research"])
def test_no_grave_violation(site, visit, every_section, mode, language):
    page = visit(site.url, State(language=language))
    found = []
    for section in every_section(page, mode):
        # what is folded away is judged too
        page.evaluate("document.querySelectorAll('#an-main details').forEach(d => d.open = true)")
        found += [f"{mode}/{section}: {violation}" for violation in violations(page)]
    assert not found, "\n".join(found)
