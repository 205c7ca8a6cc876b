"""Figures as the browser gets them, and the labels that Vue components need."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from typing import Any

from viz.figures.figure import Figure
from viz.texts import Language, texts


@cache
def labels(language: Language) -> dict[str, str]:
    """Return every text of the interface in one language; the same value, not to be changed."""
    return texts("web", language)


def as_props(figure: Figure) -> dict[str, Any]:
    """Return a figure as plain JSON values."""
    return {
        "key": figure.key,
        "title": figure.title,
        "caption": figure.caption,
        "option": figure.option,
        "columns": [{**asdict(c), "heading": c.heading} for c in figure.columns],
        "rows": [list(row) for row in figure.rows],
        "description": figure.description,
        "sources": list(figure.sources),
        "why": list(figure.why),
        "maps": dict(figure.maps),
        "height": figure.height,
    }
