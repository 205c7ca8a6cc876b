"""Levers of public purchasing and the frozen value that holds their paths in one scenario.

The register (`lever_register/*.toml`) gives unit, bounds, current practice and legal basis.
`Levers` holds what a scenario changes and refuses what the law or the register does not admit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from model.errors import AncrageError, nearest_name
from model.procurement.legal_calendar import rules_at
from model.procurement.lever_paths import SCENARIO_START, LeverPath, parse_paths
from model.procurement.scopes import EVERYWHERE, Scope
from model.toml_tables import check_fields, read_toml

AWARD_WEIGHTS = ("price_weight", "technical_weight", "environmental_weight", "social_weight")
THEMES = (
    "access",
    "criteria",
    "social",
    "environment",
    "finance",
    "change",
    "coordination",
    "budget",
    "support",
    "context",
)
"""Files of the register, in reading order."""

FAMILIES = ("access", "criteria", "social", "environment", "finance")
"""Families of practices, each with a maturity of its own in every buyer."""

_WEIGHT_TOLERANCE = 1e-9
_PLACE_WORDS = frozenset(("local", "locale", "locaux", "locales", "locality", "localism")) | {
    *("proximity", "proximite", "distance", "nearby", "nearness", "location"),
    *("implantation", "preference"),
}
_AREA_WORDS = frozenset(("territorial", "regional", "departemental", "geographic", "national"))
_FAVOUR_WORDS = frozenset(("bonus", "weight", "criterion", "score", "points", "share", "priority"))
_SPLIT_WORDS = frozenset(("split", "splitting", "saucissonnage", "threshold", "seuil", "scission"))
_SPLIT_REFUSAL = (
    "would split needs to stay under a threshold, which the law forbids: thresholds are those of "
    "the whole need (art. R.2121-1 to R.2121-7). To make lots smaller, under the procedure of the "
    "whole, use allotment."
)
_LOCAL_REFUSAL = (
    "is a local preference, which the law forbids: an award may not depend on where the supplier "
    "is (CE 29 July 1994, no 131562, Ventenac-en-Minervois; equal treatment, art. L.3 of the code "
    "de la commande publique). Lawful levers that help nearby firms to bid: sourcing_breadth, "
    "allotment, required_turnover, advance_rate_sme, payment_days_*, social_coverage, "
    "reserved_share."
)


@dataclass(frozen=True, slots=True)
class Lever:
    """One entry of the register; ``low``, ``high``, ``current`` in ``unit``.

    ``reach`` names the fields that a scope of it may have (`Scope`); ``family`` the practices whose
    maturity in a buyer tells how far it takes hold there, ``"none"`` where it acts as decided.
    """

    key: str
    unit: str
    low: float
    high: float
    current: float
    legal_basis: str
    who: str
    cost: str
    cost_hypotheses: tuple[str, ...]
    payer: str
    lag_months: int
    scope: str
    reach: tuple[str, ...]
    family: str
    label_fr: str
    label_en: str
    sentence_fr: str
    sentence_en: str


def _parse(table: Mapping[str, Any]) -> Lever:
    where = f"register of levers, '{table.get('key', '?')}'"
    check_fields(table, (field.name for field in fields(Lever)), (), where)
    values: dict[str, Any] = dict(table)
    for name in ("cost_hypotheses", "reach"):
        values[name] = tuple(table[name])
    entry = Lever(**values)
    if entry.family not in (*FAMILIES, "none"):
        raise AncrageError(f"{where}: unknown family '{entry.family}'.")
    if unknown := set(entry.reach) - {field.name for field in fields(Scope)}:
        raise AncrageError(f"{where}: unknown fields of reach {sorted(unknown)}.")
    if not entry.low <= entry.current <= entry.high:
        raise AncrageError(f"{where}: current practice lies outside its bounds.")
    return entry


@cache
def load_levers() -> Mapping[str, Lever]:
    """Return the register of levers, read once, in its own order."""
    folder = Path(__file__).with_name("lever_register")
    tables = [t for theme in THEMES for t in read_toml(folder / f"{theme}.toml")["lever"]]
    return MappingProxyType({entry.key: entry for entry in map(_parse, tables)})


@dataclass(frozen=True, slots=True, init=False)
class Levers:
    """What a scenario does with the levers: frozen, hashable, canonical.

    Parameters
    ----------
    changes
        Lever key to path: a number (from month 0 on), or
        ``{"value": v, "start_month": 0, "ramp_months": 0}`` (linear from the value before), or
        ``{"steps": [[month, value], ...]}``, each with a ``scope`` or not, or a list of these: the
        narrower ones hold where they act, the last of them where several do. ``Levers()`` is
        current practice.

    Raises
    ------
    AncrageError
        Unknown lever, malformed path, value out of bounds or unlawful, award weights that do not
        sum to 1 at some month, or a local preference.
    """

    paths: tuple[tuple[str, LeverPath], ...]

    def __init__(self, changes: Mapping[str, object] | None = None) -> None:
        register = load_levers()
        parsed: list[tuple[str, LeverPath]] = []
        for key, raw in (changes or {}).items():
            _check_key(key, register)
            for path in parse_paths(key, raw, register[key].reach):
                _check_bounds(register[key], path)
                parsed.append((key, path))
        object.__setattr__(self, "paths", tuple(sorted(parsed, key=lambda entry: entry[0])))
        _check_weights(self)
        _check_law(self)
        _check_together(self)

    def __or__(self, other: Levers) -> Levers:
        """Return both together; where both set a lever for one scope, the right one holds.

        Raises
        ------
        AncrageError
            The two together are refused, for example award weights that no longer sum to 1.
        """
        replaced = {(key, path.scope) for key, path in other.paths}
        kept = [(key, path) for key, path in self.paths if (key, path.scope) not in replaced]
        return Levers(_as_changes((*kept, *other.paths)))

    def as_changes(self) -> dict[str, object]:
        """Return all paths that were given, even those at current practice, as plain values."""
        return _as_changes(self.paths)

    def paths_of(self, key: str) -> tuple[LeverPath, ...]:
        """Return the paths of a lever, the one for everywhere first."""
        return tuple(path for name, path in self.paths if name == key)

    def value(self, key: str, month: int) -> float:
        """Return the value decided everywhere for a month from the start of the scenario.

        Narrower paths are left aside. Before month 0 it is current practice. The lag of the
        register is not added here: see `value_after_lag`.
        """
        entry = load_levers().get(key)
        if entry is None:
            raise AncrageError(f"Unknown lever '{key}'{nearest_name(key, load_levers())}")
        for name, path in self.paths:
            if name == key and path.scope == EVERYWHERE:
                return path.value(month, entry.current)
        return entry.current

    def value_after_lag(self, key: str, month: int) -> float:
        """Return the value in effect: the one decided ``lag_months`` earlier."""
        return self.value(key, month - load_levers()[key].lag_months)

    def changed(self) -> tuple[str, ...]:
        """Return the keys whose path ever leaves current practice, sorted."""
        register = load_levers()
        moved = {key for key, path in self.paths if path.leaves(register[key].current)}
        return tuple(sorted(moved))

    def canonical(self) -> dict[str, object]:
        """Return the shortest equivalent changes, keys sorted; current practice is left out."""
        changed = set(self.changed())
        return _as_changes([(key, path) for key, path in self.paths if key in changed])

    def digest(self) -> str:
        """Return the sha256 of the canonical form."""
        text = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _as_changes(paths: Sequence[tuple[str, LeverPath]]) -> dict[str, object]:
    """Return paths as plain values: one value a lever, or a list where it has several."""
    found: dict[str, list[object]] = {}
    for key, path in paths:
        found.setdefault(key, []).append(path.canonical())
    return {key: values[0] if len(values) == 1 else values for key, values in found.items()}


def _check_key(key: str, register: Mapping[str, Lever]) -> None:
    """Refuse an unknown lever; say why a local preference or a split of needs is unlawful."""
    if key in register:
        return
    plain = key.lower().replace("-", "_").replace("é", "e")
    words = set(plain.split("_"))
    if words & _PLACE_WORDS or (words & _AREA_WORDS and words & _FAVOUR_WORDS):
        raise AncrageError(f"Lever '{key}' {_LOCAL_REFUSAL}")
    if words & _SPLIT_WORDS:
        raise AncrageError(f"Lever '{key}' {_SPLIT_REFUSAL}")
    raise AncrageError(f"Unknown lever '{key}'{nearest_name(key, register)}")


def _check_bounds(entry: Lever, path: LeverPath) -> None:
    for value in path.targets():
        if not entry.low <= value <= entry.high:
            raise AncrageError(
                f"Lever '{entry.key}' = {value:g} is out of bounds: "
                f"{entry.low:g} to {entry.high:g} {entry.unit}."
            )


def _breakpoints(paths: Sequence[LeverPath]) -> list[int]:
    """Return the months between which some paths are straight lines."""
    return sorted({0}.union(*(path.breakpoints() for path in paths)))


def _check_weights(levers: Levers) -> None:
    """Check that the four weights of every scope sum to 1 at every month.

    The ends of straight pieces are enough. A narrower scope must set all four: those that it does
    not set would come from paths that may move apart.
    """
    weights = [(key, path) for key, path in levers.paths if key in AWARD_WEIGHTS]
    for scope in {path.scope: None for _, path in weights}:
        of_scope = {key: path for key, path in weights if path.scope == scope}
        missing = [key for key in AWARD_WEIGHTS if key not in of_scope]
        if scope != EVERYWHERE and missing:
            raise AncrageError(
                f"Lever '{missing[0]}' is not set for the scope {scope.canonical()} of the other "
                "award weights; set all four there, so that they sum to 1."
            )
        for month in _breakpoints(list(of_scope.values())):
            values = {
                key: of_scope[key].value(month, load_levers()[key].current)
                if key in of_scope
                else load_levers()[key].current
                for key in AWARD_WEIGHTS
            }
            if abs(sum(values.values()) - 1.0) > _WEIGHT_TOLERANCE:
                parts = ", ".join(f"{key} {value:g}" for key, value in values.items())
                raise AncrageError(
                    f"Award weights sum to {sum(values.values()):g} at month {month}, not 1 "
                    f"({parts}); set the other weights so that the four sum to 1."
                )


def _check_together(levers: Levers) -> None:
    """Refuse levers that contradict each other."""
    register = load_levers()

    def acts(key: str) -> bool:
        return any(path.leaves(register[key].current) for path in levers.paths_of(key))

    if acts("joint_purchase_lots") and not acts("joint_purchase"):
        raise AncrageError(
            "Lever 'joint_purchase_lots' divides joint purchases and there are none: set "
            "'joint_purchase' above 0 too."
        )
    breadths = [value for path in levers.paths_of("sourcing_breadth") for value in path.targets()]
    if acts("sourcing_depth") and breadths and max(breadths) <= 0.0:
        raise AncrageError(
            "Lever 'sourcing_depth' acts on needs that are sounded and 'sourcing_breadth' = 0 "
            "sounds none: raise it."
        )
    if acts("environmental_control") and any(
        max(path.targets()) <= 0.0 for path in levers.paths_of("environmental_coverage")
    ):
        raise AncrageError(
            "Lever 'environmental_control' checks clauses and 'environmental_coverage' = 0 leaves "
            "none: raise it."
        )


def _check_law(levers: Levers) -> None:
    """Refuse values that the legal calendar forbids at their month."""
    current = {key: entry.current for key, entry in load_levers().items()}
    for key, path in levers.paths:
        if key not in ("environmental_weight", "required_turnover"):
            continue
        for month in _breakpoints([path]):
            when = SCENARIO_START[0] * 12 + SCENARIO_START[1] - 1 + month
            rules = rules_at(when // 12, when % 12 + 1)
            value = path.value(month, current[key])
            if key == "environmental_weight":
                if rules.environmental_criterion and value <= 0.0:
                    raise AncrageError(
                        f"Lever 'environmental_weight' is 0 at month {month}: since 21 August 2026 "
                        "every award needs a criterion on the environment (art. L.2152-7); give it "
                        "a weight above 0."
                    )
            elif value > rules.turnover_cap:
                raise AncrageError(
                    f"Lever 'required_turnover' = {value:g} at month {month} exceeds the legal "
                    f"cap of {rules.turnover_cap:g} times the lot value (R.2142-7)."
                )
