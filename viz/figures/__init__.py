"""Figures: pure functions from results to what a screen, a report and an export show alike."""
