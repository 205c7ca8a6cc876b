"""What purchasing and supply look like in a world as it stands, before any shock."""

from model.structure.register import Measure, Theme, load_measures, load_themes
from model.structure.structure import (
    BuyerCategory,
    CriticalNeed,
    MeasureRow,
    SectorSupply,
    Structure,
    structure_of,
)

__all__ = [
    "BuyerCategory",
    "CriticalNeed",
    "Measure",
    "MeasureRow",
    "SectorSupply",
    "Structure",
    "Theme",
    "load_measures",
    "load_themes",
    "structure_of",
]
