"""What a scenario is made of: its levers, amended rules and shocks, each a player of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from model.procurement.acting import first_month_of_lever, first_month_of_rules
from model.procurement.amendments import Amendments, Step
from model.procurement.lever_paths import LeverPath
from model.procurement.levers import AWARD_WEIGHTS, Levers, load_levers
from model.shocks.shock import Shock, Shocks
from scenarios.schema import Scenario

Kind = Literal["lever", "law", "shock"]

WEIGHTS = "award_weights"
"""The four award weights are one player: they only move together, since they sum to 1."""

_NEEDS = {"joint_purchase_lots": "joint_purchase"}
"""Levers that are nothing without another, and that the register refuses alone."""


@dataclass(frozen=True, slots=True)
class Player:
    """One part of a scenario.

    Attributes
    ----------
    key
        Lever, rule or kind of shock; `WEIGHTS` for the award weights.
    levers
        Keys of the levers that it sets.
    shock
        The shock that it is.
    first_month
        First month of the scenario in which it can make a difference; None if that is after the
        horizon.
    """

    kind: Kind
    key: str
    levers: tuple[str, ...] = ()
    shock: Shock | None = None
    first_month: int | None = None


def players_of(scenario: Scenario, context: Scenario, months: int) -> tuple[Player, ...]:
    """Return the parts of a scenario that change something, in the order of registers.

    What stays at current practice, or is in the context too, is none.
    """
    lived = context | scenario
    found: list[Player] = []
    for key in load_levers():
        group = AWARD_WEIGHTS if key in AWARD_WEIGHTS else (key,)
        if key != group[0] or not any(_moves(context.levers, lived.levers, k) for k in group):
            continue
        firsts = [first_month_of_lever(context.levers, lived.levers, k, months) for k in group]
        first = min((month for month in firsts if month is not None), default=None)
        name = WEIGHTS if key in AWARD_WEIGHTS else key
        found.append(Player("lever", name, group, first_month=first))
    for rule, steps in lived.law.steps:
        if lived.law.course(rule) == context.law.course(rule):
            continue
        alone = context.law | _only(rule, steps)
        first = first_month_of_rules(context.law, alone, months)
        found.append(Player("law", rule, first_month=first))
    for shock in lived.shocks.items:
        if shock.changes_nothing or shock in context.shocks.items:
            continue
        first = shock.first_month if shock.first_month < months else None
        found.append(Player("shock", shock.kind, shock=shock, first_month=first))
    return _needing_later(found)


def _moves(usual: Levers, levers: Levers, key: str) -> bool:
    """Return whether a lever is set otherwise than usual, now or later."""
    current = load_levers()[key].current

    def of(chosen: Levers) -> tuple[object, ...]:
        paths = chosen.paths_of(key)
        return paths if any(path.leaves(current) for path in paths) else ()

    return of(usual) != of(levers)


def _only(rule: str, steps: tuple[Step, ...]) -> Amendments:
    """Return an amendment of one rule alone."""
    made = Amendments()
    object.__setattr__(made, "steps", ((rule, steps),))
    return made


def _needing_later(players: Sequence[Player]) -> tuple[Player, ...]:
    """Let a lever that needs another act no sooner than it, and after it in the list."""
    by_key = {player.key: player for player in players if player.kind == "lever"}
    found: list[Player] = []
    for player in players:
        needed = by_key.get(_NEEDS.get(player.key, ""))
        first = player.first_month
        if needed is not None and first is not None:
            # where what it needs never acts it never does
            later = needed.first_month
            first = None if later is None else max(first, later)
            player = Player("lever", player.key, player.levers, first_month=first)
        found.append(player)
    return tuple(found)


def effective(mask: int, players: Sequence[Player], context: Scenario) -> int:
    """Return a coalition without players that are nothing in it: proven to be the same world.

    So is one that never acts within the horizon. Bit i of ``mask`` says whether player i is in.
    """
    keys = {p.key for i, p in enumerate(players) if mask >> i & 1 and p.kind == "lever"}
    for i, player in enumerate(players):
        needed = _NEEDS.get(player.key)
        if player.kind != "lever" or needed is None or needed in keys:
            continue
        current = load_levers()[needed].current
        if not any(path.leaves(current) for path in context.levers.paths_of(needed)):
            mask &= ~(1 << i)
    for i, player in enumerate(players):
        if player.first_month is None:
            mask &= ~(1 << i)
    return mask


def lived_by(
    mask: int, players: Sequence[Player], scenario: Scenario, context: Scenario
) -> Scenario:
    """Return what a coalition lives: the context, and the parts of the scenario that are in."""
    chosen = [player for i, player in enumerate(players) if mask >> i & 1]
    keys = {key for player in chosen for key in player.levers}
    lived = context | scenario
    rules = {player.key for player in chosen if player.kind == "law"}
    law = context.law
    for rule, steps in lived.law.steps:
        if rule in rules:
            law |= _only(rule, steps)
    struck = [player.shock for player in chosen if player.shock is not None]
    kept = [p for p in context.levers.paths if p[0] not in keys]
    taken = [p for p in lived.levers.paths if p[0] in keys]
    return Scenario(
        name=scenario.name,
        levers=_levers_of((*kept, *taken)),
        law=law,
        shocks=Shocks([*context.shocks.items, *struck]),
    )


def _levers_of(paths: Sequence[tuple[str, LeverPath]]) -> Levers:
    """Return levers with these paths, checked as any others."""
    changes: dict[str, list[object]] = {}
    for key, path in paths:
        changes.setdefault(key, []).append(path.canonical())
    return Levers(changes)
