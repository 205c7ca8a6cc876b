"""From simulation to a scheme of responsible purchasing (SPASER, L.2111-3): its table, what was
really bought against what was expected, and the lever sets that would reach a target."""

from scenarios.spaser.results import Spaser, SpaserRow
from scenarios.spaser.run import spaser

__all__ = ["Spaser", "SpaserRow", "spaser"]
