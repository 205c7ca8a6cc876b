"""Running of coalitions: one burnt-in world, branched each time that coalitions part.

Two coalitions are the same world until the first month in which a player of one alone acts, so
that worlds form a tree: each stretch of months is run once.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Protocol, cast

from model.indicators import Records
from model.procurement.amendments import Amendments
from model.procurement.levers import Levers
from model.shocks.shock import Shocks
from scenarios.attribution.players import Player
from scenarios.pairs import World, branch_of
from scenarios.schema import Scenario


class ContinuedWorld(World, Protocol):
    """A world that can part from another and keep what was recorded until then."""

    def continued(
        self,
        levers: Levers | None = None,
        *,
        amendments: Amendments | None = None,
        shocks: Shocks | None = None,
    ) -> ContinuedWorld:
        """Return what ``branch`` does, with what was recorded until now."""
        ...

    def record_zones_only(self) -> None:
        """Record from now on by zone alone, here and in branches."""
        ...


def records_of_coalitions(
    world: World,
    coalitions: Collection[int],
    players: Sequence[Player],
    lived: Callable[[int], Scenario],
    months: int,
) -> Iterator[tuple[int, Records]]:
    """Run coalitions to the horizon and return the records of each, that of nobody first.

    Parameters
    ----------
    world
        Burnt-in world, which is left as it is.
    coalitions
        Masks, bit i for player i, none of them with players that never act; 0 is among them.
    lived
        What a coalition lives.
    """
    acting = [i for i, player in enumerate(players) if player.first_month is not None]
    order = sorted(acting, key=lambda i: players[i].first_month or 0)
    root = cast("ContinuedWorld", branch_of(world, lived(0)))
    root.record_zones_only()
    # worlds yet to be run: place in the order, players in so far, months done, coalitions wanted
    waiting = [(root, 0, 0, 0, set(coalitions))]
    del root
    while waiting:
        now, place, mask, done, wanted = waiting.pop()
        for level in range(place, len(order)):
            player, bit = players[order[level]], 1 << order[level]
            joined = {one for one in wanted if one & bit}
            if not joined:
                continue
            wanted = wanted - joined
            first = player.first_month or 0
            now.run(first - done)
            done = first
            does = lived(mask | bit)
            parted = now.continued(does.levers, amendments=does.law, shocks=does.shocks)
            waiting.append((parted, level + 1, mask | bit, done, joined))
            del parted
            if not wanted:
                break
        if wanted:
            now.run(months - done)
            yield mask, now.records
        del now
        # a dead Mesa model is freed only by the cycle collector
        gc.collect()
