"""The Vue components and what the pages give them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import viz.texts
import viz.web
from viz.texts import texts

COMPONENTS = Path(viz.web.__file__).with_name("components")
TEXTS = Path(viz.texts.__file__).parent

WRAPPER = re.compile(r'component_vue\("([\w.]+)"[^)]*\)\s*def \w+\((.*?)\) -> None', re.DOTALL)

TABLES = tuple(
    n for n in ("web", "workshop", "research", "spaser") if (TEXTS / f"{n}.toml").exists()
)
"""Tables whose texts components are given; a component takes all its texts from one."""


def wrappers() -> dict[str, str]:
    """Return the arguments of every wrapper, by the name of its template."""
    return {
        found[1]: found[2]
        for path in sorted(COMPONENTS.glob("*.py"))
        for found in WRAPPER.finditer(path.read_text(encoding="utf-8"))
    }


def parts_of(template: str) -> tuple[str, str]:
    """Return the template and the script of a component."""
    whole = (COMPONENTS / template).read_text(encoding="utf-8")
    html, _, rest = whole.partition("<script>")
    return html, rest.partition("</script>")[0]


def test_every_template_has_a_wrapper():
    assert set(wrappers()) == {path.name for path in COMPONENTS.glob("*.vue")}


@pytest.mark.parametrize("template", sorted(wrappers()))
def test_no_method_is_named_as_an_event(template):
    # the event would take the method's place without a word
    events = set(re.findall(r"event_(\w+):", wrappers()[template]))
    _, script = parts_of(template)
    methods = script.partition("methods:")[2]
    own = re.findall(r"(?:^\s*|[,{] ?)(?:async )?(\w+)\([\w, ]*\) \{", methods, re.MULTILINE)
    assert not events & set(own)


@pytest.mark.parametrize("template", sorted(wrappers()))
def test_a_template_calls_the_events_it_is_given(template):
    html, script = parts_of(template)
    given = set(re.findall(r"\b(event_\w+):", wrappers()[template]))
    called = set(re.findall(r"\b(event_\w+)\(", html + script))
    short = {f"event_{name}" for name in re.findall(r"\b(\w+)\(", html)}
    assert called <= given <= called | short


def used_keys(template: str) -> tuple[set[str], set[str]]:
    """Return the keys of texts that a component names, and the beginnings it completes."""
    whole = "".join(parts_of(template))
    plain = set(re.findall(r"\btexts\.(\w+)", whole))
    plain |= set(re.findall(r"""\btexts\[['"](\w+)['"]\]""", whole))
    return plain, set(re.findall(r"""\btexts\[['"](\w+)['"] ?\+""", whole))


@pytest.mark.parametrize("template", sorted(wrappers()))
def test_every_text_of_a_template_exists(template):
    plain, begun = used_keys(template)
    missing = {
        table: sorted(plain - keys) + [b for b in begun if not any(k.startswith(b) for k in keys)]
        for table, keys in ((table, set(texts(table, "fr"))) for table in TABLES)
    }
    assert not all(missing.values()), missing


def test_no_class_is_styled_by_two_components():
    # styles stay on the page when their component leaves it: one class, one meaning
    found: dict[str, set[str]] = {}
    for path in sorted(COMPONENTS.glob("*.vue")):
        styles = "".join(
            re.findall(r"<style[^>]*>(.*?)</style>", path.read_text("utf-8"), re.DOTALL)
        )
        always = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", styles)
        for selectors in re.findall(r"([^{}]+)\{", always):
            for one in selectors.split(","):
                found.setdefault(one.strip(), set()).add(path.name)
    assert {one: names for one, names in found.items() if len(names) > 1} == {}
