"""Worlds in which support beside purchasing is tested."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from model import STATIONARY, TerritoryModel

if TYPE_CHECKING:
    from tests.conftest import MakeTerritory


@pytest.fixture(scope="module")
def world(generated_territory: MakeTerritory) -> TerritoryModel:
    return TerritoryModel(generated_territory(900, 3, 2), rng=3, burn_in=False, verify=True)


@pytest.fixture(scope="module")
def still(generated_territory: MakeTerritory) -> TerritoryModel:
    """A world in which nothing else moves."""
    territory = generated_territory(900, 3, 2)
    return TerritoryModel(territory, switches=STATIONARY, burn_in=False, verify=True)
