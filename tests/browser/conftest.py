"""A served app and visitors in headless Chromium, whose pages must be beyond reproach."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from viz.web.state import State

ROOT = Path(__file__).parents[2]

CHROMIUM = Path("/usr/bin/chromium")
"""Debian's own; the one that playwright would fetch is not used."""

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

START = """
import os, signal, sys, threading

def leave_with_the_tests():
    # the other end is closed when the tests end, also when they are killed
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=leave_with_the_tests, daemon=True).start()
sys.argv[0] = "ancrage"
from viz.cli import main
main()
"""

COMMAND = (
    *(sys.executable, "-c", START),
    *("serve", "--no-browser", "--territory", "dunkerque", "--workers", "1"),
)

ANSWER_SECONDS = 60.0
"""Longest wait for an answer, on a machine that does other things too."""


@dataclass
class Site:
    """One server of the interface, stopped by its process number."""

    folder: Path
    port: int = 0
    url: str = ""
    process: subprocess.Popen[bytes] | None = None

    def printed(self) -> str:
        """Return what the server has printed so far."""
        return (self.folder / "printed.txt").read_text()

    def start(self) -> Site:
        """Start the server, on the same port when it was up before, and wait for its address."""
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        with (self.folder / "printed.txt").open("wb") as output:
            self.process = subprocess.Popen(
                [*COMMAND, "--port", str(self.port)],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        limit = time.monotonic() + 120.0
        while not (found := re.search(r"(http://\S+:(\d+)/)", self.printed())):
            if self.process.poll() is not None or time.monotonic() > limit:
                self.stop()
                pytest.fail("The server did not start: " + self.printed()[-2000:])
            time.sleep(0.1)
        self.url, self.port = found[1], int(found[2])
        return self

    def stop(self, *, at_once: bool = False) -> None:
        """Stop it as Ctrl-C does, or at once as a machine that goes down."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL if at_once else signal.SIGINT)
            try:
                self.process.wait(20.0)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(20.0)
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process = None


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server that most tests share."""
    shared = Site(tmp_path_factory.mktemp("served")).start()
    try:
        yield shared
    finally:
        shared.stop()


@pytest.fixture(autouse=True)
def server_stays_quiet(request: pytest.FixtureRequest) -> Iterator[None]:
    """The shared server prints nothing during a test: an exception of a page ends up there."""
    if "site" not in request.fixturenames:
        yield
        return
    shared: Site = request.getfixturevalue("site")
    before = len(shared.printed())
    yield
    said = shared.printed()[before:]
    assert not said, "The server printed:\n" + said[-3000:]


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[Site]:
    """A server of the test's own, to be killed and started again."""
    own = Site(tmp_path).start()
    try:
        yield own
    finally:
        own.stop()


@pytest.fixture(scope="module")
def chromium(missing: Callable[[str], None]) -> Iterator[Browser]:
    """Headless Chromium of one test file.

    Playwright keeps an event loop running in the thread as long as it lives, which other tests of
    the same process could not bear: so it does not outlive its file.
    """
    if not CHROMIUM.exists():
        missing(f"{CHROMIUM} is not installed: no test in a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visits:
    """Opens pages as visitors do, each in a browser context of its own, and notes every fault."""

    browser: Browser
    faults: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(
        self,
        url: str,
        state: State | None = None,
        *,
        width: int = 1280,
        height: int = 800,
        forgiven: str = "",
        ready: bool = True,
    ) -> Page:
        """Open a page in a new context; ``forgiven`` is a pattern of faults that are expected."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True
        )
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        self._watch(page, forgiven)
        page.goto(url if state is None else link_to(url, state))
        if ready:
            page.wait_for_selector("#an-main")
        return page

    def _watch(self, page: Page, forgiven: str) -> None:
        def note(fault: str) -> None:
            if not (forgiven and re.search(forgiven, fault)):
                self.faults.append(fault)

        def requested(url: str) -> None:
            parts = urlsplit(url)
            if parts.scheme not in ("data", "blob", "about") and parts.hostname != "127.0.0.1":
                note(f"request to {url}")

        page.on("request", lambda request: requested(request.url))
        page.on("websocket", lambda socket: requested(socket.url))
        page.on("pageerror", lambda error: note(f"page error {error}"))
        page.on(
            "response",
            lambda r: note(f"status {r.status} of {r.url}") if r.status >= 400 else None,
        )
        page.on(
            "console",
            lambda m: note(f"console error {m.text}") if m.type == "error" else None,
        )

    def leave(self) -> None:
        """Leave every page as a visitor does, so that the server stops computing for it."""
        for context in self.contexts:
            for page in context.pages:
                page.goto("about:blank")
            context.close()
        self.contexts.clear()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visits]:
    """Opens pages; the test fails if one asked elsewhere, was refused something or complained."""
    visits = Visits(chromium)
    yield visits
    visits.leave()
    assert not visits.faults, "\n".join(visits.faults)


def link_to(url: str, state: State) -> str:
    """Return the link that opens a state."""
    from viz.web.state import encode

    word = encode(state)
    return f"{url}?s={word}" if word else url


ANSWERED = """([months, pairs]) => {
  const line = document.querySelector(".an-progress-words");
  const found = line && line.innerText.match(/^(\\d+)\\s(?:mois|months), (\\d+)\\s/);
  return found && Number(found[1]) >= months && Number(found[2]) >= pairs;
}"""


@pytest.fixture(scope="session")
def answered() -> Callable[..., None]:
    """Waits until the page shows an answer of at least so many months and pairs."""

    def wait(page: Page, *, pairs: int = 1, months: int = 24) -> None:
        page.wait_for_function(ANSWERED, arg=[months, pairs], timeout=1000.0 * ANSWER_SECONDS)

    return wait


@pytest.fixture(scope="session")
def figures_shown() -> Callable[[Page], dict[str, dict[str, Any]]]:
    """Reads every figure on the page: its title, caption and the words of its drawing, by key."""
    read = """() => Object.fromEntries(
      [...document.querySelectorAll("figure[data-figure]")].map((f) => [f.dataset.figure, {
        title: f.querySelector(".an-finding").innerText,
        caption: f.querySelector(".an-caption").innerText,
        words: [...f.querySelectorAll(".an-chart svg text")].map((t) => t.textContent),
        drawn: f.querySelectorAll(".an-chart svg path").length,
      }]))"""

    def figures(page: Page) -> dict[str, dict[str, Any]]:
        return page.evaluate(read)

    return figures


SETTLED = """() => {
  const charts = [...document.querySelectorAll(".an-chart")].filter((c) => c.offsetParent);
  if (charts.some((c) => !c.querySelector("svg"))) return false;
  const now = document.querySelectorAll("*").length + "/" + document.body.scrollHeight;
  const kept = window.ancrageSettled;
  if (!kept || kept.now !== now) {
    window.ancrageSettled = { now, since: Date.now() };
    return false;
  }
  return Date.now() - kept.since > 250;
}"""


@pytest.fixture(scope="session")
def settled() -> Callable[[Page], None]:
    """Waits until every chart is drawn and the page has stopped to change."""

    def wait(page: Page) -> None:
        page.evaluate("window.ancrageSettled = null")
        page.wait_for_function(SETTLED, polling=50)

    return wait


@pytest.fixture(scope="session")
def every_section(
    answered: Callable[..., None], settled: Callable[[Page], None]
) -> Callable[[Page, str], Iterator[str]]:
    """Opens the sections of a mode one after the other, each with all it shows."""
    from viz.web.figures import NEEDS_ANSWER
    from viz.web.state import SECTIONS

    def sections(page: Page, mode: str) -> Iterator[str]:
        page.click(f"[data-mode={mode}]")
        for section in SECTIONS[mode]:
            page.click(f"[data-section={section}]")
            page.wait_for_selector(f"[data-section={section}][aria-current=page]")
            if mode == "strategy" and section in NEEDS_ANSWER:
                answered(page, pairs=5)
                page.wait_for_selector("figure[data-figure]")
            if section == "resilience":
                answered(page, pairs=5, months=84)
                page.wait_for_selector("figure[data-figure^=structure_before]")
            settled(page)
            yield section

    return sections
