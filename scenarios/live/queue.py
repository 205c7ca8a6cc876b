"""Who is served next, and by which worker: pure decisions, without processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scenarios.live.needs import Need, RunKey, Stage, WorldKey

FEWEST_TO_STEAL_FROM = 4
"""Runs that must wait for another worker before an idle one takes the last of them: it has to
build the world and run the baseline for it, which costs as much as three runs."""


class Line:
    """Visitors in the order of their turn: who was served goes to the end."""

    def __init__(self) -> None:
        self._visitors: list[str] = []

    def join(self, visitor: str) -> None:
        """Come in at the end; who is in line already keeps the place."""
        if visitor not in self._visitors:
            self._visitors.append(visitor)

    def leave(self, visitor: str) -> None:
        """Go away."""
        if visitor in self._visitors:
            self._visitors.remove(visitor)

    def served(self, visitor: str) -> None:
        """Go to the end."""
        self.leave(visitor)
        self.join(visitor)

    def __iter__(self) -> Iterator[str]:
        return iter(self._visitors)


class Homes:
    """Which workers keep which worlds: spread by seed, some worlds everywhere."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._more: dict[WorldKey, set[int]] = {}

    def first(self, world: WorldKey) -> int:
        """Return the worker to which a world belongs by its seed."""
        return world.seed % self._workers

    def has(self, worker: int, world: WorldKey) -> bool:
        """Return whether a worker is a home of a world."""
        return worker == self.first(world) or worker in self._more.get(world, ())

    def adopt(self, worker: int, world: WorldKey) -> None:
        """Make a worker a home of a world, beside the others."""
        self._more.setdefault(world, set()).add(worker)

    def keep_only(self, worlds: set[WorldKey]) -> None:
        """Forget the further homes of other worlds."""
        self._more = {world: more for world, more in self._more.items() if world in worlds}


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a visitor waits for: the stage under way (0 before any answer) and what follows."""

    visitor: str
    rank: int
    stages: Sequence[Stage]


def choose(
    worker: int,
    line: Sequence[Waiting],
    homes: Homes,
    holders: Mapping[RunKey, int],
    is_open: Callable[[Need], bool],
) -> tuple[str, Need] | None:
    """Return what a free worker does next, and for whom; None if there is nothing for it.

    First answers come before refinements, earlier stages before later ones, and among equals the
    first in line. A worker takes runs that it holds or whose world it keeps; with none of these it
    takes over one that waits for a busy worker, then looks at later stages.

    Parameters
    ----------
    worker
        The free worker.
    line
        Visitors, in the order of their turn.
    holders
        The worker that holds each run that was begun, or its world before a shock.
    is_open
        Whether a need is neither met nor under way.
    """

    def own(need: Need) -> bool:
        holder = holders.get(need.key)
        if holder is None and need.watch is not None:
            holder = holders.get(need.watch.calm)
        return homes.has(worker, need.key.world) if holder is None else holder == worker

    ranked = sorted((waiting for waiting in line if waiting.stages), key=lambda w: w.rank)
    for waiting in ranked:
        for need in waiting.stages[0].needs:
            if own(need) and is_open(need):
                return waiting.visitor, need
    for waiting in ranked:
        left = [n for n in waiting.stages[0].needs if n.key not in holders and is_open(n)]
        taken = _one_to_take_over(left, homes)
        if taken is not None:
            return waiting.visitor, taken
    for waiting in ranked:
        for stage in waiting.stages[1:]:
            for need in stage.needs:
                if own(need) and is_open(need):
                    return waiting.visitor, need
    return None


def _one_to_take_over(left: Sequence[Need], homes: Homes) -> Need | None:
    """Return the first run of the last world of the worker for which most runs wait."""
    queues = Counter(homes.first(need.key.world) for need in left)
    if not queues:
        return None
    busiest, length = queues.most_common(1)[0]
    if length < FEWEST_TO_STEAL_FROM:
        return None
    worlds = [need.key.world for need in left if homes.first(need.key.world) == busiest]
    return next(need for need in left if need.key.world == worlds[-1])
