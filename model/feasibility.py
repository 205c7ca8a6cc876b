"""What a scenario asks of a territory that it cannot give: refused before anything runs."""

from __future__ import annotations

import numpy as np

from model.errors import AncrageError
from model.procurement.coordination import COORDINATION
from model.procurement.levers import Levers, load_levers
from model.procurement.practice import LeverPlan
from model.support.filiere import SUPPORT_KINDS
from model.support.month import epci_payers
from model.territory.territory import Territory


def check_levers(territory: Territory, levers: Levers) -> None:
    """Refuse levers that the territory cannot carry out.

    Raises
    ------
    AncrageError
        A scope names a buyer or an EPCI that is not there or holds nobody, a coordination has one
        member only, or budgets of support exceed the purchases of those who pay for them.
    """
    LeverPlan(levers, territory.buyers, territory.zones.keys)
    for key in COORDINATION:
        for path in levers.paths_of(key):
            if not path.leaves(load_levers()[key].current):
                continue
            duty = np.array(territory.buyers.spaser_duty)
            members = path.scope.buyers_mask(territory.buyers, territory.zones.keys, duty, key)
            if members.sum() < 2:
                code = territory.buyers.code[int(np.flatnonzero(members)[0])]
                raise AncrageError(
                    f"Lever '{key}': its scope holds one buyer only ('{code}'); name at least two "
                    "members."
                )
    _check_support(territory, levers)


def _check_support(territory: Territory, levers: Levers) -> None:
    """Refuse budgets of support to firms over what the EPCI that pay them purchase a year."""
    zones = territory.zones.keys
    for name in SUPPORT_KINDS:
        key = f"filiere_{name}"
        for path in levers.paths_of(key):
            held = [not path.scope.epci or zone in path.scope.epci for zone in zones]
            payers = epci_payers(territory, np.array(held))
            most = max(path.targets()) * territory.money_scale * payers
            over = np.flatnonzero(most > territory.buyers.envelope_eur)
            if len(over):
                buyer = int(over[0])
                code, purchases = territory.buyers.code[buyer], territory.buyers.envelope_eur[buyer]
                raise AncrageError(
                    f"Lever '{key}': {most[buyer]:,.0f} EUR a year to be paid by '{code}' exceed "
                    f"its purchases ({purchases:,.0f} EUR a year); lower the budget or name more "
                    "EPCI."
                )
