"""Reading of scenario files, from the library or from a path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import cast

from model.errors import AncrageError, nearest_name
from model.toml_tables import check_fields, parse_toml, read_toml
from scenarios.schema import FIELDS, Scenario, scenario_of

_FOLDER = Path(__file__).parent
_CONTEXTS = _FOLDER / "contexts"
_SHOCKS = _FOLDER / "shocks"
_ORDER = (
    "baseline",
    "access",
    "dialogue-filieres",
    "insertion",
    "parcours",
    "reserved",
    "reserved-ambitieux",
    "climat",
    "egalim",
    "coordination-sourcing",
    "coordination-achats",
    "coordination-achats-lots",
    "filieres",
    "spaser-conjoint",
    "dunkerque",
    "full-spaser",
    "objectifs-sans-moyens",
    "formal-only",
    "lowest-price",
    "austerite",
    "seuil-20M",
    "systemique",
)
_SHOCK_ORDER = (
    "plus-grand-employeur",
    "importations",
    "budgets",
    "recession",
    "fournisseurs-exterieurs",
    "exportations",
    "investissement-prive",
    "tourisme",
    "energie",
    "entreprise-systemique",
    "inondation",
    "incendie",
    "gel-des-paiements",
    "aides-insertion",
    "defaillances",
    "chantier",
    "plus-grand-employeur-annonce",
    "importations-annoncees",
)
DEFAULT_SHOCKS = ("plus-grand-employeur", "importations", "budgets")
"""Shocks that strike when none is named."""

DEFAULT_COMPARISON = ("access", "insertion", "full-spaser")
"""Scenarios compared when none is named."""


def library_names() -> tuple[str, ...]:
    """Return the names of the library: the known ones in reading order, then any others."""
    names = {path.stem for path in _FOLDER.glob("*.toml")}
    return tuple(name for name in _ORDER if name in names) + tuple(sorted(names - set(_ORDER)))


@cache
def load_library() -> Mapping[str, Scenario]:
    """Return all scenarios of the library by name."""
    found = {name: read_scenario(_FOLDER / f"{name}.toml") for name in library_names()}
    return MappingProxyType(found)


def read_scenario(path: Path) -> Scenario:
    """Read one scenario file.

    Raises
    ------
    AncrageError
        Unreadable file, unknown field or lever, value out of bounds, unlawful or local
        preference; the sentence starts with the file's name.
    """
    return _scenario(read_toml(path), path.name, path.stem)


def parse_scenario(content: str, where: str) -> Scenario:
    """Make a scenario of the text of a scenario file; ``where`` names it in messages.

    Raises
    ------
    AncrageError
        As `read_scenario`.
    """
    return _scenario(parse_toml(content, where), where, "")


def _scenario(table: Mapping[str, object], where: str, stem: str) -> Scenario:
    check_fields(table, ("name", "why"), FIELDS, where)
    raw = table.get("includes", [])
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        raise AncrageError(f"{where}: 'includes' must be a list of scenarios of the library.")
    included: dict[str, Scenario] = {}
    known = library_names()
    for name in cast("Sequence[object]", raw):
        if name not in known or name == stem:
            hint = nearest_name(str(name), known)
            raise AncrageError(f"{where}: unknown scenario '{name}' in 'includes'{hint}")
        if str(name) not in included:
            included[str(name)] = read_scenario(_FOLDER / f"{name}.toml")
    scenario = scenario_of(table, where, included)
    if scenario.name == "baseline" and not scenario.changes_nothing:
        raise AncrageError(f"{where}: the name 'baseline' is kept for current practice.")
    return scenario


def context_names() -> tuple[str, ...]:
    """Return the names of the contexts: what happens around purchasing."""
    return tuple(sorted(path.stem for path in _CONTEXTS.glob("*.toml")))


def load_context(names: Sequence[str], shocks: Sequence[str] = ()) -> Scenario:
    """Return the contexts of these names together, and shocks; the baseline if there is none.

    Raises
    ------
    AncrageError
        Neither a known name nor a readable scenario file (`.toml`), or shocks that take more than
        all of something together.
    """
    found = Scenario("baseline")
    for name in names:
        path = _CONTEXTS / f"{name}.toml" if name in context_names() else Path(name)
        if path.suffix != ".toml":
            hint = nearest_name(name, context_names())
            raise AncrageError(f"Unknown context '{name}'{hint}")
        one = read_scenario(path)
        found = one if found.changes_nothing else found | one
    for one in load_shocks(shocks):
        found = one if found.changes_nothing else found | one
    return found


def shock_names() -> tuple[str, ...]:
    """Return the names of the ready shocks: the known ones in reading order, then any others."""
    names = {path.stem for path in _SHOCKS.glob("*.toml")}
    return tuple(name for name in _SHOCK_ORDER if name in names) + tuple(
        sorted(names - set(_SHOCK_ORDER))
    )


def load_shock(name_or_path: str) -> Scenario:
    """Return a ready shock by name, or read it from a TOML file: a scenario that only strikes.

    Raises
    ------
    AncrageError
        Neither a known name nor a readable file (`.toml`), or one that decides something or in
        which nothing strikes.
    """
    known = shock_names()
    path = _SHOCKS / f"{name_or_path}.toml" if name_or_path in known else Path(name_or_path)
    if path.suffix != ".toml" and not path.is_file():
        if name_or_path in library_names():
            raise AncrageError(
                f"'{name_or_path}' is a scenario, not a shock: give it among the scenarios."
            )
        raise AncrageError(f"Unknown shock '{name_or_path}'{nearest_name(name_or_path, known)}")
    found = read_scenario(path)
    if not len(found.shocks):
        raise AncrageError(f"{path.name}: nothing strikes in it; write its [[shocks]].")
    if found.levers.changed() or found.law.changed():
        raise AncrageError(
            f"{path.name}: a shock only strikes; put what it decides (levers, law) in a scenario."
        )
    return found


def load_shocks(names: Sequence[str]) -> tuple[Scenario, ...]:
    """Return shocks by name or file; refuse two of one name."""
    found = tuple(load_shock(name) for name in names)
    for one in found:
        if sum(one.name == other.name for other in found) > 1:
            raise AncrageError(f"Two shocks are named '{one.name}'; give each its own name.")
    return found


def load_scenario(name_or_path: str) -> Scenario:
    """Return a scenario of the library by name, or read it from a TOML file.

    Raises
    ------
    AncrageError
        Neither a known name nor a readable scenario file (`.toml`).
    """
    if name_or_path in library_names():
        return read_scenario(_FOLDER / f"{name_or_path}.toml")
    path = Path(name_or_path)
    if path.suffix == ".toml" or path.is_file():
        return read_scenario(path)
    if name_or_path in shock_names():
        raise AncrageError(
            f"'{name_or_path}' is a shock, not a scenario: give it with --shock {name_or_path}."
        )
    hint = nearest_name(name_or_path, library_names())
    raise AncrageError(f"Unknown scenario '{name_or_path}'{hint}")
