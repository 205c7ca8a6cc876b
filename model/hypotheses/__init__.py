"""The register of hypotheses: every behavioural coefficient, with bounds, source and grade."""

from model.hypotheses.register import Hypothesis, load_register
from model.hypotheses.values import HypothesisValues, draw_run_vector

__all__ = ["Hypothesis", "HypothesisValues", "draw_run_vector", "load_register"]
