"""The README of a run folder: what the files are, sources and licences."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any


def sources() -> list[dict[str, Any]]:
    """Return the entries of the model's list of sources."""
    path = resources.files("model") / "data" / "SOURCES.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["source"]


def source_lines() -> list[str]:
    """Return one line a source: title, year, licence, attribution."""
    return [
        f"- {entry['title']} ({entry['year']}), {entry['attribution']}. {entry['licence']}."
        for entry in sources()
    ]


def readme_text(files: dict[str, str]) -> str:
    """Return the README of a run folder with the given files and their meaning."""
    width = max(len(name) for name in files)
    lines = ["A run of Ancrage, agent-based simulation of public purchasing in a French territory."]
    lines += ["Simulation, pas prévision. A simulation, not a forecast.", ""]
    lines += ["Files"]
    lines += [f"  {name.ljust(width)}  {meaning}" for name, meaning in files.items()]
    lines += ["", "Indicators, units and definitions: ancrage indicators. Levers: ancrage levers."]
    lines += ["", "Sources of the embedded data", *source_lines()]
    return "\n".join(lines) + "\n"


COMPARISON_FILES = {
    "record.json": "scenarios and their hashes, seeds, versions, machine, command and Python lines",
    "results": "(.csv, .parquet) a row a scenario, indicator and zone: baseline, value, difference",
    "results_by_year": "(.csv, .parquet) the same by year of the scenario",
    "pairs.parquet": "the indicators of each run, a row a seed, scenario, indicator and zone",
    "monthly": "(.csv, .parquet) recorded quantities by scenario, month and zone, mean over pairs",
}
RUN_FILES = {
    "record.json": "scenario and its hash, seed, versions, machine and command",
    "results": "(.csv, .parquet) a row an indicator and zone",
    "monthly": "(.csv, .parquet) recorded quantities by month and zone",
}
