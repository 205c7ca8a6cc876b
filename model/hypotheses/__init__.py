"""The register of hypotheses: every behavioural coefficient, with bounds, source and grade."""

from model.hypotheses.register import LEVELS, Hypothesis, Posterior, load_register
from model.hypotheses.values import (
    HypothesisValues,
    draw_build_vector,
    draw_run_vector,
    draw_whole_vector,
)

__all__ = [
    "LEVELS",
    "Hypothesis",
    "HypothesisValues",
    "Posterior",
    "draw_build_vector",
    "draw_run_vector",
    "draw_whole_vector",
    "load_register",
]
