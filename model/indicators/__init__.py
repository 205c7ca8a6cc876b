"""Indicators: one definition each, evaluated from the quantities that a run records."""

from model.indicators.decomposition import TERMS, decompose
from model.indicators.evaluate import evaluate
from model.indicators.records import Records
from model.indicators.register import Indicator, Theme, load_indicators, load_themes

__all__ = [
    "TERMS",
    "Indicator",
    "Records",
    "Theme",
    "decompose",
    "evaluate",
    "load_indicators",
    "load_themes",
]
