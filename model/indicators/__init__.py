"""Indicators: one definition each, evaluated from the quantities that a run records."""

from model.indicators.breakdowns import DIMENSIONS, load_dimensions, load_groups
from model.indicators.decomposition import TERMS, decompose, decompose_spans
from model.indicators.evaluate import effect_ranges, evaluate, evaluate_groups, evaluate_spans
from model.indicators.records import Breakdown, Records
from model.indicators.register import Indicator, Theme, load_bases, load_indicators, load_themes

__all__ = [
    "DIMENSIONS",
    "TERMS",
    "Breakdown",
    "Indicator",
    "Records",
    "Theme",
    "decompose",
    "decompose_spans",
    "effect_ranges",
    "evaluate",
    "evaluate_groups",
    "evaluate_spans",
    "load_bases",
    "load_dimensions",
    "load_groups",
    "load_indicators",
    "load_themes",
]
