"""Sets of levers of chosen buyers: how far each goes from current practice to its most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model.procurement.levers import Levers, load_levers
from scenarios.schema import Scenario
from scenarios.spaser.goals import Goal
from scenarios.spaser.register import Means, load_means, means_of


@dataclass(frozen=True, slots=True)
class LeverSet:
    """Levers moved, each by an intensity over 0 and at most 1, sorted by key."""

    moves: tuple[tuple[str, float], ...] = ()

    @classmethod
    def of(cls, intensities: dict[str, float]) -> LeverSet:
        """Make a set; levers that do not move are left out."""
        kept = {key: round(x, 6) for key, x in intensities.items() if x > 0.0}
        return cls(tuple(sorted(kept.items())))

    def __len__(self) -> int:
        return len(self.moves)

    @property
    def keys(self) -> tuple[str, ...]:
        """Levers that move."""
        return tuple(key for key, _ in self.moves)

    @property
    def effort(self) -> float:
        """Sum of intensities."""
        return sum(x for _, x in self.moves)

    def without(self, *keys: str) -> LeverSet:
        """Return the set without some levers."""
        return LeverSet(tuple(move for move in self.moves if move[0] not in keys))

    def scaled(self, factor: float, *keys: str) -> LeverSet:
        """Return the set with the intensities of some levers, or of all, multiplied."""
        return LeverSet.of(
            {key: x * factor if not keys or key in keys else x for key, x in self.moves}
        )

    def values(self) -> dict[str, float]:
        """Return the value of each lever, in its unit."""
        return {key: value_of(load_means()[key], x) for key, x in self.moves}

    def scenario(self, name: str, buyers: Sequence[str]) -> Scenario:
        """Return the scenario that moves them, in the buyers where the lever can be narrowed."""
        levers = load_levers()
        changes: dict[str, object] = {
            key: {"value": value, "scope": {"buyers": list(buyers)}}
            if "buyers" in levers[key].reach
            else value
            for key, value in self.values().items()
        }
        return Scenario(name, levers=Levers(changes))


def value_of(means: Means, intensity: float) -> float:
    """Return a lever's value: current practice at 0, its most at 1."""
    current = load_levers()[means.key].current
    return current + intensity * (means.most - current)


def candidates(goals: Sequence[Goal]) -> tuple[Means, ...]:
    """Return the levers that act on any of the targets, those that enable others last."""
    found = {means.key: means for goal in goals for means in means_of(goal.key)}
    return tuple(sorted(found.values(), key=lambda means: means.enabling))


def everything(goals: Sequence[Goal]) -> LeverSet:
    """Return all candidates at their most."""
    return LeverSet.of({means.key: 1.0 for means in candidates(goals)})
