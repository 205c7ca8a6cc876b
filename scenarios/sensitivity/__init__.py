"""What results rest on: hypotheses that move them most, and where their intervals come from."""

from scenarios.sensitivity.design import RESULTS, SOURCES, Plan
from scenarios.sensitivity.results import (
    ResultSensitivity,
    Screened,
    Sensitivity,
    Swing,
    load_sensitivity,
    read_sensitivity,
    sensitivity_text,
)
from scenarios.sensitivity.shares import Share
from scenarios.sensitivity.study import sensitivity

__all__ = [
    "RESULTS",
    "SOURCES",
    "Plan",
    "ResultSensitivity",
    "Screened",
    "Sensitivity",
    "Share",
    "Swing",
    "load_sensitivity",
    "read_sensitivity",
    "sensitivity",
    "sensitivity_text",
]
