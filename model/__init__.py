"""Ancrage's model: one simulated territory, one month at a time."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from model.agents import Buyer, Firm, SocialEnterprise
    from model.economy.switches import STATIONARY, Switches
    from model.errors import AncrageError
    from model.hypotheses import HypothesisValues
    from model.indicators.records import Records
    from model.ledger import IdentityError
    from model.procurement.amendments import Amendments
    from model.procurement.levers import Levers
    from model.territory import generated_territory, load_territory
    from model.territory.territory import Territory
    from model.territory_model import TerritoryModel

_HOMES = {
    "Amendments": "model.procurement.amendments",
    "AncrageError": "model.errors",
    "Buyer": "model.agents",
    "Firm": "model.agents",
    "HypothesisValues": "model.hypotheses",
    "IdentityError": "model.ledger",
    "Levers": "model.procurement.levers",
    "Records": "model.indicators.records",
    "STATIONARY": "model.economy.switches",
    "SocialEnterprise": "model.agents",
    "Switches": "model.economy.switches",
    "Territory": "model.territory.territory",
    "TerritoryModel": "model.territory_model",
    "generated_territory": "model.territory",
    "load_territory": "model.territory",
}

__all__ = [
    "STATIONARY",
    "Amendments",
    "AncrageError",
    "Buyer",
    "Firm",
    "HypothesisValues",
    "IdentityError",
    "Levers",
    "Records",
    "SocialEnterprise",
    "Switches",
    "Territory",
    "TerritoryModel",
    "generated_territory",
    "load_territory",
]


def __getattr__(name: str) -> Any:
    """Import public names on first use: Mesa and scipy are slow to load."""
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'model' has no attribute {name!r}")
