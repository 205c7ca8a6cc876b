"""Levers of public purchasing and the frozen value that holds their paths in one scenario.

The register (`levers.toml`) gives unit, bounds, current practice and legal basis of each lever.
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
from model.procurement.lever_paths import LeverPath, parse_path
from model.toml_tables import check_fields, read_toml

AWARD_WEIGHTS = ("price_weight", "technical_weight", "environmental_weight", "social_weight")
SCENARIO_START = (2027, 1)
"""Year and month in which month 0 of every path falls."""

_WEIGHT_TOLERANCE = 1e-9
_PLACE_WORDS = frozenset(("local", "locale", "locaux", "locales", "locality", "localism")) | {
    *("proximity", "proximite", "distance", "nearby", "nearness", "location"),
    *("implantation", "preference"),
}
_AREA_WORDS = frozenset(("territorial", "regional", "departemental", "geographic", "national"))
_FAVOUR_WORDS = frozenset(("bonus", "weight", "criterion", "score", "points", "share", "priority"))
_LOCAL_REFUSAL = (
    "is a local preference, which the law forbids: an award may not depend on where the supplier "
    "is (CE 29 July 1994, no 131562, Ventenac-en-Minervois; equal treatment, art. L.3 of the code "
    "de la commande publique). Lawful levers that help nearby firms to bid: sourcing_breadth, "
    "allotment, required_turnover, advance_rate_sme, payment_days_*, social_coverage, "
    "reserved_share."
)


@dataclass(frozen=True, slots=True)
class Lever:
    """One entry of the register; ``low``, ``high``, ``current`` in ``unit``."""

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
    label_fr: str
    label_en: str
    sentence_fr: str
    sentence_en: str


def _parse(table: Mapping[str, Any]) -> Lever:
    where = f"levers.toml, lever '{table.get('key', '?')}'"
    check_fields(table, (field.name for field in fields(Lever)), (), where)
    values: dict[str, Any] = {**table, "cost_hypotheses": tuple(table["cost_hypotheses"])}
    entry = Lever(**values)
    if not entry.low <= entry.current <= entry.high:
        raise AncrageError(f"{where}: current practice lies outside its bounds.")
    return entry


@cache
def load_levers() -> Mapping[str, Lever]:
    """Return the register of levers, read once, in its own order."""
    tables = read_toml(Path(__file__).with_name("levers.toml"))["lever"]
    return MappingProxyType({entry.key: entry for entry in map(_parse, tables)})


@dataclass(frozen=True, slots=True, init=False)
class Levers:
    """What a scenario does with the levers: frozen, hashable, canonical.

    Parameters
    ----------
    changes
        Lever key to path: a number (from month 0 on), or
        ``{"value": v, "start_month": 0, "ramp_months": 0}`` (linear from the value before), or
        ``{"steps": [[month, value], ...]}``. ``Levers()`` is current practice.

    Raises
    ------
    AncrageError
        Unknown lever, malformed path, value out of bounds or unlawful, award weights that do not
        sum to 1 at some month, or a local preference.
    """

    paths: tuple[tuple[str, LeverPath], ...]

    def __init__(self, changes: Mapping[str, object] | None = None) -> None:
        register = load_levers()
        parsed: dict[str, LeverPath] = {}
        for key, raw in (changes or {}).items():
            _check_key(key, register)
            parsed[key] = parse_path(key, raw)
            _check_bounds(register[key], parsed[key])
        object.__setattr__(self, "paths", tuple(sorted(parsed.items())))
        _check_weights(self)
        _check_law(self)

    def __or__(self, other: Levers) -> Levers:
        """Return both together; where both set a lever, the right one holds.

        Raises
        ------
        AncrageError
            The two together are refused, for example award weights that no longer sum to 1.
        """
        return Levers(self.as_changes() | other.as_changes())

    def as_changes(self) -> dict[str, object]:
        """Return all paths that were given, even those at current practice, as plain values."""
        return {key: path.canonical() for key, path in self.paths}

    def value(self, key: str, month: int) -> float:
        """Return the value decided for a month counted from the start of the scenario.

        Before month 0 it is current practice. The lag of the register is not added here: see
        `value_after_lag`.
        """
        entry = load_levers().get(key)
        if entry is None:
            raise AncrageError(f"Unknown lever '{key}'{nearest_name(key, load_levers())}")
        for name, path in self.paths:
            if name == key:
                return path.value(month, entry.current)
        return entry.current

    def value_after_lag(self, key: str, month: int) -> float:
        """Return the value in effect: the one decided ``lag_months`` earlier."""
        return self.value(key, month - load_levers()[key].lag_months)

    def changed(self) -> tuple[str, ...]:
        """Return the keys whose path ever leaves current practice, sorted."""
        register = load_levers()
        return tuple(k for k, path in self.paths if path.leaves(register[k].current))

    def canonical(self) -> dict[str, object]:
        """Return the shortest equivalent changes, keys sorted; current practice is left out."""
        changed = set(self.changed())
        return {key: path.canonical() for key, path in self.paths if key in changed}

    def digest(self) -> str:
        """Return the sha256 of the canonical form."""
        text = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _check_key(key: str, register: Mapping[str, Lever]) -> None:
    """Refuse an unknown lever; tell a local preference apart, with the lawful alternatives."""
    if key in register:
        return
    plain = key.lower().replace("-", "_").replace("é", "e")
    words = set(plain.split("_"))
    if words & _PLACE_WORDS or (words & _AREA_WORDS and words & _FAVOUR_WORDS):
        raise AncrageError(f"Lever '{key}' {_LOCAL_REFUSAL}")
    raise AncrageError(f"Unknown lever '{key}'{nearest_name(key, register)}")


def _check_bounds(entry: Lever, path: LeverPath) -> None:
    for value in path.targets():
        if not entry.low <= value <= entry.high:
            raise AncrageError(
                f"Lever '{entry.key}' = {value:g} is out of bounds: "
                f"{entry.low:g} to {entry.high:g} {entry.unit}."
            )


def _breakpoints(levers: Levers, keys: Sequence[str]) -> list[int]:
    """Return the months between which the paths of some levers are straight lines."""
    months = {0}
    for key, path in levers.paths:
        if key in keys:
            months.update(path.breakpoints())
    return sorted(months)


def _check_weights(levers: Levers) -> None:
    """Check the sum at the ends of all straight pieces, hence at every month between."""
    for month in _breakpoints(levers, AWARD_WEIGHTS):
        values = [levers.value(key, month) for key in AWARD_WEIGHTS]
        if abs(sum(values) - 1.0) > _WEIGHT_TOLERANCE:
            parts = ", ".join(
                f"{key} {value:g}" for key, value in zip(AWARD_WEIGHTS, values, strict=True)
            )
            raise AncrageError(
                f"Award weights sum to {sum(values):g} at month {month}, not 1 ({parts}); "
                "set the other weights so that the four sum to 1."
            )


def _check_law(levers: Levers) -> None:
    """Refuse values that the legal calendar forbids at their month."""
    keys = ("environmental_weight", "required_turnover")
    for month in _breakpoints(levers, keys):
        when = SCENARIO_START[0] * 12 + SCENARIO_START[1] - 1 + month
        rules = rules_at(when // 12, when % 12 + 1)
        if rules.environmental_criterion and levers.value("environmental_weight", month) <= 0.0:
            raise AncrageError(
                f"Lever 'environmental_weight' is 0 at month {month}: since 21 August 2026 every "
                "award needs a criterion on the environment (art. L.2152-7); give it a weight "
                "above 0."
            )
        turnover = levers.value("required_turnover", month)
        if turnover > rules.turnover_cap:
            raise AncrageError(
                f"Lever 'required_turnover' = {turnover:g} at month {month} exceeds the legal cap "
                f"of {rules.turnover_cap:g} times the lot value (R.2142-7)."
            )
