"""The opening lot book, filled by running tenders (`model.md` 2.8)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.economy.switches import Switches
from model.hypotheses import HypothesisValues
from model.opening import TERRITORY_SEED, opening_state
from model.procurement.award import award
from model.procurement.legal_calendar import rules_at
from model.procurement.month import due_lots, gather_bids
from model.procurement.practice import current_practice
from model.setting import Setting
from model.territory.derived import derive_columns
from model.territory.fixed_point import MOST_CONTRACT_SHARE
from model.territory.territory import OpeningContracts, Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

BATCHES = 24
"""Rounds of tenders that fill the book: firms' loads are updated between rounds."""

SHARE_BEFORE_CONTRACTS = 0.4
"""Load of a firm, over its usual output, before it wins the contracts of the opening book."""


def award_opening_lots(territory: Territory, h: HypothesisValues) -> OpeningContracts:
    """Award every need under current practice, in rounds, no firm above its contract share.

    A lot that would lift a firm above ``MOST_CONTRACT_SHARE`` of its output, or that nobody bids
    for, goes to a firm from outside.
    """
    t, n = territory, len(territory.firms)
    derived = derive_columns(t)
    state, closure = opening_state(t, derived, h)
    # the opening book holds the mean volume of each need, at its full length
    setting = Setting(t, derived, closure, h, Switches(tenders=False), TERRITORY_SEED)
    count = len(t.needs.buyer)
    rules = rules_at(2024, 1)
    practice = current_practice(t.buyers, rules.turnover_cap)
    contracts, firms = state.contracts, state.firms
    holder = np.full(count, n, dtype=np.int32)
    output_share, fte = np.ones(count), np.zeros(count)
    reserved = np.zeros(count, dtype=bool)
    won = np.zeros(n)
    limit = MOST_CONTRACT_SHARE * t.firms.output_eur
    places = np.arange(len(contracts.months_left))
    for batch in range(BATCHES):
        contracts.months_left[:] = np.where(places % BATCHES == batch, 0, 1)
        firms.expected_demand[:] = SHARE_BEFORE_CONTRACTS * t.firms.output_eur + won
        tenders = due_lots(setting, state, practice, rules)
        bids = gather_bids(setting, state, tenders, rules)
        awards = award(tenders, bids, np.full(len(tenders), 9))
        firm = awards.of_winner(bids.firm)
        share = awards.of_winner(bids.output_share)
        per_eur = awards.of_winner(bids.fte_per_eur)
        chosen = np.where(awards.awarded, firm, n).astype(np.int32)
        firm = _within_limits(chosen, tenders.yearly_eur / 12.0 * share, won, limit)
        outside = firm == n
        nation = derived.categories.profile.productivity_eur[tenders.category]
        # lots beyond a firm's limit go to a firm like the mean producer of the country
        sent_out = outside & ((chosen != firm) | (per_eur == 0))
        per_eur = np.where(sent_out, share / nation, per_eur)
        holder[tenders.need] = firm
        output_share[tenders.need] = share
        fte[tenders.need] = per_eur
        reserved[tenders.need] = tenders.reserved & ~outside
        won += np.bincount(firm, weights=tenders.yearly_eur / 12.0 * share, minlength=n + 1)[:n]
    return OpeningContracts(holder, output_share, fte, reserved)


def _within_limits(firm: Ints, monthly: Floats, won: Floats, limit: Floats) -> Ints:
    """Send outside the lots that exceed a firm's limit, in the order of the lots."""
    n = len(won)
    order = np.argsort(firm, kind="stable")
    sorted_firm = firm[order]
    running = np.cumsum(monthly[order])
    starts = np.searchsorted(sorted_firm, sorted_firm, side="left")
    before = np.where(starts > 0, running[np.maximum(starts - 1, 0)], 0.0)
    inside = running - before
    known = np.append(won, 0.0)[sorted_firm]
    most = np.append(limit, np.inf)[sorted_firm]
    kept = np.empty(len(firm), dtype=np.int32)
    kept[order] = np.where(known + inside <= most, sorted_firm, n)
    return kept
