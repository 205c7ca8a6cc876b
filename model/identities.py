"""Identities that hold every month, to 1e-9: claims match debts, nobody appears or is lost."""

from __future__ import annotations

import numpy as np

from model.ledger import IdentityError
from model.state import State
from model.territory.territory import Territory

TOLERANCE = 1e-9


def check_claims(state: State, month: str) -> None:
    """Raise if what firms owe each other is not what suppliers and estates are owed.

    Raises
    ------
    IdentityError
    """
    owed = float(state.firms.payable_firms.sum())
    claimed = float(state.firms.receivable_firms.sum() + state.public.liquidation_claims[0])
    if not abs(owed - claimed) <= TOLERANCE * max(owed, claimed, 1e-300):
        raise IdentityError(
            f"{month}: account 'claims between firms' does not close: {owed:.2f} EUR owed, "
            f"{claimed:.2f} EUR claimed; please report it with the run's record.json"
        )


def check_heads(territory: Territory, state: State, month: str) -> None:
    """Raise if a zone's residents at work, in insertion and unemployed are not its labour force.

    Raises
    ------
    IdentityError
    """
    zones, opening = state.zones, territory.labour
    now = zones.employed[:-1].sum(axis=1) + zones.short + zones.long + zones.inactive
    now += zones.posts + zones.clause + zones.training.sum(axis=(0, 1)) + opening.exogenous_heads
    force = territory.zones.labour_force_heads + opening.inactive_heads
    gap = np.abs(now - force) / force
    if not gap.max() <= TOLERANCE:
        z = int(np.argmax(gap))
        raise IdentityError(
            f"{month}: account 'people of {territory.zones.names[z]}' holds {now[z]:.6f} heads "
            f"where the labour force and the halo are {force[z]:.6f}; "
            "please report it with the run's record.json"
        )
    least = min(float(p.min()) for p in (zones.short, zones.long, zones.inactive, zones.employed))
    if least < -1e-6:
        raise IdentityError(f"{month}: account 'people' holds a negative number of people")
