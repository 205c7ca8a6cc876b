"""How to run a comparison again: the command, the Python lines, and the files that they need."""

from __future__ import annotations

import io
import re
import shlex
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomli_w

from scenarios.compared import Comparison
from scenarios.library.reading import context_names, load_context
from scenarios.schema import Scenario
from scenarios.store import RunFolder, is_of_library, python_lines, write_comparison
from viz.readme import COMPARISON_FILES, readme_text

FOLDER = "scenarios"
"""Where own scenarios stand, beside the other files of an export."""


def file_name(name: str, ending: str) -> str:
    """Return a plain file name made of a scenario's name, for a download."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "scenario"
    return f"{stem[:60]}.{ending}"


def toml_of(scenario: Scenario) -> str:
    """Return a scenario as a file that the command line and the interface read back."""
    table: dict[str, Any] = {"name": scenario.name, "why": scenario.why or scenario.name}
    if scenario.why_en:
        table["why_en"] = scenario.why_en
    return tomli_w.dumps(table | scenario.canonical())


def _is_a_context(scenario: Scenario) -> bool:
    return (
        scenario.name in context_names()
        and load_context([scenario.name]).digest() == scenario.digest()
    )


def _own(comparison: Comparison) -> dict[str, Scenario]:
    """Return the scenarios that no name tells, the context too, by a file name of their own."""
    around = comparison.context
    own = [scenario for scenario in comparison.scenarios if not is_of_library(scenario)]
    if not around.changes_nothing and not _is_a_context(around):
        own.append(around)
    found: dict[str, Scenario] = {}
    for scenario in own:
        name = file_name(scenario.name, "toml")
        number = 1
        while name in found:
            number += 1
            name = file_name(f"{scenario.name[:50]}-{number}", "toml")
        found[name] = scenario
    return found


def scenario_files(comparison: Comparison) -> dict[str, str]:
    """Return the files of own scenarios: path in the export to content."""
    return {f"{FOLDER}/{name}": toml_of(one) for name, one in _own(comparison).items()}


def command_words(comparison: Comparison) -> list[str]:
    """Return the words of the command that gives the same numbers.

    Own scenarios are named by their file under `FOLDER`, see `scenario_files`.
    """
    paths = {id(one): f"{FOLDER}/{name}" for name, one in _own(comparison).items()}
    words = ["ancrage", "compare"]
    words += [paths.get(id(scenario), scenario.name) for scenario in comparison.scenarios]
    words += ["--territory", comparison.territory]
    words += ["--months", str(comparison.months), "--pairs", str(comparison.pairs)]
    words += ["--seed", str(comparison.seed)]
    if comparison.central:
        words.append("--central")
    around = comparison.context
    if not around.changes_nothing:
        words += ["--context", paths.get(id(around), around.name)]
    for key, value in comparison.overrides:
        words += ["--hypothesis", f"{key}={value!r}"]
    return words


def command_line(comparison: Comparison) -> str:
    """Return the command as it is typed in a shell."""
    return shlex.join(command_words(comparison))


def python_text(comparison: Comparison) -> str:
    """Return the Python lines that give the same numbers."""
    return "\n".join(python_lines(comparison, comparison.pairs)) + "\n"


def data_files(comparison: Comparison, more: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """Return the files of a run folder with those that run it again: name to content.

    Parameters
    ----------
    more
        Further files that the README lists: name to meaning.
    """
    own = scenario_files(comparison)
    listed = {
        **COMPARISON_FILES,
        "reproduce.txt": "the command and the Python lines",
        **(more or {}),
    }
    if own:
        listed[f"{FOLDER}/"] = "scenarios of the visit, as files of ancrage compare"
    readme = readme_text(listed) + "\n" + _UNITS
    with TemporaryDirectory() as place:
        folder = RunFolder(Path(place) / "run")
        words = command_words(comparison)
        written = write_comparison(folder, comparison, words, comparison.pairs, readme)
        found = {path.name: path.read_bytes() for path in sorted(written.iterdir())}
    found["reproduce.txt"] = _again(comparison).encode()
    return found | {name: content.encode() for name, content in own.items()}


_UNITS = (
    "Units: results have a column of units. In monthly tables the end of a quantity's name is its "
    "unit: _fte full-time equivalents, _eur euros, _n a count, _tco2e tonnes of CO2 equivalent, "
    "_hours hours.\n"
)


def _again(comparison: Comparison) -> str:
    return (
        "Run again, from the folder of this file\n\n"
        f"{command_line(comparison)}\n\nor in Python\n\n{python_text(comparison)}"
    )


def zipped(files: Mapping[str, bytes], top: str) -> bytes:
    """Return files as a zip, all under one folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{top}/{name}", content)
    return out.getvalue()


def stem_of(names: Iterable[str]) -> str:
    """Return a plain name for files about some scenarios."""
    return file_name("ancrage " + " ".join(names), "x").removesuffix(".x")
