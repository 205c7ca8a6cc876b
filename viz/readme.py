"""Sources and licences of the embedded data, and the README of a run folder."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

from viz.texts import text

STATUSES = {
    "real": "published figures",
    "estimated": "computed from published figures with hypotheses",
    "assumed": "judgement",
}
"""How each table was come by, as its entry of the list of sources says."""

SYNTHETIC = (
    "individual establishments (drawn to match published counts; none is a real firm)",
    "supply links between them",
    "needs, contracts and their holders",
    "scores of firms, and adapted enterprises and ESAT (pro rata to national counts)",
)
"""What no table holds: drawn when the territory is built."""


def sources() -> list[dict[str, Any]]:
    """Return the entries of the model's list of sources: one a table."""
    path = resources.files("model") / "data" / "SOURCES.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["table"]


def source_lines(status: str | None = None) -> list[str]:
    """Return one line a source and licence, those of one status or all, each once."""
    lines = [
        f"- {entry['source']} ({entry['year']}). {entry['attribution']}. {entry['licence']}."
        for entry in sources()
        if status is None or entry["status"] == status
    ]
    return list(dict.fromkeys(lines))


def readme_text(files: dict[str, str]) -> str:
    """Return the README of a run folder with the given files and their meaning."""
    width = max(len(name) for name in files)
    lines = ["A run of Ancrage, agent-based simulation of public purchasing in a French territory."]
    lines += [text("footer", "fr"), text("footer", "en"), ""]
    lines += ["Files"]
    lines += [f"  {name.ljust(width)}  {meaning}" for name, meaning in files.items()]
    lines += ["", "Indicators, units and definitions: ancrage indicators. Levers: ancrage levers."]
    for status, meaning in STATUSES.items():
        lines += ["", f"Embedded tables, {status} ({meaning})", *source_lines(status)]
    lines += ["", "Synthetic, drawn at build", *(f"- {what}" for what in SYNTHETIC)]
    return "\n".join(lines) + "\n"


COMPARISON_FILES = {
    "record.json": "scenarios and their hashes, seeds, versions, machine, command and Python lines",
    "results": "(.csv, .parquet) a row a scenario, indicator and group: both values, difference",
    "results_by_year": "(.csv, .parquet) the same by year of the scenario",
    "pairs.parquet": "the indicators of each run, a row a seed, scenario, indicator and zone",
    "monthly": "(.csv, .parquet) recorded quantities by scenario, month and zone, mean over pairs",
    "monthly_by_group": "(.csv, .parquet) the same by sector, kind of firm, owner, kind of buyer",
    "who_gains": "(.csv, .parquet) groups whose mean difference is surely above or below zero",
    "euro_flows": "(.csv, .parquet) where the euro of contracts goes, EUR a year: a Sankey's table",
}
RUN_FILES = {
    "record.json": "scenario and its hash, seed, versions, machine and command",
    "results": "(.csv, .parquet) a row an indicator and group",
    "monthly": "(.csv, .parquet) recorded quantities by month and zone",
    "monthly_by_group": "(.csv, .parquet) the same by sector, kind of firm, owner, kind of buyer",
}
EXPLAIN_FILES = {
    "record.json": "scenario and its hash, seeds, versions, machine, command and Python lines",
    "contributions": "(.csv, .parquet) a row a lever, rule or shock, indicator and zone; all: sum",
    "channels": "(.csv, .parquet) a row an indicator and channel, the territory as a whole",
    "cases": "(.csv, .parquet) three followed cases of the first pair, year by year, both runs",
    "pairs.parquet": "contributions of each pair, which add up to its difference",
    "ten-lines-*.txt": "at most ten lines to read aloud, in French and in English",
}
RESILIENCE_FILES = {
    "record.json": "scenarios, shocks and their hashes, seeds, versions, machine, command, Python",
    "results": "(.csv, .parquet) a row a scenario, shock, zone and measure: value and interval",
    "against_baseline": "(.csv, .parquet) measures less those of current practice, pair by pair",
    "structure": "(.csv, .parquet) what purchasing looks like before the first shock",
    "structure_*": "(.csv, .parquet) of the first pair, by buyer and category, by sector, needs",
    "pairs.parquet": "measures of each pair; inf where a recovery does not come by the end",
    "curves": "(.csv, .parquet) jobs and output with the shock over without it, month by month",
}
SENSITIVITY_FILES = {
    "record.json": "scenario, plan, seeds, versions, machine and command",
    "sensitivity.json": "the whole study, as `ancrage sensitivity --json` prints it",
    "sensitivity.md": "its tables, for people",
    "swings": "(.csv, .parquet) hypotheses moved one at a time: from, to, swing and its interval",
    "screening": "(.csv, .parquet) every hypothesis: expected swing and its standard error",
    "shares": "(.csv, .parquet) share of the interval of each result by source",
}
SPASER_FILES = {
    "record.json": "scenario and its hash, buyers, seeds, versions, machine, command, Python lines",
    "table": "(.csv, .parquet) a row a buyer, category, unit and year: shares, range, target",
    "two_years": "(.csv, .parquet) the same over two years, as L.2111-3 has them published",
    "risks": "(.csv, .parquet) what stands in the way, a row a buyer, category and obstacle",
    "real": "(.csv, .parquet) real values against the expected range, where they were given",
    "spaser.json": "all of it, for machines",
}
TARGET_FILES = {
    "record.json": "targets, buyers, seeds, versions, machine, command",
    "frontier": "(.csv, .parquet) lever sets by cost, each reaching the targets more often",
    "target.json": "all that was found, with what blocks, for machines",
}
