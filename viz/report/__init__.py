"""The printable report of a comparison: the same figures and words as on the screen."""

from viz.report.build import FORMATS, Format, build_report

__all__ = ["FORMATS", "Format", "build_report"]
