"""The live engine: answers, one after the other and better each time, to "a lever was moved"."""

from scenarios.live.engine import Engine
from scenarios.live.question import Answer, Question

__all__ = ["Answer", "Engine", "Question"]
