"""Calibration of run-time assumptions on published patterns (`docs/validation.md`)."""

from scenarios.calibration.results import Calibration, load_calibration

__all__ = ["Calibration", "load_calibration"]
