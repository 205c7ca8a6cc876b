"""Posts of integration structures: agreed by the State, filled from the long-term pool.

The lever changes agreed posts. Capacity and own staff of a structure go with them. Workshops that
are there for the posts (ACI) fill those agreed; the others, which live on their sales, fill further
posts only as far as their clients ask.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from model.economy.labour import FTE_PER_POST_HEAD, SIAE_KINDS, of_kinds
from model.economy.production import UTILISATION
from model.state import FirmState, ZoneState
from model.territory.tables import KINDS
from model.territory.territory import Firms

Floats = NDArray[np.float64]

MOST_RECRUITED = 0.05
"""Part of a zone's long-term pool that structures recruit in a month at most for further posts."""


def agree_on_posts(columns: Firms, firms: FirmState, change: Floats) -> None:
    """Set the posts that the State agrees to; capacity follows them, in place.

    Parameters
    ----------
    change
        (Z,), change of agreed posts of integration structures over the opening.
    """
    held = columns.rows_with_posts
    integration = of_kinds(columns.kind[held], SIAE_KINDS)
    agreed = columns.posts_fte[held] * (1.0 + change[columns.zone[held]] * integration)
    former = firms.posts_agreed_fte[held]
    kept = np.divide(agreed, former, out=np.zeros_like(agreed), where=former > 0.0)
    # where none was left, posts come back with their capacity of the opening
    usual = columns.output_eur[held] / UTILISATION * agreed / columns.posts_fte[held]
    anew = np.where(firms.alive[held], usual, 0.0)
    firms.capacity_eur[held] = np.where(former > 0.0, firms.capacity_eur[held] * kept, anew)
    firms.posts_agreed_fte[held] = agreed


def fill_posts(columns: Firms, firms: FirmState, zones: ZoneState, h: Mapping[str, float]) -> None:
    """Move people between posts and the long-term pool towards the posts agreed, in place.

    Contracts that end are not renewed where posts are lost; further posts take some months to fill
    and at most `MOST_RECRUITED` of the pool a month.
    """
    held = columns.rows_with_posts
    usual, agreed = columns.posts_fte[held], firms.posts_agreed_fte[held]
    if not (agreed != firms.posts_fte[held]).any():
        return
    asked = usual * firms.expected_demand[held] / columns.output_eur[held]
    workshop = columns.kind[held] == KINDS.index("ACI")
    sold = np.clip(asked, np.minimum(usual, agreed), agreed)
    target = np.where(workshop | (agreed <= usual), agreed, sold)
    used = firms.posts_fte[held]
    gap = (target - used) * firms.alive[held]
    move = np.where(
        gap > 0.0,
        gap / h["post_filling_months"],
        np.maximum(gap, -used / h["insertion_post_months"]),
    )
    zone, z = columns.zone[held], len(zones.long)
    entering = np.maximum(move, 0.0) / FTE_PER_POST_HEAD
    wanted = np.bincount(zone, weights=entering, minlength=z)
    limit = np.minimum(1.0, MOST_RECRUITED * zones.long / np.maximum(wanted, 1e-300))
    move = np.where(move > 0.0, move * limit[zone], move)
    firms.posts_fte[held] = used + move
    heads = np.bincount(zone, weights=move / FTE_PER_POST_HEAD, minlength=z)
    zones.posts += heads
    zones.siae += heads
    zones.long -= heads
