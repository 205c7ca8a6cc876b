"""Who does the hours of an insertion clause: hired people, or people on posts of structures.

A contractor hires (or takes people from a GEIQ, which supplies labour only and is no structure
here), takes temporary staff of an ETTI or AI, or subcontracts to an ACI or EI. The last two put to
work people who are on posts already: no further person leaves the pool, and the structure has as
many fewer for its other clients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.economy.labour import of_kinds
from model.state import FirmState
from model.territory.territory import Firms

Floats = NDArray[np.float64]

TEMPORARY_KINDS = ("ETTI", "AI")
SUBCONTRACT_KINDS = ("ACI", "EI")

HOURS_PER_FTE_MONTH = 1600.0 / 12.0
"""Hours of an FTE-month in the convention of integration clauses (`facts.md` 2.3)."""


@dataclass
class Channels:
    """Hours of clauses of the month by zone (Z,), and posts that structures lend for them (n,).

    ``hired`` are wanted of people hired by contractors; ``lent`` are done by people on posts.
    """

    hired: Floats
    lent: Floats
    lent_fte: Floats


def share_out_hours(
    columns: Firms,
    firms: FirmState,
    wanted: Floats,
    followed: float,
    partnerships: Floats,
    h: Mapping[str, float],
) -> Channels:
    """Share the hours wanted between channels, as far as structures have posts.

    Structures lend across the territory, each in proportion to its posts. Where posts are short,
    the facilitator who follows a contract turns to direct hire; otherwise the hours are not done.

    Parameters
    ----------
    wanted
        (Z,), hours to be done this month.
    followed
        Share of hours that facilitators follow.
    partnerships
        (Z,), share of pathways with partnerships between structures and firms.
    """
    temporary = np.full_like(wanted, h["clause_share_temporary"])
    subcontract = h["clause_share_subcontract"] + h["partnership_subcontract"] * partnerships
    subcontract = np.minimum(subcontract, 1.0 - temporary)
    hired = wanted * (1.0 - temporary - subcontract)
    lent, lent_fte = np.zeros_like(wanted), np.zeros(len(columns))
    held = columns.rows_with_posts
    for kinds, share in ((TEMPORARY_KINDS, temporary), (SUBCONTRACT_KINDS, subcontract)):
        asked = wanted * share
        of_kind = of_kinds(columns.kind[held], kinds)
        posts = firms.posts_fte[held] * firms.alive[held] * of_kind
        available = float(posts.sum()) * HOURS_PER_FTE_MONTH * h["posts_lent_at_most"]
        done = min(1.0, available / max(float(asked.sum()), 1e-300))
        lent += asked * done
        hired += asked * (1.0 - done) * followed
        fte = float(asked.sum()) * done / HOURS_PER_FTE_MONTH
        lent_fte[held] += posts * (fte / max(float(posts.sum()), 1e-300))
    return Channels(hired, lent, lent_fte)
