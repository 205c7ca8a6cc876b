"""The lever panel: what it shows of the register and of a scenario, and what a change makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from model.procurement import levers as lever_module
from model.procurement.categories import load_categories
from model.procurement.levers import THEMES, Lever, Levers, load_levers
from model.procurement.scopes import EVERYWHERE, SPASER_SCOPES
from model.territory.buyers import BUYER_KINDS
from model.toml_tables import read_toml
from scenarios.schema import Scenario
from viz.numbers import lever_value, shown_scale
from viz.texts import Language, text

SCOPE_FIELDS = ("kinds", "epci", "categories", "spaser")
"""Fields of a scope that the panel offers; buyers one by one are for scenario files."""


@cache
def _themes() -> Mapping[str, tuple[str, ...]]:
    folder = Path(lever_module.__file__).with_name("lever_register")
    return {
        theme: tuple(table["key"] for table in read_toml(folder / f"{theme}.toml")["lever"])
        for theme in THEMES
    }


def panel(language: Language) -> list[dict[str, Any]]:
    """Return the levers by theme, as the panel shows them."""
    register = load_levers()
    return [
        {
            "key": theme,
            "label": text(f"theme_{theme}", language, table="web"),
            "levers": [_shown(register[key], language) for key in keys],
        }
        for theme, keys in _themes().items()
    ]


def _shown(lever: Lever, language: Language) -> dict[str, Any]:
    scale = shown_scale(lever.unit)
    span = lever.high - lever.low
    is_switch = lever.unit == "0 or 1"
    # the unit as `lever_value` writes it, without the number
    unit = lever_value(0.0, lever.unit, language).removeprefix("0").strip()
    return {
        "key": lever.key,
        "label": getattr(lever, f"label_{language}"),
        "sentence": getattr(lever, f"sentence_{language}"),
        "unit_label": "" if is_switch else unit,
        "switch": is_switch,
        "scale": scale,
        "low": lever.low,
        "high": lever.high,
        "shown_low": lever.low * scale,
        "shown_high": lever.high * scale,
        "step": 1.0 if is_switch else _step(span, scale),
        "current": lever.current,
        "legal_basis": lever.legal_basis,
        "cost": lever.cost,
        "lag": text("lag_months", language, table="web", months=lever.lag_months),
        "reach": [field for field in SCOPE_FIELDS if field in lever.reach],
    }


def _step(span: float, scale: float) -> float:
    """Return a round step, about a hundredth of the span, one point of a percentage at least."""
    shown = span * scale
    rounded = next((s for s in (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 50) if shown / s <= 200), 1000)
    return rounded / scale


def values(scenario: Scenario, language: Language) -> dict[str, Any]:
    """Return where a scenario moves levers, by key; what several paths do is marked complex."""
    found: dict[str, Any] = {}
    for key in scenario.levers.changed():
        paths = scenario.levers.paths_of(key)
        path = paths[0]
        start, value, ramp = path.segments[-1]
        scope = {} if path.scope == EVERYWHERE else path.scope.canonical()
        plain = {f: v[0] if isinstance(v, list) and v else v for f, v in scope.items()}
        simple = len(paths) == 1 and len(path.segments) == 1
        single = all(not isinstance(v, list) or len(v) == 1 for v in scope.values())
        found[key] = {
            "value": value,
            "start": start,
            "ramp": ramp,
            "scope": plain,
            "scoped": text("scope_marked", language, table="web") if scope else "",
            "complex": not (simple and single and set(scope) <= set(SCOPE_FIELDS)),
        }
    return found


def choices(language: Language, epci: Mapping[str, str]) -> dict[str, list[dict[str, str]]]:
    """Return what each field of a scope can be; ``epci`` holds names by code."""
    return {
        "kinds": [{"key": k, "label": text(f"kind_{k}", language)} for k in BUYER_KINDS],
        "epci": [{"key": key, "label": name} for key, name in epci.items()],
        "categories": [
            {"key": c.key, "label": getattr(c, f"label_{language}")} for c in load_categories()
        ],
        "spaser": [
            {"key": key, "label": text(f"spaser_{key.replace('-', '_')}", language)}
            for key in SPASER_SCOPES
        ],
    }


def with_lever(scenario: Scenario, change: Mapping[str, Any]) -> Scenario:
    """Return the scenario with one lever set: ``key``, ``value``, ``start``, ``ramp``, ``scope``.

    The award weights must sum to 1 at any time: when one is set, the others share the rest in
    proportion.

    Raises
    ------
    AncrageError
        Unknown lever, or a value, month or scope that the register or the law refuses.
    """
    key = str(change["key"])
    changes: dict[str, object] = {**scenario.levers.as_changes()}
    scope = {f: v for f, v in dict(change.get("scope") or {}).items() if v}
    path: dict[str, object] = {
        "value": float(change["value"]),
        "start_month": int(change.get("start") or 0),
        "ramp_months": int(change.get("ramp") or 0),
    }
    if scope:
        path["scope"] = {f: v if f == "spaser" else [v] for f, v in scope.items()}
    changes[key] = path
    if key in lever_module.AWARD_WEIGHTS:
        changes |= _other_weights(scenario, key, path)
    return replace(scenario, levers=Levers(Levers(changes).canonical()))


def _other_weights(
    scenario: Scenario, key: str, path: Mapping[str, Any]
) -> dict[str, dict[str, object]]:
    """Return paths of the other award weights that leave the sum at 1, along the same course."""
    others = [k for k in lever_module.AWARD_WEIGHTS if k != key]
    now = {other: last_value(scenario, other) for other in others}
    rest, total = 1.0 - float(path["value"]), sum(now.values())
    return {k: {**path, "value": rest * now[k] / total if total else rest / 3} for k in others}


def last_value(scenario: Scenario, key: str) -> float:
    """Return where a scenario takes a lever at last, everywhere or where it acts first."""
    paths = scenario.levers.paths_of(key)
    return paths[0].segments[-1][1] if paths else load_levers()[key].current


def without_lever(scenario: Scenario, key: str) -> Scenario:
    """Return the scenario with one lever back at current practice (award weights: all four)."""
    gone = lever_module.AWARD_WEIGHTS if key in lever_module.AWARD_WEIGHTS else (key,)
    changes = {k: v for k, v in scenario.levers.as_changes().items() if k not in gone}
    return replace(scenario, levers=Levers(changes))
