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

from scenarios.attribution import Explanation
from scenarios.attribution.store import write_explanation
from scenarios.compared import Comparison
from scenarios.library.reading import context_names, load_context, load_shock, shock_names
from scenarios.resilience import Resilience
from scenarios.resilience.store import python_lines as study_lines
from scenarios.resilience.store import write_resilience
from scenarios.schema import Scenario
from scenarios.store import RunFolder, is_of_library, python_lines, write_comparison
from viz.explanations.lines import ten_lines
from viz.readme import COMPARISON_FILES, EXPLAIN_FILES, RESILIENCE_FILES, readme_text
from viz.texts import LANGUAGES

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


def _is_ready(shock: Scenario) -> bool:
    return shock.name in shock_names() and load_shock(shock.name).digest() == shock.digest()


def _own(result: Comparison | Resilience) -> dict[str, Scenario]:
    """Return the scenarios that no name tells, the context too, by a file name of their own."""
    around = result.context
    own = [scenario for scenario in result.scenarios if not is_of_library(scenario)]
    if isinstance(result, Resilience):
        own += [shock for shock in result.shocks if not _is_ready(shock)]
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


def scenario_files(result: Comparison | Resilience) -> dict[str, str]:
    """Return the files of own scenarios: path in the export to content."""
    return {f"{FOLDER}/{name}": toml_of(one) for name, one in _own(result).items()}


def command_words(result: Comparison | Resilience) -> list[str]:
    """Return the words of the command that gives the same numbers.

    Own scenarios are named by their file under `FOLDER`, see `scenario_files`.
    """
    paths = {id(one): f"{FOLDER}/{name}" for name, one in _own(result).items()}
    words = ["ancrage", "resilience" if isinstance(result, Resilience) else "compare"]
    words += [paths.get(id(scenario), scenario.name) for scenario in result.scenarios]
    if isinstance(result, Resilience):
        for shock in result.shocks:
            words += ["--shock", paths.get(id(shock), shock.name)]
    words += ["--territory", result.territory]
    words += ["--months", str(result.months), "--pairs", str(result.pairs)]
    words += ["--seed", str(result.seed)]
    if result.central:
        words.append("--central")
    around = result.context
    if not around.changes_nothing:
        words += ["--context", paths.get(id(around), around.name)]
    for key, value in result.overrides:
        words += ["--hypothesis", f"{key}={value!r}"]
    return words


def command_line(result: Comparison | Resilience) -> str:
    """Return the command as it is typed in a shell."""
    return shlex.join(command_words(result))


def python_text(result: Comparison | Resilience) -> str:
    """Return the Python lines that give the same numbers."""
    if isinstance(result, Resilience):
        return "\n".join(study_lines(result, result.pairs)) + "\n"
    return "\n".join(python_lines(result, result.pairs)) + "\n"


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


def study_files(study: Resilience) -> dict[str, bytes]:
    """Return the files of the run folder of a study of shocks, as `data_files`."""
    own = scenario_files(study)
    listed = {**RESILIENCE_FILES, "reproduce.txt": "the command and the Python lines"}
    if own:
        listed[f"{FOLDER}/"] = "scenarios of the visit, as files of ancrage resilience"
    with TemporaryDirectory() as place:
        folder = RunFolder(Path(place) / "run")
        words = command_words(study)
        written = write_resilience(folder, study, words, study.pairs, readme_text(listed))
        found = {path.name: path.read_bytes() for path in sorted(written.iterdir())}
    found["reproduce.txt"] = _again(study).encode()
    return found | {name: content.encode() for name, content in own.items()}


def explanation_files(study: Explanation) -> dict[str, bytes]:
    """Return the files of the run folder of an explanation, with the scenario it explains."""
    path = file_name(study.scenario.name, "toml")
    words = ["ancrage", "explain", path, "--territory", study.territory]
    words += ["--months", str(study.months), "--pairs", str(study.pairs)]
    words += ["--seed", str(study.seed), *(["--central"] if study.central else [])]
    if not study.context.changes_nothing:
        words += ["--context", study.context.name]
    for key, value in study.overrides:
        words += ["--hypothesis", f"{key}={value!r}"]
    listed = {**EXPLAIN_FILES, path: "the scenario, as a file of ancrage explain"}
    texts = {"README.txt": readme_text(listed), path: toml_of(study.scenario)}
    for language in LANGUAGES:
        texts[f"ten-lines-{language}.txt"] = "\n".join(ten_lines(study, language)) + "\n"
    with TemporaryDirectory() as place:
        folder = RunFolder(Path(place) / "run")
        written = write_explanation(folder, study, words, study.pairs, texts)
        return {one.name: one.read_bytes() for one in sorted(written.iterdir())}


_UNITS = (
    "Units: results have a column of units. In monthly tables the end of a quantity's name is its "
    "unit: _fte full-time equivalents, _eur euros, _n a count, _tco2e tonnes of CO2 equivalent, "
    "_hours hours.\n"
)


def _again(result: Comparison | Resilience) -> str:
    return (
        "Run again, from the folder of this file\n\n"
        f"{command_line(result)}\n\nor in Python\n\n{python_text(result)}"
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
