"""What purchasing choices can reach, year by year: *addressable purchases*.

Levers act on needs put to competition. A need is, in a year, *renewed* if it comes to competition
at least once, *committed* if its contract runs all year, *out of reach* if a central body buys it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.procurement.forms import run_by_buyer
from model.procurement.needs import Needs
from model.procurement.volumes import award_key, months_served
from model.state import FIRST_YEAR, State

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class AddressablePurchases:
    """Yearly volumes at base prices (years, G), EUR, by group of needs.

    The three columns add up, over groups, to the envelopes of all buyers in every year.
    """

    years: tuple[int, ...]
    renewed_eur: Floats
    committed_eur: Floats
    out_of_reach_eur: Floats


def addressable_purchases(
    needs: Needs,
    state: State,
    years: Sequence[int],
    group: NDArray[np.integer],
    groups: int,
    h: Mapping[str, float],
    seed: int,
    *,
    returned_share: float = 0.0,
) -> AddressablePurchases:
    """Follow every contract to its ends and sort the year's purchases by what can be done.

    Ends are those that the run draws: full lengths and periods that are not renewed. Procedures
    are taken to succeed, and volumes to be the means of needs, before the buyer's factor.

    Parameters
    ----------
    state
        Where contracts stand, in a month before the first of ``years``.
    group
        (N,), group of each need, 0 to ``groups`` - 1: its category, or its buyer's kind.
    returned_share
        Share of needs of central bodies that come back to the buyer's own procedure.
    """
    volume = state.contracts.volume_eur
    rows = np.flatnonzero(volume > 0)
    need = rows % len(needs)
    reached = run_by_buyer(needs.channel, needs.key, returned_share, seed)[need]
    competed = _competed(needs, state, rows, years, h, seed)

    def by_group(chosen: Bools) -> Floats:
        return np.bincount(group[need], weights=volume[rows] * chosen, minlength=groups)

    return AddressablePurchases(
        years=tuple(years),
        renewed_eur=np.array([by_group(year & reached) for year in competed]),
        committed_eur=np.array([by_group(~year & reached) for year in competed]),
        out_of_reach_eur=np.array([by_group(~reached) for _ in years]),
    )


def _competed(
    needs: Needs,
    state: State,
    rows: NDArray[np.integer],
    years: Sequence[int],
    h: Mapping[str, float],
    seed: int,
) -> Bools:
    """Return (years, rows): which rows of the lot book come to competition in each year."""
    need = rows % len(needs)
    due = state.month + np.asarray(state.contracts.months_left[rows], dtype=np.int64)
    renewal = state.contracts.renewal[rows].astype(np.int64)
    found = np.zeros((len(years), len(rows)), dtype=bool)
    place = {year: i for i, year in enumerate(years)}
    end = 12 * (max(years) + 1 - FIRST_YEAR)
    running = np.arange(len(rows))
    while len(running):
        year = FIRST_YEAR + due[running] // 12
        for y in np.unique(year):
            if int(y) in place:
                found[place[int(y)], running[year == y]] = True
        own = need[running]
        key = award_key(needs.key[own], renewal[running])
        duration, period = needs.duration_months[own], needs.reconduction_months[own]
        due[running] += months_served(duration, period, key, h["reconduction_chance"], seed)
        renewal[running] += 1
        running = running[due[running] < end]
    return found
