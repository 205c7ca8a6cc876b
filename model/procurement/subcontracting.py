"""With whom holders share contracts: members of their grouping, or a subcontractor.

`model.md` 4.3: a holder, from here or elsewhere, hands part of a lot of works or services to
another firm of the category. Who it is comes from a keyed race on nearness, size, visibility and
room, the same for all holders; part of subcontractors are outside firms.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from model.procurement.award import Awards
from model.procurement.bids import Bids
from model.procurement.candidates import CandidateLists
from model.procurement.category_columns import CategoryColumns
from model.procurement.performers import Partners, no_partners
from model.procurement.tenders import DIRECT, Tenders
from model.random_streams import mix, stream, to_uniform
from model.state import FirmState
from model.territory.territory import Firms

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]


def partners_of_winners(
    tenders: Tenders,
    bids: Bids,
    awards: Awards,
    lists: CandidateLists,
    pair: NDArray[np.integer],
    columns: Firms,
    firms: FirmState,
    categories: CategoryColumns,
    usual_amount_eur: float,
    h: Mapping[str, float],
    seed: int,
) -> Partners:
    """Return the firms with which each winner will share its lot.

    The holder of a global contract that is not itself small or medium-sized hands over at least
    what the law wants such firms to perform.

    Parameters
    ----------
    pair
        (T,), category × zones + zone of each lot.
    usual_amount_eur
        Amount at which the chance of subcontracting is the hypothesis'.
    """
    firm, share = no_partners(len(tenders))
    small = np.zeros(firm.shape, dtype=bool)
    joint = np.zeros(len(tenders), dtype=bool)
    if bids.groupings is not None:
        found = bids.groupings
        won = found.take(awards.place[found.lot] == found.place)
        firm[:, won.lot], share[:, won.lot] = won.member[1:], won.share[1:]
        small[:, won.lot] = _is_small(columns, firms, won.member[1:])
        joint[won.lot] = True
    due = np.where(awards.of_winner(bids.small), 0.0, tenders.sme_share_due)
    lots = np.flatnonzero(
        _subcontracted(tenders, bids, awards, categories, usual_amount_eur, due, h, seed) & ~joint
    )
    chosen = _race(tenders, lots, lists, pair, awards.of_winner(bids.firm), firms, h, seed)
    outside = chosen == len(columns)
    drawn = to_uniform(stream(seed, "size of a subcontractor", tenders.key[lots]))
    of_outside = (drawn < h["outside_sme_share"]) | (due[lots] > 0.0)
    firm[0, lots] = chosen
    share[0, lots] = np.maximum(h["subcontracted_share"], due[lots])
    small[0, lots] = np.where(outside, of_outside, _is_small(columns, firms, chosen % len(columns)))
    return Partners(firm, share, small, joint)


def _subcontracted(
    tenders: Tenders,
    bids: Bids,
    awards: Awards,
    categories: CategoryColumns,
    usual_amount_eur: float,
    due: Floats,
    h: Mapping[str, float],
    seed: int,
) -> Bools:
    """Return lots (T,) of which a part is handed over: works and services, larger ones more often.

    Nobody subcontracts plain supplies, and a structure performs itself what was reserved for it.
    """
    size = (tenders.market_eur / usual_amount_eur) ** h["subcontracting_tilt"]
    chance = h["subcontracting_chance"] * size
    drawn = to_uniform(stream(seed, "subcontracts", tenders.key))
    may = awards.awarded & (tenders.procedure != DIRECT) & ~tenders.reserved
    may &= (awards.of_winner(bids.output_share) == 1.0) & ~categories.traded[
        tenders.supply_category
    ]
    return may & ((drawn < chance) | (due > 0.0))


def _race(
    tenders: Tenders,
    lots: NDArray[np.intp],
    lists: CandidateLists,
    pair: NDArray[np.integer],
    holder: Ints,
    firms: FirmState,
    h: Mapping[str, float],
    seed: int,
) -> Ints:
    """Draw a subcontractor of each lot: a row of firms, ``n`` for an outside one.

    Firms of the category near the place of performance, whoever the holder is, that have room.
    """
    n = len(firms.alive)
    rows = lists.rows[pair[lots]]
    load = firms.expected_demand[rows] / np.maximum(firms.capacity_eur[rows], 1e-300)
    pull = lists.weight[pair[lots]] * firms.visibility[rows] * firms.alive[rows]
    pull = pull * np.maximum(h["most_load_to_bid"] - load, 0.0)
    pull = np.where((rows >= 0) & (rows != holder[lots, None]), pull, 0.0)
    keys = mix(stream(seed, "chosen as subcontractor", tenders.key[lots])[:, None], firms.key[rows])
    with np.errstate(divide="ignore"):
        time = -np.log(to_uniform(keys)) / pull
    first = time.argmin(axis=1) if len(lots) else np.zeros(0, dtype=np.intp)
    found = rows[np.arange(len(lots)), first]
    nobody = ~np.isfinite(time).any(axis=1)
    drawn = to_uniform(stream(seed, "subcontracts outside", tenders.key[lots]))
    outside = nobody | (drawn < h["subcontracted_outside"])
    return np.where(outside, n, found).astype(np.int32)


def _is_small(columns: Firms, firms: FirmState, rows: Ints) -> Bools:
    """Return whether enterprises are small or medium; False where there is no firm."""
    young = firms.generation[rows] > 0
    return (rows >= 0) & ((columns.enterprise_class[rows] <= 1) | young)
