"""Parts of the model that a test or a limit case turns off."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Switches:
    """All on in ordinary runs.

    Attributes
    ----------
    tenders
        Contracts end and are put to competition; off, each goes on with its holder.
    links
        Supply links end and are redrawn.
    demography
        Firms fail and are born.
    adoption
        Practices of buyers mature and schemes are adopted.
    households
        Residents' consumption follows their income; off, it stays at its opening level.
    ample
        Capacity and labour never bind (Leontief limit, `model.md` 7.3).
    """

    tenders: bool = True
    links: bool = True
    demography: bool = True
    adoption: bool = True
    households: bool = True
    ample: bool = False


STATIONARY = Switches(tenders=False, links=False, demography=False, adoption=False)
"""Circulation off: every month repeats the last (`model.md` 7.1)."""
