"""Answer times in a real browser: ``python tests/benchmarks/web.py [--moves 12] [--write]``.

Serves the Côte d'Opale with two workers, moves levers as a visitor does, and takes times in the
page itself: from the change of a lever to the first figure of the new scenario on screen. To run
where nothing else runs; the load before each measure is kept with it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import speed  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")
VISITORS = 10

TARGETS: dict[str, tuple[float, str]] = {
    "ready_p95_s": (2.0, "page ready: header and first figure of Achats, 95th percentile, s"),
    "first_p95_s": (1.0, "lever moved to first figure, 1 pair × 24 months, 95th percentile, s"),
    "pairs30_p95_s": (10.0, "lever moved to 30 pairs × 24 months, 95th percentile, s"),
    "decade8_max_s": (15.0, "lever moved to 8 pairs × 120 months, slowest, s"),
    "decade30_max_s": (60.0, "lever moved to 30 pairs × 120 months, slowest, s"),
    "ten_first_p95_s": (4.0, "ten visitors at once: lever moved to first figure, 95th perc., s"),
    "visitor_mb": (60.0, "memory of the server per visitor (ten visitors), MB"),
}
"""Most that is accepted of each figure."""

LIMITS = (
    "Of fewer than twenty values the 95th percentile is the slowest. Browser, server and workers "
    "share the cores, so the pages of ten visitors slow each other down as ten machines would not. "
    "Memory per visitor is a lower bound: what former visitors freed is used again, and the "
    "decade is not waited for."
)
"""What the figures do not tell, printed under them."""

WATCH = """([lever, value, wait]) => {
  const old = new Set(document.querySelectorAll("figure[data-figure]"));
  const seen = window.ancrageSeen = { value };
  const slider = document.querySelector(`[data-lever="${lever}"] input[type=range]`);
  const look = () => {
    const now = (performance.now() - seen.start) / 1000;
    const line = document.querySelector(".an-progress-words");
    const words = (line ? line.innerText : "").match(/^(\\d+)\\s(?:mois|months), (\\d+)\\s/);
    if (words) {
      const drawn = [...document.querySelectorAll("figure[data-figure]")].some(
        (figure) => !old.has(figure) && figure.querySelector(".an-chart svg path"));
      if (!seen.first && drawn) { seen.first = now; seen.months = Number(words[1]); }
      if (seen.first) {
        const key = words[1] === "120" ? "decade" : "short";
        for (const pairs of [8, 30]) {
          const name = key + pairs;
          if (!seen[name] && Number(words[2]) >= pairs) seen[name] = now;
        }
      }
    }
    if (now < 400) requestAnimationFrame(look);
  };
  setTimeout(() => {
    seen.start = performance.now();
    slider.value = value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    slider.dispatchEvent(new Event("change", { bubbles: true }));
    requestAnimationFrame(look);
  }, wait);
}"""
"""Moves a lever after a wait, and notes in every frame what has come of the new scenario."""


def percentile(values: list[float], share: float) -> float:
    """Return the smallest value that so many of the values do not pass."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def memory_mb(process: int) -> float:
    """Return the memory that a process holds, in MB."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return float(found[1]) / 1024.0 if found else float("nan")


def children(process: int) -> list[int]:
    """Return the processes that a process has started."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(one) for one in listed]


def busy_seconds(process: int) -> float:
    """Return the processor time used by a process and its children so far."""
    total = 0.0
    for one in (process, *children(process)):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / 100.0
    return total


def wait_until_idle(process: int, most: float) -> float:
    """Wait until the server has made its worlds ready; return how long that took."""
    start = time.monotonic()
    while time.monotonic() - start < most:
        before = busy_seconds(process)
        time.sleep(3.0)
        if busy_seconds(process) - before < 0.3:
            break
    return time.monotonic() - start


@contextmanager
def served(workers: int) -> Iterator[tuple[str, int]]:
    """Serve the Côte d'Opale; yield the address and the process number."""
    start_cli = "import sys; from viz.cli import main; sys.argv[0] = 'ancrage'; main()"
    with tempfile.TemporaryDirectory() as folder:
        printed = Path(folder) / "printed.txt"
        with printed.open("wb") as output:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-u", "-c", start_cli, "serve", "--port", "0"),
                    *("--no-browser", "--workers", str(workers)),
                ],
                cwd=folder,
                env=speed.environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            while not (found := re.search(r"http://\S+:\d+/", printed.read_text())):
                if process.poll() is not None:
                    raise SystemExit("The server did not start: " + printed.read_text()[-2000:])
                time.sleep(0.1)
            yield found[0], process.pid
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20.0)
            except subprocess.TimeoutExpired:
                process.kill()


def open_page(browser: Browser, url: str, section: str) -> Page:
    """Open a section in a browser context of its own."""
    from viz.web.state import State, encode

    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(120_000)
    word = encode(replace(State(), section=section))
    page.goto(f"{url}?s={word}" if word else url)
    return page


def leave(page: Page) -> None:
    """Leave a page as a visitor does."""
    page.goto("about:blank")
    page.context.close()


def ready_times(browser: Browser, url: str, repeats: int) -> list[float]:
    """Return the times from navigation to the header and the first figure of Achats."""
    times: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        page = open_page(browser, url, "purchases")
        page.wait_for_selector(".an-header")
        page.wait_for_selector("figure[data-figure] .an-chart svg")
        times.append(time.perf_counter() - start)
        leave(page)
    return times


def seen_until(page: Page, name: str, most: float) -> dict[str, float]:
    """Wait until the page has noted something of the new scenario, and return all it noted."""
    page.wait_for_function(
        "(name) => window.ancrageSeen && window.ancrageSeen[name]",
        arg=name,
        timeout=1000.0 * most,
    )
    return page.evaluate("window.ancrageSeen")


def prepared(browser: Browser, url: str) -> Page:
    """Open the comparison and wait for its first answer."""
    page = open_page(browser, url, "results")
    page.wait_for_selector("figure[data-figure] .an-chart svg")
    return page


def lever_moves(
    browser: Browser, url: str, moves: int, decades: int, say: Callable[[str], None]
) -> dict[str, list[float]]:
    """Move a lever again and again; wait for the decade in the first moves only."""
    times: dict[str, list[float]] = {"first": [], "short30": [], "decade8": [], "decade30": []}
    page = prepared(browser, url)
    for move in range(moves):
        page.evaluate(WATCH, ["allotment", round(0.31 + 0.01 * move, 2), 0])
        seen = seen_until(page, "short30", 120.0)
        names = ["first", "short30"]
        if move < decades:
            buttons = page.locator(".an-segments button")
            buttons.nth(1).click()
            seen = seen_until(page, "decade30", 300.0)
            names += ["decade8", "decade30"]
            buttons.nth(0).click()
        for name in names:
            times[name].append(seen[name])
        say(f"move {move + 1}: " + ", ".join(f"{name} {seen[name]:.2f}" for name in names))
    leave(page)
    return times


def ten_visitors(browser: Browser, url: str, process: int) -> dict[str, Any]:
    """Let ten visitors move a lever at the same moment, each their own way."""
    before, workers_before = memory_mb(process), sum(map(memory_mb, children(process)))
    pages = [prepared(browser, url) for _ in range(VISITORS)]
    at = time.time() + 3.0
    for k, page in enumerate(pages):
        wait = 1000.0 * (at - time.time())
        page.evaluate(WATCH, ["sourcing_breadth", round(0.21 + 0.02 * k, 2), wait])
    seen = [seen_until(page, "first", 120.0) for page in pages]
    for page in pages:
        seen_until(page, "short30", 600.0)
    memory = (memory_mb(process) - before) / VISITORS
    workers = sum(map(memory_mb, children(process))) - workers_before
    for page in pages:
        leave(page)
    return {
        "first": [one["first"] for one in seen],
        "months": [one["months"] for one in seen],
        "visitor_mb": memory,
        "workers_mb": workers,
    }


def all_measures(
    moves: int, decades: int, idle: float, say: Callable[[str], None]
) -> dict[str, Any]:
    """Take every measure."""
    from playwright.sync_api import sync_playwright

    figures: dict[str, float] = {}
    loads: dict[str, float] = {}

    def note(name: str, value: float) -> None:
        figures[name] = round(value, 3)
        say(f"{name} {figures[name]}")

    with served(2) as (url, process), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        note("worlds_ready_s", wait_until_idle(process, idle))
        loads["ready_p95_s"] = speed.load()
        ready = ready_times(browser, url, 12)
        note("ready_first_s", ready[0])
        note("ready_p50_s", percentile(ready, 0.5))
        note("ready_p95_s", percentile(ready, 0.95))
        loads["first_p95_s"] = loads["pairs30_p95_s"] = speed.load()
        times = lever_moves(browser, url, moves, decades, say)
        note("first_p50_s", percentile(times["first"], 0.5))
        note("first_p95_s", percentile(times["first"], 0.95))
        note("pairs30_p50_s", percentile(times["short30"], 0.5))
        note("pairs30_p95_s", percentile(times["short30"], 0.95))
        if decades:
            note("decade8_max_s", max(times["decade8"]))
            note("decade30_max_s", max(times["decade30"]))
        loads["ten_first_p95_s"] = speed.load()
        ten = ten_visitors(browser, url, process)
        note("ten_first_p50_s", percentile(ten["first"], 0.5))
        note("ten_first_p95_s", percentile(ten["first"], 0.95))
        note("ten_first_fewest_months", min(ten["months"]))
        note("visitor_mb", ten["visitor_mb"])
        note("ten_workers_mb", ten["workers_mb"])
        note("server_mb", memory_mb(process))
        chromium = browser.version
        browser.close()
    return {
        "date": dt.date.today().isoformat(),
        "machine": speed.machine() | {"chromium": chromium},
        "moves": moves,
        "decades": decades,
        "figures": figures,
        "load_before": loads,
        "reached": {k: figures[k] <= most for k, (most, _) in TARGETS.items() if k in figures},
    }


def document(result: dict[str, Any]) -> str:
    """Return the table of `docs/benchmarks.md`."""
    figures, loads, described = result["figures"], result["load_before"], result["machine"]
    lines = [
        f"{result['date']}; {described['cpu']}, {described['cores']} cores, "
        f"{described['system']}, Chromium {described['chromium']}. Côte d'Opale, two workers, "
        f"{result['moves']} moves of a lever, {result['decades']} of them to the decade, "
        f"{VISITORS} visitors.",
        "",
        "| Measure | Asked, at most | Reached | Load before | |",
        "|---|---|---|---|---|",
    ]
    for key, (most, label) in TARGETS.items():
        if key not in figures:
            continue
        verdict = "reached" if figures[key] <= most else "**missed**"
        before = f"{loads[key]:.2f}" if key in loads else ""
        lines.append(f"| {label} | {most:g} | {figures[key]:g} | {before} | {verdict} |")
    others = [key for key in figures if key not in TARGETS]
    lines += [
        "",
        "Also: " + ", ".join(f"{key} {figures[key]:g}" for key in others) + ".",
        "",
        LIMITS,
    ]
    return "\n".join(lines)


def main() -> None:
    """Take the measures, print them, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moves", type=int, default=12, help="moves of a lever")
    parser.add_argument("--decades", type=int, default=3, help="moves followed to the decade")
    parser.add_argument("--idle", type=float, default=400.0, help="longest wait for the worlds, s")
    parser.add_argument("--json", type=Path, help="file to write the result to")
    parser.add_argument("--write", action="store_true", help="rewrite docs/benchmarks.md")
    options = parser.parse_args()
    say = lambda line: print(line, file=sys.stderr, flush=True)  # noqa: E731
    result = all_measures(options.moves, options.decades, options.idle, say)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if options.write:
        from scenarios.validation.report import replace_block

        path = ROOT / "docs" / "benchmarks.md"
        text = replace_block(path.read_text(encoding="utf-8"), "web", document(result))
        path.write_text(text, encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
