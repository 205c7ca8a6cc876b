"""What shocks do to a territory under each scenario, on the same draws with and without them."""

from scenarios.resilience.register import Measure, load_resilience_measures
from scenarios.resilience.results import Resilience, ResilienceRow
from scenarios.resilience.run import resilience

__all__ = ["Measure", "Resilience", "ResilienceRow", "load_resilience_measures", "resilience"]
